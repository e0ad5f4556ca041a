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

/** Bytes of a window that tell whether it is worth counting, and how many of them must differ. */
const SAMPLE = { bytes: 64, distinct: 32 } as const;

/** Whether a window may be dense: of bytes spread over dense ones nearly all differ. */
export function mayBeDense(window: Uint8Array): boolean {
  const step = Math.max(1, Math.floor(window.length / SAMPLE.bytes));
  const seen = new Set<number>();
  for (let at = 0; at < window.length; at += step) seen.add(window[at] ?? 0);
  return seen.size >= SAMPLE.distinct;
}
