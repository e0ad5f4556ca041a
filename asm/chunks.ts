// Content-defined chunks: cuts that depend only on the bytes near them, so that equal contents at
// different places fall into equal chunks. Own definition, after FastCDC (Xia et al., USENIX ATC 2016).
//
// The last 16 bytes up to a position, the newest at age 0, have the gear hash
//   h = sum of weight(byte of age k) * 2^k modulo 2^16, weight(b) = w ^ (w >> 7), w = b * 0x9e3b mod 2^16
// and a position is a candidate where h is 2^16 - 64 or more (no run of one byte has that). Of a candidate the last 32 bytes are mixed to 32 bits; a
// chunk ends after it where that is below 2^40 / average while the chunk has fewer bytes than the
// average, below 2^44 / average afterwards. No chunk but the last has fewer than `least` bytes, and none
// has more than `most`.

import { nextCandidate as byBytes } from "./chunks_bytes";
import { nextCandidate as byVectors } from "./chunks_simd";
import { SCRATCH } from "./layout";

/** Bytes up to a position that decide whether a chunk ends there. */
const REACH: usize = 32;

const LEAST: usize = 0;
const AVERAGE: usize = 4;
const MOST: usize = 8;
/** Bytes of the chunk under way. */
const LENGTH: usize = 12;
/** What the mixed bytes must stay below, before and from the average on. */
const STRICT: usize = 16;
const LOOSE: usize = 20;
/** The last bytes of the stream. */
const TAIL: usize = 32;

/** Bytes in a state. */
export const CHUNKS_STATE: usize = TAIL + REACH;

/** Begins a stream. `least` is 64 or more, `average` 4096 or more and between it and `most`. */
export function chunks_init(state: usize, least: u32, average: u32, most: u32): void {
  memory.fill(state, 0, CHUNKS_STATE);
  store<u32>(state, least, LEAST);
  store<u32>(state, average, AVERAGE);
  store<u32>(state, most, MOST);
  store<u32>(state, u32((u64(1) << 40) / average), STRICT);
  store<u32>(state, u32(min((u64(1) << 44) / average, u64(u32.MAX_VALUE))), LOOSE);
}

/** The 32 bytes up to `at`, mixed. */
function mixed(at: usize): u32 {
  let value: u64 = 0;
  for (let word = at - 31; word < at; word += 8) {
    value = (value ^ load<u64>(word)) * 0x9e3779b97f4a7c15;
    value ^= value >> 29;
  }
  return u32(value >> 32);
}

/** Address of the next byte of `[at, end)` after which a chunk of now `length` bytes ends, or `end`. */
function nextCut(state: usize, at: usize, end: usize, length: usize): usize {
  const begin = at - length;
  const average = usize(load<u32>(state, AVERAGE));
  while (true) {
    at = ASC_FEATURE_SIMD ? byVectors(at, end) : byBytes(at, end);
    if (at >= end) return end;
    const bound = at + 1 - begin < average ? load<u32>(state, STRICT) : load<u32>(state, LOOSE);
    if (mixed(at) < bound) return at;
    at++;
  }
}

/** Takes `[data, end)`, before which REACH bytes can be read; writes the cuts counted from `origin`. */
function take(state: usize, data: usize, end: usize, origin: usize, out: usize): usize {
  const least = usize(load<u32>(state, LEAST));
  const most = usize(load<u32>(state, MOST));
  let length = usize(load<u32>(state, LENGTH));
  while (data < end) {
    const skipped = length + 1 < least ? least - length - 1 : 0;
    const last = data + (most - length - 1); // The chunk is full after this byte
    const until = min(end, last);
    const first = data + skipped;
    const cut = first < until ? nextCut(state, first, until, length + skipped) : until;
    if (cut == end) {
      length += end - data;
      break;
    }
    data = cut + 1;
    length = 0;
    store<u32>(out, u32(data - origin));
    out += 4;
  }
  store<u32>(state, u32(length), LENGTH);
  return out;
}

/**
 * Takes `length` bytes at `data` and writes the ends of the chunks that end in them as u32 at `out`,
 * counted from `data`; returns how many. The stream may be split anywhere. `length / least + 1` ends
 * are the most there can be.
 */
export function chunks_update(state: usize, data: usize, length: usize, out: usize): u32 {
  // The first bytes are taken together with the last ones of the call before.
  const joined = SCRATCH;
  const head = min(length, REACH);
  memory.copy(joined, state + TAIL, REACH);
  memory.copy(joined + REACH, data, head);
  let next = take(state, joined + REACH, joined + REACH + head, joined + REACH, out);
  if (length > head) next = take(state, data + head, data + length, data, next);
  if (length < REACH) memory.copy(state + TAIL, joined + length, REACH);
  else memory.copy(state + TAIL, data + length - REACH, REACH);
  return u32((next - out) >> 2);
}
