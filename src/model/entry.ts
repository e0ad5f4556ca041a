// The facts of one entry as documents give them: shared by `list`, `where` and the manifest.

import { decodeUtf8, hex } from "../bytes/text.ts";
import { formatInstant } from "../bytes/time.ts";
import type { Image, Volume } from "./image.ts";
import type { SectorMapping } from "./mapping.ts";
import type { Entry, Namespace } from "./namespace.ts";
import type { EntryFacts, ExtentFacts } from "./result.ts";
import type { Extent, Tree } from "./tree.ts";

/** Why the bytes of an entry are not all there, as far as its records tell. */
export type EntryState = {
  readonly state: "ok" | "cut" | "unreadable";
  /** With the numbers; absent where `ok`. */
  readonly reason?: string;
};

/** Attribute bit of CD-ROM XA: the extent lies in an audio track. */
const XA_AUDIO = 0x4000;

/**
 * The facts of an entry of `volume`. Fields that do not apply are absent: `mode`, `uid`, `gid` and
 * `links` without a PX entry, `extents` of what has no bytes in this file, `modified` without a time.
 * A relocated directory has the facts of the directory that its placeholder stands for.
 */
export function entryFacts(
  image: Image,
  volume: Pick<Volume, "kind" | "namespace">,
  entry: Entry,
): EntryFacts {
  const { namespace } = volume;
  if (namespace === undefined) throw new TypeError(`Cannot list ${volume.kind}: it is not read`);
  const { tree } = namespace;
  const node = recordNode(namespace, entry.node);
  // Set one by one, in the order in which documents have them: most entries lack most of them.
  const facts: MutableFacts = headFacts(namespace, volume.kind, entry, node);
  const stored = tree.size(node);
  const extents = extentsInFile(image, namespace, node);
  const modified = formatInstant(namespace.modified(node));
  if (entry.type === "file" && stored !== facts.bytes) facts.storedBytes = stored;
  if (extents.length > 0) facts.extents = extents;
  if (volume.kind === "rockridge") addPosix(tree, node, facts);
  if (modified !== "") facts.modified = modified;
  if (entry.type === "symlink") addTarget(tree.targets.get(node), facts);
  if (entry.type === "device") addDevice(tree, node, facts);
  if (namespace.isHidden(node)) facts.hidden = true;
  if (tree.isAssociated(node)) facts.associated = true;
  addAttributes(tree, node, facts);
  const found = tree.foundBy(node);
  if (found !== undefined) facts.found = found;
  facts.state = entryState(image, namespace, node).state;
  return facts;
}

type MutableFacts = { -readonly [K in keyof EntryFacts]: EntryFacts[K] };

/** What {@linkcode nameFacts} gives. */
type NameFacts = Pick<
  EntryFacts,
  "path" | "pathBytes" | "volume" | "type" | "bytes" | "associated"
>;

function headFacts(
  namespace: Namespace,
  volume: Volume["kind"],
  { path, pathBytes, type }: Entry,
  node: number,
): NameFacts {
  const bytes = type === "file" ? namespace.contentSize(node) : 0;
  return pathBytes === undefined
    ? { path, volume, type, bytes }
    : { path, pathBytes: hex(pathBytes), volume, type, bytes };
}

/** What of {@linkcode entryFacts} tells which content an entry is of: far less work for each of a million. */
export function nameFacts(
  volume: Pick<Volume, "kind" | "namespace">,
  entry: Entry,
): NameFacts {
  const { namespace } = volume;
  if (namespace === undefined) throw new TypeError(`Cannot list ${volume.kind}: it is not read`);
  const node = recordNode(namespace, entry.node);
  const facts = headFacts(namespace, volume.kind, entry, node);
  return namespace.tree.isAssociated(node) ? { ...facts, associated: true } : facts;
}

/**
 * Whether all bytes of a node can be in this file, by its records alone: `cut` where an extent ends
 * past the image, `unreadable` on another volume of the set, in an audio track, or a directory whose
 * records could not be read. What the storage refuses shows only when it is read.
 */
export function entryState(image: Image, namespace: Namespace, node: number): EntryState {
  const { tree } = namespace;
  if (tree.size(node) === 0 && !tree.isDirectory(node)) return { state: "ok" };
  if (tree.elsewhere.has(node)) {
    return { state: "unreadable", reason: "its data are on another volume of the set" };
  }
  const isAudio = ((tree.xa.get(node) ?? 0) & XA_AUDIO) !== 0 && !tree.isDirectory(node);
  if (isAudio) return { state: "unreadable", reason: "its data are an audio track (CD-DA)" };
  const missing = missingBytes(image, namespace, node);
  if (missing > 0) {
    const reason = `${missing} of ${tree.size(node)} bytes lie outside the image`;
    return { state: "cut", reason };
  }
  const unread = tree.unreadable.get(node);
  if (unread !== undefined) return { state: "unreadable", reason: unread };
  return { state: "ok" };
}

/** Why not all that a directory held is shown, and what that means; undefined where all of it is read. */
export function lostDirectory(
  image: Image,
  namespace: Namespace,
  shown: number,
): { readonly state: "cut" | "unreadable"; readonly reason: string } | undefined {
  const node = recordNode(namespace, shown);
  const { tree } = namespace;
  const { state, reason = "" } = entryState(image, namespace, node);
  if (state === "ok" || !tree.isDirectory(node) || tree.elsewhere.has(node)) return undefined;
  const cost = tree.refilled.has(node)
    ? "its entries are those of the Joliet tree"
    : "what it held is unknown";
  return { state, reason: `${reason}: ${cost}` };
}

// Bytes of a node below the first logical byte of the file, or past the last.
function missingBytes({ mapping }: Image, { tree }: Namespace, node: number): number {
  const lowest = Math.max(0, mapping.logicalOffset(0));
  let missing = 0;
  for (let index = 0; index < tree.extentCount(node); index++) {
    const { start, length } = tree.extent(node, index);
    const end = Math.min(start + length, mapping.logicalSize);
    missing += start < lowest ? length : length - Math.max(0, end - start);
  }
  return missing;
}

/** The node whose records tell of an entry: the directory itself where a placeholder stands for it. */
export function recordNode(namespace: Namespace, node: number): number {
  if (namespace.kind !== "rockridge") return node;
  return namespace.tree.childLinks.get(node) ?? node;
}

/** Extents of a node in bytes of the file; none where its data are on another volume of the set. */
export function extentsInFile(image: Image, namespace: Namespace, node: number): ExtentFacts[] {
  if (namespace.tree.elsewhere.has(node)) return [];
  return extentFacts(image.mapping, namespace.extents(recordNode(namespace, node)));
}

/**
 * Logical extents in bytes of the file, one a run of sectors that follow each other: on raw images
 * from the first to the last byte of user data. They may reach past the end; empty ones are left out.
 */
export function extentFacts(mapping: SectorMapping, extents: Iterable<Extent>): ExtentFacts[] {
  const facts: ExtentFacts[] = [];
  for (const { start, length } of joined(extents)) {
    const offset = mapping.fileOffset(start);
    // An image that begins later on the disc holds nothing of what was recorded before it.
    if (offset < 0) continue;
    facts.push({ offset, length: mapping.fileOffset(start + length - 1) + 1 - offset });
  }
  return facts;
}

function joined(extents: Iterable<Extent>): Extent[] {
  const runs: Extent[] = [];
  for (const extent of extents) {
    if (extent.length <= 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.length === extent.start) {
      runs[runs.length - 1] = { start: last.start, length: last.length + extent.length };
    } else runs.push(extent);
  }
  return runs;
}

// A mode of 0 has no file type either: no PX entry was recorded.
function addPosix(tree: Tree, node: number, facts: MutableFacts): void {
  const mode = tree.mode(node);
  if (mode === 0) return;
  facts.mode = (mode & 0o7777).toString(8).padStart(4, "0");
  facts.uid = tree.uid(node);
  facts.gid = tree.gid(node);
  facts.links = tree.links(node);
}

function addDevice(tree: Tree, node: number, facts: MutableFacts): void {
  const device = tree.devices.get(node);
  if (device !== undefined) facts.device = `${device.high},${device.low}`;
  facts.deviceType = deviceType(tree.mode(node));
}

// POSIX file type bits: 2 character, 6 block.
function deviceType(mode: number): "block" | "character" {
  return Math.floor(mode / 0o10000) === 0o06 ? "block" : "character";
}

function addTarget(target: Uint8Array | undefined, facts: MutableFacts): void {
  if (target === undefined) return;
  const { text, valid } = decodeUtf8(target);
  facts.target = text;
  if (!valid) facts.targetBytes = hex(target);
}

function addAttributes(tree: Tree, node: number, facts: MutableFacts): void {
  const xa = tree.xa.get(node);
  const attributes = tree.attributes.get(node);
  if (xa !== undefined) facts.xa = xa.toString(16).padStart(4, "0");
  if (attributes === undefined || attributes.length === 0) return;
  facts.attributes = attributes.map(({ name }) => name === "" ? "acl" : name);
}
