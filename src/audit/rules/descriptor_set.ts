// Rules about the volume descriptor set: which descriptors there are, and in which order (ECMA-119:1987 6.7, 8).

import { logicalSpan, roundUp, SECTOR } from "../../bytes/span.ts";
import { type Fault, fieldSpan, type Structure } from "../../bytes/struct.ts";
import { isZero } from "../../bytes/text.ts";
import {
  enhancedVolumeDescriptor,
  highSierraDescriptor,
  primaryVolumeDescriptor,
  unknownVolumeDescriptor,
  volumeDescriptorHead,
  volumeDescriptorSetTerminator,
  volumePartitionDescriptor,
} from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { excuseOf, hasVolume } from "../recognised.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { declaredEnd } from "../volume_end.ts";
import { differingOrders } from "./byte_orders.ts";
import { descriptorSets, setOf } from "./descriptor_view.ts";
import { notKept } from "./uncounted.ts";

const rules = {
  missing: {
    id: "ISO-VDS-001",
    severity: "error",
    title: "No ISO 9660 descriptor at sector 16",
    clause: "ECMA-119:1987 6.3, 8.1.2",
    rationale:
      "Every reader begins at sector 16. Without CD001 there the disc is not recognised, though its " +
      "files may all be there.",
    remedy:
      "Look for a shifted or damaged descriptor; the supplementary one may name the same files.",
    layouts: ["iso9660/volume-descriptor-head"],
  },
  highSierra: {
    id: "ISO-VDS-002",
    severity: "info",
    title: "High Sierra volume",
    clause: "High Sierra 1986",
    rationale:
      "The forerunner of ISO 9660, on discs of 1986 to 1988, has CDROM where that has CD001.",
    remedy: "Nothing to do; current systems often cannot mount such a disc.",
    layouts: ["highsierra/standard-volume-descriptor"],
  },
  unterminated: {
    id: "ISO-VDS-003",
    severity: "error",
    title: "Descriptor set is not terminated",
    clause: "ECMA-119:1987 6.7.1, 8.3",
    rationale:
      "Readers stop at the terminator; without one they take what follows for descriptors.",
    remedy: "Compare with another copy: a sector of the set is missing or overwritten.",
    layouts: ["iso9660/volume-descriptor-set-terminator"],
  },
  noPrimary: {
    id: "ISO-VDS-004",
    severity: "error",
    title: "No primary descriptor",
    clause: "ECMA-119:1987 6.7.1",
    rationale: "The set must have a primary descriptor; most readers look at no other.",
    remedy: "Compare with another copy; a supplementary descriptor may still lead to the files.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  repeatedDiffers: {
    id: "ISO-VDS-005",
    severity: "warning",
    title: "Repeated primary descriptors differ",
    clause: "ECMA-119:1987 6.7.1",
    rationale:
      "Copies of the primary descriptor shall be identical; readers that pick another differ.",
    remedy: "Trust the copy whose numbers the directories confirm.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  terminatorVersion: {
    id: "ISO-VDS-006",
    severity: "warning",
    title: "Terminator has the wrong version",
    clause: "ECMA-119:1987 8.3.3",
    rationale: "Strict readers refuse it. makeps3iso writes version 0.",
    remedy: "Nothing to do unless a reader refuses the disc.",
    layouts: ["iso9660/volume-descriptor-set-terminator"],
  },
  version: {
    id: "ISO-VDS-007",
    severity: "warning",
    title: "Descriptor has the wrong version",
    clause: "ECMA-119:1987 8.1.3",
    rationale:
      "Readers skip descriptors of versions they do not know: 1 for all, 2 for an enhanced one.",
    remedy: "Nothing to do unless a reader misses the volume.",
    layouts: ["iso9660/volume-descriptor-head"],
  },
  reservedType: {
    id: "ISO-VDS-008",
    severity: "warning",
    title: "Reserved descriptor type used",
    clause: "ECMA-119:1987 8.1.1",
    rationale:
      "Types 4 to 254 are reserved; a damaged type byte hides the descriptor from readers.",
    remedy: "Compare with another copy: the type may be a damaged 0, 1, 2 or 3.",
    layouts: ["iso9660/unknown-volume-descriptor"],
  },
  terminatorData: {
    id: "ISO-VDS-009",
    severity: "note",
    title: "Non-zero bytes in terminator",
    clause: "ECMA-119:1987 8.3.4",
    rationale: "The rest of the terminator shall be zero: it is a place where data can be hidden.",
    remedy: "Look at the bytes.",
    layouts: ["iso9660/volume-descriptor-set-terminator"],
  },
  primaryNotFirst: {
    id: "ISO-VDS-010",
    severity: "info",
    title: "Primary descriptor is not first",
    clause: "ECMA-119:1987 6.7.1",
    rationale: "Legal, yet some firmware and checkisomd5 read sector 16 only.",
    remedy: "Nothing to do unless a reader fails.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  partition: {
    id: "ISO-VDS-011",
    severity: "warning",
    title: "Partition descriptor out of range",
    clause: "ECMA-119:1987 8.6",
    rationale: "It names a part of the volume space; one outside of it cannot be read.",
    remedy: "Compare with another copy.",
    layouts: ["iso9660/volume-partition-descriptor"],
  },
  enhanced: {
    id: "ISO-VDS-012",
    severity: "info",
    title: "Enhanced descriptor present",
    clause: "ECMA-119 4th edition 8.5",
    rationale:
      "A second tree with longer names. mkisofs -iso-level 4 lets it share the primary one's root.",
    remedy: "Nothing to do.",
    layouts: ["iso9660/enhanced-volume-descriptor"],
  },
  elsewhere: {
    id: "ISO-VDS-015",
    severity: "note",
    title: "Further CD001 descriptors elsewhere",
    clause: "none",
    rationale: "Older sessions that nothing names, or an image inside the image.",
    remedy: "Open the image at that place to see what it shows.",
    layouts: ["iso9660/volume-descriptor-head"],
  },
  blank: {
    id: "ISO-VDS-016",
    severity: "error",
    title: "Descriptor block is unreadable or blank",
    clause: "ECMA-119:1987 8.1",
    rationale: "A sector inside the set was lost; readers stop there and miss what follows.",
    remedy: "Fetch or copy the sector again.",
    layouts: ["iso9660/volume-descriptor-head"],
  },
} as const satisfies RuleTable;

const FIRST = 16 * SECTOR;

/** Sessions that libisofs emulates begin at multiples of this, right behind the one before. */
const ALIGNMENT = 32;

// A session whose set is gone is passed over: only the place where it had to begin tells of it.
function* checkPassedOver(image: Image): Iterable<Hit> {
  const isEmulated = (image.sessions[0]?.start ?? 0) === ALIGNMENT &&
    image.structuresOf(primaryVolumeDescriptor).some(({ span }) => span.start === FIRST);
  if (!isEmulated) return;
  for (const [index, { number, start, blocks, blockSize }] of image.sessions.entries()) {
    const next = image.sessions[index + 1];
    const end = start + Math.ceil(blocks * blockSize / SECTOR);
    const due = roundUp(end, ALIGNMENT);
    if (next === undefined || next.start <= due) continue;
    yield {
      rule: rules.blank,
      confidence: "likely",
      span: logicalSpan((due + 16) * SECTOR, SECTOR),
      message:
        `session ${number} ends at sector ${end}, so that the next one has its descriptors ` +
        `at sector ${due + 16}, where none are; the next that is found begins at ${next.start}`,
    };
  }
}

function* checkPresence(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { recognised, mapping, source } = image;
  for (const { kind, span } of recognised) {
    if (kind !== "highsierra") continue;
    yield {
      rule: rules.highSierra,
      span: fieldSpan(highSierraDescriptor, "standardIdentifier", span),
      message: "the standard identifier is CDROM",
    };
  }
  const isLongEnough = source.size >= 17 * mapping.stride;
  if (hasVolume(image) || !isLongEnough || excuseOf(image, facts) !== undefined) return;
  yield {
    rule: rules.missing,
    span: logicalSpan(mapping.logicalStart + FIRST, SECTOR),
    message: "sector 16 does not begin with a descriptor, and no other volume is recognised",
    expected: "CD001 at byte 1 of sector 16",
    causedBy: "IMG-011",
  };
}

function* checkSets(image: Image): Iterable<Hit> {
  for (const { start, descriptors } of descriptorSets(image)) {
    const primaries = descriptors.filter(({ layout }) => layout.id === primaryVolumeDescriptor.id);
    const [first] = primaries;
    if (first === undefined) {
      yield {
        rule: rules.noPrimary,
        span: logicalSpan(start, SECTOR),
        message: `none of the ${descriptors.length} descriptors from sector ${
          start / SECTOR
        } on is primary`,
      };
      continue;
    }
    const before = descriptors[0];
    if (before !== undefined && before !== first) {
      yield {
        rule: rules.primaryNotFirst,
        span: first.span,
        message: `the primary descriptor stands behind a ${before.layout.title}`,
      };
    }
    for (const repeated of primaries.slice(1)) yield* differences(first, repeated);
  }
}

function* differences(first: Structure, repeated: Structure): Iterable<Hit> {
  for (const [name, { type }] of Object.entries(first.layout.fields)) {
    const [a, b] = [type.format(first.value[name]), type.format(repeated.value[name])];
    if (a === b) continue;
    yield {
      rule: rules.repeatedDiffers,
      span: fieldSpan(repeated.layout, name, repeated.span),
      message: `${name} is ${b} here, ${a} in the descriptor at sector ${
        first.span.start / SECTOR
      }`,
      recorded: b,
      expected: a,
      volume: "iso9660",
    };
  }
}

function* checkVersions(image: Image): Iterable<Hit> {
  for (const { layout, span, value } of descriptorSets(image).flatMap((set) => set.descriptors)) {
    const version = Number(value["volumeDescriptorVersion"]);
    const isKnown = version === 1 || layout.id === enhancedVolumeDescriptor.id ||
      layout.id === unknownVolumeDescriptor.id;
    if (isKnown) continue;
    const isTerminator = layout.id === volumeDescriptorSetTerminator.id;
    yield {
      rule: isTerminator ? rules.terminatorVersion : rules.version,
      span: fieldSpan(layout, "volumeDescriptorVersion", span),
      message: `the version of the ${layout.title} is ${version}`,
      recorded: String(version),
      expected: "1",
    };
  }
}

function* checkKinds(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(unknownVolumeDescriptor)) {
    yield {
      rule: rules.reservedType,
      span: fieldSpan(unknownVolumeDescriptor, "volumeDescriptorType", span),
      message: `the descriptor type is ${value.volumeDescriptorType}`,
      recorded: String(value.volumeDescriptorType),
      expected: "0, 1, 2, 3 or 255",
    };
  }
  for (const { span } of image.structuresOf(enhancedVolumeDescriptor)) {
    yield {
      rule: rules.enhanced,
      span,
      message: `sector ${span.start / SECTOR} holds an enhanced descriptor (type 2, version 2)`,
      volume: "enhanced",
    };
  }
}

function* checkTerminators(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(volumeDescriptorSetTerminator)) {
    const { reserved8 } = value;
    if (isZero(reserved8)) continue;
    const first = reserved8.findIndex((byte) => byte !== 0);
    const last = reserved8.findLastIndex((byte) => byte !== 0);
    const { offset } = volumeDescriptorSetTerminator.fields.reserved8;
    yield {
      rule: rules.terminatorData,
      span: logicalSpan(span.start + offset + first, last + 1 - first),
      message: `bytes ${offset + first} to ${offset + last} of the terminator are not all zero`,
    };
  }
}

const partitionOrders = { [`${volumePartitionDescriptor.id}.*`]: rules.partition };

function* checkPartitions(image: Image): Iterable<Hit> {
  for (const partition of image.structuresOf(volumePartitionDescriptor)) {
    const { volumePartitionLocation: location, volumePartitionSize: size } = partition.value;
    const sets = descriptorSets(image);
    const blockSize = image.sessions.at(-1)?.blockSize ?? SECTOR;
    const hits = [...differingOrders(partition, partitionOrders)];
    yield* hits;
    const end = (location.le + size.le) * blockSize;
    const inSet = setOf(sets, logicalSpan(location.le * blockSize, 1)) !== undefined;
    if (hits.length > 0 || (end <= declaredEnd(image) && location.le > 0 && !inSet)) continue;
    yield {
      rule: rules.partition,
      span: logicalSpan(partition.span.start + 72, 16),
      message: `blocks ${location.le} to ${location.le + size.le} do not lie in the data area of ` +
        `the volume, which ends at logical byte ${declaredEnd(image)}`,
      recorded: `${location.le} + ${size.le}`,
    };
  }
}

function* checkElsewhere(image: Image, { data }: ProofFacts): Iterable<Hit> {
  for (const sector of data?.descriptors.kept ?? []) {
    const region = image.regions.at(image.mapping.fileOffset(sector * SECTOR));
    if (region === undefined || region.owner === "descriptor") continue;
    const name = image.regionName(region);
    const where = region.owner === "unclaimed" ? "in no file" : `in ${name || region.owner}`;
    yield {
      rule: rules.elsewhere,
      span: logicalSpan(sector * SECTOR, SECTOR),
      message: `sector ${sector}, ${where}, begins like a volume descriptor`,
      joins: true,
    };
  }
  if (data !== undefined) yield* notKept(rules.elsewhere, data.descriptors, "sector");
}

// A set that the end of the file cuts is a symptom of that.
function endCause({ span }: Fault, image: Image): { causedBy?: string } {
  const { mapping, source } = image;
  const end = (span?.start ?? 0) + 2 * SECTOR;
  if (end <= mapping.logicalSize) return {};
  return { causedBy: source.size < 17 * mapping.stride ? "IMG-006" : "IMG-001" };
}

const headTruncated = `truncated ${volumeDescriptorHead.id}`;

/** Rules about the volume descriptor set. */
export const descriptorSet: RuleFamily = {
  rules,
  image: [
    checkPresence,
    checkSets,
    checkVersions,
    checkKinds,
    checkTerminators,
    checkPartitions,
    checkElsewhere,
    checkPassedOver,
  ],
  faults: {
    "descriptors-lost": rules.missing,
    "descriptor-blank": rules.blank,
    "descriptor-signature": ({ span }, { sessions }) => {
      const isFirst = sessions.some(({ start }) => (start + 16) * SECTOR === span?.start);
      return { rule: isFirst ? rules.missing : rules.blank };
    },
    "set-unterminated": (fault, image) => ({ rule: rules.unterminated, ...endCause(fault, image) }),
    [headTruncated]: (fault, image) => ({ rule: rules.unterminated, ...endCause(fault, image) }),
  },
};
