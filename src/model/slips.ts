// Points from which on an image is shifted: bytes were lost or inserted there. Rules judge these facts.

/** A point behind which everything stands `bytes` further on than before it. */
export type Slip = {
  /** Bytes of the file: the last structure in its place ends at `start`, the first one off begins at `end`. */
  readonly start: number;
  readonly end: number;
  /** Above 0 where bytes were inserted, below where they are missing. */
  readonly bytes: number;
  /** What says so: addresses in the headers of raw sectors, or directories by their own records. */
  readonly by: "headers" | "directories";
  /** How many of them were found in their place before it, and off it behind. */
  readonly before: number;
  readonly behind: number;
};
