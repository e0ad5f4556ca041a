// What is true of many entries of a tree is told once: with the number of all and the first few by name.

import type { Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import { KEPT_PER_RULE } from "../finding_list.ts";
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

  constructor(context: TreeContext) {
    this.#context = context;
  }

  /** Entries so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts one more; it is made where it is named. */
  add(make: () => Counted): void {
    if (++this.#count > NAMED) return;
    const counted = make();
    this.#first ??= counted;
    this.#named.push(counted.text ?? this.#context.path(counted.node));
  }

  /** The first few by name, and how many more there are. */
  get listed(): string {
    const rest = this.#count - this.#named.length;
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

/** Hits of one rule that are told one by one: as many as a report lists, and one for all others. */
export class Few {
  readonly #most: number;
  readonly #noun: string;
  #told = 0;
  #rest: Hit | undefined;
  #more = 0;

  /** `noun` names one of those that are not told, as in `1,000 more records`. */
  constructor(noun: string, most = 8) {
    this.#noun = noun;
    this.#most = Math.min(most, KEPT_PER_RULE);
  }

  /** Takes a hit and gives it back where it is told by itself; it is made only then. */
  take(make: () => Hit): readonly Hit[] {
    if (this.#told < this.#most) {
      this.#told++;
      return [make()];
    }
    this.#rest ??= make();
    this.#more++;
    return nothing;
  }

  /** What stands for those that were not told. */
  end(): readonly Hit[] {
    if (this.#rest === undefined) return nothing;
    const message = `${this.#more} more ${this.#noun}; the first of them: ${this.#rest.message}`;
    return [{ ...this.#rest, message, count: this.#more }];
  }
}
