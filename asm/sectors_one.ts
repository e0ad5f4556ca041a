// One raw sector (ECMA-130:1996 14, CD-ROM XA): its kind, EDC, and P and Q parity, with byte tables.
// What check_sectors reports is one word a sector; its bits are named here and in src/kernel/sectors.ts.

import { edcBytes } from "./edc";
import { SCRATCH } from "./layout";

/** Bytes of a raw sector. */
export const RAW: usize = 2352;

export const NO_SYNC: u32 = 0;
export const MODE_1: u32 = 1;
export const FORM_1: u32 = 2;
export const FORM_2: u32 = 3;
export const MODE_0: u32 = 4;
export const FORMLESS: u32 = 5;
export const NO_MODE: u32 = 6;
export const BLOCK_INDICATOR: u32 = 7;
export const KIND: u32 = 7;

export const SYNC_DAMAGED: u32 = 1 << 3;
export const EDC_WRONG: u32 = 1 << 4;
export const P_WRONG: u32 = 1 << 5;
export const Q_WRONG: u32 = 1 << 6;
export const EDC_ZERO: u32 = 1 << 7;
export const FIELD_NOT_ZERO: u32 = 1 << 8;
export const PARITY_ZERO: u32 = 1 << 9;
export const HEADER_IN_PARITY: u32 = 1 << 10;
export const COPIES_DIFFER: u32 = 1 << 11;
export const ADDRESS_INVALID: u32 = 1 << 12;

/** Where the code words begin, and their sizes (ECMA-130:1996 14.5, 14.6). */
export const CODED: usize = 12;
export const CODED_SIZE: usize = 2340;
const P_SPAN: usize = 2064 + 172;
export const EDC_MODE_1: usize = 2064;
export const EDC_FORM_1: usize = 2072;
export const EDC_FORM_2: usize = 2348;
const P_AT: usize = 2076;

// Products with 2 in GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1 (ECMA-130:1996 annex A).
const DOUBLE = memory.data(256, 16);

function fillDouble(): void {
  for (let i: u32 = 0; i < 256; i++) store<u8>(DOUBLE + i, (i << 1) ^ ((i >> 7) * 0x11d));
}
fillDouble();

/** Bytes of scratch that are used here, from its start. */
export const ONE_SIZE: usize = 2368;

/** Whether a byte has a nibble above 9. */
// @ts-ignore: decorator
@inline
function notDecimal(bytes: u32): bool {
  return ((bytes + 0x666666) ^ bytes ^ 0x666666) & 0x1111110 ? true : false;
}

/** Whether the three bytes at 12 are no address: BCD, second below 60, frame below 75. */
function badAddress(sector: usize): bool {
  const bytes = load<u32>(sector, CODED) & 0xffffff;
  return notDecimal(bytes) || ((bytes >> 8) & 0xff) >= 0x60 || (bytes >> 16) >= 0x75;
}

/** Count of the twelve sync bytes that are right. */
function syncBytes(sector: usize): i32 {
  if (load<u64>(sector) == 0xffffffffffffff00 && load<u32>(sector, 8) == 0x00ffffff) return 12;
  let right = i32(load<u8>(sector) == 0) + i32(load<u8>(sector, 11) == 0);
  for (let at: usize = 1; at < 11; at++) right += i32(load<u8>(sector + at) == 0xff);
  return right;
}

/**
 * The kind and what needs no code word: sync, address, copies of the sub-header. Where the copies
 * differ the kind is FORMLESS, for the EDC to decide.
 */
export function describe(sector: usize): u32 {
  const right = syncBytes(sector);
  if (right < 9) return NO_SYNC;
  let result = right == 12 ? 0 : SYNC_DAMAGED;
  if (badAddress(sector)) result |= ADDRESS_INVALID;
  const mode = u32(load<u8>(sector, 15));
  if (mode >> 5) return result | BLOCK_INDICATOR;
  if (mode > 2) return result | NO_MODE;
  if (mode == 0) return result | MODE_0;
  if (mode == 1) return result | MODE_1;
  if (load<u32>(sector, 16) != load<u32>(sector, 20)) return result | COPIES_DIFFER | FORMLESS;
  return result | (load<u8>(sector, 18) & 0x20 ? FORM_2 : FORM_1);
}

/** What the fields say that a sector of `kind` keeps for its codes: whether they were filled at all. */
export function describeFields(sector: usize, kind: u32): u32 {
  if (kind == FORM_2) return load<u32>(sector, EDC_FORM_2) == 0 ? EDC_ZERO : 0;
  const code = sector + (kind == MODE_1 ? EDC_MODE_1 : EDC_FORM_1);
  let result = load<u32>(code) == 0 ? EDC_ZERO : 0;
  if (kind == MODE_1 && load<u64>(sector, EDC_MODE_1 + 4) != 0) result |= FIELD_NOT_ZERO;
  let at = sector + P_AT;
  const end = sector + RAW;
  while (at < end && load<u32>(at) == 0) at += 4;
  return at == end ? result | PARITY_ZERO : result;
}

/** Whether the EDC that a sector of `kind` would have holds. */
// @ts-ignore: decorator
@inline
function edcHolds(sector: usize, kind: u32): bool {
  const from: usize = kind == MODE_1 ? 0 : 16;
  const at = kind == MODE_1 ? EDC_MODE_1 : kind == FORM_1 ? EDC_FORM_1 : EDC_FORM_2;
  return edcBytes(0, sector + from, at - from) == load<u32>(sector + at);
}

/** Whether the code word at `at`, `at + step`, … of `count` bytes and the parity `p`, `q` is wrong. */
// @ts-ignore: decorator
@inline
function wordWrong(coded: usize, at: usize, step: usize, count: i32, p: u32, q: u32): bool {
  let sum: u32 = 0;
  let weighted: u32 = 0;
  for (let k = 0; k < count; k++) {
    const byte = u32(load<u8>(coded + at));
    at += step;
    if (at >= P_SPAN) at -= P_SPAN;
    sum ^= byte;
    weighted = u32(load<u8>(DOUBLE + weighted)) ^ byte;
  }
  weighted = u32(load<u8>(DOUBLE + weighted)) ^ p;
  weighted = u32(load<u8>(DOUBLE + weighted)) ^ q;
  return (weighted | (sum ^ p ^ q)) != 0;
}

/** P_WRONG where some P word of the 2340 bytes at `coded` is no code word, and Q_WRONG alike. */
export function parity(coded: usize): u32 {
  let result: u32 = 0;
  for (let c: usize = 0; c < 86 && result == 0; c++) {
    const p = load<u8>(coded + c, 2064);
    if (wordWrong(coded, c, 86, 24, p, load<u8>(coded + c, 2064 + 86))) result = P_WRONG;
  }
  for (let c: usize = 0; c < 52; c++) {
    const p = load<u8>(coded + c, 2236);
    if (wordWrong(coded, (c >> 1) * 86 + (c & 1), 88, 43, p, load<u8>(coded + c, 2288))) {
      return result | Q_WRONG;
    }
  }
  return result;
}

/** Parity of a form 1 sector, which counts its header as zero; some were mastered with the real one. */
export function parityForm1(sector: usize): u32 {
  memory.copy(SCRATCH, sector + CODED, CODED_SIZE);
  store<u32>(SCRATCH, 0);
  const result = parity(SCRATCH);
  return result != 0 && parity(sector + CODED) == 0 ? HEADER_IN_PARITY : result;
}

/** The word of one sector. */
export function checkSector(sector: usize): u32 {
  let result = describe(sector);
  let kind = result & KIND;
  let holds = false;
  if (kind == FORMLESS) {
    if (edcHolds(sector, FORM_1)) kind = FORM_1;
    else if (edcHolds(sector, FORM_2)) kind = FORM_2;
    else return result;
    holds = true;
    result = (result & ~KIND) | kind;
  }
  if (kind == NO_SYNC || kind > FORM_2) return result;
  result |= describeFields(sector, kind);
  if (!holds && !edcHolds(sector, kind)) result |= EDC_WRONG;
  if (kind == MODE_1) return result | parity(sector + CODED);
  return kind == FORM_1 ? result | parityForm1(sector) : result;
}
