// Leaves of HFS and HFS Plus catalogues: how many files have a type, a creator or a resource fork
// (Inside Macintosh: Files; TN1150).

import { decodeLatin1 } from "../bytes/text.ts";
import type { HfsCatalog, HfsTree, HfsVolume } from "../model/hfs.ts";
import type { Image } from "../model/image.ts";

/** Bytes of leaf nodes read of one catalogue, and files of it that are named. */
const LEAF_BYTES = 8 << 20;
const NAMED = 5;
const LEAF = 0xff;
/** Where things are in a node and in the header node. */
const KIND_AT = 8;
const RECORDS_AT = 10;
const FIRST_LEAF_AT = 24;
const NODE_SIZE_AT = 32;

type FileRecord = { readonly name: string; readonly type: string; readonly fork: number };

/** Reads nodes of a tree through the extents of its file. */
class Nodes {
  readonly #tree: HfsTree;
  readonly #image: Image;

  constructor(tree: HfsTree, image: Image) {
    this.#tree = tree;
    this.#image = image;
  }

  /** The node of `size` bytes; undefined where it is not whole in one of the extents. */
  async read(number: number, size: number): Promise<DataView | undefined> {
    let at = number * size;
    for (const { start, length } of this.#tree.extents) {
      if (at + size > length) {
        at -= length;
        if (at < 0) return undefined;
        continue;
      }
      const { bytes, unread } = await this.#image.read(start + at, size);
      if (bytes.length < size || unread.length > 0) return undefined;
      return new DataView(bytes.slice().buffer);
    }
    return undefined;
  }
}

function text(view: DataView, at: number, length: number): string {
  return decodeLatin1(new Uint8Array(view.buffer, view.byteOffset + at, length));
}

// A key has its length, the parent's number and the name; the file record follows at an even place.
function hfsFile(view: DataView, at: number, end: number): FileRecord | undefined {
  const nameLength = view.getUint8(at + 6);
  const data = at + 1 + view.getUint8(at) + (1 + view.getUint8(at)) % 2;
  if (data + 102 > end || at + 7 + nameLength > data || view.getUint8(data) !== 2) return undefined;
  return {
    name: text(view, at + 7, nameLength),
    type: text(view, data + 4, 8),
    fork: view.getUint32(data + 36),
  };
}

function plusFile(view: DataView, at: number, end: number): FileRecord | undefined {
  const nameLength = view.getUint16(at + 6);
  const data = at + 2 + view.getUint16(at);
  if (data + 248 > end || at + 8 + 2 * nameLength > data) return undefined;
  if (view.getUint16(data) !== 2) return undefined;
  const name = new TextDecoder("utf-16be").decode(
    new Uint8Array(view.buffer, view.byteOffset + at + 8, 2 * nameLength),
  );
  return {
    name,
    type: text(view, data + 48, 8),
    fork: Number(view.getBigUint64(data + 168)),
  };
}

/** The file records of a leaf: what stands outside its bounds is passed over. */
function* filesOf(view: DataView, kind: HfsVolume["kind"]): Generator<FileRecord> {
  const size = view.byteLength;
  const records = Math.min(view.getUint16(RECORDS_AT), Math.floor((size - 14) / 2));
  for (let record = 0; record < records; record++) {
    const at = view.getUint16(size - 2 * (record + 1));
    const end = view.getUint16(size - 2 * (record + 2));
    if (at < 14 || end > size || at + 8 > end) continue;
    const file = kind === "hfs" ? hfsFile(view, at, end) : plusFile(view, at, end);
    if (file !== undefined) yield file;
  }
}

/** Whether a type and creator say anything: unset, or question marks for unknown, do not. */
function isTyped(type: string): boolean {
  return /[^\0? ]/.test(type);
}

async function readCatalog(volume: HfsVolume, image: Image): Promise<HfsCatalog | undefined> {
  const tree = volume.trees.find(({ name }) => name === "catalog");
  if (tree === undefined) return undefined;
  const nodes = new Nodes(tree, image);
  const header = await nodes.read(0, 512);
  const size = header?.getUint16(NODE_SIZE_AT) ?? 0;
  if (header === undefined || ![512, 1024, 2048, 4096, 8192, 16384, 32768].includes(size)) {
    return undefined;
  }
  const counts = { files: 0, typed: 0, forks: 0, forkBytes: 0 };
  const first: FileRecord[] = [];
  const seen = new Set<number>();
  let next = header.getUint32(FIRST_LEAF_AT);
  let isPartial = false;
  while (next !== 0 && !isPartial) {
    const node = await nodes.read(next, size);
    isPartial = node === undefined || node.getUint8(KIND_AT) !== LEAF || seen.has(next) ||
      seen.size * size >= LEAF_BYTES;
    if (node === undefined || isPartial) break;
    seen.add(next);
    for (const file of filesOf(node, volume.kind)) {
      counts.files++;
      const typed = isTyped(file.type);
      if (typed) counts.typed++;
      if (file.fork > 0) counts.forks++;
      counts.forkBytes += file.fork;
      if ((typed || file.fork > 0) && first.length < NAMED) first.push(file);
    }
    next = node.getUint32(0);
  }
  return { start: volume.start, ...counts, first, isPartial };
}

/** Walks the catalogue of each volume. What is damaged or too much ends a walk; never throws on image data. */
export async function readHfsCatalogs(image: Image): Promise<HfsCatalog[]> {
  const catalogs: HfsCatalog[] = [];
  for (const volume of image.hfs.volumes) {
    const catalog = await readCatalog(volume, image);
    if (catalog !== undefined) catalogs.push(catalog);
  }
  return catalogs;
}
