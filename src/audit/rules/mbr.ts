// Rules about the master boot record of hybrid images (UEFI 2.10 5.2.1; isohybrid).

import { fieldSpan, type Structure } from "../../bytes/struct.ts";
import { masterBootRecord, mbrPartition } from "../../decode/partition/layout.ts";
import { logicalSpan, roundUp } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";

const rules = {
  present: {
    id: "MBR-001",
    severity: "info",
    title: "Boot record present",
    clause: "UEFI 2.10 5.2.1",
    rationale:
      "The image can be written to a disk and started from it. isohybrid and xorriso use " +
      "an entry of type 00 on purpose, which counts.",
    remedy: "Nothing to do.",
    layouts: [masterBootRecord.id, mbrPartition.id],
  },
  pastEnd: {
    id: "MBR-002",
    severity: "warning",
    title: "Partition past the image",
    clause: "UEFI 2.10 5.2.1",
    rationale:
      "The image was cut, or the table was made for a larger one. isohybrid rounds the size " +
      "up to a cylinder of 1 MiB, which is let pass.",
    remedy: "Compare the size of the image with its source.",
    layouts: [mbrPartition.id],
  },
  overlap: {
    id: "MBR-003",
    severity: "warning",
    title: "Partitions overlap",
    clause: "UEFI 2.10 5.2.1",
    rationale:
      "Writing to one partition damages the other. In hybrids the first entry spans the image from " +
      "block 0, 1 or 64 on and others lie inside it (isohybrid, xorriso), which is let pass.",
    remedy: "Compare both with the structures that the image has at those places.",
    layouts: [mbrPartition.id],
  },
  flags: {
    id: "MBR-004",
    severity: "info",
    title: "Boot flags unusual",
    clause: "UEFI 2.10 5.2.1",
    rationale:
      "An entry is marked 80 as the one to start from, or 00; boot code that checks it refuses " +
      "anything else, and more than one that is marked.",
    remedy: "Nothing to do where the image starts from a disk.",
    layouts: [mbrPartition.id],
  },
  chs: {
    id: "MBR-005",
    severity: "info",
    title: "CHS and LBA disagree",
    clause: "UEFI 2.10 5.2.1",
    rationale:
      "No customary geometry leads from the cylinder, head and sector of the entry to its block " +
      "number. Only old firmware reads them; FE FF FF stands for no number, even within the limit " +
      "(syslinux isohybrid).",
    remedy: "Trust the block number.",
    layouts: [mbrPartition.id],
  },
  protectiveSize: {
    id: "MBR-006",
    severity: "warning",
    title: "Protective entry has the wrong size",
    clause: "UEFI 2.10 5.2.3",
    rationale:
      "An entry of type EE covers all of the disk behind block 0: the image was cut or padded after " +
      "it was made, or the table is of another image.",
    remedy: "Compare the size of the image with its source.",
    layouts: [mbrPartition.id],
  },
  wholeImage: {
    id: "MBR-007",
    severity: "info",
    title: "Whole-image partition starting at 0",
    clause: "isohybrid",
    rationale:
      "The partition holds the table that it is an entry of: disk tools call that recursive. Normal " +
      "for hybrids of isohybrid and xorriso; GRUB's begin at block 1.",
    remedy: "Nothing to do.",
    layouts: [mbrPartition.id],
  },
  signature: {
    id: "MBR-009",
    severity: "note",
    title: "Disk signature",
    clause: "UEFI 2.10 5.2.1",
    rationale:
      "Systems tell disks apart by it. xorriso and isohybrid take a random number or the time of " +
      "the volume, so it may link images of one build; 0 is none.",
    remedy: "Nothing to do.",
    layouts: [masterBootRecord.id],
  },
} as const satisfies RuleTable;

/** A cylinder of 64 heads with 32 blocks of 512 bytes, to which isohybrid rounds up. */
const CYLINDER = 64 * 32 * 512;

function* checkPresence(image: Image): Iterable<Hit> {
  const partitions = image.partitions.filter(({ scheme }) => scheme === "mbr");
  if (partitions.length === 0) return;
  for (const { span } of image.structuresOf(masterBootRecord)) {
    const types = partitions.map(({ type }) => type).join(", ");
    yield {
      rule: rules.present,
      span: fieldSpan(masterBootRecord, "signature", span),
      message: `the master boot record has ${partitions.length} used ` +
        `entr${partitions.length === 1 ? "y" : "ies"}, of type ${types}`,
    };
  }
}

function* checkEnds(image: Image): Iterable<Hit> {
  const { logicalSize } = image.mapping;
  const limit = roundUp(logicalSize, CYLINDER);
  for (const { scheme, index, start, length, entry } of image.partitions) {
    if (scheme !== "mbr" || start + length <= limit) continue;
    const { offset } = mbrPartition.fields.startingLba;
    yield {
      rule: rules.pastEnd,
      span: logicalSpan(entry.start + offset, mbrPartition.size - offset),
      message: `partition ${index} has bytes [${start}, ${start + length}), the image ends at ` +
        `${logicalSize}`,
      recorded: `${start / 512}, ${length / 512}`,
    };
  }
}

type Entry = Structure<typeof mbrPartition.fields>;

/** Blocks at which the entry that spans the image begins in hybrids. */
const SPANNING = [0, 1, 64];

function isNested(outer: Entry, inner: Entry): boolean {
  const { startingLba: start, sizeInLba: count } = outer.value;
  return SPANNING.includes(start) && start <= inner.value.startingLba &&
    start + count >= inner.value.startingLba + inner.value.sizeInLba;
}

function overlaps({ value: a }: Entry, { value: b }: Entry): boolean {
  return a.startingLba < b.startingLba + b.sizeInLba && b.startingLba < a.startingLba + a.sizeInLba;
}

function numberOf({ span }: Entry): number {
  return (span.start - masterBootRecord.fields.partitionRecords.offset) / mbrPartition.size + 1;
}

function blocks({ value: { startingLba, sizeInLba } }: Entry): string {
  return `${startingLba} to ${startingLba + sizeInLba - 1}`;
}

function* checkOverlaps(image: Image): Iterable<Hit> {
  const entries = image.structuresOf(mbrPartition);
  for (const [index, later] of entries.entries()) {
    for (const first of entries.slice(0, index)) {
      if (!overlaps(first, later) || isNested(first, later) || isNested(later, first)) continue;
      const { offset } = mbrPartition.fields.startingLba;
      yield {
        rule: rules.overlap,
        span: logicalSpan(later.span.start + offset, mbrPartition.size - offset),
        message: `partition ${numberOf(later)} has blocks ${blocks(later)}, partition ` +
          `${numberOf(first)} has blocks ${blocks(first)}`,
        recorded: blocks(later),
      };
    }
  }
}

const ACTIVE = 0x80;

function* checkFlags(image: Image): Iterable<Hit> {
  const active: number[] = [];
  for (const entry of image.structuresOf(mbrPartition)) {
    const { bootIndicator: flag } = entry.value;
    const span = fieldSpan(mbrPartition, "bootIndicator", entry.span);
    const number = numberOf(entry);
    if (flag === ACTIVE) active.push(number);
    if (flag === ACTIVE && active.length > 1) {
      const message = `partitions ${active.join(" and ")} are all marked active`;
      yield { rule: rules.flags, span, message, recorded: "0x80" };
    }
    if (flag === 0 || flag === ACTIVE) continue;
    const recorded = `0x${flag.toString(16).padStart(2, "0")}`;
    const message = `the boot flag of partition ${number} is ${recorded}, neither 0x00 nor 0x80`;
    yield { rule: rules.flags, span, message, recorded, expected: "0x00 or 0x80" };
  }
}

/** Heads and sectors of a track that partition programs reckon with. */
const HEADS = [16, 32, 64, 128, 240, 255, 256];
const SECTORS = [17, 32, 63];
const CYLINDERS = 1024;

/** A place as cylinder, head and sector. */
type Chs = { readonly cylinder: number; readonly head: number; readonly sector: number };

function chsOf([head = 0, packed = 0, low = 0]: Uint8Array): Chs {
  return { cylinder: Math.floor(packed / 64) * 256 + low, head, sector: packed % 64 };
}

/** Whether a place is a mark: not given, or beyond the limit. */
function isMark({ cylinder, head, sector }: Chs): boolean {
  return (cylinder === 0 && head === 0 && sector === 0) ||
    (cylinder === CYLINDERS - 1 && head >= 254 && sector === 63);
}

function agrees({ cylinder, head, sector }: Chs, block: number, heads: number, sectors: number) {
  if (block >= CYLINDERS * heads * sectors) return true;
  return head < heads && sector <= sectors &&
    (cylinder * heads + head) * sectors + sector - 1 === block;
}

function* checkChs(image: Image): Iterable<Hit> {
  for (const entry of image.structuresOf(mbrPartition)) {
    const { startingChs, endingChs, startingLba, sizeInLba } = entry.value;
    const places = [
      { field: "startingChs", chs: chsOf(startingChs), block: startingLba },
      { field: "endingChs", chs: chsOf(endingChs), block: startingLba + sizeInLba - 1 },
    ] as const;
    const given = places.filter(({ chs }) => !isMark(chs));
    const fits = (some: typeof given) =>
      HEADS.some((heads) =>
        SECTORS.some((sectors) =>
          some.every(({ chs, block }) => agrees(chs, block, heads, sectors))
        )
      );
    if (fits(given)) continue;
    const wrong = given.find((place) => !fits([place])) ?? given.at(-1);
    if (wrong === undefined) continue;
    const { cylinder, head, sector } = wrong.chs;
    yield {
      rule: rules.chs,
      span: fieldSpan(mbrPartition, wrong.field, entry.span),
      message:
        `partition ${numberOf(entry)} ${wrong.field === "startingChs" ? "begins" : "ends"} in ` +
        `block ${wrong.block}; cylinder ${cylinder}, head ${head}, sector ${sector} is not that ` +
        `block in any customary geometry`,
      recorded: `${cylinder}/${head}/${sector}`,
    };
  }
}

const PROTECTIVE = 0xee;
const COUNT_MAX = 0xffffffff;

function* checkProtective(image: Image): Iterable<Hit> {
  const blocksThere = Math.floor(image.mapping.logicalSize / 512);
  const expected = Math.min(blocksThere - 1, COUNT_MAX);
  for (const { span, value } of image.structuresOf(mbrPartition)) {
    if (value.osType !== PROTECTIVE || value.sizeInLba === expected) continue;
    yield {
      rule: rules.protectiveSize,
      span: fieldSpan(mbrPartition, "sizeInLba", span),
      message:
        `the protective entry has ${value.sizeInLba} blocks, the image has ${expected} behind ` +
        `block 0`,
      recorded: String(value.sizeInLba),
      expected: String(expected),
    };
  }
}

/** Types of entries that span the image: hidden NTFS, Linux, GRUB's, none. */
const WHOLE_TYPES = [0x17, 0x83, 0xcd, 0x00];
/** Block behind the primary volume descriptor. */
const DESCRIPTOR_END = 17 * 4;

function* checkWholeImage(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(mbrPartition)) {
    const { startingLba, sizeInLba, osType } = value;
    if (startingLba !== 0 || !WHOLE_TYPES.includes(osType) || sizeInLba < DESCRIPTOR_END) continue;
    const { offset } = mbrPartition.fields.startingLba;
    yield {
      rule: rules.wholeImage,
      span: logicalSpan(span.start + offset, mbrPartition.size - offset),
      message:
        `the entry of type 0x${osType.toString(16).padStart(2, "0")} has ${sizeInLba} blocks ` +
        `from block 0 on, its own table among them`,
      recorded: `0, ${sizeInLba}`,
    };
  }
}

function* checkSignature(image: Image): Iterable<Hit> {
  if (image.structuresOf(mbrPartition).length === 0) return;
  for (const { span, value } of image.structuresOf(masterBootRecord)) {
    const recorded = value.diskSignature.toString(16).padStart(8, "0");
    yield {
      rule: rules.signature,
      span: fieldSpan(masterBootRecord, "diskSignature", span),
      message: value.diskSignature === 0
        ? "the disk signature is zero: there is none"
        : `the disk signature is ${recorded}`,
      recorded,
    };
  }
}

/** Rules about the master boot record. */
export const masterBootRules: RuleFamily = {
  rules,
  image: [
    checkPresence,
    checkEnds,
    checkOverlaps,
    checkFlags,
    checkChs,
    checkProtective,
    checkWholeImage,
    checkSignature,
  ],
};
