// Finds the files of an image by their paths: a table of hashes, no string for each file.

import type { Image } from "../../model/image.ts";
import type { Namespace, VolumeKind } from "../../model/namespace.ts";

/** A node of a tree, in the namespace that shows it. */
export type FileRef = { readonly tree: number; readonly node: number; readonly names: Namespace };

/** Whose names are tried first. */
const order: readonly VolumeKind[] = ["rockridge", "udf", "joliet", "enhanced", "iso9660"];

/** The namespaces of the current session, those with the fullest names first. */
export function namespacesOf(image: Image): { readonly tree: number; readonly names: Namespace }[] {
  return image.volumes.flatMap(({ tree, namespace }) =>
    tree === undefined || namespace === undefined ? [] : [{ tree, names: namespace }]
  ).sort((a, b) => order.indexOf(a.names.kind) - order.indexOf(b.names.kind));
}

/** Characters of a name in Joliet at most, and names that every level of ISO 9660 can record. */
const JOLIET = 64;
const SHORT = /^[A-Za-z0-9_]{1,8}(?:\.[A-Za-z0-9_]{0,3})?$/;

/** Entries of one namespace by a hash of their paths in lower case. */
class NameTable {
  readonly #names: Namespace;
  readonly #mask: number;
  /** Node + 1 of each slot, 0 where it is free, and the hash of its path. */
  readonly #nodes: Uint32Array;
  readonly #hashes: Uint32Array;

  constructor(names: Namespace) {
    this.#names = names;
    let slots = 64;
    while (slots < 2 * names.tree.count) slots *= 2;
    this.#mask = slots - 1;
    this.#nodes = new Uint32Array(slots);
    this.#hashes = new Uint32Array(slots);
    let left = names.tree.count;
    for (const { node, path } of names.entries()) {
      // A hierarchy with loops shows nodes more than once.
      if (left-- <= 0) break;
      this.#add(node, hashOf(path.toLowerCase()));
    }
  }

  #add(node: number, hash: number): void {
    let slot = (hash & this.#mask) >>> 0;
    while (this.#nodes[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#nodes[slot] = node + 1;
    this.#hashes[slot] = hash;
  }

  /** The node at a path; one whose path differs in case where none has it exactly; or undefined. */
  find(path: string): number | undefined {
    const folded = path.toLowerCase();
    const hash = hashOf(folded);
    let like: number | undefined;
    for (let slot = (hash & this.#mask) >>> 0; this.#nodes[slot] !== 0;) {
      if (this.#hashes[slot] === hash) {
        const node = (this.#nodes[slot] ?? 0) - 1;
        const found = this.#names.path(node);
        if (found === path) return node;
        if (found.toLowerCase() === folded) like ??= node;
      }
      slot = (slot + 1) & this.#mask;
    }
    return like;
  }
}

// FNV-1a over the units of the text.
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** Finds files by path in the namespaces of an image; each is indexed when it is first asked. */
export class PathIndex {
  readonly #places: readonly { readonly tree: number; readonly names: Namespace }[];
  readonly #tables: (NameTable | undefined)[] = [];

  /** Of the current session's namespaces. */
  constructor(image: Image) {
    this.#places = namespacesOf(image);
  }

  /**
   * Whether some namespace can record the names of a path as they are: all but the short ones of ISO 9660
   * are changed there, and in Joliet those with characters that it forbids or of 64 characters, which
   * genisoimage cuts.
   */
  records(path: string): boolean {
    const names = path.split("/").slice(1);
    return this.#places.some(({ names: { kind } }) =>
      kind === "joliet"
        ? names.every((name) => name.length < JOLIET && !/[*:;?\\]/.test(name))
        : kind !== "iso9660" || names.every((name) => SHORT.test(name))
    );
  }

  /** The entry at a path that begins with `/`, by Rock Ridge, UDF, Joliet and ISO names in this order. */
  find(path: string): FileRef | undefined {
    const clean = path.includes("/.") || path.includes("//") ? normal(path) : path;
    for (const [number, { tree, names }] of this.#places.entries()) {
      const table = this.#tables[number] ??= new NameTable(names);
      const node = table.find(clean);
      if (node !== undefined) return { tree, node, names };
    }
    return undefined;
  }
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}
