// P and Q of raw sectors (ECMA-130:1996 14.5, 14.6 and annex A) and the word of check_sectors, by their
// definitions: shift registers, and code words as lists of places; no tables.

import { edc } from "./edc.ts";

/** `value` times x in GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1. */
function double(value: number): number {
  return value < 0x80 ? value * 2 : (value * 2) ^ 0x11d;
}

/** The places in bytes 12 to 2351 of each of the 86 P words, parity last. */
export const pWords: readonly (readonly number[])[] = Array.from(
  { length: 86 },
  (_, c) => Array.from({ length: 26 }, (_, k) => 86 * k + c),
);

/** The places in bytes 12 to 2351 of each of the 52 Q words, parity last. */
export const qWords: readonly (readonly number[])[] = Array.from({ length: 52 }, (_, c) => [
  ...Array.from({ length: 43 }, (_, k) => (86 * Math.floor(c / 2) + 88 * k) % 2236 + c % 2),
  2236 + c,
  2288 + c,
]);

/** Whether the bytes at `places` are divisible by (x - 1)(x - 2), the last byte having exponent 0. */
export function isCodeWord(bytes: Uint8Array, places: readonly number[]): boolean {
  let atOne = 0;
  let atTwo = 0;
  for (let k = 0; k < places.length; k++) {
    const byte = bytes[places[k] ?? 0] ?? 0;
    atOne ^= byte;
    atTwo = double(atTwo) ^ byte;
  }
  return atOne === 0 && atTwo === 0;
}

const sync = [0, ...Array<number>(10).fill(0xff), 0];

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

/** Bit 5 if a P word of bytes 12 to 2351 is wrong, bit 6 if a Q word is. */
function parity(coded: Uint8Array): number {
  const holds = (word: readonly number[]) => isCodeWord(coded, word);
  return (pWords.every(holds) ? 0 : 1 << 5) + (qWords.every(holds) ? 0 : 1 << 6);
}

function form1Parity(sector: Uint8Array): number {
  const real = sector.subarray(12);
  const zeroed = real.slice().fill(0, 0, 4);
  const result = parity(zeroed);
  return result !== 0 && parity(real) === 0 ? 1 << 10 : result;
}

function edcHolds(sector: Uint8Array, from: number, at: number): boolean {
  const stored = new DataView(sector.buffer, sector.byteOffset).getUint32(at, true);
  return edc(sector.subarray(from, at)) === stored;
}

function badAddress([minute = 0, second = 0, frame = 0]: Uint8Array): boolean {
  const decimal = (byte: number) => Math.floor(byte / 16) * 10 + byte % 16;
  const bcd = [minute, second, frame].every((byte) => byte % 16 <= 9 && byte < 0xa0);
  return !bcd || decimal(second) >= 60 || decimal(frame) >= 75;
}

/** The form of a Mode 2 sector: 1, 2, or 0 where nothing tells it. */
function formOf(sector: Uint8Array, copiesDiffer: boolean): number {
  if (!copiesDiffer) return ((sector[18] ?? 0) & 0x20) === 0 ? 1 : 2;
  if (edcHolds(sector, 16, 2072)) return 1;
  return edcHolds(sector, 16, 2348) ? 2 : 0;
}

function mode1(sector: Uint8Array): number {
  return 1 + (edcHolds(sector, 0, 2064) ? 0 : 1 << 4) + parity(sector.subarray(12)) +
    (isZero(sector.subarray(2064, 2068)) ? 1 << 7 : 0) +
    (isZero(sector.subarray(2068, 2076)) ? 0 : 1 << 8) +
    (isZero(sector.subarray(2076)) ? 1 << 9 : 0);
}

function mode2(sector: Uint8Array): number {
  const copiesDiffer = sector.subarray(16, 20).some((byte, at) => byte !== sector[at + 20]);
  const differ = copiesDiffer ? 1 << 11 : 0;
  const form = formOf(sector, copiesDiffer);
  if (form === 0) return 5 + differ;
  const at = form === 1 ? 2072 : 2348;
  const word = form + 1 + differ + (edcHolds(sector, 16, at) ? 0 : 1 << 4) +
    (isZero(sector.subarray(at, at + 4)) ? 1 << 7 : 0);
  if (form === 2) return word;
  return word + form1Parity(sector) + (isZero(sector.subarray(2076)) ? 1 << 9 : 0);
}

/** What check_sectors says of a raw sector of 2352 bytes. */
export function sectorWord(sector: Uint8Array): number {
  const right = sync.filter((byte, at) => sector[at] === byte).length;
  if (right < 9) return 0;
  const common = (right === 12 ? 0 : 1 << 3) + (badAddress(sector.subarray(12, 15)) ? 1 << 12 : 0);
  const mode = sector[15] ?? 0;
  if (mode >= 0x20) return common + 7;
  if (mode > 2) return common + 6;
  return common + (mode === 0 ? 4 : mode === 1 ? mode1(sector) : mode2(sector));
}
