// The entries of all lists of an image, in columns: what each records of which file.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { type Algorithm, algorithms } from "../../kernel/digest.ts";
import { digestSizes } from "../../pass/sets.ts";
import { Column } from "../../model/columns.ts";
import type { Image } from "../../model/image.ts";

/** A digest of a file, as a list records it. */
export type ListEntry = {
  /** Number of the list. */
  readonly list: number;
  readonly line: number;
  /** Where the line is; absent where the list is not stored as it is. */
  readonly record?: Span;
  readonly tree: number;
  readonly node: number;
  readonly algorithm: Algorithm;
  /** In lower case. */
  readonly digest: string;
  /** Bytes of the file, -1 where they are not recorded. */
  readonly size: number;
};

/** An entry with the number of its file. */
export type FiledEntry = ListEntry & { readonly file: number };

/** Entries of lists, and the distinct files that they are about. */
export class ListEntries {
  readonly #image: Image;
  readonly #list = new Column(Uint32Array);
  readonly #line = new Column(Uint32Array);
  readonly #at = new Column(Float64Array);
  readonly #length = new Column(Uint32Array);
  readonly #file = new Column(Uint32Array);
  readonly #algorithm = new Column(Uint8Array);
  readonly #size = new Column(Float64Array);
  readonly #digestAt = new Column(Uint32Array);
  readonly #digests = new Column(Uint8Array);
  /** Node to number of the file + 1, by tree. */
  readonly #files = new Map<number, Uint32Array>();
  readonly #tree = new Column(Uint8Array);
  readonly #node = new Column(Uint32Array);
  readonly #wanted = new Column(Uint8Array);

  /** None yet. */
  constructor(image: Image) {
    this.#image = image;
  }

  /** Entries so far. */
  get count(): number {
    return this.#list.length;
  }

  /** Distinct files so far. */
  get files(): number {
    return this.#node.length;
  }

  /** Adds an entry. */
  add(entry: ListEntry): void {
    const number = algorithms.indexOf(entry.algorithm);
    const file = this.#fileOf(entry.tree, entry.node);
    this.#wanted.set(file, this.#wanted.get(file) | (1 << number));
    this.#list.push(entry.list);
    this.#line.push(entry.line);
    this.#at.push(entry.record?.start ?? -1);
    this.#length.push(entry.record?.length ?? 0);
    this.#file.push(file);
    this.#algorithm.push(number);
    this.#size.push(entry.size);
    this.#digestAt.push(this.#digests.length);
    for (let at = 0; at < entry.digest.length; at += 2) {
      this.#digests.push(parseInt(entry.digest.slice(at, at + 2), 16));
    }
  }

  #fileOf(tree: number, node: number): number {
    let files = this.#files.get(tree);
    if (files === undefined) {
      files = new Uint32Array(this.#image.trees[tree]?.count ?? 0);
      this.#files.set(tree, files);
    }
    const known = files[node] ?? 0;
    if (known > 0) return known - 1;
    this.#tree.push(tree);
    this.#wanted.push(0);
    const file = this.#node.push(node);
    files[node] = file + 1;
    return file;
  }

  /** The file of a number. */
  file(file: number): { readonly tree: number; readonly node: number } {
    return { tree: this.#tree.get(file), node: this.#node.get(file) };
  }

  /** Algorithms that the entries of a file ask for, in the order in which a set has them. */
  algorithmsOf(file: number): readonly Algorithm[] {
    const wanted = this.#wanted.get(file);
    return algorithms.filter((_, number) => (wanted & (1 << number)) !== 0);
  }

  /** The entry of a number. */
  get(index: number): FiledEntry {
    const file = this.#file.get(index);
    const at = this.#at.get(index);
    const algorithm = algorithms[this.#algorithm.get(index)] ?? "md5";
    let digest = "";
    const from = this.#digestAt.get(index);
    for (let byte = 0; byte < digestSizes[algorithm]; byte++) {
      digest += this.#digests.get(from + byte).toString(16).padStart(2, "0");
    }
    return {
      list: this.#list.get(index),
      line: this.#line.get(index),
      ...(at < 0 ? {} : { record: logicalSpan(at, this.#length.get(index)) }),
      file,
      ...this.file(file),
      algorithm,
      digest,
      size: this.#size.get(index),
    };
  }
}
