// Changes that a richer namespace has told of already: others add only where they differ from it.

import type { Namespace } from "../model/namespace.ts";
import type { Tree } from "../model/tree.ts";
import type { ChangeKind } from "./result.ts";
import type { VolumePair } from "./volumes.ts";

type Entry = { readonly namespace: Namespace; readonly node: number };

const bits: Readonly<Record<ChangeKind, number>> = {
  added: 1,
  removed: 2,
  content: 4,
  metadata: 8,
  moved: 16,
  renamed: 32,
};
/** The time of modification differs: other namespaces record it too. */
const MODIFIED = 64;

/** Changes by node, by path and by the first byte of the content of their entries. */
class Told {
  readonly #keepsPaths: boolean;
  readonly #byNode = new Map<Tree, Uint8Array>();
  readonly #byPath = new Map<string, number>();
  readonly #byStart = new Map<number, number>();

  constructor(keepsPaths: boolean) {
    this.#keepsPaths = keepsPaths;
  }

  bitsOf(entry: Entry): number {
    const { tree } = entry.namespace;
    const byNode = this.#byNode.get(tree)?.[entry.node] ?? 0;
    if (!this.#keepsPaths) return byNode;
    const byStart = this.#byStart.get(startOf(entry)) ?? 0;
    return byNode | byStart | (this.#byPath.get(pathOf(entry)) ?? 0);
  }

  add(entry: Entry, noted: number): void {
    const { tree } = entry.namespace;
    const nodes = this.#byNode.get(tree) ?? new Uint8Array(tree.count);
    this.#byNode.set(tree, nodes);
    nodes[entry.node] = (nodes[entry.node] ?? 0) | noted;
    if (!this.#keepsPaths) return;
    const [path, start] = [pathOf(entry), startOf(entry)];
    this.#byPath.set(path, (this.#byPath.get(path) ?? 0) | noted);
    if (start >= 0) this.#byStart.set(start, (this.#byStart.get(start) ?? 0) | noted);
  }
}

/** What the namespaces before the current one told of. */
export class Reported {
  readonly #before: Told[] = [];
  #current: Told | undefined;

  /** Begins the next namespace. Paths are kept only where a later one has another tree. */
  next(pair: VolumePair, later: readonly VolumePair[]): void {
    if (this.#current !== undefined) this.#before.push(this.#current);
    const sameTrees = ({ namespaceA, namespaceB }: VolumePair) =>
      namespaceA.tree === pair.namespaceA.tree && namespaceB.tree === pair.namespaceB.tree;
    this.#current = later.length === 0 ? undefined : new Told(!later.every(sameTrees));
  }

  /** Whether the change of an entry was told of: of its node, its path or its bytes. */
  has(kind: ChangeKind, entry: Entry, metadata: readonly string[]): boolean {
    const wanted = wantedBit(kind, metadata);
    return this.#before.some((told) => (told.bitsOf(entry) & wanted) !== 0);
  }

  /** Notes a change that is told of now. */
  add(kind: ChangeKind, entry: Entry, metadata: readonly string[]): void {
    const modified = metadata.includes("modified") ? MODIFIED : 0;
    const moved = kind === "metadata" ? bits.moved : 0;
    this.#current?.add(entry, bits[kind] | modified | moved);
  }
}

function wantedBit(kind: ChangeKind, metadata: readonly string[]): number {
  if (kind !== "metadata") return bits[kind];
  return metadata.every((name) => name === "modified") ? MODIFIED : 0;
}

function startOf({ namespace, node }: Entry): number {
  const isFile = namespace.type(node) === "file" && namespace.contentSize(node) > 0 &&
    namespace.tree.extentCount(node) > 0;
  return isFile ? namespace.tree.extent(node, 0).start : -1;
}

function pathOf({ namespace, node }: Entry): string {
  return namespace.path(node);
}
