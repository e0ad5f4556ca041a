// Directories that nothing leads to any more, put back into their trees: by the path tables, then by their own
// records (ECMA-119:1987 6.8.2.2, 6.9). Each says in `Tree.found` how it was found.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { equalBytes } from "../../bytes/text.ts";
import { epochOfTime7 } from "../../bytes/time.ts";
import type { PathTable } from "../../model/path_table.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import type { Context } from "./context.ts";
import { directoryRecord } from "./layout.ts";
import { type LooseDirectory, looseDirectory, Remains } from "./remains.ts";
import type { TreeWalk } from "./walk.ts";

/** Directories of a found path table that are looked at before it is believed. */
const TRIED = 32;

/** A tree that was walked. */
export type Walked = {
  readonly tree: Tree;
  readonly walk: TreeWalk;
  readonly blockSize: number;
};

/** A root directory that no usable record names, and how it was found. */
export type FoundRoot = {
  readonly start: number;
  readonly length: number;
  readonly found: string;
};

/** The folder of directories whose parents are unknown; a number follows where the root has that name. */
const FOLDER = "orphaned-directories";

/** How that folder was found. */
const MADE = "made for directories without a known parent";

/** Faults after which directories may be missing in a tree. */
const LOSSES = [
  "directory-not-records",
  "directory-outside",
  "directory-sector-blank",
  "directory-loop",
  "directory-shared",
  "directory-overrun",
  "record-length",
  "root-replaced",
  "truncated",
  "read-error",
];

/** How often one of those faults was met so far: more after a walk say that its tree is broken. */
export function lossesSoFar({ out }: Context): number {
  return LOSSES.reduce((sum, kind) => sum + out.faults.count(kind), 0);
}

/** Puts back what can be found of one image. */
export class Recovery {
  readonly #context: Context;
  readonly #remains: Remains;
  /** Tables that were found, and whether they are of this image. */
  readonly #own = new Map<PathTable, boolean>();
  #checks: number;

  /** `known` says that descriptors were found: then all of the image may be searched. */
  constructor(context: Context, known: boolean) {
    const { recoverySectors, blindSectors, orphans } = context.limits;
    this.#context = context;
    this.#remains = new Remains(context, SECTOR, known ? recoverySectors : blindSectors);
    this.#checks = orphans;
  }

  /** The root directory that nobody names: the first by its own records, else the one of a path table. */
  async root(wide: boolean, taken: (start: number) => boolean): Promise<FoundRoot | undefined> {
    const find = () =>
      this.#remains.directories.find((each) =>
        each.start === each.parent && (each.wide === true) === wide && !taken(each.start)
      );
    await this.#remains.search(() => find() !== undefined);
    const found = find();
    if (found !== undefined) {
      const { start, length } = found;
      return { start, length, found: `root record at sector ${start / SECTOR}` };
    }
    const table = (await this.#ownTables()).find((each) =>
      isWideTable(each) === wide && !taken(each.record(0).location * SECTOR)
    );
    if (table === undefined) return this.#rootAbove(wide, taken);
    const start = table.record(0).location * SECTOR;
    return { start, length: SECTOR, found: `path-table ${table.type}` };
  }

  // A file may be an image itself: its tables name places of that image, where none of our directories are.
  async #ownTables(): Promise<PathTable[]> {
    const own: PathTable[] = [];
    for (const table of this.#remains.tables) {
      const isOwn = this.#own.get(table) ?? await this.#fits(table);
      this.#own.set(table, isOwn);
      const { start } = table.span;
      const [free] = this.#context.out.unclaimed(start, start + SECTOR);
      if (isOwn && free?.start === start) own.push(table);
    }
    return own;
  }

  // Most of the places that it names hold directories whose parents are those that it names for them.
  async #fits(table: PathTable): Promise<boolean> {
    const placeOf = (index: number) => {
      const { location, extendedAttributeLength } = table.record(index);
      return (location + extendedAttributeLength) * SECTOR;
    };
    const step = Math.max(1, Math.floor((table.count - 1) / TRIED));
    let [tried, there] = [0, 0];
    for (let index = table.count > 1 ? 1 : 0; index < table.count && tried < TRIED; index += step) {
      const start = placeOf(index);
      const { bytes } = await this.#context.read(start, SECTOR);
      const found = looseDirectory(bytes, start, SECTOR);
      tried++;
      const { parent } = table.record(index);
      const above = parent <= table.count ? placeOf(parent - 1) : -1;
      if (found?.parent === above) there++;
    }
    return 2 * there > tried && this.#listsMost(table);
  }

  // Places may agree by chance, in small images above all: a table lists every directory of its tree.
  #listsMost(table: PathTable): boolean {
    const wide = isWideTable(table);
    const starts = new Set<number>();
    for (let index = 0; index < table.count; index++) {
      const { location, extendedAttributeLength } = table.record(index);
      starts.add((location + extendedAttributeLength) * SECTOR);
    }
    let [known, listed] = [0, 0];
    for (const each of this.#remains.directories) {
      if (each.wide !== wide) continue;
      known++;
      if (starts.has(each.start)) listed++;
    }
    return 2 * listed >= known;
  }

  // Directories name their parent: the first that several name, and that is not there, is the root.
  #rootAbove(wide: boolean, taken: (start: number) => boolean): FoundRoot | undefined {
    const { directories } = this.#remains;
    const starts = new Set(directories.map(({ start }) => start));
    const parents = new Map<number, number>();
    for (const { parent, wide: own } of directories) {
      if (own !== wide || starts.has(parent) || taken(parent)) continue;
      parents.set(parent, (parents.get(parent) ?? 0) + 1);
    }
    const [start] = [...parents.keys()].sort((a, b) => a - b);
    if (start === undefined) return undefined;
    const found = `".." of directories, at sector ${start / SECTOR}`;
    return { start, length: SECTOR, found };
  }

  /**
   * Adds the directories of a path table that the walk did not reach, each under its parent. Says whether
   * the table is one of this tree.
   */
  async fromTable(walked: Walked, table: PathTable): Promise<boolean> {
    const { tree, walk, blockSize } = walked;
    if (table.count === 0) return false;
    const root = table.record(0);
    const isOwn = (root.location + root.extendedAttributeLength) * blockSize ===
      tree.extent(0, 0).start;
    if (!isOwn) return false;
    const nodes = new Int32Array(table.count).fill(-1);
    nodes[0] = 0;
    for (let index = 1; index < table.count; index++) {
      this.#context.signal?.throwIfAborted();
      const { location, extendedAttributeLength } = table.record(index);
      const start = (location + extendedAttributeLength) * blockSize;
      const known = walk.directoryAt(start);
      if (known !== undefined) {
        nodes[index] = known;
        continue;
      }
      const directory = await this.#directoryAt(start, blockSize);
      if (directory === undefined) continue;
      const parent = this.#nodeOf(table, table.record(index).parent - 1, nodes, walked);
      const how = `path-table ${table.type}`;
      const { identifier } = table.record(index);
      nodes[index] = await this.#add(walked, parent, directory, identifier, how);
    }
    return true;
  }

  // A directory above one that is there is shown even where it cannot be read itself.
  #nodeOf(
    table: PathTable,
    index: number,
    nodes: Int32Array,
    { tree, walk, blockSize }: Walked,
  ): number {
    const pending: number[] = [];
    let at = index;
    while (at > 0 && at < table.count && (nodes[at] ?? -1) < 0 && pending.length < table.count) {
      pending.push(at);
      const { parent } = table.record(at);
      // Parents stand before their children (6.9.1).
      at = parent - 1 < at ? parent - 1 : 0;
    }
    let parent = Math.max(0, nodes[Math.max(0, at)] ?? 0);
    for (const each of pending.reverse()) {
      const { location, extendedAttributeLength, identifier, start } = table.record(each);
      const place = (location + extendedAttributeLength) * blockSize;
      const known = walk.directoryAt(place);
      const node = known ?? tree.add({
        parent,
        record: start,
        identifier,
        flags: fileFlags.directory,
        recorded: NaN,
      });
      if (known === undefined) {
        tree.addExtent(node, place, SECTOR);
        tree.addSize(node, SECTOR);
        tree.unreadable.set(node, "holds no records");
        tree.addFound(parent, node, `path-table ${table.type}`);
      }
      nodes[each] = node;
      parent = node;
    }
    return parent;
  }

  async #directoryAt(start: number, blockSize: number): Promise<LooseDirectory | undefined> {
    const { logicalStart, logicalSize, read } = this.#context;
    if (start < logicalStart + 16 * SECTOR || start >= logicalSize || this.#checks === 0) {
      return undefined;
    }
    if (--this.#checks === 0) this.#noteLimit(start);
    const { bytes } = await read(start, SECTOR);
    return looseDirectory(bytes, start, blockSize);
  }

  #noteLimit(start: number): void {
    const { out, limits } = this.#context;
    out.fault({
      kind: "limit",
      structure: directoryRecord.id,
      span: logicalSpan(start, SECTOR),
      message:
        `the limit of ${limits.orphans} directories that only path tables name was reached; ` +
        `those behind this one are left out`,
    });
  }

  // The `.` record stands for the one in the parent: it has the same numbers and times.
  async #add(
    { tree, walk }: Walked,
    parent: number,
    { start, length }: LooseDirectory,
    identifier: Uint8Array,
    how: string,
  ): Promise<number> {
    const { bytes } = await this.#context.read(start, directoryRecord.size);
    const date = directoryRecord.fields.recordingDateAndTime.offset;
    const node = tree.add({
      parent,
      record: start,
      identifier,
      flags: fileFlags.directory,
      recorded: epochOfTime7(bytes, date),
    });
    tree.addExtent(node, start, length);
    tree.addSize(node, length);
    tree.addFound(parent, node, how);
    const wrong = wrongRecord(tree, parent, identifier);
    if (wrong !== undefined) tree.replace(wrong, node);
    await walk.walkFrom(node);
    return node;
  }

  /** Adds what the search of unclaimed sectors finds to the trees that it belongs to. */
  async fromRemains(trees: readonly Walked[]): Promise<void> {
    const remains = this.#remains;
    await remains.search();
    for (const walked of trees) {
      for (const table of await this.#ownTables()) {
        if (!await this.fromTable(walked, table)) continue;
        const name = `Type ${table.type} path table that no descriptor names`;
        this.#context.out.claim(table.span, "path-table", { name });
      }
    }
    let left = remains.directories;
    let before = Infinity;
    while (left.length < before) {
      before = left.length;
      left = await this.#underParents(trees, left);
    }
    const starts = new Set(left.map(({ start }) => start));
    // First those whose parents are not there at all, then those that only have each other.
    for (const isAlone of [true, false]) {
      for (const each of left) {
        if (isKnown(trees, each) || (isAlone && starts.has(each.parent))) continue;
        if (isAlone && each.parent === each.start) continue;
        await this.#adopt(trees, each);
      }
    }
  }

  async #underParents(
    trees: readonly Walked[],
    left: readonly LooseDirectory[],
  ): Promise<LooseDirectory[]> {
    const rest: LooseDirectory[] = [];
    for (const each of left) {
      this.#context.signal?.throwIfAborted();
      if (isKnown(trees, each)) continue;
      const walked = trees.find(({ tree, walk }) =>
        isOfKind(tree, each) && walk.directoryAt(each.parent) !== undefined
      );
      const parent = walked?.walk.directoryAt(each.parent);
      if (walked === undefined || parent === undefined) rest.push(each);
      else await this.#addLoose(walked, parent, each);
    }
    return rest;
  }

  async #adopt(trees: readonly Walked[], each: LooseDirectory): Promise<void> {
    const walked = trees.find(({ tree }) => isOfKind(tree, each));
    if (walked === undefined) return;
    await this.#addLoose(walked, folderOf(walked.tree), each);
  }

  #addLoose(walked: Walked, parent: number, each: LooseDirectory): Promise<number> {
    const sector = Math.floor(each.start / SECTOR);
    const name = encode(walked.tree, `sector-${sector}`);
    return this.#add(walked, parent, each, name, `orphan record at sector ${sector}`);
  }
}

/** A directory of that name whose record leads elsewhere. */
function wrongRecord(tree: Tree, parent: number, identifier: Uint8Array): number | undefined {
  for (const child of tree.children(parent)) {
    const isWrong = tree.isDirectory(child) && tree.unreadable.has(child);
    if (isWrong && equalBytes(tree.identifier(child), identifier)) return child;
  }
  return undefined;
}

function isKnown(trees: readonly Walked[], { start }: LooseDirectory): boolean {
  return trees.some(({ walk }) => walk.directoryAt(start) !== undefined);
}

// An empty directory has no name to tell by: the tree of its parent decides.
function isOfKind({ kind }: Tree, { wide }: LooseDirectory): boolean {
  return wide === undefined || wide === (kind === "joliet");
}

function isWideTable(table: PathTable): boolean {
  if (table.count < 2) return false;
  const { identifier } = table.record(1);
  return identifier.length % 2 === 0 && identifier[0] === 0;
}

function encode({ kind }: Tree, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (kind !== "joliet") return bytes;
  const wide = new Uint8Array(2 * bytes.length);
  bytes.forEach((byte, at) => wide[2 * at + 1] = byte);
  return wide;
}

/** The folder of a tree for directories without a parent: a name that its root does not have yet. */
function folderOf(tree: Tree): number {
  const known = [...tree.found].find(([, how]) => how === MADE);
  if (known !== undefined) return known[0];
  const names = new Set<string>();
  for (const node of tree.children(0)) {
    for (const name of [tree.identifier(node), tree.alternateName(node)]) {
      if (name !== undefined) names.add(comparable(name));
    }
  }
  let text = FOLDER;
  for (let number = 2; names.has(comparable(encode(tree, text))); number++) {
    text = `${FOLDER}-${number}`;
  }
  const node = tree.add({
    parent: 0,
    record: tree.extent(0, 0).start,
    identifier: encode(tree, text),
    flags: fileFlags.directory,
    recorded: NaN,
  });
  tree.addExtent(node, 0, 0);
  tree.addFound(0, node, MADE);
  return node;
}

// Names that differ in case only would meet in some file systems.
function comparable(name: Uint8Array): string {
  return String.fromCharCode(...name).toLowerCase().replaceAll("\0", "");
}
