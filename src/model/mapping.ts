// How logical sectors lie in the opened file. `disc/mapping.ts` makes it; the Image carries it.

import type { Span } from "../bytes/span.ts";

/** The place of every logical sector in the file. */
export interface SectorMapping {
  /** Bytes from one sector to the next in the file: 2048, or 2352 for raw sectors. */
  readonly stride: number;
  /** Bytes in the file before the user data of a sector. */
  readonly dataOffset: number;
  /** Bytes of the file. */
  readonly fileSize: number;
  /** First logical byte that the file holds: above 0 where the file begins later on the disc. */
  readonly logicalStart: number;
  /** The logical byte after the last that the file holds; the last sector may be cut. */
  readonly logicalSize: number;
  /** Where in the file the logical byte `at` stands, also past the end. */
  fileOffset(at: number): number;
  /**
   * Where in the file the region that begins with logical byte `at` begins: a sector's sync and header
   * belong to its first byte, its codes to its last. Never below 0 or above the file size.
   */
  boundary(at: number): number;
  /** The logical byte at a file offset; the nearest user data for bytes of sync, header and codes. */
  logicalOffset(fileOffset: number): number;
  /** The file spans, one a run of contiguous bytes, that hold a logical span. */
  fileSpans(span: Span): Iterable<Span>;
}
