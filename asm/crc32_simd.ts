// CRC-32 by vectors of 16 bytes. The recurrence of crc32.ts holds in units of any number of bits; small
// units leave less for the tables, and these still reach back past the vectors that are being stored.

import { CRC32_TABLES } from "./crc32";
import { SCRATCH } from "./layout";
import { sliceBytes } from "./slicing";

/** Units from a struck one to the furthest to which it is added; the nearest is 145 further on. */
const REACH: usize = 300;
/** Bytes struck out between two moves of the history. */
const RUN: usize = 8192;

/** What is left of a message, after the history of units of 4 bytes and as many zeros. */
const REST = SCRATCH + 2 * 4 * REACH + RUN;

/** Bytes that units of the size of T reach, rounded up to whole vectors. */
// @ts-ignore: decorator
@inline
function reach<T>(): usize {
  return (REACH * sizeof<T>() + 15) & ~15;
}

/** Sum of the struck bytes that are to be added at the place of `struck`. */
// @ts-ignore: decorator
@inline
function folded<T>(struck: usize): v128 {
  const far = struck - REACH * sizeof<T>();
  const near = v128.xor(v128.load(far, 155 * sizeof<T>()), v128.load(far, 117 * sizeof<T>()));
  return v128.xor(near, v128.xor(v128.load(far, 89 * sizeof<T>()), v128.load(far)));
}

/**
 * Replaces `length` bytes at `data`, a multiple of 16 above the reach of T, by that many with the same
 * remainder at `out`. The first four bytes continue `value`.
 */
// @ts-ignore: decorator
@inline
function strike<T>(value: u32, data: usize, length: usize, out: usize): void {
  const kept = reach<T>();
  const first = SCRATCH + kept;
  memory.fill(SCRATCH, 0, kept);
  const end = data + length - kept;
  let struck = first;
  v128.store(struck, v128.xor(v128.load(data), i32x4.replace_lane(i64x2.splat(0), 0, value)));
  data += 16;
  struck += 16;
  while (data < end) {
    const stop = data + min(first + RUN - struck, end - data);
    for (; data < stop; data += 16, struck += 16) {
      v128.store(struck, v128.xor(v128.load(data), folded<T>(struck)));
    }
    if (struck == first + RUN) {
      memory.copy(SCRATCH, struck - kept, kept);
      struck = first;
    }
  }
  memory.fill(struck, 0, kept);
  for (let at: usize = 0; at < kept; at += 16) {
    v128.store(out + at, v128.xor(v128.load(data + at), folded<T>(struck + at)));
  }
}

/** Below these lengths smaller units, or the tables alone, are faster. */
const FROM_4: usize = 3072;
const FROM_2: usize = 704;

/** Takes `length` bytes at `data`. */
export function crc32_update(state: usize, data: usize, length: usize): void {
  let value = load<u32>(state);
  const odd = length & 15;
  const tail = data + length - odd;
  length -= odd;
  if (length >= FROM_4) {
    strike<u32>(value, data, length, REST);
    value = 0;
    data = REST;
    length = reach<u32>();
  }
  if (length >= FROM_2) {
    strike<u16>(value, data, length, REST + reach<u32>());
    value = 0;
    data = REST + reach<u32>();
    length = reach<u16>();
  }
  value = sliceBytes(CRC32_TABLES, value, data, length);
  store<u32>(state, sliceBytes(CRC32_TABLES, value, tail, odd));
}
