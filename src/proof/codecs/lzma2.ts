// LZMA2 streams, as xz and squashfs have them: chunks of at most 64 KiB that tell their sizes.

import { Damaged, type FileReader, NotChecked } from "../formats/format.ts";
import type { Sink } from "./decoder.ts";

/** Bytes of the largest dictionary that is decoded: four times that of the strongest preset of xz. */
const MOST_DICTIONARY = 256 * 1024 * 1024;
/** Bytes of content of a chunk at most. */
const CHUNK = 2 * 1024 * 1024;
/** Bytes of room to begin with: squashfs has a stream for every block. */
const FIRST_ROOM = 128 * 1024;
const CHUNK_HEADER = 6;

const STATES = 12;
const POS_STATES = 16;
const FIRST_PROBABILITY = 1024;

// Where each kind of probability stands in the one array of them.
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * POS_STATES;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const IS_REP0_LONG = IS_REP_G2 + STATES;
const POS_SLOT = IS_REP0_LONG + STATES * POS_STATES;
const SPECIAL = POS_SLOT + 4 * 64;
const ALIGN = SPECIAL + 128;
const LENGTH = ALIGN + 16;
const LENGTH_SIZE = 2 + 2 * POS_STATES * 8 + 256;
const REP_LENGTH = LENGTH + LENGTH_SIZE;
const LITERAL = REP_LENGTH + LENGTH_SIZE;
const LITERAL_SIZE = 0x300;
/** Most literal bits in all (lc + lp) that LZMA2 allows. */
const LITERAL_BITS = 4;

// Numbers of the range decoder: unsigned words in an array, which costs no boxes.
const RANGE = 0;
const CODE = 1;
const AT = 2;

function bit(s: Uint32Array, probs: Uint16Array, index: number, input: Uint8Array): number {
  let range = s[RANGE] ?? 0;
  let code = s[CODE] ?? 0;
  const prob = probs[index] ?? 0;
  const bound = Math.imul(range >>> 11, prob) >>> 0;
  let result = 0;
  if (code < bound) {
    range = bound;
    probs[index] = prob + (2048 - prob >>> 5);
  } else {
    range -= bound;
    code -= bound;
    probs[index] = prob - (prob >>> 5);
    result = 1;
  }
  if (range < 0x1000000) {
    const at = s[AT] ?? 0;
    range <<= 8;
    code = code << 8 | (input[at] ?? 0);
    s[AT] = at + 1;
  }
  s[RANGE] = range;
  s[CODE] = code;
  return result;
}

function tree(
  s: Uint32Array,
  probs: Uint16Array,
  at: number,
  bits: number,
  input: Uint8Array,
): number {
  let symbol = 1;
  for (let count = 0; count < bits; count++) {
    symbol = symbol << 1 | bit(s, probs, at + symbol, input);
  }
  return symbol - (1 << bits);
}

function reverseTree(
  s: Uint32Array,
  probs: Uint16Array,
  at: number,
  bits: number,
  input: Uint8Array,
): number {
  let symbol = 1;
  let value = 0;
  for (let count = 0; count < bits; count++) {
    const next = bit(s, probs, at + symbol, input);
    symbol = symbol << 1 | next;
    value |= next << count;
  }
  return value;
}

function direct(s: Uint32Array, bits: number, input: Uint8Array): number {
  let value = 0;
  for (let count = 0; count < bits; count++) {
    const range = (s[RANGE] ?? 0) >>> 1;
    let code = s[CODE] ?? 0;
    const isOne = code >= range;
    if (isOne) code -= range;
    value = value << 1 | (isOne ? 1 : 0);
    if (range < 0x1000000) {
      const at = s[AT] ?? 0;
      s[RANGE] = range << 8;
      s[CODE] = code << 8 | (input[at] ?? 0);
      s[AT] = at + 1;
    } else {
      s[RANGE] = range;
      s[CODE] = code;
    }
  }
  return value;
}

function lengthOf(
  s: Uint32Array,
  probs: Uint16Array,
  at: number,
  posState: number,
  input: Uint8Array,
): number {
  if (bit(s, probs, at, input) === 0) {
    return 2 + tree(s, probs, at + 2 + posState * 8, 3, input);
  }
  if (bit(s, probs, at + 1, input) === 0) {
    return 10 + tree(s, probs, at + 2 + (POS_STATES + posState) * 8, 3, input);
  }
  return 18 + tree(s, probs, at + 2 + 2 * POS_STATES * 8, 8, input);
}

/** Decodes the chunks of one LZMA2 stream. */
export class Lzma2 {
  readonly #dictionary: number;
  readonly #sink: Sink;
  readonly #probs = new Uint16Array(LITERAL + LITERAL_SIZE * 2 ** LITERAL_BITS);
  readonly #s = new Uint32Array(3);
  #room: Uint8Array;
  #filled = 0;
  /** Bytes of content since the last reset of the dictionary, as far as matches may go back. */
  #history = 0;
  #state = 0;
  readonly #reps = new Uint32Array(4);
  #lc = 0;
  #lp = 0;
  #pb = 0;
  /** What a chunk must bring still: a new dictionary, new properties, a new state. */
  #needs: "dictionary" | "properties" | "state" | "nothing" = "dictionary";

  /** For a dictionary of so many bytes; throws {@linkcode NotChecked} where that is too much. */
  constructor(dictionary: number, sink: Sink) {
    if (dictionary > MOST_DICTIONARY) {
      throw new NotChecked(`its dictionary has ${dictionary} bytes, more than ${MOST_DICTIONARY}`);
    }
    this.#dictionary = dictionary;
    this.#sink = sink;
    this.#room = new Uint8Array(FIRST_ROOM);
  }

  /** Decodes to the end of the stream, and leaves the reader behind it. */
  async read(reader: FileReader): Promise<void> {
    for (;;) {
      const at = reader.position;
      const head = (reader.ready(CHUNK_HEADER) ?? await reader.peek(CHUNK_HEADER))
        .slice(0, CHUNK_HEADER);
      const [control = 0] = head;
      if (head.length === 0) throw new Damaged("the stream ends before its last chunk", at, true);
      if (control === 0) {
        reader.advance(1);
        return;
      }
      const { header, packed } = chunkSizes(head, at);
      const whole = header + packed;
      const bytes = reader.ready(whole) ?? await reader.peek(whole);
      if (bytes.length < whole) {
        throw new Damaged("the stream is not complete where its bytes end", reader.end, true);
      }
      this.chunk(bytes.subarray(0, whole), header, at);
      reader.advance(whole);
    }
  }

  /** Decodes one whole chunk, which begins at byte `at` of the file. */
  chunk(bytes: Uint8Array, header: number, at: number): void {
    const [control = 0] = bytes;
    if (control === 1 || this.#needs === "dictionary") {
      if (control !== 1 && control < 0xe0) {
        throw new Damaged("the first chunk does not begin a dictionary", at);
      }
      this.#history = 0;
      if (this.#needs === "dictionary") this.#needs = "properties";
    }
    if (control < 0x80) return this.#copy(bytes.subarray(header));
    const unpacked = (control & 0x1f) * 65536 + (bytes[1] ?? 0) * 256 + (bytes[2] ?? 0) + 1;
    if (control >= 0xe0) this.#history = 0;
    if (control >= 0xc0) this.#setProperties(bytes[5] ?? 0, at);
    else if (this.#needs === "properties") {
      throw new Damaged("a chunk has no properties, nor has one before it", at);
    }
    if (control >= 0xa0) this.#reset();
    else if (this.#needs === "state") throw new Damaged("a chunk goes on with no state", at);
    this.#needs = "nothing";
    this.#makeRoom(unpacked);
    const from = this.#filled;
    const input = bytes.subarray(header);
    try {
      this.#decode(input, unpacked);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      throw new Damaged(error.message, at + Math.min(bytes.length, header + (this.#s[AT] ?? 0)));
    }
    if (this.#s[AT] !== input.length || this.#s[CODE] !== 0) {
      throw new Damaged(`a chunk of ${input.length} bytes ends after ${this.#s[AT]}`, at);
    }
    this.#sink(this.#room.subarray(from, this.#filled));
  }

  // Bytes that are stored as they are; the state has to begin anew behind them.
  #copy(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#room.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#history += bytes.length;
    if (this.#needs === "nothing") this.#needs = "state";
    this.#sink(bytes);
  }

  #setProperties(value: number, at: number): void {
    this.#lc = value % 9;
    this.#lp = Math.floor(value / 9) % 5;
    this.#pb = Math.floor(value / 45);
    if (value >= 225 || this.#lc + this.#lp > LITERAL_BITS) {
      throw new Damaged(`a chunk has properties ${value}, which LZMA2 does not allow`, at);
    }
  }

  #reset(): void {
    this.#probs.fill(FIRST_PROBABILITY);
    this.#reps.fill(0);
    this.#state = 0;
  }

  #makeRoom(bytes: number): void {
    if (this.#filled + bytes <= this.#room.length) return;
    const most = this.#dictionary + Math.max(this.#dictionary >>> 2, 0) + 2 * CHUNK;
    const kept = Math.min(this.#filled, this.#dictionary);
    if (this.#room.length < most) {
      const size = Math.min(most, Math.max(2 * this.#room.length, kept + bytes));
      const room = new Uint8Array(size);
      room.set(this.#room.subarray(this.#filled - kept, this.#filled));
      this.#room = room;
    } else this.#room.copyWithin(0, this.#filled - kept, this.#filled);
    this.#filled = kept;
  }

  #decode(input: Uint8Array, unpacked: number): void {
    const s = this.#s;
    s[RANGE] = 0xffffffff;
    s[CODE] = ((input[1] ?? 0) << 24 | (input[2] ?? 0) << 16 | (input[3] ?? 0) << 8 |
      (input[4] ?? 0)) >>> 0;
    s[AT] = 5;
    if (input[0] !== 0) throw new Damaged("the range code of a chunk does not begin with 0");
    const probs = this.#probs;
    const out = this.#room;
    const lc = this.#lc;
    const literalMask = (1 << this.#lp) - 1;
    const posMask = (1 << this.#pb) - 1;
    let [rep0 = 0, rep1 = 0, rep2 = 0, rep3 = 0] = this.#reps;
    let state = this.#state;
    let filled = this.#filled;
    const end = filled + unpacked;
    // Counted from the last reset of the dictionary, as the literal and position bits are.
    const base = filled - this.#history;
    const reach = (at: number) => Math.min(at - base, this.#dictionary, at);
    while (filled < end) {
      const place = filled - base;
      const posState = place & posMask;
      if (bit(s, probs, IS_MATCH + state * POS_STATES + posState, input) === 0) {
        const before = place === 0 ? 0 : out[filled - 1] ?? 0;
        const context = ((place & literalMask) << lc) + (before >> 8 - lc);
        const at = LITERAL + LITERAL_SIZE * context;
        let symbol = 1;
        if (state >= 7) {
          let match = out[filled - rep0 - 1] ?? 0;
          do {
            const side = match >> 7 & 1;
            match <<= 1;
            const next = bit(s, probs, at + (1 + side << 8) + symbol, input);
            symbol = symbol << 1 | next;
            if (side !== next) break;
          } while (symbol < 0x100);
        }
        while (symbol < 0x100) symbol = symbol << 1 | bit(s, probs, at + symbol, input);
        out[filled++] = symbol;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      let length = 0;
      if (bit(s, probs, IS_REP + state, input) === 0) {
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        length = lengthOf(s, probs, LENGTH, posState, input);
        state = state < 7 ? 7 : 10;
        rep0 = distanceOf(s, probs, length, input);
        if (rep0 === 0xffffffff) throw new Damaged("a chunk has an end marker");
      } else {
        if (bit(s, probs, IS_REP_G0 + state, input) === 0) {
          if (bit(s, probs, IS_REP0_LONG + state * POS_STATES + posState, input) === 0) {
            if (rep0 >= reach(filled)) throw farMatch(rep0);
            state = state < 7 ? 9 : 11;
            out[filled] = out[filled - rep0 - 1] ?? 0;
            filled++;
            continue;
          }
        } else {
          let distance = rep1;
          if (bit(s, probs, IS_REP_G1 + state, input) !== 0) {
            distance = rep2;
            if (bit(s, probs, IS_REP_G2 + state, input) !== 0) {
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
        length = lengthOf(s, probs, REP_LENGTH, posState, input);
        state = state < 7 ? 8 : 11;
      }
      if (rep0 >= reach(filled)) throw farMatch(rep0);
      const to = filled + length;
      if (to > end) throw new Damaged("a match goes on past the end of its chunk");
      if (rep0 === 0) {
        out.fill(out[filled - 1] ?? 0, filled, to);
        filled = to;
      } else {
        for (let from = filled - rep0 - 1; filled < to;) out[filled++] = out[from++] ?? 0;
      }
      if ((s[AT] ?? 0) > input.length + 4) throw new Damaged("the code of a chunk is too short");
    }
    this.#reps.set([rep0, rep1, rep2, rep3]);
    this.#state = state;
    this.#filled = filled;
    this.#history += unpacked;
  }
}

function farMatch(distance: number): Damaged {
  return new Damaged(`a match goes back ${distance + 1} bytes, before the start of the content`);
}

function distanceOf(
  s: Uint32Array,
  probs: Uint16Array,
  length: number,
  input: Uint8Array,
): number {
  const slot = tree(s, probs, POS_SLOT + Math.min(length - 2, 3) * 64, 6, input);
  if (slot < 4) return slot;
  const bits = (slot >> 1) - 1;
  const base = (2 | slot & 1) * 2 ** bits;
  if (slot < 14) return base + reverseTree(s, probs, SPECIAL + base - slot, bits, input);
  const high = direct(s, bits - 4, input);
  return base + high * 16 + reverseTree(s, probs, ALIGN, 4, input);
}

function chunkSizes(head: Uint8Array, at: number): { header: number; packed: number } {
  const [control = 0] = head;
  if (control >= 0x80) {
    const header = control >= 0xc0 ? 6 : 5;
    return { header, packed: (head[3] ?? 0) * 256 + (head[4] ?? 0) + 1 };
  }
  if (control > 2) throw new Damaged(`a chunk has control byte ${control}, which is reserved`, at);
  return { header: 3, packed: (head[1] ?? 0) * 256 + (head[2] ?? 0) + 1 };
}
