// What a later session changed in the tree of the one before it: two hierarchies walked side by side.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { recordNode } from "../../model/entry.ts";
import type { Image } from "../../model/image.ts";
import { Namespace, type VolumeKind } from "../../model/namespace.ts";
import type { Tree, TreeKind } from "../../model/tree.ts";
import { NameIndex } from "./name_index.ts";

/** Files of one kind of change: how many, the first paths, and the record of the first. */
export type SessionChange = {
  readonly count: number;
  readonly names: readonly string[];
  readonly record: Span | undefined;
};

/** What became of the files of session `from` in session `to`. */
export type SessionChanges = {
  readonly from: number;
  readonly to: number;
  readonly removed: SessionChange;
  readonly replaced: SessionChange;
};

const NAMED = 5;
const DEPTH = 256;

class Change implements SessionChange {
  readonly names: string[] = [];
  count = 0;
  record: Span | undefined;

  add(namespace: Namespace, node: number): void {
    this.count++;
    this.record ??= logicalSpan(namespace.tree.record(node), 33);
    if (this.names.length < NAMED) this.names.push(namespace.path(node));
  }
}

/** Kinds of hierarchies by how much their names say. */
const order: readonly TreeKind[] = ["joliet", "enhanced", "primary"];

const kindOf: Readonly<Partial<Record<TreeKind, VolumeKind>>> = {
  joliet: "joliet",
  enhanced: "enhanced",
  primary: "iso9660",
};

function treeOf(image: Image, session: number, kind: TreeKind): Tree | undefined {
  return image.trees.find((tree) => tree.session === session && tree.kind === kind);
}

/** The two sessions under the same rules of names: Rock Ridge, Joliet, enhanced, or as recorded. */
function pairOf(image: Image, from: number, to: number): [Namespace, Namespace] | undefined {
  const primaries = [treeOf(image, from, "primary"), treeOf(image, to, "primary")] as const;
  if (primaries[0]?.hasRockRidge === true && primaries[1]?.hasRockRidge === true) {
    return [new Namespace(primaries[0], "rockridge"), new Namespace(primaries[1], "rockridge")];
  }
  for (const kind of order) {
    const [one, other] = [treeOf(image, from, kind), treeOf(image, to, kind)];
    const shown = kindOf[kind];
    if (one !== undefined && other !== undefined && shown !== undefined) {
      return [new Namespace(one, shown), new Namespace(other, shown)];
    }
  }
  return undefined;
}

/** Each session with the next one whose tree was read, in their order. */
export function* comparedSessions(image: Image): Generator<SessionChanges> {
  for (const [index, { number: from }] of image.sessions.entries()) {
    const to = image.sessions[index + 1]?.number;
    const pair = to === undefined ? undefined : pairOf(image, from, to);
    if (to === undefined || pair === undefined) continue;
    const removed = new Change();
    const replaced = new Change();
    compare(pair, removed, replaced);
    yield { from, to, removed, replaced };
  }
}

type Pending = { readonly before: number; readonly after: number; readonly depth: number };

function compare(
  [before, after]: readonly [Namespace, Namespace],
  removed: Change,
  replaced: Change,
): void {
  const pending: Pending[] = [{ before: 0, after: 0, depth: 0 }];
  const seen = new Set<number>([0]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { depth } = next;
    // A directory that could not be read whole is no evidence that a file was removed.
    const isWhole = !after.tree.unreadable.has(next.after) && !after.tree.limited;
    for (const [node, same] of matched(before, next.before, after, next.after)) {
      const isDirectory = before.type(node) === "directory";
      if (same === undefined) {
        if (isWhole) addRemoved(before, node, removed);
        continue;
      }
      if (isDirectory && after.type(same) === "directory") {
        if (depth >= DEPTH || seen.has(node)) continue;
        seen.add(node);
        pending.push({ before: node, after: same, depth: depth + 1 });
      } else if (!isDirectory && hasOtherData(before.tree, node, after.tree, same)) {
        replaced.add(before, node);
      }
    }
  }
}

function hasOtherData(a: Tree, node: number, b: Tree, same: number): boolean {
  if (a.size(node) !== b.size(same)) return true;
  return a.size(node) > 0 && a.extent(node, 0).start !== b.extent(same, 0).start;
}

/** A node that is gone: the file itself, or the files of the directory. */
function addRemoved(namespace: Namespace, node: number, removed: Change): void {
  const pending = [{ node, depth: 0 }];
  const seen = new Set<number>([node]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (namespace.type(next.node) !== "directory") {
      removed.add(namespace, next.node);
      continue;
    }
    if (next.depth >= DEPTH) continue;
    for (const child of namespace.children(next.node)) {
      if (seen.has(child)) continue;
      seen.add(child);
      pending.push({ node: child, depth: next.depth + 1 });
    }
  }
}

/** Children of one directory with those of the same name in the other; undefined where there is none. */
function* matched(
  before: Namespace,
  from: number,
  after: Namespace,
  to: number,
): Generator<[node: number, same: number | undefined]> {
  const directory = recordNode(after, to);
  const count = after.tree.childCount(directory);
  const first = Math.max(0, after.tree.firstChild(directory));
  const index = new NameIndex(count, (number) => after.name(first + number - 1).text);
  for (const child of after.children(to)) {
    const number = child - first + 1;
    if (number >= 1 && number <= count) index.earlier(after.name(child).text, number);
  }
  for (const child of before.children(from)) {
    const found = index.find(before.name(child).text);
    yield [child, found === undefined ? undefined : first + found - 1];
  }
}
