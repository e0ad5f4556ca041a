// The tables of a search, as search.ts makes them.

/** Patterns that a search may have. */
export const PATTERNS_MOST: usize = 64;
/** A pattern: u32 length, u32 id, 16 bytes. */
export const PATTERN: usize = 24;

/** How many patterns there are. */
export const COUNT: usize = 0;
/** Index of the first pattern of each bucket, u8, and of the end of the last one. */
export const BUCKETS: usize = 4;
/** For each of 3 positions: buckets by the low half of the byte, buckets by the high half. */
export const NIBBLES: usize = 16;
/** For each of 3 positions: buckets by the byte. */
export const TABLES: usize = NIBBLES + 3 * 32;
/** The patterns, by bucket. */
export const PATTERNS: usize = TABLES + 3 * 256;
/** Bytes in the tables of a search. */
export const SEARCH_STATE: usize = PATTERNS + PATTERNS_MOST * PATTERN;

/** The buckets that may have a pattern at `at`, which lies before `end`. */
// @ts-ignore: decorator
@inline
export function possible(state: usize, at: usize, end: usize): u32 {
  let buckets: u32 = load<u8>(state + usize(load<u8>(at)), TABLES);
  if (end - at > 1) buckets &= load<u8>(state + usize(load<u8>(at, 1)), TABLES + 256);
  if (end - at > 2) buckets &= load<u8>(state + usize(load<u8>(at, 2)), TABLES + 512);
  return buckets;
}
