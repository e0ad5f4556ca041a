// The EDC field of ECMA-130:1996 14.3 by its definition: a 32-bit shift register, bit by bit.

import { register, reversed } from "./shift_register.ts";

/** Product of two polynomials over GF(2); bit i is the coefficient of x^i. */
function product(a: bigint, b: bigint): bigint {
  let result = 0n;
  for (let bit = 0n; b >> bit > 0n; bit++) {
    if ((b >> bit) & 1n) result ^= a << bit;
  }
  return result;
}

/** (x^16 + x^15 + x^2 + 1)(x^16 + x^2 + x + 1), without x^32. */
const generator = Number(BigInt.asUintN(32, product(0x18005n, 0x10007n)));

/** EDC of `bytes`; unsigned 32-bit, stored least significant byte first. */
export function edc(bytes: Uint8Array): number {
  return reversed(register(bytes, generator, 0));
}
