// SHA-256 (FIPS 180-4 6.2).

import { absorb, CHAIN, padAndCompress } from "./blocks";
import { compress, emit } from "./sha256_block";

const BLOCK: usize = 64;
const PARTIAL: usize = CHAIN + 32;

/** Bytes of a state. */
export const SHA256_STATE: usize = PARTIAL + BLOCK;
/** Bytes of a digest. */
export const SHA256_SIZE: usize = 32;

/** Begins a stream (5.3.3). */
export function sha256_init(state: usize): void {
  store<u64>(state, 0);
  store<u32>(state, 0x6a09e667, CHAIN);
  store<u32>(state, 0xbb67ae85, CHAIN + 4);
  store<u32>(state, 0x3c6ef372, CHAIN + 8);
  store<u32>(state, 0xa54ff53a, CHAIN + 12);
  store<u32>(state, 0x510e527f, CHAIN + 16);
  store<u32>(state, 0x9b05688c, CHAIN + 20);
  store<u32>(state, 0x1f83d9ab, CHAIN + 24);
  store<u32>(state, 0x5be0cd19, CHAIN + 28);
}

/** Takes `length` bytes at `data`. */
export function sha256_update(state: usize, data: usize, length: usize): void {
  absorb(state, state + PARTIAL, BLOCK, data, length, compress);
}

/** Writes the digest to `out`; the state is used up. */
export function sha256_finish(state: usize, out: usize): void {
  padAndCompress(state, state + PARTIAL, BLOCK, 8, true, compress);
  emit(state, out);
}
