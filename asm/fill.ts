// What fills each sector: one byte, a short period, the marker of a rescue tool, or data.

import { firstDifference } from "./difference_sectors";
import { isFilled as filledByWords } from "./fill_words";
import { isFilled as filledByVectors } from "./fill_simd";
import { first_nonzero as nonzeroByWords } from "./nonzero";
import { first_nonzero as nonzeroByVectors } from "./nonzero_simd";

/** Classes of sectors; the marker of index `i` is class MARKER + i. */
const DATA: u32 = 0;
const ZERO: u32 = 1;
const BYTE: u32 = 2;
const WORD: u32 = 3;
const PERIOD: u32 = 4;
const MARKER: u32 = 5;

/** Longest period that is looked for, in bytes. */
const LONGEST: usize = 16;
/** A marker: u32 length (4 to 48), u32 not 0 where it is repeated to the end, from 16 on its bytes. */
const MARKER_SIZE: usize = 64;
const MARKER_BYTES: usize = 16;

/** Whether the sector has zeros only: most sectors that are filled, and the fastest to tell. */
function isZero(sector: usize, size: usize): bool {
  return (ASC_FEATURE_SIMD ? nonzeroByVectors(sector, size) : nonzeroByWords(sector, size)) == size;
}

/** Whether every byte of the sector equals the one `period` bytes before it. */
function hasPeriod(sector: usize, size: usize, period: usize): bool {
  if ((period & (period - 1)) == 0 && period <= 8) {
    const word = load<u64>(sector);
    if (word == 0) return isZero(sector, size);
    if (rotr(word, u64(period) << 3) != word) return false;
    return ASC_FEATURE_SIMD ? filledByVectors(sector, size, word) : filledByWords(sector, size, word);
  }
  // After the first bytes a multiple of the period serves, by which aligned vectors stay aligned.
  const stride = period << 4;
  const head = min(size - period, stride);
  if (firstDifference(sector, sector + period, head) != head) return false;
  if (size <= stride) return true;
  return firstDifference(sector, sector + stride, size - stride) == size - stride;
}

/** Whether the sector begins with a marker, or repeats it to the end. */
function isMarked(sector: usize, size: usize, marker: usize): bool {
  const length = usize(load<u32>(marker));
  if (length > size || memory.compare(sector, marker + MARKER_BYTES, length) != 0) return false;
  if (load<u32>(marker, 4) == 0) return true;
  return hasPeriod(sector, size, length);
}

/** One bit for each of the low 6 bits with which a marker begins: most sectors need no comparison. */
function markerHeads(markers: usize, count: u32): u64 {
  let heads: u64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    heads |= u64(1) << (load<u64>(markers + usize(index) * MARKER_SIZE, MARKER_BYTES) & 63);
  }
  return heads;
}

/** The class of the first marker that the sector bears, or DATA. */
function markerClass(sector: usize, size: usize, markers: usize, count: u32): u32 {
  const head = load<u32>(sector);
  for (let index: u32 = 0; index < count; index++) {
    const marker = markers + usize(index) * MARKER_SIZE;
    if (load<u32>(marker, MARKER_BYTES) == head && isMarked(sector, size, marker)) {
      return MARKER + index;
    }
  }
  return DATA;
}

/** The shortest period of the sector, or 0. */
function periodOf(sector: usize, size: usize): usize {
  const head = load<u32>(sector);
  for (let period: usize = 1; period <= LONGEST; period++) {
    if (load<u32>(sector + period) == head && hasPeriod(sector, size, period)) return period;
  }
  return 0;
}

/**
 * Classes of `count` sectors at `data + i * stride`, each of `size` bytes (32 or more), as bytes at
 * `classes`, and what fills them as u32 at `values`: the byte, the four bytes in order, the length of
 * another period, or 0. `markers` has `markerCount` markers (250 at most), which come before periods.
 */
export function classify_sectors(
  data: usize,
  stride: usize,
  size: usize,
  count: u32,
  markers: usize,
  markerCount: u32,
  classes: usize,
  values: usize,
): void {
  const heads = markerHeads(markers, markerCount);
  for (let index: u32 = 0; index < count; index++, data += stride) {
    let value: u32 = 0;
    let kind = DATA;
    if (((heads >> (load<u64>(data) & 63)) & 1) != 0) {
      kind = markerClass(data, size, markers, markerCount);
    }
    if (kind == DATA) {
      const period = periodOf(data, size);
      if (period == 1) {
        value = load<u8>(data);
        kind = value == 0 ? ZERO : BYTE;
      } else if (period == 2 || period == 4) {
        value = load<u32>(data);
        kind = WORD;
      } else if (period != 0) {
        value = u32(period);
        kind = PERIOD;
      }
    }
    store<u8>(classes + index, kind);
    store<u32>(values + (usize(index) << 2), value);
  }
}
