// The path tables that a descriptor names (ECMA-119:1987 8.4.14 to 8.4.17): where they are, whatever it says.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import type { VolumeKind } from "../../model/namespace.ts";
import { PathTable, type PathTableType } from "../../model/path_table.ts";
import type { Budget } from "./budget.ts";
import type { Context } from "./context.ts";
import type { TreeDescriptor } from "./descriptors.ts";
import { pathTableRecordL, pathTableRecordM } from "./layout.ts";
import { decodePathTable } from "./path_table.ts";

const silent = { structure: () => {}, fault: () => {} };

function swap32(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return view.getUint32(0, true);
}

/** Reads the path tables of one descriptor set. */
export class PathTableReader {
  readonly #context: Context;
  readonly #budget: Budget;
  /** Logical bytes of the descriptor set. */
  readonly #set: { readonly start: number; readonly end: number };

  constructor(
    context: Context,
    budget: Budget,
    set: { readonly start: number; readonly end: number },
  ) {
    this.#context = context;
    this.#budget = budget;
    this.#set = set;
  }

  /** Reads all tables that a descriptor names; those that cannot be are faults. */
  async read(
    { value, span }: TreeDescriptor,
    volume: VolumeKind,
    blockSize: number,
    treeIndex: number,
  ): Promise<PathTable[]> {
    const tables: PathTable[] = [];
    const size = await this.#pathTableSize(value, blockSize);
    const read = async (type: PathTableType, optional: boolean, named: number, field: number) => {
      if (optional && named === 0) return;
      const block = type === "M" && !optional
        ? this.#typeMBlock(named, size, blockSize, logicalSpan(span.start + field, 4), volume)
        : named;
      const place = logicalSpan(block * blockSize, size);
      const table = await this.#readPathTable(type, optional, treeIndex, place, {
        volume,
        block,
        field: logicalSpan(span.start + field, 4),
      });
      if (table !== undefined) tables.push(table);
    };
    await read("L", false, value.typeLPathTable, 140);
    await read("L", true, value.optionalTypeLPathTable, 144);
    await read("M", false, value.typeMPathTable, 148);
    await read("M", true, value.optionalTypeMPathTable, 152);
    return tables;
  }

  // Where the two copies differ, the one at which the records of the Type L table end is right.
  async #pathTableSize(
    { pathTableSize, typeLPathTable }: TreeDescriptor["value"],
    blockSize: number,
  ): Promise<number> {
    const { le, be } = pathTableSize;
    if (le === be) return le;
    const start = typeLPathTable * blockSize;
    for (const size of [le, be]) {
      if (size > this.#context.limits.pathTableBytes) continue;
      const { bytes } = await this.#context.read(start, size);
      const table = new PathTable("L", false, 0, logicalSpan(start, size), pathTableRecordL);
      decodePathTable(table, bytes, "", silent);
      if (table.count > 0 && table.end === start + size) return size;
    }
    return le;
  }

  // Some masters recorded this number LSB first: it then fits only when swapped.
  #typeMBlock(
    named: number,
    size: number,
    blockSize: number,
    field: Span,
    volume: VolumeKind,
  ): number {
    const { logicalSize, out } = this.#context;
    const fits = (block: number) =>
      !this.#isReserved(block * blockSize) && block * blockSize + size <= logicalSize;
    const swapped = swap32(named);
    if (size === 0 || fits(named) || !fits(swapped)) return named;
    out.fault({
      kind: "path-table-byte-order",
      structure: pathTableRecordM.id,
      span: field,
      message: `the Type M path table is said to be at logical block ${named}, which is outside ` +
        `the image; LSB first the number is ${swapped}`,
      recorded: String(named),
      expected: String(swapped),
      volume,
    });
    return swapped;
  }

  // The system area and the descriptors hold no path table.
  #isReserved(start: number): boolean {
    const { start: first, end } = this.#set;
    return start < this.#context.logicalStart + 17 * SECTOR || (start >= first && start < end);
  }

  async #readPathTable(
    type: PathTableType,
    optional: boolean,
    tree: number,
    span: Span,
    { volume, block, field }: {
      readonly volume: VolumeKind;
      readonly block: number;
      readonly field: Span;
    },
  ): Promise<PathTable | undefined> {
    const { logicalSize, limits, out, read } = this.#context;
    const end = span.start + span.length;
    const reserved = this.#isReserved(span.start);
    if (reserved || end > logicalSize || span.length === 0) {
      const omitted = span.start === 0 ? "path-table-omitted" : "path-table-outside";
      out.fault({
        kind: optional ? "optional-path-table-outside" : omitted,
        structure: `iso9660/path-table-record-${type.toLowerCase()}`,
        span: field,
        message:
          `the Type ${type} path table, bytes [${span.start}, ${end}), does not lie in the data area, ` +
          `which ends at byte ${logicalSize}`,
        recorded: String(block),
        volume,
      });
      if (reserved || span.start >= logicalSize || span.length === 0) {
        return undefined;
      }
    }
    out.claim(span, "path-table", { name: `Type ${type} path table (${volume})` });
    const wanted = Math.min(span.length, limits.pathTableBytes);
    if (wanted < span.length) {
      out.fault({
        kind: "limit",
        structure: `iso9660/path-table-record-${type.toLowerCase()}`,
        span: logicalSpan(span.start + wanted, span.length - wanted),
        message: `a path table of ${span.length} bytes is longer than the limit of ${wanted}`,
        volume,
      });
    }
    const { bytes } = await read(span.start, wanted);
    const table = new PathTable(
      type,
      optional,
      tree,
      span,
      type === "L" ? pathTableRecordL : pathTableRecordM,
    );
    const left = this.#budget.left("pathTableRecords");
    decodePathTable(table, bytes, volume, out, { left, limit: limits.pathTableRecords });
    this.#budget.take("pathTableRecords", table.count);
    return table;
  }
}
