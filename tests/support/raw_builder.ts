// Wraps logical sectors of 2048 bytes into raw CD sectors (ECMA-130:1996 14, CD-ROM XA): sync, address,
// sub-header, EDC and ECC as the standard gives them, bytewise and without tables.

import { edc } from "../reference/edc.ts";
import { ascii } from "./iso_encode.ts";

/** How one sector is recorded. */
export type SectorMode = "mode1" | "form1" | "form2";

/** How raw sectors lie in the file. */
export type RawOptions = {
  /** The mode of each sector; Mode 1 where absent. */
  readonly mode?: (sector: number) => SectorMode;
  /** Bytes from one sector to the next: 2336 leaves out sync and header, 2448 adds sub-channel. */
  readonly stride?: 2336 | 2352 | 2368 | 2448;
  /** LBA of the first sector. */
  readonly firstLba?: number;
  /** Sectors before the first: their addresses count down to it, their data are zero. */
  readonly pregap?: number;
};

const SECTOR = 2048;
const RAW = 2352;

/** Raw sectors that hold a logical image; form 2 sectors repeat its bytes and add 276 of their own. */
export function rawImage(logical: Uint8Array, options: RawOptions = {}): Uint8Array {
  const { mode = () => "mode1", stride = RAW, firstLba = 0, pregap = 0 } = options;
  const count = Math.ceil(logical.length / SECTOR);
  const image = new Uint8Array((count + pregap) * stride);
  for (let sector = -pregap; sector < count; sector++) {
    const data = new Uint8Array(SECTOR);
    if (sector >= 0) data.set(logical.subarray(sector * SECTOR, (sector + 1) * SECTOR));
    const raw = rawSector(data, firstLba + sector, mode(Math.max(0, sector)));
    const kept = stride === 2336 ? raw.subarray(16) : raw;
    image.set(kept, (sector + pregap) * stride);
  }
  return image;
}

/** One raw sector of 2352 bytes. */
export function rawSector(data: Uint8Array, lba: number, mode: SectorMode): Uint8Array {
  const sector = new Uint8Array(RAW);
  sector.fill(0xff, 1, 11);
  sector.set(address(lba), 12);
  sector[15] = mode === "mode1" ? 1 : 2;
  const view = new DataView(sector.buffer);
  if (mode === "mode1") {
    sector.set(data, 16);
    view.setUint32(2064, edc(sector.subarray(0, 2064)), true);
    setParity(sector, false);
    return sector;
  }
  const submode = mode === "form1" ? 0x08 : 0x28;
  for (const at of [16, 20]) sector.set([0, 0, submode, 0], at);
  if (mode === "form1") {
    sector.set(data, 24);
    view.setUint32(2072, edc(sector.subarray(16, 2072)), true);
    setParity(sector, true);
  } else {
    sector.set(data, 24);
    for (let at = 24 + SECTOR; at < 2348; at++) sector[at] = at % 251;
    view.setUint32(2348, edc(sector.subarray(16, 2348)), true);
  }
  return sector;
}

/** Minute, second and frame of an LBA in BCD: LBA 0 is 00:02:00, and -151 is 99:59:74. */
function address(lba: number): number[] {
  const absolute = lba >= -150 ? lba + 150 : lba + 450_150;
  const parts = [Math.floor(absolute / 4500), Math.floor(absolute / 75) % 60, absolute % 75];
  return parts.map((part) => Math.floor(part / 10) * 16 + part % 10);
}

// Product in GF(2^8) with x^8+x^4+x^3+x^2+1 (ECMA-130:1996 annex A).
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product *= 2;
    if (product > 0xff) product ^= 0x11d;
    if ((b & (1 << bit)) !== 0) product ^= a;
  }
  return product;
}

const INVERSE_OF_3 = 0xf4;

// Parity of code words with generator (x - 1)(x - 2): the two bytes that make both syndromes zero.
function setCodeWord(bytes: Uint8Array, places: readonly number[]): void {
  let sum = 0;
  let weighted = 0;
  for (const [index, place] of places.entries()) {
    const value = index < places.length - 2 ? bytes[place] ?? 0 : 0;
    sum ^= value;
    weighted = multiply(weighted, 2) ^ value;
  }
  const first = multiply(sum ^ weighted, INVERSE_OF_3);
  const [last, before] = [places.at(-1) ?? 0, places.at(-2) ?? 0];
  bytes[before] = first;
  bytes[last] = sum ^ first;
}

// P and Q parity over bytes 12 to 2351; Mode 2 counts the header as zero.
function setParity(sector: Uint8Array, headerAsZero: boolean): void {
  const bytes = sector.slice(12);
  if (headerAsZero) bytes.fill(0, 0, 4);
  for (let c = 0; c < 86; c++) {
    setCodeWord(bytes, Array.from({ length: 26 }, (_, k) => 86 * k + c));
  }
  for (let c = 0; c < 52; c++) {
    const half = Math.floor(c / 2);
    const data = Array.from({ length: 43 }, (_, k) => (86 * half + 88 * k) % 2236 + c % 2);
    setCodeWord(bytes, [...data, 2236 + c, 2288 + c]);
  }
  sector.set(bytes.subarray(2064), 2076);
}

/** A cue sheet of one track over a data file. */
export function cueSheet(file: string, mode = "MODE1/2352"): Uint8Array {
  return ascii(`FILE "${file}" BINARY\r\n  TRACK 01 ${mode}\r\n    INDEX 01 00:00:00\r\n`);
}
