// HFS and HFS Plus volumes beside or around the others: where they are, and how large.

import type { Span } from "../bytes/span.ts";

/** A B-tree of a volume. */
export type HfsTree = {
  readonly name: "catalog" | "extents";
  /** Where its header node begins, as far as it was read. */
  readonly header: Span;
  /** Bytes of the file that it is in, by its fork. */
  readonly bytes: number;
  /** Its first extents in logical bytes, in order; those that follow are in the extents tree. */
  readonly extents: readonly Span[];
};

/** One volume. All places are logical bytes. */
export type HfsVolume = {
  readonly kind: "hfs" | "hfsplus";
  readonly start: number;
  /** The master directory block or the volume header. */
  readonly header: Span;
  readonly blockSize: number;
  readonly blocks: number;
  /** The byte after the last allocation block. */
  readonly end: number;
  /** The second copy of the header, where one was found. */
  readonly alternate?: Span;
  readonly trees: readonly HfsTree[];
};

/** A map entry that announces an HFS volume where there is none. */
export type HfsMissing = {
  /** Where the volume should begin. */
  readonly start: number;
  /** The map entry. */
  readonly entry: Span;
  /** Whether a FAT volume begins there. */
  readonly isFat: boolean;
};

/** What is known of HFS in an image. */
export type HfsFacts = {
  readonly volumes: readonly HfsVolume[];
  readonly missing: readonly HfsMissing[];
};

/** What a walk over the leaves of a catalogue counted. */
export type HfsCatalog = {
  /** Where its volume begins, in logical bytes. */
  readonly start: number;
  readonly files: number;
  /** Files with a type or creator other than zeros and question marks. */
  readonly typed: number;
  /** Files with a resource fork that is not empty, and the bytes of all. */
  readonly forks: number;
  readonly forkBytes: number;
  /** The first of them: name, type and creator, bytes of the resource fork. */
  readonly first: readonly {
    readonly name: string;
    readonly type: string;
    readonly fork: number;
  }[];
  /** Not all leaves were read: there are too many, or one is damaged. */
  readonly isPartial: boolean;
};
