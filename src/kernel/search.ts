// Looks for many short patterns at any byte of a stream in one pass.

import type { Kernels } from "./kernels.ts";

/** Layout of a pattern in the list that asm/search.ts takes, and what it allows. */
const ENTRY = { size: 24, id: 4, bytes: 8 } as const;
const BOUNDS = { shortest: 2, longest: 16, patterns: 64 } as const;
/** Matches that one call of the kernel may write; the list of the patterns has room there too. */
const MATCHES = BOUNDS.patterns * ENTRY.size / 8;

/** Told of a match: where in the stream it begins, and the index of the pattern. */
export type OnMatch = (position: number, pattern: number) => void;

function checkPatterns(patterns: readonly Uint8Array[]): void {
  const { shortest, longest, patterns: most } = BOUNDS;
  if (patterns.length < 1 || patterns.length > most) {
    throw new RangeError(
      `Cannot search for ${patterns.length} patterns: 1 to ${most} can be searched for`,
    );
  }
  for (const [index, { length }] of patterns.entries()) {
    if (length >= shortest && length <= longest) continue;
    throw new RangeError(
      `Cannot search for pattern ${index}: it has ${length} bytes, not ${shortest} to ${longest}`,
    );
  }
}

/** Patterns that begin alike become neighbours, which the kernel looks for together. */
function byBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

/** One search of a stream: what crosses two calls is found too. */
export class PatternSearch {
  readonly #kernels: Kernels;
  readonly #patterns: readonly Uint8Array[];
  readonly #state: Uint8Array;
  readonly #found: DataView;
  /** Bytes that a match may have before the call in which it ends. */
  readonly #reach: number;
  /** The last bytes of the stream, and room for the first ones of the call. */
  readonly #joined: Uint8Array;
  #held = 0;
  #position = 0;

  /** Keeps about 5 KiB of the room of `kernels` for good. Throws RangeError for patterns it cannot take. */
  constructor(kernels: Kernels, patterns: readonly Uint8Array[]) {
    checkPatterns(patterns);
    this.#kernels = kernels;
    this.#patterns = patterns.map((pattern) => pattern.slice());
    this.#state = kernels.take(kernels.exports.SEARCH_STATE.value);
    const { buffer, byteOffset, length } = kernels.take(8 + 8 * MATCHES);
    this.#found = new DataView(buffer, byteOffset, length);
    this.#reach = Math.max(...patterns.map(({ length }) => length)) - 1;
    this.#joined = kernels.take(2 * this.#reach);
    this.#prepare();
  }

  /** Makes the tables from a list that lies where matches will be written. */
  #prepare(): void {
    const { buffer, byteOffset, byteLength } = this.#found;
    const list = new Uint8Array(buffer, byteOffset, byteLength).fill(0);
    const order = this.#patterns.map((bytes, id) => ({ bytes, id }));
    order.sort((a, b) => byBytes(a.bytes, b.bytes));
    for (const [index, { bytes, id }] of order.entries()) {
      const entry = list.subarray(index * ENTRY.size, (index + 1) * ENTRY.size);
      entry[0] = bytes.length;
      entry[ENTRY.id] = id;
      entry.set(bytes, ENTRY.bytes);
    }
    this.#kernels.exports.search_init(this.#state.byteOffset, byteOffset, order.length);
  }

  /**
   * Takes window bytes `[offset, offset + length)` and tells of the matches that end in them, by
   * rising position; several at one position come in no particular order.
   */
  take(offset: number, length: number, onMatch: OnMatch): void {
    const address = this.#kernels.address(offset, length);
    const { window } = this.#kernels;
    const held = this.#held;
    const head = window.subarray(offset, offset + Math.min(length, this.#reach));
    this.#joined.set(head, held);
    this.#find(this.#joined.byteOffset, held + head.length, (at, pattern) => {
      const end = at + (this.#patterns[pattern]?.length ?? 0);
      if (at < held && end > held) onMatch(this.#position - held + at, pattern);
    });
    this.#find(address, length, (at, pattern) => onMatch(this.#position + at, pattern));
    if (length >= this.#reach) {
      this.#joined.set(window.subarray(offset + length - this.#reach, offset + length));
      this.#held = this.#reach;
    } else {
      this.#held = Math.min(this.#reach, held + length);
      this.#joined.copyWithin(0, held + length - this.#held, held + length);
    }
    this.#position += length;
  }

  /** Tells of the matches that lie wholly in `length` bytes at an address. */
  #find(address: number, length: number, onMatch: OnMatch): void {
    const { exports } = this.#kernels;
    const { byteOffset: out } = this.#found;
    for (let at = 0; at < length;) {
      at = exports.search(this.#state.byteOffset, address, at, length, out, MATCHES);
      const count = this.#found.getUint32(0, true);
      for (let index = 1; index <= count; index++) {
        onMatch(this.#found.getUint32(8 * index, true), this.#found.getUint32(8 * index + 4, true));
      }
    }
  }

  /** Begins another stream. */
  reset(): void {
    this.#held = 0;
    this.#position = 0;
  }
}
