// Apple partition maps as they were found: the spacing of their entries is not always what is announced.

import type { Span } from "../bytes/span.ts";

/** One Apple partition map (Inside Macintosh: Devices). */
export type AppleMap = {
  /** Bytes from one entry to the next, 512 or 2048: the unit of its numbers, but for a few writers. */
  readonly blockSize: number;
  /** Entries, as the first one says. */
  readonly announced: number;
  /** The entries found, in order; their structures lie there. */
  readonly entries: readonly Span[];
  /** Where an announced entry should be and is none. */
  readonly missing?: Span;
};
