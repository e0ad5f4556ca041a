// The block function of MD5 (RFC 1321 3.4). The steps are written out as the RFC's own list does,
// so that the two can be held side by side.

import { CHAIN } from "./blocks";

const BLOCK: usize = 64;

// In every step `b` comes last from the step before, so it joins a sum that is ready.
// @ts-ignore: decorator
@inline
function f(a: u32, b: u32, c: u32, d: u32, x: u32, s: u32, t: u32): u32 {
  return b + rotl<u32>((a + x + t) + (d ^ (b & (c ^ d))), s);
}

// The two halves of G have no bit in common, so a sum serves and waits for `b` only once.
// @ts-ignore: decorator
@inline
function g(a: u32, b: u32, c: u32, d: u32, x: u32, s: u32, t: u32): u32 {
  return b + rotl<u32>((a + x + t + (c & ~d)) + (b & d), s);
}

// @ts-ignore: decorator
@inline
function h(a: u32, b: u32, c: u32, d: u32, x: u32, s: u32, t: u32): u32 {
  return b + rotl<u32>((a + x + t) + (b ^ (c ^ d)), s);
}

// @ts-ignore: decorator
@inline
function i(a: u32, b: u32, c: u32, d: u32, x: u32, s: u32, t: u32): u32 {
  return b + rotl<u32>((a + x + t) + (c ^ (b | ~d)), s);
}

/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  let a = load<u32>(state, CHAIN);
  let b = load<u32>(state, CHAIN + 4);
  let c = load<u32>(state, CHAIN + 8);
  let d = load<u32>(state, CHAIN + 12);
  for (const end = data + blocks * BLOCK; data < end; data += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d;
    a = f(a, b, c, d, load<u32>(data), 7, 0xd76aa478);
    d = f(d, a, b, c, load<u32>(data, 1 * 4), 12, 0xe8c7b756);
    c = f(c, d, a, b, load<u32>(data, 2 * 4), 17, 0x242070db);
    b = f(b, c, d, a, load<u32>(data, 3 * 4), 22, 0xc1bdceee);
    a = f(a, b, c, d, load<u32>(data, 4 * 4), 7, 0xf57c0faf);
    d = f(d, a, b, c, load<u32>(data, 5 * 4), 12, 0x4787c62a);
    c = f(c, d, a, b, load<u32>(data, 6 * 4), 17, 0xa8304613);
    b = f(b, c, d, a, load<u32>(data, 7 * 4), 22, 0xfd469501);
    a = f(a, b, c, d, load<u32>(data, 8 * 4), 7, 0x698098d8);
    d = f(d, a, b, c, load<u32>(data, 9 * 4), 12, 0x8b44f7af);
    c = f(c, d, a, b, load<u32>(data, 10 * 4), 17, 0xffff5bb1);
    b = f(b, c, d, a, load<u32>(data, 11 * 4), 22, 0x895cd7be);
    a = f(a, b, c, d, load<u32>(data, 12 * 4), 7, 0x6b901122);
    d = f(d, a, b, c, load<u32>(data, 13 * 4), 12, 0xfd987193);
    c = f(c, d, a, b, load<u32>(data, 14 * 4), 17, 0xa679438e);
    b = f(b, c, d, a, load<u32>(data, 15 * 4), 22, 0x49b40821);
    a = g(a, b, c, d, load<u32>(data, 1 * 4), 5, 0xf61e2562);
    d = g(d, a, b, c, load<u32>(data, 6 * 4), 9, 0xc040b340);
    c = g(c, d, a, b, load<u32>(data, 11 * 4), 14, 0x265e5a51);
    b = g(b, c, d, a, load<u32>(data), 20, 0xe9b6c7aa);
    a = g(a, b, c, d, load<u32>(data, 5 * 4), 5, 0xd62f105d);
    d = g(d, a, b, c, load<u32>(data, 10 * 4), 9, 0x02441453);
    c = g(c, d, a, b, load<u32>(data, 15 * 4), 14, 0xd8a1e681);
    b = g(b, c, d, a, load<u32>(data, 4 * 4), 20, 0xe7d3fbc8);
    a = g(a, b, c, d, load<u32>(data, 9 * 4), 5, 0x21e1cde6);
    d = g(d, a, b, c, load<u32>(data, 14 * 4), 9, 0xc33707d6);
    c = g(c, d, a, b, load<u32>(data, 3 * 4), 14, 0xf4d50d87);
    b = g(b, c, d, a, load<u32>(data, 8 * 4), 20, 0x455a14ed);
    a = g(a, b, c, d, load<u32>(data, 13 * 4), 5, 0xa9e3e905);
    d = g(d, a, b, c, load<u32>(data, 2 * 4), 9, 0xfcefa3f8);
    c = g(c, d, a, b, load<u32>(data, 7 * 4), 14, 0x676f02d9);
    b = g(b, c, d, a, load<u32>(data, 12 * 4), 20, 0x8d2a4c8a);
    a = h(a, b, c, d, load<u32>(data, 5 * 4), 4, 0xfffa3942);
    d = h(d, a, b, c, load<u32>(data, 8 * 4), 11, 0x8771f681);
    c = h(c, d, a, b, load<u32>(data, 11 * 4), 16, 0x6d9d6122);
    b = h(b, c, d, a, load<u32>(data, 14 * 4), 23, 0xfde5380c);
    a = h(a, b, c, d, load<u32>(data, 1 * 4), 4, 0xa4beea44);
    d = h(d, a, b, c, load<u32>(data, 4 * 4), 11, 0x4bdecfa9);
    c = h(c, d, a, b, load<u32>(data, 7 * 4), 16, 0xf6bb4b60);
    b = h(b, c, d, a, load<u32>(data, 10 * 4), 23, 0xbebfbc70);
    a = h(a, b, c, d, load<u32>(data, 13 * 4), 4, 0x289b7ec6);
    d = h(d, a, b, c, load<u32>(data), 11, 0xeaa127fa);
    c = h(c, d, a, b, load<u32>(data, 3 * 4), 16, 0xd4ef3085);
    b = h(b, c, d, a, load<u32>(data, 6 * 4), 23, 0x04881d05);
    a = h(a, b, c, d, load<u32>(data, 9 * 4), 4, 0xd9d4d039);
    d = h(d, a, b, c, load<u32>(data, 12 * 4), 11, 0xe6db99e5);
    c = h(c, d, a, b, load<u32>(data, 15 * 4), 16, 0x1fa27cf8);
    b = h(b, c, d, a, load<u32>(data, 2 * 4), 23, 0xc4ac5665);
    a = i(a, b, c, d, load<u32>(data), 6, 0xf4292244);
    d = i(d, a, b, c, load<u32>(data, 7 * 4), 10, 0x432aff97);
    c = i(c, d, a, b, load<u32>(data, 14 * 4), 15, 0xab9423a7);
    b = i(b, c, d, a, load<u32>(data, 5 * 4), 21, 0xfc93a039);
    a = i(a, b, c, d, load<u32>(data, 12 * 4), 6, 0x655b59c3);
    d = i(d, a, b, c, load<u32>(data, 3 * 4), 10, 0x8f0ccc92);
    c = i(c, d, a, b, load<u32>(data, 10 * 4), 15, 0xffeff47d);
    b = i(b, c, d, a, load<u32>(data, 1 * 4), 21, 0x85845dd1);
    a = i(a, b, c, d, load<u32>(data, 8 * 4), 6, 0x6fa87e4f);
    d = i(d, a, b, c, load<u32>(data, 15 * 4), 10, 0xfe2ce6e0);
    c = i(c, d, a, b, load<u32>(data, 6 * 4), 15, 0xa3014314);
    b = i(b, c, d, a, load<u32>(data, 13 * 4), 21, 0x4e0811a1);
    a = i(a, b, c, d, load<u32>(data, 4 * 4), 6, 0xf7537e82);
    d = i(d, a, b, c, load<u32>(data, 11 * 4), 10, 0xbd3af235);
    c = i(c, d, a, b, load<u32>(data, 2 * 4), 15, 0x2ad7d2bb);
    b = i(b, c, d, a, load<u32>(data, 9 * 4), 21, 0xeb86d391);
    a += a0;
    b += b0;
    c += c0;
    d += d0;
  }
  store<u32>(state, a, CHAIN);
  store<u32>(state, b, CHAIN + 4);
  store<u32>(state, c, CHAIN + 8);
  store<u32>(state, d, CHAIN + 12);
}

/** Writes the chaining value of `state` as a digest to `out`. */
export function emit(state: usize, out: usize): void {
  store<u64>(out, load<u64>(state, CHAIN));
  store<u64>(out, load<u64>(state, CHAIN + 8), 8);
}
