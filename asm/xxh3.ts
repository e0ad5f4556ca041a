// The accumulation of XXH3 (specification of xxHash, doc/xxhash_spec.md 0.2) without vectors.

import { finish, init, PRIME32_1, SCRAMBLE, SECRET, sectors, update } from "./xxh3_parts";

export { XXH3_SIZE, XXH3_STATE } from "./xxh3_parts";

// @ts-ignore: decorator
@inline
function product(key: u64): u64 {
  return (key & 0xffffffff) * (key >> 32);
}

/** Step 2-2, for the accumulator at `place`. */
function scramble(value: u64, place: usize): u64 {
  return (value ^ (value >> 47) ^ load<u64>(SCRAMBLE + place)) * PRIME32_1;
}

/** Step 2: takes `stripes` stripes at `data`; `secret` is that of the first of them. */
function accumulate(accumulators: usize, data: usize, stripes: usize, secret: usize): void {
  let a0 = load<u64>(accumulators), a1 = load<u64>(accumulators, 8);
  let a2 = load<u64>(accumulators, 16), a3 = load<u64>(accumulators, 24);
  let a4 = load<u64>(accumulators, 32), a5 = load<u64>(accumulators, 40);
  let a6 = load<u64>(accumulators, 48), a7 = load<u64>(accumulators, 56);
  for (const end = data + stripes * 64; data < end; data += 64) {
    const d0 = load<u64>(data), d1 = load<u64>(data, 8);
    a0 += d1 + product(d0 ^ load<u64>(secret));
    a1 += d0 + product(d1 ^ load<u64>(secret, 8));
    const d2 = load<u64>(data, 16), d3 = load<u64>(data, 24);
    a2 += d3 + product(d2 ^ load<u64>(secret, 16));
    a3 += d2 + product(d3 ^ load<u64>(secret, 24));
    const d4 = load<u64>(data, 32), d5 = load<u64>(data, 40);
    a4 += d5 + product(d4 ^ load<u64>(secret, 32));
    a5 += d4 + product(d5 ^ load<u64>(secret, 40));
    const d6 = load<u64>(data, 48), d7 = load<u64>(data, 56);
    a6 += d7 + product(d6 ^ load<u64>(secret, 48));
    a7 += d6 + product(d7 ^ load<u64>(secret, 56));
    secret += 8;
    if (secret == SCRAMBLE) {
      secret = SECRET;
      a0 = scramble(a0, 0);
      a1 = scramble(a1, 8);
      a2 = scramble(a2, 16);
      a3 = scramble(a3, 24);
      a4 = scramble(a4, 32);
      a5 = scramble(a5, 40);
      a6 = scramble(a6, 48);
      a7 = scramble(a7, 56);
    }
  }
  store<u64>(accumulators, a0);
  store<u64>(accumulators, a1, 8);
  store<u64>(accumulators, a2, 16);
  store<u64>(accumulators, a3, 24);
  store<u64>(accumulators, a4, 32);
  store<u64>(accumulators, a5, 40);
  store<u64>(accumulators, a6, 48);
  store<u64>(accumulators, a7, 56);
}

/** Begins a stream. */
export function xxh3_init(state: usize): void {
  init(state);
}

/** Takes `length` bytes at `data`. */
export function xxh3_update(state: usize, data: usize, length: usize): void {
  update(state, data, length, accumulate);
}

/** Writes the digest to `out`, most significant byte first; the state is used up. */
export function xxh3_finish(state: usize, out: usize): void {
  finish(state, out, accumulate);
}

/** Writes the digest of each of `count` sectors of `size` bytes to `out`, 16 bytes each. */
export function xxh3_sectors(data: usize, size: usize, count: u32, out: usize): void {
  sectors(data, size, count, out, accumulate);
}
