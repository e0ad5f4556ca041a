// Rules about HFS and HFS Plus volumes beside ISO 9660 (Inside Macintosh: Files; TN1150): headers and sizes.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Layout, type Values } from "../../bytes/struct.ts";
import { bTreeHeader, hfsPlusVolumeHeader, masterDirectoryBlock } from "../../decode/hfs/layout.ts";
import type { HfsTree, HfsVolume } from "../../model/hfs.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";

const clause = "TN1150";
const layouts = [masterDirectoryBlock.id, hfsPlusVolumeHeader.id];

const rules = {
  announced: {
    id: "HFS-001",
    severity: "warning",
    title: "Map announces HFS, no volume header",
    clause: "Inside Macintosh: Files; TN1150",
    rationale:
      "A Mac finds no volume where the map says that one begins. isohybrid and xorriso give that type " +
      "to the FAT volume for EFI, so that Macs offer to start it: genuine.",
    remedy:
      "Compare the place with the other partition table, and the size of the image with its source.",
    layouts,
  },
  alternate: {
    id: "HFS-002",
    severity: "warning",
    title: "Alternate header missing or different",
    clause,
    rationale:
      "The second copy of the header mends a damaged first one: without it, or with other numbers in " +
      "it, the volume was cut or changed. That of HFS differs in counts and dates as a rule, and " +
      "genisoimage writes it elsewhere.",
    remedy: "Compare the size of the image with its source.",
    layouts,
  },
  tooLarge: {
    id: "HFS-003",
    severity: "error",
    title: "Volume larger than the image",
    clause,
    rationale: "Its last blocks are not in the image: files of the volume may be lost.",
    remedy: "Fetch the missing part of the image.",
    layouts,
  },
  freeBlocks: {
    id: "HFS-004",
    severity: "warning",
    title: "Free blocks exceed total",
    clause,
    rationale: "One of the two numbers is damaged; a Mac refuses the volume or shows a wrong size.",
    remedy: "Compare with the alternate header.",
    layouts,
  },
  tree: {
    id: "HFS-005",
    severity: "error",
    title: "Catalog or extents tree header invalid",
    clause,
    rationale: "Without the header of its catalog no file of the volume is found.",
    remedy: "Read the files through ISO 9660, which has the same ones on a hybrid disc.",
    layouts: [bTreeHeader.id],
  },
  mounted: {
    id: "HFS-006",
    severity: "info",
    title: "Volume was not unmounted cleanly",
    clause,
    rationale:
      "The image was taken from a volume in use, or its system stopped before it was done.",
    remedy: "Check the volume on a Mac before it is written to.",
    layouts,
  },
  embedded: {
    id: "HFS-007",
    severity: "warning",
    title: "Embedded HFS Plus extent invalid",
    clause,
    rationale:
      "The HFS volume is a wrapper, and the place it names for the volume in it is not in it.",
    remedy: "Look for the header of the HFS Plus volume by its signature.",
    layouts: [masterDirectoryBlock.id],
  },
  forks: {
    id: "HFS-008",
    severity: "note",
    title: "Type, creator and resource forks present",
    clause: "none",
    rationale:
      "Copies that go by the ISO 9660 names lose them, but for associated files and the AA entries of " +
      "genisoimage -apple.",
    remedy: "Copy the volume on a Mac, or keep the image.",
  },
} as const satisfies RuleTable;

/** What both headers say, whatever its field is called. */
type Header = {
  readonly layout: Layout;
  readonly span: Span;
  readonly blocks: number;
  readonly blockSize: number;
  readonly free: number;
  readonly attributes: number;
};

type Field = "blocks" | "blockSize" | "free" | "attributes";

const fields: Readonly<Record<HfsVolume["kind"], Readonly<Record<Field, string>>>> = {
  hfs: {
    blocks: "allocationBlocks",
    blockSize: "allocationBlockSize",
    free: "freeBlocks",
    attributes: "attributes",
  },
  hfsplus: {
    blocks: "totalBlocks",
    blockSize: "blockSize",
    free: "freeBlocks",
    attributes: "attributes",
  },
};

function headerAt({ kind }: HfsVolume, start: number, image: Image): Header | undefined {
  const layout: Layout = kind === "hfs" ? masterDirectoryBlock : hfsPlusVolumeHeader;
  const found = image.structuresOf(layout).find(({ span }) => span.start === start);
  if (found === undefined) return undefined;
  const value = (field: Field) => Number(found.value[fields[kind][field]]);
  return {
    layout,
    span: found.span,
    blocks: value("blocks"),
    blockSize: value("blockSize"),
    free: value("free"),
    attributes: value("attributes"),
  };
}

function headerField({ kind }: HfsVolume, { layout, span }: Header, field: Field): Span {
  return fieldSpan(layout, fields[kind][field], span);
}

const titles = { hfs: "HFS", hfsplus: "HFS Plus" } as const;

function* checkAnnounced(image: Image): Iterable<Hit> {
  for (const { start, isFat } of image.hfs.missing) {
    yield {
      rule: rules.announced,
      span: logicalSpan(start + 1024, 2),
      message: isFat
        ? `the map says that an HFS volume begins at byte ${start}; a FAT volume does`
        : `the map says that an HFS volume begins at byte ${start}; no header of one is 1024 bytes ` +
          "behind it, in blocks of 512 or 2048",
      ...(isFat ? { severity: "info" } : {}),
    };
  }
}

function* checkAlternates(image: Image): Iterable<Hit> {
  for (const volume of image.hfs.volumes) {
    const { kind, end, alternate, header } = volume;
    const first = headerAt(volume, header.start, image);
    const second = alternate === undefined ? undefined : headerAt(volume, alternate.start, image);
    const severity = kind === "hfs" ? { severity: "info" as const } : {};
    if (second === undefined) {
      // A cut volume has lost its end: HFS-003 says so.
      if (end > image.mapping.logicalSize) continue;
      yield {
        rule: rules.alternate,
        span: logicalSpan(Math.max(0, end - 1024), 512),
        message: `no second header of the ${titles[kind]} volume was found at its end, byte ${end}`,
        ...severity,
      };
      continue;
    }
    if (first === undefined) continue;
    for (const field of ["blocks", "blockSize"] as const) {
      if (first[field] === second[field]) continue;
      yield {
        rule: rules.alternate,
        span: headerField(volume, second, field),
        message: `${fields[kind][field]} is ${first[field]} in the header at byte ` +
          `${first.span.start}, ${second[field]} in the second one`,
        recorded: String(second[field]),
        expected: String(first[field]),
        ...severity,
      };
    }
  }
}

function* checkNumbers(image: Image): Iterable<Hit> {
  const { logicalSize } = image.mapping;
  for (const volume of image.hfs.volumes) {
    const header = headerAt(volume, volume.header.start, image);
    if (header === undefined) continue;
    const { kind, end } = volume;
    const { blocks, blockSize, free, attributes } = header;
    if (end > logicalSize) {
      yield {
        rule: rules.tooLarge,
        span: headerField(volume, header, "blocks"),
        message:
          `the ${titles[kind]} volume has ${blocks} blocks of ${blockSize} bytes and ends at ` +
          `byte ${end}, the image at ${logicalSize}`,
        recorded: String(blocks),
      };
    }
    if (free > blocks) {
      yield {
        rule: rules.freeBlocks,
        span: headerField(volume, header, "free"),
        message: `the ${titles[kind]} volume has ${blocks} blocks, ${free} of them free`,
        recorded: String(free),
      };
    }
    // Bit 8 of the attributes.
    if (Math.floor(attributes / 256) % 2 === 0) {
      yield {
        rule: rules.mounted,
        span: headerField(volume, header, "attributes"),
        message: `the ${titles[kind]} volume is marked as in use: bit 8 of its attributes ` +
          `0x${attributes.toString(16)} is clear`,
        recorded: `0x${attributes.toString(16)}`,
      };
    }
  }
}

type TreeValues = Values<typeof bTreeHeader.fields>;

/** What is wrong with the header of a tree, and in which field. */
function treeFault(
  value: TreeValues,
  { bytes }: HfsTree,
  { kind }: HfsVolume,
): readonly [keyof TreeValues, string] | undefined {
  const { nodeSize, depth, rootNode, nodes, freeNodes, firstLeaf, lastLeaf } = value;
  if (value.kind !== 1) return ["kind", `its first node is of kind ${value.kind}, not 1`];
  const isPower = Number.isInteger(Math.log2(nodeSize));
  if (!isPower || nodeSize < 512 || nodeSize > 32768 || (kind === "hfs" && nodeSize !== 512)) {
    return ["nodeSize", `its nodes have ${nodeSize} bytes`];
  }
  if (nodes * nodeSize > bytes || nodes === 0) {
    return ["nodes", `it has ${nodes} nodes of ${nodeSize} bytes in a file of ${bytes}`];
  }
  if (freeNodes > nodes) return ["freeNodes", `${freeNodes} of its ${nodes} nodes are free`];
  if (depth > 16 || (depth === 0) !== (rootNode === 0)) {
    return ["depth", `its depth is ${depth} and its root node ${rootNode}`];
  }
  if (rootNode >= nodes) return ["rootNode", `its root is node ${rootNode} of ${nodes}`];
  if (firstLeaf >= nodes) return ["firstLeaf", `its first leaf is node ${firstLeaf} of ${nodes}`];
  if (lastLeaf >= nodes) return ["lastLeaf", `its last leaf is node ${lastLeaf} of ${nodes}`];
  return undefined;
}

function* checkTrees(image: Image): Iterable<Hit> {
  for (const volume of image.hfs.volumes) {
    for (const tree of volume.trees) {
      const { start } = tree.header;
      const found = image.structuresOf(bTreeHeader).find(({ span }) => span.start === start);
      if (found === undefined) continue;
      const fault = treeFault(found.value, tree, volume);
      if (fault === undefined) continue;
      const [field, message] = fault;
      yield {
        rule: rules.tree,
        span: fieldSpan(bTreeHeader, field, found.span),
        message: `the ${tree.name} tree of the ${
          titles[volume.kind]
        } volume is damaged: ${message}`,
        recorded: String(found.value[field]),
      };
    }
  }
}

function* checkEmbedded(image: Image): Iterable<Hit> {
  for (const volume of image.hfs.volumes.filter(({ kind }) => kind === "hfs")) {
    const { start } = volume.header;
    const found = image.structuresOf(masterDirectoryBlock).find(({ span }) => span.start === start);
    if (found === undefined) continue;
    const { embeddedSignature, embeddedStart, embeddedCount, allocationBlocks } = found.value;
    const format = masterDirectoryBlock.fields.embeddedSignature.type.format(embeddedSignature);
    const fits = embeddedCount > 0 && embeddedStart + embeddedCount <= allocationBlocks;
    if (format !== "H+" || fits) continue;
    const { start: field } = fieldSpan(masterDirectoryBlock, "embeddedStart", found.span);
    yield {
      rule: rules.embedded,
      span: logicalSpan(field, 4),
      message: `the HFS Plus volume is said to have ${embeddedCount} blocks from block ` +
        `${embeddedStart} on, its wrapper has ${allocationBlocks}`,
      recorded: `${embeddedStart}, ${embeddedCount}`,
    };
  }
}

function associatedFiles(image: Image): number {
  let count = 0;
  const tree = image.trees.find(({ session }) => session === image.session);
  for (let node = 0; node < (tree?.count ?? 0); node++) {
    if (tree?.isAssociated(node) === true) count++;
  }
  return count;
}

function* checkForks(image: Image, { hfs }: ProofFacts): Iterable<Hit> {
  for (const { start, files, typed, forks, forkBytes, first, isPartial } of hfs) {
    if (typed === 0 && forks === 0) continue;
    const volume = image.hfs.volumes.find((each) => each.start === start);
    if (volume === undefined) continue;
    const shown = first.map(({ name, type, fork }) =>
      `${name} (${type.replaceAll("\0", "?")}${fork > 0 ? `, ${counted(fork, "byte")}` : ""})`
    );
    yield {
      rule: rules.forks,
      span: volume.trees.find(({ name }) => name === "catalog")?.header ?? volume.header,
      message: `of ${isPartial ? "the first " : ""}${counted(files, "file")} of the ` +
        `${
          titles[volume.kind]
        } volume ${typed} have a type or creator and ${forks} a resource fork, ` +
        `${counted(forkBytes, "byte")} in all: ${shown.join(", ")}` +
        (files > first.length ? ", ..." : "") +
        `; ISO 9660 has ${counted(associatedFiles(image), "associated file")}`,
      volume: volume.kind,
      count: Math.max(typed, forks),
    };
  }
}

/** Rules about HFS and HFS Plus volumes. */
export const hfsRules: RuleFamily = {
  rules,
  image: [
    checkAnnounced,
    checkAlternates,
    checkNumbers,
    checkTrees,
    checkEmbedded,
    checkForks,
  ],
};
