// How many files of a tree have the same data: hard links are files with one extent.

import type { Tree } from "../../model/tree.ts";

/** Counts the files of a tree by the logical byte at which their data begin. */
export class ExtentCounts {
  readonly #tree: Tree;
  /** Files at each place that several share; the others are not kept. */
  readonly #shared = new Map<number, number>();

  constructor(tree: Tree) {
    this.#tree = tree;
    const starts = new Float64Array(tree.count);
    let files = 0;
    for (let node = 0; node < tree.count; node++) {
      if (hasData(tree, node)) starts[files++] = tree.extent(node, 0).start;
    }
    const sorted = starts.subarray(0, files).sort();
    for (let from = 0, to = 1; from < files; from = to++) {
      while (to < files && sorted[to] === sorted[from]) to++;
      if (to - from > 1) this.#shared.set(sorted[from] ?? 0, to - from);
    }
  }

  /** Files with the data of this one, itself among them; 0 where it has none to tell by. */
  of(node: number): number {
    if (!hasData(this.#tree, node)) return 0;
    return this.#shared.size === 0 ? 1 : this.#shared.get(this.#tree.extent(node, 0).start) ?? 1;
  }
}

// The location of a file without bytes means nothing.
function hasData(tree: Tree, node: number): boolean {
  return !tree.isDirectory(node) && tree.size(node) > 0 && tree.extentCount(node) > 0;
}
