// FAT file systems in files (ECMA-107; FAT32: Microsoft's description 1.03): both copies of the table are the
// same, and the clusters of every directory and file are where they can be.

import { isFat } from "../signatures.ts";
import { le } from "./content.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";

const TWIN = "copies of the file allocation table";
/** Bytes of a table that are held. */
const MOST_TABLE = 16 * 1024 * 1024;
const ENTRY = 32;
/** Directories and files that are followed. */
const MOST_ENTRIES = 200_000;
const attribute = { volume: 8, directory: 16, longName: 15 } as const;
const DELETED = 0xe5;

/** FAT12, FAT16 and FAT32. */
export const fat: Format = { name: "FAT", probe: isFat, check: checkFat };

type Volume = {
  readonly bits: 12 | 16 | 32;
  readonly tables: number;
  readonly tableAt: number;
  readonly tableSize: number;
  readonly rootAt: number;
  readonly rootSize: number;
  /** First cluster of the root directory of FAT32. */
  readonly rootCluster: number;
  readonly dataAt: number;
  readonly clusterSize: number;
  readonly clusters: number;
  readonly size: number;
};

function volumeOf(head: Uint8Array): Volume {
  const sector = le(head, 11, 2);
  const tableSize = (le(head, 22, 2) || le(head, 36, 4)) * sector;
  const tableAt = le(head, 14, 2) * sector;
  const tables = head[16] ?? 0;
  const rootAt = tableAt + tables * tableSize;
  const rootSize = Math.ceil(le(head, 17, 2) * ENTRY / sector) * sector;
  const dataAt = rootAt + rootSize;
  const size = (le(head, 19, 2) || le(head, 32, 4)) * sector;
  const clusterSize = (head[13] ?? 0) * sector;
  const clusters = Math.max(0, Math.floor((size - dataAt) / clusterSize));
  // The count of clusters alone tells the kind.
  const bits = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
  const rootCluster = bits === 32 ? le(head, 44, 4) : 0;
  return {
    ...{ bits, tables, tableAt, tableSize, rootAt, rootSize, rootCluster },
    ...{ dataAt, clusterSize, clusters, size },
  };
}

async function checkFat(reader: FileReader, report: FormatReport): Promise<void> {
  const volume = volumeOf(await reader.look(0, 512));
  const { tableAt, tableSize, tables, dataAt, clusters, bits } = volume;
  if (tableSize === 0 || clusters === 0 || dataAt > reader.end) {
    throw new Damaged(`its data would begin at byte ${dataAt} of ${reader.end}`, 11);
  }
  const least = Math.ceil((clusters + 2) * bits / 8);
  if (tableSize < least) {
    throw new Damaged(`its table has ${tableSize} bytes, ${clusters} clusters need ${least}`, 22);
  }
  if (tableSize > MOST_TABLE) {
    return report.unchecked(`its table has more than ${MOST_TABLE} bytes`, 0, reader.end);
  }
  const table = await reader.look(tableAt, tableSize);
  for (let copy = 1; copy < tables; copy++) {
    await compare(table, { from: tableAt + copy * tableSize, tableAt }, reader, report);
  }
  await new Directories(volume, table, reader, report).walk();
}

async function compare(
  table: Uint8Array,
  { from, tableAt }: { readonly from: number; readonly tableAt: number },
  reader: FileReader,
  report: FormatReport,
): Promise<void> {
  const copy = await reader.look(from, table.length);
  const at = table.findIndex((byte, index) => byte !== copy[index]);
  if (at < 0) {
    report.holds(TWIN, "checksum", tableAt, tableAt + table.length, "twin");
    return report.holds(TWIN, "checksum", from, from + table.length, "twin");
  }
  const message = `the copies of its table differ: byte ${tableAt + at} of the file has ` +
    `${table[at]}, byte ${from + at} has ${copy[at]}`;
  const span = { from: tableAt, to: from + table.length };
  const suspect = { suspectFrom: from + at, suspectTo: from + at + 1 };
  report.fails({ what: TWIN, ...span, ...suspect, message, strength: "structure" });
}

type Chain = { readonly first: number; readonly bytes: number; readonly name: string };

/** Follows all directories from the root, each cluster once. */
class Directories {
  readonly #volume: Volume;
  readonly #table: Uint8Array;
  readonly #reader: FileReader;
  readonly #report: FormatReport;
  readonly #used: Uint8Array;
  #left = MOST_ENTRIES;

  constructor(volume: Volume, table: Uint8Array, reader: FileReader, report: FormatReport) {
    this.#volume = volume;
    this.#table = table;
    this.#reader = reader;
    this.#report = report;
    this.#used = new Uint8Array(volume.clusters + 2);
  }

  async walk(): Promise<void> {
    const { bits, rootAt, rootSize, rootCluster } = this.#volume;
    const pending: Chain[] = [];
    if (bits === 32) pending.push({ first: rootCluster, bytes: Infinity, name: "the root" });
    else this.#list(await this.#reader.look(rootAt, rootSize), pending);
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      for (const cluster of this.#clusters(chain)) {
        const { dataAt, clusterSize } = this.#volume;
        const at = dataAt + (cluster - 2) * clusterSize;
        if (at >= this.#reader.end) break;
        const goesOn = this.#list(await this.#reader.look(at, clusterSize), pending);
        if (!goesOn || this.#left <= 0) break;
      }
    }
  }

  // Entries of a part of a directory; false where its last one was among them.
  #list(bytes: Uint8Array, pending: Chain[]): boolean {
    for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
      const first = bytes[at] ?? 0;
      if (first === 0 || this.#left-- <= 0) return false;
      const flags = bytes[at + 11] ?? 0;
      const isOther = flags === attribute.longName ||
        Math.floor(flags / attribute.volume) % 2 === 1;
      if (first === DELETED || first === 0x2e || isOther) continue;
      const cluster = le(bytes, at + 26, 2) +
        (this.#volume.bits === 32 ? le(bytes, at + 20, 2) * 65_536 : 0);
      const name = String.fromCharCode(...bytes.subarray(at, at + 11)).trimEnd();
      const isDirectory = Math.floor(flags / attribute.directory) % 2 === 1;
      const chain = { first: cluster, bytes: isDirectory ? Infinity : le(bytes, at + 28, 4), name };
      if (isDirectory) pending.push(chain);
      else if (chain.bytes > 0) { for (const _ of this.#clusters(chain)); }
    }
    return true;
  }

  // The clusters of a chain, as far as it is one; what is wrong with it is reported.
  *#clusters({ first, bytes, name }: Chain): Generator<number> {
    const { clusters, clusterSize } = this.#volume;
    const due = Math.ceil(bytes / clusterSize);
    let cluster = first;
    for (let count = 0; count < due; count++) {
      if (cluster >= this.#end()) {
        if (bytes === Infinity) return;
        return this.#fail(name, `ends after ${count} of ${due} clusters`);
      }
      if (cluster < 2 || cluster >= clusters + 2) {
        return this.#fail(name, `leads to cluster ${cluster} of ${clusters}`);
      }
      if (this.#used[cluster] === 1) {
        return this.#fail(name, `leads to cluster ${cluster}, which is in use already`);
      }
      this.#used[cluster] = 1;
      yield cluster;
      cluster = this.#next(cluster);
    }
  }

  #end(): number {
    const { bits } = this.#volume;
    return bits === 12 ? 0xff8 : bits === 16 ? 0xfff8 : 0xffffff8;
  }

  #next(cluster: number): number {
    const { bits } = this.#volume;
    if (bits === 32) return le(this.#table, 4 * cluster, 4) % 2 ** 28;
    if (bits === 16) return le(this.#table, 2 * cluster, 2);
    const pair = le(this.#table, Math.floor(cluster * 3 / 2), 2);
    return cluster % 2 === 0 ? pair % 4096 : Math.floor(pair / 16);
  }

  #fail(name: string, what: string): void {
    const { tableAt, tableSize } = this.#volume;
    this.#report.fails({
      what: "FAT structure",
      from: tableAt,
      to: tableAt + tableSize,
      message: `the chain of ${JSON.stringify(name)} ${what}`,
      strength: "structure",
    });
  }
}
