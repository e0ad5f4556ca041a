// Inodes of squashfs 4.0: where the blocks of files stand.

import { Column } from "../../model/columns.ts";
import { le } from "./content.ts";
import { Damaged, NotChecked } from "./format.ts";

/** Blocks that are kept: 20 bytes each. */
const BLOCKS = 8_000_000;
const NO_FRAGMENT = 0xffffffff;

/** The length of content that nothing tells. */
export const ANY = 0;

/** Blocks of data: where each begins, the word of its size, and the bytes of its content. */
export class BlockList {
  readonly #start = new Column(Float64Array);
  readonly #word = new Column(Uint32Array);
  readonly #length = new Column(Uint32Array);

  /** Adds a block, whose content has `length` bytes, or {@linkcode ANY}. */
  add(start: number, word: number, length: number): void {
    if (this.#start.length >= BLOCKS) throw new NotChecked(`it has more than ${BLOCKS} blocks`);
    this.#start.push(start);
    this.#word.push(word);
    this.#length.push(length);
  }

  /** Blocks by where they begin. */
  *inOrder(): Generator<readonly [start: number, word: number, length: number]> {
    const order = Uint32Array.from({ length: this.#start.length }, (_, index) => index);
    order.sort((a, b) => this.#start.get(a) - this.#start.get(b));
    for (const index of order) {
      yield [this.#start.get(index), this.#word.get(index), this.#length.get(index)];
    }
  }
}

/** Bytes of an inode of each type before what has a length of its own. */
const fixed: Readonly<Record<number, number>> = {
  1: 32,
  2: 32,
  3: 24,
  4: 24,
  5: 24,
  6: 20,
  7: 20,
  8: 40,
  9: 56,
  10: 24,
  11: 28,
  12: 28,
  13: 24,
  14: 24,
};
const SIZE_WORD = 4;
const INDEX = 12;

/** The stream of metadata, of which a part is held. */
class Metadata {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #done = 0;
  readonly #more: () => Promise<Uint8Array | undefined>;

  constructor(more: () => Promise<Uint8Array | undefined>) {
    this.#more = more;
  }

  /** The next bytes, which stay; fewer at the end. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#bytes.length - this.#at < count) {
      const next = await this.#more();
      if (next === undefined) break;
      const rest = this.#bytes.subarray(this.#at);
      const joined = new Uint8Array(rest.length + next.length);
      joined.set(rest);
      joined.set(next, rest.length);
      this.#bytes = joined;
      this.#at = 0;
    }
    return this.#bytes.subarray(this.#at, this.#at + count);
  }

  drop(count: number): void {
    this.#at += count;
    this.#done += count;
  }

  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    if (bytes.length < count) throw new Damaged(`the inode table ends inside an inode`);
    this.drop(count);
    return bytes;
  }

  get position(): number {
    return this.#done;
  }
}

/** Reads all inodes; `more` gives the metadata blocks of their table one after the other. */
export async function readInodes(
  blockSize: number,
  list: BlockList,
  more: () => Promise<Uint8Array | undefined>,
): Promise<void> {
  const stream = new Metadata(more);
  while ((await stream.peek(2)).length === 2) {
    const type = le(await stream.peek(2), 0, 2);
    const size = fixed[type];
    if (size === undefined) {
      throw new Damaged(`inode at byte ${stream.position} of its table has type ${type}`);
    }
    const inode = await stream.take(size);
    if (type === 2 || type === 9) await addBlocks(type, inode, blockSize, list, stream);
    else if (type === 3) await stream.take(le(inode, 20, 4) % 65_536);
    else if (type === 10) await stream.take(le(inode, 20, 4) % 65_536 + 4);
    else if (type === 8) await skipIndex(le(inode, 32, 2), stream);
  }
}

async function addBlocks(
  type: 2 | 9,
  inode: Uint8Array,
  blockSize: number,
  list: BlockList,
  stream: Metadata,
): Promise<void> {
  const isShort = type === 2;
  const size = isShort ? le(inode, 28, 4) : le(inode, 24, 8);
  const fragment = le(inode, isShort ? 20 : 44, 4);
  let start = isShort ? le(inode, 16, 4) : le(inode, 16, 8);
  const count = fragment === NO_FRAGMENT
    ? Math.ceil(size / blockSize)
    : Math.floor(size / blockSize);
  if (count > BLOCKS) throw new Damaged(`a file of ${size} bytes has ${count} blocks`);
  for (let index = 0; index < count; index++) {
    const word = le(await stream.take(SIZE_WORD), 0, SIZE_WORD);
    list.add(start, word, Math.min(blockSize, size - index * blockSize));
    start += word % 2 ** 24;
  }
}

async function skipIndex(count: number, stream: Metadata): Promise<void> {
  for (let index = 0; index < count; index++) {
    await stream.take(le(await stream.take(INDEX), 8, 4) % 65_536 + 1);
  }
}
