// The message schedules of four blocks of SHA-1 at once (FIPS 180-4 6.1.2 step 1).

import { SCRATCH } from "./layout";
import { transpose } from "./words_simd";

/** Word `at` of the message schedules at `w`, which is written there too. */
// @ts-ignore: decorator
@inline
export function next(w: usize, at: usize): v128 {
  w += 16 * at;
  const sum = v128.xor(
    v128.xor(v128.load(w - 48), v128.load(w - 128)),
    v128.xor(v128.load(w - 224), v128.load(w - 256)),
  );
  const word = v128.or(i32x4.add(sum, sum), i32x4.shr_u(sum, 31));
  v128.store(w, word);
  return word;
}

/** Writes the eighty words of the message schedules of the blocks at four addresses to scratch. */
export function schedule(p: usize, q: usize, r: usize, t: usize): void {
  transpose(p, q, r, t, SCRATCH, true);
  for (let at: usize = 16; at < 80; at++) next(SCRATCH, at);
}
