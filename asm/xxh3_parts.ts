// XXH3-128 with seed 0 and the default secret (specification of xxHash, doc/xxhash_spec.md 0.2): what
// both entries share, all but the accumulation of stripes. A state is: u64 count of bytes, eight
// accumulators, and a ring with the last bytes, byte i of the stream at i % 256.

import { SCRATCH } from "./layout";

/** Bytes of a stripe. A block, after which the accumulators are scrambled, has 16. */
const STRIPE: usize = 64;
/** Bytes of the longest input that is not hashed in stripes. */
const MEDIUM: usize = 240;

const ACCUMULATORS: usize = 8;
const RING: usize = ACCUMULATORS + 64;
const RING_SIZE: usize = 256;

/** Bytes of a state. */
export const XXH3_STATE: usize = RING + RING_SIZE;
/** Bytes of a digest. */
export const XXH3_SIZE: usize = 16;

export const PRIME32_1: u64 = 0x9e3779b1;
const PRIME32_2: u64 = 0x85ebca77;
const PRIME32_3: u64 = 0xc2b2ae3d;
const PRIME64_1: u64 = 0x9e3779b185ebca87;
const PRIME64_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME64_3: u64 = 0x165667b19e3779f9;
const PRIME64_4: u64 = 0x85ebca77c2b2ae63;
const PRIME64_5: u64 = 0x27d4eb2f165667c5;
const PRIME_MX1: u64 = 0x165667919e3779f9;
const PRIME_MX2: u64 = 0x9fb21c651e98df25;

/** The default secret, 192 bytes. */
export const SECRET = memory.data<u8>([
  0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
  0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
  0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
  0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
  0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
  0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
  0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
  0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
  0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
  0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
  0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
  0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
]);
/** The secret of the scrambling: its last 64 bytes, where that of a 17th stripe would be. */
export const SCRAMBLE: usize = SECRET + 128;
/** The secret of the last stripe. */
const LAST: usize = SECRET + 121;

const INITIAL = memory.data<u64>([
  PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1,
]);

/**
 * Takes `stripes` stripes at `data` into the eight accumulators. `secret` is that of the first, each
 * further one's is 8 bytes on; at SCRAMBLE the accumulators are scrambled and it starts anew.
 */
type Accumulate = (accumulators: usize, data: usize, stripes: usize, secret: usize) => void;

/** The high half of the product of two 64-bit numbers. */
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff, aHigh = a >> 32;
  const bLow = b & 0xffffffff, bHigh = b >> 32;
  const first = aHigh * bLow + ((aLow * bLow) >> 32);
  const second = aLow * bHigh + (first & 0xffffffff);
  return aHigh * bHigh + (first >> 32) + (second >> 32);
}

/** The halves of the product of two 64-bit numbers, one xor the other. */
function fold(a: u64, b: u64): u64 {
  return (a * b) ^ highProduct(a, b);
}

function avalanche(x: u64): u64 {
  x = (x ^ (x >> 37)) * PRIME_MX1;
  return x ^ (x >> 32);
}

/** The avalanche of XXH64. */
function avalanche64(x: u64): u64 {
  x = (x ^ (x >> 33)) * PRIME64_2;
  x = (x ^ (x >> 29)) * PRIME64_3;
  return x ^ (x >> 32);
}

/** Writes a digest, most significant byte first. */
function put(out: usize, low: u64, high: u64): void {
  store<u64>(out, bswap(high));
  store<u64>(out, bswap(low), 8);
}

function hashUpTo3(data: usize, length: usize, out: usize): void {
  const combined = u32(load<u8>(data + length - 1)) | (u32(length) << 8) |
    (u32(load<u8>(data)) << 16) | (u32(load<u8>(data + (length >> 1))) << 24);
  const low = u64(load<u32>(SECRET) ^ load<u32>(SECRET, 4)) ^ u64(combined);
  const high = u64(load<u32>(SECRET, 8) ^ load<u32>(SECRET, 12)) ^
    u64(rotl<u32>(bswap(combined), 13));
  put(out, avalanche64(low), avalanche64(high));
}

function hashUpTo8(data: usize, length: usize, out: usize): void {
  const combined = u64(load<u32>(data)) | (u64(load<u32>(data + length - 4)) << 32);
  const value = load<u64>(SECRET, 16) ^ load<u64>(SECRET, 24) ^ combined;
  const factor = PRIME64_1 + (u64(length) << 2);
  let low = value * factor;
  const high = highProduct(value, factor) + (low << 1);
  low ^= high >> 3;
  low = (low ^ (low >> 35)) * PRIME_MX2;
  put(out, low ^ (low >> 28), avalanche(high));
}

function hashUpTo16(data: usize, length: usize, out: usize): void {
  const first = load<u64>(data), last = load<u64>(data + length - 8);
  const a = load<u64>(SECRET, 32) ^ load<u64>(SECRET, 40) ^ first ^ last;
  const b = load<u64>(SECRET, 48) ^ load<u64>(SECRET, 56) ^ last;
  let low = a * PRIME64_1 + (u64(length - 1) << 54);
  let high = highProduct(a, PRIME64_1) + b + (b & 0xffffffff) * (PRIME32_2 - 1);
  low ^= bswap(high);
  high = highProduct(low, PRIME64_2) + high * PRIME64_2;
  put(out, avalanche(low * PRIME64_2), avalanche(high));
}

/** The mixing operation: of 16 bytes and as many of the secret. */
function mix(data: usize, secret: usize): u64 {
  return fold(load<u64>(data) ^ load<u64>(secret), load<u64>(data, 8) ^ load<u64>(secret, 8));
}

function sumOf(data: usize): u64 {
  return load<u64>(data) + load<u64>(data, 8);
}

/** The first accumulator when 16 bytes at `a` and as many at `b` are mixed. */
function mixFirst(value: u64, a: usize, b: usize, secret: usize): u64 {
  return (value + mix(a, secret)) ^ sumOf(b);
}

/** The second accumulator when 16 bytes at `a` and as many at `b` are mixed. */
function mixSecond(value: u64, a: usize, b: usize, secret: usize): u64 {
  return (value + mix(b, secret + 16)) ^ sumOf(a);
}

function hashUpToMedium(data: usize, length: usize, out: usize): void {
  let x = u64(length) * PRIME64_1, y: u64 = 0;
  if (length <= 128) {
    for (let at = (length - 1) & ~31; ; at -= 32) {
      const a = data + (at >> 1), b = data + length - (at >> 1) - 16;
      x = mixFirst(x, a, b, SECRET + at);
      y = mixSecond(y, a, b, SECRET + at);
      if (at == 0) break;
    }
  } else {
    let at: usize = 0;
    for (; at < 128; at += 32) {
      x = mixFirst(x, data + at, data + at + 16, SECRET + at);
      y = mixSecond(y, data + at, data + at + 16, SECRET + at);
    }
    x = avalanche(x);
    y = avalanche(y);
    for (; at + 32 <= length; at += 32) {
      x = mixFirst(x, data + at, data + at + 16, SECRET + at - 125);
      y = mixSecond(y, data + at, data + at + 16, SECRET + at - 125);
    }
    const last = data + length - 16;
    x = mixFirst(x, last, last - 16, SECRET + 103);
    y = mixSecond(y, last, last - 16, SECRET + 103);
  }
  const high = x * PRIME64_1 + y * PRIME64_4 + u64(length) * PRIME64_2;
  put(out, avalanche(x + y), 0 - avalanche(high));
}

/** Writes the digest of up to MEDIUM bytes. */
function hashShort(data: usize, length: usize, out: usize): void {
  if (length > 16) hashUpToMedium(data, length, out);
  else if (length > 8) hashUpTo16(data, length, out);
  else if (length > 3) hashUpTo8(data, length, out);
  else if (length > 0) hashUpTo3(data, length, out);
  else {
    const low = load<u64>(SECRET, 64) ^ load<u64>(SECRET, 72);
    const high = load<u64>(SECRET, 80) ^ load<u64>(SECRET, 88);
    put(out, avalanche64(low), avalanche64(high));
  }
}

function merge(accumulators: usize, secret: usize, value: u64): u64 {
  for (let at: usize = 0; at < 64; at += 16) value += mix(accumulators + at, secret + at);
  return avalanche(value);
}

/** Writes the digest of `length` bytes, more than MEDIUM, all of which were taken. */
function putMerged(accumulators: usize, length: u64, out: usize): void {
  const low = merge(accumulators, SECRET + 11, length * PRIME64_1);
  put(out, low, merge(accumulators, SECRET + 117, ~(length * PRIME64_2)));
}

/** The secret of the stripe that begins at byte `position`. */
function secretAt(position: u64): usize {
  return SECRET + ((usize(position) / STRIPE) & 15) * 8;
}

/** Begins a stream. */
export function init(state: usize): void {
  store<u64>(state, 0);
  memory.copy(state + ACCUMULATORS, INITIAL, 64);
}

/** Takes `length` bytes at `data`. A stripe is only accumulated when a byte after it is there. */
export function update(state: usize, data: usize, length: usize, accumulate: Accumulate): void {
  const ring = state + RING, accumulators = state + ACCUMULATORS;
  const count = load<u64>(state), total = count + length;
  store<u64>(state, total);
  if (total <= RING_SIZE) {
    memory.copy(ring + usize(count), data, length);
    return;
  }
  const end = data + length;
  const begun = usize(count) & (STRIPE - 1);
  if (begun != 0) {
    const take = min(STRIPE - begun, length);
    memory.copy(ring + (usize(count) & (RING_SIZE - 1)), data, take);
    data += take;
  }
  let at: u64 = count > RING_SIZE ? (count - 1) / STRIPE * STRIPE : 0;
  for (; at < count && total - at > STRIPE; at += STRIPE) {
    accumulate(accumulators, ring + (usize(at) & (RING_SIZE - 1)), 1, secretAt(at));
  }
  if (data == end) return;
  const stripes = (end - data - 1) / STRIPE;
  if (stripes != 0) {
    accumulate(accumulators, data, stripes, secretAt(at));
    data += stripes * STRIPE;
    at += stripes * STRIPE;
    memory.copy(ring + (usize(at - STRIPE) & (RING_SIZE - 1)), data - STRIPE, STRIPE);
  }
  memory.copy(ring + (usize(at) & (RING_SIZE - 1)), data, end - data);
}

/** Writes the digest to `out`; the state is used up. */
export function finish(state: usize, out: usize, accumulate: Accumulate): void {
  const ring = state + RING, accumulators = state + ACCUMULATORS;
  const count = load<u64>(state);
  if (count <= MEDIUM) {
    hashShort(ring, usize(count), out);
    return;
  }
  if (count <= RING_SIZE) accumulate(accumulators, ring, usize(count - 1) / STRIPE, SECRET);
  let last = usize(count - STRIPE) & (RING_SIZE - 1);
  if (last + STRIPE <= RING_SIZE) last += ring;
  else {
    const part = RING_SIZE - last;
    memory.copy(SCRATCH, ring + last, part);
    memory.copy(SCRATCH + part, ring, STRIPE - part);
    last = SCRATCH;
  }
  accumulate(accumulators, last, 1, LAST);
  putMerged(accumulators, count, out);
}

/** Writes the digest of each of `count` sectors of `size` bytes to `out`. */
export function sectors(
  data: usize,
  size: usize,
  count: usize,
  out: usize,
  accumulate: Accumulate,
): void {
  for (const end = out + count * XXH3_SIZE; out < end; data += size, out += XXH3_SIZE) {
    if (size <= MEDIUM) {
      hashShort(data, size, out);
      continue;
    }
    memory.copy(SCRATCH, INITIAL, 64);
    accumulate(SCRATCH, data, (size - 1) / STRIPE, SECRET);
    accumulate(SCRATCH, data + size - STRIPE, 1, LAST);
    putMerged(SCRATCH, size, out);
  }
}
