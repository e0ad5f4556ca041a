// What the checksums come to that libisofs writes: tags over the parts of a session, and MD5 of each file.

import type { Span } from "../bytes/span.ts";

/** Which part of a session a tag is over, from its first block on. */
export type TagKind = "relocated" | "descriptors" | "tree" | "session";

/** A tag that was reached from the descriptors of its session. */
export type ChecksumTag = {
  readonly kind: TagKind;
  /** The line of text. */
  readonly span: Span;
  /** What it is over. */
  readonly covered: Span;
  /** What of that no earlier tag proves. */
  readonly suspect: Span;
  readonly recorded: string;
  /** Absent where not all bytes are there. */
  readonly computed?: string;
  /** The bytes are not those that it was made of; of the tags of a session, the first that says so. */
  readonly fails: boolean;
  /** The line does not hold its own checksum; `mended` where it does with the MD5 that was computed. */
  readonly damaged?: "damaged" | "mended";
  /** The block that the tag says it stands at, where that is another one. */
  readonly statedAt?: number;
  /** What must count as other bytes for it to hold, as it was written before they were. */
  readonly edits?: readonly ("system-area" | "boot-sector" | "application-use")[];
  /** Bytes that are not zero where it holds with zeros, and that are no boot code. */
  readonly stray?: Span;
};

/** A tag that should be there, and is not. */
export type MissingTag = {
  readonly kind: TagKind;
  /** The tag that names its block. */
  readonly from: Span;
  readonly block: number;
  /** The block lies past the end of the image. */
  readonly pastEnd: boolean;
};

/** A file that is not what the checksum array says. */
export type DifferingFile = {
  readonly tree: number;
  readonly node: number;
  readonly record: Span;
  readonly recorded: string;
  readonly computed: string;
};

/** The array of MD5 of the files of a session (AAIP, `isofs.ca`). */
export type ChecksumArray = {
  readonly tree: number;
  readonly span: Span;
  /** The last item, over all before it. */
  readonly recorded: string;
  readonly computed: string;
  /** It holds once the digests that were computed replace those that differ: the data are whole. */
  readonly mended: boolean;
  /** The first item, over the session up to the array, where that does not hold. */
  readonly session?: { readonly recorded: string; readonly computed: string };
  /** Files with an item: those that are as it says, and those that are not. */
  readonly matching: number;
  readonly differing: number;
  /** The first that are not. */
  readonly files: readonly DifferingFile[];
};

/** Checksums of libisofs in one image. */
export type LibisofsFacts = {
  readonly tags: readonly ChecksumTag[];
  readonly missing: readonly MissingTag[];
  readonly arrays: readonly ChecksumArray[];
};
