// Traces that damage leaves in the bytes themselves: fillers, zeros, repeated blocks, changed text ends.

import type { Span } from "../bytes/span.ts";

/** A stretch in a file of a tree. */
export type FileStretch = {
  readonly span: Span;
  readonly tree: number;
  readonly node: number;
};

/** A sector with the marker that dvdisaster writes for one that it could not read. */
export type DeadSector = {
  readonly span: Span;
  /** Sectors that follow each other with the same meaning. */
  readonly sectors: number;
  /** The number that the first of them carries; absent where it is no number. */
  readonly number?: number;
  /** Whether it is the number of the sector that it stands in. */
  readonly isOwn: boolean;
  readonly label?: string;
  readonly tree?: number;
  readonly node?: number;
};

/** Sectors of a file that a rescue tool filled. */
export type Filler = FileStretch & {
  /** What they are filled with, in words. */
  readonly what: string;
};

/** Zeros inside a file whose format is compressed. */
export type ZeroRun = FileStretch & {
  readonly format: string;
  /** Whether what stands before and behind it is dense: else only a proof that fails makes it damage. */
  readonly amidDense: boolean;
  /** Largest size of a piece, a power of two, that start and end are both multiples of. */
  readonly piece?: number;
};

/** Zeros from some place to the end of the image. */
export type ZeroEnd = {
  readonly span: Span;
  /** Files with content that begin and end in it. */
  readonly files: number;
  /** Format of a compressed file among them. */
  readonly format?: string;
  readonly piece?: number;
  /** The first of those files. */
  readonly tree: number;
  readonly node: number;
};

/** A block that stands twice in one file. */
export type Repeat = FileStretch & {
  /** Bytes from the first copy to the second. */
  readonly distance: number;
};

/** What a transfer in text mode did to all bytes. */
export type TextMode = {
  readonly kind: "lf-to-crlf" | "cr-dropped" | "seven-bit" | "nul-dropped" | "crlf-to-lf";
  /** Windows of 64 KiB with at least 7.2 bits of entropy per byte that say so. */
  readonly windows: number;
  /** File offset of the first changed line end, where it is known, else of the first window. */
  readonly start: number;
};

/** What a change of the character set did to all bytes. */
export type Transcoding = {
  readonly form: "latin-1" | "replacement";
  /** Bytes from the start of the file that are valid UTF-8. */
  readonly valid: number;
  /** Leads C2 and C3, or replacement characters. */
  readonly count: number;
  readonly start: number;
};

/** Traces of damage that one pass saw. */
export type TraceFacts = {
  readonly dead: readonly DeadSector[];
  readonly fillers: readonly Filler[];
  readonly zeroRuns: readonly ZeroRun[];
  readonly zeroEnd?: ZeroEnd;
  readonly repeats: readonly Repeat[];
  readonly textMode?: TextMode;
  readonly transcoding?: Transcoding;
  /** Runs of filled sectors that were looked at no more, since there were too many. */
  readonly passedOver: number;
};
