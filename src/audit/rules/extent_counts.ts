// How many files of a tree have the same data: hard links are files with one extent.

import type { Tree } from "../../model/tree.ts";

const SCATTER = 0x9e3779b1;

/** Counts the files of a tree by the logical byte at which their data begin. */
export class ExtentCounts {
  readonly #tree: Tree;
  /** Starts of extents; -1 is free. A million of them in a `Map` would take several times as much. */
  readonly #starts: Float64Array;
  readonly #counts: Uint32Array;

  constructor(tree: Tree) {
    this.#tree = tree;
    const room = 1 + tree.count + Math.ceil(tree.count / 2);
    this.#starts = new Float64Array(room).fill(-1);
    this.#counts = new Uint32Array(room);
    for (let node = 0; node < tree.count; node++) {
      if (!hasData(tree, node)) continue;
      const { start } = tree.extent(node, 0);
      const slot = this.#slot(start);
      this.#starts[slot] = start;
      this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    }
  }

  /** Files with the data of this one, itself among them; 0 where it has none to tell by. */
  of(node: number): number {
    if (!hasData(this.#tree, node)) return 0;
    return this.#counts[this.#slot(this.#tree.extent(node, 0).start)] ?? 0;
  }

  #slot(start: number): number {
    const room = this.#starts.length;
    // Blocks of extents follow each other: one step of a block must not be one slot.
    let at = Math.floor(
      (Math.imul(Math.floor(start / 512) % 2 ** 32, SCATTER) >>> 0) / 2 ** 32 * room,
    );
    while (this.#starts[at] !== -1 && this.#starts[at] !== start) at = (at + 1) % room;
    return at;
  }
}

// The location of a file without bytes means nothing.
function hasData(tree: Tree, node: number): boolean {
  return !tree.isDirectory(node) && tree.size(node) > 0 && tree.extentCount(node) > 0;
}
