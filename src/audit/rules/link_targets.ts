// Where symbolic links of a tree lead, found by the names on their way. Each link is followed once.

import { decodeLatin1 } from "../../bytes/text.ts";
import { Namespace } from "../../model/namespace.ts";
import type { Tree } from "../../model/tree.ts";
import { NameIndex } from "./name_index.ts";

/** Where a link ends: a node, or one of the numbers below. */
export type LinkEnd = number;
/** A name on the way is not in the image. */
export const NOWHERE = -1;
/** The way leads back to a link that is being followed. */
export const CIRCLE = -2;
const FOLLOWED = -3;

const SLASH = 0x2f;
const LEVELS = 1024;
/** Children that are looked through; more of them have an index. */
const FEW_CHILDREN = 8;

/** A link on the way, with the byte of its target that is next. */
type Step = { readonly link: number; readonly target: Uint8Array; at: number; node: number };

/** Follows the links of one tree. */
export class LinkTargets {
  readonly #tree: Tree;
  readonly #namespace: Namespace;
  readonly #ends = new Map<number, LinkEnd>();
  readonly #indexes = new Map<number, NameIndex>();

  constructor(tree: Tree) {
    this.#tree = tree;
    this.#namespace = new Namespace(tree, "rockridge");
  }

  /** Where a link leads, other links on its way followed; absolute ones begin at the tree's root. */
  end(link: number): LinkEnd {
    const known = this.#ends.get(link);
    if (known !== undefined) return known;
    // No recursion: links may lead to links without end.
    const steps = [this.#begin(link)];
    for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
      const next = this.#follow(step);
      if (next !== undefined) {
        steps.push(next);
        continue;
      }
      this.#ends.set(step.link, step.node);
      steps.pop();
    }
    return this.#ends.get(link) ?? NOWHERE;
  }

  #begin(link: number): Step {
    const target = this.#tree.targets.get(link) ?? new Uint8Array(0);
    const isAbsolute = target[0] === SLASH;
    this.#ends.set(link, FOLLOWED);
    return { link, target, at: 0, node: isAbsolute ? 0 : this.#parent(link) };
  }

  /** Goes on to the end of a target, or to a link that must be followed before. */
  #follow(step: Step): Step | undefined {
    const { target } = step;
    while (step.at < target.length) {
      const end = nextSlash(target, step.at);
      const name = decodeLatin1(target.subarray(step.at, end));
      const node = this.#goTo(step.node, name);
      const link = node > 0 && this.#tree.targets.has(node) ? node : undefined;
      const known = link === undefined ? node : this.#ends.get(link);
      // The same name is looked for again once its link was followed.
      if (known === undefined) return this.#begin(node);
      step.at = end + 1;
      step.node = known === FOLLOWED ? CIRCLE : known;
      if (step.node < 0) return undefined;
    }
    return undefined;
  }

  #goTo(from: number, name: string): number {
    const { childLinks } = this.#tree;
    const directory = childLinks.get(from) ?? from;
    if (!this.#tree.isDirectory(directory)) return NOWHERE;
    if (name === "" || name === ".") return directory;
    if (name === "..") return this.#parent(directory);
    const child = this.#child(directory, name);
    return child === undefined ? NOWHERE : childLinks.get(child) ?? child;
  }

  /** The directory that holds a node, as Rock Ridge shows it; the root is its own. */
  #parent(node: number): number {
    return this.#tree.parent(this.#tree.placeholders.get(node) ?? node);
  }

  #child(directory: number, name: string): number | undefined {
    const first = this.#tree.firstChild(directory);
    const count = this.#tree.childCount(directory);
    if (first < 0) return undefined;
    if (count <= FEW_CHILDREN) {
      for (let child = first; child < first + count; child++) {
        if (this.#name(child) === name) return child;
      }
      return undefined;
    }
    const number = this.#index(directory, first, count).find(name);
    return number === undefined ? undefined : first - 1 + number;
  }

  #index(directory: number, first: number, count: number): NameIndex {
    let index = this.#indexes.get(directory);
    if (index !== undefined) return index;
    index = new NameIndex(count, (number) => this.#name(first - 1 + number));
    this.#indexes.set(directory, index);
    for (let number = 1; number <= count; number++) {
      index.earlier(this.#name(first - 1 + number), number);
    }
    return index;
  }

  /** A name with one character a byte, as targets are read. */
  #name(node: number): string {
    const alternate = this.#tree.alternateName(node);
    if (alternate !== undefined) return decodeLatin1(alternate);
    return decodeLatin1(new TextEncoder().encode(this.#namespace.name(node).text));
  }

  /** Whether a relative link leads above the root, going by its names alone. */
  climbs(link: number): boolean {
    const target = this.#tree.targets.get(link);
    if (target === undefined || target[0] === SLASH) return false;
    let level = 0;
    for (let at = this.#parent(link); at !== 0 && level < LEVELS; at = this.#parent(at)) level++;
    for (let at = 0; at < target.length;) {
      const end = nextSlash(target, at);
      const dots = end - at <= 2 && target[at] === 0x2e && target[end - 1] === 0x2e;
      if (dots && end - at === 2) level--;
      else if (!dots && end > at) level++;
      if (level < 0) return true;
      at = end + 1;
    }
    return false;
  }
}

function nextSlash(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(SLASH, from);
  return at < 0 ? bytes.length : at;
}
