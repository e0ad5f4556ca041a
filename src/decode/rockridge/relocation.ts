// Relocated directories (RRIP 1.12 4.1.5): placeholders joined with the directories they stand for.

import type { Tree } from "../../model/tree.ts";

/** Relocated directories that a path is followed through upwards. */
const LINKS_FOLLOWED = 1024;

/**
 * Joins the placeholders of a tree (CL) with the directories that `directoryAt` finds at their logical
 * blocks; yields those that lead nowhere, to the root, upwards, or to a directory that has one already.
 */
export function* resolveChildLinks(
  tree: Tree,
  directoryAt: (block: number) => number | undefined,
): Generator<{ readonly placeholder: number; readonly block: number }> {
  for (const [placeholder, block] of tree.pendingLinks) {
    const target = directoryAt(block);
    const free = target !== undefined && target !== 0 && !tree.placeholders.has(target);
    if (!free || isAbove(tree, target, placeholder)) {
      yield { placeholder, block };
      continue;
    }
    tree.childLinks.set(placeholder, target);
    tree.placeholders.set(target, placeholder);
  }
}

// Following a link upwards would make the hierarchy endless; so may one that cannot be followed up.
function isAbove(tree: Tree, target: number, node: number): boolean {
  let at = node;
  for (let depth = 0; depth < LINKS_FOLLOWED; depth++) {
    if (at === target) return true;
    if (at === 0) return false;
    at = tree.parent(tree.placeholders.get(at) ?? at);
  }
  return true;
}
