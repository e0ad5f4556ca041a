// Entropy of a window of bytes (Shannon 1948): dense ones are compressed, encrypted or noise.

import { entropy } from "../kernel/histogram.ts";

/** Bytes of a window by which density is judged. */
export const WINDOW = 64 * 1024;

/** Bits per byte from which on a window is dense. */
export const DENSE = 7.2;

/** Entropy of bytes in bits per byte; `counts` has 256 zeros and comes to how often each byte occurs. */
export function entropyOf(bytes: Uint8Array, counts = new Float64Array(256)): number {
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return entropy(counts);
}
