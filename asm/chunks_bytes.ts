// Candidates for the ends of chunks (the definition is in chunks.ts), byte by byte.

/** The bits that are all set in the hash of a candidate. */
export const CANDIDATE: u16 = 0xffc0;

/** Weights of the 256 byte values, u16. */
const WEIGHTS = memory.data(256 * 2);

function fillWeights(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    const product = (byte * 0x9e3b) & 0xffff;
    store<u16>(WEIGHTS + (usize(byte) << 1), product ^ (product >> 7));
  }
}
fillWeights();

// @ts-ignore: decorator
@inline
function step(hash: u32, at: usize): u32 {
  return (hash << 1) + load<u16>(WEIGHTS + (usize(load<u8>(at)) << 1));
}

/** Address of the first candidate in `[at, end)`, or `end`; 15 bytes before `at` can be read. */
export function nextCandidate(at: usize, end: usize): usize {
  let hash: u32 = 0;
  for (let before = at - 15; before < at; before++) hash = step(hash, before);
  for (; at < end; at++) {
    hash = step(hash, at);
    if ((hash & CANDIDATE) == CANDIDATE) return at;
  }
  return end;
}
