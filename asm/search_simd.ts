// Where a pattern may stand (see search.ts), 32 positions at a time: the tables by halves of bytes are
// looked up by swizzling.

import { nextCandidate as byBytes } from "./search_bytes";
import { NIBBLES } from "./search_state";

/** Buckets that may have the bytes, given by their halves, at a position. */
// @ts-ignore: decorator
@inline
function buckets(lowTable: v128, highTable: v128, low: v128, high: v128): v128 {
  return v128.and(v128.swizzle(lowTable, low), v128.swizzle(highTable, high));
}

/** Bits of the lanes that are not 0. */
// @ts-ignore: decorator
@inline
function lanes(vector: v128): u32 {
  return u32(~i8x16.bitmask(i8x16.eq(vector, i8x16.splat(0)))) & 0xffff;
}

/** Address of the first byte of `[at, end)` at which a pattern may stand, or `end`. */
export function nextCandidate(state: usize, at: usize, end: usize): usize {
  if (end - at < 34) return byBytes(state, at, end);
  const low0 = v128.load(state, NIBBLES), high0 = v128.load(state, NIBBLES + 16);
  const low1 = v128.load(state, NIBBLES + 32), high1 = v128.load(state, NIBBLES + 48);
  const low2 = v128.load(state, NIBBLES + 64), high2 = v128.load(state, NIBBLES + 80);
  const half = i8x16.splat(15);
  let first = i8x16.splat(0), second = first;
  // Lane i tells of the pattern that would have its third byte there.
  for (; end - at >= 32; at += 32) {
    const a = v128.load(at), b = v128.load(at, 16);
    const lowA = v128.and(a, half), lowB = v128.and(b, half);
    const highA = i8x16.shr_u(a, 4), highB = i8x16.shr_u(b, 4);
    const firstA = buckets(low0, high0, lowA, highA), firstB = buckets(low0, high0, lowB, highB);
    const secondA = buckets(low1, high1, lowA, highA), secondB = buckets(low1, high1, lowB, highB);
    const leftA = v128.and(
      buckets(low2, high2, lowA, highA),
      v128.and(
        v128.shuffle<u8>(first, firstA, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
        v128.shuffle<u8>(second, secondA, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
      ),
    );
    const leftB = v128.and(
      buckets(low2, high2, lowB, highB),
      v128.and(
        v128.shuffle<u8>(firstA, firstB, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
        v128.shuffle<u8>(secondA, secondB, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
      ),
    );
    if (v128.any_true(v128.or(leftA, leftB))) {
      return at - 2 + usize(ctz(lanes(leftA) | (lanes(leftB) << 16)));
    }
    first = firstB;
    second = secondB;
  }
  return byBytes(state, at - 2, end);
}
