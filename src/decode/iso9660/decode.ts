// ISO 9660 as a whole: sessions, their descriptors, the trees and path tables that these name.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { decodeUcs2, decodeUtf8 } from "../../bytes/text.ts";
import type { Recognised, Session, Volume } from "../../model/image.ts";
import { Namespace, type VolumeKind } from "../../model/namespace.ts";
import type { PathTable } from "../../model/path_table.ts";
import { Tree, type TreeKind } from "../../model/tree.ts";
import { Budget } from "./budget.ts";
import type { Context } from "./context.ts";
import {
  blockSizeOf,
  type BootRecord,
  type FoundSession,
  primaryOf,
  readSessions,
  sequenceOf,
  type TreeDescriptor,
} from "./descriptors.ts";
import { holdsRecords, rootLength } from "./directory.ts";
import { primaryVolumeDescriptor } from "./layout.ts";
import { PathTableReader } from "./path_tables.ts";
import { isUnknown, recogniseHighSierra } from "./recognise.ts";
import { lossesSoFar, Recovery, type Walked } from "./recover.ts";
import type { TreeReading } from "./view.ts";
import { supplement } from "./supplement.ts";
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
  readonly #walked: Walked[] = [];
  #recovery: Recovery;
  /** Whether directories may be missing that no path table tells of. */
  #isSearched = false;
  /** Root extent to tree, so that descriptors that share a root share its tree. */
  readonly #roots = new Map<string, number>();

  constructor(context: Context) {
    this.#context = context;
    this.#budget = new Budget(context.limits, context.logicalSize);
    this.#recovery = new Recovery(context, true);
  }

  async read(wanted: number | undefined): Promise<IsoFacts> {
    const found = await readSessions(this.#context);
    const recognised = found.length === 0 ? await recogniseHighSierra(this.#context) : [];
    if (found.length === 0) this.#recovery = new Recovery(this.#context, false);
    const own = found.filter((session) => !session.relocated);
    const counted = own.length > 0 ? own : found;
    const sessions = counted.map((session, index) => sessionFacts(session, index + 1));
    let current = wanted ?? sessions.length;
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
    const isLost = recognised.length === 0 && !volumes.some(({ tree }) => this.#isPrimary(tree));
    if (isLost && (found.length > 0 || await isUnknown(this.#context))) {
      const number = Math.max(1, current);
      const lost = await this.#lostTree("primary", number, found.length === 0);
      if (lost === undefined) this.#nameJoliet(volumes);
      else volumes.unshift(lost);
      if (found.length === 0) {
        const joliet = await this.#lostTree("joliet", number, lost === undefined);
        if (joliet !== undefined) volumes.push(joliet);
      }
      if (volumes.length > 0 && sessions.length === 0) {
        sessions.push(unnamedSession(this.#context.logicalStart / SECTOR));
        current = 1;
      }
    }
    if (this.#isSearched) await this.#recovery.fromRemains(this.#walked);
    for (const { walk } of this.#walked) walk.resolveLinks();
    this.#supplement(volumes);
    return {
      sessions,
      session: current,
      volumes: volumes.flatMap((volume) => this.#withRockRidge(volume)),
      trees: this.#trees,
      pathTables: this.#pathTables,
      boot: this.#boot,
      recognised,
      volumeEnd: volumeEnd(found),
      descriptorsEnd: Math.max(16, ...found.map((session) => session.set.end)),
    };
  }

  async #session({ set }: FoundSession, number: number): Promise<Volume[]> {
    const volumes: Volume[] = [];
    const repeated = set.trees.filter(({ kind }) => kind === "primary").slice(1);
    const range = { start: set.sector * SECTOR, end: set.end * SECTOR };
    const reader = new PathTableReader(this.#context, this.#budget, range);
    for (const descriptor of distinctTrees(set.trees)) {
      if (this.#context.richestOnly && volumes.some((shown) => this.#isEnough(shown))) break;
      const volume = volumeOfTree[descriptor.kind];
      const blockSize = blockSizeOf(descriptor);
      const shown = await this.#tree(descriptor, volume, blockSize, number, reader, repeated);
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
    }
    for (const boot of set.boot) this.#boot.push({ ...boot, session: number });
    return volumes;
  }

  // Where directories of the primary tree were lost, a Joliet tree of the same session may have them.
  #supplement(volumes: readonly Volume[]): void {
    const trees = volumes.map(({ tree }) =>
      tree === undefined ? undefined : this.#trees[tree]?.tree
    );
    const primary = trees.find((tree) => tree?.kind === "primary");
    const joliet = trees.find((tree) => tree?.kind === "joliet");
    const isBroken = primary !== undefined && primary.found.size + primary.unreadable.size > 0;
    if (isBroken && joliet !== undefined) supplement(primary, joliet, this.#budget);
  }

  #isPrimary(tree: number | undefined): boolean {
    return tree !== undefined && this.#trees[tree]?.tree.kind === "primary";
  }

  /** Whether a volume has the files of the image by the names that count, and all of them. */
  #isEnough({ tree }: Volume): boolean {
    const shown = tree === undefined ? undefined : this.#trees[tree]?.tree;
    return shown?.kind === "primary" && shown.hasRockRidge && shown.unreadable.size === 0;
  }

  #withRockRidge(volume: Volume): Volume[] {
    const { tree, kind } = volume;
    const reading = tree === undefined ? undefined : this.#trees[tree];
    const shows = kind === "iso9660" && reading?.tree.kind === "primary" &&
      reading.tree.hasRockRidge;
    if (!shows) return [volume];
    const namespace = new Namespace(reading.tree, "rockridge");
    return [volume, { ...volume, kind: "rockridge", namespace }];
  }

  // The tree of another descriptor stands in for the primary one.
  #nameJoliet(volumes: readonly Volume[]): void {
    for (const { tree } of volumes) {
      const shown = tree === undefined ? undefined : this.#trees[tree]?.tree;
      if (shown?.kind === "joliet") shown.found.set(0, "joliet");
    }
  }

  // No descriptor leads to a tree: its root may still be there. `isSaid` wants the loss recorded.
  async #lostTree(
    kind: "primary" | "joliet",
    session: number,
    isSaid: boolean,
  ): Promise<Volume | undefined> {
    const { out, logicalStart } = this.#context;
    const root = await this.#recovery.root(kind === "joliet", (start) => this.#isTaken(start));
    if (root === undefined) return undefined;
    const descriptor = logicalSpan(logicalStart + 16 * SECTOR, SECTOR);
    if (isSaid) {
      out.fault({
        kind: "descriptors-lost",
        structure: primaryVolumeDescriptor.id,
        span: descriptor,
        message:
          "sector 16 does not begin with a descriptor, nor do those behind it; the tree is " +
          `read from its ${root.found}`,
        expected: "CD001 at byte 1 of sector 16",
      });
    }
    this.#isSearched = true;
    const tree = new Tree(kind, session);
    const volume = volumeOfTree[kind];
    const index = await this.#walk(tree, { ...root, record: root.start }, volume, 0);
    return {
      kind: volume,
      label: "",
      blocks: 0,
      blockSize: SECTOR,
      session,
      tree: index,
      namespace: new Namespace(tree, volume),
      descriptor,
    };
  }

  #isTaken(start: number): boolean {
    return this.#walked.some(({ walk }) => walk.directoryAt(start) !== undefined);
  }

  async #walk(
    tree: Tree,
    root: Root & { readonly found?: string },
    volume: VolumeKind,
    recorded: number,
  ): Promise<number> {
    const treeIndex = this.#trees.length;
    const { blockSize } = tree;
    const sequence = await this.#sequence(root, recorded);
    const walk = new TreeWalk(
      tree,
      { volume, treeIndex, blockSize, sequence },
      this.#context,
      this.#budget,
    );
    // The slot is taken before the walk, so that the numbers of later trees stay right.
    const slot = { tree, treeIndex, blockSize, mode: { active: false, skip: 0 } };
    this.#trees.push(slot);
    const before = lossesSoFar(this.#context);
    await walk.walk(root);
    if (root.found !== undefined) tree.found.set(0, root.found);
    const walked = { tree, walk, blockSize };
    this.#walked.push(walked);
    if (tree.unreadable.size > 0 || lossesSoFar(this.#context) > before) {
      const tables = this.#pathTables.filter((table) => table.tree === treeIndex);
      const known = [];
      for (const table of tables) known.push(await this.#recovery.fromTable(walked, table));
      // Tables of a root without directories say nothing of a tree that is lost.
      const isEmpty = tree.count === 1 && tree.unreadable.has(0);
      if (!known.includes(true) || isEmpty) this.#isSearched = true;
    }
    this.#trees[treeIndex] = { ...slot, mode: walk.mode };
    return treeIndex;
  }

  // Where the descriptor's number is lost, the root says which volume of the set this is.
  async #sequence({ start }: Root, recorded: number): Promise<number> {
    if (recorded > 0) return recorded;
    const { bytes } = await this.#context.read(start, 34);
    return bytes.length < 34 ? 0 : (bytes[28] ?? 0) + 256 * (bytes[29] ?? 0);
  }

  async #tree(
    descriptor: TreeDescriptor,
    volume: VolumeKind,
    blockSize: number,
    session: number,
    reader: PathTableReader,
    repeated: readonly TreeDescriptor[],
  ): Promise<number> {
    const treeIndex = this.#trees.length;
    const tables = await reader.read(descriptor, volume, blockSize, treeIndex);
    this.#pathTables.push(...tables);
    const others = descriptor.kind === "primary" ? repeated : [];
    const root = await this.#root(descriptor, volume, blockSize, tables, others);
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
    return await this.#walk(tree, root, volume, sequenceOf(descriptor));
  }

  // The root record may be damaged: the MSB first copy and the path table name the same place.
  async #root(
    { span, value }: TreeDescriptor,
    volume: VolumeKind,
    blockSize: number,
    tables: readonly PathTable[],
    repeated: readonly TreeDescriptor[],
  ): Promise<Root & { readonly found?: string }> {
    const { rootLocationOfExtent: location, rootDataLength: length } = value;
    const extended = value.rootExtendedAttributeRecordLength;
    const record = span.start + 156;
    const own = { start: (location.le + extended) * blockSize, length: length.le, record };
    const replaced = (place: number) =>
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
    const places: { readonly block: number; readonly found?: string }[] = [
      { block: location.le },
      { block: location.be },
      ...tables.map((table) => ({
        block: table.record(0).location,
        found: `path-table ${table.type}`,
      })),
      ...repeated.map(({ value: { rootLocationOfExtent: { le } }, span: { start } }) => ({
        block: le,
        found: `repeated descriptor at sector ${start / SECTOR}`,
      })),
    ];
    for (const { block, ...how } of places) {
      const start = (block + extended) * blockSize;
      const { bytes } = await this.#context.read(start, SECTOR);
      if (block === 0 || !holdsRecords(bytes)) continue;
      if (start === own.start && length.le > 0) return own;
      replaced(block);
      return { start, length: rootLength(bytes, [length.le, length.be]), record, ...how };
    }
    const isConfirmed = tables.some((table) => table.record(0).location === location.le);
    if (isConfirmed && location.le > 0) return own;
    const isTaken = (start: number) => this.#isTaken(start);
    const lost = await this.#recovery.root(volume === "joliet", isTaken);
    if (lost === undefined || lost.start === own.start) return own;
    this.#isSearched = true;
    replaced(lost.start / blockSize);
    return { ...lost, record };
  }
}

function unnamedSession(start: number): Session {
  return { number: 1, start, blocks: 0, blockSize: SECTOR, label: "", relocated: false };
}

// A second primary descriptor repeats the first (6.7.1): one tree serves both.
function distinctTrees(trees: readonly TreeDescriptor[]): TreeDescriptor[] {
  const primary = trees.find((tree) => tree.kind === "primary");
  return trees.filter((tree) => tree.kind !== "primary" || tree === primary);
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

/** Reads every session, its descriptors, trees and path tables. Never throws on image data. */
export function readIso9660(context: Context, session: number | undefined): Promise<IsoFacts> {
  return new IsoReader(context).read(session);
}
