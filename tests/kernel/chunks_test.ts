// Content-defined chunks against the reference, for both entries, and what makes them useful.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ChunkSizes, ChunkStream } from "../../src/kernel/chunks.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { chunkEnds } from "../reference/chunks.ts";

/** Seeded bytes (xorshift32). */
function pseudoRandom(length: number, seed = 0x9e3779b9): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

const sizes: readonly ChunkSizes[] = [
  { least: 64, average: 4096, most: 4096 },
  { least: 64, average: 4096, most: 30_000 },
  { least: 1024, average: 4096, most: 16_384 },
  { least: 5000, average: 5000, most: 5000 },
  { least: 2048, average: 8192, most: 65_536 },
];

const data = pseudoRandom(200_000);
const text = new TextEncoder().encode(
  Array.from({ length: 9000 }, (_, line) => `file ${line * line} of ${line % 7}`).join("\n"),
);
const inputs = {
  random: data,
  text,
  zeros: new Uint8Array(40_000),
  ones: new Uint8Array(9000).fill(1),
};

for (const simd of [false, true]) {
  const module = compileKernels({ simd });
  const entry = simd ? "with vectors" : "plain";

  /** Ends of the chunks of `bytes`, taken in pieces that end at `cuts`. */
  const endsOf = (bytes: Uint8Array, sizes: ChunkSizes, cuts: readonly number[] = [], skip = 0) => {
    const kernels = new Kernels(module);
    const stream = new ChunkStream(kernels, sizes);
    const ends: number[] = [];
    let start = 0;
    for (const end of [...cuts, bytes.length]) {
      kernels.window.fill(0xee, 0, skip + end - start + 64);
      kernels.window.set(bytes.subarray(start, end), skip);
      ends.push(...stream.take(skip, end - start));
      start = end;
    }
    assertEquals(stream.rest, bytes.length - (ends.at(-1) ?? 0));
    return ends;
  };

  for (const [name, bytes] of Object.entries(inputs)) {
    Deno.test(`ChunkStream cuts ${name} where the definition does, ${entry}`, () => {
      for (const [index, each] of sizes.entries()) {
        assertEquals(endsOf(bytes, each, [], index), chunkEnds(bytes, each), `sizes ${index}`);
      }
    });
  }

  Deno.test(`ChunkStream cuts alike for any split, ${entry}`, () => {
    const bytes = data.subarray(0, 60_000);
    const each = { least: 64, average: 4096, most: 20_000 };
    const expected = chunkEnds(bytes, each);
    assert(expected.length > 8);
    // Around each end, where a split changes most, by bytes; then anywhere.
    for (const end of expected.slice(0, 4)) {
      for (let cut = end - 35; cut < end + 35; cut++) {
        assertEquals(endsOf(bytes, each, [cut], 1), expected, `${cut}`);
        assertEquals(endsOf(bytes, each, [cut - 20, cut - 20, cut - 7, cut, cut + 1]), expected);
      }
    }
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 60 }), fc.nat(20), (cuts, skip) => {
        assertEquals(endsOf(bytes, each, cuts.sort((a, b) => a - b), skip), expected);
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  Deno.test(`ChunkStream takes pieces with more ends than one call writes, ${entry}`, () => {
    const each = { least: 4096, average: 4096, most: 4096 };
    const kernels = new Kernels(module);
    const stream = new ChunkStream(kernels, each);
    const ends = stream.take(0, kernels.window.length);
    assertEquals(ends.length, kernels.window.length / 4096);
    assertEquals(stream.take(0, 4095), []);
    assertEquals(stream.take(0, 1), [kernels.window.length + 4096]);
  });

  Deno.test(`ChunkStream finds the same chunks again behind an insertion, ${entry}`, () => {
    const each = { least: 1024, average: 4096, most: 32_768 };
    const moved = new Uint8Array(data.length + 333);
    moved.set(pseudoRandom(333, 7));
    moved.set(data, 333);
    const before = new Set(endsOf(data, each));
    const after = endsOf(moved, each).map((end) => end - 333);
    const again = after.filter((end) => before.has(end)).length;
    assert(again >= before.size - 3, `${again} of ${before.size}`);
    const mean = data.length / before.size;
    assert(mean > 3000 && mean < 7000, `${mean}`);
  });

  Deno.test(`ChunkStream refuses sizes that cannot be, ${entry}`, () => {
    const kernels = new Kernels(module);
    const good = { least: 2048, average: 8192, most: 65_536 };
    for (
      const bad of [{ least: 63 }, { least: 9000 }, { average: 4095 }, { average: 65_537 }, {
        most: 2 ** 30 + 1,
      }, { least: 64.5 }]
    ) {
      assertThrows(() => new ChunkStream(kernels, { ...good, ...bad }), RangeError, "Cannot cut");
    }
    const stream = new ChunkStream(kernels, good);
    assertThrows(() => stream.take(1, kernels.window.length), RangeError, "window");
  });
}
