// What MD5 and the SHA family share (RFC 1321 3.1-3.2; FIPS 180-4 5.1): a byte count, a partial
// block, and padding with one bit 1, zeros and the length in bits.
// A state is: u64 count of bytes, chaining value, partial block.

import { SCRATCH } from "./layout";

/** Two blocks of scratch; kernels of one stream use what lies before them. */
const TAIL: usize = SCRATCH + 4096;

/** Where the chaining value is in a state. */
export const CHAIN: usize = 8;

/** Updates the chaining value of `state` with `blocks` whole blocks at `data`. */
type Compress = (state: usize, data: usize, blocks: usize) => void;

/** Takes `length` bytes at `data`; `partial` is the address of the partial block. */
export function absorb(
  state: usize,
  partial: usize,
  block: usize,
  data: usize,
  length: usize,
  compress: Compress,
): void {
  const count = load<u64>(state);
  const held = usize(count) & (block - 1);
  store<u64>(state, count + u64(length));
  if (held != 0) {
    const take = min(block - held, length);
    memory.copy(partial + held, data, take);
    if (held + take < block) return;
    compress(state, partial, 1);
    data += take;
    length -= take;
  }
  const rest = length & (block - 1);
  if (length != rest) compress(state, data, (length - rest) / block);
  memory.copy(partial, data + length - rest, rest);
}

/**
 * Pads the last `held` bytes of a stream of `count`, at `tail`, where two blocks have room; how
 * many blocks it then has. The length field has `field` bytes; a count of bytes fits 64 bits, so
 * only its last nine bytes can be other than 0.
 */
export function pad(
  tail: usize,
  held: usize,
  count: u64,
  block: usize,
  field: usize,
  bigEndian: bool,
): usize {
  const blocks: usize = held + 1 + field > block ? 2 : 1;
  const end = tail + blocks * block;
  let at = tail + held;
  store<u8>(at++, 0x80);
  for (; (at & 7) != 0; at++) store<u8>(at, 0);
  for (; at < end; at += 8) store<u64>(at, 0);
  const bits = count << 3;
  store<u64>(end - 8, bigEndian ? bswap(bits) : bits);
  if (field > 8) store<u8>(end - 9, u8(count >> 61));
  return blocks;
}

/** Pads and compresses what `partial` holds: the last one or two blocks of a stream. */
export function padAndCompress(
  state: usize,
  partial: usize,
  block: usize,
  field: usize,
  bigEndian: bool,
  compress: Compress,
): void {
  const count = load<u64>(state);
  const held = usize(count) & (block - 1);
  memory.copy(TAIL, partial, held);
  compress(state, TAIL, pad(TAIL, held, count, block, field, bigEndian));
}
