// MD5 (RFC 1321).

import { absorb, CHAIN, padAndCompress } from "./blocks";
import { compress, emit } from "./md5_block";

const BLOCK: usize = 64;
const PARTIAL: usize = CHAIN + 16;

/** Bytes of a state. */
export const MD5_STATE: usize = PARTIAL + BLOCK;
/** Bytes of a digest. */
export const MD5_SIZE: usize = 16;

/** Begins a stream (RFC 1321 3.3). */
export function md5_init(state: usize): void {
  store<u64>(state, 0);
  store<u32>(state, 0x67452301, CHAIN);
  store<u32>(state, 0xefcdab89, CHAIN + 4);
  store<u32>(state, 0x98badcfe, CHAIN + 8);
  store<u32>(state, 0x10325476, CHAIN + 12);
}

/** Takes `length` bytes at `data`. */
export function md5_update(state: usize, data: usize, length: usize): void {
  absorb(state, state + PARTIAL, BLOCK, data, length, compress);
}

/** Writes the digest to `out`; the state is used up. */
export function md5_finish(state: usize, out: usize): void {
  padAndCompress(state, state + PARTIAL, BLOCK, 8, false, compress);
  emit(state, out);
}
