// Rules about the master boot record of hybrid images (UEFI 2.10 5.2.1; isohybrid).

import { fieldSpan } from "../../bytes/struct.ts";
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

/** Rules about the master boot record. */
export const masterBootRules: RuleFamily = { rules, image: [checkPresence, checkEnds] };
