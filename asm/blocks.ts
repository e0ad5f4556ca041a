// What MD5 and the SHA family share (RFC 1321 3.1-3.2; FIPS 180-4 5.1): a byte count, a partial
// block, and padding with one bit 1, zeros and the length in bits.
// A state is: u64 count of bytes, chaining value, partial block.

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
 * Pads and compresses the last one or two blocks. The length field has `field` bytes; a count of
 * bytes fits 64 bits, so only its last nine bytes can be other than 0.
 */
export function pad(
  state: usize,
  partial: usize,
  block: usize,
  field: usize,
  bigEndian: bool,
  compress: Compress,
): void {
  const count = load<u64>(state);
  let held = usize(count) & (block - 1);
  store<u8>(partial + held++, 0x80);
  memory.fill(partial + held, 0, block - held);
  if (held > block - field) {
    compress(state, partial, 1);
    memory.fill(partial, 0, block);
  }
  const bits = count << 3;
  const last = partial + block - 8;
  store<u64>(last, bigEndian ? bswap(bits) : bits);
  if (field > 8) store<u8>(last - 1, u8(count >> 61));
  compress(state, partial, 1);
}
