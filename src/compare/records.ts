// Fields of directory records, their system use entries and path table records, matched by name.

import { SECTOR } from "../bytes/span.ts";
import { equalBytes, hex } from "../bytes/text.ts";
import type { RecordView, VariableField } from "../model/directory.ts";
import type { Image } from "../model/image.ts";
import { identifierText, recordPath } from "../model/places.ts";
import type { Tree } from "../model/tree.ts";
import { type FieldList, layoutFields, type Recorded } from "./fields.ts";
import { matchEntries } from "./match.ts";
import type { SectorSet } from "./sectors.ts";
import type { Side } from "./side.ts";

/** Bytes of a directory decoded at a time. */
const PART = 32 * SECTOR;
/** Bytes behind the first record of the last child in which its other sections may stand. */
const SECTIONS_BEHIND = 16 * SECTOR;
/** Records that wait for a partner in a directory of another order; the others are counted. */
const WAITING = 50_000;

/** Directories whose continuation areas differ somewhere, by tree and node of one image. */
export class NodeMarks {
  readonly #trees: readonly Tree[];
  readonly #marks = new Map<number, Uint8Array>();

  /** For the trees of one image. */
  constructor(image: Image) {
    this.#trees = image.trees;
  }

  /** Marks a node and its parent: a continuation area belongs to a record in either. */
  mark(tree: number, node: number): void {
    const nodes = this.#trees[tree];
    if (nodes === undefined) return;
    const marks = this.#marks.get(tree) ?? new Uint8Array(nodes.count);
    this.#marks.set(tree, marks);
    marks[node] = 1;
    marks[nodes.parent(node)] = 1;
  }

  /** Whether a node was marked. */
  has(tree: number, node: number): boolean {
    return this.#marks.get(tree)?.[node] === 1;
  }
}

/** What is known of the bytes that differ. */
export type Differences = {
  readonly sectors: SectorSet;
  readonly marksA: NodeMarks;
  readonly marksB: NodeMarks;
};

/** Trees of both images that stand for each other, by their numbers. */
export type TreePair = { readonly a: number; readonly b: number };

/** Pairs trees of a kind: those of the sessions shown, then those of the other sessions by number. */
export function pairTrees(a: Image, b: Image): readonly TreePair[] {
  const key = (image: Image) => ({ kind, session }: Tree) =>
    session === image.session ? kind : `${kind} ${session}`;
  const pairs: TreePair[] = [];
  const numbersA = [...a.trees.keys()];
  const numbersB = [...b.trees.keys()];
  const keyOf = (image: Image) => (number: number) => {
    const tree = image.trees[number];
    return tree === undefined ? "" : key(image)(tree);
  };
  for (const [one, other] of matchEntries(numbersA, numbersB, keyOf(a), keyOf(b))) {
    if (one !== undefined && other !== undefined) pairs.push({ a: one, b: other });
  }
  return pairs;
}

/**
 * Whether a stretch of logical bytes lies at the same place in both images, and nothing in it differs.
 * What lies past the end of both counts as the same where the images end together.
 */
export function isUntouched(
  a: Side,
  b: Side,
  startA: number,
  startB: number,
  length: number,
  sectors: SectorSet,
): boolean {
  if (length === 0) return true;
  const from = a.ofLogical(startA);
  if (from !== b.ofLogical(startB)) return false;
  const to = a.ofLogical(startA + length - 1) + 1;
  const end = Math.min(to, a.size, b.size);
  if (end < to && a.size !== b.size) return false;
  return !sectors.any(Math.max(0, from), end);
}

// Rock Ridge names tell entries apart where both trees have them: identifiers may be made by counting.
function entryKey(tree: Tree, byName: boolean): (node: number) => string {
  return (node) => {
    const name = byName ? tree.alternateName(node) : undefined;
    return `${tree.isAssociated(node) ? "a" : "-"}${hex(name ?? tree.identifier(node))}`;
  };
}

function* childrenOf(tree: Tree, node: number): Generator<number> {
  const first = tree.firstChild(node);
  for (let child = first; child >= 0 && child < first + tree.childCount(node); child++) {
    yield child;
  }
}

/** Compares the records of every directory that both trees have; directories left alone are not read. */
export async function compareRecords(
  a: Side,
  b: Side,
  pair: TreePair,
  differences: Differences,
  list: FieldList,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [treeA, treeB] = [a.image.trees[pair.a], b.image.trees[pair.b]];
  if (treeA === undefined || treeB === undefined) return;
  const byName = treeA.hasRockRidge && treeB.hasRockRidge;
  const [keyA, keyB] = [entryKey(treeA, byName), entryKey(treeB, byName)];
  const stack: [number, number][] = [[0, 0]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    signal?.throwIfAborted();
    const [nodeA, nodeB] = next;
    const partners = isTouched(a, b, pair, nodeA, nodeB, differences)
      ? new Partners(treeA, nodeA, treeB, nodeB)
      : undefined;
    const children = [childrenOf(treeA, nodeA), childrenOf(treeB, nodeB)] as const;
    for (const [one, other] of matchEntries(...children, keyA, keyB)) {
      if (one === undefined || other === undefined) continue;
      partners?.join(one, other);
      if (treeA.isDirectory(one) && treeB.isDirectory(other)) stack.push([one, other]);
    }
    if (partners === undefined) continue;
    const [recordsA, recordsB] = [
      recordsOf(a.image, pair.a, nodeA),
      recordsOf(b.image, pair.b, nodeB),
    ];
    const namespace = a.image.namespaceOf(pair.a);
    for await (const [one, other] of pairedRecords(recordsA, recordsB, partners, list)) {
      const view = { tree: pair.a, node: nodeA };
      const path = () => recordPath(namespace, view, one);
      const belongs = { path, ...(namespace === undefined ? {} : { volume: namespace.kind }) };
      list.compare(wholeRecord(one), wholeRecord(other), belongs);
      compareSystemUse(one, other, belongs, list);
    }
  }
}

function isTouched(
  a: Side,
  b: Side,
  pair: TreePair,
  nodeA: number,
  nodeB: number,
  { sectors, marksA, marksB }: Differences,
): boolean {
  if (marksA.has(pair.a, nodeA) || marksB.has(pair.b, nodeB)) return true;
  const one = a.image.trees[pair.a]?.extent(nodeA, 0) ?? { start: 0, length: 0 };
  const other = b.image.trees[pair.b]?.extent(nodeB, 0) ?? { start: 0, length: 0 };
  if (one.length !== other.length) return true;
  return !isUntouched(a, b, one.start, other.start, one.length, sectors);
}

/** Which children of two directories stand for each other. */
class Partners {
  readonly #firstA: number;
  readonly #firstB: number;
  readonly #ofA: Int32Array;
  readonly #inB: Uint8Array;

  constructor(treeA: Tree, nodeA: number, treeB: Tree, nodeB: number) {
    this.#firstA = treeA.firstChild(nodeA);
    this.#firstB = treeB.firstChild(nodeB);
    this.#ofA = new Int32Array(treeA.childCount(nodeA)).fill(-1);
    this.#inB = new Uint8Array(treeB.childCount(nodeB));
  }

  join(a: number, b: number): void {
    this.#ofA[a - this.#firstA] = b;
    this.#inB[b - this.#firstB] = 1;
  }

  /** What a record of the first directory is matched by; undefined where it has no partner. */
  keyA({ reserved, node, section }: RecordView): string | undefined {
    if (reserved !== undefined) return `.${reserved}`;
    const partner = node === undefined ? -1 : this.#ofA[node - this.#firstA] ?? -1;
    return partner < 0 ? undefined : `${partner} ${section}`;
  }

  /** The same of a record of the second directory. */
  keyB({ reserved, node, section }: RecordView): string | undefined {
    if (reserved !== undefined) return `.${reserved}`;
    const joined = node !== undefined && this.#inB[node - this.#firstB] === 1;
    return joined ? `${node} ${section}` : undefined;
  }
}

/** Every record of a directory, decoded a part at a time. */
async function* recordsOf(image: Image, tree: number, node: number): AsyncGenerator<RecordView> {
  const nodes = image.trees[tree];
  if (nodes === undefined) return;
  const { start, length } = nodes.extent(node, 0);
  // Behind the last child there is nothing to compare, whatever length a damaged record gives.
  const children = nodes.childCount(node);
  const last = children === 0 ? start : nodes.record(nodes.firstChild(node) + children - 1);
  const end = Math.min(length, last - start + SECTIONS_BEHIND);
  for (let from = 0; from < end; from += PART) {
    yield* (await image.readDirectoryPart(tree, node, from, from + PART)).records;
  }
}

/** Pairs records as they come; only those wait whose partner has not come yet. */
async function* pairedRecords(
  a: AsyncGenerator<RecordView>,
  b: AsyncGenerator<RecordView>,
  partners: Partners,
  list: FieldList,
): AsyncGenerator<readonly [RecordView, RecordView]> {
  const waitingA = new Map<string, RecordView>();
  const waitingB = new Map<string, RecordView>();
  for (;;) {
    const [nextA, nextB] = [await a.next(), await b.next()];
    if (nextA.done === true && nextB.done === true) return;
    const keyA = nextA.done === true ? undefined : partners.keyA(nextA.value);
    if (nextA.done !== true && keyA !== undefined) {
      const other = waitingB.get(keyA);
      waitingB.delete(keyA);
      if (other !== undefined) yield [nextA.value, other];
      else wait(waitingA, keyA, nextA.value, list);
    }
    const keyB = nextB.done === true ? undefined : partners.keyB(nextB.value);
    if (nextB.done !== true && keyB !== undefined) {
      const other = waitingA.get(keyB);
      waitingA.delete(keyB);
      if (other !== undefined) yield [other, nextB.value];
      else wait(waitingB, keyB, nextB.value, list);
    }
  }
}

function wait(
  waiting: Map<string, RecordView>,
  key: string,
  record: RecordView,
  list: FieldList,
): void {
  if (waiting.size < WAITING) waiting.set(key, record);
  else list.skipped++;
}

// The record itself ends with its identifier and padding; system use entries are structures of their own.
function wholeRecord({ layout, span, bytes, identifier }: RecordView): Recorded {
  const end = layout.size + identifier.length;
  const padded = identifier.length % 2 === 0 && bytes.length > end;
  const fields = () => [
    ...layoutFields(layout, bytes),
    {
      ...rawField("fileIdentifier", "9.1.11", "value", bytes, layout.size, identifier.length),
      value: () => identifierText(identifier),
    },
    ...(padded ? [rawField("paddingField", "9.1.12", "reserved", bytes, end, 1)] : []),
  ];
  const kept = bytes.subarray(0, padded ? end + 1 : end);
  return { title: layout.title, clause: layout.clause, start: span.start, bytes: kept, fields };
}

function rawField(
  name: string,
  clause: string,
  role: VariableField["role"],
  bytes: Uint8Array,
  offset: number,
  length: number,
): VariableField {
  const value = () => hex(bytes.subarray(offset, offset + Math.min(length, 32)));
  return { name, offset, length, clause, role, value };
}

function compareSystemUse(
  a: RecordView,
  b: RecordView,
  belongs: { readonly volume?: string; readonly path: () => string },
  list: FieldList,
): void {
  if (sameEntries(a.systemUse, b.systemUse) && sameEntries(a.other, b.other)) return;
  const entries = entriesByKey(b);
  for (const [key, entry] of entriesByKey(a)) {
    list.compare(entry, entries.get(key), belongs);
    entries.delete(key);
  }
  for (const entry of entries.values()) list.compare(undefined, entry, belongs);
}

type Bytes = { readonly bytes: Uint8Array };

function sameEntries(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  return a.length === b.length &&
    a.every(({ bytes }, index) => equalBytes(bytes, b[index]?.bytes ?? new Uint8Array(0)));
}

function entriesByKey({ systemUse, other }: RecordView): Map<string, Recorded> {
  const counts = new Map<string, number>();
  const entries = new Map<string, Recorded>();
  const add = (kind: string, recorded: Recorded) => {
    const number = counts.get(kind) ?? 0;
    counts.set(kind, number + 1);
    entries.set(`${kind} ${number}`, recorded);
  };
  for (const entry of systemUse) {
    const { signature, layout, span, bytes } = entry;
    const fields = () => [...layoutFields(layout, bytes), ...entry.parts];
    const { title, clause } = layout;
    add(signature, { title, clause, start: span.start, bytes, fields });
  }
  for (const { scheme, layout, span, bytes } of other) {
    const title = layout?.title ?? "System Use Field";
    const fields = () =>
      layout === undefined
        ? [rawField("systemUse", "9.1.13", "value", bytes, 0, bytes.length)]
        : layoutFields(layout, bytes);
    add(scheme, { title, clause: layout?.clause ?? "9.1.13", start: span.start, bytes, fields });
  }
  return entries;
}
