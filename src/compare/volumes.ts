// Namespaces that both images have, and their entries in pairs of one path.

import type { Image, Volume } from "../model/image.ts";
import type { Namespace, VolumeKind } from "../model/namespace.ts";
import { type Matched, matchEntries } from "./match.ts";

/** A namespace of a kind in both images. */
export type VolumePair = {
  readonly kind: VolumeKind;
  readonly a: Volume;
  readonly b: Volume;
  readonly namespaceA: Namespace;
  readonly namespaceB: Namespace;
};

/** Kinds by what they have to say, the richest first. */
const RICHEST_FIRST: readonly VolumeKind[] = ["rockridge", "joliet", "enhanced", "iso9660"];

/** The namespaces that both images have and that are read, the richest first. */
export function commonVolumes(a: Image, b: Image): readonly VolumePair[] {
  const kinds = [...new Set([...RICHEST_FIRST, ...a.volumes.map(({ kind }) => kind)])];
  return kinds.flatMap((kind) => {
    const [one, other] = [volumeOf(a, kind), volumeOf(b, kind)];
    if (one?.namespace === undefined || other?.namespace === undefined) return [];
    const [namespaceA, namespaceB] = [one.namespace, other.namespace];
    return [{ kind, a: one, b: other, namespaceA, namespaceB }];
  });
}

function volumeOf(image: Image, kind: VolumeKind): Volume | undefined {
  return image.volumes.find((volume) => volume.kind === kind && volume.namespace !== undefined);
}

function nameKey(namespace: Namespace): (node: number) => string {
  return (node) => {
    const { text, bytes } = namespace.name(node);
    // An associated file has the name of its main file.
    const kind = namespace.tree.isAssociated(node) ? "a" : "-";
    return `${kind}${bytes === undefined ? "t" : "b"}${text}`;
  };
}

/** The node that holds the children of a directory: that which a placeholder stands for. */
function directoryNode({ kind, tree }: Namespace, node: number): number {
  return kind === "rockridge" ? tree.childLinks.get(node) ?? node : node;
}

/** Entries of both namespaces below their roots, in pairs of one path; each directory once. */
export function* pairedEntries({ namespaceA, namespaceB }: VolumePair): Generator<Matched> {
  const seenA = new Uint8Array(namespaceA.tree.count);
  const seenB = new Uint8Array(namespaceB.tree.count);
  const [keyA, keyB] = [nameKey(namespaceA), nameKey(namespaceB)];
  const stack: [number, number][] = [[0, 0]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [a, b] = next;
    if (!enter(namespaceA, a, seenA) || !enter(namespaceB, b, seenB)) continue;
    const children = [namespaceA.children(a), namespaceB.children(b)] as const;
    for (const matched of matchEntries(...children, keyA, keyB)) {
      yield matched;
      const [one, other] = matched;
      const isA = one !== undefined && namespaceA.type(one) === "directory";
      const isB = other !== undefined && namespaceB.type(other) === "directory";
      if (isA && isB) stack.push([one, other]);
      else if (isA) { for (const node of below(namespaceA, one, seenA)) yield [node, undefined]; }
      else if (isB) { for (const node of below(namespaceB, other, seenB)) yield [undefined, node]; }
    }
  }
}

function enter(namespace: Namespace, node: number, seen: Uint8Array): boolean {
  const directory = directoryNode(namespace, node);
  if (seen[directory] === 1) return false;
  seen[directory] = 1;
  return true;
}

function* below(namespace: Namespace, from: number, seen: Uint8Array): Generator<number> {
  const stack = [from];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (!enter(namespace, next, seen)) continue;
    for (const child of namespace.children(next)) {
      yield child;
      if (namespace.type(child) === "directory") stack.push(child);
    }
  }
}
