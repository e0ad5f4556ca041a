// BLAKE3 in both entries against its published vectors, the reference, @noble/hashes and hash-wasm.

import { blake3 as nobleBlake3 } from "@noble/hashes/blake3.js";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { blake3 as hashWasmBlake3 } from "hash-wasm";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { blake3, chunkValue, parentValue, type Value, valueBytes } from "../reference/blake3.ts";
import { blake3Vectors, pattern } from "./vectors.ts";

const CHUNK = 1024;
/** The place of the chaining values of subtrees in a state: after the count, a value and a block. */
const SUBTREES = 8 + 32 + 64;

// Blocks, chunks, four chunks at a time, 64 chunks at a time, and trees of several levels
const edges = [
  ...[64, 128, 960, 1024, 1088, 2048, 3072, 4096, 5120, 6144, 7168, 8192, 9216, 12288, 16384],
  ...[17 * CHUNK, 31744, 32768, 63 * CHUNK, 64 * CHUNK, 65 * CHUNK, 68 * CHUNK, 102400],
  ...[127 * CHUNK, 128 * CHUNK, 129 * CHUNK, 192 * CHUNK, 256 * CHUNK],
];
const lengths = [...new Set([0, 1, ...edges.flatMap((edge) => [edge - 1, edge, edge + 1])])];

/** Bytes whose chunks all differ. */
const message = pattern(257 * CHUNK).map((byte, index) => byte ^ (index >> 10));

Deno.test("the reference of BLAKE3 gives the published test vectors", () => {
  for (const [length, hex] of blake3Vectors) {
    assertEquals(blake3(pattern(length)).toHex(), hex, `length ${length}`);
  }
});

for (const simd of [false, true]) {
  const entry = simd ? "with vectors" : "plain";
  const kernels = new Kernels(compileKernels({ simd }));

  /** The digest of window bytes `[offset, offset + length)`, taken in pieces that end at `cuts`. */
  const digest = (offset: number, length: number, cuts: readonly number[] = []): string => {
    kernels.begin("blake3");
    let from = 0;
    for (const to of [...cuts, length]) {
      kernels.update("blake3", offset + from, to - from);
      from = to;
    }
    return kernels.finish("blake3").toHex();
  };

  Deno.test(`blake3 ${entry} gives the published test vectors`, () => {
    kernels.window.set(pattern(102_400));
    for (const [length, hex] of blake3Vectors) {
      assertEquals(digest(0, length), hex, `length ${length}`);
    }
  });

  Deno.test(`blake3 ${entry} agrees with two others at every edge, at any address`, async () => {
    for (const [turn, length] of lengths.entries()) {
      const bytes = message.subarray(0, length);
      kernels.window.set(bytes, turn % 67);
      const hex = digest(turn % 67, length);
      assertEquals(hex, nobleBlake3(bytes).toHex(), `length ${length}`);
      assertEquals(hex, await hashWasmBlake3(bytes), `length ${length}`);
    }
  });

  Deno.test(`blake3 ${entry} agrees with hash-wasm at every count of chunks`, async () => {
    kernels.window.set(message);
    for (let chunks = 0; chunks <= 140; chunks++) {
      for (const length of [chunks * CHUNK, chunks * CHUNK + 500]) {
        const expected = await hashWasmBlake3(message.subarray(0, length));
        assertEquals(digest(0, length), expected, `length ${length}`);
      }
    }
  });

  Deno.test(`blake3 ${entry} does not depend on where a stream is cut in two`, () => {
    kernels.window.set(message);
    for (const length of [3 * CHUNK, 8 * CHUNK, 8 * CHUNK + 1, 13 * CHUNK - 5]) {
      const whole = nobleBlake3(message.subarray(0, length)).toHex();
      for (let cut = 0; cut <= length; cut += cut % CHUNK < 67 || cut % CHUNK > 956 ? 1 : 41) {
        assertEquals(digest(0, length, [cut]), whole, `${length} bytes cut at ${cut}`);
      }
    }
  });

  Deno.test(`blake3 ${entry} does not depend on how a stream is cut`, () => {
    kernels.window.set(message);
    const piece = fc.oneof(
      fc.nat(150),
      fc.nat(12_000),
      fc.nat(100).map((chunks) => chunks * CHUNK),
    );
    const property = fc.property(
      fc.oneof(fc.nat(message.length), fc.nat(256).map((chunks) => chunks * CHUNK)),
      fc.array(piece, { maxLength: 30 }),
      (length, pieces) => {
        let end = 0;
        const cuts = pieces.map((size) => end = Math.min(length, end + size));
        const expected = nobleBlake3(message.subarray(0, length)).toHex();
        assertEquals(digest(0, length, cuts), expected);
      },
    );
    fc.assert(property, { numRuns: 80, seed: 3 });
  });

  Deno.test(`blake3 ${entry} goes on from copies of states, in any order`, () => {
    kernels.window.set(message);
    const streams = Array.from({ length: 24 }, (_, index) => {
      const state = new Uint8Array(kernels.stateSize("blake3"));
      kernels.begin("blake3");
      kernels.save("blake3", state);
      return { state, start: 97 * index, at: 0, end: (index % 7) * 3 * CHUNK + 411 * index };
    });
    for (let turn = 0; streams.some(({ at, end }) => at < end); turn++) {
      for (const [index, stream] of streams.entries()) {
        const step = Math.min((index * 371 + turn * 1009) % 6000, stream.end - stream.at);
        kernels.load("blake3", stream.state);
        kernels.update("blake3", stream.start + stream.at, step);
        kernels.save("blake3", stream.state);
        stream.at += step;
        // A digest on the way uses up a copy
        const bytes = message.subarray(stream.start, stream.start + stream.at);
        if (turn % 3 === 0) {
          assertEquals(kernels.finish("blake3").toHex(), nobleBlake3(bytes).toHex());
        }
      }
    }
    for (const { state, start, end } of streams) {
      kernels.load("blake3", state);
      const bytes = message.subarray(start, start + end);
      assertEquals(kernels.finish("blake3").toHex(), nobleBlake3(bytes).toHex());
    }
  });

  // A state that has taken all chunks before `index` has a subtree for each bit of it, of any values.
  Deno.test(`blake3 ${entry} counts chunks in 64 bits`, () => {
    kernels.window.set(message);
    const bytes = message.subarray(0, 11 * CHUNK + 70);
    for (const before of [1n, 2n, 3n, 4n, 5n, 9n]) {
      const index = 2n ** 32n - before;
      const subtrees: Value[] = [];
      for (let bits = index; bits > 0n; bits &= bits - 1n) {
        subtrees.push(Array.from({ length: 8 }, (_, word) => 1000 * subtrees.length + word));
      }
      const state = new Uint8Array(kernels.stateSize("blake3"));
      kernels.begin("blake3");
      kernels.save("blake3", state);
      new DataView(state.buffer).setBigUint64(0, index * BigInt(CHUNK), true);
      subtrees.forEach((value, at) => state.set(valueBytes(value), SUBTREES + 32 * at));
      kernels.load("blake3", state);
      kernels.update("blake3", 0, bytes.length);
      assertEquals(kernels.finish("blake3").toHex(), rootAfter(subtrees, index, bytes).toHex());
    }
  });
}

Deno.test("a blake3 state goes on in the other entry, at any byte", () => {
  const both = [true, false].map((simd) => new Kernels(compileKernels({ simd })));
  for (const kernels of both) kernels.window.set(message);
  const state = new Uint8Array(both[0]?.stateSize("blake3") ?? 0);
  for (const step of [64, 700, 1024, 2048, 3 * CHUNK, 5 * CHUNK + 1, 70 * CHUNK]) {
    let at = 0;
    both[0]?.begin("blake3");
    both[0]?.save("blake3", state);
    for (let turn = 0; at < 200 * CHUNK && turn < 120; turn++) {
      const kernels = both[turn % 2];
      kernels?.load("blake3", state);
      kernels?.update("blake3", at, step);
      kernels?.save("blake3", state);
      at += step;
      const hex = kernels?.finish("blake3").toHex();
      if (turn % 7 === 0) assertEquals(hex, nobleBlake3(message.subarray(0, at)).toHex());
    }
  }
});

/** The root when `bytes`, which do not end with a whole chunk, come after `subtrees`. */
function rootAfter(subtrees: readonly Value[], index: bigint, bytes: Uint8Array): Uint8Array {
  const left = [...subtrees];
  for (let at = 0;; at += CHUNK, index++) {
    let value = chunkValue(bytes.subarray(at, at + CHUNK), index);
    if (at + CHUNK > bytes.length) {
      while (left.length > 0) value = parentValue(left.pop() ?? [], value, left.length === 0);
      return valueBytes(value);
    }
    for (let chunks = index + 1n; chunks % 2n === 0n; chunks /= 2n) {
      value = parentValue(left.pop() ?? [], value);
    }
    left.push(value);
  }
}
