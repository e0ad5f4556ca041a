// SHA-1 (FIPS 180-4 6.1).

import { absorb, CHAIN, padAndCompress } from "./blocks";
import { compress, emit } from "./sha1_block";

const BLOCK: usize = 64;
const PARTIAL: usize = CHAIN + 20;

/** Bytes of a state. */
export const SHA1_STATE: usize = PARTIAL + BLOCK;
/** Bytes of a digest. */
export const SHA1_SIZE: usize = 20;

/** Begins a stream (5.3.1). */
export function sha1_init(state: usize): void {
  store<u64>(state, 0);
  store<u32>(state, 0x67452301, CHAIN);
  store<u32>(state, 0xefcdab89, CHAIN + 4);
  store<u32>(state, 0x98badcfe, CHAIN + 8);
  store<u32>(state, 0x10325476, CHAIN + 12);
  store<u32>(state, 0xc3d2e1f0, CHAIN + 16);
}

/** Takes `length` bytes at `data`. */
export function sha1_update(state: usize, data: usize, length: usize): void {
  absorb(state, state + PARTIAL, BLOCK, data, length, compress);
}

/** Writes the digest to `out`; the state is used up. */
export function sha1_finish(state: usize, out: usize): void {
  padAndCompress(state, state + PARTIAL, BLOCK, 8, true, compress);
  emit(state, out);
}
