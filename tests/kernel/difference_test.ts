// The bitmap of differing sectors against the reference, for both entries.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { differenceBitmap, lastDifferenceIn } from "../../src/kernel/difference.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { differentSectors } from "../reference/difference.ts";
import { pattern } from "./vectors.ts";

for (const simd of [false, true]) {
  const kernels = new Kernels(compileKernels({ simd }));
  const { window } = kernels;
  const entry = simd ? "with vectors" : "plain";

  /** The sectors that differ, read from the bitmap; checks that nothing else is written. */
  const bitmap = (a: Uint8Array, b: Uint8Array, size: number, skip: number): boolean[] => {
    const [atA, atB, out] = [skip, 300_000 + (skip * 7) % 16, 600_000 + skip];
    const sectors = Math.ceil(a.length / size);
    const bytes = Math.ceil(sectors / 8);
    window.set(a, atA);
    window.set(b, atB);
    window.fill(0xaa, out, out + bytes + 1);
    const count = differenceBitmap(kernels, { a: atA, b: atB, length: a.length, size, out });
    const bits = Array.from({ length: 8 * bytes }, (_, at) => {
      return ((window[out + (at >> 3)] ?? 0) & (1 << (at % 8))) !== 0;
    });
    assertEquals(window[out + bytes], 0xaa);
    assertEquals(bits.filter((bit) => bit).length, count);
    assertEquals(bits.slice(sectors).includes(true), false);
    return bits.slice(0, sectors);
  };

  Deno.test(`differenceBitmap() marks the sector of a single byte, ${entry}`, () => {
    for (const [size, length] of [[2048, 2048 * 19 + 5], [2352, 2352 * 16], [1, 70], [33, 1000]]) {
      if (size === undefined || length === undefined) continue;
      const a = pattern(length);
      const b = a.slice();
      assertEquals(bitmap(a, b, size, 3), differentSectors(a, b, size));
      for (let at = 0; at < length; at += length > 2000 ? 991 : 1) {
        b[at] = (b[at] ?? 0) ^ 4;
        assertEquals(
          bitmap(a, b, size, at % 19),
          differentSectors(a, b, size),
          `${at} of ${length}`,
        );
        b[at] = (b[at] ?? 0) ^ 4;
      }
    }
  });

  Deno.test(`differenceBitmap() agrees with the reference on any bytes, ${entry}`, () => {
    const edits = fc.array(fc.nat(5000), { maxLength: 12 });
    const length = fc.nat(5000);
    fc.assert(
      fc.property(length, fc.integer({ min: 1, max: 600 }), edits, fc.nat(40), (...input) => {
        const [length, size, edits, skip] = input;
        const a = pattern(length);
        const b = a.slice();
        for (const at of edits) if (at < length) b[at] = 255 - (b[at] ?? 0);
        assertEquals(bitmap(a, b, size, skip), differentSectors(a, b, size));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  Deno.test(`first, last difference and run agree with a plain loop, ${entry}`, () => {
    const bytes = fc.array(fc.constantFrom(0, 0, 0, 0, 1, 255), { maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(20), (first, second, skip) => {
        const length = Math.min(first.length, second.length);
        window.set(first, skip);
        window.set(second, 5000);
        const differs = Array.from({ length }, (_, at) => first[at] !== second[at]);
        const or = (index: number) => index < 0 ? length : index;
        assertEquals(kernels.firstDifference(skip, 5000, length), or(differs.indexOf(true)));
        assertEquals(
          lastDifferenceIn(kernels, skip, 5000, length),
          or(differs.lastIndexOf(true)),
        );
        assertEquals(kernels.differenceRun(skip, 5000, length), or(differs.indexOf(false)));
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  Deno.test(`single bytes at every place are found from both ends, ${entry}`, () => {
    for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 400]) {
      const [a, b, zeros] = [7, 1024 + 11, 4096 + 3];
      window.fill(9, 0, 2048);
      window.fill(0, 4096, 8192);
      assertEquals(kernels.firstDifference(a, b, length), length);
      assertEquals(lastDifferenceIn(kernels, a, b, length), length);
      assertEquals(kernels.lastNonZero(zeros, length), length);
      for (let at = 0; at < length; at++) {
        window[b + at] = 8;
        window[zeros + at] = 128;
        assertEquals(kernels.firstDifference(a, b, length), at);
        assertEquals(lastDifferenceIn(kernels, a, b, length), at);
        assertEquals(kernels.firstNonZero(zeros, length), at);
        assertEquals(kernels.lastNonZero(zeros, length), at);
        window[b + at] = 9;
        window[zeros + at] = 0;
      }
    }
  });

  Deno.test(`differenceBitmap() refuses what leaves the window, ${entry}`, () => {
    const { length } = window;
    const good = { a: 0, b: 0, length, size: 2048, out: 0 };
    for (const bad of [{ a: 1 }, { b: -1 }, { out: length }, { size: 0 }, { size: 1 / 3 }]) {
      assertThrows(() => differenceBitmap(kernels, { ...good, ...bad }), RangeError, "Cannot");
    }
    assertThrows(() => lastDifferenceIn(kernels, 0, 1, length), RangeError, "window");
    assertEquals(differenceBitmap(kernels, { ...good, length: 0, out: length }), 0);
  });
}
