// Rules about the numbers of primary, supplementary and enhanced descriptors (ECMA-119:1987 8.4, 8.5).

import { SECTOR } from "../../bytes/span.ts";
import {
  enhancedVolumeDescriptor,
  jolietVolumeDescriptor,
  primaryVolumeDescriptor,
  supplementaryVolumeDescriptor,
} from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { isHere } from "../losses.ts";
import { declaredEnd, sessionStart } from "../volume_end.ts";
import { differingOrders } from "./byte_orders.ts";
import { descriptorField, descriptorSets, setOf, treeDescriptors } from "./descriptor_view.ts";

const layouts = [
  primaryVolumeDescriptor.id,
  jolietVolumeDescriptor.id,
  enhancedVolumeDescriptor.id,
  supplementaryVolumeDescriptor.id,
];

const trusting = "Readers trust different copies, so one image can show two different volumes.";

const rules = {
  sizeOrders: {
    id: "ISO-PVD-001",
    severity: "error",
    title: "Volume space size: byte orders differ",
    clause: "ECMA-119:1987 7.3.3, 8.4.8",
    rationale: trusting,
    remedy: "Trust the copy that the end of the last extent confirms.",
    layouts,
  },
  blockSizeOrders: {
    id: "ISO-PVD-002",
    severity: "error",
    title: "Logical block size: byte orders differ",
    clause: "ECMA-119:1987 7.2.3, 8.4.12",
    rationale: `${trusting} Every address is counted in these blocks.`,
    remedy: "Trust 2048 unless the root directory can only be found with the other copy.",
    layouts,
  },
  tableSizeOrders: {
    id: "ISO-PVD-003",
    severity: "warning",
    title: "Path table size: byte orders differ",
    clause: "ECMA-119:1987 7.3.3, 8.4.13",
    rationale:
      "The tree can be walked without the table. Masters of the early High Sierra era carry this " +
      "(Apple TN FL25).",
    remedy: "Trust the copy at which the records of the table end.",
    layouts,
  },
  setSizeOrders: {
    id: "ISO-PVD-004",
    severity: "warning",
    title: "Volume set size: byte orders differ",
    clause: "ECMA-119:1987 8.4.10",
    rationale: "A reader of the other copy asks for discs that do not exist.",
    remedy: "Trust the copy that says 1, unless the disc is one of a set.",
    layouts,
  },
  sequenceOrders: {
    id: "ISO-PVD-005",
    severity: "warning",
    title: "Volume sequence number: byte orders differ",
    clause: "ECMA-119:1987 8.4.11",
    rationale: "A reader of the other copy takes the files for those of another disc.",
    remedy: "Trust the copy that the directory records repeat.",
    layouts,
  },
  blockSize: {
    id: "ISO-PVD-006",
    severity: "error",
    title: "Logical block size is impossible",
    clause: "ECMA-119:1987 6.2.2, 8.4.12",
    rationale: "It shall be a power of two from 512 up to the sector size: the field is damaged.",
    remedy: "Read the image with blocks of 2048 bytes, as this audit does.",
    layouts,
  },
  size: {
    id: "ISO-PVD-007",
    severity: "error",
    title: "Volume space size is impossible",
    clause: "ECMA-119:1987 8.4.8",
    rationale:
      "A volume is at least as large as its descriptors; readers refuse files past its end.",
    remedy: "Take the end of the last extent for the size of the volume.",
    layouts,
  },
  numbering: {
    id: "ISO-PVD-008",
    severity: "warning",
    title: "Volume numbering is inconsistent",
    clause: "ECMA-119:1987 8.4.10, 8.4.11",
    rationale:
      "Volumes are counted from 1 to the size of their set; readers may ask for another disc.",
    remedy: "Nothing to do unless a reader asks for another disc.",
    layouts,
  },
  structureVersion: {
    id: "ISO-PVD-009",
    severity: "warning",
    title: "File structure version is not the expected one",
    clause: "ECMA-119:1987 8.4.30, 8.5",
    rationale:
      "1 in primary and supplementary descriptors, 2 in enhanced ones; strict readers refuse.",
    remedy: "Nothing to do unless a reader refuses the volume.",
    layouts,
  },
  pastVolume: {
    id: "ISO-PVD-028",
    severity: "warning",
    title: "Data lies past the declared volume but inside the image",
    clause: "ECMA-119:1987 8.4.8",
    rationale:
      "Readers that keep to the size field lose these files, and copies made by it are cut off. " +
      "Office XP was mastered like this. On a Video CD (vcdimager) the size is that of its first track, " +
      "and the tracks of form 2 sectors behind it are files: then it is a fact, not a fault.",
    remedy: "Copy the whole image, not as many sectors as the descriptor says.",
    layouts,
  },
  ofSet: {
    id: "ISO-PVD-029",
    severity: "info",
    title: "Volume belongs to a multi-volume set",
    clause: "ECMA-119:1987 6.6",
    rationale: "Files may lie on the other volumes of the set.",
    remedy: "Keep all volumes of the set together.",
    layouts,
  },
  bulk: {
    id: "ISO-PVD-030",
    severity: "error",
    title: "Descriptor fails both-order fields in bulk",
    clause: "ECMA-119:1987 7.2.3, 7.3.3",
    rationale:
      "Three or more pairs that differ point at random damage of the sector, not at an edit.",
    remedy: "Fetch or copy the sector again.",
    layouts,
  },
} as const satisfies RuleTable;

const byField: Readonly<Record<string, Rule>> = {
  volumeSpaceSize: rules.sizeOrders,
  logicalBlockSize: rules.blockSizeOrders,
  pathTableSize: rules.tableSizeOrders,
  volumeSetSize: rules.setSizeOrders,
  volumeSequenceNumber: rules.sequenceOrders,
};

const orders = Object.fromEntries(
  layouts.flatMap((id) => Object.entries(byField).map(([field, rule]) => [`${id}.${field}`, rule])),
);

// Which copy the rest of the image confirms, in words.
function confirmation(field: string, le: number, be: number, image: Image): string {
  const named = (fits: (value: number) => boolean) => {
    const [first, second] = [fits(le), fits(be)];
    if (first === second) return "";
    return `; ${first ? le : be} fits the image`;
  };
  if (field === "volumeSpaceSize") {
    return named((size) => size > 0 && size * SECTOR <= image.mapping.logicalSize);
  }
  if (field === "logicalBlockSize") return named((size) => [512, 1024, 2048].includes(size));
  if (field === "pathTableSize") {
    return named((size) => image.pathTables.some((table) => table.end - table.span.start === size));
  }
  return "";
}

function* checkOrders(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const { layout, span, value, volume } = descriptor;
    const hits = [...differingOrders({ layout, span, value }, orders)];
    for (const { field, number, ...hit } of hits) {
      const more = confirmation(field, number.le, number.be, image);
      yield { ...hit, message: hit.message + more, volume, causedBy: rules.bulk.id };
    }
    if (hits.length < 3) continue;
    yield {
      rule: rules.bulk,
      span,
      message: `${hits.length} of ${
        Object.keys(byField).length
      } numbers differ in their two orders: ${hits.map(({ field }) => field).join(", ")}`,
      volume,
    };
  }
}

function* checkSizes(image: Image): Iterable<Hit> {
  const sets = descriptorSets(image);
  for (const descriptor of treeDescriptors(image)) {
    const { span, value, volume } = descriptor;
    const block = value.logicalBlockSize;
    const isLegal = [512, 1024, 2048].includes(block.le);
    if (block.le === block.be && !isLegal) {
      yield {
        rule: rules.blockSize,
        span: descriptorField(descriptor, "logicalBlockSize"),
        message: `logical blocks are said to have ${block.le} bytes`,
        recorded: String(block.le),
        expected: "512, 1024 or 2048",
        volume,
      };
    }
    const size = value.volumeSpaceSize;
    const end = (setOf(sets, span)?.end ?? span.start + SECTOR) - sessionStart(image, span);
    const least = Math.ceil(end / (isLegal ? block.le : SECTOR));
    if (Math.max(size.le, size.be) >= least) continue;
    yield {
      rule: rules.size,
      span: descriptorField(descriptor, "volumeSpaceSize"),
      message:
        `the volume is said to have ${size.le} blocks; its descriptors alone reach to ${least}`,
      recorded: String(size.le),
      expected: `${least} or more`,
      volume,
    };
  }
}

function* checkNumbering(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const { value, volume, kind } = descriptor;
    const { volumeSetSize: size, volumeSequenceNumber: number } = value;
    if (size.le !== size.be || number.le !== number.be) continue;
    const span = descriptorField(descriptor, "volumeSetSize");
    if (size.le === 0 || number.le === 0 || number.le > size.le) {
      yield {
        rule: rules.numbering,
        span: { ...span, length: 8 },
        message: `it is said to be volume ${number.le} of a set of ${size.le}`,
        recorded: `${number.le} of ${size.le}`,
        expected: "1 or more, of as many or more",
        volume,
      };
    } else if (size.le > 1) {
      yield {
        rule: rules.ofSet,
        span,
        message: `it is volume ${number.le} of a set of ${size.le}`,
        recorded: String(size.le),
        volume,
      };
    }
    const expected = kind === "enhanced" ? 2 : 1;
    if (value.fileStructureVersion === expected) continue;
    yield {
      rule: rules.structureVersion,
      span: descriptorField(descriptor, "fileStructureVersion"),
      message: `the file structure version is ${value.fileStructureVersion}`,
      recorded: String(value.fileStructureVersion),
      expected: String(expected),
      volume,
    };
  }
}

/** Attribute bits of CD-ROM XA: form 2 sectors, interleaved form 1 and 2 sectors. */
const XA_TRACK = 0x3000;

/** Files and directories of a tree that reach past the volume, yet lie in the image. */
function pastVolume(
  image: Image,
  treeIndex: number,
  end: number,
): {
  readonly count: number;
  readonly node: number;
  readonly reach: number;
  readonly isVideo: boolean;
} {
  const namespace = image.namespaceOf(treeIndex);
  let count = 0;
  let first = 0;
  let reach = 0;
  let isVideo = true;
  if (namespace === undefined) return { count, node: first, reach, isVideo };
  const { tree } = namespace;
  for (let node = 0; node < tree.count; node++) {
    if (!isHere(namespace, node)) continue;
    for (let number = 0; number < tree.extentCount(node); number++) {
      const { start, length } = tree.extent(node, number);
      if (length === 0 || start + length <= end) continue;
      if (start + length > image.mapping.logicalSize) continue;
      if (count === 0) first = node;
      count++;
      reach = Math.max(reach, start + length);
      isVideo &&= ((tree.xa.get(node) ?? 0) & XA_TRACK) !== 0;
    }
  }
  return { count, node: first, reach, isVideo };
}

function* checkReach(image: Image): Iterable<Hit> {
  const end = declaredEnd(image);
  if (end === 0 || end >= image.mapping.logicalSize) return;
  for (const descriptor of treeDescriptors(image)) {
    const volume = image.volumes.find(({ descriptor: { start }, tree }) =>
      start === descriptor.span.start && tree !== undefined
    );
    if (volume?.tree === undefined) continue;
    const { count, node, reach, isVideo } = pastVolume(image, volume.tree, end);
    if (count === 0) continue;
    yield {
      rule: rules.pastVolume,
      ...(isVideo ? { severity: "info" } : {}),
      span: descriptorField(descriptor, "volumeSpaceSize"),
      message: `${count} extents end behind the volume, the last at logical byte ${reach}; the ` +
        `volume is said to end at ${end}`,
      recorded: String(descriptor.value.volumeSpaceSize.le),
      expected: `${Math.ceil(reach / volume.blockSize)} blocks or more`,
      tree: volume.tree,
      node,
    };
  }
}

/** Rules about the numbers of descriptors. */
export const descriptorNumbers: RuleFamily = {
  rules,
  image: [checkOrders, checkSizes, checkNumbering, checkReach],
};
