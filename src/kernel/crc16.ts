// CRC-16 with generator x^16 + x^12 + x^5 + 1: of UDF descriptor tags (ECMA-167 7.2.6) as it is, of the
// Q sub-channel (ECMA-130 22.3) and CD-TEXT complemented.

import type { Kernels } from "./kernels.ts";

/** CRC-16 of window bytes `[offset, offset + length)`, continuing `value`; unsigned 16-bit. */
export function crc16(kernels: Kernels, offset: number, length: number, value = 0): number {
  return kernels.exports.crc16(value & 0xffff, kernels.address(offset, length), length);
}
