// Partition tables of the system area: MBR, GPT, Apple partition map. Their blocks are bytes of the file.

import { logicalSpan, roundUp, safeOffset, type Span } from "../../bytes/span.ts";
import { decode, type Values, valuesOf } from "../../bytes/struct.ts";
import { hex, isZero, startsWithText } from "../../bytes/text.ts";
import type { AppleMap } from "../../model/apple_map.ts";
import type { GptTable, Partition } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import { readAppleMaps } from "./apple.ts";
import { noteLimit, type PartitionContext } from "./context.ts";
import { formatGuid, gptEntry, gptHeader, masterBootRecord, mbrPartition } from "./layout.ts";

export type { PartitionContext } from "./context.ts";

/** What the partition tables of an image say. */
export type PartitionFacts = {
  /** Partitions of every scheme: MBR, GPT, Apple. */
  readonly partitions: readonly Partition[];
  readonly gpt: readonly GptTable[];
  readonly appleMaps: readonly AppleMap[];
};

/** A GPT header where one was found, with the block size that its place shows. */
export type GptPlace = { readonly start: number; readonly blockSize: number };

const BLOCK = 512;
const GPT_ARRAY_LIMIT = 1 << 20;

/** A cylinder of 64 heads with 32 blocks, to which isohybrid rounds partitions up. */
const CYLINDER = 64 * 32 * BLOCK;

function isPlausible(
  { bootIndicator, startingLba, sizeInLba }: Values<typeof mbrPartition.fields>,
  size: number,
): boolean {
  return (bootIndicator === 0 || bootIndicator === 0x80) &&
    (startingLba + sizeInLba) * BLOCK <= roundUp(size, CYLINDER);
}

function noteNoMark(bytes: Uint8Array, out: ImageRecorder): void {
  const mark = hex(bytes.subarray(510, 512));
  out.fault({
    kind: "mbr-signature",
    structure: masterBootRecord.id,
    span: logicalSpan(510, 2),
    message:
      `block 0 ends with ${mark}, not with 55aa, though its four entries are those of a boot ` +
      `record: nothing that looks for the mark finds them`,
    recorded: mark,
    expected: "55aa",
  });
}

async function readMbr({ read, size, out }: PartitionContext): Promise<Partition[]> {
  const { bytes } = await read(0, BLOCK);
  if (bytes.length < BLOCK) return [];
  const partitions: Partition[] = [];
  const records = [0, 1, 2, 3].map((index) => {
    const at = 446 + index * mbrPartition.size;
    return { at, value: valuesOf(mbrPartition, bytes.subarray(at)) };
  });
  // Entries with a block count are used, whatever their type: hybrids use type 00 on purpose.
  const used = records.filter(({ value }) => value !== undefined && value.sizeInLba > 0);
  if (bytes[510] !== 0x55 || bytes[511] !== 0xaa) {
    const values = records.flatMap(({ value }) => value ?? []);
    if (used.length > 0 && values.every((value) => isPlausible(value, size))) {
      noteNoMark(bytes, out);
    }
    return [];
  }
  // Boot code alone, with no partition, still is a boot record; four empty entries are no table.
  const owner = "partition-table";
  decode(masterBootRecord, { bytes, space: "logical", start: 0 }, owner, out);
  for (const { at, value } of used) {
    if (value === undefined) continue;
    const span = { space: "logical" as const, start: at, length: mbrPartition.size };
    out.structures.add({ layout: mbrPartition, span, value, owner });
    partitions.push({
      scheme: "mbr",
      index: (at - 446) / mbrPartition.size + 1,
      type: `0x${value.osType.toString(16).padStart(2, "0")}`,
      start: value.startingLba * BLOCK,
      length: value.sizeInLba * BLOCK,
      active: value.bootIndicator === 0x80,
      entry: span,
    });
  }
  return partitions;
}

type HeaderValues = Values<typeof gptHeader.fields>;
type GptHead = {
  readonly value: HeaderValues;
  /** The first byte behind the fields that is not zero. */
  readonly stray?: Span;
};
type Gpt = { readonly partitions: Partition[]; readonly tables: GptTable[] };

async function readGptHeader(
  { start, blockSize }: GptPlace,
  context: PartitionContext,
): Promise<GptHead | undefined> {
  const { bytes } = await context.read(start, blockSize);
  if (!startsWithText(bytes, "EFI PART")) return undefined;
  const value = decode(
    gptHeader,
    { bytes, space: "logical", start },
    "partition-table",
    context.out,
  );
  // The rest of its block is reserved by the header.
  const span = { space: "logical" as const, start, length: Math.min(blockSize, bytes.length) };
  context.out.claim(span, "partition-table", { name: gptHeader.title });
  if (value === undefined) return undefined;
  const stray = bytes.findIndex((byte, at) => at >= gptHeader.size && byte !== 0);
  return stray < 0 ? { value } : { value, stray: logicalSpan(start + stray, 1) };
}

async function readGptArray(
  { value: header, stray }: GptHead,
  { start, blockSize }: GptPlace,
  context: PartitionContext,
  role: GptTable["role"],
  tables: GptTable[],
): Promise<Partition[]> {
  const { numberOfPartitionEntries: count, sizeOfPartitionEntry: size } = header;
  const first = safeOffset(header.partitionEntryLba * BigInt(blockSize));
  const length = count * size;
  const sane = first !== undefined && size >= gptEntry.size && length <= GPT_ARRAY_LIMIT &&
    length > 0;
  const table: GptTable = {
    role,
    blockSize,
    header: { space: "logical", start, length: gptHeader.size },
    headerSize: header.headerSize,
    ...(stray === undefined ? {} : { stray }),
  };
  if (!sane || first + length > context.size) {
    tables.push(table);
    context.out.fault({
      kind: "gpt-array",
      structure: gptHeader.id,
      span: { space: "logical", start: start + 72, length: 20 },
      message: `the GPT entry array of ${count} entries of ${size} bytes at block ` +
        `${header.partitionEntryLba} cannot be read: the image holds ${context.size} bytes`,
    });
    return [];
  }
  const name = role === "primary" ? "GPT entry array" : "GPT backup entry array";
  const array = { space: "logical" as const, start: first, length };
  tables.push({ ...table, array });
  context.out.claim(array, "partition-table", { name });
  const { bytes } = await context.read(first, length);
  const partitions: Partition[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * size;
    const entry = bytes.subarray(at, at + gptEntry.size);
    const value = valuesOf(gptEntry, entry);
    if (value === undefined || isZero(value.partitionTypeGuid)) continue;
    const span = { space: "logical" as const, start: first + at, length: gptEntry.size };
    if (partitions.length >= context.limits.partitions) {
      noteLimit(context, gptEntry.id, span);
      break;
    }
    context.out.structures.add({ layout: gptEntry, span, value, owner: "partition-table" });
    partitions.push(gptPartition(value, index, span, blockSize));
  }
  return partitions;
}

function gptPartition(
  value: Values<typeof gptEntry.fields>,
  index: number,
  entry: Partition["entry"],
  blockSize: number,
): Partition {
  const from = safeOffset(value.startingLba * BigInt(blockSize)) ?? 0;
  const to = safeOffset((value.endingLba + 1n) * BigInt(blockSize)) ?? 0;
  const name = gptEntry.fields.partitionName.type.format(value.partitionName);
  return {
    scheme: "gpt",
    index: index + 1,
    type: formatGuid(value.partitionTypeGuid),
    name,
    start: from,
    length: Math.max(0, to - from),
    entry,
  };
}

async function readGpt(context: PartitionContext): Promise<Gpt> {
  const tables: GptTable[] = [];
  // Some media have blocks of 2048 bytes, and their header in block 1 of that size.
  for (const blockSize of [BLOCK, 2048]) {
    const place = { start: blockSize, blockSize };
    const header = await readGptHeader(place, context);
    if (header === undefined) continue;
    const partitions = await readGptArray(header, place, context, "primary", tables);
    await readGptBackup(header, blockSize, context, tables);
    return { partitions, tables };
  }
  // A destroyed primary header leaves the backup in the last block.
  const place = { start: Math.floor(context.size / BLOCK) * BLOCK - BLOCK, blockSize: BLOCK };
  const header = place.start <= BLOCK ? undefined : await readGptHeader(place, context);
  if (header === undefined) return { partitions: [], tables };
  return { partitions: await readGptArray(header, place, context, "backup", tables), tables };
}

async function readGptBackup(
  { value: header }: GptHead,
  blockSize: number,
  context: PartitionContext,
  tables: GptTable[],
): Promise<void> {
  const last = Math.floor(context.size / blockSize) * blockSize - blockSize;
  const named = safeOffset(header.alternateLba * BigInt(blockSize));
  for (const start of new Set([named, last])) {
    if (start === undefined || start <= blockSize || start + blockSize > context.size) continue;
    const place = { start, blockSize };
    const backup = await readGptHeader(place, context);
    if (backup === undefined) continue;
    await readGptArray(backup, place, context, "backup", tables);
    return;
  }
}

/** Reads every partition table of the system area, and the backup GPT. Never throws on image data. */
export async function readPartitions(context: PartitionContext): Promise<PartitionFacts> {
  const mbr = await readMbr(context);
  const gpt = await readGpt(context);
  const apple = await readAppleMaps(context);
  const partitions = [...mbr, ...gpt.partitions, ...apple.partitions];
  return { partitions, gpt: gpt.tables, appleMaps: apple.maps };
}
