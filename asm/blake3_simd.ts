// The compression of BLAKE3 ("BLAKE3: one function, fast everywhere", 2.2) with 128-bit vectors:
// one block with a row of its state in a vector, or four blocks with a word of each in a vector.

import {
  BLOCK,
  CHUNK,
  CHUNK_END,
  CHUNK_START,
  finish,
  init,
  INITIAL,
  PARENT,
  update,
  VALUE,
} from "./blake3_tree";

export { BLAKE3_SIZE, BLAKE3_STATE } from "./blake3_tree";

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function rotate16(words: v128): v128 {
  return i16x8.shuffle(words, words, 1, 0, 3, 2, 5, 4, 7, 6);
}

// @ts-ignore: decorator
@inline
function rotate(words: v128, right: i32): v128 {
  return v128.or(i32x4.shr_u(words, right), i32x4.shl(words, 32 - right));
}

/** 2.2: writes the first 32 bytes of the output to `out`, which may overlap what is read. */
function compress(
  chain: usize,
  data: usize,
  counter: u64,
  length: u32,
  flags: u32,
  out: usize,
): void {
  let a = v128.load(chain), b = v128.load(chain, 16), c = v128.load(INITIAL);
  let d = i64x2.replace_lane(i64x2.splat(counter), 1, u64(length) | (u64(flags) << 32));
  const m0 = v128.load(data), m1 = v128.load(data, 16);
  const m2 = v128.load(data, 32), m3 = v128.load(data, 48);
  // The words for the first and second half of G of the columns, then of the diagonals, whose rows
  // are turned so that the second stays: that shifts them by one place.
  let x = i32x4.shuffle(m0, m1, 0, 2, 4, 6), y = i32x4.shuffle(m0, m1, 1, 3, 5, 7);
  let z = i32x4.shuffle(m2, m3, 6, 0, 2, 4), w = i32x4.shuffle(m2, m3, 7, 1, 3, 5);
  for (let round = 0; ; round++) {
    a = add(add(a, x), b);
    d = rotate16(v128.xor(d, a));
    c = add(c, d);
    b = rotate(v128.xor(b, c), 12);
    a = add(add(a, y), b);
    d = rotate(v128.xor(d, a), 8);
    c = add(c, d);
    b = rotate(v128.xor(b, c), 7);
    a = i32x4.shuffle(a, a, 3, 0, 1, 2);
    c = i32x4.shuffle(c, c, 1, 2, 3, 0);
    d = i32x4.shuffle(d, d, 2, 3, 0, 1);
    a = add(add(a, z), b);
    d = rotate16(v128.xor(d, a));
    c = add(c, d);
    b = rotate(v128.xor(b, c), 12);
    a = add(add(a, w), b);
    d = rotate(v128.xor(d, a), 8);
    c = add(c, d);
    b = rotate(v128.xor(b, c), 7);
    a = i32x4.shuffle(a, a, 1, 2, 3, 0);
    c = i32x4.shuffle(c, c, 3, 0, 1, 2);
    d = i32x4.shuffle(d, d, 2, 3, 0, 1);
    if (round == 6) break;
    // Table 2, in those places.
    const nextX = i32x4.shuffle(x, y, 1, 5, 7, 2);
    const nextY = i32x4.shuffle(i32x4.shuffle(x, z, 3, 6, 0, 0), w, 0, 1, 2, 7);
    const nextZ = i32x4.shuffle(i32x4.shuffle(w, y, 0, 4, 0, 1), z, 0, 1, 7, 3);
    w = i32x4.shuffle(i32x4.shuffle(z, w, 1, 6, 0, 0), y, 0, 1, 6, 3);
    x = nextX;
    y = nextY;
    z = nextZ;
  }
  v128.store(out, v128.xor(a, c));
  v128.store(out, v128.xor(b, d), 16);
}

// @ts-ignore: decorator
@inline
function sum(a: v128, b: v128, m: v128): v128 {
  return add(add(a, m), b);
}

// @ts-ignore: decorator
@inline
function turn16(a: v128, b: v128): v128 {
  return rotate16(v128.xor(a, b));
}

// @ts-ignore: decorator
@inline
function turn(a: v128, b: v128, right: i32): v128 {
  return rotate(v128.xor(a, b), right);
}

/** Word 0 of each of four vectors; the next ones give word 1, 2 and 3. */
// @ts-ignore: decorator
@inline
function word0(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(c, d, 0, 4, 1, 5), 0, 2);
}

// @ts-ignore: decorator
@inline
function word1(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(c, d, 0, 4, 1, 5), 1, 3);
}

// @ts-ignore: decorator
@inline
function word2(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(i32x4.shuffle(a, b, 2, 6, 3, 7), i32x4.shuffle(c, d, 2, 6, 3, 7), 0, 2);
}

// @ts-ignore: decorator
@inline
function word3(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(i32x4.shuffle(a, b, 2, 6, 3, 7), i32x4.shuffle(c, d, 2, 6, 3, 7), 1, 3);
}

/** Writes words 0 to 3 of a chaining value of four lanes. */
function storeLanes(a: v128, b: v128, c: v128, d: v128, out: usize): void {
  v128.store(out, word0(a, b, c, d));
  v128.store(out + VALUE, word1(a, b, c, d));
  v128.store(out + 2 * VALUE, word2(a, b, c, d));
  v128.store(out + 3 * VALUE, word3(a, b, c, d));
}

/**
 * Writes the chaining values of four runs of `blocks` whole blocks; `low` and `high` are their
 * counters. The flags `first` and `last` are those of the first and the last block of a run.
 */
function compressFour(
  data0: usize,
  data1: usize,
  data2: usize,
  data3: usize,
  blocks: usize,
  low: v128,
  high: v128,
  first: u32,
  last: u32,
  out: usize,
): void {
  const iv0 = v128.load32_splat(INITIAL), iv1 = v128.load32_splat(INITIAL, 4);
  const iv2 = v128.load32_splat(INITIAL, 8), iv3 = v128.load32_splat(INITIAL, 12);
  let h0 = iv0, h1 = iv1, h2 = iv2, h3 = iv3;
  let h4 = v128.load32_splat(INITIAL, 16), h5 = v128.load32_splat(INITIAL, 20);
  let h6 = v128.load32_splat(INITIAL, 24), h7 = v128.load32_splat(INITIAL, 28);
  let flags = first;
  for (const end = data0 + blocks * BLOCK; data0 < end;) {
    if (data0 + BLOCK == end) flags |= last;
    let a = v128.load(data0), b = v128.load(data1);
    let c = v128.load(data2), d = v128.load(data3);
    const m0 = word0(a, b, c, d), m1 = word1(a, b, c, d);
    const m2 = word2(a, b, c, d), m3 = word3(a, b, c, d);
    a = v128.load(data0, 16), b = v128.load(data1, 16);
    c = v128.load(data2, 16), d = v128.load(data3, 16);
    const m4 = word0(a, b, c, d), m5 = word1(a, b, c, d);
    const m6 = word2(a, b, c, d), m7 = word3(a, b, c, d);
    a = v128.load(data0, 32), b = v128.load(data1, 32);
    c = v128.load(data2, 32), d = v128.load(data3, 32);
    const m8 = word0(a, b, c, d), m9 = word1(a, b, c, d);
    const m10 = word2(a, b, c, d), m11 = word3(a, b, c, d);
    a = v128.load(data0, 48), b = v128.load(data1, 48);
    c = v128.load(data2, 48), d = v128.load(data3, 48);
    const m12 = word0(a, b, c, d), m13 = word1(a, b, c, d);
    const m14 = word2(a, b, c, d), m15 = word3(a, b, c, d);
    let v0 = h0, v1 = h1, v2 = h2, v3 = h3, v4 = h4, v5 = h5, v6 = h6, v7 = h7;
    let v8 = iv0, v9 = iv1, v10 = iv2, v11 = iv3;
    let v12 = low, v13 = high, v14 = i32x4.splat(u32(BLOCK)), v15 = i32x4.splat(flags);
    // Seven rounds, written out: a loop that looks up the order of the words is slower. The four
    // columns, and the four diagonals, go side by side.
    v0 = sum(v0, v4, m0); v1 = sum(v1, v5, m2); v2 = sum(v2, v6, m4); v3 = sum(v3, v7, m6);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m1); v1 = sum(v1, v5, m3); v2 = sum(v2, v6, m5); v3 = sum(v3, v7, m7);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m8); v1 = sum(v1, v6, m10); v2 = sum(v2, v7, m12); v3 = sum(v3, v4, m14);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m9); v1 = sum(v1, v6, m11); v2 = sum(v2, v7, m13); v3 = sum(v3, v4, m15);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    v0 = sum(v0, v4, m2); v1 = sum(v1, v5, m3); v2 = sum(v2, v6, m7); v3 = sum(v3, v7, m4);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m6); v1 = sum(v1, v5, m10); v2 = sum(v2, v6, m0); v3 = sum(v3, v7, m13);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m1); v1 = sum(v1, v6, m12); v2 = sum(v2, v7, m9); v3 = sum(v3, v4, m15);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m11); v1 = sum(v1, v6, m5); v2 = sum(v2, v7, m14); v3 = sum(v3, v4, m8);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    v0 = sum(v0, v4, m3); v1 = sum(v1, v5, m10); v2 = sum(v2, v6, m13); v3 = sum(v3, v7, m7);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m4); v1 = sum(v1, v5, m12); v2 = sum(v2, v6, m2); v3 = sum(v3, v7, m14);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m6); v1 = sum(v1, v6, m9); v2 = sum(v2, v7, m11); v3 = sum(v3, v4, m8);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m5); v1 = sum(v1, v6, m0); v2 = sum(v2, v7, m15); v3 = sum(v3, v4, m1);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    v0 = sum(v0, v4, m10); v1 = sum(v1, v5, m12); v2 = sum(v2, v6, m14); v3 = sum(v3, v7, m13);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m7); v1 = sum(v1, v5, m9); v2 = sum(v2, v6, m3); v3 = sum(v3, v7, m15);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m4); v1 = sum(v1, v6, m11); v2 = sum(v2, v7, m5); v3 = sum(v3, v4, m1);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m0); v1 = sum(v1, v6, m2); v2 = sum(v2, v7, m8); v3 = sum(v3, v4, m6);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    v0 = sum(v0, v4, m12); v1 = sum(v1, v5, m9); v2 = sum(v2, v6, m15); v3 = sum(v3, v7, m14);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m13); v1 = sum(v1, v5, m11); v2 = sum(v2, v6, m10); v3 = sum(v3, v7, m8);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m7); v1 = sum(v1, v6, m5); v2 = sum(v2, v7, m0); v3 = sum(v3, v4, m6);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m2); v1 = sum(v1, v6, m3); v2 = sum(v2, v7, m1); v3 = sum(v3, v4, m4);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    v0 = sum(v0, v4, m9); v1 = sum(v1, v5, m11); v2 = sum(v2, v6, m8); v3 = sum(v3, v7, m15);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m14); v1 = sum(v1, v5, m5); v2 = sum(v2, v6, m12); v3 = sum(v3, v7, m1);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m13); v1 = sum(v1, v6, m0); v2 = sum(v2, v7, m2); v3 = sum(v3, v4, m4);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m3); v1 = sum(v1, v6, m10); v2 = sum(v2, v7, m6); v3 = sum(v3, v4, m7);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    v0 = sum(v0, v4, m11); v1 = sum(v1, v5, m5); v2 = sum(v2, v6, m1); v3 = sum(v3, v7, m8);
    v12 = turn16(v12, v0); v13 = turn16(v13, v1); v14 = turn16(v14, v2); v15 = turn16(v15, v3);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 12); v5 = turn(v5, v9, 12); v6 = turn(v6, v10, 12); v7 = turn(v7, v11, 12);
    v0 = sum(v0, v4, m15); v1 = sum(v1, v5, m0); v2 = sum(v2, v6, m9); v3 = sum(v3, v7, m6);
    v12 = turn(v12, v0, 8); v13 = turn(v13, v1, 8); v14 = turn(v14, v2, 8); v15 = turn(v15, v3, 8);
    v8 = add(v8, v12); v9 = add(v9, v13); v10 = add(v10, v14); v11 = add(v11, v15);
    v4 = turn(v4, v8, 7); v5 = turn(v5, v9, 7); v6 = turn(v6, v10, 7); v7 = turn(v7, v11, 7);
    v0 = sum(v0, v5, m14); v1 = sum(v1, v6, m2); v2 = sum(v2, v7, m3); v3 = sum(v3, v4, m7);
    v15 = turn16(v15, v0); v12 = turn16(v12, v1); v13 = turn16(v13, v2); v14 = turn16(v14, v3);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 12); v6 = turn(v6, v11, 12); v7 = turn(v7, v8, 12); v4 = turn(v4, v9, 12);
    v0 = sum(v0, v5, m10); v1 = sum(v1, v6, m12); v2 = sum(v2, v7, m4); v3 = sum(v3, v4, m13);
    v15 = turn(v15, v0, 8); v12 = turn(v12, v1, 8); v13 = turn(v13, v2, 8); v14 = turn(v14, v3, 8);
    v10 = add(v10, v15); v11 = add(v11, v12); v8 = add(v8, v13); v9 = add(v9, v14);
    v5 = turn(v5, v10, 7); v6 = turn(v6, v11, 7); v7 = turn(v7, v8, 7); v4 = turn(v4, v9, 7);
    h0 = v128.xor(v0, v8);
    h1 = v128.xor(v1, v9);
    h2 = v128.xor(v2, v10);
    h3 = v128.xor(v3, v11);
    h4 = v128.xor(v4, v12);
    h5 = v128.xor(v5, v13);
    h6 = v128.xor(v6, v14);
    h7 = v128.xor(v7, v15);
    flags = 0;
    data0 += BLOCK;
    data1 += BLOCK;
    data2 += BLOCK;
    data3 += BLOCK;
  }
  storeLanes(h0, h1, h2, h3, out);
  storeLanes(h4, h5, h6, h7, out + 16);
}

/** 2.4: the chaining value of the whole chunk at `index`, not the root. */
function chunk(data: usize, index: u64, out: usize): void {
  compress(INITIAL, data, index, u32(BLOCK), CHUNK_START, out);
  const last = data + CHUNK - BLOCK;
  for (data += BLOCK; data < last; data += BLOCK) {
    compress(out, data, index, u32(BLOCK), 0, out);
  }
  compress(out, data, index, u32(BLOCK), CHUNK_END, out);
}

/** 2.4: writes the chaining values of `count` chunks, none of them the root, from `index` on. */
function chunks(data: usize, count: usize, index: u64, out: usize): void {
  for (; count > 1; count -= min(4, count), data += 4 * CHUNK, out += 4 * VALUE, index += 4) {
    let low = i32x4.splat(u32(index)), high = i32x4.splat(u32(index >> 32));
    low = add(low, i32x4(0, 1, 2, 3));
    // The high word is one more where the low one has gone past its end.
    high = i32x4.sub(high, i32x4.lt_u(low, i32x4.splat(u32(index))));
    const third = count > 2 ? data + 2 * CHUNK : data;
    const fourth = count > 3 ? data + 3 * CHUNK : data;
    compressFour(
      data, data + CHUNK, third, fourth, CHUNK / BLOCK, low, high, CHUNK_START, CHUNK_END, out,
    );
  }
  if (count == 1) chunk(data, index, out);
}

/** 2.5: writes the chaining values of the parents of `count` pairs of nodes, not the root. */
function parents(nodes: usize, count: usize, out: usize): void {
  const none = i32x4.splat(0);
  for (; count > 1; count -= min(4, count), nodes += 4 * BLOCK, out += 4 * VALUE) {
    const third = count > 2 ? nodes + 2 * BLOCK : nodes;
    const fourth = count > 3 ? nodes + 3 * BLOCK : nodes;
    compressFour(nodes, nodes + BLOCK, third, fourth, 1, none, none, PARENT, 0, out);
  }
  if (count == 1) compress(INITIAL, nodes, 0, u32(BLOCK), PARENT, out);
}

/** Begins a stream. */
export function blake3_init(state: usize): void {
  init(state);
}

/** Takes `length` bytes at `data`. */
export function blake3_update(state: usize, data: usize, length: usize): void {
  update(state, data, length, compress, chunks, parents);
}

/** Writes the digest to `out`; the state is used up. */
export function blake3_finish(state: usize, out: usize): void {
  finish(state, out, compress);
}
