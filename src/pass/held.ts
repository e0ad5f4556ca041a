// Stored bytes of a file, gathered while they pass by, for contents that cannot be digested in that order.

import type { Reading } from "../model/image.ts";
import type { Extent } from "../model/tree.ts";

/** Most bytes held for one file, and for all of them at a time. */
export const HOLD = { each: 16 * 1024 * 1024, all: 48 * 1024 * 1024 } as const;

/** The bytes of some extents. */
export class Held {
  /** The stretches to gather, in the order of the image, none touching another. */
  readonly extents: readonly Extent[];
  /** Bytes in them. */
  readonly length: number;
  /** Where in the buffer each stretch begins. */
  readonly #places: readonly number[];
  #buffer: Uint8Array | undefined;

  /** Gathers what `extents` name, in whatever order and however often. */
  constructor(extents: readonly Extent[]) {
    const merged: { start: number; length: number }[] = [];
    for (const { start, length } of extents.toSorted((a, b) => a.start - b.start)) {
      const last = merged.at(-1);
      if (last === undefined || start > last.start + last.length) merged.push({ start, length });
      else last.length = Math.max(last.length, start + length - last.start);
    }
    this.extents = merged;
    let sum = 0;
    this.#places = merged.map(({ length }) => (sum += length) - length);
    this.length = sum;
  }

  /** Keeps the bytes from logical byte `at` on. */
  put(at: number, bytes: Uint8Array): void {
    this.#buffer ??= new Uint8Array(this.length);
    this.#buffer.set(bytes, this.#place(at));
  }

  /** Gives logical bytes that were kept. */
  readonly read = (start: number, length: number): Promise<Reading> => {
    const from = this.#place(start);
    const bytes = this.#buffer?.subarray(from, from + length) ?? new Uint8Array(0);
    return Promise.resolve({ bytes, unread: [] });
  };

  #place(at: number): number {
    let low = 0;
    for (let high = this.extents.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((this.extents[middle]?.start ?? Infinity) <= at) low = middle;
      else high = middle - 1;
    }
    return (this.#places[low] ?? 0) + at - (this.extents[low]?.start ?? 0);
  }
}
