// MD5 (RFC 1321) of many streams, four at a time.

import { CHAINS, inLanes } from "./lanes_simd";
import { SCRATCH } from "./layout";
import { compress, emit } from "./md5_block";
import { transpose } from "./words_simd";

const BLOCK: usize = 64;

/** The table T of RFC 1321 3.4. */
const T = memory.data<u32>([
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
]);

/** `x` and the constant of `step` added to word `k` of the blocks. */
// @ts-ignore: decorator
@inline
function sum(x: v128, k: usize, step: usize): v128 {
  return i32x4.add(i32x4.add(x, v128.load(SCRATCH + 16 * k)), v128.load32_splat(T + 4 * step));
}

/** `b` added to `x` rotated by `s`. */
// @ts-ignore: decorator
@inline
function turn(b: v128, x: v128, s: i32): v128 {
  return i32x4.add(b, v128.or(i32x4.shl(x, s), i32x4.shr_u(x, 32 - s)));
}

// In every step `b` comes last from the step before, so it joins a sum that is ready.
// @ts-ignore: decorator
@inline
function f(a: v128, b: v128, c: v128, d: v128, k: usize, s: i32, step: usize): v128 {
  const choice = v128.xor(d, v128.and(b, v128.xor(c, d)));
  return turn(b, i32x4.add(sum(a, k, step), choice), s);
}

// The two halves of G have no bit in common, so a sum serves and waits for `b` only once.
// @ts-ignore: decorator
@inline
function g(a: v128, b: v128, c: v128, d: v128, k: usize, s: i32, step: usize): v128 {
  const ready = i32x4.add(sum(a, k, step), v128.andnot(c, d));
  return turn(b, i32x4.add(ready, v128.and(b, d)), s);
}

// @ts-ignore: decorator
@inline
function h(a: v128, b: v128, c: v128, d: v128, k: usize, s: i32, step: usize): v128 {
  return turn(b, i32x4.add(sum(a, k, step), v128.xor(b, v128.xor(c, d))), s);
}

// @ts-ignore: decorator
@inline
function i(a: v128, b: v128, c: v128, d: v128, k: usize, s: i32, step: usize): v128 {
  return turn(b, i32x4.add(sum(a, k, step), v128.xor(c, v128.or(b, v128.not(d)))), s);
}

function compressLanes(blocks: usize, p: usize, q: usize, r: usize, t: usize): void {
  let a = v128.load(CHAINS);
  let b = v128.load(CHAINS, 16);
  let c = v128.load(CHAINS, 32);
  let d = v128.load(CHAINS, 48);
  for (const end = p + blocks * BLOCK; p < end; p += BLOCK, q += BLOCK, r += BLOCK, t += BLOCK) {
    const a0 = a, b0 = b, c0 = c, d0 = d;
    transpose(p, q, r, t, SCRATCH, false);
    a = f(a, b, c, d, 0, 7, 0);
    d = f(d, a, b, c, 1, 12, 1);
    c = f(c, d, a, b, 2, 17, 2);
    b = f(b, c, d, a, 3, 22, 3);
    a = f(a, b, c, d, 4, 7, 4);
    d = f(d, a, b, c, 5, 12, 5);
    c = f(c, d, a, b, 6, 17, 6);
    b = f(b, c, d, a, 7, 22, 7);
    a = f(a, b, c, d, 8, 7, 8);
    d = f(d, a, b, c, 9, 12, 9);
    c = f(c, d, a, b, 10, 17, 10);
    b = f(b, c, d, a, 11, 22, 11);
    a = f(a, b, c, d, 12, 7, 12);
    d = f(d, a, b, c, 13, 12, 13);
    c = f(c, d, a, b, 14, 17, 14);
    b = f(b, c, d, a, 15, 22, 15);
    a = g(a, b, c, d, 1, 5, 16);
    d = g(d, a, b, c, 6, 9, 17);
    c = g(c, d, a, b, 11, 14, 18);
    b = g(b, c, d, a, 0, 20, 19);
    a = g(a, b, c, d, 5, 5, 20);
    d = g(d, a, b, c, 10, 9, 21);
    c = g(c, d, a, b, 15, 14, 22);
    b = g(b, c, d, a, 4, 20, 23);
    a = g(a, b, c, d, 9, 5, 24);
    d = g(d, a, b, c, 14, 9, 25);
    c = g(c, d, a, b, 3, 14, 26);
    b = g(b, c, d, a, 8, 20, 27);
    a = g(a, b, c, d, 13, 5, 28);
    d = g(d, a, b, c, 2, 9, 29);
    c = g(c, d, a, b, 7, 14, 30);
    b = g(b, c, d, a, 12, 20, 31);
    a = h(a, b, c, d, 5, 4, 32);
    d = h(d, a, b, c, 8, 11, 33);
    c = h(c, d, a, b, 11, 16, 34);
    b = h(b, c, d, a, 14, 23, 35);
    a = h(a, b, c, d, 1, 4, 36);
    d = h(d, a, b, c, 4, 11, 37);
    c = h(c, d, a, b, 7, 16, 38);
    b = h(b, c, d, a, 10, 23, 39);
    a = h(a, b, c, d, 13, 4, 40);
    d = h(d, a, b, c, 0, 11, 41);
    c = h(c, d, a, b, 3, 16, 42);
    b = h(b, c, d, a, 6, 23, 43);
    a = h(a, b, c, d, 9, 4, 44);
    d = h(d, a, b, c, 12, 11, 45);
    c = h(c, d, a, b, 15, 16, 46);
    b = h(b, c, d, a, 2, 23, 47);
    a = i(a, b, c, d, 0, 6, 48);
    d = i(d, a, b, c, 7, 10, 49);
    c = i(c, d, a, b, 14, 15, 50);
    b = i(b, c, d, a, 5, 21, 51);
    a = i(a, b, c, d, 12, 6, 52);
    d = i(d, a, b, c, 3, 10, 53);
    c = i(c, d, a, b, 10, 15, 54);
    b = i(b, c, d, a, 1, 21, 55);
    a = i(a, b, c, d, 8, 6, 56);
    d = i(d, a, b, c, 15, 10, 57);
    c = i(c, d, a, b, 6, 15, 58);
    b = i(b, c, d, a, 13, 21, 59);
    a = i(a, b, c, d, 4, 6, 60);
    d = i(d, a, b, c, 11, 10, 61);
    c = i(c, d, a, b, 2, 15, 62);
    b = i(b, c, d, a, 9, 21, 63);
    a = i32x4.add(a, a0);
    b = i32x4.add(b, b0);
    c = i32x4.add(c, c0);
    d = i32x4.add(d, d0);
  }
  v128.store(CHAINS, a);
  v128.store(CHAINS, b, 16);
  v128.store(CHAINS, c, 32);
  v128.store(CHAINS, d, 48);
}

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function md5_many(jobs: usize, count: u32): void {
  inLanes(jobs, count, 4, 2, 16, 4, BLOCK, 8, false, compress, compressLanes, emit);
}
