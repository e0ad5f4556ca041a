// Partition tables of the system area: MBR, GPT, Apple partition map. Their blocks are bytes of the file.

import { safeOffset, type Span } from "../../bytes/span.ts";
import { decode, type Values, valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, decodeUtf8, isZero, startsWithText } from "../../bytes/text.ts";
import type { Limits } from "../../bytes/limits.ts";
import type { GptTable, Partition, Reading } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import {
  applePartition,
  driverDescriptor,
  formatGuid,
  gptEntry,
  gptHeader,
  masterBootRecord,
  mbrPartition,
} from "./layout.ts";

/** Where to read. Offsets are of the data as partition tools see it: the logical bytes of the image. */
export type PartitionContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly size: number;
  readonly out: ImageRecorder;
  readonly limits: Limits;
};

/** What the partition tables of an image say. */
export type PartitionFacts = {
  /** Partitions of every scheme: MBR, GPT, Apple. */
  readonly partitions: readonly Partition[];
  readonly gpt: readonly GptTable[];
};

/** A GPT header where one was found, with the block size that its place shows. */
export type GptPlace = { readonly start: number; readonly blockSize: number };

const BLOCK = 512;
const GPT_ARRAY_LIMIT = 1 << 20;

async function readMbr({ read, out }: PartitionContext): Promise<Partition[]> {
  const { bytes } = await read(0, BLOCK);
  if (bytes.length < BLOCK || bytes[510] !== 0x55 || bytes[511] !== 0xaa) return [];
  const partitions: Partition[] = [];
  const records = [0, 1, 2, 3].map((index) => {
    const at = 446 + index * mbrPartition.size;
    return { at, value: valuesOf(mbrPartition, bytes.subarray(at)) };
  });
  // Entries with a block count are used, whatever their type: hybrids use type 00 on purpose.
  const used = records.filter(({ value }) => value !== undefined && value.sizeInLba > 0);
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
type Gpt = { readonly partitions: Partition[]; readonly tables: GptTable[] };

async function readGptHeader(
  { start, blockSize }: GptPlace,
  context: PartitionContext,
): Promise<HeaderValues | undefined> {
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
  return value;
}

async function readGptArray(
  header: HeaderValues,
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
  header: HeaderValues,
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

async function readApm(context: PartitionContext): Promise<Partition[]> {
  const { read, out, limits } = context;
  const { bytes: head } = await read(0, driverDescriptor.size);
  if (startsWithText(head, "ER")) {
    decode(driverDescriptor, { bytes: head, space: "logical", start: 0 }, "partition-table", out);
  }
  const announced = valuesOf(driverDescriptor, head)?.blockSize ?? 0;
  const sizes = new Set([announced, BLOCK, 2048].filter((size) => size === 512 || size === 2048));
  for (const blockSize of sizes) {
    const partitions: Partition[] = [];
    let count = 1;
    for (let index = 1; index <= count; index++) {
      const start = index * blockSize;
      const { bytes } = await read(start, applePartition.size);
      if (!startsWithText(bytes, "PM")) break;
      if (index > limits.partitions) {
        const span = { space: "logical" as const, start, length: applePartition.size };
        noteLimit(context, applePartition.id, span);
        break;
      }
      const value = decode(
        applePartition,
        { bytes, space: "logical", start },
        "partition-table",
        out,
      );
      if (value === undefined) break;
      out.claim({ space: "logical", start, length: BLOCK }, "partition-table", {
        name: applePartition.title,
      });
      if (index === 1) count = value.mapEntryCount;
      partitions.push({
        scheme: "apm",
        index,
        type: decodeLatin1(value.partitionType).replace(/\0[\s\S]*$/, ""),
        name: decodeUtf8(value.partitionName).text.replace(/\0[\s\S]*$/, ""),
        start: value.firstBlock * blockSize,
        length: value.blockCount * blockSize,
        entry: { space: "logical", start, length: applePartition.size },
      });
    }
    if (partitions.length > 0) return partitions;
  }
  return [];
}

function noteLimit({ out, limits }: PartitionContext, structure: string, span: Span): void {
  const message = `the limit of ${limits.partitions} partitions of one table was reached`;
  out.fault({ kind: "limit", structure, span, message });
}

/** Reads every partition table of the system area, and the backup GPT. Never throws on image data. */
export async function readPartitions(context: PartitionContext): Promise<PartitionFacts> {
  const mbr = await readMbr(context);
  const gpt = await readGpt(context);
  const apm = await readApm(context);
  return { partitions: [...mbr, ...gpt.partitions, ...apm], gpt: gpt.tables };
}
