// The words of raw sectors in plain JavaScript, and over arrays of any length, against the definitions.

import { assertEquals } from "@std/assert";
import { fallbackWord, sectorWords } from "../../src/kernel/sector_words.ts";
import { sectorWord } from "../reference/parity.ts";
import { rawImage, rawSector, type SectorMode } from "../support/raw_builder.ts";

const modes: readonly SectorMode[] = ["mode1", "form1", "form2"];
const data = Uint8Array.from({ length: 2048 }, (_, at) => (at * 7 + 3) % 251);

/** Bytes of a sector that a test changes, and what to. */
const changes: readonly (readonly [at: number, byte: number])[] = [
  [0, 1],
  [5, 0],
  [12, 0x0a],
  [13, 0x60],
  [14, 0x75],
  [15, 0],
  [15, 1],
  [15, 2],
  [15, 3],
  [15, 0x1c],
  [15, 0x61],
  [15, 0xe1],
  [18, 0x20],
  [22, 0x08],
  [1000, 1],
  [2066, 9],
  [2070, 9],
  [2074, 9],
  [2100, 9],
  [2300, 9],
  [2350, 9],
];

for (const mode of modes) {
  Deno.test(`fallbackWord() is what the definitions give, of whole and changed ${mode}`, () => {
    const sector = rawSector(data, 4321, mode);
    assertEquals(fallbackWord(sector), sectorWord(sector));
    for (const [at, byte] of changes) {
      const copy = sector.slice();
      copy[at] = byte;
      assertEquals(fallbackWord(copy), sectorWord(copy), `byte ${at} is ${byte}`);
    }
    for (const [from, to] of [[2064, 2352], [2072, 2352], [2348, 2352], [1, 5], [0, 2352]]) {
      const copy = sector.slice().fill(0, from, to);
      assertEquals(fallbackWord(copy), sectorWord(copy), `zeros from ${from} to ${to}`);
    }
  });
}

Deno.test("sectorWords() has one word for each whole sector, of any stride and number", () => {
  for (const stride of [2352, 2448] as const) {
    const image = rawImage(new Uint8Array(2048 * 70).fill(5), {
      stride,
      mode: (sector) => modes[sector % 3] ?? "mode1",
    });
    image[61 * stride + 700] = 1;
    const expected = Array.from(
      { length: 70 },
      (_, at) => sectorWord(image.subarray(at * stride, at * stride + 2352)),
    );
    assertEquals([...sectorWords(image, stride)], expected);
    assertEquals(
      [...sectorWords(image.subarray(0, 3 * stride - 1), stride)].length,
      stride > 2352 ? 3 : 2,
    );
    assertEquals(sectorWords(image.subarray(0, 2351), stride).length, 0);
  }
});
