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
  /** Numbers by hash, 0 where a slot is free; with the hashes beside them. */
  readonly #numbers: Int32Array;
  readonly #hashes: Uint32Array;
  #left: number;

  /** For `most` different names; `nameOf` gives the name of a number again. */
  constructor(most: number, nameOf: (number: number) => string) {
    this.#nameOf = nameOf;
    this.#left = most;
    const slots = 1 + most + Math.ceil(most / 2);
    this.#numbers = new Int32Array(slots);
    this.#hashes = new Uint32Array(slots);
  }

  /** The number of the first name equal to this one; where there is none, this one is the first. */
  earlier(name: string, number: number): number | undefined {
    const hash = hashOf(name);
    let slot = hash % this.#numbers.length;
    for (;; slot = (slot + 1) % this.#numbers.length) {
      const known = this.#numbers[slot] ?? 0;
      if (known === 0) break;
      if (this.#hashes[slot] === hash && this.#nameOf(known) === name) return known;
    }
    if (this.#left === 0) return undefined;
    this.#left--;
    this.#numbers[slot] = number;
    this.#hashes[slot] = hash;
    return undefined;
  }
}
