// CRC-32 of ISO-HDLC, gzip and zlib by its definition: a 32-bit shift register, one bit at a time.

import { register, reversed } from "./shift_register.ts";

/** CRC-32 of `bytes`: generator 0x04C11DB7, all ones at first, complemented; unsigned 32-bit. */
export function crc32(bytes: Uint8Array): number {
  return ~reversed(register(bytes, 0x04c11db7, 0xffffffff)) >>> 0;
}
