// HFS and HFS Plus volumes: their headers, sizes and own files. The files in them are not read yet.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { decode, type Values, valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, startsWithText } from "../../bytes/text.ts";
import type { HfsFacts, HfsMissing, HfsTree, HfsVolume } from "../../model/hfs.ts";
import type { Partition, Reading, Recognised } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import { bTreeHeader, hfsPlusVolumeHeader, masterDirectoryBlock } from "./layout.ts";

const BLOCK = 512;
const HEADER = 1024; // bytes from the start of the volume
/** Partitions in which a volume is looked for; real discs have one or two. */
const PLACES = 16;
/** Type of HFS Plus partitions in a GPT (TN2166). */
const GPT_HFS_PLUS = "48465300-0000-11AA-AA11-00306543ECAC";

/** Where to read. */
export type HfsContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly logicalSize: number;
  readonly out: ImageRecorder;
};

type Found = { readonly volume: HfsVolume; readonly recognised: Recognised };

/** Extents of start and count in blocks, as logical bytes; those without blocks are left out. */
function extentsOf(
  raw: Uint8Array,
  width: 2 | 4,
  { origin, blockSize }: { readonly origin: number; readonly blockSize: number },
): Span[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const spans: Span[] = [];
  for (let at = 0; at + 2 * width <= raw.length; at += 2 * width) {
    const [start, count] = [at, at + width].map((field) =>
      width === 2 ? view.getUint16(field) : view.getUint32(field)
    );
    if (start === undefined || count === undefined || count === 0) continue;
    spans.push(logicalSpan(origin + start * blockSize, count * blockSize));
  }
  return spans;
}

type VolumeHeader = Values<typeof hfsPlusVolumeHeader.fields>;
type DirectoryBlock = Values<typeof masterDirectoryBlock.fields>;

function isPlausible({ allocationBlockSize, volumeName }: DirectoryBlock): boolean {
  const length = volumeName[0] ?? 0;
  return allocationBlockSize > 0 && allocationBlockSize % BLOCK === 0 && length >= 1 &&
    length <= 27;
}

/** Reads the headers of volumes at one place after the other. */
class HfsReader {
  readonly #context: HfsContext;

  constructor(context: HfsContext) {
    this.#context = context;
  }

  /** The volumes that begin at a logical byte: one, or an HFS wrapper with the HFS Plus volume in it. */
  async volumesAt(start: number, partition?: Partition): Promise<Found[]> {
    const { bytes } = await this.#context.read(start + HEADER, BLOCK);
    if (startsWithText(bytes, "BD")) return await this.#hfs(start, bytes, partition);
    const plus = await this.#plus(start, bytes);
    return plus === undefined ? [] : [plus];
  }

  #slice(bytes: Uint8Array, start: number) {
    return { bytes, space: "logical" as const, start };
  }

  async #hfs(start: number, bytes: Uint8Array, partition?: Partition): Promise<Found[]> {
    const { out } = this.#context;
    const value = valuesOf(masterDirectoryBlock, bytes);
    // The signature alone is two letters: a real block also has a size and a name that fits.
    if (value === undefined || !isPlausible(value)) return [];
    const at = start + HEADER;
    decode(masterDirectoryBlock, this.#slice(bytes, at), "hfs", out);
    const header = logicalSpan(at, BLOCK);
    out.claim(header, "hfs", { name: masterDirectoryBlock.title });
    const { allocationBlockSize: blockSize, allocationBlocks: blocks } = value;
    const origin = start + value.firstAllocationBlock * BLOCK;
    const end = origin + blocks * blockSize;
    this.#claimBitmap(start, value);
    const alternate = await this.#alternateHfs(start, end, partition);
    const place = { origin, blockSize };
    const trees = [
      await this.#tree(
        "extents",
        value.extentsFileSize,
        extentsOf(value.extentsFileExtents, 2, place),
      ),
      await this.#tree(
        "catalog",
        value.catalogFileSize,
        extentsOf(value.catalogFileExtents, 2, place),
      ),
    ].filter((tree) => tree !== undefined);
    const label = decodeLatin1(value.volumeName.subarray(1, 1 + (value.volumeName[0] ?? 0)));
    const volume: HfsVolume = {
      kind: "hfs",
      start,
      header,
      blockSize,
      blocks,
      end,
      ...(alternate === undefined ? {} : { alternate }),
      trees,
    };
    const recognised: Recognised = {
      kind: "hfs",
      what: "HFS volume",
      span: header,
      label,
      blocks,
      blockSize,
    };
    return [{ volume, recognised }, ...await this.#embedded(value, origin)];
  }

  // A wrapper has a small HFS volume for systems that do not know HFS Plus.
  async #embedded(value: DirectoryBlock, origin: number): Promise<Found[]> {
    const { embeddedSignature, embeddedStart, embeddedCount, allocationBlocks } = value;
    const fits = embeddedCount > 0 && embeddedStart + embeddedCount <= allocationBlocks;
    if (!startsWithText(embeddedSignature, "H+") || !fits) return [];
    const start = origin + embeddedStart * value.allocationBlockSize;
    const { bytes } = await this.#context.read(start + HEADER, BLOCK);
    const plus = await this.#plus(start, bytes);
    return plus === undefined ? [] : [plus];
  }

  #claimBitmap(start: number, value: DirectoryBlock): void {
    const from = start + value.bitmapStart * BLOCK;
    const room = start + value.firstAllocationBlock * BLOCK - from;
    const length = Math.ceil(value.allocationBlocks / (8 * BLOCK)) * BLOCK;
    const span = logicalSpan(from, Math.max(0, Math.min(length, room)));
    this.#context.out.claim(span, "hfs", { name: "HFS volume bitmap" });
  }

  // It is the last but one block of the partition, which may be longer than its blocks; genisoimage writes
  // it 2048 bytes before their end.
  async #alternateHfs(
    start: number,
    end: number,
    partition?: Partition,
  ): Promise<Span | undefined> {
    const { read, out, logicalSize } = this.#context;
    const whole = partition === undefined ? logicalSize : partition.start + partition.length;
    for (const at of new Set([whole - HEADER, end, end - SECTOR])) {
      if (at <= start + HEADER || at + BLOCK > logicalSize) continue;
      const { bytes } = await read(at, BLOCK);
      const other = startsWithText(bytes, "BD") ? valuesOf(masterDirectoryBlock, bytes) : undefined;
      if (other === undefined || !isPlausible(other)) continue;
      decode(masterDirectoryBlock, this.#slice(bytes, at), "hfs", out);
      const span = logicalSpan(at, BLOCK);
      out.claim(span, "hfs", { name: "HFS Alternate Master Directory Block" });
      return span;
    }
    return undefined;
  }

  async #plus(start: number, bytes: Uint8Array): Promise<Found | undefined> {
    const isPlus = startsWithText(bytes, "H+") || startsWithText(bytes, "HX");
    const version = bytes[3] ?? 0;
    if (!isPlus || bytes[2] !== 0 || (version !== 4 && version !== 5)) return undefined;
    const { out } = this.#context;
    const at = start + HEADER;
    const value = decode(hfsPlusVolumeHeader, this.#slice(bytes, at), "hfs", out);
    if (value === undefined) return undefined;
    const { blockSize, totalBlocks: blocks } = value;
    const end = start + blocks * blockSize;
    if (start > 0) out.claim(logicalSpan(start, HEADER), "hfs", { name: "HFS Plus boot blocks" });
    const alternate = await this.#alternatePlus(start, end, value);
    const trees = await this.#plusFiles(start, value);
    const header = logicalSpan(at, BLOCK);
    const volume: HfsVolume = {
      kind: "hfsplus",
      start,
      header,
      blockSize,
      blocks,
      end,
      ...(alternate === undefined ? {} : { alternate }),
      trees,
    };
    const what = "HFS Plus volume";
    return { volume, recognised: { kind: "hfsplus", what, span: header, blocks, blockSize } };
  }

  async #alternatePlus(start: number, end: number, value: VolumeHeader): Promise<Span | undefined> {
    const at = end - HEADER;
    const { read, out, logicalSize } = this.#context;
    if (at <= start + HEADER || at + BLOCK > logicalSize) return undefined;
    const { bytes } = await read(at, BLOCK);
    const other = valuesOf(hfsPlusVolumeHeader, bytes);
    const isHeader = startsWithText(bytes, "H+") || startsWithText(bytes, "HX");
    if (other === undefined || !isHeader || other.version !== value.version) return undefined;
    decode(hfsPlusVolumeHeader, this.#slice(bytes, at), "hfs", out);
    out.claim(logicalSpan(at, HEADER), "hfs", { name: "HFS Plus Alternate Volume Header" });
    return logicalSpan(at, BLOCK);
  }

  async #plusFiles(start: number, value: VolumeHeader): Promise<HfsTree[]> {
    const { blockSize } = value;
    const trees: HfsTree[] = [];
    const files = [
      { name: "allocation", fork: value.allocationFile },
      { name: "extents", fork: value.extentsFile },
      { name: "catalog", fork: value.catalogFile },
      { name: "attributes", fork: value.attributesFile },
      { name: "startup", fork: value.startupFile },
    ] as const;
    for (const { name, fork } of files) {
      const extents = extentsOf(fork.subarray(16), 4, { origin: start, blockSize });
      const size = new DataView(fork.buffer, fork.byteOffset).getBigUint64(0);
      if (name === "extents" || name === "catalog") {
        const tree = await this.#tree(name, Number(size), extents);
        if (tree !== undefined) trees.push(tree);
      } else this.#claimFile(name, extents);
    }
    return trees;
  }

  #claimFile(name: string, extents: readonly Span[]): void {
    for (const span of extents) {
      this.#context.out.claim(span, "hfs", { name: `HFS ${name} file` });
    }
  }

  async #tree(
    name: HfsTree["name"],
    bytes: number,
    extents: readonly Span[],
  ): Promise<HfsTree | undefined> {
    this.#claimFile(name, extents);
    const [first] = extents;
    const { read, out, logicalSize } = this.#context;
    if (first === undefined || first.start + bTreeHeader.size > logicalSize) return undefined;
    const { bytes: node } = await read(first.start, bTreeHeader.size);
    decode(bTreeHeader, this.#slice(node, first.start), "hfs", out);
    const header = logicalSpan(first.start, bTreeHeader.size);
    return { name, header, bytes, extents };
  }

  /** Whether a FAT volume begins at a logical byte. */
  async isFat(start: number): Promise<boolean> {
    const { bytes } = await this.#context.read(start, BLOCK);
    const sectorBytes = (bytes[11] ?? 0) + 256 * (bytes[12] ?? 0);
    return bytes.length === BLOCK && bytes[510] === 0x55 && bytes[511] === 0xaa &&
      [512, 1024, 2048, 4096].includes(sectorBytes) && (bytes[16] ?? 0) > 0;
  }
}

function announcesHfs({ scheme, type }: Partition): boolean {
  return (scheme === "apm" && type.startsWith("Apple_HFS")) ||
    (scheme === "gpt" && type === GPT_HFS_PLUS);
}

/** Where a partition begins if its number counts the blocks of the map, or others. */
function placesOf(start: number): readonly number[] {
  const ratio = SECTOR / BLOCK;
  return start === 0 ? [] : start % SECTOR === 0 ? [start, start / ratio] : [start, start * ratio];
}

/** What was found, for the list of volumes and for the rules. */
export type HfsReading = { readonly facts: HfsFacts; readonly recognised: readonly Recognised[] };

/**
 * Looks for a volume at the start of the image and of each partition that announces one, in units of the map
 * and of 512 bytes. Never throws on image data.
 */
export async function readHfs(
  partitions: readonly Partition[],
  context: HfsContext,
): Promise<HfsReading> {
  const reader = new HfsReader(context);
  const found: Found[] = await reader.volumesAt(0);
  const missing: HfsMissing[] = [];
  const seen = new Set<number>();
  for (const partition of partitions.filter(announcesHfs)) {
    const { start, entry } = partition;
    if (seen.has(start)) continue;
    seen.add(start);
    if (seen.size > PLACES) {
      const message = `the limit of ${PLACES} places of HFS volumes was reached`;
      context.out.fault({
        kind: "limit",
        structure: masterDirectoryBlock.id,
        span: entry,
        message,
      });
      break;
    }
    let volumes = start === 0 ? found : [];
    for (const place of placesOf(start)) {
      if (volumes.length > 0) break;
      if (place >= context.logicalSize) continue;
      volumes = await reader.volumesAt(place, partition);
      found.push(...volumes);
    }
    if (volumes.length === 0) missing.push({ start, entry, isFat: await reader.isFat(start) });
  }
  return {
    facts: { volumes: found.map(({ volume }) => volume), missing },
    recognised: found.map(({ recognised }) => recognised),
  };
}
