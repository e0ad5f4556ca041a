// Finds the lists of an image by the names of its files.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ListReport } from "../../model/lists.ts";
import type { Namespace } from "../../model/namespace.ts";
import { digestByLength } from "./digest_lines.ts";
import type { ListEntry } from "./entries.ts";
import { formNamed, type ListForm, otherForms } from "./forms.ts";
import { namespacesOf } from "./path_index.ts";

/** What became of a list: `none` where its text is no such list. */
export type ListState = "none" | ListReport["state"];

/** A line, for messages. */
export type LinePlace = { readonly line: number; readonly record?: Span };

/** A list, and what is learnt of it. */
export class List {
  readonly form: ListForm;
  readonly tree: number;
  readonly node: number;
  readonly names: Namespace;
  readonly path: string;
  state: ListState = "read";
  /** Each of its digests of 64 digits is there twice: as SHA-256, and as BLAKE3. */
  either = false;
  /** Its text has a signature of itself. */
  isSigned = false;
  /** Entries, those of absent files and of algorithms that are not computed among them. */
  listed = 0;
  /** Entries whose digest is none that is computed here. */
  unchecked = 0;
  readonly absent: { count: number; renamed: number; readonly names: string[]; first?: LinePlace } =
    {
      count: 0,
      renamed: 0,
      names: [],
    };
  /** Lines that are no entries, in a list whose other lines are. */
  readonly damaged: { count: number; first?: LinePlace } = { count: 0 };

  /** A list that is a file; `base` is the folder of its names, where something else tells it. */
  constructor(
    form: ListForm,
    { tree, node, names }: {
      readonly tree: number;
      readonly node: number;
      readonly names: Namespace;
    },
    path: string,
    readonly base?: string,
  ) {
    this.form = form;
    this.tree = tree;
    this.node = node;
    this.names = names;
    this.path = path;
  }

  /** The folder that it stands in, with a slash behind it. */
  get folder(): string {
    return folderOf(this.path);
  }

  /** The name of its file. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }
}

/** The folder of a path, with a slash behind it. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** What the names of an image lead to. */
export type Found = {
  readonly lists: List[];
  /** Files whose names are their digests (`by-hash`); the list is the number in `lists`. */
  readonly byHash: ListEntry[];
  /** Whether there are more lists than are read. */
  readonly limited: boolean;
};

/** Lists of one image that are read, and files named by their digests. */
const MOST = 100_000;

/** Looks at the name of every file; a list that several namespaces show is found in the first of them. */
export function findLists(image: Image): Found {
  const finder = new Finder();
  const trees = new Set<number>();
  for (const { tree, names } of namespacesOf(image)) {
    if (trees.has(tree)) continue;
    trees.add(tree);
    for (let node = 1; node < names.tree.count; node++) finder.look(tree, names, node);
  }
  return finder;
}

class Finder implements Found {
  readonly lists: List[] = [];
  readonly byHash: ListEntry[] = [];
  limited = false;
  /** First bytes of the lists found, and of files named by their digests. */
  readonly #starts = new Set<number>();
  readonly #folders = new Map<string, number>();

  look(tree: number, names: Namespace, node: number): void {
    const { text } = names.name(node);
    const form = formNamed(text);
    const isDigest = form === undefined && text.length >= 32 && /^[0-9a-f]+$/.test(text);
    if (form === undefined && !isDigest) return;
    if (names.type(node) !== "file" || names.tree.isAssociated(node)) return;
    const { start = -1 } = names.tree.size(node) > 0 ? names.tree.extent(node, 0) : {};
    if (start < 0 || this.#starts.has(start)) return;
    if (this.lists.length + this.byHash.length >= MOST) this.limited = true;
    else if (form !== undefined) {
      this.#starts.add(start);
      this.lists.push(new List(form, { tree, node, names }, names.path(node)));
    } else this.#addNamed(tree, names, node, text);
  }

  #addNamed(tree: number, names: Namespace, node: number, digest: string): void {
    const path = names.path(node);
    const folder = folderOf(path);
    const found = digestByLength(digest);
    if (!/\/by-hash\/[^/]+\/$/i.test(folder) || found?.algorithm === undefined) return;
    let list = this.#folders.get(folder);
    if (list === undefined) {
      list = this.lists.length;
      this.#folders.set(folder, list);
      const parent = names.tree.parent(node);
      this.lists.push(new List(otherForms.byHash, { tree, node: parent, names }, folder));
    }
    const { algorithm } = found;
    const record = logicalSpan(names.tree.record(node), 33 + names.tree.identifier(node).length);
    this.#starts.add(names.tree.extent(node, 0).start);
    this.byHash.push({ list, line: 0, record, tree, node, algorithm, digest, size: -1 });
  }
}
