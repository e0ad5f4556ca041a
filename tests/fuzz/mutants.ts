// Seeded damage: the same number always makes the same mutant of an image.

import { examine } from "../../src/examine.ts";
import { MemorySource } from "../../src/bytes/source.ts";

/** Numbers from a seed (mulberry32): the same ones on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number in `[0, below)`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return Math.floor(((value ^ (value >>> 14)) >>> 0) / 2 ** 32 * below);
  }

  /** One of some values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
}

/** An image to damage, with the stretches that hold its structures. */
export type Victim = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly structures: readonly { readonly start: number; readonly length: number }[];
};

const structural = new Set([
  "system-area",
  "descriptor",
  "path-table",
  "directory",
  "continuation",
  "boot",
  "partition-table",
  "udf",
  "hfs",
]);

/** Finds where the structures of an image are: most damage is done there. */
export async function victim(name: string, bytes: Uint8Array): Promise<Victim> {
  const image = await examine(new MemorySource(bytes, name));
  const structures = [...image.regions].filter(({ owner }) => structural.has(owner));
  return { name, bytes, structures };
}

const BLOCK = 2048;
const extremes = [0, 1, 0x7f, 0x80, 0xfe, 0xff] as const;

class Mutation {
  readonly #random: Random;
  readonly #victim: Victim;
  #bytes: Uint8Array;

  constructor(victim: Victim, random: Random) {
    this.#victim = victim;
    this.#random = random;
    this.#bytes = victim.bytes.slice();
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  // Three places of four lie in structures, where there is something to confuse.
  #place(): number {
    const random = this.#random;
    const { structures } = this.#victim;
    const region = structures[random.below(structures.length)];
    if (region === undefined || random.below(4) === 0) return random.below(this.#bytes.length);
    // Zeros at the end of a sector are no structure: the head of it is hit more often.
    const within = random.below(2) === 0 ? Math.min(region.length, 512) : region.length;
    return Math.min(region.start + random.below(within), this.#bytes.length - 1);
  }

  #flip(): void {
    for (let count = 1 + this.#random.below(8); count > 0; count--) {
      const at = this.#place();
      this.#bytes[at] = (this.#bytes[at] ?? 0) ^ (1 << this.#random.below(8));
    }
  }

  #set(): void {
    const at = this.#place();
    const value = this.#random.pick(extremes);
    this.#bytes.fill(value, at, at + 1 + this.#random.below(8));
  }

  // A number recorded in both orders becomes another one, in both: nothing looks damaged.
  #number(): void {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const from = this.#place();
    for (let at = from; at + 8 <= Math.min(from + BLOCK, this.#bytes.length); at++) {
      const value = view.getUint32(at, true);
      if (value === 0 || value !== view.getUint32(at + 4)) continue;
      const other = this.#otherNumber(value);
      view.setUint32(at, other, true);
      view.setUint32(at + 4, other);
      return;
    }
  }

  #otherNumber(value: number): number {
    const sectors = Math.floor(this.#bytes.length / BLOCK);
    return this.#random.pick([
      0,
      1,
      value + 1,
      value * 2,
      this.#random.below(sectors + 1),
      this.#random.below(this.#bytes.length),
      16,
      18 + this.#random.below(16),
      sectors - 1,
      sectors,
      0x7fffffff,
      0x80000000,
      0xffffffff,
    ]);
  }

  #copy(): void {
    const length = 1 + this.#random.below(256);
    const from = this.#place();
    this.#bytes.copyWithin(this.#place(), from, from + length);
  }

  #cut(): void {
    const least = Math.min(this.#bytes.length, 1);
    this.#bytes = this.#bytes.slice(0, Math.max(least, this.#place()));
  }

  #block(): number {
    const at = this.#place();
    return at - at % BLOCK;
  }

  #zero(): void {
    const at = this.#block();
    this.#bytes.fill(0, at, at + BLOCK * (1 + this.#random.below(4)));
  }

  #swap(): void {
    const [a, b] = [this.#block(), this.#block()];
    const kept = this.#bytes.slice(a, a + BLOCK);
    this.#bytes.copyWithin(a, b, b + BLOCK);
    this.#bytes.set(kept.subarray(0, Math.max(0, this.#bytes.length - b)), b);
  }

  apply(): void {
    const kinds = [
      ...["flip", "flip", "flip", "set", "set", "number", "number", "number", "copy"] as const,
      ...["cut", "zero", "swap"] as const,
    ] as const;
    for (let count = 1 + this.#random.below(3); count > 0; count--) {
      switch (this.#random.pick(kinds)) {
        case "flip":
          this.#flip();
          break;
        case "set":
          this.#set();
          break;
        case "number":
          this.#number();
          break;
        case "copy":
          this.#copy();
          break;
        case "cut":
          this.#cut();
          break;
        case "zero":
          this.#zero();
          break;
        case "swap":
          this.#swap();
      }
    }
  }
}

/** Mutant `number` of an image. */
export function mutant(victim: Victim, number: number): Uint8Array {
  const mutation = new Mutation(victim, new Random(0x9e3779b9 ^ Math.imul(number, 0x85ebca6b)));
  mutation.apply();
  return mutation.bytes;
}
