// The block function of SHA-256 (FIPS 180-4 6.2.2).

import { CHAIN } from "./blocks";
import { SCRATCH } from "./layout";

const BLOCK: usize = 64;

/** The constants of 4.2.2: 32 bits of the fractions of the cube roots of the first 64 primes. */
export const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

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
  return bigSigma0(a) + ((a & b) + (c & (a ^ b)));
}

/** Round constants plus message schedule (6.2.2 step 1) of the block at `data`, to scratch. */
function schedule(data: usize): void {
  const sums = SCRATCH + 256;
  for (let at: usize = 0; at < 64; at += 4) {
    const word = bswap(load<u32>(data + at));
    store<u32>(SCRATCH + at, word);
    store<u32>(sums + at, word + load<u32>(K + at));
  }
  for (let at: usize = 64; at < 256; at += 4) {
    const w = SCRATCH + at;
    const word = smallSigma1(load<u32>(w - 8)) + load<u32>(w - 28) +
      smallSigma0(load<u32>(w - 60)) + load<u32>(w - 64);
    store<u32>(w, word);
    store<u32>(sums + at, word + load<u32>(K + at));
  }
}

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  let a = load<u32>(state, CHAIN);
  let b = load<u32>(state, CHAIN + 4);
  let c = load<u32>(state, CHAIN + 8);
  let d = load<u32>(state, CHAIN + 12);
  let e = load<u32>(state, CHAIN + 16);
  let f = load<u32>(state, CHAIN + 20);
  let g = load<u32>(state, CHAIN + 24);
  let h = load<u32>(state, CHAIN + 28);
  for (const end = data + blocks * BLOCK; data < end; data += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d, e0 = e, f0 = f, g0 = g, h0 = h;
    schedule(data);
    // Eight rounds a turn: then every letter is back in its place and nothing has to be moved.
    const last = SCRATCH + 512;
    for (let k = SCRATCH + 256; k < last; k += 32) {
      h = temp1(e, f, g, h, load<u32>(k));
      d += h;
      h += temp2(a, b, c);
      g = temp1(d, e, f, g, load<u32>(k, 4));
      c += g;
      g += temp2(h, a, b);
      f = temp1(c, d, e, f, load<u32>(k, 8));
      b += f;
      f += temp2(g, h, a);
      e = temp1(b, c, d, e, load<u32>(k, 12));
      a += e;
      e += temp2(f, g, h);
      d = temp1(a, b, c, d, load<u32>(k, 16));
      h += d;
      d += temp2(e, f, g);
      c = temp1(h, a, b, c, load<u32>(k, 20));
      g += c;
      c += temp2(d, e, f);
      b = temp1(g, h, a, b, load<u32>(k, 24));
      f += b;
      b += temp2(c, d, e);
      a = temp1(f, g, h, a, load<u32>(k, 28));
      e += a;
      a += temp2(b, c, d);
    }
    a += a0;
    b += b0;
    c += c0;
    d += d0;
    e += e0;
    f += f0;
    g += g0;
    h += h0;
  }
  store<u32>(state, a, CHAIN);
  store<u32>(state, b, CHAIN + 4);
  store<u32>(state, c, CHAIN + 8);
  store<u32>(state, d, CHAIN + 12);
  store<u32>(state, e, CHAIN + 16);
  store<u32>(state, f, CHAIN + 20);
  store<u32>(state, g, CHAIN + 24);
  store<u32>(state, h, CHAIN + 28);
}

/** Writes the chaining value of `state` as a digest to `out`. */
export function emit(state: usize, out: usize): void {
  for (let at: usize = 0; at < 32; at += 4) {
    store<u32>(out + at, bswap(load<u32>(state + CHAIN + at)));
  }
}
