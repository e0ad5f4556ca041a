// The pipeline, ByteSource in, Image out: container, sectors, structures, one model. Read this first.

import { defaultLimits, type Limits } from "./bytes/limits.ts";
import type { ByteSource } from "./bytes/source.ts";
import { logicalSpan, SECTOR } from "./bytes/span.ts";
import { fieldSpan } from "./bytes/struct.ts";
import type { Sidecars } from "./container/container.ts";
import { openContainer } from "./container/probe.ts";
import { readErrorCorrection } from "./decode/dvdisaster/decode.ts";
import { type BootFile, readBootCatalog } from "./decode/eltorito/decode.ts";
import { readHfs } from "./decode/hfs/decode.ts";
import type { Context } from "./decode/iso9660/context.ts";
import { type IsoFacts, readIso9660 } from "./decode/iso9660/decode.ts";
import { bootRecord } from "./decode/iso9660/layout.ts";
import {
  readDirectoryPart,
  readDirectoryParts,
  readDirectoryView,
  type TreeReading,
} from "./decode/iso9660/view.ts";
import { readPartitions } from "./decode/partition/decode.ts";
import { readChecksums } from "./decode/rockridge/checksums.ts";
import { recogniseUdf } from "./decode/udf/decode.ts";
import { StrideMapping } from "./disc/mapping.ts";
import { LogicalReader } from "./disc/reader.ts";
import {
  type BootEntry,
  Image,
  type Partition,
  type Recognised,
  type Volume,
} from "./model/image.ts";
import { Namespace } from "./model/namespace.ts";
import { ImageRecorder } from "./model/recorder.ts";
import { RegionMap } from "./model/regions.ts";

/** How to examine an image. */
export type ExamineOptions = {
  /** The name that reports show; the source's own where absent. */
  readonly path?: string;
  /** Session whose volumes are shown, from 1; the last one where absent. */
  readonly session?: number;
  /** Opens files that stand beside the image (the data of a sheet). */
  readonly sidecars?: Sidecars;
  /** Called once every file is open, before anything is decoded: permissions can be given up. */
  readonly onOpened?: () => Promise<void>;
  /**
   * Read the tree of the namespace with the most to say only, Rock Ridge before Joliet: enough for its
   * files. Volumes and owners that only other trees tell of are not there then.
   */
  readonly richestOnly?: boolean;
  /** Stops the work: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Bounds of the work; see {@linkcode defaultLimits}. */
  readonly limits?: Partial<Limits>;
};

/**
 * Examines an image: reads its structures, walks its trees and maps who owns every byte. Damage is
 * recorded, never thrown. Rejects with ContainerError where a sheet's data cannot be opened, with
 * RangeError where there is no such session, and with the signal's reason.
 */
export async function examine(source: ByteSource, options: ExamineOptions = {}): Promise<Image> {
  const limits = { ...defaultLimits, ...options.limits };
  const opened = await openContainer(source, options.sidecars ?? noSidecars);
  await options.onOpened?.();
  const mapping = new StrideMapping(opened.layout, opened.source.size);
  const out = new ImageRecorder(mapping, limits);
  const reader = new LogicalReader(
    opened.source,
    mapping,
    (span, message) => out.fault({ kind: "read-error", structure: "source", span, message }),
  );
  const read = (start: number, length: number) => reader.read(start, length);
  const signal = options.signal;
  const context: Context = {
    // The signal stops this examination; the image may be read after that.
    read: (start, length) => {
      signal?.throwIfAborted();
      return read(start, length);
    },
    logicalStart: (opened.layout.session ?? 0) * SECTOR,
    logicalSize: mapping.logicalSize,
    out,
    limits,
    richestOnly: options.richestOnly === true,
    ...(signal === undefined ? {} : { signal }),
  };

  const systemArea = logicalSpan(context.logicalStart, 16 * SECTOR);
  out.claim(systemArea, "system-area", { name: "System Area" });
  const { partitions, gpt, appleMaps } = await readPartitions({
    ...context,
    size: mapping.logicalSize,
  });
  const facts = await readIso9660(context, options.session);
  checkSession(facts, options.session);
  const hfs = await readHfs(partitions, context);
  const udf = await recogniseUdf(context.read, out);
  const recognised = [
    ...facts.recognised,
    ...(udf === undefined ? [] : [udf]),
    ...hfs.recognised,
  ];
  const boot = await readBoot(facts, partitions, context);
  await readChecksums(facts.trees.map(({ tree }) => tree), context);
  await readErrorCorrection(facts.volumeEnd, context);
  claimPartitions(partitions, facts, mapping.logicalSize, out);
  signal?.throwIfAborted();

  const reads = { read, limits, logicalSize: mapping.logicalSize };
  if (facts.volumeEnd > 0) out.claims.trailFrom(mapping.boundary(facts.volumeEnd));

  return new Image({
    source: opened.source,
    path: options.path ?? source.name,
    container: opened.facts,
    mapping,
    sessions: facts.sessions,
    session: facts.session,
    volumes: [...facts.volumes, ...recognised.map(recognisedVolume)],
    trees: facts.trees.map((reading) => reading.tree),
    pathTables: facts.pathTables,
    recognised,
    boot,
    partitions,
    gpt,
    appleMaps,
    hfs: hfs.facts,
    structures: out.structures,
    faults: out.faults,
    regions: () => new RegionMap(out.claims, opened.source.size),
    volumeEnd: facts.volumeEnd,
    read,
    readFile: (offset, into) => reader.readFile(offset, into),
    readFileNow: (offset, into) => reader.readFileNow(offset, into),
    readDirectory: (tree, node) => readDirectoryView(node, readingOf(facts, tree), reads),
    readDirectoryParts: (tree, node, partBytes) =>
      readDirectoryParts(node, readingOf(facts, tree), reads, partBytes),
    readDirectoryPart: (tree, node, from, to) =>
      readDirectoryPart(node, from, to, readingOf(facts, tree), reads),
  });
}

function readingOf({ trees }: IsoFacts, tree: number): TreeReading {
  const reading = trees[tree];
  if (reading === undefined) {
    throw new RangeError(`Cannot read directory: there is no tree ${tree}`);
  }
  return reading;
}

const noSidecars: Sidecars = () => Promise.resolve(undefined);

function checkSession({ sessions }: IsoFacts, wanted: number | undefined): void {
  if (wanted === undefined || sessions.some((session) => session.number === wanted)) return;
  const there = sessions.length === 0 ? "it has none" : `it has 1 to ${sessions.length}`;
  throw new RangeError(`Cannot show session ${wanted} of the image: ${there}`);
}

function recognisedVolume(
  { kind, span, label = "", blocks = 0, blockSize = SECTOR }: Recognised,
): Volume {
  return { kind, label, blocks, blockSize, session: 1, descriptor: span };
}

async function readBoot(
  facts: IsoFacts,
  partitions: readonly Partition[],
  context: Context,
): Promise<BootEntry[]> {
  const entries: BootEntry[] = [];
  const seen = new Set<number>();
  for (const { catalog, elTorito, session, span } of facts.boot) {
    if (!elTorito || seen.has(catalog)) continue;
    if (seen.size >= context.limits.catalogs) {
      const message = `the limit of ${context.limits.catalogs} boot catalogues was reached`;
      context.out.fault({ kind: "limit", structure: bootRecord.id, span, message });
      break;
    }
    seen.add(catalog);
    const start = facts.sessions[session - 1]?.start ?? 0;
    const found = await readBootCatalog(catalog, {
      ...context,
      filesAt: (starts) => filesAt(facts, starts),
      partitions,
      pointer: fieldSpan(bootRecord, "bootCatalogPointer", span),
      primary: start + 16,
    });
    entries.push(...found);
  }
  return entries;
}

/** The files that begin at these logical bytes: one pass over the trees, however many there are. */
function filesAt(facts: IsoFacts, starts: ReadonlySet<number>): Map<number, BootFile> {
  const files = new Map<number, BootFile>();
  for (const { tree, treeIndex } of facts.trees) {
    for (let node = 0; node < tree.count; node++) {
      if (tree.extentCount(node) !== 1 || tree.isDirectory(node)) continue;
      const { start, length } = tree.extent(node, 0);
      if (length === 0 || !starts.has(start) || files.has(start)) continue;
      const volume = facts.volumes.filter((each) => each.tree === treeIndex).at(-1);
      const namespace = volume?.namespace ?? new Namespace(tree, "iso9660");
      files.set(start, { bytes: length, path: namespace.path(node) });
    }
  }
  return files;
}

// Partitions that lie after the volume are trailers that something names (an appended EFI image, say).
function claimPartitions(
  partitions: readonly Partition[],
  { volumeEnd }: IsoFacts,
  size: number,
  out: ImageRecorder,
): void {
  for (const { scheme, index, start, length } of partitions) {
    if (start < volumeEnd || start >= size || volumeEnd === 0) continue;
    const name = `${scheme.toUpperCase()} partition ${index}`;
    out.claim(logicalSpan(start, length), "trailer", { name });
  }
}
