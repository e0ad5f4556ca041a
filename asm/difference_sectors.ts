// Which sectors of two runs of bytes differ.

import { first_difference as byWords } from "./difference";
import { first_difference as byVectors } from "./difference_simd";

/** Index of the first byte in which `a` and `b` differ, or `length`: the fastest of this entry. */
// @ts-ignore: decorator
@inline
export function firstDifference(a: usize, b: usize, length: usize): usize {
  return ASC_FEATURE_SIMD ? byVectors(a, b, length) : byWords(a, b, length);
}

/**
 * One bit a sector of `size` bytes (the last one may be shorter): bit `i % 8` of byte `i / 8` at `out`
 * is set where `a` and `b` differ in sector `i`; bits past the last sector are 0. Returns how many do.
 */
export function difference_bitmap(
  a: usize,
  b: usize,
  length: usize,
  size: usize,
  out: usize,
): u32 {
  let count: u32 = 0;
  let bits: u32 = 0;
  let bit: u32 = 0;
  for (let at: usize = 0; at < length; at += size) {
    const part = min(size, length - at);
    const differs = u32(firstDifference(a + at, b + at, part) != part);
    bits |= differs << bit;
    count += differs;
    if (++bit < 8) continue;
    store<u8>(out++, bits);
    bits = bit = 0;
  }
  if (bit != 0) store<u8>(out, bits);
  return count;
}
