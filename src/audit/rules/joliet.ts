// Rules about Joliet (Microsoft, version 1, 1995): its descriptor and the form of its identifiers.

import { fieldSpan, type Structure } from "../../bytes/struct.ts";
import { hex, isZero } from "../../bytes/text.ts";
import {
  directoryRecord,
  jolietVolumeDescriptor,
  primaryVolumeDescriptor,
  supplementaryVolumeDescriptor,
  volumeDescriptorSetTerminator,
} from "../../decode/iso9660/layout.ts";
import type { RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { recordField } from "./directory_view.ts";
import { ofRecords } from "./record_checks.ts";

const rules = {
  present: {
    id: "JOL-001",
    severity: "info",
    title: "Joliet tree present",
    clause: "Joliet, SVD escape sequences",
    rationale: "Windows shows the names of this tree: 64 characters of UCS-2, or more where the " +
      "master was told so. genisoimage and xorriso write level 3.",
    remedy: "Nothing to do; compare it with the primary tree if names matter.",
    layouts: [jolietVolumeDescriptor.id],
  },
  unknownEscape: {
    id: "JOL-002",
    severity: "warning",
    title: "Unknown escape sequence",
    clause: "ECMA-119:1987 8.5.6",
    rationale:
      "The character set of this tree is not known, so its names cannot be shown as meant; " +
      "a damaged Joliet descriptor looks like this too.",
    remedy: "Fetch the descriptor again; readers fall back on the primary tree.",
    layouts: [supplementaryVolumeDescriptor.id],
  },
  volumeFlags: {
    id: "JOL-003",
    severity: "warning",
    title: "Volume flag and escape sequence disagree",
    clause: "ECMA-119:1987 8.5.3",
    rationale: "Bit 0 says that some escape sequence is not registered, but those of Joliet are. " +
      "Current readers do not look at it.",
    remedy: "Trust the escape sequence.",
    layouts: [jolietVolumeDescriptor.id],
  },
  several: {
    id: "JOL-004",
    severity: "warning",
    title: "More than one Joliet descriptor",
    clause: "Joliet, SVD escape sequences",
    rationale: "Readers follow the first or the last one, and so show different trees.",
    remedy: "Compare the trees that they name.",
    layouts: [jolietVolumeDescriptor.id],
  },
  oddName: {
    id: "JOL-005",
    severity: "error",
    title: "Name has an odd byte count",
    clause: "Joliet, identifiers",
    rationale:
      "Characters have two bytes: the name cannot be what was written, and readers refuse " +
      "it or shift every byte behind it.",
    remedy: "Take the name from the primary tree or Rock Ridge; fetch the sector again.",
    layouts: [directoryRecord.id],
  },
  volumeSize: {
    id: "JOL-009",
    severity: "warning",
    title: "Volume size differs from the primary",
    clause: "ECMA-119:1987 8.5",
    rationale:
      "Both descriptors are of one volume, so one of the sizes is wrong: copies of the disc " +
      "that follow it end early. xorriso counts partitions that it appends in the primary " +
      "descriptor only, which is told as a fact.",
    remedy: "Trust the size that the end of the last extent confirms.",
    layouts: [jolietVolumeDescriptor.id, primaryVolumeDescriptor.id],
  },
  rootOutside: {
    id: "JOL-011",
    severity: "error",
    title: "Joliet root outside the image",
    clause: "ECMA-119:1987 8.4.18",
    rationale:
      "Windows prefers this tree and shows an empty disc, though the primary one may be whole.",
    remedy: "Read the image by its primary tree or Rock Ridge.",
    layouts: [jolietVolumeDescriptor.id],
  },
} as const satisfies RuleTable;

/** The rule about a Joliet root, which is judged with the other root records. */
export const jolietRoot = rules.rootOutside;

const levels: Readonly<Record<string, number>> = { "252f40": 1, "252f43": 2, "252f45": 3 };

function* checkPresence(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(jolietVolumeDescriptor)) {
    const escape = value.escapeSequences.subarray(0, 3);
    const field = fieldSpan(jolietVolumeDescriptor, "escapeSequences", span);
    yield {
      rule: rules.present,
      span: { ...field, length: escape.length },
      message: `the escape sequence names UCS-2 level ${levels[hex(escape)] ?? 0}`,
      recorded: hex(escape),
      volume: "joliet",
    };
  }
}

function* checkEscape(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(supplementaryVolumeDescriptor)) {
    // All zeros: the characters of the primary tree, which is a plain supplementary descriptor.
    if (isZero(value.escapeSequences)) continue;
    yield {
      rule: rules.unknownEscape,
      span: fieldSpan(supplementaryVolumeDescriptor, "escapeSequences", span),
      message:
        `the escape sequences begin with ${hex(value.escapeSequences.subarray(0, 8))}, which ` +
        `is no level of Joliet`,
      recorded: hex(value.escapeSequences),
    };
  }
}

const NOT_REGISTERED = 1;

function* checkVolumeFlags(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(jolietVolumeDescriptor)) {
    const { volumeFlags } = value;
    if ((volumeFlags & NOT_REGISTERED) === 0) continue;
    yield {
      rule: rules.volumeFlags,
      span: fieldSpan(jolietVolumeDescriptor, "volumeFlags", span),
      message: `the volume flags are ${volumeFlags}: an escape sequence is not registered, but ` +
        `that of Joliet is`,
      recorded: String(volumeFlags),
      expected: String(volumeFlags - NOT_REGISTERED),
      volume: "joliet",
    };
  }
}

type Joliet = Structure<typeof jolietVolumeDescriptor.fields>;

/** Joliet descriptors of each set: those of one set stand in sectors that follow each other. */
function descriptorSets(image: Image): Joliet[][] {
  const terminators = image.structuresOf(volumeDescriptorSetTerminator).map(({ span }) =>
    span.start
  );
  const sets = new Map<number, Joliet[]>();
  for (const structure of image.structuresOf(jolietVolumeDescriptor)) {
    const end = terminators.find((start) => start > structure.span.start) ?? Infinity;
    const set = sets.get(end);
    if (set === undefined) sets.set(end, [structure]);
    else set.push(structure);
  }
  return [...sets.values()];
}

// A descriptor may be recorded twice (6.7.1): copies name the same root.
function* checkSeveral(image: Image): Iterable<Hit> {
  for (const set of descriptorSets(image)) {
    const roots = set.map(({ value }) => value.rootLocationOfExtent.le);
    if (new Set(roots).size < 2) continue;
    for (const [index, { span }] of set.entries()) {
      yield {
        rule: rules.several,
        span,
        message: `Joliet descriptor ${index + 1} of ${set.length}, with the root at logical block ${
          roots[index]
        }`,
        recorded: String(roots[index]),
        volume: "joliet",
      };
    }
  }
}

// Whether the blocks that one descriptor has more than the other hold a partition.
function holdsPartition(image: Image, from: number, to: number): boolean {
  const start = (logical: number) => image.mapping.fileOffset(logical);
  return image.partitions.some((each) => each.start >= start(from) && each.start < start(to));
}

function* checkVolumeSize(image: Image): Iterable<Hit> {
  const primaries = image.structuresOf(primaryVolumeDescriptor);
  for (const { span, value } of image.structuresOf(jolietVolumeDescriptor)) {
    // The primary descriptor of a set stands before the others.
    const primary = primaries.findLast((each) => each.span.start < span.start);
    const [size, expected] = [value.volumeSpaceSize, primary?.value.volumeSpaceSize];
    // Where the copies of one differ, ISO-PVD-001 says so.
    if (expected === undefined || size.le === expected.le || size.be === expected.be) continue;
    const unit = value.logicalBlockSize.le;
    const appended = holdsPartition(image, size.le * unit, expected.le * unit);
    yield {
      rule: rules.volumeSize,
      ...(appended ? { severity: "info" } : {}),
      span: fieldSpan(jolietVolumeDescriptor, "volumeSpaceSize", span),
      message: `the volume has ${size.le} blocks, by the primary descriptor ${expected.le}`,
      recorded: String(size.le),
      expected: String(expected.le),
      volume: "joliet",
    };
  }
}

function* checkOddName(record: RecordView, tree: Tree): Iterable<Hit> {
  const { length } = record.identifier;
  if (tree.kind !== "joliet" || record.reserved !== undefined || length % 2 === 0) return;
  yield {
    rule: rules.oddName,
    span: recordField(record, "lengthOfFileIdentifier"),
    message: `the identifier has ${length} bytes: ${hex(record.identifier)}`,
    recorded: String(length),
    expected: "an even number",
  };
}

/** Rules about Joliet. */
export const jolietRules: RuleFamily = {
  rules,
  image: [checkPresence, checkEscape, checkVolumeFlags, checkSeveral, checkVolumeSize],
  directory: [ofRecords(checkOddName, ({ identifier }) => identifier.length % 2 !== 0)],
};
