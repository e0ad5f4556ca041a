// CRC-16 of ECMA-167 7.2.6 by its definition: a 16-bit shift register, one bit at a time.

/** CRC-16 of `bytes`: generator x^16 + x^12 + x^5 + 1, most significant bit first, from `value` on. */
export function crc16(bytes: Uint8Array, value = 0): number {
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = (value >>> 15) ^ ((byte >> bit) & 1);
      value = ((value << 1) & 0xffff) ^ (feedback === 1 ? 0x1021 : 0);
    }
  }
  return value;
}
