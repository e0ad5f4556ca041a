// Files added, removed, changed, moved and renamed, over the namespaces that both images have.

import { hex } from "../bytes/text.ts";
import type { ManifestFile } from "../manifest/result.ts";
import { placeOf } from "../model/describe.ts";
import { entryFacts, recordNode } from "../model/entry.ts";
import type { Image, Volume } from "../model/image.ts";
import type { Namespace } from "../model/namespace.ts";
import type { SharedWork } from "../pass/crew.ts";
import type { Contents } from "./contents.ts";
import { firstContentDifference } from "./contents.ts";
import { DEFINING, differentMetadata } from "./metadata.ts";
import { Reported } from "./reported.ts";
import type { ChangeKind, CompareResult, FileChange } from "./result.ts";
import { pairedEntries, type VolumePair } from "./volumes.ts";

/** Changes of one kind that are listed; the rest is counted. */
export const CHANGES_LISTED = 100_000;
/** Changed files whose first differing byte is looked for. */
const FIRST_BYTES = 1000;
/** Files of one content among which a name of the same ending is looked for. */
const NAMES_TRIED = 64;

/** What the namespaces of two images say. */
export type Changes = {
  readonly files: readonly FileChange[];
  readonly summary: CompareResult["summary"];
  /** The same paths with the same contents in every namespace that both have. */
  readonly sameContent: boolean;
  /** Files that could not be read whole on both sides. */
  readonly unknown: number;
  /** Changes that are counted and not listed. */
  readonly unlisted: number;
};

type Side = { readonly image: Image; readonly volume: Volume; readonly namespace: Namespace };

/** An entry of one image. */
type Entry = Side & { readonly node: number };

class ChangeList {
  readonly files: FileChange[] = [];
  readonly counts: Record<ChangeKind | "unchanged", number> = {
    added: 0,
    removed: 0,
    content: 0,
    metadata: 0,
    moved: 0,
    renamed: 0,
    unchanged: 0,
  };
  unlisted = 0;

  /** Counts a change, and lists it while there is room for its kind. */
  add(kind: ChangeKind, make: () => FileChange): void {
    this.counts[kind]++;
    if (this.counts[kind] <= CHANGES_LISTED) this.files.push(make());
    else this.unlisted++;
  }
}

/** Compares the namespaces of two images, the richest first; the others add where they differ from it. */
export class ChangeFinder {
  readonly #a: Image;
  readonly #b: Image;
  readonly #contents: Contents;
  readonly #options: SharedWork;
  readonly #list = new ChangeList();
  readonly #reported = new Reported();
  readonly #firstBytes: { readonly index: number; readonly a: Entry; readonly b: Entry }[] = [];
  #sameContent = true;
  #unknown = 0;

  /** `contents` were read for the same pairs. */
  constructor(a: Image, b: Image, contents: Contents, options: SharedWork) {
    this.#a = a;
    this.#b = b;
    this.#contents = contents;
    this.#options = options;
  }

  /** All changes, sorted by path. */
  async find(pairs: readonly VolumePair[]): Promise<Changes> {
    for (const [index, pair] of pairs.entries()) {
      this.#options.signal?.throwIfAborted();
      const isRichest = index === 0;
      this.#reported.next(pair, pairs.slice(index + 1));
      this.#paired(pair, isRichest);
      this.#oneSided(pair, isRichest);
    }
    const files = await this.#withFirstBytes();
    const order = (one: FileChange, other: FileChange) =>
      one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
    return {
      files: files.sort(order),
      summary: this.#list.counts,
      sameContent: this.#sameContent && pairs.length > 0,
      unknown: this.#unknown,
      unlisted: this.#list.unlisted,
    };
  }

  #entries(pair: VolumePair, a: number, b: number): readonly [Entry, Entry] {
    return [
      { image: this.#a, volume: pair.a, namespace: pair.namespaceA, node: a },
      { image: this.#b, volume: pair.b, namespace: pair.namespaceB, node: b },
    ];
  }

  #paired(pair: VolumePair, isRichest: boolean): void {
    for (const [nodeA, nodeB] of pairedEntries(pair)) {
      if (nodeA === undefined || nodeB === undefined) continue;
      const [a, b] = this.#entries(pair, nodeA, nodeB);
      const sameness = this.#contents.compare(pair, nodeA, nodeB);
      const metadata = differentMetadata(at(a), at(b));
      // A file that several namespaces show is counted once.
      if (sameness === "unknown" && !this.#reported.has("content", a, metadata)) this.#unknown++;
      const isMoved = sameness === "same" && isElsewhere(a, b);
      if (sameness === "same" && metadata.length === 0 && !isMoved) {
        if (isRichest) this.#list.counts.unchanged++;
        continue;
      }
      const kind = sameness !== "same" ? "content" : metadata.length > 0 ? "metadata" : "moved";
      this.#change(pair, a, b, kind, metadata);
    }
  }

  #change(
    pair: VolumePair,
    a: Entry,
    b: Entry,
    kind: ChangeKind,
    metadata: readonly string[],
  ): void {
    if (kind === "content" || metadata.some((name) => DEFINING.has(name))) {
      this.#sameContent = false;
    }
    if (this.#reported.has(kind, a, metadata)) return;
    this.#reported.add(kind, a, metadata);
    this.#list.add(kind, () => {
      const [factsA, factsB] = this.#digested(pair, a, b);
      const fields = changedFacts(kind, metadata, factsA, factsB, isElsewhere(a, b));
      const sized = kind === "content" && factsA.bytes === factsB.bytes;
      if (sized && this.#firstBytes.length < FIRST_BYTES) {
        this.#firstBytes.push({ index: this.#list.files.length, a, b });
      }
      const [one, other] = [picked(factsA, fields), picked(factsB, fields)];
      return { ...headOf(pair, a, kind), a: one, b: other, fields };
    });
  }

  #digested(pair: VolumePair, a: Entry, b: Entry): readonly [Facts, Facts] {
    return [
      { ...factsOf(a), ...this.#contents.digestA(pair, a.node) },
      { ...factsOf(b), ...this.#contents.digestB(pair, b.node) },
    ];
  }

  #oneSided(pair: VolumePair, isRichest: boolean): void {
    const { a: removed, b: added } = this.#contents.oneSided(pair);
    if (removed.length > 0 || added.length > 0) this.#sameContent = false;
    const renamed = isRichest || removed.length * added.length > 0
      ? this.#renames(pair)
      : new Map<number, number>();
    const taken = new Set(renamed.values());
    for (const [nodeA, nodeB] of renamed) this.#rename(pair, nodeA, nodeB);
    for (let index = 0; index < removed.length; index++) {
      const node = removed.get(index);
      if (!renamed.has(node)) this.#single(pair, "removed", this.#entries(pair, node, 0)[0]);
    }
    for (let index = 0; index < added.length; index++) {
      const node = added.get(index);
      if (!taken.has(node)) this.#single(pair, "added", this.#entries(pair, 0, node)[1]);
    }
  }

  #single(pair: VolumePair, kind: "added" | "removed", entry: Entry): void {
    if (this.#reported.has(kind, entry, [])) return;
    this.#reported.add(kind, entry, []);
    this.#list.add(kind, () => {
      const facts = factsOf(entry);
      const head = headOf(pair, entry, kind);
      return kind === "added"
        ? { ...head, b: { ...facts, ...this.#contents.digestB(pair, entry.node) } }
        : { ...head, a: { ...facts, ...this.#contents.digestA(pair, entry.node) } };
    });
  }

  // Entries that only one image has, of one content: the same last name first, then in their order.
  #renames(pair: VolumePair): Map<number, number> {
    const { a, b } = this.#contents.oneSided(pair);
    const byDigest = new Map<string, { nodes: number[]; next: number }>();
    for (let index = 0; index < b.length; index++) {
      const node = b.get(index);
      const digest = this.#contents.digestB(pair, node)?.hashes?.sha256;
      if (digest === undefined) continue;
      const known = byDigest.get(digest);
      if (known === undefined) byDigest.set(digest, { nodes: [node], next: 0 });
      else known.nodes.push(node);
    }
    const renames = new Map<number, number>();
    for (let index = 0; index < a.length; index++) {
      const node = a.get(index);
      const digest = this.#contents.digestA(pair, node)?.hashes?.sha256;
      const candidates = digest === undefined ? undefined : byDigest.get(digest);
      const other = candidates === undefined ? undefined : takeNamed(pair, node, candidates);
      if (other !== undefined) renames.set(node, other);
    }
    return renames;
  }

  #rename(pair: VolumePair, nodeA: number, nodeB: number): void {
    const [a, b] = this.#entries(pair, nodeA, nodeB);
    const metadata = differentMetadata(at(a), at(b));
    if (this.#reported.has("renamed", a, metadata)) return;
    this.#reported.add("renamed", a, metadata);
    const fields = ["path", ...metadata];
    const shown = ["pathBytes", "bytes", "hashes", ...fields];
    this.#list.add("renamed", () => {
      const [factsA, factsB] = this.#digested(pair, a, b);
      const [one, other] = [picked(factsA, shown), picked(factsB, shown)];
      return { ...headOf(pair, a, "renamed"), a: one, b: other, fields };
    });
  }

  async #withFirstBytes(): Promise<FileChange[]> {
    const { files } = this.#list;
    for (const { index, a, b } of this.#firstBytes) {
      const file = files[index];
      const first = await firstContentDifference(a, b, this.#options.signal);
      if (file !== undefined && first !== undefined) {
        files[index] = { ...file, firstDifference: first };
      }
    }
    return files;
  }
}

type Facts = Partial<ManifestFile> & ReturnType<typeof entryFacts>;

function factsOf({ image, volume, namespace, node }: Entry): Facts {
  const type = namespace.type(node);
  return entryFacts(image, volume, { node, ...placeOf(namespace, node), type, depth: 0 });
}

/** Where the records of an entry are: those of the directory that a placeholder stands for. */
function at({ namespace, node }: Entry): { readonly namespace: Namespace; readonly node: number } {
  return { namespace, node: recordNode(namespace, node) };
}

// Directories move with every build; where they are is a field of their records.
function isElsewhere({ namespace, node }: Entry, b: Entry): boolean {
  if (namespace.type(node) !== "file" || b.namespace.type(b.node) !== "file") return false;
  if (namespace.contentSize(node) === 0) return false;
  const [one, other] = [namespace.tree, b.namespace.tree];
  const count = one.extentCount(node);
  if (count !== other.extentCount(b.node)) return true;
  for (let index = 0; index < count; index++) {
    const [extentA, extentB] = [one.extent(node, index), other.extent(b.node, index)];
    if (extentA.start !== extentB.start || extentA.length !== extentB.length) return true;
  }
  return false;
}

function changedFacts(
  kind: ChangeKind,
  metadata: readonly string[],
  a: Facts,
  b: Facts,
  isMoved: boolean,
): readonly string[] {
  const content: string[] = [];
  if (kind === "content") {
    if (a.bytes !== b.bytes) content.push("bytes");
    if (a.hashes?.sha256 !== b.hashes?.sha256) content.push("hashes");
    // What could not be read whole cannot be shown to be the same.
    if (a.state !== b.state || a.state !== "ok") content.push("state");
  }
  return [...content, ...metadata, ...(isMoved && kind !== "content" ? ["extents"] : [])];
}

function picked(facts: Facts, fields: readonly string[]): Partial<ManifestFile> {
  const wanted = new Set(fields.includes("target") ? [...fields, "targetBytes"] : fields);
  const kept = Object.entries(facts).filter(([name]) => wanted.has(name));
  // Every entry is one of the facts under its own name.
  return Object.fromEntries(kept) as Partial<ManifestFile>;
}

function headOf(
  pair: VolumePair,
  { namespace, node }: Entry,
  change: ChangeKind,
): Pick<FileChange, "path" | "pathBytes" | "change" | "volume"> {
  const { path, pathBytes } = placeOf(namespace, node);
  const bytes = pathBytes === undefined ? {} : { pathBytes: hex(pathBytes) };
  return { path, ...bytes, change, volume: pair.kind };
}

function takeNamed(
  { namespaceA, namespaceB }: VolumePair,
  node: number,
  candidates: { nodes: number[]; next: number },
): number | undefined {
  const { nodes, next } = candidates;
  if (next >= nodes.length) return undefined;
  const name = namespaceA.name(node).text;
  const last = Math.min(nodes.length, next + NAMES_TRIED);
  let chosen = next;
  for (let index = next; index < last; index++) {
    if (namespaceB.name(nodes[index] ?? 0).text !== name) continue;
    chosen = index;
    break;
  }
  const found = nodes[chosen];
  nodes[chosen] = nodes[next] ?? 0;
  candidates.next++;
  return found;
}
