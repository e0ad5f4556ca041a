// Undoes what mastering programs write into boot images: the boot information table at bytes 8 to 63
// (isolinux) and the block address at byte 2548 (GRUB 2).

import { type Algorithm, createDigest, type Digest } from "../../kernel/digest.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";

/** Bytes of files that are read again, over all of an image. */
export type UndoBudget = { left: number };

/**
 * What came of it: `table` where the checksum in the table says that all behind it is as it was, `damaged`
 * where it says otherwise, `none` where there is no table.
 */
export type Undone = "holds" | "table" | "damaged" | "none";

/** Block of the first volume descriptor. */
const DESCRIPTOR = 16;
const TABLE = 8;
const TABLE_END = 64;
const GRUB = 2548;
const GRUB_END = GRUB + 8;
const HEAD = GRUB_END;
const PIECE = 256 * 1024;
/** What syslinux and GRUB leave in the place of the table in the file that they install. */
const FILLER = [0xef, 0xbe, 0xad, 0xde];

/** Reads a file again with the table as it may have been before. */
export async function undone(
  image: Image,
  tree: Tree,
  node: number,
  { algorithm, digest }: { readonly algorithm: Algorithm; readonly digest: string },
  budget: UndoBudget,
): Promise<Undone> {
  const size = tree.size(node);
  if (tree.extentCount(node) !== 1 || size < TABLE_END || size > budget.left) return "none";
  const { start } = tree.extent(node, 0);
  const { bytes: head } = await image.read(start, Math.min(size, HEAD));
  if (head.length < Math.min(size, HEAD) || !hasTable(head, size)) return "none";
  budget.left -= size;
  const streams = candidates(head).map((bytes) => {
    const stream = createDigest(algorithm, { bytes: size });
    stream.update(bytes);
    return stream;
  });
  const sum = new WordSum();
  sum.take(head.subarray(TABLE_END));
  const isWhole = await readRest(image, start, head.length, size, streams, sum);
  if (!isWhole) return "none";
  if (streams.some((stream) => stream.hex() === digest)) return "holds";
  return sum.value === word(head, 20) ? "table" : "damaged";
}

async function readRest(
  image: Image,
  start: number,
  from: number,
  size: number,
  streams: readonly Digest[],
  sum: WordSum,
): Promise<boolean> {
  for (let at = from; at < size; at += PIECE) {
    const wanted = Math.min(PIECE, size - at);
    const { bytes, unread } = await image.read(start + at, wanted);
    if (bytes.length < wanted || unread.length > 0) return false;
    for (const stream of streams) stream.update(bytes);
    sum.take(bytes);
  }
  return true;
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
}

// Its first number is the block of the primary descriptor, its third the length of the file. The second, the
// block of the file, is of another image where the file was taken from a tree that was mastered before:
// genisoimage writes the table into the file that it reads.
function hasTable(head: Uint8Array, size: number): boolean {
  return word(head, 8) === DESCRIPTOR && word(head, 16) === size;
}

/** The start of the file as it may have been: with each form of the table, and of GRUB's address. */
function candidates(head: Uint8Array): Uint8Array[] {
  const zeros = head.slice().fill(0, TABLE, TABLE_END);
  const filled = head.slice();
  for (let at = TABLE; at < TABLE_END; at++) filled[at] = FILLER[at % 4] ?? 0;
  const stock = head.slice();
  stock.fill(0, 12, 16);
  for (let at = 24; at < TABLE_END; at++) stock[at] = FILLER[at % 4] ?? 0;
  const tables = [zeros, stock, filled];
  if (head.length < GRUB_END) return tables;
  const plain = [head, ...tables].map((bytes) => bytes.slice().fill(0, GRUB, GRUB_END));
  return [...tables, ...plain];
}

/** Sum of 32-bit words, LSB first, modulo 2^32; zeros follow the last bytes where they are no whole word. */
class WordSum {
  #sum = 0;
  #word = 0;
  #taken = 0;

  get value(): number {
    return (this.#sum + this.#word) % 0x1_0000_0000;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#word += byte * 256 ** this.#taken;
      this.#taken = (this.#taken + 1) % 4;
      if (this.#taken > 0) continue;
      this.#sum = (this.#sum + this.#word) % 0x1_0000_0000;
      this.#word = 0;
    }
  }
}
