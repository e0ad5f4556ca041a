// Blocks of bzip2 (as its 1.0.8 writes and reads them): each stands alone, and begins at any bit.

import { Damaged, NotChecked } from "../formats/format.ts";
import { crc32MostFirstTable } from "./checksums.ts";
import type { Sink } from "./decoder.ts";

/** Magic numbers of a block and of the end of a stream: 48 bits, in two parts of 24. */
export const BLOCK_MAGIC = [0x314159, 0x265359] as const;
export const END_MAGIC = [0x177245, 0x385090] as const;

const GROUP = 50;
const LONGEST = 20;
const MOST_SELECTORS = 18_002;
/** Bytes of content that are handed on at a time. */
const PIECE = 64 * 1024;

/** Bits of bytes, most significant first. */
export class Bits {
  readonly #bytes: Uint8Array;
  /** The next bit. */
  at: number;

  /** Begins at bit `at`. */
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Bits in all. */
  get length(): number {
    return this.#bytes.length * 8;
  }

  /** The next bits, up to 24, without taking them; zeros behind the last. */
  peek(count: number): number {
    const place = this.at >> 3;
    const bytes = this.#bytes;
    const word = (bytes[place] ?? 0) << 24 | (bytes[place + 1] ?? 0) << 16 |
      (bytes[place + 2] ?? 0) << 8 | (bytes[place + 3] ?? 0);
    return word << (this.at & 7) >>> 32 - count;
  }

  /** The next bits, up to 24. */
  take(count: number): number {
    const value = this.peek(count);
    this.at += count;
    if (this.at > this.length) throw new ShortOfBytes();
    return value;
  }

  /** 32 bits, unsigned. */
  take32(): number {
    return this.take(16) * 65536 + this.take(16);
  }
}

/** The bytes end before the block does. */
export class ShortOfBytes extends Error {}

/** A block that was decoded. */
export type DecodedBlock = {
  readonly recorded: number;
  readonly computed: number;
  /** Bytes of content. */
  readonly bytes: number;
};

type Code = {
  readonly symbols: Uint16Array;
  /** By length: the first code above those of the length, shifted to the longest, and where it counts from. */
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly shortest: number;
};

/** Decodes blocks: its room is used again and again. */
export class BlockDecoder {
  #most = 0;
  #positions = new Uint32Array(0);
  readonly #sink: Sink | undefined;
  readonly #out: Uint8Array;

  /** Hands the content to a sink. */
  constructor(sink?: Sink) {
    this.#sink = sink;
    this.#out = new Uint8Array(sink === undefined ? 0 : PIECE);
  }

  /** Begins a stream of blocks of `level` times 100,000 bytes. */
  begin(level: number): void {
    this.#most = level * 100_000;
  }

  /** Decodes the block behind its magic; throws {@linkcode ShortOfBytes} or {@linkcode Damaged}. */
  decode(bits: Bits): DecodedBlock {
    const recorded = bits.take32();
    if (bits.take(1) === 1) {
      throw new NotChecked("its blocks are randomised, as of bzip2 before 0.9.5");
    }
    const origin = bits.take(24);
    const symbols = readSymbols(bits);
    const selectors = readSelectors(bits);
    const codes = Array.from(
      { length: selectors.groups },
      () => readCode(bits, symbols.length + 2),
    );
    const count = this.#readValues(bits, symbols, selectors.list, codes);
    if (origin >= count) throw new Damaged(`a block of ${count} bytes begins at ${origin}`);
    return { recorded, ...this.#checksum(count, origin) };
  }

  #readValues(
    bits: Bits,
    symbols: Uint8Array,
    selectors: Uint8Array,
    codes: readonly Code[],
  ): number {
    const most = this.#most;
    if (this.#positions.length < most) this.#positions = new Uint32Array(most);
    const values = this.#positions;
    const front = symbols.slice();
    const end = symbols.length + 1;
    let count = 0;
    let run = 0;
    let weight = 1;
    for (let group = 0; group < selectors.length; group++) {
      const code = codes[selectors[group] ?? 0];
      if (code === undefined) throw new Damaged("a selector names no code");
      for (let index = 0; index < GROUP; index++) {
        const symbol = readSymbol(bits, code);
        if (symbol < 2) {
          run += weight << symbol;
          weight <<= 1;
          if (run > most) throw new Damaged("a run is longer than its block");
          continue;
        }
        if (run > 0) {
          if (count + run > most) throw new Damaged(`a block has more than ${most} bytes`);
          values.fill(front[0] ?? 0, count, count += run);
          run = 0;
          weight = 1;
        }
        if (symbol === end) return count;
        if (count >= most) throw new Damaged(`a block has more than ${most} bytes`);
        const place = symbol - 1;
        const value = front[place] ?? 0;
        front.copyWithin(1, 0, place);
        front[0] = value;
        values[count++] = value;
      }
    }
    throw new Damaged("a block has more symbols than selectors for them");
  }

  // Undoes the sorting (Burrows and Wheeler), then the runs of four and a count, into the checksum.
  #checksum(count: number, origin: number): { computed: number; bytes: number } {
    const values = this.#positions;
    const starts = new Uint32Array(257);
    for (let at = 0; at < count; at++) {
      const next = ((values[at] ?? 0) & 0xff) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let byte = 0; byte < 256; byte++) {
      starts[byte + 1] = (starts[byte + 1] ?? 0) + (starts[byte] ?? 0);
    }
    for (let at = 0; at < count; at++) {
      const byte = (values[at] ?? 0) & 0xff;
      const place = starts[byte] ?? 0;
      starts[byte] = place + 1;
      values[place] = (values[place] ?? 0) | at << 8;
    }
    const table = crc32MostFirstTable();
    let crc = -1;
    let next = (values[origin] ?? 0) >>> 8;
    let before = -1;
    let same = 0;
    let bytes = count;
    const out = this.#out;
    let filled = 0;
    const put = this.#sink === undefined ? undefined : (byte: number) => {
      out[filled++] = byte;
      if (filled < PIECE) return;
      this.#sink?.(out);
      filled = 0;
    };
    for (let at = 0; at < count; at++) {
      const entry = values[next] ?? 0;
      next = entry >>> 8;
      const byte = entry & 0xff;
      if (same === 4) {
        for (let times = 0; times < byte; times++) {
          crc = crc << 8 ^ (table[(crc >>> 24 ^ before) & 0xff] ?? 0);
          put?.(before);
        }
        bytes += byte - 1;
        same = 0;
        before = -1;
        continue;
      }
      same = byte === before ? same + 1 : 1;
      before = byte;
      crc = crc << 8 ^ (table[(crc >>> 24 ^ byte) & 0xff] ?? 0);
      put?.(byte);
    }
    if (filled > 0) this.#sink?.(out.subarray(0, filled));
    return { computed: ~crc >>> 0, bytes };
  }
}

function readSymbols(bits: Bits): Uint8Array {
  const groups = bits.take(16);
  const symbols: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups >> 15 - group & 1) === 0) continue;
    const used = bits.take(16);
    for (let each = 0; each < 16; each++) {
      if ((used >> 15 - each & 1) !== 0) symbols.push(group * 16 + each);
    }
  }
  if (symbols.length === 0) throw new Damaged("a block uses no byte values");
  return Uint8Array.from(symbols);
}

function readSelectors(bits: Bits): { groups: number; list: Uint8Array } {
  const groups = bits.take(3);
  const count = bits.take(15);
  if (groups < 2 || groups > 6 || count === 0) {
    throw new Damaged(`a block has ${groups} codes and ${count} selectors`);
  }
  const order = Uint8Array.from({ length: groups }, (_, index) => index);
  const list = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    let place = 0;
    while (bits.take(1) === 1) {
      if (++place >= groups) throw new Damaged("a selector names no code");
    }
    const group = order[place] ?? 0;
    order.copyWithin(1, 0, place);
    order[0] = group;
    list[at] = group;
  }
  // More than can be used are allowed, and left out.
  return { groups, list: list.subarray(0, MOST_SELECTORS) };
}

function readCode(bits: Bits, size: number): Code {
  const lengths = new Uint8Array(size);
  let length = bits.take(5);
  for (let symbol = 0; symbol < size; symbol++) {
    for (;;) {
      if (length < 1 || length > LONGEST) throw new Damaged(`a code has ${length} bits`);
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return makeCode(lengths);
}

function makeCode(lengths: Uint8Array): Code {
  const counts = new Uint32Array(LONGEST + 2);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const symbols = new Uint16Array(lengths.length);
  const limits = new Int32Array(LONGEST + 2).fill(-1);
  const bases = new Int32Array(LONGEST + 2);
  let filled = 0;
  let code = 0;
  let shortest = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const count = counts[length] ?? 0;
    bases[length] = filled - code;
    for (let symbol = 0; count > 0 && symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) symbols[filled++] = symbol;
    }
    code += count;
    if (count > 0) {
      limits[length] = code - 1;
      if (shortest === 0) shortest = length;
    }
    code *= 2;
  }
  return { symbols, limits, bases, shortest };
}

function readSymbol(bits: Bits, { symbols, limits, bases, shortest }: Code): number {
  const word = bits.peek(LONGEST);
  for (let length = shortest; length <= LONGEST; length++) {
    const code = word >>> LONGEST - length;
    const limit = limits[length] ?? -1;
    if (limit < 0 || code > limit) continue;
    const symbol = symbols[code + (bases[length] ?? 0)];
    if (symbol === undefined) break;
    bits.at += length;
    if (bits.at > bits.length) throw new ShortOfBytes();
    return symbol;
  }
  if (bits.at + LONGEST > bits.length) throw new ShortOfBytes();
  throw new Damaged("a code is not one of its block");
}
