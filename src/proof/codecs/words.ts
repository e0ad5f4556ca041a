// Bits from words of 16 bits, the first bit the highest, and the prefix codes over them: what LZX and XPRESS
// of the Windows Imaging Format have in common.

import { Damaged } from "../formats/format.ts";

/** Reads bits: words are LSB first in the bytes, bits MSB first in the words. */
export class WordBits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #next: number;
  /** Bits that are loaded and not used, right-aligned. */
  #bits = 0;
  #count = 0;
  /** Words that were made up behind the end: decoders look ahead a little. */
  #missing = 0;

  /** Reads `bytes` from their start. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#next = 0;
    this.#end = bytes.length;
  }

  /** Byte that is loaded next. */
  get position(): number {
    return this.#next;
  }

  /** Loads until there are `count` bits, at most 16. */
  ensure(count: number): void {
    if (this.#count >= count) return;
    let word = 0;
    if (this.#next + 2 <= this.#end) {
      word = (this.#bytes[this.#next] ?? 0) + 256 * (this.#bytes[this.#next + 1] ?? 0);
      this.#next += 2;
    } else if (++this.#missing > 2) {
      throw new Damaged("the compressed data are not complete where their bytes end", this.#end);
    }
    // 15 bits at most are left here; those above them were used.
    this.#bits = ((this.#bits << 16) | word) >>> 0;
    this.#count += 16;
  }

  /** The next `count` loaded bits, 1 to 16, which stay. */
  peek(count: number): number {
    return (this.#bits >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Drops loaded bits. */
  drop(count: number): void {
    this.#count -= count;
  }

  /** The next `count` bits, 0 to 16. */
  read(count: number): number {
    if (count === 0) return 0;
    this.ensure(count);
    const value = this.peek(count);
    this.#count -= count;
    return value;
  }

  /** The next byte behind the words that are loaded (XPRESS). */
  byte(): number {
    if (this.#next >= this.#end) {
      throw new Damaged("the compressed data are not complete where their bytes end", this.#end);
    }
    return this.#bytes[this.#next++] ?? 0;
  }

  /** Goes to the next word, past the rest of the current one or past a whole one (LZX). */
  align(): void {
    this.ensure(1);
    this.#bits = this.#count = 0;
  }

  /** The next bytes behind the words that are loaded. */
  take(count: number): Uint8Array {
    if (this.#next + count > this.#end) {
      throw new Damaged("the compressed data are not complete where their bytes end", this.#end);
    }
    this.#next += count;
    return this.#bytes.subarray(this.#next - count, this.#next);
  }
}

/** Bits of the longest code word. */
const LONGEST = 16;

/** A prefix code, decoded by one table. */
export class PrefixCode {
  #table = new Uint16Array(2);
  #lengths: Uint8Array;
  #bits = 1;
  #isEmpty = true;

  /** A code of no symbols. */
  constructor() {
    this.#lengths = new Uint8Array(0);
  }

  /** Takes the lengths of its symbols, 0 where one does not occur: canonical, and complete or empty. */
  set(lengths: Uint8Array, what: string): void {
    const counts = new Uint32Array(LONGEST + 2);
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    counts[0] = 0;
    let bits = LONGEST;
    while (bits > 1 && counts[bits] === 0) bits--;
    let used = 0;
    const next = new Uint32Array(LONGEST + 2);
    for (let length = 1; length <= bits; length++) {
      used = 2 * used + (counts[length] ?? 0);
      next[length + 1] = 2 * ((next[length] ?? 0) + (counts[length] ?? 0));
    }
    this.#isEmpty = used === 0;
    if (!this.#isEmpty && used !== 2 ** bits) {
      throw new Damaged(`the lengths of the ${what} code do not make a complete code`);
    }
    if (this.#table.length < 2 ** bits) this.#table = new Uint16Array(2 ** bits);
    this.#bits = bits;
    this.#lengths = lengths;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol] ?? 0;
      if (length === 0) continue;
      const first = next[length] ?? 0;
      next[length] = first + 1;
      const step = 2 ** (bits - length);
      this.#table.fill(symbol, first * step, (first + 1) * step);
    }
  }

  /** The next symbol. */
  read(bits: WordBits): number {
    if (this.#isEmpty) throw new Damaged("a symbol is due of a code that has none");
    bits.ensure(this.#bits);
    const symbol = this.#table[bits.peek(this.#bits)] ?? 0;
    bits.drop(this.#lengths[symbol] ?? 0);
    return symbol;
  }
}
