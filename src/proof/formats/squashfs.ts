// Squashfs 4.0 (Documentation/filesystems/squashfs of Linux): its tables, and every block expanded. The format
// has no checksum of its own: a block is proven where its codec has one (gzip and xz do).

import { begins, le } from "./content.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";
import { take } from "./reader.ts";
import { type BlockCodec, blockCodec, codecNames } from "./squashfs_codecs.ts";
import { BlockList, readInodes } from "./squashfs_inodes.ts";

const SUPERBLOCK = 96;
/** Bytes of a metadata block once it is expanded, and of its header. */
const METADATA = 8192;
const METADATA_HEADER = 2;
const STORED = 0x8000;
const STORED_DATA = 2 ** 24;
const NONE = 2n ** 64n - 1n;
const FRAGMENT = 16;
const POINTER = 8;

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
    const reason = `the codec ${name} has no checksum, and is not expanded`;
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
  runs.sort((a, b) => a.from - b.from);
  const fragments: number[] = [];
  for (const place of places) {
    const { content } = await lookBlock(place, reader, codec);
    for (let at = 0; at + FRAGMENT <= content.length; at += FRAGMENT) {
      fragments.push(le(content, at, 8), le(content, at + 8, 4));
    }
  }
  return { runs, first: runs[0]?.from ?? own.size, fragments };
}

/** Reads a metadata block by itself. */
async function lookBlock(
  at: number,
  reader: FileReader,
  codec: BlockCodec,
): Promise<{ readonly content: Uint8Array; readonly next: number }> {
  const bytes = await reader.look(at, METADATA_HEADER + METADATA);
  const header = le(bytes, 0, 2);
  const size = header % STORED;
  if (size === 0 || size > METADATA || bytes.length < METADATA_HEADER + size) {
    throw new Damaged(`a metadata block at byte ${at} says ${size} bytes`, at);
  }
  const stored = bytes.slice(METADATA_HEADER, METADATA_HEADER + size);
  const content = header >= STORED ? stored : codec.expand(stored, METADATA, at).slice();
  return { content, next: at + METADATA_HEADER + size };
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
    list.add(tables.fragments[2 * index] ?? 0, tables.fragments[2 * index + 1] ?? 0);
  }
  let at = inodeTable;
  await readInodes(blockSize, list, async () => {
    if (at >= directoryTable) return undefined;
    const { content, next } = await lookBlock(at, reader, codec);
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
    for (const [start, word] of list.inOrder()) {
      const size = word % STORED_DATA;
      // Files of the same content share their blocks.
      if (size === 0 || start < this.#reader.position) continue;
      if (size > blockSize || start + size > inodeTable) {
        throw new Damaged(`a block of data goes from byte ${start} to ${start + size}`, start);
      }
      await this.#reader.skip(start - this.#reader.position);
      await this.#block(size, word >= STORED_DATA, blockSize);
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
      await this.#block(size, header >= STORED, METADATA);
    }
  }

  async #block(size: number, isStored: boolean, most: number): Promise<void> {
    const from = this.#reader.position;
    const bytes = await take(this.#reader, size);
    const to = from + size;
    if (isStored) {
      return this.#report.unchecked("blocks that are stored as they are", from, to);
    }
    try {
      this.#codec.expand(bytes, most, from);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      const suspectFrom = Math.min(to - 1, Math.max(from, error.at ?? from));
      const message = `the block at byte ${from}: ${error.message}`;
      this.#report.fails({ what: this.#codec.what, from, to, suspectFrom, message });
      return;
    }
    this.#report.holds(this.#codec.what, "checksum", from, to);
  }
}
