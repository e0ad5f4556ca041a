// Counts of byte values against the reference, for both entries, and entropies that are known.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteHistogram, entropy } from "../../src/kernel/histogram.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { entropy as referenceEntropy, histogram } from "../reference/histogram.ts";
import { pattern } from "./vectors.ts";

for (const simd of [false, true]) {
  const kernels = new Kernels(compileKernels({ simd }));
  const counted = new ByteHistogram(kernels);
  const entry = simd ? "with vectors" : "plain";

  Deno.test(`ByteHistogram counts stretches of every length and place, ${entry}`, () => {
    kernels.window.set(pattern(70_000));
    for (const length of [0, 1, 7, 8, 9, 15, 16, 17, 255, 2048, 65_537]) {
      for (const offset of [0, 1, 5, 250]) {
        counted.clear();
        counted.add(offset, length);
        const expected = histogram(kernels.window.subarray(offset, offset + length));
        assertEquals([...counted.counts()], expected);
      }
    }
  });

  Deno.test(`ByteHistogram gives the same for any split, ${entry}`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400)), (bytes, cuts) => {
        kernels.window.set(bytes, 3);
        counted.clear();
        const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length];
        let start = 0;
        for (const end of ends.sort((a, b) => a - b)) {
          counted.add(3 + start, end - start);
          start = end;
        }
        assertEquals([...counted.counts()], histogram(bytes));
        const close = Math.abs(entropy(counted.counts()) - referenceEntropy(histogram(bytes)));
        assert(close < 1e-9, `${close}`);
      }),
      { seed: 7 },
    );
  });

  Deno.test(`ByteHistogram refuses a range that leaves the window, ${entry}`, () => {
    assertThrows(() => counted.add(1, kernels.window.length), RangeError, "window");
  });
}

Deno.test("entropy() of what is known", () => {
  const of = (...counts: number[]) => entropy(Float64Array.from(counts));
  assertEquals(of(), 0);
  assertEquals(of(...Array(256).fill(0)), 0);
  assertEquals(of(7, 0, 0), 0);
  assertEquals(of(4, 4), 1);
  assertEquals(of(2, 1, 1), 1.5);
  assertEquals(of(...Array(256).fill(3)), 8);
});
