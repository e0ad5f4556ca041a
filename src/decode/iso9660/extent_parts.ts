// Directory extents are read in parts, so that one of a million records needs no memory of its size.

import { SECTOR, type Span } from "../../bytes/span.ts";
import type { Context } from "./context.ts";

/** A part of a directory extent. */
export type ExtentPart = {
  /** Byte of the extent at which it begins. */
  readonly from: number;
  /** Bytes of the part itself; fewer than asked for where the image ends. */
  readonly length: number;
  /** These bytes and, where the extent goes on, those of the sector behind: records may reach into it. */
  readonly bytes: Uint8Array;
  /** What was read behind the last part. */
  readonly behind: Uint8Array;
  /** Bytes of them that the storage refused. */
  readonly unread: readonly Span[];
  readonly last: boolean;
};

/**
 * Reads `length` logical bytes from `start` in parts of `partBytes`, which are whole sectors, and with
 * the last one up to `behind` bytes more. There is one part at least.
 */
export async function* readExtent(
  read: Context["read"],
  { start, length, behind = 0 }: {
    readonly start: number;
    readonly length: number;
    readonly behind?: number;
  },
  partBytes: number,
): AsyncGenerator<ExtentPart> {
  for (let from = 0, last = false; !last; from += partBytes) {
    const wanted = Math.min(partBytes, length - from);
    const ends = from + wanted === length;
    const found = await read(start + from, wanted + (ends ? behind : SECTOR));
    last = ends || found.bytes.length < wanted;
    yield {
      from,
      length: Math.min(wanted, found.bytes.length),
      bytes: found.bytes.subarray(0, length - from),
      behind: found.bytes.subarray(length - from),
      unread: found.unread,
      last,
    };
  }
}
