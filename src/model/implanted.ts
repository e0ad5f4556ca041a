// What the digests come to that were written into an image after it was made: isomd5sum, SUSE media tags.

import type { Span } from "../bytes/span.ts";

/** How a recorded digest stands. */
export type Standing =
  /** The bytes are those that it was made of. */
  | "holds"
  /** They are but for the system area, which reads as zeros: the image was made hybrid afterwards. */
  | "hybrid"
  /** The same, and what is there is no boot code: something damaged it. */
  | "stray"
  /** They are, and some digits of the record are wrong. */
  | "record"
  | "fails"
  /** Not all bytes are there, or nothing here computes it. */
  | "unchecked";

/** The first fragment sum of isomd5sum that does not hold. */
export type FailedFragment = {
  /** From 1. */
  readonly number: number;
  readonly count: number;
  /** What it is over and no sum before it. */
  readonly span: Span;
  readonly recorded: string;
  readonly computed: string;
};

/** The text of isomd5sum in the application use of the first primary descriptor. */
export type ImplantedDigest = {
  /** The 512 bytes, which count as blanks. */
  readonly record: Span;
  /** What of the text cannot be read, in words. */
  readonly fault?: string;
  readonly recorded?: string;
  readonly computed?: string;
  readonly standing: Standing;
  /** Bytes from the first one on that it is over. */
  readonly covered: number;
  readonly fragment?: FailedFragment;
  /** First bytes of the image that read as zeros, where it stands as `hybrid` or `stray`. */
  readonly zeroed?: number;
  /** Those of them that are not zero. */
  readonly stray?: Span;
};

/** A media tag of SUSE in the same place. */
export type MediaTag = {
  readonly record: Span;
  /** Name of the algorithm: `md5` to `sha512`. */
  readonly algorithm: string;
  readonly recorded: string;
  readonly computed?: string;
  readonly standing: Standing;
  readonly covered: number;
  /** The digest over a partition: logical bytes, and how it stands. */
  readonly partition?: {
    readonly span: Span;
    readonly recorded: string;
    readonly computed?: string;
    readonly standing: Standing;
  };
};

/** Digests in the application use of the first primary descriptor. */
export type ImplantedFacts = {
  readonly isomd5?: ImplantedDigest;
  readonly mediaTag?: MediaTag;
};
