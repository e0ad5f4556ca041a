// Error correction that was added behind an image: what its header says.

import type { Span } from "../bytes/span.ts";

/** Neighbouring sectors that differ from the layer of checksums. */
export type FailedSectors = {
  readonly span: Span;
  /** CRC-32 of the first of them as the layer has it, and as it is. */
  readonly recorded?: number;
  readonly computed: number;
};

/** What the layer of checksums says of the sectors. */
export type CheckedSectors = {
  /** Sectors that it is over, and those that could be compared. */
  readonly sectors: number;
  readonly compared: number;
  /** The first runs that differ, and how many sectors do in all. */
  readonly failed: readonly FailedSectors[];
  readonly failedSectors: number;
  /** Where the layer is, if some of it is wrong itself; `mended`: with what was computed it holds. */
  readonly damaged?: { readonly span: Span; readonly mended: boolean };
};

/** Added error correction of dvdisaster. */
export type ErrorCorrection = {
  readonly method: "RS02" | "RS03";
  readonly header: Span;
  /** Whether the header holds its own checksum. */
  readonly holds: boolean;
  /** Sectors of the image that it is over. */
  readonly sectors: number;
  /** Bytes of data, and of parity, in each code word of 255. */
  readonly data: number;
  readonly parity: number;
  /** Sectors in a layer, of RS03. */
  readonly layer: number;
  /** Absent where there is nothing to compare with, or too much of it. */
  readonly checked?: CheckedSectors;
};
