// Rules about what each system sees of a disc as a whole: its label, its share of the files, a stub for others.

import { logicalSpan } from "../../bytes/span.ts";
import { primaryVolumeDescriptor } from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { groupEnd, isWhole, type Side, sidesOf } from "./file_starts.ts";

const rules = {
  labels: {
    id: "XNS-004",
    severity: "info",
    title: "Volume labels differ",
    clause: "none",
    rationale: "Systems show the disc under different names, and find it by different ones.",
    remedy: "Nothing to do.",
  },
  stub: {
    id: "XNS-006",
    severity: "info",
    title: "ISO tree is a stub for UDF",
    clause: "none",
    rationale:
      "The disc is UDF; its ISO 9660 tree only holds a text for systems that cannot read it.",
    remedy: "Read the disc as UDF.",
  },
  larger: {
    id: "XNS-007",
    severity: "warning",
    title: "Tree visible to one system is larger by far",
    clause: "none",
    rationale: "Most of the disc is hidden from systems that read the other tree.",
    remedy: "Look at what only the larger tree shows.",
  },
} as const satisfies RuleTable;

/** Bytes of the distinct extents of files. */
function visibleBytes({ files, namespace }: Side): number {
  let bytes = 0;
  for (let at = 0; at < files.starts.length;) {
    const end = groupEnd(files, at);
    let most = 0;
    for (; at < end; at++) most = Math.max(most, namespace.tree.size(files.nodes[at] ?? 0));
    bytes += most;
  }
  return bytes;
}

/** Bytes that one tree hides at least, for it to be the smaller by far. */
const HIDDEN = 1024 * 1024;

function* checkShares(image: Image): Iterable<Hit> {
  const sides = sidesOf(image).filter(({ whole }) => whole);
  if (sides.length < 2) return;
  const shares = sides.map((side) => ({ side, bytes: visibleBytes(side) }))
    .sort((a, b) => b.bytes - a.bytes);
  const most = shares[0];
  for (const { side, bytes } of shares.slice(1)) {
    const hidden = (most?.bytes ?? 0) - bytes;
    if (most === undefined || hidden < HIDDEN || bytes * 2 > most.bytes) continue;
    const volume = image.volumes.find(({ tree }) => tree === side.number);
    yield {
      rule: rules.larger,
      ...(volume === undefined ? {} : { span: volume.descriptor }),
      message: `the ${side.name} tree shows ${counted(bytes, "byte")} of files, the ` +
        `${most.side.name} tree ${most.bytes}: ${Math.floor(hidden / most.bytes * 100)} % are ` +
        `hidden from whoever reads the former`,
      volume: side.namespace.kind,
    };
  }
}

/** Characters that a tool may have put a `_` for. */
function folded(label: string): string {
  return label.toUpperCase().trim().replace(/[^A-Z0-9]/g, "_");
}

/** Whether a label may have been made from another: cut off, in capitals, with `_` for what is not allowed. */
function isSameLabel(a: string, b: string): boolean {
  const [one, other] = [folded(a), folded(b)];
  const length = Math.min(one.length, other.length);
  if (length === 0) return one.length === other.length;
  // Joliet has room for 16 characters.
  const cut = Math.max(one.length, other.length) === length || length >= 15;
  return cut && one.slice(0, length) === other.slice(0, length);
}

function* checkLabels(image: Image): Iterable<Hit> {
  // The label of a volume that is recognised only may not be known.
  const [first, ...rest] = image.volumes.filter(({ kind, namespace, label }) =>
    kind !== "rockridge" && namespace?.tree.kind !== "supplementary" &&
    (namespace !== undefined || label !== "")
  );
  // A volume that was found without its descriptor has no label.
  const primaries = image.structuresOf(primaryVolumeDescriptor);
  if (!primaries.some(({ span }) => span.start === first?.descriptor.start)) return;
  if (first === undefined) return;
  for (const { kind, label, descriptor } of rest) {
    if (isSameLabel(first.label, label)) continue;
    yield {
      rule: rules.labels,
      span: descriptor,
      message: `the label is ${JSON.stringify(label)} here and ${
        JSON.stringify(first.label)
      } in the first descriptor`,
      recorded: JSON.stringify(label),
      expected: JSON.stringify(first.label),
      volume: kind,
    };
  }
}

/** Files and bytes that a tree which is only a text for other systems has at most. */
const STUB = { files: 2, bytes: 64 * 1024 } as const;

function* checkStub(image: Image): Iterable<Hit> {
  const udf = image.recognised.find(({ kind }) => kind === "udf");
  const volume = image.volumes.find(({ kind }) => kind === "iso9660");
  if (udf === undefined || volume?.tree === undefined || !isWhole(image, volume.tree)) return;
  const tree = image.trees[volume.tree];
  // A tree of two files is all of a small disc.
  if (tree === undefined || image.mapping.logicalSize < 16 * STUB.bytes) return;
  let bytes = 0;
  for (let node = 1; node < tree.count; node++) {
    if (tree.isDirectory(node) || tree.count > 1 + STUB.files) return;
    bytes += tree.size(node);
  }
  if (bytes > STUB.bytes) return;
  yield {
    rule: rules.stub,
    span: logicalSpan(tree.extent(0, 0).start, tree.extent(0, 0).length),
    message: `the ISO 9660 tree has ${counted(tree.count - 1, "file")} of ` +
      `${
        counted(bytes, "byte")
      } in all, on an image of ${image.mapping.logicalSize} bytes with UDF`,
    tree: volume.tree,
    node: 0,
  };
}

/** Rules about what each system sees of a disc. */
export const namespaceViews: RuleFamily = {
  rules,
  image: [checkShares, checkLabels, checkStub],
};
