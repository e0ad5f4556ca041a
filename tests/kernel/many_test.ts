// Stretches of the window digested at once, against node:crypto, by both entries.

import { createHash } from "node:crypto";
import { assertEquals, assertThrows } from "@std/assert";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { laneAlgorithms } from "../../src/kernel/lanes.ts";
import { digestStretches, hasLanes } from "../../src/kernel/many.ts";
import { pattern } from "./vectors.ts";

for (const simd of [false, true]) {
  const kernels = new Kernels(compileKernels({ simd }));
  for (const algorithm of laneAlgorithms) {
    Deno.test(`digestStretches() ${algorithm}, ${simd ? "vectors" : "plain"}`, () => {
      for (const [size, count] of [[0, 1], [1, 3], [63, 5], [128, 4], [1000, 9]] as const) {
        const bytes = pattern(size * count);
        kernels.window.set(bytes);
        const expected = Array.from(
          { length: count },
          (_, at) =>
            createHash(algorithm).update(bytes.subarray(at * size, at * size + size)).digest("hex"),
        );
        const digests = digestStretches(kernels, algorithm, size, count);
        assertEquals(digests.toHex(), expected.join(""), `${count} of ${size}`);
        assertEquals(kernels.window.subarray(0, bytes.length), bytes);
      }
    });
  }

  Deno.test(`digestStretches() refuses what leaves the window, ${simd}`, () => {
    const size = kernels.window.length / 2;
    assertThrows(() => digestStretches(kernels, "md5", size, 3), RangeError, "Cannot use window");
    assertThrows(() => digestStretches(kernels, "md5", -1, 1), RangeError, "Cannot use window");
  });
}

Deno.test("hasLanes() knows the algorithms of lanes", () => {
  const found = ["md5", "sha1", "sha256", "sha512", "blake3", "crc32"].filter(hasLanes);
  assertEquals(found, [...laneAlgorithms]);
});
