// What is decoded goes nowhere but into its checksums.

import { type Algorithm, createDigest, type Digest } from "../../kernel/digest.ts";

/** Counts content and computes one digest of it. */
export class Content {
  bytes = 0;
  readonly #digest: Digest;
  /** Takes content; to be handed to a decoder. */
  readonly take = (part: Uint8Array): void => {
    this.bytes += part.length;
    this.#digest.update(part);
  };

  /** Begins. */
  constructor(algorithm: Algorithm) {
    this.#digest = createDigest(algorithm);
  }

  /** The digest, in lower-case hexadecimal. */
  hex(): string {
    return this.#digest.hex();
  }
}

/** CRC-32 of bytes, in lower-case hexadecimal, MSB first. */
export function crc32Hex(...parts: readonly Uint8Array[]): string {
  const digest = createDigest("crc32", {
    bytes: parts.reduce((sum, { length }) => sum + length, 0),
  });
  for (const part of parts) digest.update(part);
  return digest.hex();
}

/** A recorded 32-bit number as checksums are shown. */
export function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** A number of 2, 4 or 8 bytes, LSB first. */
export function le(bytes: Uint8Array, at: number, size: 1 | 2 | 4 | 8): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

/** A number of 2, 4 or 8 bytes, MSB first. */
export function be(bytes: Uint8Array, at: number, size: 1 | 2 | 4 | 8): number {
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

/** Whether bytes begin so, from `at` on. */
export function begins(bytes: Uint8Array, magic: readonly number[], at = 0): boolean {
  return at + magic.length <= bytes.length &&
    magic.every((byte, index) => bytes[at + index] === byte);
}
