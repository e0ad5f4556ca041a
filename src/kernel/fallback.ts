// What serves where WebAssembly does not: @noble/hashes for the digests, byte tables for the CRCs.

import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Algorithm } from "./kernels.ts";

/** A stream under way in plain JavaScript. */
export type FallbackStream = {
  /** Takes bytes. */
  update(bytes: Uint8Array): unknown;
  /** The digest; the stream is used up. */
  digest(): Uint8Array;
  /** A second stream that has taken the same bytes. */
  clone(): FallbackStream;
};

function makeTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? polynomial : 0);
    return value;
  });
}

function remainder(table: Uint32Array, value: number, bytes: Uint8Array): number {
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return value >>> 0;
}

let crc32Table: Uint32Array | undefined;
let edcTable: Uint32Array | undefined;

/** EDC of ECMA-130:1996 over `bytes`, continuing `value`; unsigned 32-bit. */
export function fallbackEdc(bytes: Uint8Array, value: number): number {
  edcTable ??= makeTable(0xd8018001);
  return remainder(edcTable, value, bytes);
}

function crc32(value = 0xffffffff): FallbackStream {
  const table = crc32Table ??= makeTable(0xedb88320);
  return {
    update: (bytes) => value = remainder(table, value, bytes),
    digest() {
      const digest = new Uint8Array(4);
      new DataView(digest.buffer).setUint32(0, ~value);
      return digest;
    },
    clone: () => crc32(value),
  };
}

/** Begins a stream of each algorithm. */
export const fallbackStreams: Readonly<Record<Algorithm, () => FallbackStream>> = {
  md5: () => md5.create(),
  sha1: () => sha1.create(),
  sha256: () => sha256.create(),
  sha512: () => sha512.create(),
  blake3: () => blake3.create(),
  crc32: () => crc32(),
};
