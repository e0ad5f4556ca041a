// Directories decoded on demand: their records, system use entries and path table records.

import type { Span } from "../bytes/span.ts";
import type { FieldRole, Fields, Layout, Structure, Values } from "../bytes/struct.ts";

/** A field whose place varies: one of those that follow the fixed head of a structure. */
export type VariableField = {
  readonly name: string;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  readonly length: number;
  readonly clause: string;
  readonly role: FieldRole;
  /** The value as people read it. */
  readonly value: () => string;
};

/** One system use entry (SUSP 1.12 4), wherever it stands. */
export type SystemUseEntry = {
  /** Two characters. */
  readonly signature: string;
  readonly span: Span;
  readonly bytes: Uint8Array;
  /** Bytes of it: those of `field` from `at` on. Most entries are looked at where they stand. */
  readonly length: number;
  /** What it stands in: a system use field, or a continuation area. */
  readonly field: Uint8Array;
  readonly at: number;
  /** Its table: the bare head where the signature is not known. */
  readonly layout: Layout;
  /** Values of that table, or undefined where the entry is shorter. */
  readonly value: Values<Fields> | undefined;
  /** Fields behind those of the layout, decoded now. */
  readonly parts: readonly VariableField[];
  /** Whether it stands in the record or in a continuation area. */
  readonly area: "record" | "continuation";
};

/** Bytes of a system use field that belong to a scheme other than SUSP, or to none. */
export type SystemUseBytes = {
  readonly scheme: "xa" | "apple" | "unknown";
  /** Its table, where the bytes are just that structure. */
  readonly layout?: Layout;
  readonly span: Span;
  readonly bytes: Uint8Array;
};

/** One directory record with all that it carries. */
export type RecordView = Structure & {
  /** All bytes of the record. */
  readonly bytes: Uint8Array;
  readonly identifier: Uint8Array;
  /** 0 `.`, 1 `..`, else undefined. */
  readonly reserved: 0 | 1 | undefined;
  /** Node of the tree that it stands for; `.` and `..` have none of their own. */
  readonly node: number | undefined;
  /** Number of the file section, from 0. */
  readonly section: number;
  readonly systemUse: readonly SystemUseEntry[];
  readonly other: readonly SystemUseBytes[];
  /** Continuation areas that the record's entries name, in logical bytes. */
  readonly continuations: readonly Span[];
};

/** Which directory, and where it is. */
export type DirectoryPlace = {
  readonly tree: number;
  readonly node: number;
  /** Where it lies, as its parent's record says. */
  readonly span: Span;
};

/** One directory, or a part of one: its records in recorded order, `.` and `..` among them. */
export type DirectoryView = DirectoryPlace & {
  /** Byte of the extent at which the part begins; 0 in a whole directory. */
  readonly from: number;
  /** Bytes of the part that could be read. */
  readonly bytes: Uint8Array;
  /**
   * In the last part, up to one sector that follows the last block of the extent: it may hold records
   * left behind.
   */
  readonly after: Uint8Array;
  readonly records: readonly RecordView[];
};

/** Values of an entry's layout, or undefined where it was decoded with another. */
export function entryValue<F extends Fields>(
  entry: SystemUseEntry,
  layout: Layout<F>,
): Values<F> | undefined {
  // The id names one layout, so values decoded with it have its fields.
  return entry.layout.id === layout.id ? entry.value as Values<F> | undefined : undefined;
}
