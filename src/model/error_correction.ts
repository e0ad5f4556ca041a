// Error correction that was added behind an image: what its header says.

import type { Span } from "../bytes/span.ts";

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
};
