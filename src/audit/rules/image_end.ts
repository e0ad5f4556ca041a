// Rules about where an image ends: before its volume does, behind it, or inside a sector.

import { fileSpan, logicalSpan, type Owner, SECTOR, type Span } from "../../bytes/span.ts";
import { directoryRecord, primaryVolumeDescriptor } from "../../decode/iso9660/layout.ts";
import { gptHeader } from "../../decode/partition/layout.ts";
import type { Image } from "../../model/image.ts";
import type { Occupied, ProofFacts } from "../../model/proof.ts";
import { extentsReach, isHere, walkLosses } from "../losses.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { formatOf } from "../signatures.ts";
import { declaredEnd } from "../volume_end.ts";
import { audioRanges } from "../raw_runs.ts";
import { counted } from "../words.ts";
import { notKept } from "./uncounted.ts";

/** Bytes of the blocks that a partition table of an image counts in. */
const GPT_BLOCK = 512;

const rules = {
  cutOff: {
    id: "IMG-001",
    severity: "error",
    title: "Image ends before the volume does",
    clause: "ECMA-119:1987 8.4.8",
    rationale:
      "What lies behind the end of the file is lost. A warning where no file and no structure loses a " +
      "byte by it: images saved without their final padding (150 sectors, or 1 to 2 run-out sectors).",
    remedy:
      "Fetch the missing range, or copy the disc again; where only padding is missing there is nothing " +
      "to do.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  padding: {
    id: "IMG-002",
    severity: "info",
    title: "Zero padding after the volume",
    clause: "none",
    rationale:
      "Mastering tools add 150 sectors of padding (307,200 bytes), drives read run-out sectors, and " +
      "copies are rounded up to 16 or 32 sectors, 1 MiB or the capacity of the medium.",
    remedy: "Nothing to do. Copies of one disc may differ in it: compare up to the volume's end.",
  },
  foreign: {
    id: "IMG-003",
    severity: "warning",
    title: "Unexplained data after the volume",
    clause: "ECMA-119:1987 8.4.8",
    rationale:
      "Neither a partition, a boot image, a further session nor another volume explains these bytes: " +
      "the size field may be too small, or something was appended.",
    remedy: "Look at the bytes; if they belong to the volume, its size field is damaged.",
  },
  trailer: {
    id: "IMG-004",
    severity: "info",
    title: "Recognised trailer after the volume",
    clause: "none",
    rationale:
      "Backup partition tables and appended EFI system partitions (memtest86+, most EFI hybrids) lie " +
      "behind the ISO 9660 volume on purpose.",
    remedy: "Nothing to do; keep the trailer when the image is copied.",
  },
  partialSector: {
    id: "IMG-005",
    severity: "error",
    title: "Last sector is incomplete",
    clause: "ECMA-119:1987 6.1.2",
    rationale:
      "A copy that stops inside a sector of the volume was broken off. Where only padding is missing " +
      "this is a warning, as is IMG-001.",
    remedy: "Fetch or copy the rest; the bytes of the incomplete sector may be good.",
  },
  extentOutside: {
    id: "IMG-016",
    severity: "error",
    title: "Extents beyond the end of the image",
    clause: "ECMA-119:1987 9.1.3, 9.1.4",
    rationale:
      "The file cannot be read whole. Empty files may have any address (mkisofs and genisoimage give " +
      "them one past the end), and files of another volume or of an audio track are not here.",
    remedy: "If the volume is whole, the directory record is damaged: compare it with the path " +
      "tables and the other trees.",
    layouts: ["iso9660/directory-record"],
  },
} as const satisfies RuleTable;

/** Bytes of the last sector that are there, where it is not whole; 0 where it is. */
function lastBytes({ mapping, source }: Image): number {
  // Sectors count from where the image begins, which need not be where the file does.
  return (source.size - mapping.fileOffset(0) + mapping.dataOffset) % mapping.stride;
}

// A raw sector is nothing without its codes; the backup of a partition table may lie in the last one.
function cutsStructure(image: Image): boolean {
  const { mapping, source } = image;
  const rest = lastBytes(image);
  if (rest === 0) return false;
  if (mapping.stride !== SECTOR) return true;
  const first = Math.floor((source.size - rest) / GPT_BLOCK);
  return image.structuresOf(gptHeader).some(({ value: { alternateLba } }) =>
    alternateLba >= BigInt(first) && alternateLba < BigInt(first + SECTOR / GPT_BLOCK)
  );
}

/** Whether something that must be read lies past the end of the file. */
function isMissed(image: Image): boolean {
  const { logicalSize } = image.mapping;
  const tables = image.pathTables.some(({ span }) => span.start + span.length > logicalSize);
  const boot = image.boot.some(({ bootable, sector, bytes }) =>
    bootable && sector * SECTOR + bytes > logicalSize
  );
  return tables || boot || cutsStructure(image) || extentsReach(image) > logicalSize;
}

/** Directories of the current trees whose records, or some of them, lie past the end of the file. */
function cutDirectories({ volumes, trees, mapping }: Image): number {
  let count = 0;
  for (const index of new Set(volumes.map((volume) => volume.tree))) {
    const tree = index === undefined ? undefined : trees[index];
    if (tree === undefined) continue;
    for (let node = 0; node < tree.count; node++) {
      if (!tree.isDirectory(node)) continue;
      const { start, length } = tree.extent(node, 0);
      if (start + length > mapping.logicalSize) count++;
    }
  }
  return count;
}

// The codes of the last raw sector belong to it.
function expectedSize({ mapping }: Image, end: number): number {
  return end % SECTOR === 0
    ? mapping.fileOffset(end) - mapping.dataOffset
    : mapping.fileOffset(end - 1) + 1;
}

function* checkEnd(image: Image): Iterable<Hit> {
  const { mapping, source } = image;
  const end = declaredEnd(image);
  if (end <= mapping.logicalSize) return;
  const last = expectedSize(image, end);
  const missing = Math.max(1, last - source.size);
  const sectors = Math.ceil(end / SECTOR) - Math.floor(mapping.logicalSize / SECTOR);
  const missed = isMissed(image);
  let files = 0;
  let lost = 0;
  for (const loss of walkLosses(image)) {
    files++;
    lost += loss.lost;
  }
  const cost = files > 0
    ? `${files} ${files === 1 ? "file loses" : "files lose"} ${counted(lost, "byte")}`
    : missed
    ? "no file that is listed loses bytes, but structures or boot images do"
    : "no file and no structure loses bytes";
  const unnamed = cutDirectories(image);
  const more = unnamed === 0
    ? ""
    : `; ${unnamed} ${
      unnamed === 1 ? "directory lies" : "directories lie"
    } in the missing part: what they hold cannot be named`;
  yield {
    rule: rules.cutOff,
    ...(missed ? {} : { severity: "warning" }),
    span: fileSpan(source.size, missing),
    message: `the image ends at byte ${source.size}, the volume at ${last}: it lacks ` +
      `${counted(missing, "byte")} in ${counted(sectors, "sector")}; ${cost}${more}`,
    recorded: String(source.size),
    expected: String(last),
  };
}

const customary: Readonly<Record<number, string>> = {
  1: "one run-out sector",
  2: "two run-out sectors",
  150: "the 150 sectors of padding that mastering tools add",
};

/** Bytes of the smallest block that storage is written in. */
const BLOCK = 512;

function* checkPadding(image: Image, { data }: ProofFacts): Iterable<Hit> {
  const end = declaredEnd(image);
  if (data === undefined || end === 0 || data.behind.count > 0) return;
  const { bytes } = data.emptyBehind;
  if (bytes === 0) return;
  const start = image.mapping.boundary(end);
  const usual = customary[bytes / image.mapping.stride];
  // What pads an image writes blocks: other counts are what an insertion pushed out of the volume.
  const isOdd = image.mapping.stride === SECTOR && image.source.size % BLOCK !== 0;
  yield {
    rule: rules.padding,
    span: fileSpan(start, image.source.size - start),
    message: `${counted(bytes, "byte")} of zeros follow the volume, which ends at byte ${start}` +
      (usual === undefined ? "" : `: ${usual}`) +
      (isOdd ? ", no whole number of blocks: were bytes inserted somewhere before?" : ""),
    ...(isOdd ? { severity: "warning" as const, confidence: "likely" as const } : {}),
  };
}

// The anchor of UDF, at the end of its volume, names its own sector (ECMA-167 3/7.2.8, 3/10.2).
function isAnchor({ head, span }: Occupied): boolean {
  const sector = Math.floor(span.start / SECTOR);
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return view.getUint16(0, true) === 2 && view.getUint32(12, true) === sector;
}

function* checkForeign(image: Image, { data, errorCorrection }: ProofFacts): Iterable<Hit> {
  if (data === undefined || declaredEnd(image) === 0) return;
  // What a volume owns that is recognised and not read is not unexplained (LIM-001 says so).
  if (image.recognised.some(({ kind }) => kind !== "highsierra")) {
    for (const occupied of data.behind.kept) {
      if (isAnchor(occupied)) {
        yield { ...trailerAt(occupied.span, "UDF anchor"), confidence: "likely" };
      }
    }
    return;
  }
  yield* notKept(rules.foreign, data.behind, "stretch");
  const audio = data.raw === undefined ? [] : audioRanges(image, data.raw);
  for (const occupied of data.behind.kept) {
    const cut = beforeAudio(image, occupied, audio);
    if (cut === undefined) continue;
    const { span, sectors, head } = cut;
    if (errorCorrection !== undefined && span.start >= errorCorrection.header.start) {
      yield trailerAt(span, "dvdisaster error correction");
      continue;
    }
    const format = formatOf(head);
    yield {
      rule: rules.foreign,
      span,
      message:
        `${counted(sectors, "sector")} behind the volume, from logical byte ${span.start} on, ` +
        `not all zero, ${sectors === 1 ? "belongs" : "belong"} to nothing that is known` +
        (format === undefined ? "" : `; they begin like ${format}`),
    };
  }
}

// The audio tracks of a mixed-mode disc are told of by IMG-008.
function beforeAudio(
  { mapping }: Image,
  occupied: Occupied,
  audio: readonly Span[],
): Pick<Occupied, "span" | "sectors" | "head"> | undefined {
  const { span, head } = occupied;
  const at = mapping.fileOffset(span.start);
  const end = mapping.fileOffset(span.start + span.length);
  const first = audio.find(({ start, length }) => start < end && start + length > at);
  if (first === undefined) return occupied;
  if (first.start <= at) return undefined;
  const length = mapping.logicalOffset(first.start) - span.start;
  return { span: logicalSpan(span.start, length), sectors: Math.ceil(length / SECTOR), head };
}

function trailerAt(span: Span, name: string): Hit {
  return {
    rule: rules.trailer,
    span,
    message: `${name}: ${counted(span.length, "byte")} behind the volume`,
  };
}

const trailers: ReadonlySet<Owner> = new Set([
  "trailer",
  "partition-table",
  "boot",
  "descriptor",
  "udf",
  "hfs",
]);

function* checkTrailer(image: Image): Iterable<Hit> {
  const end = declaredEnd(image);
  const { regions, mapping, source } = image;
  const from = mapping.boundary(end);
  if (end === 0 || from >= source.size) return;
  for (let index = regions.indexAt(from); index < regions.count; index++) {
    const region = regions.region(index);
    // Files and directories there are data past the declared volume (ISO-PVD-028).
    if (region.start < from || !trailers.has(region.owner)) continue;
    yield trailerAt(fileSpan(region.start, region.length), image.regionName(region));
  }
}

function* checkPartialSector(image: Image): Iterable<Hit> {
  const { mapping, source } = image;
  const { stride } = mapping;
  const rest = lastBytes(image);
  const start = source.size - rest;
  if (rest === 0 || mapping.logicalOffset(start) >= declaredEnd(image)) return;
  yield {
    rule: rules.partialSector,
    ...(isMissed(image) ? {} : { severity: "warning" }),
    span: fileSpan(start, rest),
    message:
      `${rest} of ${stride} bytes of the last sector are there; the volume goes on behind it`,
    recorded: String(rest),
    expected: String(stride),
  };
}

function isOneOfSeveral(image: Image): boolean {
  return image.structuresOf(primaryVolumeDescriptor).some(({ value }) =>
    value.volumeSetSize.le > 1 && value.volumeSetSize.le === value.volumeSetSize.be
  );
}

function* checkExtents(image: Image): Iterable<Hit> {
  const { logicalSize } = image.mapping;
  if (extentsReach(image) <= logicalSize || isOneOfSeveral(image)) return;
  // What ends inside the volume is lost with its end: IMG-001 and the list of losses tell of it.
  const limit = Math.max(logicalSize, declaredEnd(image));
  const trees = new Set(image.volumes.map((volume) => volume.tree));
  const { offset } = directoryRecord.fields.locationOfExtent;
  for (const index of trees) {
    const namespace = index === undefined ? undefined : image.namespaceOf(index);
    if (index === undefined || namespace === undefined) continue;
    const { tree } = namespace;
    for (let node = 0; node < tree.count; node++) {
      if (tree.isDirectory(node) || !isHere(namespace, node)) continue;
      for (const { start, length } of tree.extents(node)) {
        if (length === 0 || start + length <= limit) continue;
        const lost = Math.min(length, start + length - logicalSize);
        yield {
          rule: rules.extentOutside,
          span: logicalSpan(tree.record(node) + offset, 16),
          message:
            `the extent [${start}, ${start + length}) loses ${lost} of ${length} bytes: the ` +
            `image ends at ${logicalSize}`,
          recorded: `[${start}, ${start + length})`,
          expected: `an end of ${logicalSize} at most`,
          tree: index,
          node,
        };
      }
    }
  }
}

/** Rules about where an image ends. */
export const imageEnd: RuleFamily = {
  rules,
  image: [
    checkEnd,
    checkPadding,
    checkForeign,
    checkTrailer,
    checkPartialSector,
    checkExtents,
  ],
};
