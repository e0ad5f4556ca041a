// SHA-512 (FIPS 180-4 6.4) of many streams, two at a time.

import { CHAINS, inLanes } from "./lanes_simd";
import { SCRATCH } from "./layout";
import { compress, emit } from "./sha512_block";
import { K } from "./sha512_constants";
import { next, rotr } from "./sha512_schedule_simd";
import { transpose64 } from "./words_simd";

const BLOCK: usize = 128;

// @ts-ignore: decorator
@inline
function bigSigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotr(x, 28), rotr(x, 34)), rotr(x, 39));
}

// @ts-ignore: decorator
@inline
function bigSigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotr(x, 14), rotr(x, 18)), rotr(x, 41));
}

/** T1 of a round, with Ch of 4.1.3; `k` is the sum of word and constant. */
// @ts-ignore: decorator
@inline
function temp1(e: v128, f: v128, g: v128, h: v128, k: v128): v128 {
  const choice = v128.xor(g, v128.and(e, v128.xor(f, g)));
  return i64x2.add(i64x2.add(i64x2.add(h, k), choice), bigSigma1(e));
}

/**
 * T2 of a round. Maj of 4.1.3 is `b` where `a` and `b` agree, else `c`. In `x` are the bits where `a`
 * and `b` differ, in `y` those where `b` and `c` do: the `x` of the round before.
 */
// @ts-ignore: decorator
@inline
function temp2(a: v128, b: v128, x: v128, y: v128): v128 {
  return i64x2.add(bigSigma0(a), v128.xor(b, v128.and(x, y)));
}

function compressLanes(blocks: usize, p: usize, q: usize, _r: usize, _t: usize): void {
  let a = v128.load(CHAINS);
  let b = v128.load(CHAINS, 16);
  let c = v128.load(CHAINS, 32);
  let d = v128.load(CHAINS, 48);
  let e = v128.load(CHAINS, 64);
  let f = v128.load(CHAINS, 80);
  let g = v128.load(CHAINS, 96);
  let h = v128.load(CHAINS, 112);
  for (const end = p + blocks * BLOCK; p < end; p += BLOCK, q += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d, e0 = e, f0 = f, g0 = g, h0 = h;
    transpose64(p, q, SCRATCH);
    let k = K;
    let x = b, y = v128.xor(b, c);
    let w = SCRATCH;
    // Eight rounds a turn: then every letter is back in its place and nothing has to be moved.
    for (; k < K + 128; k += 64, w += 128) {
      h = temp1(e, f, g, h, i64x2.add(v128.load(w), v128.load64_splat(k)));
      d = i64x2.add(d, h);
      x = v128.xor(a, b);
      h = i64x2.add(h, temp2(a, b, x, y));
      g = temp1(d, e, f, g, i64x2.add(v128.load(w, 16), v128.load64_splat(k, 8)));
      c = i64x2.add(c, g);
      y = v128.xor(h, a);
      g = i64x2.add(g, temp2(h, a, y, x));
      f = temp1(c, d, e, f, i64x2.add(v128.load(w, 32), v128.load64_splat(k, 16)));
      b = i64x2.add(b, f);
      x = v128.xor(g, h);
      f = i64x2.add(f, temp2(g, h, x, y));
      e = temp1(b, c, d, e, i64x2.add(v128.load(w, 48), v128.load64_splat(k, 24)));
      a = i64x2.add(a, e);
      y = v128.xor(f, g);
      e = i64x2.add(e, temp2(f, g, y, x));
      d = temp1(a, b, c, d, i64x2.add(v128.load(w, 64), v128.load64_splat(k, 32)));
      h = i64x2.add(h, d);
      x = v128.xor(e, f);
      d = i64x2.add(d, temp2(e, f, x, y));
      c = temp1(h, a, b, c, i64x2.add(v128.load(w, 80), v128.load64_splat(k, 40)));
      g = i64x2.add(g, c);
      y = v128.xor(d, e);
      c = i64x2.add(c, temp2(d, e, y, x));
      b = temp1(g, h, a, b, i64x2.add(v128.load(w, 96), v128.load64_splat(k, 48)));
      f = i64x2.add(f, b);
      x = v128.xor(c, d);
      b = i64x2.add(b, temp2(c, d, x, y));
      a = temp1(f, g, h, a, i64x2.add(v128.load(w, 112), v128.load64_splat(k, 56)));
      e = i64x2.add(e, a);
      y = v128.xor(b, c);
      a = i64x2.add(a, temp2(b, c, y, x));
    }
    for (; k < K + 640; k += 64, w += 128) {
      h = temp1(e, f, g, h, i64x2.add(next(w, 0), v128.load64_splat(k)));
      d = i64x2.add(d, h);
      x = v128.xor(a, b);
      h = i64x2.add(h, temp2(a, b, x, y));
      g = temp1(d, e, f, g, i64x2.add(next(w, 1), v128.load64_splat(k, 8)));
      c = i64x2.add(c, g);
      y = v128.xor(h, a);
      g = i64x2.add(g, temp2(h, a, y, x));
      f = temp1(c, d, e, f, i64x2.add(next(w, 2), v128.load64_splat(k, 16)));
      b = i64x2.add(b, f);
      x = v128.xor(g, h);
      f = i64x2.add(f, temp2(g, h, x, y));
      e = temp1(b, c, d, e, i64x2.add(next(w, 3), v128.load64_splat(k, 24)));
      a = i64x2.add(a, e);
      y = v128.xor(f, g);
      e = i64x2.add(e, temp2(f, g, y, x));
      d = temp1(a, b, c, d, i64x2.add(next(w, 4), v128.load64_splat(k, 32)));
      h = i64x2.add(h, d);
      x = v128.xor(e, f);
      d = i64x2.add(d, temp2(e, f, x, y));
      c = temp1(h, a, b, c, i64x2.add(next(w, 5), v128.load64_splat(k, 40)));
      g = i64x2.add(g, c);
      y = v128.xor(d, e);
      c = i64x2.add(c, temp2(d, e, y, x));
      b = temp1(g, h, a, b, i64x2.add(next(w, 6), v128.load64_splat(k, 48)));
      f = i64x2.add(f, b);
      x = v128.xor(c, d);
      b = i64x2.add(b, temp2(c, d, x, y));
      a = temp1(f, g, h, a, i64x2.add(next(w, 7), v128.load64_splat(k, 56)));
      e = i64x2.add(e, a);
      y = v128.xor(b, c);
      a = i64x2.add(a, temp2(b, c, y, x));
    }
    a = i64x2.add(a, a0);
    b = i64x2.add(b, b0);
    c = i64x2.add(c, c0);
    d = i64x2.add(d, d0);
    e = i64x2.add(e, e0);
    f = i64x2.add(f, f0);
    g = i64x2.add(g, g0);
    h = i64x2.add(h, h0);
  }
  v128.store(CHAINS, a);
  v128.store(CHAINS, b, 16);
  v128.store(CHAINS, c, 32);
  v128.store(CHAINS, d, 48);
  v128.store(CHAINS, e, 64);
  v128.store(CHAINS, f, 80);
  v128.store(CHAINS, g, 96);
  v128.store(CHAINS, h, 112);
}

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function sha512_many(jobs: usize, count: u32): void {
  inLanes(jobs, count, 2, 2, 64, 8, BLOCK, 16, true, compress, compressLanes, emit);
}
