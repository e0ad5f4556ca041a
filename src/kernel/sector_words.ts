// The words of raw CD sectors (see sectors.ts), from the kernels or, without WebAssembly, from tables.

import { fallbackEdc } from "./fallback.ts";
import { sharedKernels } from "./kernels.ts";
import { checkSectors, rawSectorSize, sectorBits, sectorKinds } from "./sectors.ts";

/** Bytes that are copied into the window at a time: they should stay in the processor's cache. */
const PIECE = 128 * 1024;

/** One word for each raw sector that is whole in `bytes`: at 0, `stride`, and so on. */
export function sectorWords(bytes: Uint8Array, stride: number): Uint32Array {
  const count = Math.max(0, Math.floor((bytes.length - rawSectorSize) / stride) + 1);
  const words = new Uint32Array(count);
  const kernels = sharedKernels();
  if (kernels === undefined) {
    for (let index = 0; index < count; index++) {
      const at = index * stride;
      words[index] = fallbackWord(bytes.subarray(at, at + rawSectorSize));
    }
    return words;
  }
  const some = Math.max(1, Math.floor(PIECE / stride));
  for (let index = 0; index < count; index += some) {
    const sectors = Math.min(some, count - index);
    const start = index * stride;
    kernels.window.set(bytes.subarray(start, start + (sectors - 1) * stride + rawSectorSize));
    checkSectors(kernels, 0, stride, sectors, words.subarray(index, index + sectors));
  }
  return words;
}

const { noSync, mode1, form1, form2, mode0, formless, unknownMode, blockIndicator } = sectorKinds;

/** The word of one raw sector, in plain JavaScript. */
export function fallbackWord(sector: Uint8Array): number {
  const matches = syncMatches(sector);
  if (matches < 9) return noSync;
  const bits = (matches === 12 ? 0 : sectorBits.syncDamaged) |
    (isAddress(sector) ? 0 : sectorBits.addressInvalid);
  const mode = sector[15] ?? 0;
  if (mode > 0x1f) return bits | blockIndicator;
  if (mode > 2) return bits | unknownMode;
  if (mode === 0) return bits | mode0;
  return bits | (mode === 1 ? mode1Word(sector) : mode2Word(sector));
}

function syncMatches(sector: Uint8Array): number {
  let matches = 0;
  for (let at = 0; at < 12; at++) {
    if (sector[at] === (at === 0 || at === 11 ? 0 : 0xff)) matches++;
  }
  return matches;
}

function isAddress(sector: Uint8Array): boolean {
  const [minute = 0, second = 0, frame = 0] = sector.subarray(12, 15);
  return [minute, second, frame].every((byte) => byte % 16 <= 9) && minute < 0xa0 &&
    second < 0x60 && frame < 0x75;
}

function mode1Word(sector: Uint8Array): number {
  const field = sector.subarray(2068, 2076).some((byte) => byte !== 0);
  return mode1 | edcBits(sector, 0, 2064) | (field ? sectorBits.fieldNotZero : 0) |
    parityBits(sector, false);
}

function mode2Word(sector: Uint8Array): number {
  let differ = 0;
  for (let at = 16; at < 20; at++) {
    if (sector[at] !== sector[at + 4]) differ = sectorBits.copiesDiffer;
  }
  const first = edcBits(sector, 16, 2072);
  const second = edcBits(sector, 16, 2348);
  const isSecond = differ === 0
    ? ((sector[18] ?? 0) & 0x20) !== 0
    : (first & sectorBits.edcWrong) !== 0;
  if (differ !== 0 && (first & second & sectorBits.edcWrong) !== 0) return formless | differ;
  if (isSecond) return form2 | differ | second;
  const zeroed = parityBits(sector, true);
  const wrong = sectorBits.pWrong | sectorBits.qWrong;
  const withHeader = (zeroed & wrong) === 0 || (parityBits(sector, false) & wrong) !== 0
    ? zeroed
    : (zeroed & ~wrong) | sectorBits.headerInParity;
  return form1 | differ | first | withHeader;
}

function edcBits(sector: Uint8Array, from: number, at: number): number {
  const field = sector.subarray(at, at + 4);
  const recorded = new DataView(field.buffer, field.byteOffset, 4).getUint32(0, true);
  const holds = fallbackEdc(sector.subarray(from, at), 0) === recorded;
  return (holds ? 0 : sectorBits.edcWrong) | (recorded === 0 ? sectorBits.edcZero : 0);
}

// Multiplication by 2 in GF(2^8) with x^8+x^4+x^3+x^2+1 (ECMA-130:1996 annex A).
const doubled = Uint8Array.from(
  { length: 256 },
  (_, value) => value < 128 ? value * 2 : (value * 2) ^ 0x11d,
);

function parityBits(sector: Uint8Array, headerAsZero: boolean): number {
  const bytes = sector.slice(12);
  if (headerAsZero) bytes.fill(0, 0, 4);
  let bits = bytes.subarray(2064).some((byte) => byte !== 0) ? 0 : sectorBits.parityZero;
  for (let word = 0; word < 86; word++) {
    const holds = isCodeWord(bytes, 26, (k) => 86 * k + word);
    if (!holds) bits |= sectorBits.pWrong;
  }
  for (let word = 0; word < 52; word++) {
    const start = 86 * Math.floor(word / 2);
    const holds = isCodeWord(
      bytes,
      45,
      (k) => k < 43 ? (start + 88 * k) % 2236 + word % 2 : 2236 + 52 * (k - 43) + word,
    );
    if (!holds) bits |= sectorBits.qWrong;
  }
  return bits;
}

// Both syndromes, at 1 and at 2, are zero.
function isCodeWord(bytes: Uint8Array, length: number, place: (k: number) => number): boolean {
  let sum = 0;
  let weighted = 0;
  for (let k = 0; k < length; k++) {
    const value = bytes[place(k)] ?? 0;
    sum ^= value;
    weighted = (doubled[weighted] ?? 0) ^ value;
  }
  return sum === 0 && weighted === 0;
}
