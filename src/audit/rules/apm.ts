// Rules about Apple partition maps (Inside Macintosh: Devices), whose numbers come in units of 512 or 2048.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Structure } from "../../bytes/struct.ts";
import {
  applePartition,
  driverDescriptor,
  masterBootRecord,
} from "../../decode/partition/layout.ts";
import type { AppleMap } from "../../model/apple_map.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";

const clause = "Inside Macintosh: Devices";
const layouts = [applePartition.id];

const rules = {
  units: {
    id: "APM-001",
    severity: "warning",
    title: "Block size fields disagree with map spacing",
    clause,
    rationale:
      "A Mac that trusts the driver descriptor looks for the map, or for the end of a partition, at " +
      "another place. syslinux isohybrid counts in 512 bytes what begins in blocks of 2048.",
    remedy: "Take the unit in which the partitions lie inside the image.",
    layouts: [driverDescriptor.id, applePartition.id],
  },
  entryCount: {
    id: "APM-002",
    severity: "warning",
    title: "Map entry count differs between entries",
    clause,
    rationale: "Each entry repeats the number of all: readers that trust another one miss some.",
    remedy: "Count the entries that are there.",
    layouts,
  },
  pastEnd: {
    id: "APM-003",
    severity: "warning",
    title: "Partition past the image",
    clause,
    rationale:
      "The image was cut, or the map was made for a larger one: it ends past the image in " +
      "blocks of 512 bytes, too.",
    remedy: "Compare the size of the image with its source.",
    layouts,
  },
  missing: {
    id: "APM-004",
    severity: "warning",
    title: "Expected map entry missing",
    clause,
    rationale:
      "A map is announced, and does not go on so far. The driver descriptor alone, over the code of " +
      "a boot record, is a mock that keeps Macs from looking further (Fedora 33 and 34).",
    remedy: "Fetch the block of the missing entry again.",
    layouts: [driverDescriptor.id, applePartition.id],
  },
  overlap: {
    id: "APM-005",
    severity: "warning",
    title: "Partitions overlap",
    clause,
    rationale: "Writing to one partition damages the other.",
    remedy: "Compare both with the structures that the image has at those places.",
    layouts,
  },
  diskSize: {
    id: "APM-006",
    severity: "info",
    title: "Driver map block count differs from the image",
    clause,
    rationale:
      "The image was padded, or the count is that of the HFS volume alone (genisoimage). Those of " +
      "isohybrid and libisofs are known dummies, and let pass.",
    remedy: "Nothing to do.",
    layouts: [driverDescriptor.id],
  },
} as const satisfies RuleTable;

const BLOCK = 512;

type Entry = Structure<typeof applePartition.fields>;

function entriesOf(image: Image, { entries, blockSize }: AppleMap): readonly Entry[] {
  const starts = new Set(entries.map(({ start }) => start));
  return image.structuresOf(applePartition).filter(({ span }) =>
    starts.has(span.start) && span.start % blockSize === 0
  );
}

function placeOf({ span }: Entry): Span {
  return logicalSpan(span.start + applePartition.fields.firstBlock.offset, 8);
}

/** Whether counts fit into the image only in blocks of 512, though the map has others. */
function countsIn512({ value }: Entry, { blockSize }: AppleMap, size: number): boolean {
  if (blockSize === BLOCK) return false;
  const start = value.firstBlock * blockSize;
  return start < size && start + value.blockCount * blockSize > size &&
    start + value.blockCount * BLOCK <= size;
}

function* checkUnits(image: Image): Iterable<Hit> {
  const [descriptor] = image.structuresOf(driverDescriptor);
  const { appleMaps } = image;
  const [first] = appleMaps;
  const announced = descriptor?.value.blockSize;
  if (first !== undefined && descriptor !== undefined && announced !== undefined) {
    if (appleMaps.every(({ blockSize }) => blockSize !== announced)) {
      yield {
        rule: rules.units,
        span: fieldSpan(driverDescriptor, "blockSize", descriptor.span),
        message:
          `the driver descriptor says that blocks have ${announced} bytes, the entries of the ` +
          `map stand in every ${first.blockSize}`,
        recorded: String(announced),
        expected: String(first.blockSize),
      };
    }
  }
  const { logicalSize } = image.mapping;
  for (const map of appleMaps) {
    const odd = entriesOf(image, map).filter((entry) => countsIn512(entry, map, logicalSize));
    const [entry] = odd;
    if (entry === undefined) continue;
    yield {
      rule: rules.units,
      span: placeOf(entry),
      message:
        `${entry.value.blockCount} blocks from block ${entry.value.firstBlock} on end past the ` +
        `image in the ${map.blockSize} bytes of the map, and fit in only if counted in ${BLOCK}`,
      recorded: String(entry.value.blockCount),
      count: odd.length,
    };
  }
}

function* checkCounts(image: Image): Iterable<Hit> {
  for (const map of image.appleMaps) {
    const other = entriesOf(image, map).filter(({ value }) =>
      value.mapEntryCount !== map.announced
    );
    const [entry] = other;
    if (entry === undefined) continue;
    yield {
      rule: rules.entryCount,
      span: fieldSpan(applePartition, "mapEntryCount", entry.span),
      message: `the first entry says that the map has ${map.announced}, this one says ` +
        `${entry.value.mapEntryCount}`,
      recorded: String(entry.value.mapEntryCount),
      expected: String(map.announced),
      count: other.length,
    };
  }
}

function* checkEnds(image: Image): Iterable<Hit> {
  const { logicalSize } = image.mapping;
  for (const map of image.appleMaps) {
    for (const entry of entriesOf(image, map)) {
      const { firstBlock, blockCount } = entry.value;
      // Units may be mixed: the smallest reading decides.
      if ((firstBlock + blockCount) * BLOCK <= logicalSize) continue;
      yield {
        rule: rules.pastEnd,
        span: placeOf(entry),
        message:
          `the partition has ${blockCount} blocks from block ${firstBlock} on and ends past the ` +
          `image even in blocks of ${BLOCK} bytes, of which there are ` +
          `${Math.floor(logicalSize / BLOCK)}`,
        recorded: `${firstBlock}, ${blockCount}`,
      };
    }
  }
}

function* checkMissing(image: Image): Iterable<Hit> {
  for (const { missing, announced, entries, blockSize } of image.appleMaps) {
    if (missing === undefined) continue;
    yield {
      rule: rules.missing,
      span: missing,
      message:
        `the map announces ${announced} entries in every ${blockSize} bytes; there is no entry ` +
        `${entries.length + 1}`,
      recorded: String(entries.length),
      expected: String(announced),
    };
  }
  const [descriptor] = image.structuresOf(driverDescriptor);
  if (descriptor === undefined || image.appleMaps.length > 0) return;
  const { blockSize } = descriptor.value;
  const spacing = blockSize === 2048 ? 2048 : BLOCK;
  const isMock = image.structuresOf(masterBootRecord).length > 0;
  yield {
    rule: rules.missing,
    span: logicalSpan(spacing, applePartition.fields.signature.type.size),
    message:
      `a driver descriptor of blocks of ${blockSize} bytes announces a map, and there is no ` +
      `entry at ${spacing}` + (isMock ? "; it is a mock in a boot record" : ""),
    expected: "PM",
    ...(isMock ? { severity: "info" } : {}),
  };
}

function* checkOverlaps(image: Image): Iterable<Hit> {
  const { logicalSize } = image.mapping;
  for (const map of image.appleMaps) {
    const ranges = entriesOf(image, map).map((entry) => {
      const start = entry.value.firstBlock * map.blockSize;
      const unit = countsIn512(entry, map, logicalSize) ? BLOCK : map.blockSize;
      return { entry, start, end: start + entry.value.blockCount * unit };
    }).sort((a, b) => a.start - b.start || a.end - b.end);
    let last = ranges[0];
    for (const range of ranges.slice(1)) {
      if (last !== undefined && range.start < last.end && range.end > range.start) {
        yield {
          rule: rules.overlap,
          span: placeOf(range.entry),
          message: `the partition has bytes [${range.start}, ${range.end}), another one has ` +
            `[${last.start}, ${last.end})`,
          recorded: `${range.entry.value.firstBlock}, ${range.entry.value.blockCount}`,
        };
      }
      if (last === undefined || range.end > last.end) last = range;
    }
  }
}

/** Block counts that isohybrid and libisofs write as part of their boot code. */
const DUMMIES = [0x00009090, 0xeb02ffff];

function* checkDiskSize(image: Image): Iterable<Hit> {
  const { logicalSize } = image.mapping;
  for (const { span, value } of image.structuresOf(driverDescriptor)) {
    const { blockCount, blockSize } = value;
    if (DUMMIES.includes(blockCount) || blockCount * blockSize === logicalSize) continue;
    yield {
      rule: rules.diskSize,
      span: fieldSpan(driverDescriptor, "blockCount", span),
      message:
        `the driver descriptor counts ${blockCount} blocks of ${blockSize} bytes, the image has ` +
        `${logicalSize} bytes`,
      recorded: String(blockCount),
    };
  }
}

/** Rules about Apple partition maps. */
export const appleMapRules: RuleFamily = {
  rules,
  image: [checkUnits, checkCounts, checkEnds, checkMissing, checkOverlaps, checkDiskSize],
};
