// Entropy coding of Zstandard (RFC 8878 4): bits read backwards, finite state and Huffman tables.

import { Damaged } from "../formats/format.ts";

/** Bits of bytes from the last to the first (4.1): the highest set bit of the last byte marks the end. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Bits that are left; below 0 where more were taken than there are, which count as zeros. */
  left: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const last = bytes[bytes.length - 1] ?? 0;
    if (last === 0) throw new Damaged("a stream of bits has no end mark");
    this.left = bytes.length * 8 - 8 + Math.floor(Math.log2(last));
  }

  /** The next bits, up to 24, without taking them. */
  peek(count: number): number {
    const from = this.left - count;
    if (from < 0) {
      return from <= -count ? 0 : this.#at(0, this.left) << -from;
    }
    return this.#at(from, count);
  }

  #at(from: number, count: number): number {
    const bytes = this.#bytes;
    const place = from >> 3;
    const word = (bytes[place] ?? 0) | (bytes[place + 1] ?? 0) << 8 |
      (bytes[place + 2] ?? 0) << 16 | (bytes[place + 3] ?? 0) << 24;
    return word >>> (from & 7) & (1 << count) - 1;
  }

  /** The next bits, up to 32. */
  take(count: number): number {
    if (count > 24) {
      const high = this.take(count - 16);
      return high * 65536 + this.take(16);
    }
    const value = this.peek(count);
    this.left -= count;
    return value;
  }
}

/** A finite state table (4.1.1): symbol, bits to read, and what they are added to, by state. */
export type FseTable = {
  readonly bits: number;
  readonly symbols: Uint8Array;
  readonly counts: Uint8Array;
  readonly bases: Uint16Array;
};

/** Reads a table description; gives the bytes that it has too. */
export function readFse(
  bytes: Uint8Array,
  mostBits: number,
  mostSymbol: number,
): { readonly table: FseTable; readonly used: number } {
  let at = 0;
  const peek = (count: number) => {
    const place = at >> 3;
    const word = (bytes[place] ?? 0) | (bytes[place + 1] ?? 0) << 8 |
      (bytes[place + 2] ?? 0) << 16;
    return word >> (at & 7) & (1 << count) - 1;
  };
  const accuracy = peek(4) + 5;
  at += 4;
  if (accuracy > mostBits) {
    throw new Damaged(`a table has accuracy ${accuracy}, at most ${mostBits}`);
  }
  const counts: number[] = [];
  let remaining = (1 << accuracy) + 1;
  let threshold = 1 << accuracy;
  let bits = accuracy + 1;
  while (remaining > 1) {
    if (counts.length > mostSymbol) throw new Damaged("a table has too many symbols");
    const spare = 2 * threshold - 1 - remaining;
    let count = peek(bits);
    if ((count & threshold - 1) < spare) {
      count &= threshold - 1;
      at += bits - 1;
    } else {
      if (count >= threshold) count -= spare;
      at += bits;
    }
    count--;
    remaining -= Math.abs(count);
    counts.push(count);
    if (count === 0) {
      for (let more = 3; more === 3;) {
        more = peek(2);
        at += 2;
        for (let each = 0; each < more; each++) counts.push(0);
      }
    }
    while (remaining < threshold && threshold > 1) {
      bits--;
      threshold >>= 1;
    }
  }
  const used = Math.ceil(at / 8);
  if (remaining !== 1 || used > bytes.length || counts.length > mostSymbol + 1) {
    throw new Damaged("the counts of a table do not add up");
  }
  return { table: makeFse(counts, accuracy), used };
}

/** Makes a table from counts; -1 is a probability below one. */
export function makeFse(counts: readonly number[], bits: number): FseTable {
  const size = 1 << bits;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(counts.length);
  let high = size;
  for (const [symbol, count] of counts.entries()) {
    next[symbol] = Math.abs(count);
    if (count === -1) symbols[--high] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, count] of counts.entries()) {
    for (let each = 0; each < count; each++) {
      symbols[at] = symbol;
      do at = at + step & size - 1; while (at >= high);
    }
  }
  const table = { bits, symbols, counts: new Uint8Array(size), bases: new Uint16Array(size) };
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] ?? 0;
    const value = next[symbol] ?? 1;
    next[symbol] = value + 1;
    const count = bits - Math.floor(Math.log2(value));
    table.counts[state] = count;
    table.bases[state] = (value << count) - size;
  }
  return table;
}

/** A table of one symbol, which takes no bits. */
export function singleFse(symbol: number): FseTable {
  return {
    bits: 0,
    symbols: Uint8Array.of(symbol),
    counts: new Uint8Array(1),
    bases: new Uint16Array(1),
  };
}

/** A Huffman table (4.2): entries hold `symbol * 16 + bits`, by the next bits. */
export type HuffmanTable = { readonly bits: number; readonly entries: Uint16Array };

const MOST_HUFFMAN = 11;

/** Reads a tree description; gives the bytes that it has too. */
export function readHuffman(
  bytes: Uint8Array,
): { readonly table: HuffmanTable; readonly used: number } {
  const [header = 0] = bytes;
  if (header >= 128) {
    const count = header - 127;
    const used = 1 + Math.ceil(count / 2);
    const weights = Array.from({ length: count }, (_, index) => {
      const pair = bytes[1 + (index >> 1)] ?? 0;
      return index % 2 === 0 ? pair >> 4 : pair & 15;
    });
    if (used > bytes.length) throw new Damaged("a tree is longer than its block");
    return { table: makeHuffman(weights), used };
  }
  const used = 1 + header;
  if (used > bytes.length) throw new Damaged("a tree is longer than its block");
  return { table: makeHuffman(readWeights(bytes.subarray(1, used))), used };
}

// Two states take turns until the bits are used up (4.2.1.2).
function readWeights(bytes: Uint8Array): number[] {
  const { table, used } = readFse(bytes, 6, 255);
  const bits = new BackwardBits(bytes.subarray(used));
  const weights: number[] = [];
  let state = bits.take(table.bits);
  let other = bits.take(table.bits);
  if (bits.left < 0) throw new Damaged("the weights of a tree are too short");
  while (weights.length < 255) {
    weights.push(table.symbols[state] ?? 0);
    const count = table.counts[state] ?? 0;
    if (bits.left < count) {
      weights.push(table.symbols[other] ?? 0);
      return weights;
    }
    const next = (table.bases[state] ?? 0) + bits.take(count);
    state = other;
    other = next;
  }
  throw new Damaged("a tree has too many weights");
}

function makeHuffman(weights: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) if (weight > 0) sum += 2 ** (weight - 1);
  const bits = sum === 0 ? 99 : Math.floor(Math.log2(sum)) + 1;
  const last = 2 ** bits - sum;
  if (bits > MOST_HUFFMAN || 2 ** Math.floor(Math.log2(last)) !== last) {
    throw new Damaged("the weights of a tree do not add up");
  }
  const all = [...weights, Math.log2(last) + 1];
  if (all.length > 256) throw new Damaged("a tree has more than 256 weights");
  const entries = new Uint16Array(2 ** bits);
  let at = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (const [symbol, each] of all.entries()) {
      if (each !== weight) continue;
      const count = 2 ** (weight - 1);
      entries.fill(symbol * 16 + bits + 1 - weight, at, at + count);
      at += count;
    }
  }
  return { bits, entries };
}

/** Decodes a stream of literals to exactly `out`. */
export function readLiterals(
  { bits: most, entries }: HuffmanTable,
  bytes: Uint8Array,
  out: Uint8Array,
): void {
  const bits = new BackwardBits(bytes);
  for (let at = 0; at < out.length; at++) {
    const entry = entries[bits.peek(most)] ?? 0;
    out[at] = entry >> 4;
    bits.left -= entry & 15;
  }
  if (bits.left !== 0) throw new Damaged("the literals of a block do not use all of their bits");
}
