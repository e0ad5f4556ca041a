// Pieces of the file as those who look on see them: what could not be read apart, and whole logical sectors.

import { SECTOR, type Span } from "../bytes/span.ts";
import type { SectorMapping } from "../model/mapping.ts";

/** Hands the bytes of a piece on in order, the unreadable stretches apart. */
export function* stretches(
  at: number,
  bytes: Uint8Array,
  unread: readonly Span[],
): Generator<{ readonly at: number; readonly bytes: Uint8Array; readonly unread: boolean }> {
  let done = 0;
  for (const { start, length } of unread) {
    const from = Math.max(done, start - at);
    if (from > done) yield { at: at + done, bytes: bytes.subarray(done, from), unread: false };
    done = Math.min(bytes.length, from + length);
    yield { at: at + from, bytes: bytes.subarray(from, done), unread: true };
  }
  if (done < bytes.length) yield { at: at + done, bytes: bytes.subarray(done), unread: false };
}

/** Whole sectors in a stretch of the file: their user data are `mapping.stride` bytes apart. */
export type SectorRun = {
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
  /** Index in the stretch of the first byte of user data. */
  readonly at: number;
};

/** The sectors whose user data lie whole in `length` bytes of the file from `offset` on. */
export function wholeSectors(mapping: SectorMapping, offset: number, length: number): SectorRun {
  const { stride } = mapping;
  const origin = mapping.fileOffset(0);
  const first = Math.max(mapping.logicalStart / SECTOR, Math.ceil((offset - origin) / stride));
  const at = origin + first * stride - offset;
  const count = Math.max(0, Math.floor((length - at - SECTOR) / stride) + 1);
  return { first, count, at };
}
