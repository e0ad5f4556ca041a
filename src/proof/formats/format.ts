// What a format of files is to the proof: how it is known, and who checks the checksums inside.

import { EXPANDS, type ZisofsProblem } from "../../model/format_proof.ts";
import type { Strength } from "../../model/claims.ts";
import type { Zisofs } from "../../model/tree.ts";

/** The stored bytes of one file, or of a part of it, in their order. */
export interface FileReader {
  /** Byte of the file that comes next. */
  readonly position: number;
  /** The byte of the file after the last of these. */
  readonly end: number;
  /**
   * The next bytes, at least so many (fewer only at the end), without waiting; undefined where that
   * takes waiting. A view that the next call may overwrite.
   */
  ready(least: number): Uint8Array | undefined;
  /** The same, after waiting. At most {@linkcode MOST_PEEKED} may be asked for. */
  peek(least: number): Promise<Uint8Array>;
  /** Goes on by so many bytes, which were peeked. */
  advance(count: number): void;
  /** Goes on by so many bytes, or to the end. */
  skip(count: number): Promise<void>;
  /**
   * Bytes anywhere in the file, read by themselves: for an index that stands behind what it tells of.
   * Short at the end of the file; there is a bound on all of them together.
   */
  look(at: number, length: number): Promise<Uint8Array>;
}

/** Bytes that may be asked for at a time: the largest block of a format that is judged whole. */
export const MOST_PEEKED = 4 * 1024 * 1024 + 64 * 1024;

/** What of a file a checksum contradicts. Positions are bytes of the file. */
export type Failure = {
  /** What vouches for it: `gzip CRC-32`. */
  readonly what: string;
  /** What the checksum covers. */
  readonly from: number;
  readonly to: number;
  /** Where the damage is known to lie, if less than all of that. */
  readonly suspectFrom?: number;
  readonly suspectTo?: number;
  readonly message: string;
  readonly recorded?: string;
  readonly computed?: string;
  readonly strength?: Strength;
  /** The file is good as far as it goes, and ends too early. */
  readonly cut?: boolean;
  /** A digest over a resource of an archive of the Windows installer. */
  readonly resource?: boolean;
};

/** What of a compressed file (zisofs) is wrong. */
export type ZisofsFailure = Failure & {
  readonly problem: ZisofsProblem;
  readonly expected?: string;
};

/** Takes what a checker finds out about one file. */
export interface FormatReport {
  /** What the record of the file says of its compression. */
  readonly zisofs: Zisofs | undefined;
  /** Stored bytes of the file. */
  readonly size: number;
  /** The byte of the file up to which there is a word on every checksum. */
  readonly reached: number;
  /** A checksum over bytes `[from, to)` of the file holds; `twin` where they are recorded twice. */
  holds(what: string, strength: Strength, from: number, to: number, kind?: "twin"): void;
  /** A checksum does not hold, or the stream does not decode. */
  fails(failure: Failure): void;
  /** Something that is no damage. */
  remarks(failure: Failure): void;
  /** A compressed file (zisofs) is not what its record says. */
  failsZisofs(failure: ZisofsFailure): void;
  /** So many bytes of content were decoded. Throws {@linkcode NotChecked} where the file has too many. */
  grew(content: number): void;
  /** Bytes `[from, to)` are under no checksum, or under one that is not checked: why. */
  unchecked(reason: string, from: number, to: number): void;
}

/** A format of files. */
export interface Format {
  readonly name: string;
  /** Whether it is structure of the image, and checked in every audit that reads the data. */
  readonly always?: boolean;
  /** Whether a file that begins so (up to 2048 bytes) is of the format. Never throws. */
  probe(head: Uint8Array, file: Probed): boolean;
  /**
   * Reads a file and reports. May throw what this file names; everything else is a bug. It need not
   * read to the end.
   */
  check(reader: FileReader, report: FormatReport): Promise<void>;
}

/** What is known of a file before it is read. */
export type Probed = {
  /** The name of the file in its directory. */
  readonly name: () => string;
  readonly size: number;
  readonly zisofs: Zisofs | undefined;
};

/** Stored data that cannot be what the format allows. */
export class Damaged extends Error {
  /** Byte of the file at which that shows, where the decoder knows it. */
  readonly at: number | undefined;
  /** Whether the data are good as far as they go, and end too early. */
  readonly cut: boolean;

  /** Says what is wrong, with the recorded numbers. */
  constructor(message: string, at?: number, cut = false) {
    super(message);
    this.name = "Damaged";
    this.at = at;
    this.cut = cut;
  }
}

/** A check that is not made: a method that is unknown, a limit. */
export class NotChecked extends Error {
  /** Says why. */
  constructor(reason: string) {
    super(reason);
    this.name = "NotChecked";
  }
}

/** Bytes of the file cannot be had. */
export class Unavailable extends NotChecked {
  /** Says why. */
  constructor(reason: string) {
    super(reason);
    this.name = "Unavailable";
  }
}

/** Bytes of content that may come of anything, and of each stored byte above that. */
const ALWAYS = 1024 * 1024 * 1024;
const RATIO = 1000;
/** Stored bytes that a decoder may have used without saying so yet. */
const AHEAD = 64 * 1024;

/** Members of a file that are checked whatever their size, and bytes of those above that on average. */
const MEMBERS = 65_536;
const SMALL = 256;

/** Throws {@linkcode NotChecked} where a file has more tiny members than anything genuine has. */
export function checkMembers(members: number, stored: number): void {
  if (members <= MEMBERS || members * SMALL <= stored) return;
  throw new NotChecked(
    `it has more than ${MEMBERS} members, of less than ${SMALL} bytes each on average`,
  );
}

/** Throws {@linkcode NotChecked} where stored bytes give more content than anything genuine does. */
export function checkExpansion(content: number, stored: number): void {
  if (content > ALWAYS && content > RATIO * (stored + AHEAD)) throw new NotChecked(EXPANDS);
}
