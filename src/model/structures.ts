// The structures of an image in the order of its bytes: which one holds a byte, and which field of it.

import type { Span } from "../bytes/span.ts";
import type { Structure } from "../bytes/struct.ts";
import type { Image } from "./image.ts";

/** Stand-alone structures sorted by their first logical byte. */
export class StructureIndex {
  readonly #sorted: Structure[];
  readonly #longest: number;

  /** Sorts the structures of an image once. */
  constructor(image: Image) {
    this.#sorted = [...image.structures()].filter(({ span }) => span.space === "logical");
    this.#sorted.sort((a, b) => a.span.start - b.span.start || b.span.length - a.span.length);
    let longest = 0;
    for (const { span } of this.#sorted) longest = Math.max(longest, span.length);
    this.#longest = longest;
  }

  /** The innermost structure that holds a logical byte: the shortest, of equal ones the first. */
  at(logical: number): Structure | undefined {
    let found: Structure | undefined;
    let index = lastAtOrBefore(this.#sorted.length, logical, (at) => this.#sorted[at]?.span.start);
    for (; index >= 0; index--) {
      const structure = this.#sorted[index];
      if (structure === undefined || structure.span.start + this.#longest <= logical) break;
      const shorter = found === undefined || structure.span.length <= found.span.length;
      if (shorter && holds(structure.span, logical)) found = structure;
    }
    return found;
  }
}

/** Whether a byte lies in a span of its own space. */
export function holds({ start, length }: Span, at: number): boolean {
  return at >= start && at < start + length;
}

/** Index of the last of `count` sorted starts that is not above `at`, or -1. */
export function lastAtOrBefore(
  count: number,
  at: number,
  startOf: (index: number) => number | undefined,
): number {
  let low = -1;
  let high = count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((startOf(middle) ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
