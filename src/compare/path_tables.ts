// Fields of path table records, matched by the path that their ancestors spell (ECMA-119:1987 9.4).

import { equalBytes, hex } from "../bytes/text.ts";
import type { PathTable } from "../model/path_table.ts";
import { identifierText, pathTablePath } from "../model/places.ts";
import { type FieldList, layoutFields, type Recorded } from "./fields.ts";
import { matchEntries } from "./match.ts";
import { isUntouched, type TreePair } from "./records.ts";
import type { SectorSet } from "./sectors.ts";
import type { Side } from "./side.ts";

/** Bytes of a table that are read at a time. */
const PIECE = 256 * 1024;

/** Compares the tables of a pair of trees: type L with L and M with M, the optional copies likewise. */
export async function comparePathTables(
  a: Side,
  b: Side,
  pair: TreePair,
  sectors: SectorSet,
  list: FieldList,
  signal: AbortSignal | undefined,
): Promise<void> {
  const others = b.image.pathTables.filter(({ tree }) => tree === pair.b);
  for (const table of a.image.pathTables) {
    if (table.tree !== pair.a) continue;
    signal?.throwIfAborted();
    const other = others.find(({ type, optional }) =>
      type === table.type && optional === table.optional
    );
    if (other === undefined) continue;
    const { start, length } = table.span;
    const sameLength = length === other.span.length;
    if (sameLength && isUntouched(a, b, start, other.span.start, length, sectors)) continue;
    await compareTables(a, b, table, other, list);
  }
}

async function compareTables(
  a: Side,
  b: Side,
  tableA: PathTable,
  tableB: PathTable,
  list: FieldList,
): Promise<void> {
  const [bytesA, bytesB] = [new TableBytes(a, tableA), new TableBytes(b, tableB)];
  const volume = a.image.namespaceOf(tableA.tree)?.kind;
  for (const [one, other] of pairedRecords(tableA, tableB)) {
    const recordA = await recorded(tableA, one, bytesA);
    const recordB = await recorded(tableB, other, bytesB);
    list.compare(recordA, recordB, {
      path: () => pathTablePath(a.image, tableA, one),
      ...(volume === undefined ? {} : { volume }),
    });
  }
}

// Parents stand before their children, so their partners are known: a record is matched by its parent's
// partner and its identifier.
function* pairedRecords(a: PathTable, b: PathTable): Generator<[number, number]> {
  if (sameHierarchy(a, b)) {
    for (let index = 0; index < a.count; index++) yield [index, index];
    return;
  }
  const partner = new Int32Array(a.count).fill(-1);
  const key = (table: PathTable, parentOf: (index: number) => number) => (index: number) => {
    const { identifier, parent } = table.record(index);
    return `${index === 0 ? "root" : parentOf(parent - 1)} ${hex(identifier)}`;
  };
  const keyA = key(a, (index) => partner[index] ?? -1);
  const keyB = key(b, (index) => index);
  for (const depth of levels(a, b)) {
    for (const [one, other] of matchEntries(depth.a, depth.b, keyA, keyB)) {
      if (one === undefined || other === undefined) continue;
      partner[one] = other;
      yield [one, other];
    }
  }
}

function sameHierarchy(a: PathTable, b: PathTable): boolean {
  if (a.count !== b.count) return false;
  for (let index = 0; index < a.count; index++) {
    const [one, other] = [a.record(index), b.record(index)];
    if (one.parent !== other.parent || !equalBytes(one.identifier, other.identifier)) return false;
  }
  return true;
}

type Level = { readonly a: readonly number[]; readonly b: readonly number[] };

/** Records by their depth, as far as both tables go. */
function levels(a: PathTable, b: PathTable): readonly Level[] {
  const [one, other] = [byDepth(a), byDepth(b)];
  return one.slice(0, other.length).map((records, depth) => ({
    a: records,
    b: other[depth] ?? [],
  }));
}

function byDepth(table: PathTable): number[][] {
  const depths = new Int32Array(table.count);
  const records: number[][] = [];
  for (let index = 0; index < table.count; index++) {
    const parent = table.record(index).parent - 1;
    // A parent that comes later is damage: such a record has no path, and no partner.
    if (index > 0 && (parent < 0 || parent >= index)) depths[index] = -1;
    else if (index > 0) depths[index] = depths[parent] === -1 ? -1 : (depths[parent] ?? 0) + 1;
    const depth = depths[index] ?? 0;
    if (depth >= 0) (records[depth] ??= []).push(index);
  }
  return records;
}

/** Bytes of a table, a piece at a time. */
class TableBytes {
  readonly #side: Side;
  readonly #table: PathTable;
  #start = 0;
  #bytes = new Uint8Array(0);

  constructor(side: Side, table: PathTable) {
    this.#side = side;
    this.#table = table;
  }

  async read(start: number, length: number): Promise<Uint8Array> {
    const inside = start >= this.#start && start + length <= this.#start + this.#bytes.length;
    if (!inside) {
      const wanted = Math.max(length, Math.min(PIECE, this.#table.end - start));
      this.#bytes = (await this.#side.image.read(start, wanted)).bytes.slice();
      this.#start = start;
    }
    return this.#bytes.subarray(start - this.#start, start - this.#start + length);
  }
}

async function recorded(table: PathTable, index: number, source: TableBytes): Promise<Recorded> {
  const { layout } = table;
  const { start, identifier } = table.record(index);
  const { length } = identifier;
  const bytes = await source.read(start, layout.size + length);
  const fields = () => [...layoutFields(layout, bytes), {
    name: "directoryIdentifier",
    offset: layout.size,
    length,
    clause: "9.4.5",
    role: "value" as const,
    value: () => identifierText(identifier),
  }];
  return { title: layout.title, clause: layout.clause, start, bytes, fields };
}
