// Wraps an image into raw sectors of Mode 1, sync, header, EDC and ECC as ECMA-130:1996 14 has them, for
// measurements: by tables, since the encoder of the tests is bytewise.
//
//   deno run --allow-read --allow-write bench/make_raw.ts IMAGE RAW

import { rawSector } from "../tests/support/raw_builder.ts";

const [SECTOR, RAW] = [2048, 2352];

function edcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let edc = byte;
    for (let bit = 0; bit < 8; bit++) edc = (edc >>> 1) ^ ((edc & 1) * 0xd8018001);
    return edc >>> 0;
  });
}

// Products with x in GF(2^8) of x^8+x^4+x^3+x^2+1, and quotients by x + 1 (annex A).
const double = Uint8Array.from({ length: 256 }, (_, byte) => (byte << 1) ^ (byte >> 7) * 0x1d);
const third = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) third[byte ^ (double[byte] ?? 0)] = byte;
const edcs = edcTable();

/** Places of the code words of P and Q within bytes 12 to 2351, the two parity bytes last. */
const codeWords: readonly Uint16Array[] = [
  ...Array.from(
    { length: 86 },
    (_, c) => Uint16Array.from({ length: 26 }, (_, k) => 12 + 86 * k + c),
  ),
  ...Array.from({ length: 52 }, (_, c) =>
    Uint16Array.from(
      { length: 45 },
      (_, k) => 12 + (k < 43 ? (86 * (c >> 1) + 88 * k) % 2236 + c % 2 : 2236 + 52 * (k - 43) + c),
    )),
];

function bcd(value: number): number {
  return Math.floor(value / 10) * 16 + value % 10;
}

/** Fills in all but the data, which stand at byte 16 of the sector. */
function encode(sector: Uint8Array, lba: number): void {
  sector.fill(0xff, 1, 11);
  const frames = lba + 150;
  sector[12] = bcd(Math.floor(frames / 4500));
  sector[13] = bcd(Math.floor(frames / 75) % 60);
  sector[14] = bcd(frames % 75);
  sector[15] = 1;
  let edc = 0;
  for (let at = 0; at < 2064; at++) {
    edc = (edc >>> 8) ^ (edcs[(edc ^ (sector[at] ?? 0)) & 0xff] ?? 0);
  }
  for (let byte = 0; byte < 4; byte++) sector[2064 + byte] = (edc >>> (8 * byte)) & 0xff;
  for (const places of codeWords) setParity(sector, places);
}

function setParity(sector: Uint8Array, places: Uint16Array): void {
  let [sum, weighted] = [0, 0];
  const count = places.length - 2;
  for (let index = 0; index < count; index++) {
    const value = sector[places[index] ?? 0] ?? 0;
    sum ^= value;
    weighted = (double[weighted] ?? 0) ^ value;
  }
  // The last two bytes a, b make both syndromes zero: a + b = sum and 2a + b = 4 × weighted.
  const parity = third[sum ^ (double[double[weighted] ?? 0] ?? 0)] ?? 0;
  sector[places[count] ?? 0] = parity;
  sector[places[count + 1] ?? 0] = sum ^ parity;
}

function fill(file: Deno.FsFile, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = file.readSync(into.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

/** Writes the raw sectors of `image`, whose length is in whole sectors, to `path`. */
export function writeRaw(image: string, path: string): void {
  using from = Deno.openSync(image);
  using to = Deno.openSync(path, { write: true, create: true, truncate: true });
  const many = 512;
  const data = new Uint8Array(many * SECTOR);
  for (let lba = 0;; lba += many) {
    const filled = fill(from, data);
    if (filled === 0) break;
    const sectors = filled / SECTOR;
    const raw = new Uint8Array(sectors * RAW);
    for (let index = 0; index < sectors; index++) {
      const sector = raw.subarray(index * RAW, (index + 1) * RAW);
      const content = data.subarray(index * SECTOR, (index + 1) * SECTOR);
      sector.set(content, 16);
      encode(sector, lba + index);
      if (index === 0) check(sector, content, lba);
    }
    for (let at = 0; at < raw.length;) at += to.writeSync(raw.subarray(at));
  }
}

function check(sector: Uint8Array, content: Uint8Array, lba: number): void {
  const expected = rawSector(content, lba, "mode1");
  const at = sector.findIndex((byte, index) => byte !== expected[index]);
  if (at < 0) return;
  throw new Error(
    `Cannot trust raw sector ${lba}: byte ${at} is not what the tests' encoder gives`,
  );
}

if (import.meta.main) {
  const [image, path] = Deno.args;
  if (image === undefined || path === undefined) {
    console.error("usage: make_raw.ts IMAGE RAW");
    Deno.exit(2);
  }
  writeRaw(image, path);
}
