// Two stretches of bytes that are filled in place and then compared.

import { differenceBitmap } from "./difference.ts";
import { type Kernels, ownKernels } from "./kernels.ts";

/** Two buffers of one size, with kernels of their own where WebAssembly works. */
export class PairScan {
  /** To be filled before each comparison. */
  readonly a: Uint8Array;
  /** To be filled before each comparison. */
  readonly b: Uint8Array;
  readonly #kernels: Kernels | undefined;
  readonly #sector: number;

  /** Buffers of `size` bytes, up to 512 KiB, which are compared by sectors of `sector` bytes. */
  constructor(size: number, sector: number) {
    this.#kernels = ownKernels();
    this.#sector = sector;
    const window = this.#kernels?.window ?? new Uint8Array(2 * size);
    this.a = window.subarray(0, size);
    this.b = window.subarray(size, 2 * size);
  }

  /** Whether the first `length` bytes differ anywhere, and where: only until the buffers are filled anew. */
  compare(length: number): Differences | undefined {
    const kernels = this.#kernels;
    const [a, b] = [this.a.subarray(0, length), this.b.subarray(0, length)];
    if (kernels === undefined) {
      return a.every((byte, at) => byte === b[at]) ? undefined : new PlainDifferences(a, b);
    }
    const [size, out] = [this.#sector, 2 * this.a.length];
    const count = differenceBitmap(kernels, { a: 0, b: this.a.length, length, size, out });
    return count === 0 ? undefined : new SectorDifferences(kernels, this.a.length, length, size);
  }
}

/** Where two buffers differ. */
export interface Differences {
  /**
   * Runs `[start, end)` of bytes, each of which differs, in order and with equal bytes between them;
   * counted from `origin` at the start of the buffers.
   */
  runs(origin?: number): Generator<[number, number]>;
}

class PlainDifferences implements Differences {
  readonly #a: Uint8Array;
  readonly #b: Uint8Array;

  constructor(a: Uint8Array, b: Uint8Array) {
    this.#a = a;
    this.#b = b;
  }

  *runs(origin = 0): Generator<[number, number]> {
    const [a, b] = [this.#a, this.#b];
    for (let at = 0; at < a.length; at++) {
      if (a[at] === b[at]) continue;
      const start = at;
      while (at < a.length && a[at] !== b[at]) at++;
      yield [origin + start, origin + at];
    }
  }
}

/** Differences of the first bytes of the window and those at `b`, whose bitmap follows the buffers. */
class SectorDifferences implements Differences {
  readonly #kernels: Kernels;
  readonly #b: number;
  readonly #length: number;
  readonly #sector: number;

  constructor(kernels: Kernels, b: number, length: number, sector: number) {
    this.#kernels = kernels;
    this.#b = b;
    this.#length = length;
    this.#sector = sector;
  }

  *runs(origin = 0): Generator<[number, number]> {
    for (const [from, to] of this.#stretches()) {
      for (let at = from; at < to;) {
        const start = at + this.#kernels.firstDifference(at, this.#b + at, to - at);
        if (start === to) break;
        at = start + this.#kernels.differenceRun(start, this.#b + start, to - start);
        yield [origin + start, origin + at];
      }
    }
  }

  /** Neighbouring sectors that differ, as bytes `[from, to)`. */
  *#stretches(): Generator<[number, number]> {
    const sectors = Math.ceil(this.#length / this.#sector);
    for (let sector = 0; sector < sectors; sector++) {
      if (!this.#differs(sector)) continue;
      const first = sector;
      while (sector < sectors && this.#differs(sector)) sector++;
      yield [first * this.#sector, Math.min(sector * this.#sector, this.#length)];
    }
  }

  #differs(sector: number): boolean {
    const byte = this.#kernels.window[2 * this.#b + Math.floor(sector / 8)] ?? 0;
    return (byte & (1 << (sector % 8))) !== 0;
  }
}
