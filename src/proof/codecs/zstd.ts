// Blocks of Zstandard frames (RFC 8878 3.1.1.2, 3.1.1.3).

import { Damaged } from "../formats/format.ts";
import type { Sink } from "./decoder.ts";
import {
  BackwardBits,
  type FseTable,
  type HuffmanTable,
  makeFse,
  readFse,
  readHuffman,
  readLiterals,
  singleFse,
} from "./fse.ts";

/** Bytes of content of the largest block. */
export const MOST_BLOCK = 128 * 1024;

/** Extra bits of codes above those that stand for themselves, and the value that they begin with. */
function codes(plain: number, first: number, bits: readonly number[]): {
  readonly bases: Uint32Array;
  readonly bits: Uint8Array;
} {
  const all = [...new Array<number>(plain).fill(0), ...bits];
  const bases = new Uint32Array(all.length);
  let base = first;
  for (const [code, count] of all.entries()) {
    bases[code] = base;
    base += 2 ** count;
  }
  return { bases, bits: Uint8Array.from(all) };
}

const literalCodes = codes(16, 0, [
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
]);
const matchCodes = codes(
  32,
  3,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
);
const MOST_OFFSET_CODE = 31;

// The distributions of 3.1.1.3.2.2.
const literalCounts = "4 3 2 2 2 2 2 2 2 2 2 2 2 1 1 1 2 2 2 2 2 2 2 2 2 3 2 1 1 1 1 1 -1 -1 -1 -1";
const matchCounts =
  "1 4 3 2 2 2 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 " +
  "1 1 1 -1 -1 -1 -1 -1 -1 -1";
const offsetCounts = "1 1 1 1 1 1 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1";

type Kind = {
  readonly most: number;
  readonly bits: number;
  readonly predefined: FseTable;
};

function kind(counts: string, bits: number, mostBits: number, most: number): Kind {
  return { most, bits: mostBits, predefined: makeFse(counts.split(" ").map(Number), bits) };
}

/** Literal lengths, offsets and match lengths, in the order in which their tables stand. */
const kinds = [
  kind(literalCounts, 6, 9, 35),
  kind(offsetCounts, 5, 8, MOST_OFFSET_CODE),
  kind(matchCounts, 6, 9, 52),
] as const;

/** Decodes the blocks of frames, one after the other: its room is used again and again. */
export class ZstdBlocks {
  #window = 0;
  #most = 0;
  #sink: Sink = () => {};
  #room = new Uint8Array(0);
  #filled = 0;
  #literals = new Uint8Array(0);
  #literalCount = 0;
  #huffman: HuffmanTable | undefined;
  readonly #tables: (FseTable | undefined)[] = [undefined, undefined, undefined];
  readonly #repeats = [1, 4, 8];

  /** Begins a frame with a window of so many bytes. */
  begin(window: number, sink: Sink): void {
    this.#window = window;
    this.#most = Math.min(window, MOST_BLOCK);
    this.#sink = sink;
    this.#filled = this.#literalCount = 0;
    this.#huffman = undefined;
    this.#tables.fill(undefined);
    this.#repeats.splice(0, 3, 1, 4, 8);
  }

  #makeRoom(): void {
    if (this.#filled + MOST_BLOCK <= this.#room.length) return;
    if (this.#room.length === 0) {
      this.#room = new Uint8Array(4 * MOST_BLOCK);
      this.#literals = new Uint8Array(MOST_BLOCK);
      return;
    }
    const most = this.#window + Math.floor(this.#window / 4) + 4 * MOST_BLOCK;
    const kept = Math.min(this.#filled, this.#window);
    const old = this.#room;
    if (old.length < most) this.#room = new Uint8Array(Math.min(most, 2 * old.length + MOST_BLOCK));
    this.#room.set(old.subarray(this.#filled - kept, this.#filled));
    this.#filled = kept;
  }

  #add(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#room.length) throw longBlock(this.#most);
    this.#room.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Takes a block that is stored as it is. */
  copy(bytes: Uint8Array): void {
    if (bytes.length > this.#most) throw longBlock(this.#most);
    this.#makeRoom();
    this.#add(bytes);
    this.#sink(bytes);
  }

  /** Takes a block of one byte again and again. */
  repeat(byte: number, count: number): void {
    if (count > this.#most) throw longBlock(this.#most);
    this.copy(new Uint8Array(count).fill(byte));
  }

  /** Decodes a compressed block. */
  decode(block: Uint8Array): void {
    this.#makeRoom();
    const from = this.#filled;
    const used = this.#readLiterals(block);
    this.#readSequences(block.subarray(used), from);
    if (this.#filled - from > this.#most) throw longBlock(this.#most);
    this.#sink(this.#room.subarray(from, this.#filled));
  }

  // 3.1.1.3.1: gives the bytes of the section.
  #readLiterals(block: Uint8Array): number {
    const [first = 0] = block;
    const type = first & 3;
    const format = first >> 2 & 3;
    const word = first + (block[1] ?? 0) * 2 ** 8 + (block[2] ?? 0) * 2 ** 16 +
      (block[3] ?? 0) * 2 ** 24 + (block[4] ?? 0) * 2 ** 32;
    if (type < 2) {
      const header = format % 2 === 0 ? 1 : format === 1 ? 2 : 3;
      const size = format % 2 === 0
        ? first >> 3
        : Math.floor(word / 16) % 2 ** (format === 1 ? 12 : 20);
      this.#needLiterals(size);
      const stored = type === 0 ? size : 1;
      if (header + stored > block.length) throw new Damaged("literals are longer than their block");
      if (type === 0) this.#literals.set(block.subarray(header, header + size));
      else this.#literals.fill(block[header] ?? 0, 0, size);
      return header + stored;
    }
    const header = format < 2 ? 3 : format + 2;
    const bits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const size = Math.floor(word / 16) % 2 ** bits;
    const stored = Math.floor(word / 2 ** (4 + bits)) % 2 ** bits;
    const end = header + stored;
    if (end > block.length) throw new Damaged("literals are longer than their block");
    this.#needLiterals(size);
    this.#decodeLiterals(block.subarray(header, end), type === 3, format > 0);
    return end;
  }

  #needLiterals(size: number): void {
    if (size > this.#literals.length) throw new Damaged(`a block has ${size} literals`);
    this.#literalCount = size;
  }

  #decodeLiterals(section: Uint8Array, repeats: boolean, isFour: boolean): void {
    let bytes = section;
    if (!repeats) {
      const { table, used } = readHuffman(bytes);
      this.#huffman = table;
      bytes = bytes.subarray(used);
    }
    const table = this.#huffman;
    if (table === undefined) throw new Damaged("a block repeats a tree, but none came before it");
    const out = this.#literals.subarray(0, this.#literalCount);
    if (!isFour) return readLiterals(table, bytes, out);
    const each = Math.floor((out.length + 3) / 4);
    let at = 6;
    for (let stream = 0; stream < 4; stream++) {
      const size = stream === 3
        ? bytes.length - at
        : (bytes[2 * stream] ?? 0) + (bytes[2 * stream + 1] ?? 0) * 256;
      if (size <= 0 || at + size > bytes.length) {
        throw new Damaged("a stream of literals has no bytes");
      }
      const part = out.subarray(stream * each, stream === 3 ? out.length : (stream + 1) * each);
      readLiterals(table, bytes.subarray(at, at + size), part);
      at += size;
    }
  }

  // 3.1.1.3.2
  #readSequences(section: Uint8Array, from: number): void {
    const [first = 0, second = 0, third = 0] = section;
    if (section.length === 0) throw new Damaged("a block has no sequences section");
    if (first === 0) {
      if (section.length > 1) throw new Damaged("bytes follow a block without sequences");
      return this.#add(this.#literals.subarray(0, this.#literalCount));
    }
    const count = first < 128
      ? first
      : first < 255
      ? (first - 128) * 256 + second
      : second + third * 256 + 0x7f00;
    let at = first < 128 ? 1 : first < 255 ? 2 : 3;
    const modes = section[at++] ?? 0;
    if ((modes & 3) !== 0) throw new Damaged(`a block has modes ${modes}, which are reserved`);
    for (const [index, each] of kinds.entries()) {
      at += this.#readTable(index, each, modes >> 6 - 2 * index & 3, section.subarray(at));
    }
    this.#execute(new BackwardBits(section.subarray(at)), count, from);
  }

  #readTable(
    index: number,
    { predefined, bits, most }: Kind,
    mode: number,
    bytes: Uint8Array,
  ): number {
    if (mode === 0) this.#tables[index] = predefined;
    else if (mode === 1) {
      const [symbol = 255] = bytes;
      if (symbol > most) throw new Damaged(`a table has symbol ${symbol}, at most ${most}`);
      this.#tables[index] = singleFse(symbol);
      return 1;
    } else if (mode === 2) {
      const { table, used } = readFse(bytes, bits, most);
      this.#tables[index] = table;
      return used;
    } else if (this.#tables[index] === undefined) {
      throw new Damaged("a block repeats a table, but none came before it");
    }
    return 0;
  }

  #execute(bits: BackwardBits, count: number, from: number): void {
    const [literal, offset, match] = this.#tables;
    if (literal === undefined || offset === undefined || match === undefined) return;
    const limit = from + this.#most;
    let literalState = bits.take(literal.bits);
    let offsetState = bits.take(offset.bits);
    let matchState = bits.take(match.bits);
    let next = 0;
    for (let sequence = 0; sequence < count; sequence++) {
      const offsetCode = offset.symbols[offsetState] ?? 0;
      const matchCode = match.symbols[matchState] ?? 0;
      const literalCode = literal.symbols[literalState] ?? 0;
      const value = 2 ** offsetCode + bits.take(offsetCode);
      const length = (matchCodes.bases[matchCode] ?? 0) +
        bits.take(matchCodes.bits[matchCode] ?? 0);
      const literals = (literalCodes.bases[literalCode] ?? 0) +
        bits.take(literalCodes.bits[literalCode] ?? 0);
      if (sequence < count - 1) {
        literalState = (literal.bases[literalState] ?? 0) +
          bits.take(literal.counts[literalState] ?? 0);
        matchState = (match.bases[matchState] ?? 0) + bits.take(match.counts[matchState] ?? 0);
        offsetState = (offset.bases[offsetState] ?? 0) + bits.take(offset.counts[offsetState] ?? 0);
      }
      if (bits.left < 0) throw new Damaged("the sequences of a block are too short");
      if (next + literals > this.#literalCount) throw new Damaged("a block has too few literals");
      if (this.#filled + literals + length > limit) throw longBlock(this.#most);
      this.#room.set(this.#literals.subarray(next, next + literals), this.#filled);
      next += literals;
      this.#filled += literals;
      this.#copyMatch(this.#distance(value, literals), length);
    }
    if (bits.left !== 0) throw new Damaged("the sequences of a block do not use all of their bits");
    this.#add(this.#literals.subarray(next, this.#literalCount));
  }

  // 3.1.1.5: values up to 3 name a distance that was used before.
  #distance(value: number, literals: number): number {
    const repeats = this.#repeats;
    const [first = 1, second = 4, third = 8] = repeats;
    if (value > 3) {
      repeats[2] = second;
      repeats[1] = first;
      return repeats[0] = value - 3;
    }
    const index = literals === 0 ? value : value - 1;
    if (index === 0) return first;
    const distance = index === 1 ? second : index === 2 ? third : first - 1;
    if (index > 1) repeats[2] = second;
    repeats[1] = first;
    return repeats[0] = distance;
  }

  #copyMatch(distance: number, length: number): void {
    const out = this.#room;
    let filled = this.#filled;
    if (distance === 0 || distance > filled) {
      throw new Damaged(`a match goes back ${distance} bytes, before the start of the content`);
    }
    const to = filled + length;
    if (distance >= length && length > 32) out.copyWithin(filled, filled - distance, to - distance);
    else for (let at = filled - distance; filled < to;) out[filled++] = out[at++] ?? 0;
    this.#filled = to;
  }
}

function longBlock(most: number): Damaged {
  return new Damaged(`a block has more than ${most} bytes of content`);
}
