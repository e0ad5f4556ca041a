// What the checksums inside the formats of files came to: facts for the audit.

import type { Span } from "../bytes/span.ts";

/** A file, or a part of it, that fails a checksum of its own format. */
export type FormatFailure = {
  readonly tree: number;
  readonly node: number;
  /** Name of the format: `gzip`, `zip`, ... */
  readonly format: string;
  /** The stretch that the damage lies in, as near as the format tells: logical bytes. */
  readonly span: Span;
  /** What is wrong, with the recorded numbers. */
  readonly message: string;
  readonly recorded?: string;
  readonly computed?: string;
  /** Nothing that was recorded fails: the format could not be decoded, and may never have been there. */
  readonly structure?: true;
  /** A digest over a resource of an archive of the Windows installer. */
  readonly resource?: true;
  /** The file looks like one that a test suite damaged on purpose. */
  readonly byDesign?: true;
  /** How many failures of the file it stands for; 1 where absent. */
  readonly count?: number;
};

/** The reason of what was not checked because its content has no end in sight (SEC-003). */
export const EXPANDS = "it expands by more than 1000 to 1, above 1 GiB of content";

/** Files whose checksums could not be checked, for one reason. */
export type FormatUnchecked = {
  readonly format: string;
  readonly reason: string;
  readonly files: number;
  readonly bytes: number;
  /** The first of the files. */
  readonly tree: number;
  readonly node: number;
};

/** What can be wrong with a compressed file (zisofs). */
export type ZisofsProblem =
  | "no-header"
  | "no-entry"
  | "header"
  | "pointers"
  | "size"
  | "block";

/** A fault of a compressed file (zisofs). */
export type ZisofsFault = {
  readonly problem: ZisofsProblem;
  readonly tree: number;
  readonly node: number;
  readonly span: Span;
  readonly message: string;
  readonly recorded?: string;
  readonly expected?: string;
  /** How many faults of the kind and file it stands for; 1 where absent. */
  readonly count?: number;
};

/** What was seen of a kind: the first ones, and how many there are. */
export type FormatList<T> = { readonly kept: readonly T[]; readonly count: number };

/** What the formats of files say of their bytes. */
export type FormatFacts = {
  /** Whether the checksums inside the formats were asked for. */
  readonly deep: boolean;
  /** Distinct contents of a known format. */
  readonly files: number;
  readonly failures: FormatList<FormatFailure>;
  /** Notes that are no failure: a stale PE checksum, say. */
  readonly remarks: FormatList<FormatFailure>;
  readonly unchecked: readonly FormatUnchecked[];
  readonly zisofs: FormatList<ZisofsFault>;
  /** Bytes read a second time: indexes, and files that the order of the image forbids to stream. */
  readonly reread: number;
};
