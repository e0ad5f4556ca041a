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

/** Judges each system use entry by itself; its hits are about the record that carries it. */
export function ofEntries(
  check: (entry: SystemUseEntry, tree: Tree, image: Image) => Iterable<Hit>,
): DirectoryCheck {
  return ofRecords(function* ({ systemUse }, tree, _directory, image) {
    for (const entry of systemUse) yield* check(entry, tree, image);
  });
}
