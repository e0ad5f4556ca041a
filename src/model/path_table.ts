// A path table as recorded (ECMA-119:1987 6.9, 9.4), in columns.

import type { Span } from "../bytes/span.ts";
import type { Layout } from "../bytes/struct.ts";
import { ByteStrings, Column } from "./columns.ts";

/** `L` has its numbers LSB first, `M` MSB first. */
export type PathTableType = "L" | "M";

/** One record of a path table. */
export type PathTableRecord = {
  /** Logical byte at which the record begins. */
  readonly start: number;
  readonly identifier: Uint8Array;
  /** Logical block of the directory. */
  readonly location: number;
  /** Number of the parent's record, from 1. */
  readonly parent: number;
  /** Blocks of the extended attribute record. */
  readonly extendedAttributeLength: number;
};

/** A path table: records in recorded order. */
export class PathTable {
  /** Byte order of its numbers. */
  readonly type: PathTableType;
  /** Whether it is the optional copy. */
  readonly optional: boolean;
  /** Number of its tree in the image. */
  readonly tree: number;
  /** Where it lies, as the descriptor says. */
  readonly span: Span;
  /** Table of the fixed head of its records; the identifier follows. */
  readonly layout: Layout;
  /** Logical byte after the last record; what follows up to the end is zero, or is no record. */
  end = 0;
  readonly #start = new Column(Float64Array);
  readonly #location = new Column(Uint32Array);
  readonly #parent = new Column(Uint32Array);
  readonly #extended = new Column(Uint8Array);
  readonly #identifiers = new ByteStrings();

  /** An empty table; records follow by {@linkcode PathTable.add}. */
  constructor(
    type: PathTableType,
    optional: boolean,
    tree: number,
    span: Span,
    layout: Layout,
  ) {
    this.type = type;
    this.layout = layout;
    this.optional = optional;
    this.tree = tree;
    this.span = span;
  }

  /** Records in the table. */
  get count(): number {
    return this.#start.length;
  }

  /** Appends a record. */
  add(record: PathTableRecord): void {
    this.#start.push(record.start);
    this.#location.push(record.location);
    this.#parent.push(record.parent);
    this.#extended.push(record.extendedAttributeLength);
    this.#identifiers.push(record.identifier);
  }

  /** Record `index`, from 0; its number in the table is one more. */
  record(index: number): PathTableRecord {
    return {
      start: this.#start.get(index),
      identifier: this.#identifiers.get(index),
      location: this.#location.get(index),
      parent: this.#parent.get(index),
      extendedAttributeLength: this.#extended.get(index),
    };
  }
}
