// BLAKE3, default hash with 32 bytes of output ("BLAKE3: one function, fast everywhere", 2.1-2.6).
// A state is: u64 count of bytes, chaining value of the current chunk, its last block, and the
// chaining values of the finished subtrees, largest first. A block or chunk is only closed when a
// further byte arrives, since the last of all is closed with other flags.

import { SCRATCH } from "./layout";

const BLOCK: usize = 64;
const CHUNK: usize = 1024;
const VALUE: usize = 32;

const CHAIN: usize = 8;
const PARTIAL: usize = CHAIN + VALUE;
const SUBTREES: usize = PARTIAL + BLOCK;
/** One subtree a bit of the largest count of chunks, 2^64 / 1024. */
const DEPTH: usize = 54;

/** Bytes of a state. */
export const BLAKE3_STATE: usize = SUBTREES + DEPTH * VALUE;
/** Bytes of a digest. */
export const BLAKE3_SIZE: usize = VALUE;

// Table 3.
const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;

// Table 1.
const IV0: u32 = 0x6a09e667;
const IV1: u32 = 0xbb67ae85;
const IV2: u32 = 0x3c6ef372;
const IV3: u32 = 0xa54ff53a;
const IV4: u32 = 0x510e527f;
const IV5: u32 = 0x9b05688c;
const IV6: u32 = 0x1f83d9ab;
const IV7: u32 = 0x5be0cd19;

/** Where in the block each message word is, in order of use: table 2 applied 0 to 6 times. */
const ORDER = memory.data<u8>([
  0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60,
  8, 24, 12, 40, 28, 0, 16, 52, 4, 44, 48, 20, 36, 56, 60, 32,
  12, 16, 40, 48, 52, 8, 28, 56, 24, 20, 36, 0, 44, 60, 32, 4,
  40, 28, 48, 36, 56, 12, 52, 60, 16, 0, 44, 8, 20, 32, 4, 24,
  48, 52, 36, 44, 60, 40, 56, 32, 28, 8, 20, 12, 0, 4, 24, 16,
  36, 56, 44, 20, 32, 48, 60, 4, 52, 12, 0, 40, 8, 24, 16, 28,
  44, 60, 20, 0, 4, 36, 32, 24, 56, 40, 8, 48, 12, 16, 28, 52,
]);

/** 2.2: replaces the chaining value at `chain` by the first 32 bytes of the output. */
function compress(chain: usize, data: usize, counter: u64, length: u32, flags: u32): void {
  let v0 = load<u32>(chain), v1 = load<u32>(chain, 4);
  let v2 = load<u32>(chain, 8), v3 = load<u32>(chain, 12);
  let v4 = load<u32>(chain, 16), v5 = load<u32>(chain, 20);
  let v6 = load<u32>(chain, 24), v7 = load<u32>(chain, 28);
  let v8 = IV0, v9 = IV1, v10 = IV2, v11 = IV3;
  let v12 = u32(counter), v13 = u32(counter >> 32), v14 = length, v15 = flags;
  for (let order = ORDER; order < ORDER + 7 * 16; order += 16) {
    // G of (v0, v4, v8, v12) and the three columns after it, then of the four diagonals.
    v0 += v4 + load<u32>(data + load<u8>(order));
    v12 = rotr<u32>(v12 ^ v0, 16);
    v8 += v12;
    v4 = rotr<u32>(v4 ^ v8, 12);
    v0 += v4 + load<u32>(data + load<u8>(order, 1));
    v12 = rotr<u32>(v12 ^ v0, 8);
    v8 += v12;
    v4 = rotr<u32>(v4 ^ v8, 7);
    v1 += v5 + load<u32>(data + load<u8>(order, 2));
    v13 = rotr<u32>(v13 ^ v1, 16);
    v9 += v13;
    v5 = rotr<u32>(v5 ^ v9, 12);
    v1 += v5 + load<u32>(data + load<u8>(order, 3));
    v13 = rotr<u32>(v13 ^ v1, 8);
    v9 += v13;
    v5 = rotr<u32>(v5 ^ v9, 7);
    v2 += v6 + load<u32>(data + load<u8>(order, 4));
    v14 = rotr<u32>(v14 ^ v2, 16);
    v10 += v14;
    v6 = rotr<u32>(v6 ^ v10, 12);
    v2 += v6 + load<u32>(data + load<u8>(order, 5));
    v14 = rotr<u32>(v14 ^ v2, 8);
    v10 += v14;
    v6 = rotr<u32>(v6 ^ v10, 7);
    v3 += v7 + load<u32>(data + load<u8>(order, 6));
    v15 = rotr<u32>(v15 ^ v3, 16);
    v11 += v15;
    v7 = rotr<u32>(v7 ^ v11, 12);
    v3 += v7 + load<u32>(data + load<u8>(order, 7));
    v15 = rotr<u32>(v15 ^ v3, 8);
    v11 += v15;
    v7 = rotr<u32>(v7 ^ v11, 7);
    v0 += v5 + load<u32>(data + load<u8>(order, 8));
    v15 = rotr<u32>(v15 ^ v0, 16);
    v10 += v15;
    v5 = rotr<u32>(v5 ^ v10, 12);
    v0 += v5 + load<u32>(data + load<u8>(order, 9));
    v15 = rotr<u32>(v15 ^ v0, 8);
    v10 += v15;
    v5 = rotr<u32>(v5 ^ v10, 7);
    v1 += v6 + load<u32>(data + load<u8>(order, 10));
    v12 = rotr<u32>(v12 ^ v1, 16);
    v11 += v12;
    v6 = rotr<u32>(v6 ^ v11, 12);
    v1 += v6 + load<u32>(data + load<u8>(order, 11));
    v12 = rotr<u32>(v12 ^ v1, 8);
    v11 += v12;
    v6 = rotr<u32>(v6 ^ v11, 7);
    v2 += v7 + load<u32>(data + load<u8>(order, 12));
    v13 = rotr<u32>(v13 ^ v2, 16);
    v8 += v13;
    v7 = rotr<u32>(v7 ^ v8, 12);
    v2 += v7 + load<u32>(data + load<u8>(order, 13));
    v13 = rotr<u32>(v13 ^ v2, 8);
    v8 += v13;
    v7 = rotr<u32>(v7 ^ v8, 7);
    v3 += v4 + load<u32>(data + load<u8>(order, 14));
    v14 = rotr<u32>(v14 ^ v3, 16);
    v9 += v14;
    v4 = rotr<u32>(v4 ^ v9, 12);
    v3 += v4 + load<u32>(data + load<u8>(order, 15));
    v14 = rotr<u32>(v14 ^ v3, 8);
    v9 += v14;
    v4 = rotr<u32>(v4 ^ v9, 7);
  }
  store<u32>(chain, v0 ^ v8);
  store<u32>(chain, v1 ^ v9, 4);
  store<u32>(chain, v2 ^ v10, 8);
  store<u32>(chain, v3 ^ v11, 12);
  store<u32>(chain, v4 ^ v12, 16);
  store<u32>(chain, v5 ^ v13, 20);
  store<u32>(chain, v6 ^ v14, 24);
  store<u32>(chain, v7 ^ v15, 28);
}

function setInitial(chain: usize): void {
  store<u32>(chain, IV0);
  store<u32>(chain, IV1, 4);
  store<u32>(chain, IV2, 8);
  store<u32>(chain, IV3, 12);
  store<u32>(chain, IV4, 16);
  store<u32>(chain, IV5, 20);
  store<u32>(chain, IV6, 24);
  store<u32>(chain, IV7, 28);
}

/** 2.5: replaces the chaining value at `right` by that of the parent of `left` and `right`. */
function join(left: usize, right: usize, flags: u32): void {
  memory.copy(SCRATCH, left, VALUE);
  memory.copy(SCRATCH + VALUE, right, VALUE);
  setInitial(right);
  compress(right, SCRATCH, 0, u32(BLOCK), PARENT | flags);
}

/** Files the chaining value of chunk `index`, of which another follows, among the subtrees. */
function closeChunk(state: usize, index: u64): void {
  let top = state + SUBTREES + usize(popcnt(index)) * VALUE;
  for (let chunks = index + 1; (chunks & 1) == 0; chunks >>= 1) {
    top -= VALUE;
    join(top, state + CHAIN, 0);
  }
  memory.copy(top, state + CHAIN, VALUE);
  setInitial(state + CHAIN);
}

/** Compresses the block at `data` that ends a run of `count` bytes, of which more follow. */
function closeBlock(state: usize, data: usize, count: u64): void {
  const start = count - BLOCK;
  const first = (start & (CHUNK - 1)) == 0;
  const last = (count & (CHUNK - 1)) == 0;
  const flags = (first ? CHUNK_START : 0) | (last ? CHUNK_END : 0);
  compress(state + CHAIN, data, start / CHUNK, u32(BLOCK), flags);
  if (last) closeChunk(state, start / CHUNK);
}

/** Begins a stream. */
export function blake3_init(state: usize): void {
  store<u64>(state, 0);
  setInitial(state + CHAIN);
}

/** Takes `length` bytes at `data`. */
export function blake3_update(state: usize, data: usize, length: usize): void {
  if (length == 0) return;
  const end = data + length;
  let count = load<u64>(state);
  let held = usize(count) & (BLOCK - 1);
  if (held != 0) {
    const take = min(BLOCK - held, length);
    memory.copy(state + PARTIAL + held, data, take);
    count += take;
    data += take;
  } else if (count != 0) {
    held = BLOCK;
  }
  if (data < end) {
    if (held != 0) closeBlock(state, state + PARTIAL, count);
    for (; end - data > BLOCK; data += BLOCK) {
      count += BLOCK;
      closeBlock(state, data, count);
    }
    memory.copy(state + PARTIAL, data, end - data);
    count += end - data;
  }
  store<u64>(state, count);
}

/** Writes the digest to `out`; the state is used up. */
export function blake3_finish(state: usize, out: usize): void {
  const count = load<u64>(state);
  const lastByte = count - u64(count != 0);
  const held = count == 0 ? 0 : (usize(lastByte) & (BLOCK - 1)) + 1;
  memory.fill(state + PARTIAL + held, 0, BLOCK - held);
  const chunk = lastByte / CHUNK;
  let subtrees = usize(popcnt(chunk));
  const flags = CHUNK_END | ((lastByte & (CHUNK - 1)) < BLOCK ? CHUNK_START : 0) |
    (subtrees == 0 ? ROOT : 0);
  compress(state + CHAIN, state + PARTIAL, chunk, u32(held), flags);
  while (subtrees > 0) {
    subtrees--;
    join(state + SUBTREES + subtrees * VALUE, state + CHAIN, subtrees == 0 ? ROOT : 0);
  }
  memory.copy(out, state + CHAIN, VALUE);
}
