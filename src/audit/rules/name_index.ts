// Names of one directory, found again by their hashes: a million of them are not kept as texts.

/** Of each run: names that meet under one hash cannot be made in advance. Results do not depend on it. */
const seed = Math.floor(Math.random() * 2 ** 32);

function hashOf(name: string): number {
  let hash = seed;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

/** Finds the first of equal names. Each has a number, from 1, and can be had again by that. */
export class NameIndex {
  readonly #nameOf: (number: number) => string;
  /** Numbers by the hashes of their names, each with a few other bits of its hash above; 0 is free. */
  readonly #slots: Uint32Array;
  /** What those bits count in: more than any number. */
  readonly #unit: number;
  #left: number;

  /** For `most` different names, of numbers up to that; `nameOf` gives the name of a number again. */
  constructor(most: number, nameOf: (number: number) => string) {
    this.#nameOf = nameOf;
    this.#left = most;
    this.#unit = 2 ** Math.ceil(Math.log2(most + 1));
    this.#slots = new Uint32Array(1 + most + Math.ceil(most / 2));
  }

  /** The number of the first name equal to this one; where there is none, this one is the first. */
  earlier(name: string, number: number): number | undefined {
    const hash = hashOf(name);
    const at = this.#slotOf(name, hash);
    const slot = this.#slots[at] ?? 0;
    if (slot !== 0) return slot % this.#unit;
    if (this.#left === 0) return undefined;
    this.#left--;
    this.#slots[at] = this.#markOf(hash) + number;
    return undefined;
  }

  /** The number of the first name equal to this one, if there is any. */
  find(name: string): number | undefined {
    const slot = this.#slots[this.#slotOf(name, hashOf(name))] ?? 0;
    return slot === 0 ? undefined : slot % this.#unit;
  }

  #markOf(hash: number): number {
    return (hash % (2 ** 32 / this.#unit)) * this.#unit;
  }

  /** Where an equal name stands, or the free slot where it would. */
  #slotOf(name: string, hash: number): number {
    const mark = this.#markOf(hash);
    const count = this.#slots.length;
    // High bits choose the slot, low bits are the mark.
    for (let at = Math.floor(hash / 2 ** 32 * count);; at = (at + 1) % count) {
      const slot = this.#slots[at] ?? 0;
      if (slot === 0) return at;
      const known = slot % this.#unit;
      if (slot - known === mark && this.#nameOf(known) === name) return at;
    }
  }
}
