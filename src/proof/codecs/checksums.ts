// Checksums of file formats that are no digests: Adler-32, CRC-64, the CRC of bzip2, XXH32 and XXH64.

const ADLER_MODULUS = 65521;
/** Bytes after which the sums must be reduced so that they stay below 2^32 (RFC 1950 9). */
const ADLER_RUN = 5552;

/** Adler-32 (RFC 1950 2.2), a piece at a time. */
export class Adler32 {
  #a = 1;
  #b = 0;

  /** Takes bytes. */
  update(bytes: Uint8Array): void {
    let a = this.#a;
    let b = this.#b;
    for (let start = 0; start < bytes.length; start += ADLER_RUN) {
      const end = Math.min(bytes.length, start + ADLER_RUN);
      for (let at = start; at < end; at++) {
        a += bytes[at] ?? 0;
        b += a;
      }
      a %= ADLER_MODULUS;
      b %= ADLER_MODULUS;
    }
    this.#a = a;
    this.#b = b;
  }

  /** The sum of the bytes taken so far, unsigned. */
  get value(): number {
    return this.#b * 65536 + this.#a;
  }
}

/** CRC-64 of ECMA-182, reflected, as xz has it; the two halves as unsigned numbers. */
export class Crc64 {
  #low = 0xffffffff;
  #high = 0xffffffff;

  /** Takes bytes. */
  update(bytes: Uint8Array): void {
    const { lows, highs } = crc64Tables();
    let low = this.#low;
    let high = this.#high;
    for (let at = 0; at < bytes.length; at++) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = (low >>> 8 | high << 24) ^ (lows[index] ?? 0);
      high = (high >>> 8) ^ (highs[index] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }

  /** Eight bytes, LSB first, as hexadecimal. */
  hex(): string {
    return hexLsb(~this.#low) + hexLsb(~this.#high);
  }
}

let crc64: { readonly lows: Int32Array; readonly highs: Int32Array } | undefined;

function crc64Tables(): { readonly lows: Int32Array; readonly highs: Int32Array } {
  if (crc64 !== undefined) return crc64;
  const lows = new Int32Array(256);
  const highs = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = low >>> 1 | high << 31;
      high >>>= 1;
      if (carry === 0) continue;
      low ^= 0xd7870f42;
      high ^= 0xc96c5795;
    }
    lows[byte] = low;
    highs[byte] = high;
  }
  return crc64 = { lows, highs };
}

function hexLsb(value: number): string {
  let text = "";
  for (let byte = 0; byte < 4; byte++) {
    text += (value >>> 8 * byte & 0xff).toString(16).padStart(2, "0");
  }
  return text;
}

let mostFirst: Int32Array | undefined;

/** Table of the CRC-32 with generator 04C11DB7h, most significant bit first. */
export function crc32MostFirstTable(): Int32Array {
  return mostFirst ??= Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte << 24;
    for (let bit = 0; bit < 8; bit++) value = value << 1 ^ (value < 0 ? 0x04c11db7 : 0);
    return value;
  });
}

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

function rotated(value: number, bits: number): number {
  return value << bits | value >>> 32 - bits;
}

/** XXH32 with seed 0, a piece at a time. */
export class Xxh32 {
  readonly #sums = Int32Array.of(P1 + P2, P2, 0, -P1);
  readonly #rest = new Uint8Array(16);
  #kept = 0;
  #bytes = 0;

  /** Takes bytes. */
  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#kept > 0) {
      at = Math.min(16 - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < 16) return;
      this.#stripes(this.#rest, 0, 16);
      this.#kept = 0;
    }
    const whole = at + Math.floor((bytes.length - at) / 16) * 16;
    this.#stripes(bytes, at, whole);
    this.#rest.set(bytes.subarray(whole));
    this.#kept = bytes.length - whole;
  }

  #stripes(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let [a = 0, b = 0, c = 0, d = 0] = this.#sums;
    for (let at = from; at < to; at += 16) {
      a = round32(a, view.getInt32(at, true));
      b = round32(b, view.getInt32(at + 4, true));
      c = round32(c, view.getInt32(at + 8, true));
      d = round32(d, view.getInt32(at + 12, true));
    }
    this.#sums.set([a, b, c, d]);
  }

  /** The hash of the bytes taken so far, unsigned. */
  get value(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#sums;
    let hash = this.#bytes < 16
      ? P5
      : rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18);
    hash = hash + this.#bytes | 0;
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 4 <= this.#kept; at += 4) {
      hash = hash + Math.imul(view.getInt32(at, true), P3) | 0;
      hash = Math.imul(rotated(hash, 17), P4);
    }
    for (; at < this.#kept; at++) {
      hash = hash + Math.imul(this.#rest[at] ?? 0, P5) | 0;
      hash = Math.imul(rotated(hash, 11), P1);
    }
    hash = Math.imul(hash ^ hash >>> 15, P2);
    hash = Math.imul(hash ^ hash >>> 13, P3);
    return (hash ^ hash >>> 16) >>> 0;
  }
}

function round32(sum: number, word: number): number {
  return Math.imul(rotated(sum + Math.imul(word, P2) | 0, 13), P1);
}
