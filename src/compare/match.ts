// Pairs the entries of two directories by their names, in memory that grows with what differs in order.

/** A pair of entries with one name, or an entry that only one side has. */
export type Matched =
  | readonly [a: number, b: number]
  | readonly [a: number, b: undefined]
  | readonly [
    a: undefined,
    b: number,
  ];

/** Entries that have not met one of their name; several with one name wait in their order. */
class Waiting {
  readonly #nodes = new Map<string, number | number[]>();

  add(key: string, node: number): void {
    const known = this.#nodes.get(key);
    if (known === undefined) this.#nodes.set(key, node);
    else if (typeof known === "number") this.#nodes.set(key, [known, node]);
    else known.push(node);
  }

  take(key: string): number | undefined {
    const known = this.#nodes.get(key);
    if (known === undefined) return undefined;
    if (typeof known === "number") {
      this.#nodes.delete(key);
      return known;
    }
    const first = known.shift();
    if (known.length === 0) this.#nodes.delete(key);
    return first;
  }

  *rest(): Generator<number> {
    for (const nodes of this.#nodes.values()) {
      if (typeof nodes === "number") yield nodes;
      else yield* nodes;
    }
  }
}

/**
 * Pairs the entries of `a` and `b` by key, each with the first of its key that is left. Where both have
 * the same order but for what was added and removed, only as many wait as were added and removed.
 */
export function* matchEntries(
  a: Iterable<number>,
  b: Iterable<number>,
  keyA: (node: number) => string,
  keyB: (node: number) => string,
): Generator<Matched> {
  const [waitingA, waitingB] = [new Waiting(), new Waiting()];
  const [walkA, walkB] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  for (;;) {
    const [nextA, nextB] = [walkA.next(), walkB.next()];
    if (nextA.done === true && nextB.done === true) break;
    if (nextA.done !== true) {
      const key = keyA(nextA.value);
      const other = waitingB.take(key);
      if (other === undefined) waitingA.add(key, nextA.value);
      else yield [nextA.value, other];
    }
    if (nextB.done !== true) {
      const key = keyB(nextB.value);
      const other = waitingA.take(key);
      if (other === undefined) waitingB.add(key, nextB.value);
      else yield [other, nextB.value];
    }
  }
  for (const node of waitingA.rest()) yield [node, undefined];
  for (const node of waitingB.rest()) yield [undefined, node];
}
