// Inflating of deflate streams (RFC 1951), a piece at a time, with the exact byte at which they end.

import { Damaged } from "../formats/format.ts";
import type { Decoder, Sink } from "./decoder.ts";

const WINDOW = 32 * 1024;
const ROOM = 4 * WINDOW;
/** Bytes that the longest match has. */
const MATCH = 258;
/** Bytes of the longest header of a block of own codes (3.2.7), and of the longest symbol. */
const HEADER = 600;
const SYMBOL = 8;

const lengthBase = new Uint16Array(32);
const lengthBits = new Uint8Array(32);
const distanceBase = new Uint16Array(32);
const distanceBits = new Uint8Array(32);

// The tables of 3.2.5, computed: bits grow by one for each group of codes.
function fillTables(): void {
  let length = 3;
  for (let code = 0; code < 28; code++) {
    const bits = code < 8 ? 0 : Math.floor(code / 4) - 1;
    lengthBase[code] = length;
    lengthBits[code] = bits;
    length += 2 ** bits;
  }
  lengthBase[28] = MATCH;
  let distance = 1;
  for (let code = 0; code < 30; code++) {
    const bits = code < 4 ? 0 : Math.floor(code / 2) - 1;
    distanceBase[code] = distance;
    distanceBits[code] = bits;
    distance += 2 ** bits;
  }
}
fillTables();

/** A prefix code: entries hold `symbol * 16 + bits`, by the next bits, LSB first; 0 where no code is. */
type Code = { table: Uint16Array; bits: number };

const LONGEST = 15;

/** Makes the code of 3.2.2 from the lengths of its symbols. `lone` allows a code of one symbol. */
function makeCode(lengths: Uint8Array, what: string, lone: boolean): Code {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  let bits = LONGEST;
  while (bits > 1 && counts[bits] === 0) bits--;
  let free = 1;
  const next = new Uint16Array(LONGEST + 2);
  let used = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const count = counts[length] ?? 0;
    used += count;
    free = 2 * free - count;
    if (free < 0) throw new Damaged(`the lengths of the ${what} codes allow too many symbols`);
    next[length + 1] = 2 * ((next[length] ?? 0) + count);
  }
  // zlib refuses a code that is not complete, unless it has a single symbol, or none, of distances.
  if (free > 0 && !(lone && used <= 1)) {
    throw new Damaged(`the lengths of the ${what} codes do not make a complete code`);
  }
  const table = new Uint16Array(2 ** bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    const entry = symbol * 16 + length;
    for (let at = reversed(code, length); at < table.length; at += 2 ** length) table[at] = entry;
  }
  return { table, bits };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) {
    result = result * 2 + (code & 1);
    code >>= 1;
  }
  return result;
}

let fixed: { readonly literals: Code; readonly distances: Code } | undefined;

function fixedCodes(): { readonly literals: Code; readonly distances: Code } {
  if (fixed !== undefined) return fixed;
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280)
    .fill(8, 280);
  return fixed = {
    literals: makeCode(lengths, "literal", false),
    distances: makeCode(new Uint8Array(32).fill(5), "distance", false),
  };
}

/** Order in which the lengths of the code of lengths are recorded (3.2.7). */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

type State = "block" | "stored" | "codes" | "done";

/** Inflates one stream. */
export class Inflater implements Decoder {
  readonly #sink: Sink;
  readonly #out: Uint8Array;
  /** Where the next byte of content goes, and the first that was not handed on. */
  #filled = 0;
  #given = 0;
  #state: State = "block";
  #isLast = false;
  /** Bytes of a stored block that are still to come. */
  #stored = 0;
  #literals: Code | undefined;
  #distances: Code | undefined;
  /** Bits of the next byte that are used already: 0 to 7. */
  #bit = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Bit of `#bytes` that is read next. */
  #at = 0;

  /** Hands the content to a sink. */
  constructor(sink: Sink) {
    this.#sink = sink;
    this.#out = new Uint8Array(ROOM);
  }

  /** Begins another stream: it costs no new room. */
  reset(): void {
    this.#filled =
      this.#given =
      this.#bit =
      this.#stored =
        0;
    this.#state = "block";
    this.#isLast = false;
  }

  /** See {@linkcode Decoder.done}. */
  get done(): boolean {
    return this.#state === "done";
  }

  /** See {@linkcode Decoder.decode}. */
  decode(bytes: Uint8Array, last: boolean): number {
    this.#bytes = bytes;
    this.#at = this.#bit;
    try {
      this.#run(bytes.length, last);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      this.#give();
      throw new Damaged(error.message, Math.floor(this.#at / 8), error.cut);
    }
    this.#give();
    this.#bytes = bytes.subarray(0, 0);
    if (this.done) {
      this.#bit = 0;
      return Math.ceil(this.#at / 8);
    }
    this.#bit = this.#at % 8;
    return Math.floor(this.#at / 8);
  }

  #run(length: number, last: boolean): void {
    while (this.#state !== "done") {
      const before = this.#at;
      const state = this.#state;
      if (state === "block") {
        if (!last && this.#at + HEADER * 8 > length * 8) return;
        this.#beginBlock();
      } else if (state === "stored") this.#copyStored(length);
      else this.#inflate(last ? length : length - SYMBOL);
      if (this.#at > length * 8) {
        throw new Damaged("the stream is not complete where its bytes end", undefined, true);
      }
      if (this.#at === before && this.#state === state) return;
    }
  }

  #beginBlock(): void {
    this.#isLast = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 0) return this.#beginStored();
    if (type === 1) {
      this.#literals = fixedCodes().literals;
      this.#distances = fixedCodes().distances;
    } else if (type === 2) this.#readCodes();
    else throw new Damaged("a block has type 3, which is reserved");
    this.#state = "codes";
  }

  #endBlock(): void {
    this.#state = this.#isLast ? "done" : "block";
  }

  #beginStored(): void {
    this.#at = Math.ceil(this.#at / 8) * 8;
    const size = this.#take(16);
    const inverse = this.#take(16);
    if (size + inverse !== 0xffff) {
      throw new Damaged(`a stored block has length ${size} and the complement ${inverse}`);
    }
    this.#stored = size;
    this.#state = "stored";
    if (size === 0) this.#endBlock();
  }

  #copyStored(length: number): void {
    const from = this.#at / 8;
    const part = this.#bytes.subarray(from, Math.min(length, from + this.#stored));
    for (let at = 0; at < part.length; at += WINDOW) {
      const some = part.subarray(at, at + WINDOW);
      this.#makeRoom(some.length);
      this.#out.set(some, this.#filled);
      this.#filled += some.length;
    }
    this.#stored -= part.length;
    this.#at += part.length * 8;
    if (this.#stored === 0) this.#endBlock();
  }

  #readCodes(): void {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    if (literals > 286 || distances > 30) {
      throw new Damaged(`a block has ${literals} literal and ${distances} distance codes`);
    }
    const first = new Uint8Array(19);
    const count = this.#take(4) + 4;
    for (let index = 0; index < count; index++) first[order[index] ?? 0] = this.#take(3);
    const code = makeCode(first, "length", false);
    const lengths = this.#readLengths(code, literals + distances);
    if (lengths[256] === 0) throw new Damaged("a block has no code for its end");
    this.#literals = makeCode(lengths.subarray(0, literals), "literal", true);
    this.#distances = makeCode(lengths.subarray(literals), "distance", true);
  }

  #readLengths(code: Code, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) throw new Damaged("a repeated code length has none before it");
      const value = symbol === 16 ? lengths[at - 1] ?? 0 : 0;
      const times = symbol === 16
        ? 3 + this.#take(2)
        : symbol === 17
        ? 3 + this.#take(3)
        : 11 + this.#take(7);
      if (at + times > count) throw new Damaged("code lengths are repeated past their end");
      lengths.fill(value, at, at += times);
    }
    return lengths;
  }

  #peek(): number {
    const bytes = this.#bytes;
    const at = Math.floor(this.#at / 8);
    const word = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0) * 65536;
    return word >> (this.#at % 8);
  }

  #take(bits: number): number {
    const value = this.#peek() % 2 ** bits;
    this.#at += bits;
    return value;
  }

  #symbol({ table, bits }: Code): number {
    const entry = table[this.#peek() & (2 ** bits - 1)] ?? 0;
    if (entry === 0) throw new Damaged("a code is not one of its block");
    this.#at += entry & 15;
    return entry >> 4;
  }

  // Positions here are bits of one piece, far below 2^31. What is read past its end is 0.
  #inflate(end: number): void {
    const { table: literals, bits: literalBits } = this.#literals ?? fixedCodes().literals;
    const { table: distances, bits: distanceSize } = this.#distances ?? fixedCodes().distances;
    const bytes = this.#bytes;
    const out = this.#out;
    const literalMask = (1 << literalBits) - 1;
    const distanceMask = (1 << distanceSize) - 1;
    const endBit = end * 8;
    let at = this.#at;
    let filled = this.#filled;
    while (at < endBit) {
      if (filled > ROOM - MATCH) {
        this.#filled = filled;
        this.#makeRoom(MATCH);
        filled = this.#filled;
      }
      let place = at >> 3;
      let word = ((bytes[place] ?? 0) | (bytes[place + 1] ?? 0) << 8 |
        (bytes[place + 2] ?? 0) << 16) >> (at & 7);
      const entry = literals[word & literalMask] ?? 0;
      const symbol = entry >> 4;
      at += entry & 15;
      if (symbol < 256) {
        if (entry === 0) {
          this.#at = at;
          throw new Damaged("a code is not one of its block");
        }
        out[filled++] = symbol;
        continue;
      }
      if (symbol === 256) {
        this.#endBlock();
        break;
      }
      const lengthCode = symbol - 257;
      place = at >> 3;
      word = ((bytes[place] ?? 0) | (bytes[place + 1] ?? 0) << 8 |
        (bytes[place + 2] ?? 0) << 16) >> (at & 7);
      const extra = lengthBits[lengthCode] ?? 0;
      const length = (lengthBase[lengthCode] ?? 0) + (word & ((1 << extra) - 1));
      at += extra;
      place = at >> 3;
      word = ((bytes[place] ?? 0) | (bytes[place + 1] ?? 0) << 8 |
        (bytes[place + 2] ?? 0) << 16) >> (at & 7);
      const second = distances[word & distanceMask] ?? 0;
      at += second & 15;
      const distanceCode = second >> 4;
      place = at >> 3;
      word = ((bytes[place] ?? 0) | (bytes[place + 1] ?? 0) << 8 |
        (bytes[place + 2] ?? 0) << 16) >> (at & 7);
      const more = distanceBits[distanceCode] ?? 0;
      const distance = (distanceBase[distanceCode] ?? 0) + (word & ((1 << more) - 1));
      at += more;
      if (second === 0 || lengthCode > 28 || distanceCode > 29) {
        this.#at = at;
        throw new Damaged("a code is not one of its block");
      }
      if (distance > filled) {
        this.#at = at;
        throw new Damaged(`a match goes back ${distance} bytes, before the start of the content`);
      }
      const to = filled + length;
      if (distance === 1) out.fill(out[filled - 1] ?? 0, filled, to);
      else {
        let from = filled - distance;
        for (let each = filled; each < to; each++) out[each] = out[from++] ?? 0;
      }
      filled = to;
    }
    this.#at = at;
    this.#filled = filled;
  }

  #give(): void {
    if (this.#filled === this.#given) return;
    this.#sink(this.#out.subarray(this.#given, this.#filled));
    this.#given = this.#filled;
  }

  // Matches go back 32 KiB at most: what is older is in the sink already.
  #makeRoom(bytes: number): void {
    if (this.#filled + bytes <= ROOM) return;
    this.#give();
    this.#out.copyWithin(0, this.#filled - WINDOW, this.#filled);
    this.#filled = this.#given = WINDOW;
  }
}

/** One decoder for all members of a file: archives of classes have thousands of small ones. */
export class SharedInflater {
  #sink: Sink = () => {};
  readonly #inflater = new Inflater((bytes) => this.#sink(bytes));

  /** Begins a stream. */
  of(sink: Sink): Inflater {
    this.#sink = sink;
    this.#inflater.reset();
    return this.#inflater;
  }
}
