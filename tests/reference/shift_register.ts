// The shift register behind both CRCs of this project, written as the standards draw it.

/** Divides `bytes`, least significant bit of each first, by x^32 + `generator`. */
export function register(bytes: Uint8Array, generator: number, initial: number): number {
  let value = initial;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const feedback = (value >>> 31) ^ ((byte >> bit) & 1);
      value = (value << 1) ^ (feedback === 1 ? generator : 0);
    }
  }
  return value >>> 0;
}

/** The 32 bits of `value` in the opposite order. */
export function reversed(value: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) result = (result << 1) | ((value >>> bit) & 1);
  return result >>> 0;
}
