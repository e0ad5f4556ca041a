// Where any of many short patterns stands, at any byte. Patterns are spread over 8 buckets; for each of
// the first 3 bytes a table says which buckets have a pattern with that byte there, and only where a
// bucket is left are its patterns compared (after "Teddy" of the Hyperscan library).

import { nextCandidate as byBytes } from "./search_bytes";
import { nextCandidate as byVectors } from "./search_simd";
import {
  BUCKETS,
  COUNT,
  NIBBLES,
  PATTERN,
  PATTERNS,
  possible,
  TABLES,
} from "./search_state";

export { SEARCH_STATE } from "./search_state";

/** An entry of the list that search_init takes: u32 length (2 to 16), u32 id, 16 bytes. */
const ENTRY = PATTERN;

/** Says in the tables that a pattern of `bucket` may have `byte` at `position`. */
function allow(state: usize, position: usize, byte: u32, bucket: u32): void {
  const bit: u32 = 1 << bucket;
  const table = state + TABLES + (position << 8) + usize(byte);
  store<u8>(table, load<u8>(table) | bit);
  const low = state + NIBBLES + (position << 5) + usize(byte & 15);
  store<u8>(low, load<u8>(low) | bit);
  const high = state + NIBBLES + (position << 5) + 16 + usize(byte >> 4);
  store<u8>(high, load<u8>(high) | bit);
}

/** Makes the tables for `count` entries (1 to 64) at `patterns`, of which neighbours share buckets. */
export function search_init(state: usize, patterns: usize, count: u32): void {
  memory.fill(state, 0, PATTERNS);
  memory.copy(state + PATTERNS, patterns, usize(count) * ENTRY);
  store<u32>(state, count, COUNT);
  const buckets = min<u32>(count, 8);
  for (let index: u32 = 0; index < count; index++) {
    const bucket = index * buckets / count;
    // The patterns of a bucket end where those of the next one begin.
    for (let next = bucket + 1; next <= 8; next++) store<u8>(state + BUCKETS + next, index + 1);
    const pattern = state + PATTERNS + usize(index) * PATTERN;
    for (let position: usize = 0; position < 3; position++) {
      if (position < usize(load<u32>(pattern))) {
        allow(state, position, load<u8>(pattern + 8 + position), bucket);
      } else {
        for (let byte: u32 = 0; byte < 256; byte++) allow(state, position, byte, bucket);
      }
    }
  }
}

/** Whether the pattern stands at `at`, before `end`. */
function stands(pattern: usize, at: usize, end: usize): bool {
  const length = usize(load<u32>(pattern));
  if (end - at < length) return false;
  for (let index: usize = 0; index < length; index++) {
    if (load<u8>(at + index) != load<u8>(pattern + 8 + index)) return false;
  }
  return true;
}

/** Writes the patterns of `buckets` that stand at `at`; returns where the next match goes. */
function matches(state: usize, buckets: u32, at: usize, data: usize, end: usize, out: usize): usize {
  for (; buckets != 0; buckets &= buckets - 1) {
    const bucket = state + BUCKETS + usize(ctz(buckets));
    const last = usize(load<u8>(bucket, 1));
    for (let index = usize(load<u8>(bucket)); index < last; index++) {
      const pattern = state + PATTERNS + index * PATTERN;
      if (!stands(pattern, at, end)) continue;
      store<u32>(out, u32(at - data));
      store<u32>(out, load<u32>(pattern, 4), 4);
      out += 8;
    }
  }
  return out;
}

/**
 * Writes where patterns stand wholly in `length` bytes at `data`, from index `from` on and in order: at
 * `out` how many (u32, then 4 bytes unused), then u32 index and u32 id of each, `most` of them at most
 * and no less than there are patterns. Returns the index to go on from, which is `length` at the end.
 */
export function search(
  state: usize,
  data: usize,
  from: usize,
  length: usize,
  out: usize,
  most: u32,
): usize {
  const end = data + length;
  const full = out + 8 + (usize(most - load<u32>(state, COUNT)) << 3);
  let next = out + 8;
  let at = data + from;
  for (; next <= full; at++) {
    at = ASC_FEATURE_SIMD ? byVectors(state, at, end) : byBytes(state, at, end);
    if (at >= end) break;
    next = matches(state, possible(state, at, end), at, data, end, next);
  }
  store<u32>(out, u32((next - out - 8) >> 3));
  return min(at, end) - data;
}
