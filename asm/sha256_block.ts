// The block function of SHA-256 (FIPS 180-4 6.2.2).

import { CHAIN } from "./blocks";
import { SCRATCH } from "./layout";
import { K } from "./sha256_constants";
import { schedule as schedule4 } from "./sha256_schedule_simd";

const BLOCK: usize = 64;

/** Bytes from a word of a message schedule to the next: vectors hold those of four blocks. */
const STEP: usize = ASC_FEATURE_SIMD ? 16 : 4;
/** Where the sums of words and constants are; the words are before them. */
const SUMS: usize = SCRATCH + 64 * STEP;

// @ts-ignore: decorator
@inline
function bigSigma0(x: u32): u32 {
  return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22);
}

// @ts-ignore: decorator
@inline
function bigSigma1(x: u32): u32 {
  return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25);
}

// @ts-ignore: decorator
@inline
function smallSigma0(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
}

// @ts-ignore: decorator
@inline
function smallSigma1(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10);
}

/** T1 of a round, with Ch of 4.1.2; `k` is added to the word already. */
// @ts-ignore: decorator
@inline
function temp1(e: u32, f: u32, g: u32, h: u32, k: u32): u32 {
  return (h + k) + (g ^ (e & (f ^ g))) + bigSigma1(e);
}

/** T2 of a round, with Maj of 4.1.2. */
// @ts-ignore: decorator
@inline
function temp2(a: u32, b: u32, c: u32): u32 {
  return bigSigma0(a) + (((a ^ b) & (b ^ c)) ^ b);
}

/** Round constants plus message schedule (6.2.2 step 1) of the block at `data`, to scratch. */
function schedule(data: usize): void {
  for (let at: usize = 0; at < 64; at += 4) {
    const word = bswap(load<u32>(data + at));
    store<u32>(SCRATCH + at, word);
    store<u32>(SUMS + at, word + load<u32>(K + at));
  }
  for (let at: usize = 64; at < 256; at += 4) {
    const w = SCRATCH + at;
    const word = smallSigma1(load<u32>(w - 8)) + load<u32>(w - 28) +
      smallSigma0(load<u32>(w - 60)) + load<u32>(w - 64);
    store<u32>(w, word);
    store<u32>(SUMS + at, word + load<u32>(K + at));
  }
}

/** Compresses one block, whose sums are at `k`, into the chaining value of `state`. */
function rounds(state: usize, k: usize): void {
  const a0 = load<u32>(state, CHAIN), b0 = load<u32>(state, CHAIN + 4);
  const c0 = load<u32>(state, CHAIN + 8), d0 = load<u32>(state, CHAIN + 12);
  const e0 = load<u32>(state, CHAIN + 16), f0 = load<u32>(state, CHAIN + 20);
  const g0 = load<u32>(state, CHAIN + 24), h0 = load<u32>(state, CHAIN + 28);
  let a = a0, b = b0, c = c0, d = d0, e = e0, f = f0, g = g0, h = h0;
  // Eight rounds a turn: then every letter is back in its place and nothing has to be moved.
  for (const end = k + 64 * STEP; k < end; k += 8 * STEP) {
    h = temp1(e, f, g, h, load<u32>(k));
    d += h;
    h += temp2(a, b, c);
    g = temp1(d, e, f, g, load<u32>(k, STEP));
    c += g;
    g += temp2(h, a, b);
    f = temp1(c, d, e, f, load<u32>(k, 2 * STEP));
    b += f;
    f += temp2(g, h, a);
    e = temp1(b, c, d, e, load<u32>(k, 3 * STEP));
    a += e;
    e += temp2(f, g, h);
    d = temp1(a, b, c, d, load<u32>(k, 4 * STEP));
    h += d;
    d += temp2(e, f, g);
    c = temp1(h, a, b, c, load<u32>(k, 5 * STEP));
    g += c;
    c += temp2(d, e, f);
    b = temp1(g, h, a, b, load<u32>(k, 6 * STEP));
    f += b;
    b += temp2(c, d, e);
    a = temp1(f, g, h, a, load<u32>(k, 7 * STEP));
    e += a;
    a += temp2(b, c, d);
  }
  store<u32>(state, a + a0, CHAIN);
  store<u32>(state, b + b0, CHAIN + 4);
  store<u32>(state, c + c0, CHAIN + 8);
  store<u32>(state, d + d0, CHAIN + 12);
  store<u32>(state, e + e0, CHAIN + 16);
  store<u32>(state, f + f0, CHAIN + 20);
  store<u32>(state, g + g0, CHAIN + 24);
  store<u32>(state, h + h0, CHAIN + 28);
}

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  const end = data + blocks * BLOCK;
  if (ASC_FEATURE_SIMD) {
    while (data < end) {
      // Of fewer than four blocks the last one fills the other lanes
      const last = end - BLOCK;
      schedule4(data, min(data + 64, last), min(data + 128, last), min(data + 192, last));
      const lanes = SUMS + 4 * min((end - data) / BLOCK, 4);
      for (let k = SUMS; k < lanes; k += 4, data += BLOCK) rounds(state, k);
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
  for (let at: usize = 0; at < 32; at += 4) {
    store<u32>(out + at, bswap(load<u32>(state + CHAIN + at)));
  }
}
