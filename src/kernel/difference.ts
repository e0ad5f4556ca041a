// Which sectors of two stretches differ, as a bitmap, and where in them.

import type { Kernels } from "./kernels.ts";

/** Index of the last difference of the `length` window bytes at `a` and at `b`, or `length`. */
export function lastDifferenceIn(kernels: Kernels, a: number, b: number, length: number): number {
  return kernels.exports.last_difference(
    kernels.address(a, length),
    kernels.address(b, length),
    length,
  );
}

/**
 * Compares the `length` window bytes at `a` and at `b` by sectors of `size` bytes, of which the last may
 * be shorter: bit `i % 8` of window byte `out + floor(i / 8)` says whether sector `i` differs, and bits
 * past the last sector are 0. Returns how many sectors differ.
 */
export function differenceBitmap(
  kernels: Kernels,
  { a, b, length, size, out }: {
    readonly a: number;
    readonly b: number;
    readonly length: number;
    readonly size: number;
    readonly out: number;
  },
): number {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`Cannot compare sectors of ${size} bytes: they have one at least`);
  }
  const addresses = [kernels.address(a, length), kernels.address(b, length)] as const;
  const bytes = Math.ceil(Math.ceil(length / size) / 8);
  return kernels.exports.difference_bitmap(...addresses, length, size, kernels.address(out, bytes));
}
