// FAT volumes in boot images: the BIOS parameter block, and whether there is a directory \EFI\BOOT
// (Microsoft FAT specification 1.03; UEFI 2.10 13.3).

import { logicalSpan } from "../bytes/span.ts";
import type { FatVolume } from "../model/boot_facts.ts";
import type { Image } from "../model/image.ts";

const ENTRY = 32;
const DIRECTORY = 0x10;
const VOLUME_LABEL = 0x08;
/** Bytes of one directory that are looked through; the names wanted are among the first. */
const DIRECTORY_BYTES = 64 * 1024;

type Geometry = {
  readonly start: number;
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly sectors: number;
  readonly sectorsAt: number;
  /** Logical bytes: the first table, the root directory of fixed size, the first cluster. */
  readonly table: number;
  readonly root: number;
  readonly data: number;
  readonly clusters: number;
  /** First cluster of the root directory, where it is a chain; else 0. */
  readonly rootCluster: number;
};

function geometryOf(start: number, head: Uint8Array): Geometry | undefined {
  if (head.length < 512 || head[510] !== 0x55 || head[511] !== 0xaa) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const sectorBytes = view.getUint16(11, true);
  const perCluster = view.getUint8(13);
  const reserved = view.getUint16(14, true);
  const tables = view.getUint8(16);
  const rootEntries = view.getUint16(17, true);
  const isShort = view.getUint16(19, true) !== 0;
  const sectors = isShort ? view.getUint16(19, true) : view.getUint32(32, true);
  const tableSectors = view.getUint16(22, true) || view.getUint32(36, true);
  const isPlausible = [512, 1024, 2048, 4096].includes(sectorBytes) &&
    [1, 2, 4, 8, 16, 32, 64, 128].includes(perCluster) && reserved > 0 && tables > 0 &&
    tables <= 4 && tableSectors > 0 && sectors > 0;
  if (!isPlausible) return undefined;
  const rootSectors = Math.ceil(rootEntries * ENTRY / sectorBytes);
  const rootAt = reserved + tables * tableSectors;
  const clusters = Math.floor((sectors - rootAt - rootSectors) / perCluster);
  if (clusters < 1) return undefined;
  return {
    start,
    sectorBytes,
    clusterBytes: perCluster * sectorBytes,
    sectors,
    sectorsAt: isShort ? 19 : 32,
    table: start + reserved * sectorBytes,
    root: start + rootAt * sectorBytes,
    data: start + (rootAt + rootSectors) * sectorBytes,
    clusters,
    rootCluster: rootEntries === 0 ? view.getUint32(44, true) : 0,
  };
}

/** Walks one volume; reads nothing past the bounds above. */
class FatWalk {
  readonly #volume: Geometry;
  readonly #image: Image;

  constructor(volume: Geometry, image: Image) {
    this.#volume = volume;
    this.#image = image;
  }

  /** First cluster of the directory of a short name in another: 0 not there, undefined not readable. */
  async find(name: string, parent: number): Promise<number | undefined> {
    let read = 0;
    for await (const bytes of this.#parts(parent)) {
      if (bytes === undefined) return undefined;
      for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
        const first = bytes[at] ?? 0;
        if (first === 0) return 0;
        const attributes = bytes[at + 11] ?? 0;
        const isDirectory = attributes % 32 >= DIRECTORY && attributes % 16 < VOLUME_LABEL;
        const text = String.fromCharCode(...bytes.subarray(at, at + 11));
        if (!isDirectory || text !== name.padEnd(11)) continue;
        const low = (bytes[at + 26] ?? 0) + 256 * (bytes[at + 27] ?? 0);
        const high = (bytes[at + 20] ?? 0) + 256 * (bytes[at + 21] ?? 0);
        return this.#volume.rootCluster > 0 ? low + 65536 * high : low;
      }
      read += bytes.length;
      if (read >= DIRECTORY_BYTES) return undefined;
    }
    return 0;
  }

  async *#parts(cluster: number): AsyncGenerator<Uint8Array | undefined> {
    const { root, data, clusterBytes, clusters } = this.#volume;
    if (cluster === 0) {
      yield await this.#read(root, Math.min(data - root, DIRECTORY_BYTES));
      return;
    }
    const seen = new Set<number>();
    for (let at = cluster; at >= 2 && at < clusters + 2 && !seen.has(at);) {
      seen.add(at);
      yield await this.#read(data + (at - 2) * clusterBytes, clusterBytes);
      const next = await this.#next(at);
      if (next === undefined) {
        yield undefined;
        return;
      }
      at = next;
    }
  }

  // Entries of a table have 12, 16 or 32 bits by the number of clusters alone.
  async #next(cluster: number): Promise<number | undefined> {
    const { table, clusters } = this.#volume;
    const bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
    const at = Math.floor(cluster * bits / 8);
    const bytes = await this.#read(table + at, bits === 32 ? 4 : 2);
    if (bytes === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    if (bits === 32) return a + 256 * b + 65536 * c + 16777216 * (d % 16);
    const word = a + 256 * b;
    if (bits === 16) return word;
    return cluster % 2 === 0 ? word % 4096 : Math.floor(word / 16);
  }

  async #read(start: number, length: number): Promise<Uint8Array | undefined> {
    const { bytes, unread } = await this.#image.read(start, length);
    return bytes.length < length || unread.length > 0 ? undefined : bytes.slice();
  }
}

/** The FAT volume that begins at a logical byte, by its first 512 bytes; undefined where there is none. */
export async function readFatVolume(
  start: number,
  head: Uint8Array,
  image: Image,
): Promise<FatVolume | undefined> {
  const volume = geometryOf(start, head);
  if (volume === undefined) return undefined;
  const walk = new FatWalk(volume, image);
  const efi = await walk.find("EFI", volume.rootCluster);
  const boot = efi === undefined || efi === 0 ? efi : await walk.find("BOOT", efi);
  const { sectorBytes, sectors, sectorsAt } = volume;
  return {
    sectorBytes,
    sectors,
    sectorsField: logicalSpan(start + sectorsAt, sectorsAt === 19 ? 2 : 4),
    ...(boot === undefined ? {} : { hasEfiBoot: boot !== 0 }),
  };
}
