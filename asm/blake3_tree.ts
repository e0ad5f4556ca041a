// BLAKE3, default hash with 32 bytes of output ("BLAKE3: one function, fast everywhere", 2.1-2.6):
// what both entries share, the stream and its tree. A state is: u64 count of bytes, chaining value
// of the open chunk, its last block, and those of the finished subtrees, largest first.

import { SCRATCH } from "./layout";

/** Bytes of a block, a chunk and a chaining value. */
export const BLOCK: usize = 64;
export const CHUNK: usize = 1024;
export const VALUE: usize = 32;

const CHAIN: usize = 8;
const PARTIAL: usize = CHAIN + VALUE;
const SUBTREES: usize = PARTIAL + BLOCK;
/** A subtree for each bit of the largest index of a chunk, 2^64 / 1024 - 1, and the last chunk. */
const DEPTH: usize = 55;

/** Bytes of a state. */
export const BLAKE3_STATE: usize = SUBTREES + DEPTH * VALUE;
/** Bytes of a digest. */
export const BLAKE3_SIZE: usize = VALUE;

// Table 3.
export const CHUNK_START: u32 = 1;
export const CHUNK_END: u32 = 2;
export const PARENT: u32 = 4;
const ROOT: u32 = 8;

/** Table 1: the initial chaining value. */
export const INITIAL = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** In scratch, the nodes that are left over at the ends of levels, from the lowest level up. */
const LEFT_OVER: usize = 0;
/** In scratch, the nodes of a level: one may come before, up to three be written behind in vain. */
const NODES: usize = LEFT_OVER + DEPTH * VALUE + VALUE;
/** Chunks that are taken at a time. */
const BATCH: usize = 64;

/** 2.2: writes the first 32 bytes of the output to `out`, which may overlap what is read. */
type Compress = (
  chain: usize,
  data: usize,
  counter: u64,
  length: u32,
  flags: u32,
  out: usize,
) => void;

/** 2.4: writes the chaining values of `count` chunks, none of them the root, from `index` on. */
type Chunks = (data: usize, count: usize, index: u64, out: usize) => void;

/** 2.5: writes the chaining values of the parents of `count` pairs of nodes, not the root. */
type Parents = (nodes: usize, count: usize, out: usize) => void;

/** Bytes in the open chunk. A whole chunk is closed at once, unless it may be all there is. */
function openBytes(count: u64): usize {
  return count == CHUNK ? CHUNK : usize(count) & (CHUNK - 1);
}

/** Bytes in the last block of `held` bytes. */
function lastBlock(held: usize): usize {
  return held == 0 ? 0 : ((held - 1) & (BLOCK - 1)) + 1;
}

/** Whether `chunks` make one tree. Its two halves are joined last of all: they may have the root. */
function isTree(chunks: u64): bool {
  return chunks > 1 && (chunks & (chunks - 1)) == 0;
}

/** Where the chaining value of the chunk at `index` goes. */
function topOf(state: usize, index: u64): usize {
  return state + SUBTREES + usize(popcnt(index)) * VALUE;
}

/** Begins a stream. */
export function init(state: usize): void {
  store<u64>(state, 0);
  memory.copy(state + CHAIN, INITIAL, VALUE);
}

/** Takes bytes of the chunk at `index`, which has `held` and gets no more than it can have. */
function extendChunk(
  state: usize,
  index: u64,
  held: usize,
  data: usize,
  length: usize,
  compress: Compress,
): void {
  const chain = state + CHAIN, partial = state + PARTIAL;
  const filled = lastBlock(held);
  const take = min(BLOCK - filled, length);
  memory.copy(partial + filled, data, take);
  if (take == length) return;
  compress(chain, partial, index, u32(BLOCK), held + take == BLOCK ? CHUNK_START : 0, chain);
  const end = data + length;
  data += take;
  for (; end - data > BLOCK; data += BLOCK) {
    compress(chain, data, index, u32(BLOCK), 0, chain);
  }
  memory.copy(partial, data, end - data);
}

/** Files the open chunk, which is whole, among the subtrees. */
function closeChunk(state: usize, index: u64, compress: Compress): void {
  const chain = state + CHAIN;
  let top = topOf(state, index);
  compress(chain, state + PARTIAL, index, u32(BLOCK), CHUNK_END, top);
  memory.copy(chain, INITIAL, VALUE);
  for (let last = index + 1; (last & 1) == 0 && !(last == 2 && isTree(index + 1)); last >>= 1) {
    top -= VALUE;
    compress(INITIAL, top, 0, u32(BLOCK), PARENT, top);
  }
}

/** Files `count` chunks at `data`: level by level, since parents are faster many at a time. */
function addChunks(
  state: usize,
  data: usize,
  count: usize,
  index: u64,
  chunks: Chunks,
  parents: Parents,
): void {
  let first = index, last = index + count;
  const tree = isTree(last);
  let top = topOf(state, index);
  let nodes = SCRATCH + NODES;
  let left = SCRATCH + LEFT_OVER;
  chunks(data, count, index, nodes);
  while (true) {
    if ((first & 1) != 0) {
      first--;
      top -= VALUE;
      nodes -= VALUE;
      memory.copy(nodes, top, VALUE);
    }
    if (last - first < 2 || (tree && last == 2)) break;
    if ((last & 1) != 0) {
      memory.copy(left, nodes + usize(last - first - 1) * VALUE, VALUE);
      left += VALUE;
    }
    first >>= 1;
    last >>= 1;
    parents(nodes, usize(last - first), SCRATCH + NODES);
    nodes = SCRATCH + NODES;
  }
  const rest = usize(last - first) * VALUE;
  memory.copy(top, nodes, rest);
  top += rest;
  for (; left > SCRATCH + LEFT_OVER; top += VALUE) {
    left -= VALUE;
    memory.copy(top, left, VALUE);
  }
}

/** Takes `length` bytes at `data`. */
export function update(
  state: usize,
  data: usize,
  length: usize,
  compress: Compress,
  chunks: Chunks,
  parents: Parents,
): void {
  if (length == 0) return;
  const end = data + length;
  const count = load<u64>(state);
  store<u64>(state, count + length);
  const held = openBytes(count);
  let index = (count - held) / CHUNK;
  if (held != 0) {
    const take = min(CHUNK - held, length);
    extendChunk(state, index, held, data, take, compress);
    data += take;
    if (held + take < CHUNK || (index == 0 && data == end)) return;
    closeChunk(state, index++, compress);
    if (data == end) return;
  }
  const halves = state + SUBTREES;
  if (isTree(index)) compress(INITIAL, halves, 0, u32(BLOCK), PARENT, halves);
  while (end - data >= CHUNK && !(index == 0 && end - data == CHUNK)) {
    const batch = min((end - data) / CHUNK, BATCH);
    addChunks(state, data, batch, index, chunks, parents);
    index += batch;
    data += batch * CHUNK;
    if (data == end) return;
    if (isTree(index)) compress(INITIAL, halves, 0, u32(BLOCK), PARENT, halves);
  }
  extendChunk(state, index, 0, data, end - data, compress);
}

/** Writes the digest to `out`; the state is used up. */
export function finish(state: usize, out: usize, compress: Compress): void {
  const count = load<u64>(state);
  const held = openBytes(count);
  const index = (count - held) / CHUNK;
  const root = state + SUBTREES;
  let top = topOf(state, index);
  if (held != 0 || count == 0) {
    const partial = state + PARTIAL, filled = lastBlock(held);
    memory.fill(partial + filled, 0, BLOCK - filled);
    const flags = CHUNK_END | (held <= BLOCK ? CHUNK_START : 0) | (index == 0 ? ROOT : 0);
    compress(state + CHAIN, partial, index, u32(filled), flags, top);
  } else if (!isTree(index)) {
    top -= VALUE;
  }
  while (top > root) {
    top -= VALUE;
    compress(INITIAL, top, 0, u32(BLOCK), PARENT | (top == root ? ROOT : 0), top);
  }
  memory.copy(out, root, VALUE);
}
