// How often each byte value occurs.

import { SCRATCH } from "./layout";

/** Bytes of one histogram of u32. */
const HISTOGRAM: usize = 256 * 4;
/** Bytes counted before the counts of 32 bits are added up. */
const ROUND: usize = 1 << 30;

// @ts-ignore: decorator
@inline
function count(histogram: usize, byte: u32): void {
  const at = histogram + (usize(byte) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Counts up to ROUND bytes; neighbours go to different histograms, since equal ones would wait. */
function countRound(data: usize, length: usize, counts: usize): void {
  const h0 = SCRATCH, h1 = h0 + HISTOGRAM, h2 = h1 + HISTOGRAM, h3 = h2 + HISTOGRAM;
  memory.fill(SCRATCH, 0, 4 * HISTOGRAM);
  const end = data + length;
  for (; end - data >= 8; data += 8) {
    const word = load<u64>(data);
    const low = u32(word), high = u32(word >> 32);
    count(h0, low & 0xff);
    count(h1, (low >> 8) & 0xff);
    count(h2, (low >> 16) & 0xff);
    count(h3, low >> 24);
    count(h0, high & 0xff);
    count(h1, (high >> 8) & 0xff);
    count(h2, (high >> 16) & 0xff);
    count(h3, high >> 24);
  }
  for (; data < end; data++) count(h0, load<u8>(data));
  for (let at: usize = 0; at < HISTOGRAM; at += 4) {
    const sum = load<u32>(h0 + at) + load<u32>(h1 + at) + load<u32>(h2 + at) + load<u32>(h3 + at);
    const total = counts + (at << 1);
    store<u64>(total, load<u64>(total) + sum);
  }
}

/** Adds the occurrences of each byte value to the 256 u64 at `counts`. */
export function histogram(data: usize, length: usize, counts: usize): void {
  while (length > ROUND) {
    countRound(data, ROUND, counts);
    data += ROUND;
    length -= ROUND;
  }
  countRound(data, length, counts);
}
