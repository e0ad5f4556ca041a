// What is left of a volume in sectors that nothing claims: directories by their own records, path tables by
// their first (ECMA-119:1987 6.8.2.2, 6.9.1). Only looked for where something else is broken.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { PathTable } from "../../model/path_table.ts";
import type { Context } from "./context.ts";
import { recordPlaces } from "./directory.ts";
import { directoryRecord, pathTableRecordL, pathTableRecordM } from "./layout.ts";
import { decodePathTable } from "./path_table.ts";

const field = directoryRecord.fields;
const HEAD = directoryRecord.size;
/** Sectors that are read at a time. */
const AT_A_TIME = 512;

/** A directory as its own two records tell of it. */
export type LooseDirectory = {
  /** Logical byte at which it begins. */
  readonly start: number;
  readonly length: number;
  /** Logical byte at which its parent begins, by its `..` record. */
  readonly parent: number;
  /** Identifiers of 16-bit characters, as in Joliet trees; undefined where it has none to tell by. */
  readonly wide: boolean | undefined;
};

const silent = { structure: () => {}, fault: () => {} };

function both32(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at, true);
  return value === view.getUint32(at + 4) ? value : undefined;
}

/** Block and bytes that a record with a reserved identifier (00 or 01) names, both orders agreeing. */
function reservedRecord(
  bytes: Uint8Array,
  at: number,
  identifier: 0 | 1,
): { readonly location: number; readonly length: number } | undefined {
  const own = bytes[at] ?? 0;
  if (own < HEAD + 1 || at + own > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, own);
  const isNamed = view.getUint8(HEAD - 1) === 1 && view.getUint8(HEAD) === identifier;
  const location = both32(view, field.locationOfExtent.offset);
  const length = both32(view, field.dataLength.offset);
  if (!isNamed || location === undefined || length === undefined || length === 0) return undefined;
  const extended = view.getUint8(field.extendedAttributeRecordLength.offset);
  return { location: location + extended, length };
}

/** The directory that begins with these bytes of logical byte `start`, if its `.` record names that place. */
export function looseDirectory(
  bytes: Uint8Array,
  start: number,
  blockSize: number,
): LooseDirectory | undefined {
  const dot = reservedRecord(bytes, 0, 0);
  if (dot === undefined || dot.location * blockSize !== start) return undefined;
  const dotDot = reservedRecord(bytes, bytes[0] ?? 0, 1);
  if (dotDot === undefined) return undefined;
  const parent = dotDot.location * blockSize;
  return { start, length: dot.length, parent, wide: isWide(bytes.subarray(0, SECTOR)) };
}

// Characters of 16 bits have zeros among their bytes, if only in the dot of a name; others never do.
function isWide(bytes: Uint8Array): boolean | undefined {
  let wide: boolean | undefined;
  for (const { at } of recordPlaces(bytes, { start: 0, volume: "", node: 0 }, silent)) {
    const length = bytes[at + HEAD - 1] ?? 0;
    const name = bytes.subarray(at + HEAD, at + HEAD + length);
    if (length === 1 && (name[0] ?? 0) < 2) continue;
    if (length % 2 === 1) return false;
    wide = wide === true || name.includes(0);
  }
  return wide;
}

/** Bytes that records of a path table take: up to one that no table has behind its first. */
function tableLength(bytes: Uint8Array, little: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (let number = 1; at + pathTableRecordL.size < bytes.length; number++) {
    const length = view.getUint8(at);
    const parent = view.getUint16(at + 6, little);
    const isRoot = length === 1 && view.getUint8(at + 8) === 0;
    const isOne = number === 1 ? isRoot && parent === 1 : !isRoot && parent < number;
    const end = at + pathTableRecordL.size + length + length % 2;
    if (length === 0 || parent === 0 || !isOne || end > bytes.length) break;
    at = end;
  }
  return at;
}

/** Searches the sectors that nothing claims, in order, as far as it is asked to. */
export class Remains {
  /** Directories found so far. */
  readonly directories: LooseDirectory[] = [];
  /** Path tables found so far; `tree` of them is -1. */
  readonly tables: PathTable[] = [];
  readonly #context: Context;
  readonly #blockSize: number;
  #position: number;
  readonly #limit: number;
  #left: number;
  #isFull = false;

  /** Searches at most `sectors` sectors. */
  constructor(context: Context, blockSize: number, sectors: number) {
    this.#context = context;
    this.#blockSize = blockSize;
    this.#position = context.logicalStart + 16 * SECTOR;
    this.#limit = sectors;
    this.#left = sectors;
  }

  /** Goes on to the end, or until something is found after which `stop` says so. */
  async search(stop: () => boolean = () => false): Promise<void> {
    if (stop()) return;
    const { out, logicalSize } = this.#context;
    for (const { start, length } of out.unclaimed(this.#position, logicalSize)) {
      for (let from = start; from < start + length && this.#left > 0;) {
        const sectors = Math.min(
          AT_A_TIME,
          this.#left,
          Math.ceil((start + length - from) / SECTOR),
        );
        const found = await this.#look(from, sectors);
        from += sectors * SECTOR;
        this.#left -= sectors;
        this.#position = from;
        if (found && stop()) return;
      }
    }
    const isOver = this.#left === 0 && this.#position < logicalSize;
    if (isOver) this.#noteLimit(`ends here, after the limit of ${this.#limit} sectors`);
    this.#position = logicalSize;
  }

  #noteLimit(where: string): void {
    this.#context.out.fault({
      kind: "limit",
      structure: directoryRecord.id,
      span: logicalSpan(this.#position, SECTOR),
      message: `the search for directories that nothing leads to ${where}`,
    });
  }

  async #look(start: number, sectors: number): Promise<boolean> {
    const { bytes } = await this.#context.read(start, sectors * SECTOR);
    let found = false;
    for (let at = 0; at + HEAD < bytes.length; at += SECTOR) {
      // Nearly every sector ends here: a directory begins with a record, a path table with its root's.
      if (bytes[at + 1] !== 0 && bytes[at] !== 1) continue;
      const sector = bytes.subarray(at, at + SECTOR);
      const directory = looseDirectory(sector, start + at, this.#blockSize);
      if (directory !== undefined) found = this.#keep(directory) || found;
      if (sector[0] === 1 && sector[8] === 0 && sector[9] === 0) {
        found = await this.#table(start + at, sector) || found;
      }
    }
    return found;
  }

  #keep(directory: LooseDirectory): boolean {
    const { orphans } = this.#context.limits;
    if (this.directories.length < orphans) {
      this.directories.push(directory);
      return true;
    }
    if (!this.#isFull) {
      this.#noteLimit(`keeps the limit of ${orphans}, and leaves out those behind`);
    }
    this.#isFull = true;
    return false;
  }

  async #table(start: number, head: Uint8Array): Promise<boolean> {
    const little = head[6] === 1 && head[7] === 0;
    const big = head[6] === 0 && head[7] === 1;
    if ((!little && !big) || this.tables.length >= this.#context.limits.sessions) return false;
    const { pathTableBytes } = this.#context.limits;
    let length = 0;
    let bytes = head;
    for (let room = SECTOR; room <= pathTableBytes; room *= 4) {
      bytes = room === SECTOR ? head : (await this.#context.read(start, room)).bytes;
      length = tableLength(bytes, little);
      if (length < bytes.length - 512 || bytes.length < room) break;
    }
    const layout = little ? pathTableRecordL : pathTableRecordM;
    const span = logicalSpan(start, length);
    const table = new PathTable(little ? "L" : "M", false, -1, span, layout);
    decodePathTable(table, bytes.subarray(0, length), "", silent);
    const block = table.count > 0 ? table.record(0).location : 0;
    if (block === 0 || block * this.#blockSize >= this.#context.logicalSize) return false;
    this.tables.push(table);
    return true;
  }
}
