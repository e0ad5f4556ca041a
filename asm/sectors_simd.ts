// Raw sectors, eight at a time: a vector holds one 16-bit word of each of eight sectors of one kind.
// Such words are what the P and Q code words of ECMA-130:1996 14.5 and 14.6 are made of, in pairs, and
// the EDC is folded in words. Sectors whose kind only an EDC can tell go the way of the plain entry.

import { SCRATCH } from "./layout";
import {
  checkSector,
  describe,
  describeFields,
  EDC_WRONG,
  FORM_1,
  FORM_2,
  FORMLESS,
  HEADER_IN_PARITY,
  KIND,
  MODE_1,
  NO_SYNC,
  ONE_SIZE,
  P_WRONG,
  Q_WRONG,
} from "./sectors_one";

/** Sectors in a group, and bytes of the vector of one word. */
const LANES: u32 = 8;
const VECTOR: usize = 16;

// A group that fills: the addresses of its sectors, then those of their words.
const LIST_SIZE: usize = 2 * 4 * LANES;
const COUNTS = SCRATCH + ONE_SIZE;
const LISTS = COUNTS + 4 * 4;

/** The last 32 words of the quotient, and what remains of the message: four blocks each. */
const BLOCK: usize = 8 * VECTOR;
const QUOTIENT = (LISTS + 4 * LIST_SIZE + 511) & ~511;
const REST = QUOTIENT + 4 * BLOCK;

// The 26 rows of 43 words of the codes, after a copy of the last three; the sync pattern, which is of
// no use once the EDC is folded, lies where the copy ends.
const ROW: usize = 43 * VECTOR;
const COPIED: usize = 3 * ROW;
const ROWS = REST + 4 * BLOCK + COPIED;
const Q_PARITY = ROWS + 26 * ROW;
const WORDS = ROWS - 6 * VECTOR;

/** Blocks of 16 bytes in a sector. */
const BLOCKS: usize = 147;

// @ts-ignore: decorator
@inline
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function low32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function high32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
function low64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function high64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}

// The EDC's polynomial is (x + 1)(x^31 + x^15 + x^3 + 1), and with x it divides the same product in
// y = x^16. So the quotient by it in words of 16 bits needs sums alone: divided by y + 1 the words give
// their running sums, and those divided by the other factor take the words 16, 28 and 31 places back.

/** The next word of the quotient, from the running sum and the quotient's words 16, 28 and 31 back. */
// @ts-ignore: decorator
@inline
function divide(sum: v128, back16: v128, back28: v128, back31: v128): v128 {
  return v128.xor(v128.xor(sum, back16), v128.xor(back28, back31));
}

/**
 * Spreads 16-byte blocks `[block, end)` of the eight sectors of `list` into WORDS. Where `fold`, they
 * are divided too: the last 32 words of the quotient go to QUOTIENT, block `b` at place `b % 4`.
 */
// @ts-ignore: decorator
@inline
function spread(list: usize, block: usize, end: usize, fold: bool): void {
  const p0 = load<usize>(list), p1 = load<usize>(list, 4);
  const p2 = load<usize>(list, 8), p3 = load<usize>(list, 12);
  const p4 = load<usize>(list, 16), p5 = load<usize>(list, 20);
  const p6 = load<usize>(list, 24), p7 = load<usize>(list, 28);
  let sum = i64x2.splat(0);
  for (; block < end; block++) {
    const at = block << 4;
    const r0 = v128.load(p0 + at), r1 = v128.load(p1 + at);
    const r2 = v128.load(p2 + at), r3 = v128.load(p3 + at);
    const r4 = v128.load(p4 + at), r5 = v128.load(p5 + at);
    const r6 = v128.load(p6 + at), r7 = v128.load(p7 + at);
    const a0 = low16(r0, r1), a1 = high16(r0, r1);
    const a2 = low16(r2, r3), a3 = high16(r2, r3);
    const a4 = low16(r4, r5), a5 = high16(r4, r5);
    const a6 = low16(r6, r7), a7 = high16(r6, r7);
    const b0 = low32(a0, a2), b1 = high32(a0, a2);
    const b2 = low32(a1, a3), b3 = high32(a1, a3);
    const b4 = low32(a4, a6), b5 = high32(a4, a6);
    const b6 = low32(a5, a7), b7 = high32(a5, a7);
    const w0 = low64(b0, b4), w1 = high64(b0, b4);
    const w2 = low64(b1, b5), w3 = high64(b1, b5);
    const w4 = low64(b2, b6), w5 = high64(b2, b6);
    const w6 = low64(b3, b7), w7 = high64(b3, b7);
    const out = WORDS + (block << 7);
    v128.store(out, w0);
    v128.store(out, w1, 16);
    v128.store(out, w2, 32);
    v128.store(out, w3, 48);
    v128.store(out, w4, 64);
    v128.store(out, w5, 80);
    v128.store(out, w6, 96);
    v128.store(out, w7, 112);
    if (!fold) continue;
    // Four blocks back is this one's own place: a word is overwritten after its last use
    const own = QUOTIENT + ((block & 3) << 7);
    const back3 = QUOTIENT + (((block + 1) & 3) << 7);
    const back2 = QUOTIENT + (((block + 2) & 3) << 7);
    // What is 28 places back for a word is 31 back for the one three further on
    const f0 = v128.load(own, 16), f1 = v128.load(own, 32), f2 = v128.load(own, 48);
    const f3 = v128.load(own, 64), f4 = v128.load(own, 80), f5 = v128.load(own, 96);
    const f6 = v128.load(own, 112), f7 = v128.load(back3), f8 = v128.load(back3, 16);
    const f9 = v128.load(back3, 32), f10 = v128.load(back3, 48);
    sum = v128.xor(sum, w0);
    v128.store(own, divide(sum, v128.load(back2), f3, f0));
    sum = v128.xor(sum, w1);
    v128.store(own, divide(sum, v128.load(back2, 16), f4, f1), 16);
    sum = v128.xor(sum, w2);
    v128.store(own, divide(sum, v128.load(back2, 32), f5, f2), 32);
    sum = v128.xor(sum, w3);
    v128.store(own, divide(sum, v128.load(back2, 48), f6, f3), 48);
    sum = v128.xor(sum, w4);
    v128.store(own, divide(sum, v128.load(back2, 64), f7, f4), 64);
    sum = v128.xor(sum, w5);
    v128.store(own, divide(sum, v128.load(back2, 80), f8, f5), 80);
    sum = v128.xor(sum, w6);
    v128.store(own, divide(sum, v128.load(back2, 96), f9, f6), 96);
    sum = v128.xor(sum, w7);
    v128.store(own, divide(sum, v128.load(back2, 112), f10, f7), 112);
  }
}

/** The sum of what word `at` of the quotient's end, counted from its first, is multiplied into. */
// @ts-ignore: decorator
@inline
function taken(rest: v128, oldest: usize, at: i32, back: i32): v128 {
  if (at >= back) return rest;
  const from = (oldest + (usize(32 + at - back) << 4)) & 511;
  return v128.xor(rest, v128.load(QUOTIENT + from));
}

/** The lanes whose EDC does not hold: blocks up to `block` were divided, `words` of the 32 next count. */
function remainders(block: usize, words: i32): u32 {
  const oldest = (block & 3) << 7;
  let word = WORDS + (block << 7);
  for (let at = 0; at < 32; at++) {
    let rest = at < words ? v128.load(word) : i64x2.splat(0);
    rest = taken(rest, oldest, at, 1);
    rest = taken(rest, oldest, at, 16);
    rest = taken(rest, oldest, at, 17);
    rest = taken(rest, oldest, at, 28);
    rest = taken(rest, oldest, at, 29);
    rest = taken(rest, oldest, at, 31);
    rest = taken(rest, oldest, at, 32);
    v128.store(REST + (usize(at) << 4), rest);
    word += VECTOR;
  }
  return edcLanes();
}

/**
 * The lanes in which the 32 words at REST are no multiple of the polynomial: of each word in turn the
 * quotient is taken, whose product with x^32 + x^31 + x^16 + x^15 + x^4 + x^3 + x + 1 goes into the two
 * words that follow it. The lowest bit of a word comes first.
 */
function edcLanes(): u32 {
  let first = v128.load(REST), second = v128.load(REST, VECTOR);
  for (let at = REST + 2 * VECTOR, end = REST + 32 * VECTOR; at < end; at += VECTOR) {
    const q = runningSums(first);
    const over = i16x8.shr_u(q, 15);
    first = v128.xor(v128.xor(second, v128.xor(q, over)), i16x8.shl(q, 1));
    first = v128.xor(v128.xor(first, i16x8.shl(q, 12)), v128.xor(i16x8.shl(q, 13), i16x8.shl(q, 15)));
    second = v128.xor(v128.xor(v128.load(at), v128.xor(q, over)), i16x8.shr_u(q, 1));
    second = v128.xor(second, v128.xor(i16x8.shr_u(q, 3), i16x8.shr_u(q, 4)));
  }
  return lanesOf(v128.or(first, second));
}

/** The sum of each bit and all bits before it in its word, the lowest being first. */
// @ts-ignore: decorator
@inline
function runningSums(words: v128): v128 {
  words = v128.xor(words, i16x8.shl(words, 1));
  words = v128.xor(words, i16x8.shl(words, 2));
  words = v128.xor(words, i16x8.shl(words, 4));
  return v128.xor(words, i16x8.shl(words, 8));
}

/** Bytes times 2 in GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1. */
// @ts-ignore: decorator
@inline
function double(a: v128): v128 {
  const over = i8x16.lt_s(a, i64x2.splat(0));
  return v128.xor(i8x16.add(a, a), v128.and(over, i8x16.splat(0x1d)));
}

/** The lanes in which some P word is wrong. */
function pWrong(): u32 {
  let wrong = i64x2.splat(0);
  for (let column: usize = 0; column < 43; column += 4) {
    let word = ROWS + (min(column, 39) << 4);
    let s0 = v128.load(word), t0 = s0;
    let s1 = v128.load(word, 16), t1 = s1;
    let s2 = v128.load(word, 32), t2 = s2;
    let s3 = v128.load(word, 48), t3 = s3;
    for (const end = word + 25 * ROW; word < end;) {
      word += ROW;
      const w0 = v128.load(word), w1 = v128.load(word, 16);
      const w2 = v128.load(word, 32), w3 = v128.load(word, 48);
      s0 = v128.xor(s0, w0);
      t0 = v128.xor(double(t0), w0);
      s1 = v128.xor(s1, w1);
      t1 = v128.xor(double(t1), w1);
      s2 = v128.xor(s2, w2);
      t2 = v128.xor(double(t2), w2);
      s3 = v128.xor(s3, w3);
      t3 = v128.xor(double(t3), w3);
    }
    wrong = v128.or(wrong, v128.or(v128.or(s0, t0), v128.or(s1, t1)));
    wrong = v128.or(wrong, v128.or(v128.or(s2, t2), v128.or(s3, t3)));
  }
  return lanesOf(wrong);
}

/** The lanes in which some Q word is wrong. */
function qWrong(): u32 {
  memory.copy(ROWS - COPIED, ROWS + 23 * ROW, COPIED);
  // The fourth of four neighbouring words decides when they go on from the first row
  const end = ROWS + 23 * ROW;
  let wrong = i64x2.splat(0);
  for (let first: usize = 0; first < 26; first += 4) {
    const c = min(first, 22);
    let word = ROWS + c * ROW;
    let s0 = i64x2.splat(0), t0 = s0, s1 = s0, t1 = s0, s2 = s0, t2 = s0, s3 = s0, t3 = s0;
    for (let k = 0; k < 43; k++) {
      const w0 = v128.load(word), w1 = v128.load(word, ROW);
      const w2 = v128.load(word, 2 * ROW), w3 = v128.load(word, 3 * ROW);
      s0 = v128.xor(s0, w0);
      t0 = v128.xor(double(t0), w0);
      s1 = v128.xor(s1, w1);
      t1 = v128.xor(double(t1), w1);
      s2 = v128.xor(s2, w2);
      t2 = v128.xor(double(t2), w2);
      s3 = v128.xor(s3, w3);
      t3 = v128.xor(double(t3), w3);
      word += ROW + VECTOR;
      if (word >= end) word -= 26 * ROW;
    }
    for (let parity = Q_PARITY + (c << 4), k = 0; k < 2; k++, parity += 26 * VECTOR) {
      const w0 = v128.load(parity), w1 = v128.load(parity, 16);
      const w2 = v128.load(parity, 32), w3 = v128.load(parity, 48);
      s0 = v128.xor(s0, w0);
      t0 = v128.xor(double(t0), w0);
      s1 = v128.xor(s1, w1);
      t1 = v128.xor(double(t1), w1);
      s2 = v128.xor(s2, w2);
      t2 = v128.xor(double(t2), w2);
      s3 = v128.xor(s3, w3);
      t3 = v128.xor(double(t3), w3);
    }
    wrong = v128.or(wrong, v128.or(v128.or(s0, t0), v128.or(s1, t1)));
    wrong = v128.or(wrong, v128.or(v128.or(s2, t2), v128.or(s3, t3)));
  }
  return lanesOf(wrong);
}

/** The lanes in which any bit is set. */
// @ts-ignore: decorator
@inline
function lanesOf(bits: v128): u32 {
  return i16x8.bitmask(i16x8.ne(bits, i64x2.splat(0)));
}

/** Checks the eight sectors of `list`, which are all of `kind`. */
function checkGroup(list: usize, kind: u32): void {
  const first: usize = kind == MODE_1 ? 0 : 1;
  const divided: usize = kind == FORM_2 ? BLOCKS - 4 : 126;
  if (first != 0) spread(list, 0, first, false);
  for (let at: usize = 0; at < 4 * BLOCK; at += VECTOR) v128.store(QUOTIENT + at, i64x2.splat(0));
  spread(list, first, divided, true);
  spread(list, divided, BLOCKS, false);
  let edcs: u32 = 0, ps: u32 = 0, qs: u32 = 0, headers: u32 = 0;
  edcs = remainders(divided, kind == MODE_1 ? 26 : kind == FORM_1 ? 30 : 32);
  if (kind != FORM_2) {
    const header0 = v128.load(ROWS), header1 = v128.load(ROWS, 16);
    if (kind == FORM_1) {
      v128.store(ROWS, i64x2.splat(0));
      v128.store(ROWS, i64x2.splat(0), 16);
    }
    ps = pWrong();
    qs = qWrong();
    if (kind == FORM_1 && (ps | qs) != 0) {
      v128.store(ROWS, header0);
      v128.store(ROWS, header1, 16);
      headers = (ps | qs) & ~(pWrong() | qWrong());
      ps &= ~headers;
      qs &= ~headers;
    }
  }
  for (let lane: u32 = 0; lane < LANES; lane++) {
    const sector = load<usize>(list + (lane << 2));
    const word = load<usize>(list + (lane << 2), 4 * LANES);
    const bits = ((edcs >> lane) & 1) * EDC_WRONG | ((ps >> lane) & 1) * P_WRONG |
      ((qs >> lane) & 1) * Q_WRONG | ((headers >> lane) & 1) * HEADER_IN_PARITY;
    store<u32>(word, describe(sector) | describeFields(sector, kind) | bits);
  }
}

/**
 * Writes what each of `count` raw sectors at `data`, `data + stride`, … shows to `out`, one u32 each:
 * the kind, and bits for what is wrong (sectors_one.ts). Of a stride the first 2352 bytes count.
 */
export function check_sectors(data: usize, stride: usize, count: u32, out: usize): void {
  memory.fill(COUNTS, 0, 4 * 4);
  for (; count > 0; count--, data += stride, out += 4) {
    const found = describe(data);
    const kind = found & KIND;
    if (kind == FORMLESS) store<u32>(out, checkSector(data));
    else if (kind == NO_SYNC || kind > FORM_2) store<u32>(out, found);
    else gather(data, out, kind);
  }
  for (let kind = MODE_1; kind <= FORM_2; kind++) complete(kind);
}

/** Adds a sector to the group of its kind, and checks that if it is full. */
function gather(sector: usize, word: usize, kind: u32): void {
  const counter = COUNTS + (kind << 2);
  const list = LISTS + kind * LIST_SIZE;
  const lane = load<u32>(counter);
  store<usize>(list + (lane << 2), sector);
  store<usize>(list + (lane << 2), word, 4 * LANES);
  store<u32>(counter, (lane + 1) & (LANES - 1));
  if (lane + 1 == LANES) checkGroup(list, kind);
}

/** Fills the rest of a group with its first sector, and checks it. */
function complete(kind: u32): void {
  const counter = COUNTS + (kind << 2);
  const list = LISTS + kind * LIST_SIZE;
  while (load<u32>(counter) != 0) gather(load<usize>(list), load<usize>(list, 4 * LANES), kind);
}
