// Scans of bytes in plain arrays: runs of zero, differences, and the EDC of CD sectors.

import { fallbackEdc } from "./fallback.ts";
import { type Kernels, sharedKernels } from "./kernels.ts";

/** Most scans end at once or go on for long, so little is copied at first and then more. */
const FIRST_PIECE = 256;
const PIECE = 128 * 1024;

/** Index of the first byte that is not 0, or -1. */
export function firstNonZero(bytes: Uint8Array): number {
  const kernels = sharedKernels();
  if (!kernels) return bytes.findIndex((byte) => byte !== 0);
  let size = FIRST_PIECE;
  for (let start = 0; start < bytes.length; start += size, size = PIECE) {
    const piece = bytes.subarray(start, start + size);
    kernels.window.set(piece);
    const index = kernels.firstNonZero(0, piece.length);
    if (index < piece.length) return start + index;
  }
  return -1;
}

/** Index of the last byte that is not 0, or -1. */
export function lastNonZero(bytes: Uint8Array): number {
  const kernels = sharedKernels();
  if (!kernels) return bytes.findLastIndex((byte) => byte !== 0);
  let size = FIRST_PIECE;
  for (let end = bytes.length; end > 0; end -= size, size = PIECE) {
    const start = Math.max(0, end - size);
    const piece = bytes.subarray(start, end);
    kernels.window.set(piece);
    const index = kernels.lastNonZero(0, piece.length);
    if (index < piece.length) return start + index;
  }
  return -1;
}

/** Index of the first byte in which `a` and `b` differ, or -1; the longer one's rest is ignored. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  const kernels = sharedKernels();
  if (!kernels) return a.findIndex((byte, at) => at < length && byte !== b[at]);
  const index = scanPair(kernels, a, b, length, "firstDifference");
  return index === length ? -1 : index;
}

/** Count of bytes, from the start, in each of which `a` and `b` differ. */
export function differenceRun(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  const kernels = sharedKernels();
  if (kernels) return scanPair(kernels, a, b, length, "differenceRun");
  const index = a.findIndex((byte, at) => at < length && byte === b[at]);
  return index < 0 ? length : index;
}

/** EDC of ECMA-130:1996 over `bytes`, continuing `value`; unsigned 32-bit, stored LSB first. */
export function sectorEdc(bytes: Uint8Array, value = 0): number {
  const kernels = sharedKernels();
  if (!kernels) return fallbackEdc(bytes, value);
  for (let start = 0; start < bytes.length; start += PIECE) {
    const piece = bytes.subarray(start, start + PIECE);
    kernels.window.set(piece);
    value = kernels.edc(0, piece.length, value);
  }
  return value;
}

/** Where `scan` stops in the first `length` bytes of `a` and `b`, or `length`. */
function scanPair(
  kernels: Kernels,
  a: Uint8Array,
  b: Uint8Array,
  length: number,
  scan: "firstDifference" | "differenceRun",
): number {
  let size = FIRST_PIECE;
  for (let start = 0; start < length; start += size, size = PIECE) {
    const end = Math.min(length, start + size);
    kernels.window.set(a.subarray(start, end));
    kernels.window.set(b.subarray(start, end), PIECE);
    const index = kernels[scan](0, PIECE, end - start);
    if (index < end - start) return start + index;
  }
  return length;
}
