// Where bytes come from: a source is a size and positioned reads, whatever stands behind it.

/** Bytes that can be read at any position: a file, memory, a browser's Blob. */
export interface ByteSource {
  /** What the user calls it: a path or a file name. */
  readonly name: string;
  /** Bytes in the source, fixed when it was opened. */
  readonly size: number;
  /**
   * Reads up to `into.length` bytes from `offset`; resolves to the count, short only at the end of the
   * source. Rejects with a {@linkcode SourceError} where the storage fails.
   */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** The same without waiting, where the platform can. */
  readSync?(offset: number, into: Uint8Array): number;
  /** As `readSync`, for callers who let other work have its turn themselves. */
  readNow?(offset: number, into: Uint8Array): number;
  /** Whether the source has changed since it was opened, where the platform can tell. */
  changed?(): Promise<boolean>;
  /** Gives the handle back; later reads fail. */
  close?(): void;
}

/** The storage under a source failed: the bytes `[offset, offset + length)` are unread, not zero. */
export class SourceError extends Error {
  /** First byte that the failed read asked for. */
  readonly offset: number;
  /** Bytes that the failed read asked for. */
  readonly length: number;

  /** Says what was asked for and why it failed. */
  constructor(offset: number, length: number, reason: string) {
    super(`Cannot read ${length} bytes at offset ${offset}: ${reason}`);
    this.name = "SourceError";
    this.offset = offset;
    this.length = length;
  }
}

/** A source over bytes in memory. */
export class MemorySource implements ByteSource {
  /** What the user calls it. */
  readonly name: string;
  readonly #bytes: Uint8Array;

  /** Takes the bytes without a copy. */
  constructor(bytes: Uint8Array, name = "memory") {
    this.#bytes = bytes;
    this.name = name;
  }

  /** Bytes in the source. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Copies bytes from `offset` into `into`. */
  readSync(offset: number, into: Uint8Array): number {
    const part = this.#bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }

  /** As {@linkcode MemorySource.readSync}. */
  read(offset: number, into: Uint8Array): Promise<number> {
    return Promise.resolve(this.readSync(offset, into));
  }
}

/** Reads without waiting where the source can, else waits. */
export function readInto(
  source: ByteSource,
  offset: number,
  into: Uint8Array,
): number | Promise<number> {
  return source.readSync === undefined ? source.read(offset, into) : source.readSync(offset, into);
}
