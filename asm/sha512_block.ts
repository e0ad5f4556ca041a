// The block function of SHA-512 (FIPS 180-4 6.4.2).

import { CHAIN } from "./blocks";
import { SCRATCH } from "./layout";

const BLOCK: usize = 128;

/** The constants of 4.2.3: 64 bits of the fractions of the cube roots of the first 80 primes. */
export const K = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
]);

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
  return bigSigma0(a) + ((a & b) + (c & (a ^ b)));
}

/** Round constants plus message schedule (6.4.2 step 1) of the block at `data`, to scratch. */
function schedule(data: usize): void {
  const sums = SCRATCH + 640;
  for (let at: usize = 0; at < 128; at += 8) {
    const word = bswap(load<u64>(data + at));
    store<u64>(SCRATCH + at, word);
    store<u64>(sums + at, word + load<u64>(K + at));
  }
  for (let at: usize = 128; at < 640; at += 8) {
    const w = SCRATCH + at;
    const word = smallSigma1(load<u64>(w - 16)) + load<u64>(w - 56) +
      smallSigma0(load<u64>(w - 120)) + load<u64>(w - 128);
    store<u64>(w, word);
    store<u64>(sums + at, word + load<u64>(K + at));
  }
}

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  let a = load<u64>(state, CHAIN);
  let b = load<u64>(state, CHAIN + 8);
  let c = load<u64>(state, CHAIN + 16);
  let d = load<u64>(state, CHAIN + 24);
  let e = load<u64>(state, CHAIN + 32);
  let f = load<u64>(state, CHAIN + 40);
  let g = load<u64>(state, CHAIN + 48);
  let h = load<u64>(state, CHAIN + 56);
  for (const end = data + blocks * BLOCK; data < end; data += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d, e0 = e, f0 = f, g0 = g, h0 = h;
    schedule(data);
    // Eight rounds a turn: then every letter is back in its place and nothing has to be moved.
    const last = SCRATCH + 1280;
    for (let k = SCRATCH + 640; k < last; k += 64) {
      h = temp1(e, f, g, h, load<u64>(k));
      d += h;
      h += temp2(a, b, c);
      g = temp1(d, e, f, g, load<u64>(k, 8));
      c += g;
      g += temp2(h, a, b);
      f = temp1(c, d, e, f, load<u64>(k, 16));
      b += f;
      f += temp2(g, h, a);
      e = temp1(b, c, d, e, load<u64>(k, 24));
      a += e;
      e += temp2(f, g, h);
      d = temp1(a, b, c, d, load<u64>(k, 32));
      h += d;
      d += temp2(e, f, g);
      c = temp1(h, a, b, c, load<u64>(k, 40));
      g += c;
      c += temp2(d, e, f);
      b = temp1(g, h, a, b, load<u64>(k, 48));
      f += b;
      b += temp2(c, d, e);
      a = temp1(f, g, h, a, load<u64>(k, 56));
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
  store<u64>(state, a, CHAIN);
  store<u64>(state, b, CHAIN + 8);
  store<u64>(state, c, CHAIN + 16);
  store<u64>(state, d, CHAIN + 24);
  store<u64>(state, e, CHAIN + 32);
  store<u64>(state, f, CHAIN + 40);
  store<u64>(state, g, CHAIN + 48);
  store<u64>(state, h, CHAIN + 56);
}

/** Writes the chaining value of `state` as a digest to `out`. */
export function emit(state: usize, out: usize): void {
  for (let at: usize = 0; at < 64; at += 8) {
    store<u64>(out + at, bswap(load<u64>(state + CHAIN + at)));
  }
}
