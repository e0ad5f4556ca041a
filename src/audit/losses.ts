// Which files are not all there, exact to the byte: past the end of the image, refused by the storage, or
// contradicted by a proof.

import { SECTOR } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";
import type { SectorMapping } from "../model/mapping.ts";
import { type Entry, type Namespace, pathBytesHex } from "../model/namespace.ts";
import { type ByteRange, RangeColumns, Ranges } from "../model/ranges.ts";
import type { Loss } from "./result.ts";

/** Attribute bit of CD-ROM XA: the extent lies in an audio track, which no data track holds. */
const XA_AUDIO = 0x4000;

// Logical bytes before a place in the file: unlike the mapping's own, exact behind the user data too.
function logicalBefore(mapping: SectorMapping, fileOffset: number): number {
  const { stride, dataOffset } = mapping;
  const at = fileOffset - (mapping.fileOffset(0) - dataOffset);
  const sector = Math.floor(at / stride);
  const within = at - sector * stride - dataOffset;
  return sector * SECTOR + Math.min(SECTOR, Math.max(0, within));
}

/** Stretches of the file as the logical bytes in them. */
function logicalRanges(mapping: SectorMapping, stretches: Iterable<ByteRange>): Ranges {
  const ranges = new RangeColumns();
  for (const { start, end } of stretches) {
    ranges.add(logicalBefore(mapping, start), logicalBefore(mapping, end));
  }
  return ranges.ranges();
}

/** Whether the bytes of a node belong in this file at all: not on another volume, nor in an audio track. */
export function isHere({ tree }: Namespace, node: number): boolean {
  return !tree.elsewhere.has(node) && ((tree.xa.get(node) ?? 0) & XA_AUDIO) === 0;
}

/** Bytes of a node's extents that cannot be had. */
export function lostBytes(
  { mapping }: Image,
  namespace: Namespace,
  node: number,
  unread: Ranges = Ranges.none,
): number {
  const { tree } = namespace;
  if (!isHere(namespace, node)) return 0;
  let lost = 0;
  for (let index = 0; index < tree.extentCount(node); index++) {
    const { start, length } = tree.extent(node, index);
    const from = Math.min(start + length, Math.max(start, mapping.logicalStart));
    const to = Math.max(from, Math.min(start + length, mapping.logicalSize));
    lost += length - (to - from) + unread.measure(from, to);
  }
  return lost;
}

function keyOf({ tree }: Namespace, node: number): string {
  const first = tree.extentCount(node) === 0 ? 0 : tree.extent(node, 0).start;
  return `${first}+${tree.size(node)}`;
}

/** Stretches of user data, by logical bytes. */
type Known = {
  readonly unread: Ranges;
  readonly contradicted: Ranges;
  readonly proven: Ranges;
};

function extentBytes(namespace: Namespace, node: number, ranges: Ranges): number {
  const { tree } = namespace;
  let bytes = 0;
  if (ranges.count === 0 || !isHere(namespace, node)) return 0;
  for (let index = 0; index < tree.extentCount(node); index++) {
    const { start, length } = tree.extent(node, index);
    bytes += ranges.measure(start, start + length);
  }
  return bytes;
}

function loss(namespace: Namespace, entry: Entry, lost: number, known: Known): Loss {
  const { node } = entry;
  // What is lost of a compressed file is told in stored bytes, so its size is too.
  const bytes = namespace.tree.size(node);
  const pathBytes = pathBytesHex(entry);
  const contradicted = extentBytes(namespace, node, known.contradicted);
  const isProven = bytes > 0 && extentBytes(namespace, node, known.proven) === bytes;
  return {
    path: entry.path,
    ...(pathBytes === undefined ? {} : { pathBytes }),
    volume: namespace.kind,
    bytes,
    lost,
    ...(contradicted === 0 ? {} : { contradicted }),
    state: lost > 0
      ? lost === bytes ? "lost" : "cut"
      : contradicted > 0
      ? "contradicted"
      : isProven
      ? "intact"
      : "unproven",
  };
}

/** Namespaces whose files are listed, the richest first; of those that share a tree only the first. */
function namespacesOf(image: Image): Namespace[] {
  const richest = image.richest();
  if (richest === undefined) return [];
  const others = image.volumes.filter((volume) => volume !== richest);
  const trees = new Set<number | undefined>();
  const list: Namespace[] = [];
  for (const { namespace, tree } of [richest, ...others]) {
    if (namespace === undefined || trees.has(tree)) continue;
    trees.add(tree);
    list.push(namespace);
  }
  return list;
}

/** What the pass over the data tells of the bytes of files, as stretches of the file. */
export type LossFacts = {
  /** What the storage refused, and what a rescue did not read. */
  readonly unread?: Ranges;
  /** Stretches of the file that proofs contradict, and those that they prove. */
  readonly contradicted?: Ranges;
  readonly proven?: Ranges;
  /** List the files of which nothing is lost, too. */
  readonly all?: boolean;
};

/**
 * Files with lost or contradicted bytes, one at a time: those of the richest namespace, then those that
 * only others show. With `all` whole files come too: `intact` where all bytes are proven.
 */
export function* walkLosses(image: Image, facts: LossFacts = {}): Generator<Loss> {
  const { all = false } = facts;
  const known = {
    unread: logicalRanges(image.mapping, facts.unread ?? []),
    contradicted: logicalRanges(image.mapping, facts.contradicted ?? []),
    proven: all ? logicalRanges(image.mapping, facts.proven ?? []) : Ranges.none,
  };
  const hit = known.unread.count > 0 || known.contradicted.count > 0;
  if (!all && !hit && !mayHaveLosses(image)) return;
  const namespaces = namespacesOf(image);
  const shown = namespaces.length > 1 ? new Set<string>() : undefined;
  for (const [number, namespace] of namespaces.entries()) {
    for (const entry of namespace.entries()) {
      if (entry.type !== "file") continue;
      const lost = lostBytes(image, namespace, entry.node, known.unread);
      const isHit = lost > 0 || extentBytes(namespace, entry.node, known.contradicted) > 0;
      if (!isHit && !all) continue;
      if (shown !== undefined) {
        const key = keyOf(namespace, entry.node);
        if (number > 0 && shown.has(key)) continue;
        shown.add(key);
      }
      yield loss(namespace, entry, lost, known);
    }
  }
}

/** The files that {@linkcode walkLosses} walks, as a list. */
export function lossesOf(image: Image, facts: LossFacts): Loss[] {
  return [...walkLosses(image, facts)];
}

/** Files and their bytes. */
type Total = { files: number; bytes: number };

/** How the files of the richest namespace stand. */
export type DamageSummary = {
  readonly intact: Total;
  readonly damaged: Total;
  readonly unproven: Total;
};

/** Sums up what proofs and the end of the image say of files: those without content are left out. */
export function damageSummary(image: Image, facts: LossFacts): DamageSummary | undefined {
  const namespace = image.richest()?.namespace;
  if (namespace === undefined) return undefined;
  const { mapping } = image;
  const unread = logicalRanges(mapping, facts.unread ?? []);
  const contradicted = logicalRanges(mapping, facts.contradicted ?? []);
  const proven = logicalRanges(mapping, facts.proven ?? []);
  const none = () => ({ files: 0, bytes: 0 });
  const summary = { intact: none(), damaged: none(), unproven: none() };
  const { tree } = namespace;
  for (let node = 1; node < tree.count; node++) {
    const bytes = tree.size(node);
    if (bytes === 0 || tree.isDirectory(node) || !isHere(namespace, node)) continue;
    const isHurt = lostBytes(image, namespace, node, unread) > 0 ||
      extentBytes(namespace, node, contradicted) > 0;
    const isProven = !isHurt && extentBytes(namespace, node, proven) === bytes;
    const total = summary[isHurt ? "damaged" : isProven ? "intact" : "unproven"];
    total.files++;
    total.bytes += bytes;
  }
  return summary;
}

/**
 * Directories of the richest namespace whose records cannot all be read: what they held is unknown. Those
 * that the Joliet tree filled again lack nothing that is known of.
 */
export function countLostDirectories(image: Image, unread: Ranges = Ranges.none): number {
  const namespace = image.richest()?.namespace;
  if (namespace === undefined) return 0;
  const { tree } = namespace;
  const refused = logicalRanges(image.mapping, unread);
  let count = 0;
  for (let node = 0; node < tree.count; node++) {
    if (!tree.isDirectory(node) || !isHere(namespace, node) || tree.isReplaced(node)) continue;
    const isLost = tree.unreadable.has(node) || lostBytes(image, namespace, node, refused) > 0;
    if (isLost && !tree.refilled.has(node)) count++;
  }
  return count;
}

/** Files of the richest namespace with content, and how many of them have no byte that is proven. */
export function filesUnderNone(
  image: Image,
  proven: Iterable<ByteRange>,
): { readonly files: number; readonly none: number } {
  const namespace = image.richest()?.namespace;
  let [files, none] = [0, 0];
  if (namespace === undefined) return { files, none };
  const ranges = logicalRanges(image.mapping, proven);
  const { tree } = namespace;
  for (let node = 1; node < tree.count; node++) {
    if (tree.size(node) === 0 || tree.isDirectory(node) || !isHere(namespace, node)) continue;
    files++;
    if (extentBytes(namespace, node, ranges) === 0) none++;
  }
  return { files, none };
}

function mayHaveLosses(image: Image): boolean {
  return extentsReach(image) > image.mapping.logicalSize || image.mapping.logicalStart > 0;
}

/** The logical byte after the last that a file or directory of the current session claims. */
export function extentsReach(image: Image): number {
  let reach = 0;
  for (const index of new Set(image.volumes.map((volume) => volume.tree))) {
    const tree = index === undefined ? undefined : image.trees[index];
    if (tree === undefined) continue;
    for (let node = 0; node < tree.count; node++) {
      for (let number = 0; number < tree.extentCount(node); number++) {
        const { start, length } = tree.extent(node, number);
        if (length > 0) reach = Math.max(reach, start + length);
      }
    }
  }
  return reach;
}
