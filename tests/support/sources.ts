// Byte sources for tests: one that counts, one that fails, one that is 128 GiB long and mostly zeros.

import { type ByteSource, MemorySource, SourceError } from "../../src/bytes/source.ts";

/** Counts the reads of another source, and the bytes that they asked for. */
export class CountingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  reads = 0;
  bytes = 0;
  readonly #inner: ByteSource;

  constructor(inner: ByteSource) {
    this.#inner = inner;
    this.name = inner.name;
    this.size = inner.size;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    this.reads++;
    this.bytes += into.length;
    return this.#inner.read(offset, into);
  }
}

/** Which reads fail. */
export type Failure = (read: { number: number; offset: number; length: number }) => boolean;

/** Bytes whose storage refuses the reads that `fails` picks; reads count from 1. */
export class FailingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  reads = 0;
  readonly #inner: MemorySource;
  readonly #fails: Failure;

  constructor(bytes: Uint8Array, fails: Failure, name = "failing.iso") {
    this.#inner = new MemorySource(bytes, name);
    this.#fails = fails;
    this.name = name;
    this.size = bytes.length;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    this.reads++;
    const length = into.length;
    if (this.#fails({ number: this.reads, offset, length })) {
      return Promise.reject(new SourceError(offset, length, "the test says so"));
    }
    return this.#inner.read(offset, into);
  }
}

/** A storage with bad bytes `[start, start + length)`: every read that touches them fails. */
export function badRange(
  bytes: Uint8Array,
  start: number,
  length: number,
  name?: string,
): FailingSource {
  const fails: Failure = (read) =>
    read.offset < start + length && read.offset + read.length > start;
  return new FailingSource(bytes, fails, name);
}

/** Zeros of any length with some bytes in them; holds only those bytes. */
export class SparseSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #parts: readonly { readonly at: number; readonly bytes: Uint8Array }[];

  constructor(
    size: number,
    parts: readonly { readonly at: number; readonly bytes: Uint8Array }[],
    name = "sparse.iso",
  ) {
    this.size = size;
    this.#parts = parts;
    this.name = name;
  }

  readSync(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    into.fill(0, 0, length);
    for (const { at, bytes } of this.#parts) {
      const from = Math.max(at, offset);
      const to = Math.min(at + bytes.length, offset + length);
      if (from < to) into.set(bytes.subarray(from - at, to - at), from - offset);
    }
    return length;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    return Promise.resolve(this.readSync(offset, into));
  }
}

/** The size of the largest sparse image that tests use. */
export const HUGE: number = 128 * 2 ** 30;
