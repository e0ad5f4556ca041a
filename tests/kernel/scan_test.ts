// Scans against what plain loops find, at every alignment and across the pieces.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  differenceRun,
  firstDifference,
  firstNonZero,
  lastNonZero,
  sectorEdc,
} from "../../src/kernel/digest.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { edc } from "../reference/edc.ts";
import { pattern } from "./vectors.ts";

const lengths = [0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 255, 256, 257, 2048];
const piece = 128 * 1024;
const longLengths = [256 + piece - 1, 256 + piece, 256 + piece + 1, 3 * piece];

Deno.test("firstNonZero() and lastNonZero() find a single byte at every place", () => {
  for (const length of lengths) {
    const bytes = new Uint8Array(length);
    assertEquals([firstNonZero(bytes), lastNonZero(bytes)], [-1, -1], `length ${length}`);
    for (let at = 0; at < length; at++) {
      for (const value of [1, 0x80]) {
        bytes[at] = value;
        assertEquals([firstNonZero(bytes), lastNonZero(bytes)], [at, at], `${at} of ${length}`);
      }
      bytes[at] = 0;
    }
  }
});

Deno.test("firstNonZero() and lastNonZero() cross pieces", () => {
  for (const length of longLengths) {
    const bytes = new Uint8Array(length);
    assertEquals([firstNonZero(bytes), lastNonZero(bytes)], [-1, -1]);
    for (const at of [0, 255, 256, piece - 1, piece, piece + 255, piece + 256, length - 1]) {
      if (at >= length) continue;
      bytes[at] = 5;
      assertEquals([firstNonZero(bytes), lastNonZero(bytes)], [at, at], `${at} of ${length}`);
      bytes[at] = 0;
    }
  }
});

Deno.test("firstNonZero() and lastNonZero() agree with findIndex", () => {
  const bytes = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 255), { maxLength: 200 });
  fc.assert(
    fc.property(bytes, fc.nat(9), (list, skip) => {
      const view = Uint8Array.from(list).subarray(skip);
      assertEquals(firstNonZero(view), view.findIndex((byte) => byte !== 0));
      assertEquals(lastNonZero(view), view.findLastIndex((byte) => byte !== 0));
    }),
    { seed: 2 },
  );
});

Deno.test("firstDifference() finds a single byte at every place", () => {
  for (const length of [...lengths.filter((length) => length < 1000), ...longLengths]) {
    const a = pattern(length);
    const b = a.slice();
    assertEquals(firstDifference(a, b), -1, `length ${length}`);
    for (let at = length < 1000 ? 0 : Math.max(0, length - 3); at < length; at++) {
      b[at] = (b[at] ?? 0) ^ 0x40;
      assertEquals(firstDifference(a, b), at, `${at} of ${length}`);
      assertEquals(firstDifference(b.subarray(at), a.subarray(at)), 0);
      b[at] = (b[at] ?? 0) ^ 0x40;
    }
  }
});

Deno.test("firstDifference() and differenceRun() stop at the shorter end", () => {
  assertEquals(firstDifference(pattern(100), pattern(90)), -1);
  assertEquals(firstDifference(new Uint8Array(0), pattern(90)), -1);
  assertEquals(differenceRun(new Uint8Array(100), pattern(91).subarray(1)), 90);
  assertEquals(differenceRun(new Uint8Array(0), pattern(90)), 0);
});

Deno.test("differenceRun() counts every length of a run", () => {
  for (const length of [...lengths.filter((length) => length < 1000), ...longLengths]) {
    const a = pattern(length);
    const b = a.map((byte) => byte ^ 0xff);
    assertEquals(differenceRun(a, b), length, `length ${length}`);
    for (let at = length < 1000 ? 0 : Math.max(0, length - 3); at < length; at++) {
      b[at] = a[at] ?? 0;
      assertEquals(differenceRun(a, b), at, `${at} of ${length}`);
      b[at] = (a[at] ?? 0) ^ 1;
    }
  }
});

Deno.test("firstDifference() and differenceRun() agree with a plain loop", () => {
  const bytes = fc.array(fc.constantFrom(0, 1, 2, 128, 129, 255), { maxLength: 60 });
  fc.assert(
    fc.property(bytes, bytes, fc.nat(9), (first, second, skip) => {
      const a = Uint8Array.from(first).subarray(skip);
      const b = Uint8Array.from(second).subarray(skip);
      const length = Math.min(a.length, b.length);
      const differs = Array.from({ length }, (_, at) => a[at] !== b[at]);
      assertEquals(firstDifference(a, b), differs.indexOf(true));
      assertEquals(differenceRun(a, b), differs.includes(false) ? differs.indexOf(false) : length);
    }),
    { numRuns: 500, seed: 3 },
  );
});

const edcCases = [
  {
    name: "a Mode 1 sector of zeros at 00:02:00",
    bytes: [0, ...Array(10).fill(0xff), 0, 0, 2, 0, 1, ...Array(2048).fill(0)],
    stored: [0xc5, 0x13, 0x68, 0x2b],
  },
  {
    name: "a Mode 2 form 2 sector of zeros with submode 20",
    bytes: [0, 0, 0x20, 0, 0, 0, 0x20, 0, ...Array(2324).fill(0)],
    stored: [0x3f, 0x13, 0xb0, 0xbe],
  },
];
for (const { name, bytes, stored } of edcCases) {
  Deno.test(`sectorEdc() of ${name}`, () => {
    const expected = new DataView(Uint8Array.from(stored).buffer).getUint32(0, true);
    assertEquals(edc(Uint8Array.from(bytes)), expected);
    assertEquals(sectorEdc(Uint8Array.from(bytes)), expected);
  });
}

Deno.test("sectorEdc() agrees with the shift register at every edge", () => {
  for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 2056, 2064, 2332, piece - 1, piece + 1]) {
    assertEquals(sectorEdc(pattern(length)), edc(pattern(length)), `length ${length}`);
  }
});

Deno.test("sectorEdc() continues a value and gives 0 over bytes with their EDC", () => {
  const bytes = pattern(2064);
  for (const cut of [0, 1, 16, 100, 2064]) {
    const value = sectorEdc(bytes.subarray(cut), sectorEdc(bytes.subarray(0, cut)));
    assertEquals(value, sectorEdc(bytes));
    const stored = new Uint8Array(4);
    new DataView(stored.buffer).setUint32(0, value, true);
    assertEquals(sectorEdc(stored, value), 0);
  }
});

Deno.test("Kernels refuses a range that leaves the window", () => {
  const kernels = new Kernels(compileKernels());
  const { length } = kernels.window;
  const bad = [[-1, 1], [0, length + 1], [length, 1], [1, length], [0.5, 1], [0, NaN], [0, -1]];
  for (const [offset = 0, size = 0] of bad) {
    assertThrows(() => kernels.edc(offset, size), RangeError, "window");
    assertThrows(() => kernels.update("md5", offset, size), RangeError, "window");
    assertThrows(() => kernels.firstNonZero(offset, size), RangeError, "window");
    assertThrows(() => kernels.lastNonZero(offset, size), RangeError, "window");
    assertThrows(() => kernels.firstDifference(0, offset, size), RangeError, "window");
    assertThrows(() => kernels.differenceRun(offset, 0, size), RangeError, "window");
  }
  assertThrows(() => kernels.load("md5", new Uint8Array(1)), RangeError, "state");
  assertThrows(() => kernels.save("md5", new Uint8Array(1)), RangeError, "state");
  assertEquals(kernels.firstNonZero(0, length), length);
  assertEquals(kernels.firstNonZero(length, 0), 0);
});
