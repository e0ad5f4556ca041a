// LZX as the Windows Imaging Format has it: chunks of 32 KiB to 2 MiB that stand alone, each with the call
// targets of x86 programs made absolute ([MS-PATCH] 2 describes LZX; a chunk here has no header of its own).

import { Damaged } from "../formats/format.ts";
import { PrefixCode, WordBits } from "./words.ts";

const LITERALS = 256;
const LENGTHS = 249;
const ALIGNED = 8;
const PRE = 20;
const LEAST_MATCH = 2;
/** Bytes of a block that does not record its size. */
const BLOCK = 32 * 1024;
/** Size of the program that targets are made absolute in, whatever its true size. */
const PROGRAM = 12_000_000;
/** Bytes at the end of a chunk in which no call is translated. */
const TAIL = 10;

const block = { verbatim: 1, aligned: 2, stored: 3 } as const;

/** Offsets fall into slots: the first offset of each, and the bits that follow. */
const slotBase: number[] = [];
const slotBits: number[] = [];
for (let slot = 0, base = 0; slot < 50; slot++) {
  const extra = slot < 2 ? 0 : Math.min(17, Math.floor(slot / 2) - 1);
  slotBase.push(base);
  slotBits.push(extra);
  base += 2 ** extra;
}

/** Decodes chunks; keeps room for its codes. */
export class LzxDecoder {
  readonly #order: number;
  readonly #mainLengths: Uint8Array;
  readonly #lengthLengths = new Uint8Array(LENGTHS);
  readonly #main = new PrefixCode();
  readonly #length = new PrefixCode();
  readonly #aligned = new PrefixCode();
  readonly #pre = new PrefixCode();
  readonly #recent = [1, 1, 1];

  /** Chunks of `chunkSize` bytes, a power of two from 2^15 to 2^21. */
  constructor(chunkSize: number) {
    this.#order = Math.log2(chunkSize);
    const slots = slotBase.findIndex((base) => base >= chunkSize);
    this.#mainLengths = new Uint8Array(LITERALS + 8 * (slots < 0 ? 50 : slots));
  }

  /** Decodes a chunk into all of `out`. Throws {@linkcode Damaged}. */
  decode(bytes: Uint8Array, out: Uint8Array): void {
    this.#mainLengths.fill(0);
    this.#lengthLengths.fill(0);
    this.#recent.fill(1);
    const bits = new WordBits(bytes);
    for (let at = 0; at < out.length;) at = this.#block(bits, out, at);
    restoreCalls(out);
  }

  #block(bits: WordBits, out: Uint8Array, at: number): number {
    const type = bits.read(3);
    const size = this.#sizeOf(bits);
    if (size === 0 || size > out.length - at) {
      throw new Damaged(`a block of ${size} bytes does not fit into ${out.length - at}`);
    }
    if (type === block.stored) return this.#stored(bits, out, at, size);
    if (type !== block.verbatim && type !== block.aligned) {
      throw new Damaged(`a block has type ${type}, which is none`);
    }
    if (type === block.aligned) {
      const lengths = new Uint8Array(ALIGNED);
      for (let symbol = 0; symbol < ALIGNED; symbol++) lengths[symbol] = bits.read(3);
      this.#aligned.set(lengths, "aligned offset");
    }
    this.#readLengths(bits, this.#mainLengths.subarray(0, LITERALS));
    this.#readLengths(bits, this.#mainLengths.subarray(LITERALS));
    this.#main.set(this.#mainLengths, "main");
    this.#readLengths(bits, this.#lengthLengths);
    this.#length.set(this.#lengthLengths, "length");
    this.#matches(bits, out, at, at + size, type === block.aligned);
    return at + size;
  }

  #sizeOf(bits: WordBits): number {
    if (bits.read(1) === 1) return BLOCK;
    const size = bits.read(16);
    return this.#order >= 16 ? size * 256 + bits.read(8) : size;
  }

  #stored(bits: WordBits, out: Uint8Array, at: number, size: number): number {
    bits.align();
    const head = bits.take(12);
    const view = new DataView(head.buffer, head.byteOffset, 12);
    for (let index = 0; index < 3; index++) this.#recent[index] = view.getUint32(4 * index, true);
    out.set(bits.take(size), at);
    if (size % 2 === 1) bits.take(1);
    return at + size;
  }

  // Lengths are recorded as differences to those of the block before, in runs.
  #readLengths(bits: WordBits, lengths: Uint8Array): void {
    const pre = new Uint8Array(PRE);
    for (let symbol = 0; symbol < PRE; symbol++) pre[symbol] = bits.read(4);
    this.#pre.set(pre, "length of lengths");
    for (let at = 0; at < lengths.length;) {
      const symbol = this.#pre.read(bits);
      if (symbol < 17) {
        lengths[at] = ((lengths[at] ?? 0) + 17 - symbol) % 17;
        at++;
        continue;
      }
      const run = symbol === 17
        ? 4 + bits.read(4)
        : symbol === 18
        ? 20 + bits.read(5)
        : 4 + bits.read(1);
      const step = symbol === 19 ? this.#pre.read(bits) : 0;
      if (step > 16) throw new Damaged("a run of lengths repeats a run");
      const value = symbol === 19 ? ((lengths[at] ?? 0) + 17 - step) % 17 : 0;
      lengths.fill(value, at, at + run);
      at += run;
    }
  }

  #matches(bits: WordBits, out: Uint8Array, at: number, end: number, isAligned: boolean): void {
    while (at < end) {
      const symbol = this.#main.read(bits);
      if (symbol < LITERALS) {
        out[at++] = symbol;
        continue;
      }
      const low = symbol % 8;
      const length = LEAST_MATCH + low + (low === 7 ? this.#length.read(bits) : 0);
      const offset = this.#offset(Math.floor((symbol - LITERALS) / 8), bits, isAligned);
      if (offset > at || offset === 0 || length > end - at) {
        throw new Damaged(`a match of ${length} bytes from ${offset} bytes back leaves the chunk`);
      }
      for (const to = at + length; at < to; at++) out[at] = out[at - offset] ?? 0;
    }
  }

  #offset(slot: number, bits: WordBits, isAligned: boolean): number {
    const [first = 1, second = 1] = this.#recent;
    if (slot < 3) {
      const offset = this.#recent[slot] ?? 1;
      this.#recent[slot] = first;
      this.#recent[0] = offset;
      return offset;
    }
    const extra = slotBits[slot] ?? 0;
    const low = isAligned && extra >= 3
      ? readLong(bits, extra - 3) * 8 + this.#aligned.read(bits)
      : readLong(bits, extra);
    const offset = (slotBase[slot] ?? 0) + low - 2;
    this.#recent[2] = second;
    this.#recent[1] = first;
    this.#recent[0] = offset;
    return offset;
  }
}

// Up to 17 bits.
function readLong(bits: WordBits, count: number): number {
  return count <= 16 ? bits.read(count) : bits.read(count - 16) * 65_536 + bits.read(16);
}

// The target behind each byte E8 was made absolute: it is relative to the call again.
function restoreCalls(out: Uint8Array): void {
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const end = out.length - TAIL;
  for (let at = 0; at < end;) {
    at = out.indexOf(0xe8, at);
    if (at < 0 || at >= end) return;
    const target = view.getInt32(at + 1, true);
    if (target >= 0 && target < PROGRAM) view.setInt32(at + 1, target - at, true);
    else if (target < 0 && target >= -at) view.setInt32(at + 1, target + PROGRAM, true);
    at += 5;
  }
}
