// The accumulation of XXH3 (specification of xxHash, doc/xxhash_spec.md 0.2) with 128-bit vectors, two
// accumulators in each.

import { finish, init, PRIME32_1, SCRAMBLE, SECRET, sectors, update } from "./xxh3_parts";

export { XXH3_SIZE, XXH3_STATE } from "./xxh3_parts";

/** The accumulators and the data for each other's neighbour. */
// @ts-ignore: decorator
@inline
function addCrossed(a: v128, data: v128): v128 {
  return i64x2.add(a, i64x2.shuffle(data, data, 1, 0));
}

/** Step 2-2. */
// @ts-ignore: decorator
@inline
function scramble(a: v128, place: usize): v128 {
  const mixed = v128.xor(a, v128.xor(i64x2.shr_u(a, 47), v128.load(SCRAMBLE + place)));
  return i64x2.mul(mixed, i64x2.splat(PRIME32_1));
}

/** Step 2: takes `stripes` stripes at `data`; `secret` is that of the first of them. */
function accumulate(accumulators: usize, data: usize, stripes: usize, secret: usize): void {
  let a0 = v128.load(accumulators), a1 = v128.load(accumulators, 16);
  let a2 = v128.load(accumulators, 32), a3 = v128.load(accumulators, 48);
  for (const end = data + stripes * 64; data < end; data += 64) {
    const d0 = v128.load(data), d1 = v128.load(data, 16);
    const d2 = v128.load(data, 32), d3 = v128.load(data, 48);
    const k0 = v128.xor(d0, v128.load(secret)), k1 = v128.xor(d1, v128.load(secret, 16));
    const k2 = v128.xor(d2, v128.load(secret, 32)), k3 = v128.xor(d3, v128.load(secret, 48));
    // The low halves of four keys by the high ones
    const low01 = i32x4.shuffle(k0, k1, 0, 2, 4, 6), high01 = i32x4.shuffle(k0, k1, 1, 3, 5, 7);
    const low23 = i32x4.shuffle(k2, k3, 0, 2, 4, 6), high23 = i32x4.shuffle(k2, k3, 1, 3, 5, 7);
    a0 = i64x2.add(addCrossed(a0, d0), i64x2.extmul_low_i32x4_u(low01, high01));
    a1 = i64x2.add(addCrossed(a1, d1), i64x2.extmul_high_i32x4_u(low01, high01));
    a2 = i64x2.add(addCrossed(a2, d2), i64x2.extmul_low_i32x4_u(low23, high23));
    a3 = i64x2.add(addCrossed(a3, d3), i64x2.extmul_high_i32x4_u(low23, high23));
    secret += 8;
    if (secret == SCRAMBLE) {
      secret = SECRET;
      a0 = scramble(a0, 0);
      a1 = scramble(a1, 16);
      a2 = scramble(a2, 32);
      a3 = scramble(a3, 48);
    }
  }
  v128.store(accumulators, a0);
  v128.store(accumulators, a1, 16);
  v128.store(accumulators, a2, 32);
  v128.store(accumulators, a3, 48);
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
