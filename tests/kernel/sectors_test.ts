// check_sectors in both entries: against known sectors, then against the definitions of the codes.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import {
  checkSectors,
  rawSectorSize,
  sectorBits,
  sectorKind,
  sectorKinds,
} from "../../src/kernel/sectors.ts";
import { edc } from "../reference/edc.ts";
import { isCodeWord, pWords, qWords, sectorWord } from "../reference/parity.ts";
import { corpusEntries, corpusEntry, corpusFile, corpusTest } from "../support/corpus.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { rawSector, type SectorMode } from "../support/raw_builder.ts";
import { pattern } from "./vectors.ts";

const entries = [false, true].map((simd) => ({
  name: simd ? "mod_simd" : "mod",
  kernels: new Kernels(compileKernels({ simd })),
}));

const { syncDamaged, edcWrong, pWrong, qWrong, edcZero, fieldNotZero } = sectorBits;
const { parityZero, headerInParity, copiesDiffer, addressInvalid } = sectorBits;

/** The words of sectors that begin `stride` apart in `image`, as `kernels` sees them. */
function words(
  kernels: Kernels,
  image: Uint8Array,
  stride = rawSectorSize,
  offset = 0,
): number[] {
  const count = Math.floor((image.length + stride - rawSectorSize) / stride);
  kernels.window.set(image, offset);
  const out = new Uint32Array(count);
  checkSectors(kernels, offset, stride, count, out);
  return [...out];
}

const word = (kernels: Kernels, sector: Uint8Array) => words(kernels, sector)[0];

const modes: readonly SectorMode[] = ["mode1", "form1", "form2"];

/** Data that look random, another for each `seed`. */
const data = (seed: number) => pattern(2048).map((byte, at) => byte ^ (at * 7 + seed * 29));

function changed(sector: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = sector.slice();
  copy.set(bytes, at);
  return copy;
}

const mode1 = rawSector(data(1), 1234, "mode1");
const form1 = rawSector(data(2), 1234, "form1");
const form2 = rawSector(data(3), 1234, "form2");
const empty = rawSector(new Uint8Array(2048), 0, "mode1");

function emptyForm2(): Uint8Array {
  const sector = rawSector(new Uint8Array(2048), 0, "form2");
  sector.set([0, 0, 0x20, 0, 0, 0, 0x20, 0], 16);
  return sector.fill(0, 24, 2348).fill(0x3f, 2348, 2349).fill(0x13, 2349, 2350)
    .fill(0xb0, 2350, 2351).fill(0xbe, 2351);
}

/** A form 1 sector whose parity was made with its header as it is: what Mode 1's encoder would do. */
function withHeaderInParity(): Uint8Array {
  const sector = rawSector(new Uint8Array(2048), 777, "form1");
  const header = rawSector(new Uint8Array(2048), 777, "form1");
  // Parity is linear: that of the header alone is what an all-zero Mode 1 sector shows
  const lone = headerParity(header.subarray(12, 16));
  for (let at = 2076; at < rawSectorSize; at++) sector[at] = (sector[at] ?? 0) ^ (lone[at] ?? 0);
  return sector;
}

/** Sector bytes that are zero but for the header and the parity of it, found by trying parity bytes. */
function headerParity(header: Uint8Array): Uint8Array {
  const sector = new Uint8Array(rawSectorSize);
  sector.set(header, 12);
  const coded = sector.subarray(12);
  for (const places of [...pWords, ...qWords]) {
    const [before = 0, last = 0] = places.slice(-2);
    const sum = places.slice(0, -2).reduce((total, place) => total ^ (coded[place] ?? 0), 0);
    for (let byte = 0; byte < 256; byte++) {
      coded[before] = byte;
      coded[last] = sum ^ byte;
      if (isCodeWord(coded, places)) break;
    }
  }
  return sector;
}

const known = [
  { name: "Mode 1", sector: mode1, word: sectorKinds.mode1 },
  { name: "an empty Mode 1 sector at 00:02:00", sector: empty, word: sectorKinds.mode1 },
  { name: "form 1", sector: form1, word: sectorKinds.form1 },
  { name: "form 2", sector: form2, word: sectorKinds.form2 },
  { name: "an empty form 2 sector", sector: emptyForm2(), word: sectorKinds.form2 },
  { name: "zeros", sector: new Uint8Array(rawSectorSize), word: sectorKinds.noSync },
  { name: "samples", sector: pattern(rawSectorSize), word: sectorKinds.noSync },
  {
    name: "eight sync bytes",
    sector: changed(mode1, 1, [0, 0, 0, 0]),
    word: sectorKinds.noSync,
  },
  {
    name: "nine sync bytes",
    sector: changed(mode1, 1, [0, 0, 0]),
    word: sectorKinds.mode1 + syncDamaged + edcWrong,
  },
  {
    name: "nine sync bytes before form 1",
    sector: changed(form1, 9, [0, 0, 1]),
    word: sectorKinds.form1 + syncDamaged,
  },
  {
    name: "form 2 without EDC",
    sector: changed(form2, 2348, [0, 0, 0, 0]),
    word: sectorKinds.form2 + edcWrong + edcZero,
  },
  {
    name: "form 2 with another value for its EDC",
    sector: changed(form2, 2348, [1, 2, 3, 4]),
    word: sectorKinds.form2 + edcWrong,
  },
  {
    name: "Mode 1 without codes",
    sector: empty.slice().fill(0, 2064),
    word: sectorKinds.mode1 + edcWrong + pWrong + qWrong + edcZero + parityZero,
  },
  {
    name: "form 1 without codes",
    sector: form1.slice().fill(0, 2072),
    word: sectorKinds.form1 + edcWrong + pWrong + qWrong + edcZero + parityZero,
  },
  {
    name: "form 1 of zeros, whose codes are zero",
    sector: changed(new Uint8Array(rawSectorSize), 0, [...mode1.subarray(0, 15), 2]),
    word: sectorKinds.form1 + edcZero + parityZero,
  },
  {
    name: "form 1 with its header in the parity",
    sector: withHeaderInParity(),
    word: sectorKinds.form1 + headerInParity,
  },
  {
    name: "damaged form 1 with its header in the parity",
    sector: changed(withHeaderInParity(), 100, [1]),
    word: sectorKinds.form1 + edcWrong + pWrong + qWrong,
  },
  {
    name: "a filled field of Mode 1",
    sector: changed(mode1, 2071, [9]),
    word: sectorKinds.mode1 + fieldNotZero + pWrong + qWrong,
  },
  { name: "Mode 0", sector: changed(mode1, 15, [0]), word: sectorKinds.mode0 },
  { name: "mode 3", sector: changed(mode1, 15, [3]), word: sectorKinds.unknownMode },
  {
    name: "a reserved bit of the mode",
    sector: changed(mode1, 15, [9]),
    word: sectorKinds.unknownMode,
  },
  { name: "a run-out block", sector: changed(mode1, 15, [0xe1]), word: sectorKinds.blockIndicator },
  {
    name: "a scrambled mode byte",
    sector: changed(mode1, 15, [0x61]),
    word: sectorKinds.blockIndicator,
  },
  {
    name: "form 1 with one damaged copy of the sub-header",
    sector: changed(form1, 22, [0x28]),
    word: sectorKinds.formless + copiesDiffer,
  },
  {
    name: "Mode 2 with data for sub-headers",
    sector: changed(form1, 16, [1, 2, 3, 4, 5, 6, 7, 8]),
    word: sectorKinds.formless + copiesDiffer,
  },
  {
    name: "form 1 whose copies differ, with an EDC that holds",
    sector: reEncoded(form1, 2072),
    word: sectorKinds.form1 + copiesDiffer + pWrong + qWrong,
  },
  {
    name: "form 2 whose copies differ, with an EDC that holds",
    sector: reEncoded(form2, 2348),
    word: sectorKinds.form2 + copiesDiffer,
  },
  ...[
    [0x1a, 0x02, 0x00],
    [0xa0, 0x02, 0x00],
    [0x00, 0x0a, 0x00],
    [0x00, 0x60, 0x00],
    [0x00, 0x02, 0x75],
    [0x00, 0x02, 0x0f],
  ].map((address) => ({
    name: `form 2 at address ${address}`,
    sector: changed(form2, 12, address),
    word: sectorKinds.form2 + addressInvalid,
  })),
  {
    name: "the last address",
    sector: changed(form2, 12, [0x99, 0x59, 0x74]),
    word: sectorKinds.form2,
  },
];

/** `sector` with one copy of the sub-header changed and the EDC at `at` made anew. */
function reEncoded(sector: Uint8Array, at: number): Uint8Array {
  const copy = changed(sector, 17, [7]);
  new DataView(copy.buffer).setUint32(at, edc(copy.subarray(16, at)), true);
  return copy;
}

for (const { name, sector, word: expected } of known) {
  Deno.test(`checkSectors() of ${name}`, () => {
    assertEquals(sectorWord(sector), expected, "reference");
    for (const entry of entries) assertEquals(word(entry.kernels, sector), expected, entry.name);
    assertEquals(sectorKind(expected), expected % 8);
  });
}

/** The bits that damage of one byte at `at` gives, by the layout alone. */
function expectedDamage(mode: SectorMode, at: number): number {
  const within = (start: number, end: number) => at >= start && at < end;
  if (mode === "form2") return within(16, 2352) ? edcWrong : 0;
  const edcEnd = mode === "mode1" ? 2068 : 2076;
  const inEdc = within(mode === "mode1" ? 0 : 16, edcEnd) ? edcWrong : 0;
  const from = mode === "mode1" ? 12 : 16;
  return inEdc + (within(from, 2248) ? pWrong : 0) + (within(from, 2352) ? qWrong : 0);
}

for (const mode of modes) {
  Deno.test(`checkSectors() tells damage at each byte of ${mode} by its place`, () => {
    const clean = rawSector(data(5), 5000, mode);
    const kind = sectorKinds[mode];
    const image = new Uint8Array(rawSectorSize * rawSectorSize);
    for (let at = 0; at < rawSectorSize; at++) {
      image.set(clean, at * rawSectorSize);
      const place = at * rawSectorSize + at;
      image[place] = (image[place] ?? 0) ^ (1 << at % 8);
    }
    const found = entries.map(({ kernels }) => inPieces(kernels, image));
    assertEquals(found[1], found[0], "the entries differ");
    for (let at = 0; at < rawSectorSize; at++) {
      const sector = image.subarray(at * rawSectorSize, (at + 1) * rawSectorSize);
      assertEquals(found[0]?.[at], sectorWord(sector), `byte ${at}`);
      if (at === 15 || (mode !== "mode1" && at >= 16 && at < 24)) continue; // It tells the kind
      const bits = syncDamaged + addressInvalid + fieldNotZero;
      const seen = (found[0]?.[at] ?? 0) & ~bits;
      assertEquals(seen, kind + expectedDamage(mode, at), `byte ${at}`);
    }
  });
}

/** The words of an image that the window cannot hold at once. */
function inPieces(kernels: Kernels, image: Uint8Array, stride = rawSectorSize): number[] {
  const piece = 300 * stride;
  const found: number[] = [];
  for (let at = 0; at < image.length; at += piece) {
    found.push(...words(kernels, image.subarray(at, at + piece), stride));
  }
  return found;
}

/** Sectors of all kinds in some order, damaged or not. */
function mixed(count: number, seed: number): Uint8Array[] {
  const choices = [mode1, form1, form2, ...known.map(({ sector }) => sector)];
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    const choice = choices[Math.floor(state / 7) % choices.length] ?? mode1;
    return state % 3 === 0 ? changed(choice, state % 2350, [state % 251]) : choice;
  });
}

Deno.test("checkSectors() takes any count, stride and alignment", () => {
  for (const count of [0, 1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 255, 256, 257]) {
    const sectors = mixed(count, count + 1);
    const expected = sectors.map((sector) => cachedWord(sector));
    for (const stride of [2352, 2353, 2368, 2448]) {
      const image = new Uint8Array(count * stride).fill(0xa5);
      for (const [index, sector] of sectors.entries()) image.set(sector, index * stride);
      for (const offset of [0, 1, 3, 13]) {
        for (const { name, kernels } of entries) {
          const found = words(kernels, image, stride, offset);
          assertEquals(found, expected, `${name}: ${count} every ${stride} from ${offset}`);
        }
      }
    }
  }
});

const cache = new Map<string, number>();

function cachedWord(sector: Uint8Array): number {
  const key = sector.toBase64();
  const value = cache.get(key) ?? sectorWord(sector);
  cache.set(key, value);
  return value;
}

Deno.test("checkSectors() of random sectors is the same in both entries", () => {
  const damage = fc.tuple(fc.nat(rawSectorSize - 1), fc.integer({ min: 1, max: 255 }));
  const sector = fc.record({
    mode: fc.constantFrom<SectorMode>(...modes),
    seed: fc.nat(1000),
    lba: fc.integer({ min: -1000, max: 449_000 }),
    damages: fc.array(damage, { maxLength: 4 }),
    noise: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(sector, { maxLength: 20 }), fc.nat(20), (list, offset) => {
      const image = new Uint8Array(list.length * rawSectorSize);
      for (const [index, { mode, seed, lba, damages, noise }] of list.entries()) {
        const raw = rawSector(data(seed), lba, mode);
        if (noise) raw.set(data(seed * 3), 24);
        for (const [at, value] of damages) raw[at] = (raw[at] ?? 0) ^ value;
        image.set(raw, index * rawSectorSize);
      }
      const [plain, simd] = entries.map(({ kernels }) =>
        words(kernels, image, rawSectorSize, offset)
      );
      assertEquals(simd, plain);
      const first = image.subarray(0, rawSectorSize);
      if (list.length > 0) assertEquals(plain?.[0], sectorWord(first));
    }),
    { numRuns: 60, seed: 4 },
  );
});

Deno.test("checkSectors() writes nothing but its words", () => {
  for (const { name, kernels } of entries) {
    const sectors = mixed(40, 9);
    const image = new Uint8Array(40 * rawSectorSize);
    for (const [index, sector] of sectors.entries()) image.set(sector, index * rawSectorSize);
    kernels.window.fill(0x5a, 0, image.length + 4096);
    kernels.window.set(image, 1024);
    const out = 1024 + image.length;
    checkSectors(kernels, 1024, rawSectorSize, 40, out);
    assertEquals(kernels.window.slice(1024, out), image, name);
    const view = new DataView(kernels.window.buffer, kernels.window.byteOffset + out);
    const found = sectors.map((_, index) => view.getUint32(index * 4, true));
    assertEquals(found, sectors.map(cachedWord), name);
    const around = [...kernels.window.subarray(0, 1024)].concat([
      ...kernels.window.subarray(out + 160, image.length + 4096),
    ]);
    assertEquals(around.every((byte) => byte === 0x5a), true, name);
  }
});

Deno.test("checkSectors() refuses what leaves the window or fits no room", () => {
  const kernels = new Kernels(compileKernels());
  const { length } = kernels.window;
  const room = new Uint32Array(4);
  const refused = (offset: number, stride: number, count: number, out: Uint32Array | number) =>
    assertThrows(() => checkSectors(kernels, offset, stride, count, out), RangeError, "Cannot");
  refused(0, 2351, 1, room);
  refused(0, 2352.5, 1, room);
  refused(0, 2352, -1, room);
  refused(0, 2352, 5, room);
  refused(-1, 2352, 1, room);
  refused(length - 2351, 2352, 1, room);
  refused(length - 2 * 2352 + 1, 2352, 2, room);
  refused(0, 2352, 1, 2354);
  refused(0, 2352, 1, length);
  checkSectors(kernels, length, 2352, 0, room);
  checkSectors(kernels, length - 2352 - 2448, 2448, 2, room);
});

for (
  const { name, kind } of [
    { name: "mode1-2352", kind: sectorKinds.mode1 },
    { name: "mode2-form1-2352", kind: sectorKinds.form1 },
  ]
) {
  Deno.test(`checkSectors() finds every sector of ${name} intact`, async () => {
    const image = await fixtureImage(name);
    for (const entry of entries) {
      const kinds = new Set(
        inPieces(entry.kernels, image).map((word) => word & ~edcZero & ~parityZero),
      );
      assertEquals([...kinds], [kind], entry.name);
    }
  });
}

const holding = { "mode 1, EDC ok": 1, "mode 2 form 1, EDC ok": 2, "mode 2 form 2, EDC ok": 3 };

for (const { file, expected } of corpusEntries()) {
  const check = expected?.edc_check;
  if (check === undefined) continue;
  corpusTest(`checkSectors() of ${file} is what another program found`, async () => {
    const image = await corpusFile(corpusEntry(file));
    for (const entry of entries) {
      const found = inPieces(entry.kernels, image);
      for (const [what, kind] of Object.entries(holding)) {
        const count = found.filter((word) =>
          sectorKind(word) === kind && !(word & edcWrong)
        ).length;
        assertEquals(count, check[what] ?? 0, `${entry.name}: ${what}`);
      }
      const bad = [...found.keys()].filter((index) => ((found[index] ?? 0) & edcWrong) !== 0);
      if (expected?.edc_bad_lba) assertEquals(bad, expected.edc_bad_lba, entry.name);
    }
  });
}

// Sectors of DiscImageCreator's tests; each name says what is wrong with it besides the sync pattern.
const named: Readonly<Record<string, number>> = {
  cdi_0_sector17_valid_sync_valid_mode2_form1: sectorKinds.form1,
  cdi_1_sector17_invalid_sync_valid_mode2_form1: sectorKinds.form1 + syncDamaged,
  cdi_2_sector17_invalid_sync_valid_mode2_form1_edc_error: sectorKinds.form1 + syncDamaged +
    edcWrong + pWrong + qWrong,
  cdi_3_sector17_invalid_sync_valid_mode2_form1_ecc_p_error: sectorKinds.form1 + syncDamaged +
    pWrong,
  fmt_0_sector202347_valid_sync_valid_mode1_truncated: sectorKinds.mode1 + edcWrong + pWrong +
    qWrong + fieldNotZero,
  ibmpc_0_sector0_valid_sync_valid_mode1: sectorKinds.mode1,
  ibmpc_2_sector0_invalid_sync_valid_mode1_modified_edc_ecc: sectorKinds.mode1 + syncDamaged,
  ibmpc_4_sector0_invalid_sync_valid_mode1_ecc_p_error: sectorKinds.mode1 + syncDamaged + pWrong,
  ibmpc_6_sector0_invalid_sync_valid_mode1_ecc_pq_error: sectorKinds.mode1 + syncDamaged + pWrong +
    qWrong,
  psx_0_sector12_valid_sync_valid_mode2_form2_with_edc: sectorKinds.form2,
  psx_1_sector12_invalid_sync_valid_mode2_form2_with_edc: sectorKinds.form2 + syncDamaged,
  psx_3_sector12_valid_sync_valid_mode2_form2_no_edc: sectorKinds.form2 + edcWrong + edcZero,
  psx_4_sector12_invalid_sync_valid_mode2_form2_no_edc: sectorKinds.form2 + syncDamaged + edcWrong +
    edcZero,
};

corpusTest("checkSectors() finds what the names of DiscImageCreator's sectors say", async () => {
  for (const [name, expected] of Object.entries(named)) {
    const sector = await corpusFile(corpusEntry(`files/DiscImageCreator/${name}.bin`));
    for (const { kernels } of entries) assertEquals(word(kernels, sector), expected, name);
  }
});
