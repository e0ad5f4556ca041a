// SHA-512 (FIPS 180-4 6.4).

import { absorb, CHAIN, padAndCompress } from "./blocks";
import { compress, emit } from "./sha512_block";

const BLOCK: usize = 128;
const PARTIAL: usize = CHAIN + 64;

/** Bytes of a state. */
export const SHA512_STATE: usize = PARTIAL + BLOCK;
/** Bytes of a digest. */
export const SHA512_SIZE: usize = 64;

/** Begins a stream (5.3.5). */
export function sha512_init(state: usize): void {
  store<u64>(state, 0);
  store<u64>(state, 0x6a09e667f3bcc908, CHAIN);
  store<u64>(state, 0xbb67ae8584caa73b, CHAIN + 8);
  store<u64>(state, 0x3c6ef372fe94f82b, CHAIN + 16);
  store<u64>(state, 0xa54ff53a5f1d36f1, CHAIN + 24);
  store<u64>(state, 0x510e527fade682d1, CHAIN + 32);
  store<u64>(state, 0x9b05688c2b3e6c1f, CHAIN + 40);
  store<u64>(state, 0x1f83d9abfb41bd6b, CHAIN + 48);
  store<u64>(state, 0x5be0cd19137e2179, CHAIN + 56);
}

/** Takes `length` bytes at `data`. */
export function sha512_update(state: usize, data: usize, length: usize): void {
  absorb(state, state + PARTIAL, BLOCK, data, length, compress);
}

/** Writes the digest to `out`; the state is used up. */
export function sha512_finish(state: usize, out: usize): void {
  padAndCompress(state, state + PARTIAL, BLOCK, 16, true, compress);
  emit(state, out);
}
