// The distinct contents of an image's files in the order of the image: each is checked once.

import { Column } from "../../model/columns.ts";
import { entryState } from "../../model/entry.ts";
import type { Image } from "../../model/image.ts";
import type { Namespace } from "../../model/namespace.ts";
import type { Extent } from "../../model/tree.ts";

/** A file of the list. */
export type ListedFile = {
  readonly tree: number;
  readonly node: number;
  readonly namespace: Namespace;
};

/** Files that begin at the same byte and are compared with each other. */
const COMPARED = 8;

/** Files by the byte at which they begin; hard links and other namespaces of a content are left out. */
export class FileList {
  readonly #namespaces = new Map<number, Namespace>();
  readonly #start = new Column(Float64Array);
  readonly #tree = new Column(Uint32Array);
  readonly #node = new Column(Uint32Array);
  /** Numbers of the files that are listed, in their order. */
  readonly #order: Uint32Array;

  /** Lists the files of the current session's trees whose bytes are all in the image. */
  constructor(image: Image) {
    const trees = new Set(image.volumes.flatMap(({ tree }) => tree === undefined ? [] : [tree]));
    for (const tree of trees) {
      const namespace = image.namespaceOf(tree);
      if (namespace !== undefined) this.#add(image, tree, namespace);
    }
    const { length } = this.#start;
    const all = Uint32Array.from({ length }, (_, index) => index)
      .sort((a, b) => this.#start.get(a) - this.#start.get(b) || a - b);
    this.#order = this.#distinct(all);
  }

  #add(image: Image, number: number, namespace: Namespace): void {
    const { tree } = namespace;
    this.#namespaces.set(number, namespace);
    for (let node = 0; node < tree.count; node++) {
      if (tree.size(node) === 0 || tree.extentCount(node) === 0) continue;
      if (namespace.type(node) !== "file" || tree.isAssociated(node)) continue;
      if (entryState(image, namespace, node).state !== "ok") continue;
      this.#start.push(firstOf(namespace.extents(node)).start);
      this.#tree.push(number);
      this.#node.push(node);
    }
  }

  #distinct(all: Uint32Array): Uint32Array {
    let count = 0;
    for (const index of all) {
      let isKnown = false;
      for (let at = count - 1; at >= Math.max(0, count - COMPARED) && !isKnown; at--) {
        const other = all[at] ?? 0;
        if (this.#start.get(other) !== this.#start.get(index)) break;
        isKnown = this.#isSame(other, index);
      }
      if (!isKnown) all[count++] = index;
    }
    return all.slice(0, count);
  }

  #isSame(a: number, b: number): boolean {
    const [one, other] = [this.#file(a), this.#file(b)];
    const { tree } = one.namespace;
    const second = other.namespace.tree;
    const count = tree.extentCount(one.node);
    if (second.extentCount(other.node) !== count) return false;
    for (let index = 0; index < count; index++) {
      const left = tree.extent(one.node, index);
      const right = second.extent(other.node, index);
      if (left.start !== right.start || left.length !== right.length) return false;
    }
    return true;
  }

  #file(index: number): ListedFile {
    const tree = this.#tree.get(index);
    const namespace = this.#namespaces.get(tree);
    if (namespace === undefined) throw new RangeError(`Cannot find tree ${tree} of the list`);
    return { tree, node: this.#node.get(index), namespace };
  }

  /** Files in the list. */
  get count(): number {
    return this.#order.length;
  }

  /** The first logical byte of a file; Infinity behind the last one. */
  start(at: number): number {
    const index = this.#order[at];
    return index === undefined ? Infinity : this.#start.get(index);
  }

  /** A file. */
  file(at: number): ListedFile {
    return this.#file(this.#order[at] ?? 0);
  }
}

function firstOf(extents: readonly Extent[]): Extent {
  return extents.reduce((least, extent) => extent.start < least.start ? extent : least);
}
