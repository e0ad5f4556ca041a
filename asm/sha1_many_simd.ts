// SHA-1 (FIPS 180-4 6.1) of many streams, four at a time.

import { CHAINS, inLanes } from "./lanes_simd";
import { SCRATCH } from "./layout";
import { compress, emit } from "./sha1_block";
import { next } from "./sha1_schedule_simd";
import { transpose } from "./words_simd";

const BLOCK: usize = 64;

/** The constants of 4.2.1, one for twenty rounds. */
const K = memory.data<u32>([0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6]);

// The functions of 4.1.1.
// @ts-ignore: decorator
@inline
function ch(x: v128, y: v128, z: v128): v128 {
  return v128.xor(z, v128.and(x, v128.xor(y, z)));
}

// @ts-ignore: decorator
@inline
function parity(x: v128, y: v128, z: v128): v128 {
  return v128.xor(v128.xor(x, y), z);
}

// @ts-ignore: decorator
@inline
function maj(x: v128, y: v128, z: v128): v128 {
  return v128.xor(v128.and(x, y), v128.and(z, v128.xor(x, y)));
}

// @ts-ignore: decorator
@inline
function rotl(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

// The rotation of what the round before made joins a sum that is ready.
// @ts-ignore: decorator
@inline
function round(e: v128, a: v128, f: v128, w: v128, k: usize): v128 {
  const ready = i32x4.add(i32x4.add(i32x4.add(e, w), v128.load32_splat(K + k)), f);
  return i32x4.add(ready, rotl(a, 5));
}

function compressLanes(blocks: usize, p: usize, q: usize, r: usize, t: usize): void {
  let a = v128.load(CHAINS);
  let b = v128.load(CHAINS, 16);
  let c = v128.load(CHAINS, 32);
  let d = v128.load(CHAINS, 48);
  let e = v128.load(CHAINS, 64);
  for (const end = p + blocks * BLOCK; p < end; p += BLOCK, q += BLOCK, r += BLOCK, t += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d, e0 = e;
    transpose(p, q, r, t, SCRATCH, true);
    for (let at: usize = 16; at < 20; at++) next(SCRATCH, at);
    let w = SCRATCH;
    for (const last = SCRATCH + 320; w < last; w += 80) {
      e = round(e, a, ch(b, c, d), v128.load(w), 0);
      b = rotl(b, 30);
      d = round(d, e, ch(a, b, c), v128.load(w, 16), 0);
      a = rotl(a, 30);
      c = round(c, d, ch(e, a, b), v128.load(w, 32), 0);
      e = rotl(e, 30);
      b = round(b, c, ch(d, e, a), v128.load(w, 48), 0);
      d = rotl(d, 30);
      a = round(a, b, ch(c, d, e), v128.load(w, 64), 0);
      c = rotl(c, 30);
    }
    for (const last = SCRATCH + 640; w < last; w += 80) {
      e = round(e, a, parity(b, c, d), next(w, 0), 4);
      b = rotl(b, 30);
      d = round(d, e, parity(a, b, c), next(w, 1), 4);
      a = rotl(a, 30);
      c = round(c, d, parity(e, a, b), next(w, 2), 4);
      e = rotl(e, 30);
      b = round(b, c, parity(d, e, a), next(w, 3), 4);
      d = rotl(d, 30);
      a = round(a, b, parity(c, d, e), next(w, 4), 4);
      c = rotl(c, 30);
    }
    for (const last = SCRATCH + 960; w < last; w += 80) {
      e = round(e, a, maj(b, c, d), next(w, 0), 8);
      b = rotl(b, 30);
      d = round(d, e, maj(a, b, c), next(w, 1), 8);
      a = rotl(a, 30);
      c = round(c, d, maj(e, a, b), next(w, 2), 8);
      e = rotl(e, 30);
      b = round(b, c, maj(d, e, a), next(w, 3), 8);
      d = rotl(d, 30);
      a = round(a, b, maj(c, d, e), next(w, 4), 8);
      c = rotl(c, 30);
    }
    for (const last = SCRATCH + 1280; w < last; w += 80) {
      e = round(e, a, parity(b, c, d), next(w, 0), 12);
      b = rotl(b, 30);
      d = round(d, e, parity(a, b, c), next(w, 1), 12);
      a = rotl(a, 30);
      c = round(c, d, parity(e, a, b), next(w, 2), 12);
      e = rotl(e, 30);
      b = round(b, c, parity(d, e, a), next(w, 3), 12);
      d = rotl(d, 30);
      a = round(a, b, parity(c, d, e), next(w, 4), 12);
      c = rotl(c, 30);
    }
    a = i32x4.add(a, a0);
    b = i32x4.add(b, b0);
    c = i32x4.add(c, c0);
    d = i32x4.add(d, d0);
    e = i32x4.add(e, e0);
  }
  v128.store(CHAINS, a);
  v128.store(CHAINS, b, 16);
  v128.store(CHAINS, c, 32);
  v128.store(CHAINS, d, 48);
  v128.store(CHAINS, e, 64);
}

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function sha1_many(jobs: usize, count: u32): void {
  inLanes(jobs, count, 4, 2, 20, 4, BLOCK, 8, true, compress, compressLanes, emit);
}
