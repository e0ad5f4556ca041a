// The path tables of one tree beside the tree: which directory each record stands for, and which none.

import { decodeLatin1, equalBytes } from "../../bytes/text.ts";
import { pathTableRecordL } from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { PathTable, PathTableRecord } from "../../model/path_table.ts";
import type { Tree } from "../../model/tree.ts";

/** A record of the table that is judged, with the directories of the tree that it may stand for. */
export type TableEntry = {
  /** From 0; its number in the table is one more. */
  readonly index: number;
  readonly record: PathTableRecord;
  /** Type L and Type M give it different names, places or parents: ISO-PTH-003 says so. */
  readonly disputed: boolean;
  /** Directories at its place; several where records share an extent. */
  readonly byPlace: readonly number[];
  /** The directory of its name under its parent's directory. */
  readonly byName: number | undefined;
};

/** How a table ends: at its size, in zeros before it, or at bytes that are no record. */
export type Stop = "size" | "zeros" | "overrun" | "malformed";

/** Records that can be named as a parent (9.4.4). */
export const PARENTS = 65535;

const views = new WeakMap<Tree, PathTableView>();

/** The tables of one tree. Made once for all checks. */
export class PathTableView {
  /** The tree itself. */
  readonly tree: Tree;
  /** Every table that could be read, the optional ones last. */
  readonly tables: readonly PathTable[];
  /** The Type L table, if there is one. */
  readonly L: PathTable | undefined;
  /** The Type M table, if there is one. */
  readonly M: PathTable | undefined;
  /** Optional tables. */
  readonly copies: readonly PathTable[];
  /** The table that is held against the tree: Type L, or Type M where that is missing. */
  readonly table: PathTable;
  /** Whether the numbers of Type M agree with Type L when swapped, and not as they are. */
  readonly swapped: boolean;
  /** Records of {@linkcode PathTableView.table}. */
  readonly entries: readonly TableEntry[];
  /** Level of each record, the root's 1; 0 where its parents are impossible. */
  readonly levels: readonly number[];
  /** Logical block of the root directory. */
  readonly rootBlock: number;
  /** Directories of the tree, the root among them. */
  readonly directories: number;
  /** Whether table and tree cannot be held against each other: the walk or the numbers had an end. */
  readonly limited: boolean;
  readonly #claimed = new Set<number>();
  readonly #image: Image;

  private constructor(image: Image, tree: Tree, tables: readonly PathTable[], table: PathTable) {
    this.#image = image;
    this.tree = tree;
    this.tables = tables;
    this.copies = tables.filter((each) => each.optional);
    this.L = tables.find((each) => each.type === "L" && !each.optional);
    this.M = tables.find((each) => each.type === "M" && !each.optional);
    this.table = table;
    this.swapped = this.#isSwapped();
    this.rootBlock = blockOf(tree, 0);
    this.directories = countDirectories(tree);
    this.limited = tree.limited || this.directories > PARENTS;
    const { byPlace, byName } = this.limited ? noIndex : index(tree);
    this.entries = this.#entries(byPlace, byName);
    this.levels = levelsOf(this.entries);
  }

  /** The tables of a tree, or undefined where none could be read. */
  static of(image: Image, number: number, tree: Tree): PathTableView | undefined {
    const known = views.get(tree);
    if (known !== undefined) return known;
    const own = image.pathTables.filter((table) => table.tree === number);
    const tables = [...own].sort((a, b) => Number(a.optional) - Number(b.optional));
    const table = tables.find((each) => !each.optional && each.count > 0);
    if (table === undefined) return undefined;
    const view = new PathTableView(image, tree, tables, table);
    views.set(tree, view);
    return view;
  }

  #isSwapped(): boolean {
    const { L, M } = this;
    if (L === undefined || M === undefined || L.count !== M.count || L.count === 0) return false;
    let differs = false;
    for (let at = 0; at < L.count; at++) {
      const [a, b] = [L.record(at), M.record(at)];
      if (!equalBytes(a.identifier, b.identifier)) return false;
      if (swap(b.location, 4) !== a.location || swap(b.parent, 2) !== a.parent) return false;
      differs ||= a.location !== b.location || a.parent !== b.parent;
    }
    return differs;
  }

  #entries(
    byPlace: ReadonlyMap<number, readonly number[]>,
    byName: ReadonlyMap<string, number>,
  ): TableEntry[] {
    const entries: TableEntry[] = [];
    const nodes: (number | undefined)[] = [];
    const { M, table } = this;
    const other = table.type === "L" && !this.swapped ? M : undefined;
    for (let at = 0; at < Math.min(table.count, PARENTS); at++) {
      const record = table.record(at);
      const twin = other !== undefined && at < other.count ? other.record(at) : undefined;
      const disputed = twin !== undefined && !sameRecord(record, twin);
      const parent = at === 0 ? undefined : nodes[record.parent - 1];
      const named = at === 0 ? 0 : byName.get(nameKey(parent ?? -1, record.identifier));
      const places = byPlace.get(record.location) ?? [];
      entries.push({ index: at, record, disputed, byPlace: places, byName: named });
      const best = places.includes(named ?? -1) ? named : places[0] ?? named;
      nodes.push(best);
      // A disputed record still is in the table, under its name or at either place.
      const claimed = [named, ...places, ...(twin && byPlace.get(twin.location) || [])];
      for (const node of claimed) if (node !== undefined) this.#claimed.add(node);
    }
    return entries;
  }

  /** Directories of the tree that no record stands for. */
  readonly missing = (): number[] => {
    const { tree } = this;
    const nodes: number[] = [];
    for (let node = 1; node < tree.count; node++) {
      const isRecorded = tree.isDirectory(node) && !tree.found.has(node);
      if (isRecorded && !this.#claimed.has(node)) nodes.push(node);
    }
    return nodes;
  };

  /** How a table ends. */
  readonly stops = (table: PathTable): Stop => {
    const end = table.span.start + table.span.length;
    if (table.end >= end) return "size";
    const at = table.end;
    const fault = this.#image.faults.find(({ kind, span, structure }) =>
      kind.startsWith("path-table-") && structure === table.layout.id && span?.start === at
    );
    if (fault === undefined) return "zeros";
    return fault.kind === "path-table-overrun" ? "overrun" : "malformed";
  };

  /** The rule about the end of the table, for what is missing behind it. */
  get stopRule(): string {
    const stop = this.stops(this.table);
    return stop === "overrun" ? "ISO-PTH-005" : stop === "zeros" ? "ISO-PTH-014" : "ISO-PTH-006";
  }
}

function sameRecord(a: PathTableRecord, b: PathTableRecord): boolean {
  return a.location === b.location && a.parent === b.parent &&
    equalBytes(a.identifier, b.identifier);
}

function swap(value: number, bytes: 2 | 4): number {
  const view = new DataView(new ArrayBuffer(pathTableRecordL.size));
  if (bytes === 2) view.setUint16(0, value);
  else view.setUint32(0, value);
  return bytes === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
}

/** Logical block that the record of a directory names: that of its extended attribute record, if any. */
function blockOf(tree: Tree, node: number): number {
  const extended = tree.extendedLengths.get(node) ?? 0;
  return tree.extent(node, 0).start / tree.blockSize - extended;
}

function nameKey(parent: number, identifier: Uint8Array): string {
  return `${parent}/${decodeLatin1(identifier)}`;
}

function countDirectories(tree: Tree): number {
  let count = 0;
  for (let node = 0; node < tree.count; node++) if (tree.isDirectory(node)) count++;
  return count;
}

type Index = {
  /** Directories by the logical block that their records name. */
  readonly byPlace: ReadonlyMap<number, readonly number[]>;
  /** Directories by parent and identifier. */
  readonly byName: ReadonlyMap<string, number>;
};

const noIndex: Index = { byPlace: new Map(), byName: new Map() };

function index(tree: Tree): Index {
  const byPlace = new Map<number, number[]>();
  const byName = new Map<string, number>();
  for (let node = 0; node < tree.count; node++) {
    // What was found by the table itself says nothing for or against it.
    if (!tree.isDirectory(node) || tree.extentCount(node) === 0) continue;
    if (node > 0 && tree.found.has(node)) continue;
    const block = blockOf(tree, node);
    const known = byPlace.get(block);
    if (known === undefined) byPlace.set(block, [node]);
    else known.push(node);
    if (node > 0) byName.set(nameKey(tree.parent(node), tree.identifier(node)), node);
  }
  return { byPlace, byName };
}

function levelsOf(entries: readonly TableEntry[]): number[] {
  const levels: number[] = [];
  for (const { record, index: at } of entries) {
    if (at === 0) levels.push(1);
    else {
      const above = record.parent <= at ? levels[record.parent - 1] ?? 0 : 0;
      levels.push(above === 0 ? 0 : above + 1);
    }
  }
  return levels;
}
