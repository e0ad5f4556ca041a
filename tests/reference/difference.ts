// Which sectors of two runs of bytes differ, by looking at one byte after the other.

/** One boolean a sector of `size` bytes; the last sector may be shorter. */
export function differentSectors(a: Uint8Array, b: Uint8Array, size: number): boolean[] {
  const sectors: boolean[] = [];
  for (const [at, byte] of a.entries()) {
    const sector = Math.floor(at / size);
    sectors[sector] = (sectors[sector] ?? false) || byte !== b[at];
  }
  return sectors;
}
