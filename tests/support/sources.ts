// Byte sources for tests: one that counts, one that fails at the nth read, one larger than memory.

import { type ByteSource, MemorySource, SourceError } from "../../src/bytes/source.ts";

/** Counts the reads of another source and the bytes that they gave. */
export class CountingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  /** Reads so far. */
  reads = 0;
  /** Bytes given so far. */
  bytes = 0;
  /** Length of the largest read. */
  largest = 0;
  readonly #source: ByteSource;

  constructor(source: ByteSource | Uint8Array) {
    this.#source = source instanceof Uint8Array ? new MemorySource(source) : source;
    this.name = this.#source.name;
    this.size = this.#source.size;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const count = await this.#source.read(offset, into);
    this.reads++;
    this.bytes += count;
    this.largest = Math.max(this.largest, into.length);
    return count;
  }
}

/** Fails where told: at the nth read, or in stretches of the file. */
export class FailingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  /** Reads so far. */
  reads = 0;
  readonly #source: ByteSource;
  readonly #fails: (offset: number, length: number, read: number) => boolean;

  constructor(
    source: ByteSource | Uint8Array,
    fails: (offset: number, length: number, read: number) => boolean,
  ) {
    this.#source = source instanceof Uint8Array ? new MemorySource(source) : source;
    this.name = this.#source.name;
    this.size = this.#source.size;
    this.#fails = fails;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    if (this.#fails(offset, into.length, this.reads++)) {
      return Promise.reject(new SourceError(offset, into.length, "the test says so"));
    }
    return this.#source.read(offset, into);
  }
}

/** A source of which bytes `[start, end)` cannot be read. */
export function sourceWithBadBytes(
  source: ByteSource | Uint8Array,
  ...bad: readonly { readonly start: number; readonly end: number }[]
): FailingSource {
  return new FailingSource(
    source,
    (offset, length) => bad.some(({ start, end }) => offset < end && offset + length > start),
  );
}

/** A source of any size: the given parts, and zeros. */
export class SparseSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[];

  constructor(
    size: number,
    parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[],
    name = "sparse.iso",
  ) {
    this.size = size;
    this.name = name;
    this.#parts = parts;
  }

  readSync(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    const window = into.subarray(0, length);
    window.fill(0);
    for (const part of this.#parts) {
      const from = Math.max(offset, part.offset);
      const to = Math.min(offset + length, part.offset + part.bytes.length);
      if (to <= from) continue;
      window.set(part.bytes.subarray(from - part.offset, to - part.offset), from - offset);
    }
    return length;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    return Promise.resolve(this.readSync(offset, into));
  }
}
