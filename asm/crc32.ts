// CRC-32 as in zlib, gzip and ISO-HDLC: reflected polynomial 0xEDB88320, initial value and final
// complement all ones. Long input is folded by exclusive or alone before the tables see it.

import { SCRATCH } from "./layout";
import { fillTables, sliceBytes, TABLES_SIZE } from "./slicing";

/** The tables of the polynomial. */
export const CRC32_TABLES = memory.data(TABLES_SIZE, 16);
fillTables(CRC32_TABLES, 0xedb88320);

// The polynomial divides x^300 + x^155 + x^117 + x^89 + 1 (found by search; the tests prove it),
// and with x it divides the same sum in y = x^64. So a word may be struck out of the message when
// it is added to the words 145, 183, 211 and 300 places further on.
const REACH: usize = 300 * 8;
/** Words struck out between two moves of the history. */
const RUN: usize = 1024 * 8;
/** Below this length the tables alone are faster. */
const FOLD_FROM: usize = 2 * REACH;

/** Sum of the struck words that are to be added at the place of `struck`. */
// @ts-ignore: decorator
@inline
function folded(struck: usize): u64 {
  return load<u64>(struck - 145 * 8) ^ load<u64>(struck - 183 * 8) ^
    load<u64>(struck - 211 * 8) ^ load<u64>(struck - 300 * 8);
}

/** Replaces a long message by REACH bytes in scratch with the same remainder, and takes that. */
function fold(value: u32, data: usize, words: usize): u32 {
  const first = SCRATCH + REACH;
  memory.fill(SCRATCH, 0, REACH);
  const end = data + words * 8 - REACH;
  let struck = first;
  store<u64>(struck, load<u64>(data) ^ u64(value));
  for (data += 8, struck += 8; data < end;) {
    const room = first + RUN - struck;
    const stop = data + min(room, end - data);
    for (; data < stop; data += 8, struck += 8) {
      store<u64>(struck, load<u64>(data) ^ folded(struck));
    }
    if (struck == first + RUN) {
      memory.copy(SCRATCH, struck - REACH, REACH);
      struck = first;
    }
  }
  memory.fill(struck, 0, REACH);
  const rest = SCRATCH + 2 * REACH + RUN;
  for (let at: usize = 0; at < REACH; at += 8) {
    store<u64>(rest + at, load<u64>(data + at) ^ folded(struck + at));
  }
  return sliceBytes(CRC32_TABLES, 0, rest, REACH);
}

/** Bytes of a state: the remainder so far, complemented. */
export const CRC32_STATE: usize = 8;
/** Bytes of a digest. */
export const CRC32_SIZE: usize = 4;

/** Begins a stream. */
export function crc32_init(state: usize): void {
  store<u64>(state, 0xffffffff);
}

/** Takes `length` bytes at `data`. */
export function crc32_update(state: usize, data: usize, length: usize): void {
  let value = load<u32>(state);
  if (length >= FOLD_FROM) {
    const words = length >> 3;
    value = fold(value, data, words);
    data += words << 3;
    length &= 7;
  }
  store<u32>(state, sliceBytes(CRC32_TABLES, value, data, length));
}

/** Writes the four bytes, most significant first, to `out`. */
export function crc32_finish(state: usize, out: usize): void {
  store<u32>(out, bswap(~load<u32>(state)));
}
