// What the lists inside an image say of its files: facts for the rules.

import type { Span } from "../bytes/span.ts";
import type { Hashes } from "./result.ts";

/** A list of digests that the user gave, whatever it was parsed from. */
export interface SuppliedList {
  /** Files listed. */
  readonly count: number;
  /** Path of a file, without leading `./` and `/`; empty for a digest that stands alone. */
  path(index: number): { readonly path: string };
  /** Digests of a file; `either` are SHA-256 or BLAKE3, which the list does not say. */
  digests(index: number): readonly {
    readonly algorithm: keyof Hashes;
    readonly either: boolean;
    readonly hex: string;
  }[];
}

/** A list that the user gave, and what it is called. */
export type Supplied = { readonly name: string; readonly list: SuppliedList };

/** Where a list records something. */
export type ListPlace = {
  /** Path of the list, or the name of the one that the user gave. */
  readonly list: string;
  /** From 1; 0 where the list has no lines. */
  readonly line: number;
  /** The line, or the list where it is not stored as it is; absent where it is not in the image. */
  readonly record?: Span;
};

/** A file that is not as a list records it. */
export type ListMismatch = ListPlace & {
  readonly kind: "sums" | "repository" | "manifest";
  readonly tree: number;
  readonly node: number;
  readonly algorithm: string;
  readonly recorded: string;
  readonly computed: string;
  /** Bytes of the file as recorded and as they are, where these differ. */
  readonly sizes?: { readonly recorded: number; readonly actual: number };
  /**
   * Why it is no damage of the file: `record`: the two digests have nearly all digits in common, so that of
   * the list was altered; `undone`: the digest holds once what mastering wrote is undone; `name`: files of
   * this name are written when the image is made; absent where it is damage.
   */
  readonly excuse?: "record" | "undone" | "name";
};

/** One list with what it comes to. */
export type ListReport = {
  readonly list: string;
  readonly kind: ListMismatch["kind"];
  /** It describes a mirror or a set of discs: what it lists need not be here. */
  readonly partial: boolean;
  /**
   * What of its text was read: `codec` where it is compressed in a form that is not expanded, `encoding`
   * where it is UTF-16, `line` where an entry is too long for a line.
   */
  readonly state: "read" | "cut" | "limit" | "codec" | "broken" | "encoding" | "line";
  /** Where it is. */
  readonly span?: Span;
  readonly listed: number;
  readonly compared: number;
  readonly differing: number;
  /** More than half of what was compared differs, in enough lines to tell. */
  readonly stale: boolean;
  /** Paths of the first files that differ from a list that is stale. */
  readonly firstDiffering: readonly string[];
  readonly absent: {
    readonly count: number;
    /** Those whose names no namespace of the image can record as they are. */
    readonly renamed: number;
    readonly names: readonly string[];
    readonly first?: Omit<ListPlace, "list">;
  };
  /** Lines that are no entries, though nearly. */
  readonly damaged: { readonly count: number; readonly first?: Omit<ListPlace, "list"> };
};

/** Why not all of a list was read, in words that follow its name; without what else tells it. */
export const unreadList: Readonly<Partial<Record<ListReport["state"], string>>> = {
  cut: "was not read to its end: its bytes are not all there",
  limit: "was not read to its end: the lists of the image have too much text",
  codec: "was not read to its end: it is compressed in a form that is not expanded yet",
  encoding: "was not read: its text is UTF-16, and lists are read in UTF-8",
  line: "was not read in all its lines: one has more than 64 KiB",
};

/** A file that signs another, or a list with a signature of its own text. */
export type SignatureFile = { readonly tree: number; readonly node: number; readonly path: string };

/** What all lists of an image come to. */
export type ListFacts = {
  /** Lists of which there is something to say, the first of them. */
  readonly lists: readonly ListReport[];
  readonly mismatches: readonly ListMismatch[];
  /** The first files that were not compared, since their bytes are not all there. */
  readonly unread: readonly {
    readonly tree: number;
    readonly node: number;
    readonly list: string;
  }[];
  readonly signatures: { readonly files: readonly SignatureFile[]; readonly count: number };
  /** There are more lists, or more text in them, than is read. */
  readonly limited: boolean;
  /** Listed files that are compressed (zisofs) and could not be expanded to be compared. */
  readonly packed: ListFacts["unread"];
  /** Listed files, compressed ones among them, that were too many to be expanded. */
  readonly skipped: number;
};
