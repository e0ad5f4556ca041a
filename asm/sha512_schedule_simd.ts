// The message schedules of two blocks of SHA-512 at once (FIPS 180-4 6.4.2 step 1).

import { SCRATCH } from "./layout";
import { K } from "./sha512_constants";
import { transpose64 } from "./words_simd";

// @ts-ignore: decorator
@inline
export function rotr(x: v128, bits: i32): v128 {
  return v128.or(i64x2.shr_u(x, bits), i64x2.shl(x, 64 - bits));
}

// @ts-ignore: decorator
@inline
function smallSigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotr(x, 1), rotr(x, 8)), i64x2.shr_u(x, 7));
}

// @ts-ignore: decorator
@inline
function smallSigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotr(x, 19), rotr(x, 61)), i64x2.shr_u(x, 6));
}

/** Word `at` of the message schedules at `w`, which is written there too. */
// @ts-ignore: decorator
@inline
export function next(w: usize, at: usize): v128 {
  w += 16 * at;
  const word = i64x2.add(
    i64x2.add(smallSigma1(v128.load(w - 32)), v128.load(w - 112)),
    i64x2.add(smallSigma0(v128.load(w - 240)), v128.load(w - 256)),
  );
  v128.store(w, word);
  return word;
}

/**
 * Writes the words of the message schedules of the blocks at two addresses to scratch, and after
 * them the sums of word and constant.
 */
export function schedule(p: usize, q: usize): void {
  transpose64(p, q, SCRATCH);
  const sums = SCRATCH + 1280;
  for (let at: usize = 0; at < 80; at++) {
    const word = at < 16 ? v128.load(SCRATCH + 16 * at) : next(SCRATCH, at);
    v128.store(sums + 16 * at, i64x2.add(word, v128.load64_splat(K + 8 * at)));
  }
}
