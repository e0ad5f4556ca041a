// The classes of sectors against the reference, for both entries.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FillScan, type Marker, rescueMarkers, sectorClass } from "../../src/kernel/fill.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { fillOf } from "../reference/fill.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A sector of `size` bytes that repeats `bytes`. */
function repeated(bytes: ArrayLike<number>, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => bytes[at % bytes.length] ?? 0);
}

const sizes = [32, 33, 47, 48, 63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 2048, 2336, 2352];

for (const simd of [false, true]) {
  const kernels = new Kernels(compileKernels({ simd }));
  const scan = new FillScan(kernels);
  const entry = simd ? "with vectors" : "plain";

  const classify = (sector: Uint8Array, offset = 0) => {
    kernels.window.fill(0xa5, 0, offset + sector.length + 64);
    kernels.window.set(sector, offset);
    const { classes, values } = scan.classify(offset, 1, sector.length);
    return { sector: classes[0], value: values[0] };
  };

  Deno.test(`classify() knows zeros, a byte, periods and data, ${entry}`, () => {
    const cases = [
      { bytes: [0], expected: [sectorClass.zero, 0] },
      { bytes: [0x55], expected: [sectorClass.byte, 0x55] },
      { bytes: [1, 2], expected: [sectorClass.word, 0x02010201] },
      { bytes: [0, 0, 0, 0xff], expected: [sectorClass.word, 0xff000000] },
      { bytes: [1, 2, 3], expected: [sectorClass.period, 3] },
      { bytes: encode("BAD SECTOR\n"), expected: [sectorClass.period, 11] },
      { bytes: encode("0123456789abcdef"), expected: [sectorClass.period, 16] },
      { bytes: encode("0123456789abcdefg"), expected: [sectorClass.data, 0] },
    ];
    for (const { bytes, expected: [sector, value] } of cases) {
      assertEquals(classify(repeated(bytes, 2048)), { sector, value }, String(bytes));
    }
  });

  Deno.test(`classify() sees one other byte at every place, ${entry}`, () => {
    for (const period of [1, 2, 3, 4, 8, 11, 16]) {
      const bytes = Array.from({ length: period }, (_, at) => (at + 3) % 256);
      for (const size of sizes) {
        const sector = repeated(bytes, size);
        const offset = size % 17;
        const step = size > 600 ? 97 : 1;
        assertEquals(classify(sector, offset), fillOf(sector, rescueMarkers));
        for (let at = 0; at < size; at += at + step < size || at === size - 1 ? step : 1) {
          sector[at] = (sector[at] ?? 0) ^ 0x80;
          assertEquals(classify(sector, offset), fillOf(sector, rescueMarkers), `${period} ${at}`);
          sector[at] = (sector[at] ?? 0) ^ 0x80;
        }
      }
    }
  });

  Deno.test(`classify() knows the markers of rescue tools, ${entry}`, () => {
    for (const [index, { bytes, repeated: whole, name }] of rescueMarkers.entries()) {
      const expected = { sector: sectorClass.marker + index, value: 0 };
      const sector = repeated(bytes, 2048);
      assertEquals(classify(sector, 3), expected, name);
      sector[2047] = (sector[2047] ?? 0) ^ 1;
      assertEquals(classify(sector), whole ? { sector: 0, value: 0 } : expected, name);
      sector[0] = (sector[0] ?? 0) ^ 1;
      assertEquals(classify(sector), { sector: sectorClass.data, value: 0 }, name);
    }
  });

  Deno.test(`classify() agrees with the reference over any sectors, ${entry}`, () => {
    const markers: Marker[] = ["abab", "aaaaaaab", "ab".repeat(20)].flatMap((text, at) => [
      { name: text, bytes: encode(text), repeated: at !== 1 },
    ]);
    const scan = new FillScan(kernels, markers);
    const piece = fc.array(fc.constantFrom(0, 0x61, 0x62), { minLength: 1, maxLength: 18 });
    const size = fc.integer({ min: 32, max: 300 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), size, fc.nat(40), fc.nat(33), (...input) => {
        const [pieces, size, gap, offset] = input;
        const sectors = pieces.map((bytes) => repeated(bytes, size));
        const stride = size + gap;
        for (const [index, sector] of sectors.entries()) {
          kernels.window.set(sector, offset + index * stride);
        }
        const { classes, values } = scan.classify(offset, sectors.length, size, stride);
        const found = sectors.map((_, at) => ({ sector: classes[at], value: values[at] }));
        assertEquals(found, sectors.map((sector) => fillOf(sector, markers)));
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  Deno.test(`FillScan refuses what it cannot classify, ${entry}`, () => {
    const { length } = kernels.window;
    assertThrows(() => scan.classify(length - 2047, 1, 2048), RangeError, "window");
    assertThrows(() => scan.classify(0, 1, 31), RangeError, "at least 32");
    assertThrows(() => scan.classify(0, 513, 32), RangeError, "up to 512");
    assertThrows(() => scan.classify(0, 2, 64, 63), RangeError, "every 63");
    assertEquals(scan.classify(length, 0, 2048).classes.length, 0);
    const short = { name: "x", bytes: encode("abc"), repeated: false };
    assertThrows(() => new FillScan(kernels, [short]), RangeError, "3 bytes");
  });
}
