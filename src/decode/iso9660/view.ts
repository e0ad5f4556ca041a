// One directory decoded in full, for rules, comparison and `why`: every record with its entries.

import { logicalSpan, roundUp, SECTOR, type Span } from "../../bytes/span.ts";
import { type Fields, type Layout, type Values, valuesOf } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import type {
  DirectoryView,
  RecordView,
  SystemUseBytes,
  SystemUseEntry,
} from "../../model/directory.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import { decodeArea, type SystemUseMode } from "../rockridge/decode.ts";
import type { Context } from "./context.ts";
import {
  holdsRecords,
  recordHead,
  type RecordPlace,
  RecordPlaces,
  recordPlaces,
} from "./directory.ts";
import { readExtent } from "./extent_parts.ts";
import { directoryRecord } from "./layout.ts";

/** What a tree's directories are read with. */
export type TreeReading = {
  readonly tree: Tree;
  readonly treeIndex: number;
  readonly blockSize: number;
  readonly mode: SystemUseMode;
};

/** Bytes of continuation areas read for one part: several times what its records need in genuine images. */
const PART_CONTINUATION_BYTES = 16 * 1024 * 1024;

/** Where to read, and how many bytes of continuation areas may still be read. */
type ViewContext = Pick<Context, "read" | "limits" | "logicalSize"> & {
  readonly continuations: { left: number };
};

const silent = { structure: () => {}, fault: () => {} };

/** Reads and decodes a whole directory. Faults were recorded by the walk and are not repeated here. */
export async function readDirectoryView(
  node: number,
  reading: TreeReading,
  context: Pick<Context, "read" | "limits" | "logicalSize">,
): Promise<DirectoryView> {
  const whole = await readDirectoryParts(node, reading, context, Infinity).next();
  if (whole.done === true) throw new Error("a directory has no first part");
  return whole.value;
}

/**
 * Reads a directory from its start to its end, `partBytes` of its extent at a time, which are whole
 * sectors. The parts have the records of the whole, and there is one at least.
 */
export async function* readDirectoryParts(
  node: number,
  reading: TreeReading,
  context: Pick<Context, "read" | "limits" | "logicalSize">,
  partBytes: number,
): AsyncGenerator<DirectoryView> {
  const { tree, treeIndex } = reading;
  const { start, length } = tree.extent(node, 0);
  const span = logicalSpan(start, length);
  const wanted = Math.min(length, context.limits.directoryBytes);
  const there = Math.max(0, Math.min(wanted, context.logicalSize - start));
  const places = new RecordPlaces({ start, volume: "", node }, there, silent);
  const numbers = new NodeNumbers(tree, node);
  const spending = { ...context, continuations: { left: context.limits.allContinuationBytes } };
  const padding = roundUp(wanted, reading.blockSize) - wanted;
  const extent = { start, length: wanted, behind: padding + SECTOR };
  let skipped = false;
  for await (const part of readExtent(context.read, extent, partBytes)) {
    const { from, bytes } = part;
    if (from === 0) {
      skipped = tree.unreadable.has(node) && tree.firstChild(node) < 0 && !holdsRecords(bytes);
    }
    const records: RecordView[] = [];
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const place of skipped ? [] : places.of(bytes, from, part.length)) {
      const view = recordView(data, place, start + from, numbers, reading, spending);
      // Most need not wait: a promise for each of a million costs more than its record.
      records.push(view instanceof Promise ? await view : view);
    }
    const after = wanted < length ? new Uint8Array(0) : part.behind.subarray(padding);
    const own = bytes.subarray(0, part.length);
    yield { tree: treeIndex, node, span, from, bytes: own, after, records };
  }
}

/**
 * The records that begin in bytes `[from, to)` of a directory's extent, both counted in whole sectors:
 * large directories are read in parts. `bytes` of the view are those of the part.
 */
export async function readDirectoryPart(
  node: number,
  from: number,
  to: number,
  reading: TreeReading,
  context: Pick<Context, "read" | "limits" | "logicalSize">,
): Promise<DirectoryView> {
  const { tree, treeIndex } = reading;
  const { start, length } = tree.extent(node, 0);
  const wanted = Math.min(length, context.limits.directoryBytes);
  // A damaged record may reach into the next sector: one more is read on either side.
  const first = Math.max(0, from - SECTOR);
  const { bytes } = await context.read(
    start + first,
    Math.max(0, Math.min(wanted, to + SECTOR) - first),
  );
  const records: RecordView[] = [];
  const hasRecords = tree.firstChild(node) >= 0 || (first === 0 && holdsRecords(bytes));
  const places = hasRecords ? recordPlaces(bytes, { start, volume: "", node }, silent) : [];
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = new NodePlaces(tree, node);
  const spending = { ...context, continuations: { left: PART_CONTINUATION_BYTES } };
  for (const place of places) {
    const at = first + place.at;
    if (at < from) continue;
    if (at >= to) break;
    const view = recordView(data, place, start + first, numbers, reading, spending);
    records.push(view instanceof Promise ? await view : view);
  }
  const part = bytes.subarray(from - first, Math.max(from, Math.min(wanted, to)) - first);
  const span = logicalSpan(start, length);
  return { tree: treeIndex, node, span, from, bytes: part, after: new Uint8Array(0), records };
}

/** Gives a record its node, and the number of its file section. */
interface Numbering {
  take(
    identifier: Uint8Array,
    flags: number,
    start: number,
  ): { readonly node: number | undefined; readonly section: number };
}

// Finds the nodes of records by their places: a file's first record is where the tree says, and its other
// sections follow. Sections count from the part's first record where they began before it.
class NodePlaces implements Numbering {
  readonly #tree: Tree;
  readonly #first: number;
  readonly #end: number;
  #node = -1;
  #section = 0;

  constructor(tree: Tree, node: number) {
    this.#tree = tree;
    this.#first = tree.firstChild(node);
    this.#end = this.#first < 0 ? this.#first : this.#first + tree.childCount(node);
  }

  take(_identifier: Uint8Array, _flags: number, start: number) {
    let low = this.#first - 1;
    let high = this.#end - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#tree.record(middle) <= start) low = middle;
      else high = middle - 1;
    }
    if (this.#first < 0 || low < this.#first) return { node: undefined, section: 0 };
    this.#section = this.#tree.record(low) === start
      ? 0
      : low === this.#node
      ? this.#section + 1
      : 1;
    this.#node = low;
    return { node: low, section: this.#section };
  }
}

// Gives the records of a directory the nodes that the walk gave them: same order, same chains.
class NodeNumbers implements Numbering {
  readonly #end: number;
  #next: number;
  #open: { readonly identifier: Uint8Array; readonly flags: number } | undefined;
  #node = -1;
  #section = 0;

  constructor(tree: Tree, node: number) {
    this.#next = tree.firstChild(node);
    this.#end = this.#next + tree.childCount(node);
  }

  take(identifier: Uint8Array, flags: number): { node: number | undefined; section: number } {
    const open = this.#open;
    const continues = open !== undefined && equalBytes(open.identifier, identifier) &&
      ((open.flags ^ flags) & fileFlags.associated) === 0;
    this.#section = continues ? this.#section + 1 : 0;
    if (!continues) this.#node = this.#next >= 0 && this.#next < this.#end ? this.#next++ : -1;
    const goesOn = (flags & fileFlags.multiExtent) !== 0 && (flags & fileFlags.directory) === 0;
    this.#open = goesOn ? { identifier, flags } : undefined;
    return { node: this.#node < 0 ? undefined : this.#node, section: this.#section };
  }
}

/** What of a record is found out at once; the rest of it is decoded on demand. */
type RecordParts = Pick<
  RecordView,
  "identifier" | "reserved" | "node" | "section" | "systemUse" | "other" | "continuations"
>;

// A large directory is a million of these, and hardly any of their fields are ever asked for.
class Record implements RecordView {
  readonly layout: Layout = directoryRecord;
  readonly owner = "directory";
  readonly bytes: Uint8Array;
  readonly identifier: Uint8Array;
  readonly reserved: 0 | 1 | undefined;
  readonly node: number | undefined;
  readonly section: number;
  readonly systemUse: readonly SystemUseEntry[];
  readonly other: readonly SystemUseBytes[];
  readonly continuations: readonly Span[];
  readonly #start: number;
  #value: Values<Fields> | undefined;

  constructor(bytes: Uint8Array, start: number, parts: RecordParts) {
    this.bytes = bytes;
    this.#start = start;
    this.identifier = parts.identifier;
    this.reserved = parts.reserved;
    this.node = parts.node;
    this.section = parts.section;
    this.systemUse = parts.systemUse;
    this.other = parts.other;
    this.continuations = parts.continuations;
  }

  get span(): Span {
    return logicalSpan(this.#start, this.bytes.length);
  }

  get value(): Values<Fields> {
    this.#value ??= valuesOf(directoryRecord, this.bytes);
    if (this.#value === undefined) throw new Error("a record place is shorter than its head");
    return this.#value;
  }
}

const none: readonly never[] = [];

/**
 * Decodes a record of a directory whose bytes from `origin` on are at hand; waits only for those of its
 * entries that stand in continuation areas.
 */
function recordView(
  view: DataView,
  place: RecordPlace,
  origin: number,
  numbers: Numbering,
  reading: TreeReading,
  context: ViewContext,
): RecordView | Promise<RecordView> {
  const start = origin + place.at;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + place.at, place.length);
  const { identifier, flags, systemUse } = recordHead(view, place);
  const first = identifier[0];
  const isReserved = identifier.length === 1 && (first === 0 || first === 1);
  const reserved: 0 | 1 | undefined = isReserved ? first : undefined;
  const { node, section } = reserved === undefined
    ? numbers.take(identifier, flags, start)
    : { node: undefined, section: 0 };
  if (systemUse === bytes.length) {
    const without = { systemUse: none, other: none, continuations: none };
    return new Record(bytes, start, { identifier, reserved, node, section, ...without });
  }
  const root = reserved === 0 && start === reading.tree.extent(0, 0).start;
  const mode = root ? { ...reading.mode, skip: 0 } : reading.mode;
  const area = decodeArea(
    bytes.subarray(systemUse),
    start + systemUse,
    "record",
    mode,
    context.limits.systemUseEntries,
    silent,
  );
  const { entries, other, next } = area;
  const parts = { identifier, reserved, node, section, systemUse: entries, other } as const;
  if (next === undefined) return new Record(bytes, start, { ...parts, continuations: none });
  const continuations: Span[] = [];
  return continuedEntries(next, continuations, reading, context).then((more) =>
    new Record(bytes, start, { ...parts, systemUse: [...entries, ...more], continuations })
  );
}

async function continuedEntries(
  first: ReturnType<typeof decodeArea>["next"],
  continuations: Span[],
  { blockSize, mode }: TreeReading,
  { read, limits, logicalSize, continuations: spent }: ViewContext,
): Promise<SystemUseEntry[]> {
  const entries: SystemUseEntry[] = [];
  const seen = new Set<number>();
  for (let next = first; next !== undefined;) {
    const start = next.block * blockSize + next.offset;
    const outside = start + next.length > logicalSize;
    if (seen.has(start) || seen.size >= limits.continuations || outside) break;
    const wanted = Math.min(next.length, 1 << 20);
    if (wanted > spent.left) break;
    spent.left -= wanted;
    seen.add(start);
    const { bytes } = await read(start, wanted);
    continuations.push(logicalSpan(start, next.length));
    const room = limits.systemUseEntries - entries.length;
    const area = decodeArea(bytes, start, "continuation", mode, room, silent);
    entries.push(...area.entries);
    next = area.next;
  }
  return entries;
}
