// Apple partition maps (Inside Macintosh: Devices), with entries in every 512 or every 2048 bytes.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { decode, type Values, valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, decodeUtf8, startsWithText } from "../../bytes/text.ts";
import type { AppleMap } from "../../model/apple_map.ts";
import type { Partition } from "../../model/image.ts";
import { noteLimit, type PartitionContext } from "./context.ts";
import { applePartition, driverDescriptor } from "./layout.ts";

const BLOCK = 512;
const SPACINGS = [BLOCK, 2048];

type Entry = { readonly span: Span; readonly value: Values<typeof applePartition.fields> };
type Found = {
  readonly blockSize: number;
  readonly announced: number;
  readonly entries: readonly Entry[];
  /** Number of the announced entry that is not there, or that is past the limit. */
  readonly stopped?: number;
};

/** What the Apple partition maps of an image say. */
export type AppleFacts = {
  readonly maps: readonly AppleMap[];
  /** Partitions of the first map. */
  readonly partitions: readonly Partition[];
};

async function findMap(blockSize: number, context: PartitionContext): Promise<Found> {
  const entries: Entry[] = [];
  let announced = 1;
  for (let number = 1; number <= announced; number++) {
    const start = number * blockSize;
    const { bytes } = await context.read(start, applePartition.size);
    const value = startsWithText(bytes, "PM") ? valuesOf(applePartition, bytes) : undefined;
    if (value === undefined || number > context.limits.partitions) {
      return { blockSize, announced, entries, stopped: number };
    }
    if (number === 1) announced = value.mapEntryCount;
    entries.push({ span: logicalSpan(start, applePartition.size), value });
  }
  return { blockSize, announced, entries };
}

// Many Apple discs have a map for each block size. The fourth entry of one in 512-byte blocks stands where
// the first of the other would be: then only one of them is whole.
function choose(found: readonly Found[]): readonly Found[] {
  const any = found.filter(({ entries }) => entries.length > 0);
  const whole = any.filter(({ stopped }) => stopped === undefined);
  if (whole.length > 1) {
    const [first, second] = whole;
    const inFirst = first?.entries.some(({ span }) =>
      span.start === second?.entries[0]?.span.start
    );
    return inFirst === true && first !== undefined ? [first] : whole;
  }
  if (whole.length === 1) return whole;
  return [...any].sort((a, b) => b.entries.length - a.entries.length).slice(0, 1);
}

function partitionOf(
  { span, value }: Entry,
  index: number,
  blockSize: number,
  size: number,
): Partition {
  const start = value.firstBlock * blockSize;
  const length = value.blockCount * blockSize;
  // syslinux isohybrid counts in 512 bytes what begins in blocks of 2048.
  const isInBlocks = start + length > size && start + value.blockCount * BLOCK <= size;
  return {
    scheme: "apm",
    index,
    type: decodeLatin1(value.partitionType).replace(/\0[\s\S]*$/, ""),
    name: decodeUtf8(value.partitionName).text.replace(/\0[\s\S]*$/, ""),
    start,
    length: isInBlocks ? value.blockCount * BLOCK : length,
    entry: span,
  };
}

function record(
  { entries, announced, blockSize, stopped }: Found,
  context: PartitionContext,
): AppleMap {
  const { out, limits } = context;
  const owner = "partition-table";
  for (const { span, value } of entries) {
    out.structure({ layout: applePartition, span, value, owner });
    out.claim(logicalSpan(span.start, BLOCK), owner, { name: applePartition.title });
  }
  const spans = entries.map(({ span }) => span);
  if (stopped === undefined) return { blockSize, announced, entries: spans };
  const missing = logicalSpan(stopped * blockSize, applePartition.size);
  if (stopped > limits.partitions) noteLimit(context, applePartition.id, missing);
  return {
    blockSize,
    announced,
    entries: spans,
    ...(stopped > limits.partitions ? {} : { missing }),
  };
}

/** Reads the driver descriptor and the maps in both spacings. Never throws on image data. */
export async function readAppleMaps(context: PartitionContext): Promise<AppleFacts> {
  const { bytes: head } = await context.read(0, driverDescriptor.size);
  const slice = { bytes: head, space: "logical" as const, start: 0 };
  const descriptor = startsWithText(head, "ER")
    ? decode(driverDescriptor, slice, "partition-table", context.out)
    : undefined;
  const spacings = descriptor?.blockSize === 2048 ? [2048, BLOCK] : SPACINGS;
  const found: Found[] = [];
  for (const blockSize of spacings) found.push(await findMap(blockSize, context));
  const chosen = choose(found);
  const maps = chosen.map((each) => record(each, context));
  const [first] = chosen;
  const partitions = first?.entries.map((entry, index) =>
    partitionOf(entry, index + 1, first.blockSize, context.size)
  );
  return { maps, partitions: partitions ?? [] };
}
