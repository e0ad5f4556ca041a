// BLAKE3 by its definition ("BLAKE3: one function, fast everywhere", 2.1-2.6), written to be read.

const CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8;

// deno-fmt-ignore
const initial = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** Table 2: where each message word of a round was in the round before. */
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/** The words of the state that G mixes: the columns, then the diagonals. */
// deno-fmt-ignore
const mixed = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
] as const;

/** The words of a chaining value, unsigned 32-bit. */
export type Value = readonly number[];

/** Every index that this file uses is inside its array. */
function at(words: ArrayLike<number>, index: number): number {
  const word = words[index];
  if (word === undefined) throw new RangeError(`Cannot read word ${index}`);
  return word;
}

const rotate = (word: number, right: number) => (word >>> right) | (word << (32 - right));

function mix(v: Uint32Array, indexes: readonly [number, number, number, number], m: Value): void {
  const [a, b, c, d] = indexes;
  for (const [word, first, second] of [[at(m, 0), 16, 12], [at(m, 1), 8, 7]] as const) {
    v[a] = at(v, a) + at(v, b) + word;
    v[d] = rotate(at(v, d) ^ at(v, a), first);
    v[c] = at(v, c) + at(v, d);
    v[b] = rotate(at(v, b) ^ at(v, c), second);
  }
}

/** 2.2: the first 8 words of the output for a block of up to 64 bytes. */
function compress(chain: Value, block: Uint8Array, counter: bigint, flags: number): Value {
  const padded = new Uint8Array(64);
  padded.set(block);
  const view = new DataView(padded.buffer);
  let words = permutation.map((_, index) => view.getUint32(4 * index, true));
  const [low, high] = [BigInt.asUintN(32, counter), BigInt.asUintN(32, counter >> 32n)];
  const v = Uint32Array.from(
    [...chain, ...initial.slice(0, 4), Number(low), Number(high), block.length, flags],
  );
  for (let round = 0; round < 7; round++) {
    mixed.forEach((indexes, index) => mix(v, indexes, words.slice(2 * index, 2 * index + 2)));
    words = permutation.map((from) => at(words, from));
  }
  return Array.from(initial, (_, index) => (at(v, index) ^ at(v, index + 8)) >>> 0);
}

/** 2.4: the chaining value of a chunk of up to 1024 bytes; of the root if `alone`. */
export function chunkValue(bytes: Uint8Array, index: bigint, alone = false): Value {
  let chain: Value = initial;
  const last = Math.max(0, Math.ceil(bytes.length / 64) - 1);
  for (let block = 0; block <= last; block++) {
    const flags = (block === 0 ? CHUNK_START : 0) |
      (block === last ? CHUNK_END | (alone ? ROOT : 0) : 0);
    chain = compress(chain, bytes.subarray(64 * block, 64 * block + 64), index, flags);
  }
  return chain;
}

/** 2.5: the chaining value of the parent of two nodes; of the root if `root`. */
export function parentValue(left: Value, right: Value, root = false): Value {
  return compress(initial, valueBytes([...left, ...right]), 0n, PARENT | (root ? ROOT : 0));
}

/** The bytes of a chaining value, as they are in a parent's block and in a digest. */
export function valueBytes(value: Value): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * value.length));
  value.forEach((word, index) => view.setUint32(4 * index, word, true));
  return new Uint8Array(view.buffer);
}

/** 2.1: the left subtree has the most chunks, a power of two, that leave the right one any byte. */
function treeValue(bytes: Uint8Array, index: bigint, root: boolean): Value {
  if (bytes.length <= 1024) return chunkValue(bytes, index, root);
  let left = 1024;
  while (2 * left < bytes.length) left *= 2;
  const next = index + BigInt(left / 1024);
  return parentValue(
    treeValue(bytes.subarray(0, left), index, false),
    treeValue(bytes.subarray(left), next, false),
    root,
  );
}

/** The BLAKE3 hash of `bytes`, 32 bytes. */
export function blake3(bytes: Uint8Array): Uint8Array {
  return valueBytes(treeValue(bytes, 0n, true));
}
