// The facts of one entry as documents give them: shared by `list`, `where` and the manifest.

import { decodeUtf8, hex } from "../bytes/text.ts";
import { formatInstant } from "../bytes/time.ts";
import type { Image, Volume } from "./image.ts";
import type { SectorMapping } from "./mapping.ts";
import { type Entry, type Namespace, pathBytesHex } from "./namespace.ts";
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
  const pathBytes = pathBytesHex(entry);
  const bytes = entry.type === "file" ? namespace.contentSize(node) : 0;
  const stored = tree.size(node);
  const extents = extentsInFile(image, namespace, node);
  const modified = formatInstant(namespace.modified(node));
  const device = tree.devices.get(node);
  return {
    path: entry.path,
    ...(pathBytes === undefined ? {} : { pathBytes }),
    volume: volume.kind,
    type: entry.type,
    bytes,
    ...(entry.type === "file" && stored !== bytes ? { storedBytes: stored } : {}),
    ...(extents.length === 0 ? {} : { extents }),
    ...(volume.kind === "rockridge" ? posixFacts(tree, node) : {}),
    ...(modified === "" ? {} : { modified }),
    ...(entry.type === "symlink" ? targetFacts(tree.targets.get(node)) : {}),
    ...(entry.type === "device" && device !== undefined
      ? { device: `${device.high},${device.low}` }
      : {}),
    ...(entry.type === "device" ? { deviceType: deviceType(tree.mode(node)) } : {}),
    ...(namespace.isHidden(node) ? { hidden: true } : {}),
    ...(tree.isAssociated(node) ? { associated: true } : {}),
    ...attributeFacts(tree, node),
    state: entryState(image, namespace, node).state,
  };
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

function* joined(extents: Iterable<Extent>): Generator<Extent> {
  let run: Extent | undefined;
  for (const extent of extents) {
    if (extent.length <= 0) continue;
    if (run !== undefined && run.start + run.length === extent.start) {
      run = { start: run.start, length: run.length + extent.length };
      continue;
    }
    if (run !== undefined) yield run;
    run = extent;
  }
  if (run !== undefined) yield run;
}

// A mode of 0 has no file type either: no PX entry was recorded.
function posixFacts(tree: Tree, node: number): Partial<EntryFacts> {
  const mode = tree.mode(node);
  if (mode === 0) return {};
  return {
    mode: (mode & 0o7777).toString(8).padStart(4, "0"),
    uid: tree.uid(node),
    gid: tree.gid(node),
    links: tree.links(node),
  };
}

// POSIX file type bits: 2 character, 6 block.
function deviceType(mode: number): "block" | "character" {
  return Math.floor(mode / 0o10000) === 0o06 ? "block" : "character";
}

function targetFacts(target: Uint8Array | undefined): Partial<EntryFacts> {
  if (target === undefined) return {};
  const { text, valid } = decodeUtf8(target);
  return valid ? { target: text } : { target: text, targetBytes: hex(target) };
}

function attributeFacts(tree: Tree, node: number): Partial<EntryFacts> {
  const xa = tree.xa.get(node);
  const attributes = tree.attributes.get(node) ?? [];
  return {
    ...(xa === undefined ? {} : { xa: xa.toString(16).padStart(4, "0") }),
    ...(attributes.length === 0
      ? {}
      : { attributes: attributes.map(({ name }) => name === "" ? "acl" : name) }),
  };
}
