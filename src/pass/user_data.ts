// The user data of raw sectors, gathered from a piece of the file so that streams of files can take them.

import { SECTOR } from "../bytes/span.ts";
import type { SectorMapping } from "../model/mapping.ts";

/** Gathers user data of one mapping. */
export class UserData {
  readonly #mapping: SectorMapping;

  constructor(mapping: SectorMapping) {
    this.#mapping = mapping;
  }

  /**
   * Copies the user data of a piece, which begins at a sector or before the first one, to `into`; gives
   * the logical bytes that they are. A sector that the image's end cuts gives what there is of it.
   */
  gather(
    offset: number,
    bytes: Uint8Array,
    into: Uint8Array,
  ): { readonly start: number; readonly end: number } {
    const mapping = this.#mapping;
    const first = Math.max(
      mapping.logicalStart / SECTOR,
      Math.floor(mapping.logicalOffset(offset) / SECTOR),
    );
    const start = first * SECTOR;
    let filled = 0;
    for (
      let from = mapping.fileOffset(start) - offset;
      from < bytes.length;
      from += mapping.stride
    ) {
      const part = bytes.subarray(Math.max(0, from), from + SECTOR);
      into.set(part, filled);
      filled += part.length;
    }
    return { start, end: start + filled };
  }
}
