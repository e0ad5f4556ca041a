// Digests of many things, packed: 32 bytes for a SHA-256, not a string in an object.

import { type Algorithm, algorithms, DigestSet } from "../kernel/digest.ts";
import { toHex } from "../kernel/hex.ts";
import type { Hashes } from "../model/result.ts";

/** How the reading of a thing ended, as it is stored. */
const states = ["pending", "ok", "cut", "unreadable"] as const;

/** State of a thing whose digests are stored; `pending` before it was read. */
export type StoredState = typeof states[number];

/** Throws a TypeError unless `wanted` names at least one algorithm, and only known ones. */
export function checkAlgorithms(wanted: readonly Algorithm[]): readonly Algorithm[] {
  const unknown = wanted.find((each) => !algorithms.includes(each));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot compute digests: unknown algorithm ${unknown}`);
  }
  if (wanted.length === 0) throw new TypeError("Cannot compute digests: no algorithm is named");
  return algorithms.filter((each) => wanted.includes(each));
}

/** Digests and states of `count` things, numbered from 0. */
export class DigestStore {
  readonly algorithms: readonly Algorithm[];
  readonly #columns: { readonly algorithm: Algorithm; readonly size: number; at: Uint8Array }[];
  readonly #states: Uint8Array;
  readonly #reasons = new Map<number, string>();

  constructor(wanted: readonly Algorithm[], count: number) {
    this.algorithms = wanted;
    const empty = new DigestSet(wanted, { bytes: 0 }).hex();
    this.#columns = wanted.map((algorithm) => {
      const size = (empty[algorithm]?.length ?? 0) / 2;
      return { algorithm, size, at: new Uint8Array(size * count) };
    });
    this.#states = new Uint8Array(count);
  }

  /** Keeps the digests of a thing that was read whole. */
  set(index: number, digests: DigestSet): void {
    const hashes = digests.hex();
    for (const { algorithm, size, at } of this.#columns) {
      const text = hashes[algorithm] ?? "";
      for (let byte = 0; byte < size; byte++) {
        at[index * size + byte] = digit(text, 2 * byte) * 16 + digit(text, 2 * byte + 1);
      }
    }
    this.#states[index] = 1;
  }

  /** Keeps digests that stand one after the other in the order of the algorithms. */
  setPacked(index: number, digests: Uint8Array): void {
    let from = 0;
    for (const { size, at } of this.#columns) {
      for (let byte = 0; byte < size; byte++) at[index * size + byte] = digests[from++] ?? 0;
    }
    this.#states[index] = 1;
  }

  /** Keeps why a thing has no digests. */
  fail(index: number, state: "cut" | "unreadable", reason: string): void {
    this.#states[index] = states.indexOf(state);
    this.#reasons.set(index, reason);
  }

  /** How reading a thing ended. */
  state(index: number): StoredState {
    return states[this.#states[index] ?? 0] ?? "pending";
  }

  /** Why a thing has no digests. */
  reason(index: number): string | undefined {
    return this.#reasons.get(index);
  }

  /** The digests of a thing, or undefined where it was not read whole. */
  hashes(index: number): Hashes | undefined {
    if (this.state(index) !== "ok") return undefined;
    const hashes: Partial<Record<Algorithm, string>> = {};
    for (const { algorithm, size, at } of this.#columns) {
      hashes[algorithm] = toHex(at.subarray(index * size, (index + 1) * size));
    }
    return hashes;
  }
}

// Lower-case hexadecimal only: 0 to 9 are 0x30 to 0x39, a to f are 0x61 to 0x66.
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 0x40 ? code - 0x30 : code - 0x57;
}
