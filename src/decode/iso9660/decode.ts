// ISO 9660 as a whole: sessions, their descriptors, the trees and path tables that these name.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { valuesOf } from "../../bytes/struct.ts";
import { decodeUcs2, decodeUtf8, startsWithText } from "../../bytes/text.ts";
import type { Recognised, Session, Volume } from "../../model/image.ts";
import { Namespace, type VolumeKind } from "../../model/namespace.ts";
import { PathTable, type PathTableType } from "../../model/path_table.ts";
import { Tree, type TreeKind } from "../../model/tree.ts";
import { Budget } from "./budget.ts";
import type { Context } from "./context.ts";
import {
  blockSizeOf,
  type BootRecord,
  type FoundSession,
  primaryOf,
  readSessions,
  type TreeDescriptor,
} from "./descriptors.ts";
import { holdsRecords } from "./directory.ts";
import {
  highSierraDescriptor,
  pathTableRecordL,
  pathTableRecordM,
  primaryVolumeDescriptor,
} from "./layout.ts";
import { decodePathTable } from "./path_table.ts";
import type { TreeReading } from "./view.ts";
import { type Root, TreeWalk } from "./walk.ts";

/** All that ISO 9660 structures say of an image. */
export type IsoFacts = {
  readonly sessions: readonly Session[];
  /** Number of the session whose volumes are shown. */
  readonly session: number;
  readonly volumes: readonly Volume[];
  readonly trees: readonly TreeReading[];
  readonly pathTables: readonly PathTable[];
  readonly boot: readonly (BootRecord & { readonly session: number })[];
  readonly recognised: readonly Recognised[];
  /** Logical byte after the volume, over all sessions; 0 where there is none. */
  readonly volumeEnd: number;
  /** Logical sector after the last descriptor set. */
  readonly descriptorsEnd: number;
};

const volumeOfTree: Readonly<Record<TreeKind, VolumeKind>> = {
  primary: "iso9660",
  joliet: "joliet",
  enhanced: "enhanced",
  supplementary: "iso9660",
};

class IsoReader {
  readonly #context: Context;
  readonly #budget: Budget;
  readonly #trees: TreeReading[] = [];
  readonly #pathTables: PathTable[] = [];
  readonly #boot: (BootRecord & { readonly session: number })[] = [];
  /** Root extent to tree, so that descriptors that share a root share its tree. */
  readonly #roots = new Map<string, number>();
  /** Logical bytes of the descriptor set that is being read. */
  #descriptors = { start: 0, end: 0 };

  constructor(context: Context) {
    this.#context = context;
    this.#budget = new Budget(context.limits, context.logicalSize);
  }

  async read(wanted: number | undefined): Promise<IsoFacts> {
    const found = await readSessions(this.#context);
    const recognised = found.length === 0 ? await this.#recognise() : [];
    const own = found.filter((session) => !session.relocated);
    const counted = own.length > 0 ? own : found;
    const sessions = counted.map((session, index) => sessionFacts(session, index + 1));
    const current = wanted ?? sessions.length;
    const volumes: Volume[] = [];
    // The current session first: its trees have the names that the region map shows.
    const order = [...counted.keys()].sort((a, b) =>
      Number(b + 1 === current) - Number(a + 1 === current) || a - b
    );
    for (const index of order) {
      const session = counted[index];
      if (session === undefined) continue;
      if (this.#context.richestOnly && index + 1 !== current) continue;
      const shown = await this.#session(session, index + 1);
      if (index + 1 === current) volumes.push(...shown);
    }
    for (const { set } of found.filter((session) => session.relocated && own.length > 0)) {
      for (const boot of set.boot) this.#boot.push({ ...boot, session: current });
    }
    return {
      sessions,
      session: current,
      volumes,
      trees: this.#trees,
      pathTables: this.#pathTables,
      boot: this.#boot,
      recognised,
      volumeEnd: volumeEnd(found),
      descriptorsEnd: Math.max(16, ...found.map((session) => session.set.end)),
    };
  }

  async #recognise(): Promise<Recognised[]> {
    const { bytes } = await this.#context.read(this.#context.logicalStart + 16 * SECTOR, SECTOR);
    const start = this.#context.logicalStart + 16 * SECTOR;
    if (startsWithText(bytes, "CDROM", 9)) {
      const span = logicalSpan(start, highSierraDescriptor.size);
      const value = valuesOf(highSierraDescriptor, bytes);
      this.#context.out.claim(logicalSpan(start, SECTOR), "descriptor", {
        name: highSierraDescriptor.title,
      });
      if (value !== undefined) {
        this.#context.out.structures.add({
          layout: highSierraDescriptor,
          span,
          value,
          owner: "descriptor",
        });
      }
      const label = value === undefined ? "" : decodeUtf8(value.volumeIdentifier).text.trimEnd();
      return [{ kind: "highsierra", what: "High Sierra volume", span, label }];
    }
    return [];
  }

  async #session({ set }: FoundSession, number: number): Promise<Volume[]> {
    const volumes: Volume[] = [];
    this.#descriptors = { start: set.sector * SECTOR, end: set.end * SECTOR };
    for (const descriptor of distinctTrees(set.trees)) {
      if (this.#context.richestOnly && volumes.some(({ kind }) => kind === "rockridge")) break;
      const volume = volumeOfTree[descriptor.kind];
      const blockSize = blockSizeOf(descriptor);
      const shown = await this.#tree(descriptor, volume, blockSize, number);
      const reading = this.#trees[shown];
      const shared = {
        blocks: descriptor.value.volumeSpaceSize.le,
        blockSize,
        session: number,
        tree: shown,
        descriptor: descriptor.span,
        ...labelOf(descriptor),
      };
      if (reading === undefined) continue;
      volumes.push({ kind: volume, ...shared, namespace: new Namespace(reading.tree, volume) });
      if (descriptor.kind === "primary" && reading.tree.hasRockRidge) {
        const namespace = new Namespace(reading.tree, "rockridge");
        volumes.push({ kind: "rockridge", ...shared, namespace });
      }
    }
    for (const boot of set.boot) this.#boot.push({ ...boot, session: number });
    return volumes;
  }

  async #tree(
    descriptor: TreeDescriptor,
    volume: VolumeKind,
    blockSize: number,
    session: number,
  ): Promise<number> {
    const treeIndex = this.#trees.length;
    const tables = await this.#readPathTables(descriptor, volume, blockSize, treeIndex);
    const root = await this.#root(descriptor, volume, blockSize, tables);
    const key = `${root.start}`;
    const known = this.#roots.get(key);
    // Sessions that name one root, and mkisofs' level 4, share a tree: walk it once.
    if (known !== undefined && this.#trees[known]?.tree.session === session) {
      this.#pathTables.splice(this.#pathTables.length - tables.length, tables.length);
      return known;
    }
    this.#roots.set(key, treeIndex);
    const tree = new Tree(descriptor.kind, session);
    tree.blockSize = blockSize;
    tree.descriptor = descriptor.span;
    const sequence = descriptor.value.volumeSequenceNumber.le;
    const walk = new TreeWalk(
      tree,
      { volume, treeIndex, blockSize, sequence },
      this.#context,
      this.#budget,
    );
    // The slot is taken before the walk, so that the numbers of later trees stay right.
    const slot = { tree, treeIndex, blockSize, mode: { active: false, skip: 0 } };
    this.#trees.push(slot);
    await walk.walk(root);
    this.#trees[treeIndex] = { ...slot, mode: walk.mode };
    return treeIndex;
  }

  // The root record may be damaged: the MSB first copy and the path table name the same place.
  async #root(
    { span, value }: TreeDescriptor,
    volume: VolumeKind,
    blockSize: number,
    tables: readonly PathTable[],
  ): Promise<Root> {
    const { rootLocationOfExtent: location, rootDataLength: length } = value;
    const extended = value.rootExtendedAttributeRecordLength;
    const record = span.start + 156;
    const own = { start: (location.le + extended) * blockSize, length: length.le, record };
    const places = [location.le, location.be, ...tables.map((table) => table.record(0).location)];
    for (const place of new Set(places)) {
      const start = (place + extended) * blockSize;
      const { bytes } = await this.#context.read(start, SECTOR);
      if (place === 0 || !holdsRecords(bytes)) continue;
      if (start === own.start && length.le > 0) return own;
      const size = rootLength(bytes, [length.le, length.be]);
      this.#context.out.fault({
        kind: "root-replaced",
        structure: primaryVolumeDescriptor.id,
        span: logicalSpan(record, 34),
        message:
          `the root record names logical block ${location.le} with ${length.le} bytes, where no ` +
          `directory is; block ${place} is read instead`,
        recorded: String(location.le),
        expected: String(place),
        volume,
      });
      return { start, length: size, record };
    }
    return own;
  }

  async #readPathTables(
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
    this.#pathTables.push(...tables);
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
    const { start: first, end } = this.#descriptors;
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

// A second primary descriptor repeats the first (6.7.1): one tree serves both.
function distinctTrees(trees: readonly TreeDescriptor[]): TreeDescriptor[] {
  const primary = trees.find((tree) => tree.kind === "primary");
  return trees.filter((tree) => tree.kind !== "primary" || tree === primary);
}

const silent = { structure: () => {}, fault: () => {} };

function swap32(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return view.getUint32(0, true);
}

function sessionFacts({ start, set }: FoundSession, number: number): Session {
  const primary = primaryOf(set);
  return {
    number,
    start,
    blocks: primary?.value.volumeSpaceSize.le ?? 0,
    blockSize: primary === undefined ? SECTOR : blockSizeOf(primary),
    label: primary === undefined ? "" : labelOf(primary).label,
    relocated: false,
  };
}

function labelOf({ kind, value }: TreeDescriptor): { label: string; labelBytes?: Uint8Array } {
  const raw = value.volumeIdentifier;
  const { text, valid } = kind === "joliet" ? decodeUcs2(raw) : decodeUtf8(raw);
  const label = text.replace(/[ \0]+$/, "");
  return valid ? { label } : { label, labelBytes: raw };
}

function volumeEnd(sessions: readonly FoundSession[]): number {
  let end = 0;
  for (const { start, set } of sessions) {
    const primary = primaryOf(set) ?? set.trees[0];
    if (primary === undefined) continue;
    const size = primary.value.volumeSpaceSize;
    end = Math.max(end, start * SECTOR + size.le * blockSizeOf(primary));
  }
  return end;
}

// The length that the root's `.` record gives, else the larger copy of the root record.
function rootLength(bytes: Uint8Array, recorded: readonly number[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dot = bytes.length >= 18 ? view.getUint32(10, true) : 0;
  return dot > 0 && dot % SECTOR === 0 ? dot : Math.max(SECTOR, ...recorded);
}

/** Reads every session, its descriptors, trees and path tables. Never throws on image data. */
export function readIso9660(context: Context, session: number | undefined): Promise<IsoFacts> {
  return new IsoReader(context).read(session);
}
