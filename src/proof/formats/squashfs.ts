// Squashfs 4.0 (Documentation/filesystems/squashfs of Linux): its tables, and every block expanded. The format
// has no checksum of its own: a block is proven where its codec has one (gzip and xz do). Of the others, a
// block that cannot be expanded, or comes to another length than is due, is damaged all the same.

import { begins, le } from "./content.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";
import { take } from "./reader.ts";
import { type BlockCodec, blockCodec, codecNames } from "./squashfs_codecs.ts";
import { ANY, BlockList, readInodes } from "./squashfs_inodes.ts";
import { METADATA, METADATA_HEADER, MetadataReader, STORED } from "./squashfs_metadata.ts";

const SUPERBLOCK = 96;
const STORED_DATA = 2 ** 24;
const NONE = 2n ** 64n - 1n;
const FRAGMENT = 16;
const POINTER = 8;
/** Bytes of the header of the table of extended attributes, and of an entry of it. */
const ATTRIBUTES_HEADER = 16;
const ATTRIBUTES = 16;

/** Squashfs. */
export const squashfs: Format = {
  name: "squashfs",
  probe: (head) => begins(head, [0x68, 0x73, 0x71, 0x73]) && le(head, 28, 2) === 4,
  check: checkSquashfs,
};

/** The superblock. */
type Super = {
  readonly blockSize: number;
  readonly fragments: number;
  readonly codec: number;
  readonly size: number;
  readonly ids: number;
  readonly inodes: number;
  readonly idTable: number;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number;
  readonly exportTable: number;
  /** Infinity where there are no extended attributes. */
  readonly attributeTable: number;
};

function superOf(bytes: Uint8Array, end: number): Super {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const place = (at: number) => {
    const value = view.getBigUint64(at, true);
    return value === NONE ? Infinity : Number(value);
  };
  const found: Super = {
    inodes: view.getUint32(4, true),
    blockSize: view.getUint32(12, true),
    fragments: view.getUint32(16, true),
    codec: view.getUint16(20, true),
    ids: view.getUint16(26, true),
    size: place(40),
    idTable: place(48),
    attributeTable: place(56),
    inodeTable: place(64),
    directoryTable: place(72),
    fragmentTable: place(80),
    exportTable: place(88),
  };
  const { blockSize, size, inodeTable, directoryTable } = found;
  if (size > end) throw new Damaged(`it says ${size} bytes, the file has ${end}`, 40);
  const isBlock = blockSize >= 4096 && blockSize <= 2 ** 20 &&
    Number.isInteger(Math.log2(blockSize)) && Math.log2(blockSize) === view.getUint16(22, true);
  if (!isBlock) throw new Damaged(`blocks of ${blockSize} bytes are none`, 12);
  if (!(inodeTable >= SUPERBLOCK && inodeTable <= directoryTable && directoryTable <= size)) {
    const says = `its inodes stand at byte ${inodeTable}, its directories at ${directoryTable}`;
    throw new Damaged(`${says}, of ${size}`, 64);
  }
  return found;
}

async function checkSquashfs(reader: FileReader, report: FormatReport): Promise<void> {
  const head = await reader.look(0, SUPERBLOCK);
  if (head.length < SUPERBLOCK) throw new Damaged(`it has ${head.length} bytes`, 0);
  const own = superOf(head, reader.end);
  const codec = blockCodec(own.codec);
  if (codec === undefined) {
    const name = codecNames[own.codec] ?? `number ${own.codec}`;
    const reason = `blocks of the codec ${name}, which has no checksum, are not expanded`;
    return report.unchecked(reason, SUPERBLOCK, own.size);
  }
  const tables = await tablesOf(own, reader, codec);
  const walk = new Walk(reader, report, codec, own);
  await walk.data(await blocksOf(own, tables, reader, codec));
  await walk.metadata(own.inodeTable, own.directoryTable);
  await walk.metadata(own.directoryTable, tables.first);
  for (const { from, to } of tables.runs) await walk.metadata(from, to);
}

/** Runs of metadata blocks `[from, to)` behind the directories. */
type Tables = {
  readonly runs: readonly { readonly from: number; readonly to: number }[];
  /** Where the first of them, or of their lists of places, begins. */
  readonly first: number;
  readonly fragments: readonly number[];
};

// A table is metadata blocks, and behind them the list of their places.
async function tablesOf(own: Super, reader: FileReader, codec: BlockCodec): Promise<Tables> {
  const runs: { from: number; to: number }[] = [];
  const perBlock = (size: number) => METADATA / size;
  const read = async (list: number, entries: number, size: number) => {
    if (list === Infinity || entries === 0) return [];
    const count = Math.ceil(entries / perBlock(size));
    if (list + count * POINTER > own.size) {
      throw new Damaged(
        `a table of ${entries} entries stands at byte ${list} of ${own.size}`,
        list,
      );
    }
    const bytes = await reader.look(list, count * POINTER);
    const places = Array.from({ length: count }, (_, index) => le(bytes, index * POINTER, 8));
    const [from = list] = places;
    if (places.some((place) => place < from || place >= list)) {
      throw new Damaged(`the list at byte ${list} names a block outside its table`, list);
    }
    runs.push({ from, to: list });
    return places;
  };
  const places = await read(own.fragmentTable, own.fragments, FRAGMENT);
  await read(own.exportTable, own.inodes, POINTER);
  await read(own.idTable, own.ids, 4);
  await addAttributes(own, reader, runs, read);
  runs.sort((a, b) => a.from - b.from);
  const fragments: number[] = [];
  const metadata = new MetadataReader(reader, codec, own.size);
  for (const place of places) {
    const { content } = await metadata.read(place);
    for (let at = 0; at + FRAGMENT <= content.length; at += FRAGMENT) {
      fragments.push(le(content, at, 8), le(content, at + 8, 4));
    }
  }
  return { runs, first: runs[0]?.from ?? own.size, fragments };
}

// Behind the attributes stand blocks of entries, a header that tells where the attributes begin, and the list.
async function addAttributes(
  { attributeTable: at, size }: Super,
  reader: FileReader,
  runs: { from: number; to: number }[],
  read: (list: number, entries: number, size: number) => Promise<number[]>,
): Promise<void> {
  if (at === Infinity) return;
  const header = await reader.look(at, ATTRIBUTES_HEADER);
  const [from, entries] = [le(header, 0, 8), le(header, 8, 4)];
  if (header.length < ATTRIBUTES_HEADER || from > at) {
    throw new Damaged(`the extended attributes begin at byte ${from} of ${size}`, at);
  }
  if (entries === 0) return;
  const [first = at] = await read(at + ATTRIBUTES_HEADER, entries, ATTRIBUTES);
  const own = runs.pop();
  if (first > from) runs.push({ from, to: first });
  if (own !== undefined) runs.push({ from: own.from, to: at });
}

// Where the blocks of files stand is told by inodes, which stand behind them.
async function blocksOf(
  { inodeTable, directoryTable, blockSize, fragments }: Super,
  tables: Tables,
  reader: FileReader,
  codec: BlockCodec,
): Promise<BlockList> {
  const list = new BlockList();
  for (let index = 0; index < Math.min(fragments, tables.fragments.length / 2); index++) {
    list.add(tables.fragments[2 * index] ?? 0, tables.fragments[2 * index + 1] ?? 0, ANY);
  }
  const metadata = new MetadataReader(reader, codec, directoryTable);
  let at = inodeTable;
  await readInodes(blockSize, list, async () => {
    if (at >= directoryTable) return undefined;
    const { content, next } = await metadata.read(at);
    at = next;
    return content;
  });
  return list;
}

/** Goes through the file once, from its start to its end. */
class Walk {
  readonly #reader: FileReader;
  readonly #report: FormatReport;
  readonly #codec: BlockCodec;
  readonly #own: Super;

  constructor(reader: FileReader, report: FormatReport, codec: BlockCodec, own: Super) {
    this.#reader = reader;
    this.#report = report;
    this.#codec = codec;
    this.#own = own;
  }

  /** Expands blocks of data, in the order of the file. */
  async data(list: BlockList): Promise<void> {
    const { blockSize, inodeTable } = this.#own;
    for (const [start, word, length] of list.inOrder()) {
      const size = word % STORED_DATA;
      // Files of the same content share their blocks.
      if (size === 0 || start < this.#reader.position) continue;
      if (size > blockSize || start + size > inodeTable) {
        throw new Damaged(`a block of data goes from byte ${start} to ${start + size}`, start);
      }
      await this.#reader.skip(start - this.#reader.position);
      await this.#block(size, word >= STORED_DATA, blockSize, length);
    }
  }

  /** Expands metadata blocks that follow each other. */
  async metadata(from: number, to: number): Promise<void> {
    if (from < this.#reader.position) return;
    await this.#reader.skip(from - this.#reader.position);
    while (this.#reader.position < to) {
      const at = this.#reader.position;
      const header = le(await take(this.#reader, METADATA_HEADER), 0, 2);
      const size = header % STORED;
      if (size === 0 || size > METADATA || this.#reader.position + size > to) {
        throw new Damaged(`a metadata block at byte ${at} says ${size} bytes`, at);
      }
      // All but the last are full.
      const due = this.#reader.position + size < to ? METADATA : ANY;
      await this.#block(size, header >= STORED, METADATA, due);
    }
  }

  async #block(size: number, isStored: boolean, most: number, due: number): Promise<void> {
    const from = this.#reader.position;
    const bytes = await take(this.#reader, size);
    const to = from + size;
    const { what, hasChecksum } = this.#codec;
    try {
      const { content, unproven } = isStored
        ? { content: bytes, unproven: "blocks that are stored as they are" }
        : await this.#codec.expand(bytes, most, from);
      this.#report.grew(content.length);
      if (due !== ANY && content.length !== due) {
        throw new Damaged(`it comes to ${content.length} bytes, not ${due}`, from);
      }
      if (unproven === undefined) this.#report.holds(what, "checksum", from, to);
      else this.#report.unchecked(unproven, from, to);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      const suspectFrom = Math.min(to - 1, Math.max(from, error.at ?? from));
      const message = `the block at byte ${from}: ${error.message}`;
      const strength = hasChecksum ? "checksum" : "structure";
      this.#report.fails({ what, from, to, suspectFrom, message, strength });
    }
  }
}
