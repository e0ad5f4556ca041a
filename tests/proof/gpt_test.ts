// Checksums of GUID partition tables, against the reference and against what xorriso wrote.

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { gptHeader } from "../../src/decode/partition/layout.ts";
import { examine } from "../../src/examine.ts";
import { readGptProofs } from "../../src/proof/gpt.ts";
import { crc32 } from "../reference/crc32.ts";
import { fixtureImage } from "../support/fixtures.ts";

Deno.test("readGptProofs() computes what xorriso recorded, for both headers", async () => {
  const image = await examine(new MemorySource(await fixtureImage("sample"), "sample.iso"));
  const proofs = await readGptProofs(image);
  const recorded = image.structuresOf(gptHeader).map(({ span, value }) => ({
    header: span,
    headerCrc: value.headerCrc32,
    arrayCrc: value.partitionEntryArrayCrc32,
  }));
  assertEquals(proofs, recorded);
  assertEquals(image.gpt.map(({ role }) => role), ["primary", "backup"]);
});

Deno.test("readGptProofs() sums a header of a size that its field gives", async () => {
  const bytes = (await fixtureImage("sample")).slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(512 + 12, 512, true);
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const block = bytes.slice(512, 1024);
  block.fill(0, 16, 20);
  assertEquals((await readGptProofs(image))[0]?.headerCrc, crc32(block));
});

Deno.test("readGptProofs() leaves out what cannot be summed", async () => {
  const bytes = (await fixtureImage("sample")).slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(512 + 12, 20, true);
  view.setBigUint64(512 + 72, 1n << 60n, true);
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const [proof] = await readGptProofs(image);
  assertEquals(Object.keys(proof ?? {}), ["header"]);
});
