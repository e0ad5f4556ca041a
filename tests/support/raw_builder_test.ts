// The raw builder against published vectors and sectors that other programs encoded.

import { assertEquals } from "@std/assert";
import { fixtureImage } from "./fixtures.ts";
import { rawSector } from "./raw_builder.ts";

Deno.test("EDC and P of an empty Mode 1 sector at 00:02:00 are the known ones", () => {
  const sector = rawSector(new Uint8Array(2048), 0, "mode1");
  assertEquals(sector.subarray(0, 16).toHex(), "00ffffffffffffffffffff0000020001");
  assertEquals(sector.subarray(2064, 2068).toHex(), "c513682b");
  assertEquals(sector.subarray(2076, 2080).toHex(), "00f700f5");
});

Deno.test("Mode 1 sectors are those of another program, byte by byte", async () => {
  const image = await fixtureImage("mode1-2352");
  for (let at = 0; at < image.length; at += 20 * 2352) {
    const sector = image.subarray(at, at + 2352);
    assertEquals(rawSector(sector.subarray(16, 2064), at / 2352, "mode1"), sector.slice());
  }
});

Deno.test("Mode 2 form 1 sectors are those of another program, byte by byte", async () => {
  const image = await fixtureImage("mode2-form1-2352");
  for (let at = 0; at < image.length - 2352; at += 20 * 2352) {
    const sector = image.subarray(at, at + 2352);
    assertEquals(rawSector(sector.subarray(24, 2072), at / 2352, "form1"), sector.slice());
  }
});
