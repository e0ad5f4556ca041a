// The block function of SHA-1 (FIPS 180-4 6.1.2).

import { CHAIN } from "./blocks";
import { SCRATCH } from "./layout";
import { schedule as schedule4 } from "./sha1_schedule_simd";

const BLOCK: usize = 64;

/** Bytes from a word of a message schedule to the next: vectors hold those of four blocks. */
const STEP: usize = ASC_FEATURE_SIMD ? 16 : 4;

// The functions of 4.1.1, each with the additive constant of its twenty rounds (4.2.1).
// @ts-ignore: decorator
@inline
function ch(x: u32, y: u32, z: u32): u32 {
  return (z ^ (x & (y ^ z))) + 0x5a827999;
}

// @ts-ignore: decorator
@inline
function parity1(x: u32, y: u32, z: u32): u32 {
  return (x ^ y ^ z) + 0x6ed9eba1;
}

// @ts-ignore: decorator
@inline
function maj(x: u32, y: u32, z: u32): u32 {
  return (x & y) + (z & (x ^ y)) + 0x8f1bbcdc;
}

// @ts-ignore: decorator
@inline
function parity2(x: u32, y: u32, z: u32): u32 {
  return (x ^ y ^ z) + 0xca62c1d6;
}

/** Writes the eighty words of the message schedule of the block at `data` to scratch. */
function schedule(data: usize): void {
  for (let at: usize = 0; at < 64; at += 4) {
    store<u32>(SCRATCH + at, bswap(load<u32>(data + at)));
  }
  for (let at = SCRATCH + 64; at < SCRATCH + 320; at += 4) {
    const sum = load<u32>(at - 12) ^ load<u32>(at - 32) ^ load<u32>(at - 56) ^
      load<u32>(at - 64);
    store<u32>(at, rotl<u32>(sum, 1));
  }
}

/** Compresses one block, whose message schedule is at `w`, into the chaining value of `state`. */
function rounds(state: usize, w: usize): void {
  const a0 = load<u32>(state, CHAIN), b0 = load<u32>(state, CHAIN + 4);
  const c0 = load<u32>(state, CHAIN + 8), d0 = load<u32>(state, CHAIN + 12);
  const e0 = load<u32>(state, CHAIN + 16);
  let a = a0, b = b0, c = c0, d = d0, e = e0;
  // Five rounds a turn: then every letter is back in its place and nothing has to be moved.
  // The rotation of what the round before made joins a sum that is ready.
  for (const last = w + 20 * STEP; w < last; w += 5 * STEP) {
    e = (e + load<u32>(w) + ch(b, c, d)) + rotl<u32>(a, 5);
    b = rotl<u32>(b, 30);
    d = (d + load<u32>(w, STEP) + ch(a, b, c)) + rotl<u32>(e, 5);
    a = rotl<u32>(a, 30);
    c = (c + load<u32>(w, 2 * STEP) + ch(e, a, b)) + rotl<u32>(d, 5);
    e = rotl<u32>(e, 30);
    b = (b + load<u32>(w, 3 * STEP) + ch(d, e, a)) + rotl<u32>(c, 5);
    d = rotl<u32>(d, 30);
    a = (a + load<u32>(w, 4 * STEP) + ch(c, d, e)) + rotl<u32>(b, 5);
    c = rotl<u32>(c, 30);
  }
  for (const last = w + 20 * STEP; w < last; w += 5 * STEP) {
    e = (e + load<u32>(w) + parity1(b, c, d)) + rotl<u32>(a, 5);
    b = rotl<u32>(b, 30);
    d = (d + load<u32>(w, STEP) + parity1(a, b, c)) + rotl<u32>(e, 5);
    a = rotl<u32>(a, 30);
    c = (c + load<u32>(w, 2 * STEP) + parity1(e, a, b)) + rotl<u32>(d, 5);
    e = rotl<u32>(e, 30);
    b = (b + load<u32>(w, 3 * STEP) + parity1(d, e, a)) + rotl<u32>(c, 5);
    d = rotl<u32>(d, 30);
    a = (a + load<u32>(w, 4 * STEP) + parity1(c, d, e)) + rotl<u32>(b, 5);
    c = rotl<u32>(c, 30);
  }
  for (const last = w + 20 * STEP; w < last; w += 5 * STEP) {
    e = (e + load<u32>(w) + maj(b, c, d)) + rotl<u32>(a, 5);
    b = rotl<u32>(b, 30);
    d = (d + load<u32>(w, STEP) + maj(a, b, c)) + rotl<u32>(e, 5);
    a = rotl<u32>(a, 30);
    c = (c + load<u32>(w, 2 * STEP) + maj(e, a, b)) + rotl<u32>(d, 5);
    e = rotl<u32>(e, 30);
    b = (b + load<u32>(w, 3 * STEP) + maj(d, e, a)) + rotl<u32>(c, 5);
    d = rotl<u32>(d, 30);
    a = (a + load<u32>(w, 4 * STEP) + maj(c, d, e)) + rotl<u32>(b, 5);
    c = rotl<u32>(c, 30);
  }
  for (const last = w + 20 * STEP; w < last; w += 5 * STEP) {
    e = (e + load<u32>(w) + parity2(b, c, d)) + rotl<u32>(a, 5);
    b = rotl<u32>(b, 30);
    d = (d + load<u32>(w, STEP) + parity2(a, b, c)) + rotl<u32>(e, 5);
    a = rotl<u32>(a, 30);
    c = (c + load<u32>(w, 2 * STEP) + parity2(e, a, b)) + rotl<u32>(d, 5);
    e = rotl<u32>(e, 30);
    b = (b + load<u32>(w, 3 * STEP) + parity2(d, e, a)) + rotl<u32>(c, 5);
    d = rotl<u32>(d, 30);
    a = (a + load<u32>(w, 4 * STEP) + parity2(c, d, e)) + rotl<u32>(b, 5);
    c = rotl<u32>(c, 30);
  }
  store<u32>(state, a + a0, CHAIN);
  store<u32>(state, b + b0, CHAIN + 4);
  store<u32>(state, c + c0, CHAIN + 8);
  store<u32>(state, d + d0, CHAIN + 12);
  store<u32>(state, e + e0, CHAIN + 16);
}

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  const end = data + blocks * BLOCK;
  if (ASC_FEATURE_SIMD) {
    while (data < end) {
      // Of fewer than four blocks the last one fills the other lanes
      const last = end - BLOCK;
      schedule4(data, min(data + 64, last), min(data + 128, last), min(data + 192, last));
      const lanes = SCRATCH + 4 * min((end - data) / BLOCK, 4);
      for (let w = SCRATCH; w < lanes; w += 4, data += BLOCK) rounds(state, w);
    }
  } else {
    for (; data < end; data += BLOCK) {
      schedule(data);
      rounds(state, SCRATCH);
    }
  }
}

/** Writes the chaining value of `state` as a digest to `out`. */
export function emit(state: usize, out: usize): void {
  for (let at: usize = 0; at < 20; at += 4) {
    store<u32>(out + at, bswap(load<u32>(state + CHAIN + at)));
  }
}
