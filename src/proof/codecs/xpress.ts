// XPRESS with Huffman codes ([MS-XCA] 2.1 and 2.2), a chunk of the Windows Imaging Format at a time.

import { Damaged } from "../formats/format.ts";
import { PrefixCode, WordBits } from "./words.ts";

const SYMBOLS = 512;
const LEAST_MATCH = 3;
/** Code words have 15 bits at most: the decoder looks so far ahead, and 16 bits for an offset. */
const AHEAD = 15;

const lengths = new Uint8Array(SYMBOLS);
const code = new PrefixCode();

/** Decodes a chunk into all of `out`. Throws {@linkcode Damaged}. */
export function decodeXpress(bytes: Uint8Array, out: Uint8Array): void {
  if (bytes.length < SYMBOLS / 2) throw new Damaged("the chunk is too short for its code", 0);
  for (let at = 0; at < SYMBOLS / 2; at++) {
    const pair = bytes[at] ?? 0;
    lengths[2 * at] = pair % 16;
    lengths[2 * at + 1] = Math.floor(pair / 16);
  }
  code.set(lengths, "XPRESS");
  const bits = new WordBits(bytes.subarray(SYMBOLS / 2));
  for (let at = 0; at < out.length;) {
    // How far the words are loaded decides where the bytes of long lengths stand.
    bits.ensure(AHEAD);
    const symbol = code.read(bits);
    if (symbol < 256) {
      out[at++] = symbol;
      continue;
    }
    bits.ensure(16);
    const power = Math.floor(symbol / 16) % 16;
    const offset = 2 ** power + bits.read(power);
    const length = lengthOf(symbol % 16, bits);
    if (offset > at || length > out.length - at) {
      throw new Damaged(`a match of ${length} bytes from ${offset} bytes back leaves the chunk`);
    }
    for (const end = at + length; at < end; at++) out[at] = out[at - offset] ?? 0;
  }
}

function lengthOf(low: number, bits: WordBits): number {
  if (low < 15) return low + LEAST_MATCH;
  const more = bits.byte();
  if (more < 255) return low + more + LEAST_MATCH;
  const first = bits.byte();
  return first + 256 * bits.byte() + LEAST_MATCH;
}
