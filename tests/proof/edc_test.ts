// Which sectors contradict their error-detection code: what the names of other people's sectors say.

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { EdcCheck } from "../../src/proof/edc.ts";
import { corpusEntries, corpusFile, corpusTest } from "../support/corpus.ts";
import { fixtureImage } from "../support/fixtures.ts";

async function wrong(bytes: Uint8Array, sector: Uint8Array): Promise<boolean | undefined> {
  const check = new EdcCheck(await examine(new MemorySource(bytes, "raw.bin")));
  check.take(0, sector);
  const facts = check.facts();
  return facts === undefined ? undefined : facts.count > 0;
}

corpusTest("EdcCheck judges the sectors of DiscImageCreator as their names do", async (t) => {
  const raw = await fixtureImage("mode1-2352");
  for (const entry of corpusEntries()) {
    if (!entry.file.includes("DiscImageCreator/") || entry.bytes !== 2352) continue;
    const form2 = entry.file.includes("form2");
    await t.step(entry.file, async () => {
      const sector = await corpusFile(entry);
      const found = await wrong(raw, sector);
      if (form2) return assertEquals(found, undefined);
      const mode1 = entry.file.includes("mode1");
      // Mode 1's code covers the sync; "truncated" and "modified" sectors say nothing of their codes.
      const unsure = /truncated|modified|ecc/.test(entry.file);
      const bad = entry.file.includes("edc_error") ||
        (mode1 && entry.file.includes("invalid_sync"));
      if (!unsure) assertEquals(found, bad);
    });
  }
});

Deno.test("EdcCheck takes sectors in any pieces that begin at one, and skips what is cut", async () => {
  const bytes = await fixtureImage("mode2-form1-2352");
  const image = await examine(new MemorySource(bytes, "raw.bin"));
  for (const sectors of [1, 7, 1000]) {
    const check = new EdcCheck(image);
    for (let at = 0; at < bytes.length; at += sectors * 2352) {
      check.take(at, bytes.subarray(at, at + sectors * 2352));
    }
    assertEquals(check.facts()?.count, 0);
    assertEquals(check.facts()?.checked, Math.floor(bytes.length / 2352));
  }
});

Deno.test("EdcCheck leaves audio and run-out blocks alone, and not a sector whose sync is damaged", async () => {
  const bytes = await fixtureImage("mode1-2352");
  const sector = bytes.subarray(40 * 2352, 41 * 2352);
  const audio = Uint8Array.from({ length: 2352 }, (_, at) => (at * 7919) % 251);
  audio[15] = 1;
  assertEquals(await wrong(bytes, audio), undefined);
  const runOut = sector.slice();
  runOut[15] = 0xe1;
  assertEquals(await wrong(bytes, runOut), undefined);
  const damaged = sector.slice();
  damaged[3] = 0xef;
  assertEquals(await wrong(bytes, damaged), true);
  assertEquals(await wrong(bytes, sector), false);
});
