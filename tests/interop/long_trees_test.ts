// Streams of BLAKE3 and XXH3-128 that pass 4 GiB, where a count of bytes in 32 bits would wrap, against
// hash-wasm (node:crypto has neither). Slow: both entries take 4 GiB, and copies go on from there.

import { assertEquals } from "@std/assert";
import { createBLAKE3, createXXHash128, type IHasher } from "hash-wasm";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { Fingerprint } from "../../src/kernel/fingerprint.ts";
import { pattern } from "../kernel/vectors.ts";

const LIMIT = 2 ** 32;
const BEFORE = 200;
/** Bytes from `BEFORE` the limit on: to just before it, to it, one past it, and on into chunks. */
const tails = [199, 200, 201, 264, 1224, 1225, 10_000];

/** Taken again and again. */
const bytes = pattern(1024 * 1024);

/** Calls `take` with the lengths of pieces of `bytes`, all from its start. */
function takeAll(take: (length: number) => void): void {
  for (let taken = 0; taken < LIMIT - BEFORE;) {
    const length = Math.min(bytes.length, LIMIT - BEFORE - taken);
    take(length);
    taken += length;
  }
}

async function expectedOf(hasher: Promise<IHasher>): Promise<string[]> {
  const hash = (await hasher).init();
  takeAll((length) => hash.update(bytes.subarray(0, length)));
  const state = hash.save();
  return tails.map((length) => hash.load(state).update(bytes.subarray(0, length)).digest("hex"));
}

const both = [false, true].map((simd) => {
  const kernels = new Kernels(compileKernels({ simd }));
  kernels.window.set(bytes);
  return kernels;
});

Deno.test("blake3 of a stream goes on past 4 GiB", async () => {
  const expected = await expectedOf(createBLAKE3());
  for (const kernels of both) {
    kernels.begin("blake3");
    takeAll((length) => kernels.update("blake3", 0, length));
    const state = new Uint8Array(kernels.stateSize("blake3"));
    kernels.save("blake3", state);
    const hex = tails.map((length) => {
      kernels.load("blake3", state);
      kernels.update("blake3", 0, length);
      return kernels.finish("blake3").toHex();
    });
    assertEquals(hex, expected);
  }
});

Deno.test("Fingerprint of a stream goes on past 4 GiB", async () => {
  const expected = await expectedOf(createXXHash128());
  for (const kernels of both) {
    const stream = new Fingerprint(kernels);
    takeAll((length) => stream.update(0, length));
    const hex = tails.map((length) => {
      const copy = stream.copy();
      copy.update(0, length);
      return copy.value().toHex();
    });
    assertEquals(hex, expected);
  }
});
