// What fills a sector, by looking at one byte after the other.

/** Class and value of a sector, as asm/fill.ts gives them. */
export type Fill = { readonly sector: number; readonly value: number };

/** A marker as the kernel takes it. */
export type MarkerText = { readonly bytes: Uint8Array; readonly repeated: boolean };

function isMarked(sector: Uint8Array, { bytes, repeated }: MarkerText): boolean {
  const length = repeated ? sector.length : bytes.length;
  if (sector.length < bytes.length) return false;
  return sector.subarray(0, length).every((byte, at) => byte === bytes[at % bytes.length]);
}

function periodOf(sector: Uint8Array): number {
  for (let period = 1; period <= 16; period++) {
    if (sector.every((byte, at) => at < period || byte === sector[at - period])) return period;
  }
  return 0;
}

/** What fills `sector`, which has 32 bytes or more. */
export function fillOf(sector: Uint8Array, markers: readonly MarkerText[]): Fill {
  const marker = markers.findIndex((marker) => isMarked(sector, marker));
  if (marker >= 0) return { sector: 5 + marker, value: 0 };
  const first = sector[0] ?? 0;
  const period = periodOf(sector);
  if (period === 0) return { sector: 0, value: 0 };
  if (period === 1) return { sector: first === 0 ? 1 : 2, value: first };
  if (period !== 2 && period !== 4) return { sector: 4, value: period };
  const word = sector.subarray(0, 4).reduceRight((value, byte) => value * 256 + byte, 0);
  return { sector: 3, value: word };
}
