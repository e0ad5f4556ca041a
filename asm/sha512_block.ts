// The block function of SHA-512 (FIPS 180-4 6.4.2).

import { CHAIN } from "./blocks";
import { SCRATCH } from "./layout";
import { K } from "./sha512_constants";
import { schedule as schedule2 } from "./sha512_schedule_simd";

const BLOCK: usize = 128;

/** Bytes from a word of a message schedule to the next: vectors hold those of two blocks. */
const STEP: usize = ASC_FEATURE_SIMD ? 16 : 8;
/** Where the sums of words and constants are; the words are before them. */
const SUMS: usize = SCRATCH + 80 * STEP;

// @ts-ignore: decorator
@inline
function bigSigma0(x: u64): u64 {
  return rotr<u64>(x, 28) ^ rotr<u64>(x, 34) ^ rotr<u64>(x, 39);
}

// @ts-ignore: decorator
@inline
function bigSigma1(x: u64): u64 {
  return rotr<u64>(x, 14) ^ rotr<u64>(x, 18) ^ rotr<u64>(x, 41);
}

// @ts-ignore: decorator
@inline
function smallSigma0(x: u64): u64 {
  return rotr<u64>(x, 1) ^ rotr<u64>(x, 8) ^ (x >> 7);
}

// @ts-ignore: decorator
@inline
function smallSigma1(x: u64): u64 {
  return rotr<u64>(x, 19) ^ rotr<u64>(x, 61) ^ (x >> 6);
}

/** T1 of a round, with Ch of 4.1.3; `k` is added to the word already. */
// @ts-ignore: decorator
@inline
function temp1(e: u64, f: u64, g: u64, h: u64, k: u64): u64 {
  return (h + k) + (g ^ (e & (f ^ g))) + bigSigma1(e);
}

/** T2 of a round, with Maj of 4.1.3. */
// @ts-ignore: decorator
@inline
function temp2(a: u64, b: u64, c: u64): u64 {
  return bigSigma0(a) + (((a ^ b) & (b ^ c)) ^ b);
}

/** Round constants plus message schedule (6.4.2 step 1) of the block at `data`, to scratch. */
function schedule(data: usize): void {
  for (let at: usize = 0; at < 128; at += 8) {
    const word = bswap(load<u64>(data + at));
    store<u64>(SCRATCH + at, word);
    store<u64>(SUMS + at, word + load<u64>(K + at));
  }
  for (let at: usize = 128; at < 640; at += 8) {
    const w = SCRATCH + at;
    const word = smallSigma1(load<u64>(w - 16)) + load<u64>(w - 56) +
      smallSigma0(load<u64>(w - 120)) + load<u64>(w - 128);
    store<u64>(w, word);
    store<u64>(SUMS + at, word + load<u64>(K + at));
  }
}

/** Compresses one block, whose sums are at `k`, into the chaining value of `state`. */
function rounds(state: usize, k: usize): void {
  const a0 = load<u64>(state, CHAIN), b0 = load<u64>(state, CHAIN + 8);
  const c0 = load<u64>(state, CHAIN + 16), d0 = load<u64>(state, CHAIN + 24);
  const e0 = load<u64>(state, CHAIN + 32), f0 = load<u64>(state, CHAIN + 40);
  const g0 = load<u64>(state, CHAIN + 48), h0 = load<u64>(state, CHAIN + 56);
  let a = a0, b = b0, c = c0, d = d0, e = e0, f = f0, g = g0, h = h0;
  // Eight rounds a turn: then every letter is back in its place and nothing has to be moved.
  for (const end = k + 80 * STEP; k < end; k += 8 * STEP) {
    h = temp1(e, f, g, h, load<u64>(k));
    d += h;
    h += temp2(a, b, c);
    g = temp1(d, e, f, g, load<u64>(k, STEP));
    c += g;
    g += temp2(h, a, b);
    f = temp1(c, d, e, f, load<u64>(k, 2 * STEP));
    b += f;
    f += temp2(g, h, a);
    e = temp1(b, c, d, e, load<u64>(k, 3 * STEP));
    a += e;
    e += temp2(f, g, h);
    d = temp1(a, b, c, d, load<u64>(k, 4 * STEP));
    h += d;
    d += temp2(e, f, g);
    c = temp1(h, a, b, c, load<u64>(k, 5 * STEP));
    g += c;
    c += temp2(d, e, f);
    b = temp1(g, h, a, b, load<u64>(k, 6 * STEP));
    f += b;
    b += temp2(c, d, e);
    a = temp1(f, g, h, a, load<u64>(k, 7 * STEP));
    e += a;
    a += temp2(b, c, d);
  }
  store<u64>(state, a + a0, CHAIN);
  store<u64>(state, b + b0, CHAIN + 8);
  store<u64>(state, c + c0, CHAIN + 16);
  store<u64>(state, d + d0, CHAIN + 24);
  store<u64>(state, e + e0, CHAIN + 32);
  store<u64>(state, f + f0, CHAIN + 40);
  store<u64>(state, g + g0, CHAIN + 48);
  store<u64>(state, h + h0, CHAIN + 56);
}

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  const end = data + blocks * BLOCK;
  if (ASC_FEATURE_SIMD) {
    while (data < end) {
      // Where there is only one block, it fills both lanes
      const last = end - BLOCK;
      schedule2(data, min(data + 128, last));
      const lanes = SUMS + 8 * min((end - data) / BLOCK, 2);
      for (let k = SUMS; k < lanes; k += 8, data += BLOCK) rounds(state, k);
    }
  } else {
    for (; data < end; data += BLOCK) {
      schedule(data);
      rounds(state, SUMS);
    }
  }
}

/** Writes the chaining value of `state` as a digest to `out`. */
export function emit(state: usize, out: usize): void {
  for (let at: usize = 0; at < 64; at += 8) {
    store<u64>(out + at, bswap(load<u64>(state + CHAIN + at)));
  }
}
