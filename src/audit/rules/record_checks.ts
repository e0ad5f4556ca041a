// Directory checks made of smaller ones: of one record, or of one system use entry.

import type { DirectoryView, RecordView, SystemUseEntry } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import type { DirectoryCheck, Hit } from "../rule.ts";
import { ownerOf, walkedTree } from "./directory_view.ts";

/** Judges each record of a directory by itself; its hits are about the record. */
export function ofRecords(
  check: (record: RecordView, tree: Tree, directory: DirectoryView, image: Image) => Iterable<Hit>,
): DirectoryCheck {
  return function* (directory, image) {
    const tree = walkedTree(directory, image);
    if (tree === undefined) return;
    for (const record of directory.records) {
      for (const hit of check(record, tree, directory, image)) {
        yield { ...hit, ...ownerOf(directory, record) };
      }
    }
  };
}

/** Hits of one rule in one directory that are told one by one. */
const TOLD = 8;

/**
 * For what a master does to every record or to none: where a directory has more than a few such hits,
 * one stands for all of them, at the place of the first.
 */
export function folded(check: DirectoryCheck): DirectoryCheck {
  return function* (directory, image) {
    const first = new Map<string, Hit[]>();
    const counts = new Map<string, number>();
    for (const hit of check(directory, image)) {
      const key = `${hit.rule.id} ${hit.severity}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count === 1) first.set(key, [hit]);
      else if (count <= TOLD) first.get(key)?.push(hit);
    }
    for (const [key, hits] of first) {
      const count = counts.get(key) ?? 0;
      const [one] = hits;
      if (count <= TOLD || one === undefined) yield* hits;
      else {
        const message = `${one.message}; ${count - 1} more records of this directory likewise`;
        yield { ...one, message, ...ownerOf(directory) };
      }
    }
  };
}

/** Judges each system use entry by itself; its hits are about the record that carries it. */
export function ofEntries(
  check: (entry: SystemUseEntry, tree: Tree, image: Image) => Iterable<Hit>,
): DirectoryCheck {
  return ofRecords(function* ({ systemUse }, tree, _directory, image) {
    for (const entry of systemUse) yield* check(entry, tree, image);
  });
}
