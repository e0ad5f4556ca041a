// What raw sectors say of themselves: other people's sectors by their names, and tracks made here.

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { sectorWords } from "../../src/kernel/sector_words.ts";
import { covers, type RawFacts } from "../../src/model/raw_sectors.ts";
import { SectorCheck } from "../../src/proof/raw_sectors.ts";
import { corpusEntries, corpusEntry, corpusFile, corpusTest } from "../support/corpus.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { cueSheet, rawImage, rawSector, type SectorMode } from "../support/raw_builder.ts";

const SECTOR = 2352;

/** The facts of an image, in pieces of so many bytes; behind a cue sheet where one is given. */
async function factsOf(
  bytes: Uint8Array,
  { piece = bytes.length, sheet }: { readonly piece?: number; readonly sheet?: Uint8Array } = {},
): Promise<RawFacts> {
  const data = new MemorySource(bytes, "raw.bin");
  const source = sheet === undefined ? data : new MemorySource(sheet, "raw.cue");
  const check = new SectorCheck(await examine(source, { sidecars: () => Promise.resolve(data) }));
  assert(check.wanted);
  for (let at = 0; at < bytes.length; at += piece) check.take(at, bytes.subarray(at, at + piece));
  const facts = check.facts();
  assert(facts !== undefined);
  return facts;
}

/** Problems with first sector and number of sectors, in the order of the file. */
function problems({ runs, stride }: RawFacts): string[] {
  return runs.map(({ problem, form, offset, sectors }) =>
    [problem, form, offset / stride, sectors].filter((part) => part !== undefined).join(" ")
  );
}

/** What the codes say, with the number of sectors. */
function covered({ covers: runs }: RawFacts): [number, number][] {
  return [...runs].map(({ cover, sectors }) => [cover, sectors]);
}

const noise = Uint8Array.from({ length: SECTOR }, (_, at) => (at * at + 31 * at) % 251);
const data = Uint8Array.from({ length: 2048 }, (_, at) => (at * 7 + 3) % 251);

/** Sectors one after the other, from LBA 0 on. */
function track(...parts: readonly (readonly [kind: SectorMode | "audio", count: number])[]) {
  const sectors: Uint8Array[] = [];
  for (const [kind, count] of parts) {
    for (let at = 0; at < count; at++) {
      sectors.push(kind === "audio" ? noise : rawSector(data, sectors.length, kind));
    }
  }
  const bytes = new Uint8Array(sectors.length * SECTOR);
  for (const [at, sector] of sectors.entries()) bytes.set(sector, at * SECTOR);
  return bytes;
}

corpusTest("SectorCheck judges the sectors of DiscImageCreator as their names do", async (t) => {
  for (const entry of corpusEntries()) {
    if (!entry.file.includes("DiscImageCreator/") || entry.bytes !== SECTOR) continue;
    await t.step(entry.file, async () => {
      // The sector stands among others of its mode, which need not be in its order.
      const mode = entry.file.includes("mode1") ? "mode1" : "form1";
      const bytes = track([mode, 40]);
      bytes.set(await corpusFile(entry), 20 * SECTOR);
      const { runs } = await factsOf(bytes);
      const found = new Set(runs.map(({ problem }) => problem));
      const has = (word: string) => entry.file.includes(word);
      // A form 1 sector whose code is wrong, and of which no sync is left, is no sector any more.
      if (found.has("no-sync")) return assert(has("invalid_sync") && !has("_valid_mode1.bin"));
      assertEquals(found.has("sync"), has("invalid_sync"), "sync");
      // Names with "truncated", "modified" and "ecc" say nothing of the error-detection code.
      const unsure = has("truncated") || has("modified") || has("ecc");
      // The code of Mode 1 covers the sync.
      const isMode1 = has("invalid_sync") && mode === "mode1";
      if (!unsure) assertEquals(found.has("edc"), has("edc_error") || isMode1, "edc");
      if (has("ecc_p_error")) assert(found.has("p"));
      if (has("ecc_pq_error")) assert(found.has("p") && found.has("q"));
    });
  }
});

corpusTest("SectorCheck finds the sectors that corpus.json says are wrong", async (t) => {
  for (const entry of corpusEntries()) {
    const { edc_check: counts, edc_bad_lba: bad = [] } = entry.expected ?? {};
    if (counts === undefined) continue;
    await t.step(entry.file, async () => {
      const facts = await factsOf(await corpusFile(entry));
      const lbas = facts.runs.filter(({ problem }) => problem === "edc")
        .flatMap(({ offset, sectors }) =>
          Array.from({ length: sectors }, (_, at) => offset / SECTOR + at)
        );
      assertEquals(lbas, [...bad]);
      const kinds = new Set(facts.runs.map(({ problem }) => problem));
      assertEquals(kinds, new Set(bad.length === 0 ? [] : ["edc", "p", "q"]));
    });
  }
});

corpusTest("a disc image without raw sectors has no facts of them", async () => {
  const bytes = await corpusFile(corpusEntry("files/util-linux/iso.img.gz"));
  const check = new SectorCheck(await examine(new MemorySource(bytes, "iso.img")));
  assertEquals(check.wanted, false);
  check.take(0, bytes);
  assertEquals(check.facts(), undefined);
});

Deno.test("SectorCheck gives the same facts for any pieces, and for words made elsewhere", async () => {
  const bytes = track(["mode1", 30], ["form1", 20], ["form2", 30], ["mode1", 40]);
  for (const at of [3, 4, 5, 33, 60, 61]) bytes[at * SECTOR + 900] = 1;
  bytes.fill(0, 70 * SECTOR, 73 * SECTOR);
  bytes[80 * SECTOR + 14] = 0x11;
  const whole = await factsOf(bytes);
  assert(whole.runs.length > 5);
  for (const sectors of [1, 7, 64]) {
    const facts = await factsOf(bytes, { piece: sectors * SECTOR });
    assertEquals([facts.runs, facts.tracks, covered(facts)], [
      whole.runs,
      whole.tracks,
      covered(whole),
    ]);
  }
  const check = new SectorCheck(await examine(new MemorySource(bytes, "raw.bin")));
  check.take(0, bytes, sectorWords(bytes, SECTOR));
  assertEquals(check.facts()?.runs, whole.runs);
});

Deno.test("SectorCheck takes the stride with sub-channel, and leaves out what is cut", async () => {
  const logical = new Uint8Array(2048 * 40).fill(3);
  for (const stride of [2368, 2448] as const) {
    const bytes = rawImage(logical, { stride });
    bytes[20 * stride + 100] = 1;
    const facts = await factsOf(bytes.subarray(0, bytes.length - stride + 2000));
    assertEquals(problems(facts), ["p mode1 20 1", "q mode1 20 1", "edc mode1 20 1"]);
    assertEquals(facts.checked, 39);
  }
});

Deno.test("a track without any code has none that is wrong; a lone sector without one is wrong", async () => {
  const bytes = track(["mode1", 20], ["form1", 20]);
  for (let at = 0; at < 40; at++) {
    const from = at < 20 ? 2064 : 2072;
    bytes.fill(0, at * SECTOR + from, (at + 1) * SECTOR);
  }
  const facts = await factsOf(bytes);
  assertEquals(problems(facts), ["mode-change 20 20"]);
  assertEquals(facts.checked, 0);
  assertEquals(covered(facts), [[covers.none, 20], [covers.none, 20]]);
  // Of one of these sectors the code was made after all, and is wrong.
  bytes[7 * SECTOR + 2064] = 1;
  assertEquals(problems(await factsOf(bytes)), [
    "p mode1 7 1",
    "q mode1 7 1",
    "edc mode1 7 1",
    "mode-change 20 20",
  ]);
});

Deno.test("a formless track has no wrong codes; one sector like that among others has", async () => {
  const bytes = track(["form1", 40]);
  bytes[9 * SECTOR + 16] = 5;
  assertEquals(problems(await factsOf(bytes)), ["edc form1 9 1"]);
  for (let at = 0; at < 40; at++) bytes[at * SECTOR + 16] = 5;
  const facts = await factsOf(bytes);
  assertEquals(problems(facts), []);
  assertEquals(covered(facts), [[covers.none, 40]]);
});

Deno.test("codes of form 2 that never hold are none, and zeros are none either", async () => {
  const bytes = track(["form1", 20], ["form2", 20]);
  assertEquals(covered(await factsOf(bytes)), [[covers.mode2, 40]]);
  for (let at = 20; at < 40; at++) bytes[at * SECTOR + 2350] = at;
  assertEquals(problems(await factsOf(bytes)), []);
  for (let at = 20; at < 40; at++) bytes.fill(0, at * SECTOR + 2348, (at + 1) * SECTOR);
  const facts = await factsOf(bytes);
  assertEquals(problems(facts), []);
  assertEquals(facts.tracks.map(({ form2 }) => form2), [
    { count: 20, zero: 20, first: 20 * SECTOR },
  ]);
});

Deno.test("audio behind data is no damage: without a sheet where it is long, with one always", async () => {
  const bytes = track(["mode1", 40], ["audio", 310]);
  const bare = await factsOf(bytes);
  assertEquals(problems(bare), ["no-sync 40 310"]);
  assertEquals(bare.tracks.map(({ sectors }) => sectors), [40]);
  const text = new TextDecoder().decode(cueSheet("raw.bin")) +
    "  TRACK 02 AUDIO\r\n    INDEX 00 00:00:40\r\n    INDEX 01 00:02:40\r\n";
  const sheet = new TextEncoder().encode(text);
  assertEquals(problems(await factsOf(bytes, { sheet })), []);
});

Deno.test("the pause of a data track begins as audio where audio is before it", async () => {
  const bytes = track(["mode1", 40], ["audio", 30], ["mode1", 40]);
  assertEquals(problems(await factsOf(bytes)), ["no-sync 40 30"]);
  const text = new TextDecoder().decode(cueSheet("raw.bin")) +
    "  TRACK 02 AUDIO\r\n    INDEX 01 00:00:40\r\n" +
    "  TRACK 03 MODE1/2352\r\n    INDEX 00 00:00:60\r\n    INDEX 01 00:00:70\r\n";
  const sheet = new TextEncoder().encode(text);
  assertEquals(problems(await factsOf(bytes, { sheet })), []);
  bytes.fill(0, 75 * SECTOR, 76 * SECTOR);
  assertEquals(problems(await factsOf(bytes, { sheet })), ["no-sync 75 1"]);
});

Deno.test("addresses and modes begin anew with each track of a sheet", async () => {
  const first = track(["mode1", 40]);
  const second = track(["form1", 40]);
  const bytes = new Uint8Array(2 * first.length);
  bytes.set(first);
  bytes.set(second, first.length);
  const bare = await factsOf(bytes);
  assertEquals(problems(bare), ["jump 40 1", "mode-change 40 40"]);
  const text = new TextDecoder().decode(cueSheet("raw.bin")) +
    "  TRACK 02 MODE2/2352\r\n    INDEX 01 00:00:40\r\n";
  const facts = await factsOf(bytes, { sheet: new TextEncoder().encode(text) });
  assertEquals(problems(facts), []);
  assertEquals(facts.tracks.map(({ mode, sectors }) => [mode, sectors]), [[1, 40], [2, 40]]);
});

Deno.test("addresses go on from 99:59:74 to 00:00:00, before LBA 0", async () => {
  const bytes = rawImage(new Uint8Array(2048 * 40), { pregap: 160 });
  assertEquals(problems(await factsOf(bytes)), []);
});

Deno.test("twin sectors, and one sector that lacks, are one jump each", async () => {
  const bytes = track(["mode1", 100]);
  const twice = new Uint8Array(bytes.length + SECTOR);
  twice.set(bytes.subarray(0, 50 * SECTOR));
  twice.set(bytes.subarray(49 * SECTOR), 50 * SECTOR);
  const [repeated, ...more] = (await factsOf(twice)).runs;
  assertEquals([repeated?.problem, repeated?.offset, repeated?.recorded, repeated?.expected], [
    "jump",
    50 * SECTOR,
    49,
    50,
  ]);
  assertEquals(more, []);
  const less = new Uint8Array(bytes.length - SECTOR);
  less.set(bytes.subarray(0, 50 * SECTOR));
  less.set(bytes.subarray(51 * SECTOR), 50 * SECTOR);
  const [missing] = (await factsOf(less)).runs;
  assertEquals([missing?.offset, missing?.recorded, missing?.expected], [50 * SECTOR, 51, 50]);
});

Deno.test("only so many runs are kept, the sectors of the rest are counted", async () => {
  const bytes = track(["mode1", 20]);
  const check = new SectorCheck(await examine(new MemorySource(bytes, "raw.bin")));
  const good = rawSector(data, 0, "mode1");
  const bad = good.slice();
  bad[2300] = (bad[2300] ?? 0) ^ 1;
  const pair = new Uint8Array(2 * SECTOR);
  pair.set(good);
  pair.set(bad, SECTOR);
  const words = sectorWords(pair, SECTOR);
  for (let at = 0; at < 10_500; at++) check.take(at * 2 * SECTOR, pair, words);
  const facts = check.facts();
  assertEquals(facts?.runs.filter(({ problem }) => problem === "q").length, 10_000);
  assertEquals(facts?.more, { q: 500, sequence: 20_999 });
});

Deno.test("the sectors of the raw fixtures are all proven", async () => {
  const expected: Readonly<Record<string, [number, number][]>> = {
    "mode1-2352": [[covers.mode1, 190]],
    "mode2-form1-2352": [[covers.mode2, 190]],
    "vcd-vcdimager": [[covers.mode2, 716]],
  };
  for (const [name, runs] of Object.entries(expected)) {
    const facts = await factsOf(await fixtureImage(name));
    assertEquals([problems(facts), covered(facts)], [[], runs], name);
  }
});

Deno.test("any changed byte of a sector is a problem of that sector, in all modes", async () => {
  for (const mode of ["mode1", "form1", "form2"] as const) {
    const bytes = track([mode, 40]);
    for (let at = 0; at < SECTOR; at += at < 32 ? 1 : 61) {
      const copy = bytes.slice();
      const place = 20 * SECTOR + at;
      copy[place] = (copy[place] ?? 0) ^ (1 + at % 255);
      const { runs, tracks } = await factsOf(copy);
      const blocks = tracks.reduce((sum, { blocks }) => sum + blocks.count, 0);
      assert(runs.length + blocks > 0, `${mode} byte ${at}`);
      for (const { offset, sectors } of runs) assertEquals([offset, sectors], [20 * SECTOR, 1]);
    }
  }
});
