// What is true of many entries of a tree is told once: with the number of all and the first few by name.

import type { Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import { type Hit, nothing, type Rule } from "../rule.ts";
import { quoted } from "./directory_view.ts";

/** Entries that one message names. */
const NAMED = 3;

/** A tree under its number, with the paths that its nodes are shown at. */
export type TreeContext = {
  readonly number: number;
  readonly tree: Tree;
  readonly image: Image;
  /** The path of a node in quotes. */
  readonly path: (node: number) => string;
};

/** The surroundings of the checks of one tree. */
export function treeContext(number: number, image: Image): TreeContext | undefined {
  const tree = image.trees[number];
  if (tree === undefined) return undefined;
  const namespace = image.namespaceOf(number);
  return { number, tree, image, path: (node) => quoted(namespace?.path(node) ?? "") };
}

/** An entry that a tally counts. */
export type Counted = {
  readonly node: number;
  readonly span?: Span;
  /** How a message names it; its path where absent. */
  readonly text?: string;
};

/** Counts entries of one tree for one finding. */
export class Tally {
  readonly #context: TreeContext;
  readonly #named: string[] = [];
  #first: Counted | undefined;
  #count = 0;
  #again = 0;

  constructor(context: TreeContext) {
    this.#context = context;
  }

  /** Entries so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts one more; it is made where it is named. */
  add(make: () => Counted): void {
    this.#count++;
    if (this.#named.length >= NAMED) return;
    const counted = make();
    this.#first ??= counted;
    const text = counted.text ?? this.#context.path(counted.node);
    // A directory and its own `.` and `..` records have one path.
    if (this.#named.includes(text)) this.#again++;
    else this.#named.push(text);
  }

  /** The first few by name, and how many more there are. */
  get listed(): string {
    const rest = this.#count - this.#named.length - this.#again;
    return this.#named.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  }

  /** A hit at the first place for all that were counted; none where there were none. */
  hits(rule: Rule, message: string, more: Partial<Hit> = {}): readonly Hit[] {
    if (this.#first === undefined) return nothing;
    const { node, span } = this.#first;
    const place = span === undefined ? {} : { span };
    return [{
      rule,
      message,
      ...place,
      tree: this.#context.number,
      node,
      count: this.#count,
      ...more,
    }];
  }
}

/** Hits of one rule and severity that a tree has one by one; more of them are one. */
const ONE_BY_ONE = 8;

/**
 * Hits about single entries of one tree. A few are told one by one, for each is a fault of its own; what
 * a master does to every entry is one hit at the first place.
 */
export class Few {
  readonly #noun: string;
  readonly #hits: Hit[] = [];
  #count = 0;

  /** `noun` names what the others are, in the plural. */
  constructor(noun: string) {
    this.#noun = noun;
  }

  /** Takes one more; it is made where it may be told. */
  take(make: () => Hit): void {
    if (++this.#count <= ONE_BY_ONE) this.#hits.push(make());
  }

  /** The hits to tell. */
  get hits(): readonly Hit[] {
    const [first] = this.#hits;
    if (first === undefined) return nothing;
    if (this.#count <= ONE_BY_ONE) return this.#hits;
    const message = `${first.message}; ${this.#count - 1} more ${this.#noun} likewise`;
    return [{ ...first, message, count: this.#count }];
  }
}
