// Directory checks made of smaller ones: of one record, or of one system use entry.

import type { DirectoryPlace, RecordView, SystemUseEntry } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import { KEPT_PER_RULE } from "../finding_list.ts";
import { type DirectoryCheck, type Hit, nothing } from "../rule.ts";
import { ownerOf, walkedTree } from "./directory_view.ts";

/**
 * Judges each record of a directory by itself; its hits are about the record. Most records of a million
 * are as they should be: `mayHit` tells at little cost which of them need no look.
 */
export function ofRecords(
  check: (record: RecordView, tree: Tree, directory: DirectoryPlace, image: Image) => Iterable<Hit>,
  mayHit: (record: RecordView) => boolean = () => true,
): DirectoryCheck {
  return (directory, image) => {
    const tree = walkedTree(directory, image);
    if (tree === undefined) return undefined;
    return {
      part({ records }) {
        let hits = nothing;
        for (const record of records) {
          if (!mayHit(record)) continue;
          for (const hit of check(record, tree, directory, image)) {
            hits = more(hits, { ...hit, ...ownerOf(directory, record) });
          }
        }
        return hits;
      },
    };
  };
}

/** Hits with one more: an array is made for the first. */
export function more(hits: readonly Hit[], hit: Hit): readonly Hit[] {
  if (hits === nothing) return [hit];
  // Only this function makes the others.
  (hits as Hit[]).push(hit);
  return hits;
}

/** Hits of one rule in one directory that are told one by one. */
const TOLD = 8;

/** Hits of one rule and severity: the first few, and how many there were. */
type Alike = { readonly hits: Hit[]; count: number };

/**
 * For what a master does to every record or to none: where a directory has more than a few such hits,
 * one stands for all of them, at the place of the first.
 */
export function folded(check: DirectoryCheck): DirectoryCheck {
  return (directory, image) => {
    const judge = check(directory, image);
    if (judge === undefined) return undefined;
    let alike: Map<string, Alike> | undefined;
    const take = (hits: Iterable<Hit> = nothing) => {
      if (hits === nothing) return;
      alike ??= new Map();
      for (const hit of hits) {
        const key = `${hit.rule.id} ${hit.severity}`;
        const known = alike.get(key);
        if (known === undefined) alike.set(key, { hits: [hit], count: 1 });
        else if (++known.count <= TOLD) known.hits.push(hit);
      }
    };
    return {
      part(view) {
        take(judge.part?.(view));
        return nothing;
      },
      end(last) {
        take(judge.end?.(last));
        return alike === undefined ? nothing : foldedHits(alike.values(), directory);
      },
    };
  };
}

function* foldedHits(alike: Iterable<Alike>, directory: DirectoryPlace): Generator<Hit> {
  for (const { hits, count } of alike) {
    const [one] = hits;
    if (count <= TOLD || one === undefined) yield* hits;
    else {
      const message = `${one.message}; ${count - 1} more records of this directory likewise`;
      yield { ...one, message, ...ownerOf(directory) };
    }
  }
}

/** Judges each system use entry by itself; its hits are about the record that carries it. */
export function ofEntries(
  check: (entry: SystemUseEntry, tree: Tree, image: Image) => Iterable<Hit>,
  mayHit: (entry: SystemUseEntry) => boolean,
): DirectoryCheck {
  return ofRecords(function* ({ systemUse }, tree, _directory, image) {
    for (const entry of systemUse) if (mayHit(entry)) yield* check(entry, tree, image);
  }, ({ systemUse }) => systemUse.some(mayHit));
}

/** Whether a record carries an entry of a signature. */
export function hasEntry({ systemUse }: RecordView, signature: string): boolean {
  for (const entry of systemUse) if (entry.signature === signature) return true;
  return false;
}

/**
 * What waits for the end of its directory to become hits of one rule: as many as are listed one by one,
 * and one that counts the rest. It should not hold records, each of which keeps its part in memory.
 */
export class Waiting<T> {
  readonly #kept: T[] = [];
  #rest = 0;

  /** Takes one more; it is made where it is kept. */
  add(make: () => T): void {
    if (this.#kept.length <= KEPT_PER_RULE) this.#kept.push(make());
    else this.#rest++;
  }

  /** Those that are kept. */
  get kept(): readonly T[] {
    return this.#kept;
  }

  /** A hit for each. */
  hits(make: (each: T) => Hit): Iterable<Hit> {
    return this.#kept.length === 0 ? nothing : this.#hits(make);
  }

  *#hits(make: (each: T) => Hit): Generator<Hit> {
    for (const [index, each] of this.#kept.entries()) {
      const hit = make(each);
      yield index < KEPT_PER_RULE ? hit : { ...hit, count: 1 + this.#rest };
    }
  }
}
