// Where the bytes of a file section lie (ECMA-119:1987 6.4).

import type { Extent } from "../../model/tree.ts";
import type { RecordHead } from "./directory.ts";

/**
 * Extents of one file section in logical bytes, interleave and extended attribute record applied (6.4);
 * `limit` of them at most.
 */
export function sectionExtents(
  head: RecordHead,
  blockSize: number,
  logicalSize: number,
  limit: number,
): Extent[] {
  const { location, extendedLength, dataLength, unit, gap } = head;
  if (dataLength === 0) return [];
  if (unit === 0 || gap === 0) {
    return [{ start: (location + extendedLength) * blockSize, length: dataLength }];
  }
  const extents: Extent[] = [];
  // With an extended attribute record, that has the first file unit to itself (6.4.6).
  let block = location + (extendedLength > 0 ? unit + gap : 0);
  let left = dataLength;
  while (left > 0 && extents.length < limit) {
    const length = Math.min(left, unit * blockSize);
    const start = block * blockSize;
    // Past the end of the image one extent says as much as a million.
    const past = start >= logicalSize;
    extents.push({ start, length: past ? left : length });
    if (past) break;
    left -= length;
    block += unit + gap;
  }
  return extents;
}

/** Bytes of some extents. */
export function sumOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}
