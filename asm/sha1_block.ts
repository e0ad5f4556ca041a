// The block function of SHA-1 (FIPS 180-4 6.1.2).

import { CHAIN } from "./blocks";
import { SCRATCH } from "./layout";

const BLOCK: usize = 64;

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

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  let a = load<u32>(state, CHAIN);
  let b = load<u32>(state, CHAIN + 4);
  let c = load<u32>(state, CHAIN + 8);
  let d = load<u32>(state, CHAIN + 12);
  let e = load<u32>(state, CHAIN + 16);
  for (const end = data + blocks * BLOCK; data < end; data += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d, e0 = e;
    schedule(data);
    let w = SCRATCH;
    // Five rounds a turn: then every letter is back in its place and nothing has to be moved.
    // The rotation of what the round before made joins a sum that is ready.
    for (const last = SCRATCH + 80; w < last; w += 20) {
      e = (e + load<u32>(w) + ch(b, c, d)) + rotl<u32>(a, 5);
      b = rotl<u32>(b, 30);
      d = (d + load<u32>(w, 4) + ch(a, b, c)) + rotl<u32>(e, 5);
      a = rotl<u32>(a, 30);
      c = (c + load<u32>(w, 8) + ch(e, a, b)) + rotl<u32>(d, 5);
      e = rotl<u32>(e, 30);
      b = (b + load<u32>(w, 12) + ch(d, e, a)) + rotl<u32>(c, 5);
      d = rotl<u32>(d, 30);
      a = (a + load<u32>(w, 16) + ch(c, d, e)) + rotl<u32>(b, 5);
      c = rotl<u32>(c, 30);
    }
    for (const last = SCRATCH + 160; w < last; w += 20) {
      e = (e + load<u32>(w) + parity1(b, c, d)) + rotl<u32>(a, 5);
      b = rotl<u32>(b, 30);
      d = (d + load<u32>(w, 4) + parity1(a, b, c)) + rotl<u32>(e, 5);
      a = rotl<u32>(a, 30);
      c = (c + load<u32>(w, 8) + parity1(e, a, b)) + rotl<u32>(d, 5);
      e = rotl<u32>(e, 30);
      b = (b + load<u32>(w, 12) + parity1(d, e, a)) + rotl<u32>(c, 5);
      d = rotl<u32>(d, 30);
      a = (a + load<u32>(w, 16) + parity1(c, d, e)) + rotl<u32>(b, 5);
      c = rotl<u32>(c, 30);
    }
    for (const last = SCRATCH + 240; w < last; w += 20) {
      e = (e + load<u32>(w) + maj(b, c, d)) + rotl<u32>(a, 5);
      b = rotl<u32>(b, 30);
      d = (d + load<u32>(w, 4) + maj(a, b, c)) + rotl<u32>(e, 5);
      a = rotl<u32>(a, 30);
      c = (c + load<u32>(w, 8) + maj(e, a, b)) + rotl<u32>(d, 5);
      e = rotl<u32>(e, 30);
      b = (b + load<u32>(w, 12) + maj(d, e, a)) + rotl<u32>(c, 5);
      d = rotl<u32>(d, 30);
      a = (a + load<u32>(w, 16) + maj(c, d, e)) + rotl<u32>(b, 5);
      c = rotl<u32>(c, 30);
    }
    for (const last = SCRATCH + 320; w < last; w += 20) {
      e = (e + load<u32>(w) + parity2(b, c, d)) + rotl<u32>(a, 5);
      b = rotl<u32>(b, 30);
      d = (d + load<u32>(w, 4) + parity2(a, b, c)) + rotl<u32>(e, 5);
      a = rotl<u32>(a, 30);
      c = (c + load<u32>(w, 8) + parity2(e, a, b)) + rotl<u32>(d, 5);
      e = rotl<u32>(e, 30);
      b = (b + load<u32>(w, 12) + parity2(d, e, a)) + rotl<u32>(c, 5);
      d = rotl<u32>(d, 30);
      a = (a + load<u32>(w, 16) + parity2(c, d, e)) + rotl<u32>(b, 5);
      c = rotl<u32>(c, 30);
    }
    a += a0;
    b += b0;
    c += c0;
    d += d0;
    e += e0;
  }
  store<u32>(state, a, CHAIN);
  store<u32>(state, b, CHAIN + 4);
  store<u32>(state, c, CHAIN + 8);
  store<u32>(state, d, CHAIN + 12);
  store<u32>(state, e, CHAIN + 16);
}

/** Writes the chaining value of `state` as a digest to `out`. */
export function emit(state: usize, out: usize): void {
  for (let at: usize = 0; at < 20; at += 4) {
    store<u32>(out + at, bswap(load<u32>(state + CHAIN + at)));
  }
}
