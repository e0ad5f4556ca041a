// How often each byte value occurs, and the entropy of that (Shannon 1948).

import type { Kernels } from "./kernels.ts";

/** Counts of the 256 byte values over any number of stretches. */
export class ByteHistogram {
  readonly #kernels: Kernels;
  readonly #counts: BigUint64Array;

  /** Keeps 2 KiB of the room of `kernels` for good. */
  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    const { buffer, byteOffset } = kernels.take(256 * 8);
    this.#counts = new BigUint64Array(buffer, byteOffset, 256);
    this.clear();
  }

  /** Takes window bytes `[offset, offset + length)`. */
  add(offset: number, length: number): void {
    const address = this.#kernels.address(offset, length);
    this.#kernels.exports.histogram(address, length, this.#counts.byteOffset);
  }

  /** Occurrences of each byte value so far. */
  counts(): Float64Array {
    return Float64Array.from(this.#counts, Number);
  }

  /** Forgets what was counted. */
  clear(): void {
    this.#counts.fill(0n);
  }
}

/** Entropy in bits per byte, 0 to 8, of bytes that occur `counts` times; 0 where there are none. */
export function entropy(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / total) * Math.log2(count / total);
  }
  // Rounding may leave a little less than 0, or more than 8.
  return Math.min(8, Math.max(0, bits));
}
