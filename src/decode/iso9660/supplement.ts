// What another tree of the same files still says of directories that were lost: names, and files (Joliet beside the
// primary tree). Directories of both are told to be the same by the files that they share.

import { decodeUcs2 } from "../../bytes/text.ts";
import { Namespace } from "../../model/namespace.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import type { Budget } from "./budget.ts";

const VERSION = /;1$/;
const UNKNOWN = -1;

/** Adds to `tree` what `other`, a Joliet tree, has of its lost directories. */
export function supplement(tree: Tree, other: Tree, budget: Budget): void {
  new Supplement(tree, other, budget).add();
}

class Supplement {
  readonly #tree: Tree;
  readonly #other: Tree;
  readonly #budget: Budget;
  /** Directory of the other tree by node of this one. */
  readonly #twins: Int32Array;

  constructor(tree: Tree, other: Tree, budget: Budget) {
    this.#tree = tree;
    this.#other = other;
    this.#budget = budget;
    this.#twins = new Int32Array(tree.count).fill(UNKNOWN);
  }

  add(): void {
    const tree = this.#tree;
    const count = tree.count;
    this.#twins[0] = 0;
    this.#byFiles();
    for (let node = 1; node < count; node++) this.#byName(node);
    for (let node = 0; node < count; node++) {
      const twin = this.#twins[node] ?? UNKNOWN;
      if (!tree.isDirectory(node) || twin === UNKNOWN) continue;
      // The root of the other tree has no name to give.
      if (node > 0 && twin > 0 && tree.found.has(node)) {
        tree.rename(node, utf8Name(this.#other, twin));
      }
      if (!tree.unreadable.has(node)) continue;
      this.#fill(node, twin);
      if (!this.#other.unreadable.has(twin)) tree.refilled.add(node);
    }
  }

  // A directory is the one in which the other tree has most of its files and directories.
  #byFiles(): void {
    const { count } = this.#other;
    const places = new Map<number, number>();
    for (let node = 0; node < count; node++) {
      if (this.#other.isDirectory(node) || this.#other.size(node) === 0) continue;
      const { start } = this.#other.extent(node, 0);
      if (!places.has(start)) places.set(start, this.#other.parent(node));
    }
    const votes = new Int32Array(this.#twins.length);
    for (let node = this.#twins.length - 1; node > 0; node--) {
      const above = this.#above(node, places);
      const parent = this.#tree.parent(node);
      if (above === undefined || parent === 0) continue;
      // The majority of all votes, without keeping them.
      if (votes[parent] === 0) this.#twins[parent] = above;
      votes[parent] = (votes[parent] ?? 0) + (this.#twins[parent] === above ? 1 : -1);
    }
  }

  #above(node: number, places: ReadonlyMap<number, number>): number | undefined {
    if (!this.#tree.isDirectory(node)) {
      return this.#tree.size(node) === 0 ? undefined : places.get(this.#tree.extent(node, 0).start);
    }
    const twin = this.#twins[node] ?? UNKNOWN;
    return twin === UNKNOWN ? undefined : this.#other.parent(twin);
  }

  #byName(node: number): void {
    const tree = this.#tree;
    if (!tree.isDirectory(node) || (this.#twins[node] ?? 0) !== UNKNOWN) return;
    const above = this.#twins[tree.parent(node)] ?? UNKNOWN;
    if (above === UNKNOWN) return;
    const names = [new Namespace(tree, "rockridge"), new Namespace(tree, "iso9660")]
      .map((namespace) => namespace.name(node).text.toLowerCase());
    for (const child of this.#other.children(above)) {
      if (!this.#other.isDirectory(child)) continue;
      if (names.includes(textOf(this.#other, child).toLowerCase())) this.#twins[node] = child;
    }
  }

  // The files that the other tree has there, and directories that nothing else was found of.
  #fill(node: number, twin: number): void {
    const taken = new Set<number>();
    const known = new Set<string>();
    for (const child of this.#tree.children(node)) {
      taken.add(this.#twins[child] ?? UNKNOWN);
      known.add(this.#place(this.#tree, child));
    }
    const pending = [{ node, twin }];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      for (const child of this.#other.children(at.twin)) {
        const isThere = taken.has(child) || known.has(this.#place(this.#other, child));
        if (isThere || !this.#budget.take("records", 1)) continue;
        const copy = this.#copy(at.node, child);
        if (this.#other.isDirectory(child)) pending.push({ node: copy, twin: child });
      }
    }
  }

  // Files are told by where they are, empty ones by their names.
  #place(tree: Tree, node: number): string {
    if (tree.isDirectory(node)) return `directory ${node} of ${tree.kind}`;
    if (tree.size(node) > 0) return `${tree.extent(node, 0).start}+${tree.size(node)}`;
    if (tree.kind === "joliet") return textOf(tree, node).toLowerCase();
    return new Namespace(tree, "rockridge").name(node).text.toLowerCase();
  }

  #copy(parent: number, child: number): number {
    const tree = this.#tree;
    const other = this.#other;
    const isDirectory = other.isDirectory(child);
    const node = tree.add({
      parent,
      record: other.record(child),
      identifier: utf8Name(other, child),
      flags: isDirectory ? fileFlags.directory : other.flags(child),
      recorded: other.recorded(child),
    });
    if (isDirectory) tree.addExtent(node, 0, 0);
    else {
      for (const { start, length } of other.extents(child)) tree.addExtent(node, start, length);
      tree.addSize(node, other.size(child));
    }
    tree.addFound(parent, node, "joliet");
    return node;
  }
}

function textOf(tree: Tree, node: number): string {
  const { text } = decodeUcs2(tree.identifier(node));
  return tree.isDirectory(node) ? text : text.replace(VERSION, "");
}

function utf8Name(tree: Tree, node: number): Uint8Array {
  return new TextEncoder().encode(textOf(tree, node));
}
