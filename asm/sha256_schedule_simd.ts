// The message schedules of four blocks of SHA-256 at once (FIPS 180-4 6.2.2 step 1).

import { SCRATCH } from "./layout";
import { K } from "./sha256_constants";
import { transpose } from "./words_simd";

// @ts-ignore: decorator
@inline
export function rotr(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shr_u(x, bits), i32x4.shl(x, 32 - bits));
}

// @ts-ignore: decorator
@inline
function smallSigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotr(x, 7), rotr(x, 18)), i32x4.shr_u(x, 3));
}

// @ts-ignore: decorator
@inline
function smallSigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotr(x, 17), rotr(x, 19)), i32x4.shr_u(x, 10));
}

/** Word `at` of the message schedules at `w`, which is written there too. */
// @ts-ignore: decorator
@inline
export function next(w: usize, at: usize): v128 {
  w += 16 * at;
  const word = i32x4.add(
    i32x4.add(smallSigma1(v128.load(w - 32)), v128.load(w - 112)),
    i32x4.add(smallSigma0(v128.load(w - 240)), v128.load(w - 256)),
  );
  v128.store(w, word);
  return word;
}

/**
 * Writes the words of the message schedules of the blocks at four addresses to scratch, and after
 * them the sums of word and constant.
 */
export function schedule(p: usize, q: usize, r: usize, t: usize): void {
  transpose(p, q, r, t, SCRATCH, true);
  const sums = SCRATCH + 1024;
  for (let at: usize = 0; at < 64; at++) {
    const word = at < 16 ? v128.load(SCRATCH + 16 * at) : next(SCRATCH, at);
    v128.store(sums + 16 * at, i32x4.add(word, v128.load32_splat(K + 4 * at)));
  }
}
