// Raw sectors, one after another, with byte tables.

import { checkSector } from "./sectors_one";

/**
 * Writes what each of `count` raw sectors at `data`, `data + stride`, … shows to `out`, one u32 each:
 * the kind, and bits for what is wrong (sectors_one.ts). Of a stride the first 2352 bytes count.
 */
export function check_sectors(data: usize, stride: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(out, checkSector(data));
    data += stride;
    out += 4;
  }
}
