// Many streams at once with 128-bit vectors: each vector holds one word of several streams, the
// lanes. A lane whose job has no block left takes the next job, so jobs may be of any lengths.

import { CHAIN, pad } from "./blocks";
import { JOB, jobData, jobLength, jobOut, jobState } from "./jobs";
import { SCRATCH } from "./layout";

/** The chaining values of the lanes: vector j has word j of each. Kernels use scratch before it. */
export const CHAINS: usize = SCRATCH + 8192;
const LANES: usize = CHAINS + 128;
const TAILS: usize = LANES + 4 * 32;

// A lane: LEFT blocks at DATA are under way, then come REST_LENGTH bytes at REST.
const LANE: usize = 32;
const DATA: usize = 0;
const LEFT: usize = 4;
const OWNER: usize = 8; // Address of the job
const REST: usize = 12;
const REST_LENGTH: usize = 16;
const PADDED: usize = 20; // Whether the blocks under way are the last ones of the stream

/** Compresses `blocks` blocks of each lane, at the four addresses, into CHAINS. */
type CompressLanes = (blocks: usize, a: usize, b: usize, c: usize, d: usize) => void;
/** Compresses `blocks` blocks at `data` into the chaining value of `state`. */
type Compress = (state: usize, data: usize, blocks: usize) => void;
/** Writes the chaining value of `state` as a digest. */
type Emit = (state: usize, out: usize) => void;

// @ts-ignore: decorator
@inline
function setBlocks(lane: usize, data: usize, blocks: usize): void {
  store<u32>(lane, u32(data), DATA);
  store<u32>(lane, u32(blocks), LEFT);
}

/** Copies fewer bytes than a block: too few for memory.copy, which is a call. */
function copyShort(to: usize, from: usize, length: usize): void {
  const end = to + length;
  for (; to + 8 <= end; to += 8, from += 8) store<u64>(to, load<u64>(from));
  for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
}

/** Gives `job` to `lane`: counts its bytes and sets the first blocks; false if there are none. */
function begin(
  lane: usize,
  job: usize,
  words: usize,
  block: usize,
  field: usize,
  bigEndian: bool,
): bool {
  const state = jobState(job);
  let data = jobData(job);
  let length = jobLength(job);
  const count = load<u64>(state);
  const held = usize(count) & (block - 1);
  store<u64>(state, count + u64(length));
  store<u32>(lane, u32(job), OWNER);
  store<u32>(lane, 0, PADDED);
  const full = held != 0 && held + length >= block;
  if (full) {
    const partial = state + CHAIN + words;
    const take = block - held;
    copyShort(partial + held, data, take);
    setBlocks(lane, partial, 1);
    data += take;
    length -= take;
  }
  store<u32>(lane, u32(data), REST);
  store<u32>(lane, u32(length), REST_LENGTH);
  return full || proceed(lane, words, block, field, bigEndian);
}

/** Sets the next blocks of a lane that has none left; false if its job has no more. */
function proceed(
  lane: usize,
  words: usize,
  block: usize,
  field: usize,
  bigEndian: bool,
): bool {
  const rest = load<u32>(lane, REST);
  const length = load<u32>(lane, REST_LENGTH);
  if (length >= block) {
    const short = length & (block - 1);
    setBlocks(lane, rest, (length - short) / block);
    store<u32>(lane, rest + length - short, REST);
    store<u32>(lane, short, REST_LENGTH);
    return true;
  }
  if (load<u32>(lane, PADDED) != 0) return false;
  const job = load<u32>(lane, OWNER);
  const state = jobState(job);
  const partial = state + CHAIN + words;
  const count = load<u64>(state);
  const held = usize(count) & (block - 1);
  copyShort(partial + held - length, rest, length);
  if (jobOut(job) == 0) return false;
  const tail = TAILS + (lane - LANES) * 8;
  copyShort(tail, partial, held);
  setBlocks(lane, tail, pad(tail, held, count, block, field, bigEndian));
  store<u32>(lane, 0, REST_LENGTH);
  store<u32>(lane, 1, PADDED);
  return true;
}

/** Gives `lane` the first of the jobs `[next, end)` that has blocks; the address after it. */
function fill(
  lane: usize,
  next: usize,
  end: usize,
  words: usize,
  word: usize,
  block: usize,
  field: usize,
  bigEndian: bool,
): usize {
  setBlocks(lane, 0, 0);
  while (next < end) {
    const job = next;
    next += JOB;
    if (!begin(lane, job, words, block, field, bigEndian)) continue;
    const from = jobState(job) + CHAIN;
    let to = CHAINS + ((lane - LANES) / LANE) * word;
    for (let at: usize = 0; at < words; at += word, to += 16) {
      if (word == 4) store<u32>(to, load<u32>(from + at));
      else store<u64>(to, load<u64>(from + at));
    }
    break;
  }
  return next;
}

/** Moves the chaining value of `lane` to the state of its job. */
function settle(lane: usize, words: usize, word: usize): void {
  const to = jobState(load<u32>(lane, OWNER)) + CHAIN;
  let from = CHAINS + ((lane - LANES) / LANE) * word;
  for (let at: usize = 0; at < words; at += word, from += 16) {
    if (word == 4) store<u32>(to + at, load<u32>(from));
    else store<u64>(to + at, load<u64>(from));
  }
}

/**
 * Does `count` jobs (jobs.ts) at `jobs` in `lanes` lanes, for a chaining value of `words` bytes in
 * words of `word` bytes, a `block` and a length `field` of so many bytes. When there is work for
 * less than `fewest` lanes, one stream after another is faster.
 */
// @ts-ignore: decorator
@inline
export function inLanes(
  jobs: usize,
  count: u32,
  lanes: usize,
  fewest: usize,
  words: usize,
  word: usize,
  block: usize,
  field: usize,
  bigEndian: bool,
  compress: Compress,
  compressLanes: CompressLanes,
  emit: Emit,
): void {
  const end = jobs + usize(count) * JOB;
  const last = LANES + lanes * LANE;
  let busy: usize = 0;
  for (let lane = LANES; lane < last; lane += LANE) {
    jobs = fill(lane, jobs, end, words, word, block, field, bigEndian);
    if (load<u32>(lane, LEFT) != 0) busy++;
  }
  while (busy >= fewest) {
    let blocks: usize = u32.MAX_VALUE;
    let some: usize = 0;
    for (let lane = LANES; lane < last; lane += LANE) {
      const left = load<u32>(lane, LEFT);
      if (left == 0) continue;
      blocks = min(blocks, left);
      some = load<u32>(lane, DATA);
    }
    // A lane without work goes along on the data of another; what it makes is not read.
    for (let lane = LANES; lane < last; lane += LANE) {
      if (load<u32>(lane, LEFT) == 0) store<u32>(lane, u32(some), DATA);
    }
    compressLanes(
      blocks,
      load<u32>(LANES, DATA),
      load<u32>(LANES, LANE + DATA),
      load<u32>(LANES, 2 * LANE + DATA),
      load<u32>(LANES, 3 * LANE + DATA),
    );
    for (let lane = LANES; lane < last; lane += LANE) {
      const left = load<u32>(lane, LEFT);
      if (left == 0) continue;
      setBlocks(lane, load<u32>(lane, DATA) + blocks * block, left - blocks);
      if (left != blocks || proceed(lane, words, block, field, bigEndian)) continue;
      settle(lane, words, word);
      const job = load<u32>(lane, OWNER);
      if (jobOut(job) != 0) emit(jobState(job), jobOut(job));
      jobs = fill(lane, jobs, end, words, word, block, field, bigEndian);
      if (load<u32>(lane, LEFT) == 0) busy--;
    }
  }
  for (let lane = LANES; lane < last; lane += LANE) {
    if (load<u32>(lane, LEFT) == 0) continue;
    settle(lane, words, word);
    const job = load<u32>(lane, OWNER);
    const state = jobState(job);
    do {
      compress(state, load<u32>(lane, DATA), load<u32>(lane, LEFT));
    } while (proceed(lane, words, block, field, bigEndian));
    if (jobOut(job) != 0) emit(state, jobOut(job));
  }
}
