// The CRCs of both entries: published values, then shift registers, node:zlib and hash-wasm.

import { crc32 as zlibCrc32 } from "node:zlib";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createCRC32 } from "hash-wasm";
import { crc16 } from "../../src/kernel/crc16.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { crc16 as referenceCrc16 } from "../reference/crc16.ts";
import { crc32 as referenceCrc32 } from "../reference/crc32.ts";
import { pattern } from "./vectors.ts";

const entries = [false, true].map((simd) => ({
  name: simd ? "mod_simd" : "mod",
  kernels: new Kernels(compileKernels({ simd })),
}));

/** Bytes without a period, the same in every run. */
function noise(length: number): Uint8Array {
  let state = 0x2545f491;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

/** CRC-32 of the window bytes `[offset, offset + length)`, taken in pieces that end at `cuts`. */
function crc32(kernels: Kernels, offset: number, length: number, cuts: readonly number[] = []) {
  kernels.begin("crc32");
  let at = 0;
  for (const cut of [...cuts, length]) {
    kernels.update("crc32", offset + at, cut - at);
    at = cut;
  }
  const digest = kernels.finish("crc32");
  return new DataView(digest.buffer).getUint32(0);
}

const published32 = [
  { text: "", value: 0 },
  { text: "a", value: 0xe8b7be43 },
  { text: "123456789", value: 0xcbf43926 },
  { text: "The quick brown fox jumps over the lazy dog", value: 0x414fa339 },
];

Deno.test("crc32 gives published values", () => {
  for (const { text, value } of published32) {
    const bytes = new TextEncoder().encode(text);
    for (const { name, kernels } of entries) {
      kernels.window.set(bytes);
      assertEquals(crc32(kernels, 0, bytes.length), value, `${name} of "${text}"`);
    }
  }
});

// Vectors of 16 bytes, the lengths from which units of 2 and 4 bytes, or words of 8, are folded, what
// those reach (608, 1200, 2400), and the runs between two moves of the history (8192).
const edges = [
  16,
  32,
  304,
  608,
  704,
  1200,
  1216,
  2400,
  3072,
  4800,
  8192,
  9392,
  10592,
  16384,
  17584,
];
const long = 2 ** 20 + 1;

Deno.test("crc32 agrees with three others at every edge", async () => {
  const bytes = noise(long);
  const witness = await createCRC32();
  const around = [...edges, 65536, 131072].flatMap((edge) =>
    [-17, -16, -15, -1, 0, 1, 15, 16].map(
      (more) => Math.max(0, edge + more),
    )
  );
  for (const length of new Set([0, 1, 2, 3, 7, 8, 9, ...around, long])) {
    const part = bytes.subarray(0, length);
    const expected = zlibCrc32(part);
    assertEquals(witness.init().update(part).digest(), expected.toString(16).padStart(8, "0"));
    if (length < 20_000) {
      assertEquals(referenceCrc32(part), expected, `reference, length ${length}`);
    }
    for (const { name, kernels } of entries) {
      kernels.window.set(part, 3);
      assertEquals(crc32(kernels, 3, length), expected, `${name}, length ${length}`);
    }
  }
});

Deno.test("crc32 does not depend on alignment or cuts", () => {
  const bytes = noise(60_000);
  for (const { kernels } of entries) kernels.window.set(bytes);
  fc.assert(
    fc.property(
      fc.nat(70),
      fc.oneof(fc.nat(2000), fc.nat(59_000)),
      fc.array(fc.nat(59_000), { maxLength: 6 }),
      (offset, length, places) => {
        const cuts = places.filter((place) => place <= length).sort((a, b) => a - b);
        const expected = zlibCrc32(bytes.subarray(offset, offset + length));
        for (const { name, kernels } of entries) {
          assertEquals(crc32(kernels, offset, length, cuts), expected, name);
        }
      },
    ),
    { numRuns: 300, seed: 5 },
  );
});

Deno.test("crc32 folds every single bit as the tables do", () => {
  for (const { name, kernels } of entries) {
    const bytes = new Uint8Array(20_000);
    kernels.window.set(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit += 1231) {
      const at = Math.floor(bit / 8);
      kernels.window[at] = 1 << bit % 8;
      bytes[at] = 1 << bit % 8;
      assertEquals(crc32(kernels, 0, bytes.length), zlibCrc32(bytes), `${name}, bit ${bit}`);
      kernels.window[at] = 0;
      bytes[at] = 0;
    }
  }
});

const published16 = [
  {
    source: "CRC-16/XMODEM's check",
    bytes: [...new TextEncoder().encode("123456789")],
    value: 0x31c3,
  },
  { source: "ECMA-167 7.2.6", bytes: [0x70, 0x6a, 0x77], value: 0x3299 },
  {
    source: "the Q of a lead-in, complemented",
    bytes: [0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0],
    value: 0x2832 ^ 0xffff,
  },
  { source: "nothing", bytes: [], value: 0 },
];

for (const { source, bytes, value } of published16) {
  Deno.test(`crc16() gives the value of ${source}`, () => {
    const part = Uint8Array.from(bytes);
    assertEquals(referenceCrc16(part), value);
    for (const { name, kernels } of entries) {
      kernels.window.set(part);
      assertEquals(crc16(kernels, 0, part.length), value, name);
    }
  });
}

Deno.test("crc16() agrees with the shift register at every short length, start and cut", () => {
  const bytes = noise(300);
  for (const { name, kernels } of entries) {
    kernels.window.set(bytes);
    for (let length = 0; length <= 80; length++) {
      for (const start of [0, 1, 7, 8]) {
        const expected = referenceCrc16(bytes.subarray(start, start + length));
        assertEquals(crc16(kernels, start, length), expected, `${name}: ${length} from ${start}`);
        for (const cut of [1, 9, 16, 33]) {
          if (cut > length) continue;
          const first = crc16(kernels, start, cut);
          assertEquals(
            crc16(kernels, start + cut, length - cut, first),
            expected,
            `${name}: ${cut}`,
          );
        }
      }
    }
  }
});

Deno.test("crc16() agrees with the shift register on long and periodic bytes", () => {
  for (const bytes of [noise(200_001), pattern(131_072), new Uint8Array(4096).fill(0xff)]) {
    const expected = referenceCrc16(bytes, 0xffff);
    for (const { name, kernels } of entries) {
      kernels.window.set(bytes);
      assertEquals(crc16(kernels, 0, bytes.length, 0xffff), expected, name);
    }
  }
});

Deno.test("crc16() refuses bytes outside the window", () => {
  for (const { kernels } of entries) {
    const { length } = kernels.window;
    assertThrows(() => crc16(kernels, length, 1), RangeError, "window");
    assertThrows(() => crc16(kernels, -1, 1), RangeError, "window");
    assertEquals(crc16(kernels, length, 0, 0x1234), 0x1234);
  }
});
