// Whether files have the same content: by their place where nothing there differs, else by digest.

import { type ContentDigest, digestImage, type ImageDigests } from "../manifest/digest_image.ts";
import { readContent } from "../manifest/content.ts";
import type { Image, Volume } from "../model/image.ts";
import { Column } from "../model/columns.ts";
import type { Namespace } from "../model/namespace.ts";
import type { SharedWork } from "../pass/crew.ts";
import { firstDifference } from "../kernel/digest.ts";
import { isUntouched } from "./records.ts";
import type { SectorSet } from "./sectors.ts";
import type { Side } from "./side.ts";
import { pairedEntries, type VolumePair } from "./volumes.ts";

/** How the contents of two files compare; `unknown` where not all of both could be read. */
export type Sameness = "same" | "different" | "unknown";

/** Entries that only one image has, by node of its volume. */
export type OneSided = { readonly a: Column; readonly b: Column };

/** Nodes of the volumes of one image whose content must be digested. */
class Wanted {
  count = 0;
  readonly #marks = new Map<Volume, Uint8Array>();

  mark(volume: Volume, node: number): void {
    const nodes = volume.namespace?.tree.count ?? 0;
    const marks = this.#marks.get(volume) ?? new Uint8Array(nodes);
    this.#marks.set(volume, marks);
    marks[node] = 1;
    this.count++;
  }

  readonly has = (volume: Volume, node: number): boolean => this.#marks.get(volume)?.[node] === 1;

  get volumes(): Volume[] {
    return [...this.#marks.keys()];
  }
}

/** Contents of the files of both images. */
export class Contents {
  readonly #a: Side;
  readonly #b: Side;
  readonly #sectors: SectorSet;
  readonly #oneSided = new Map<VolumePair, OneSided>();
  #digestsA: ImageDigests | undefined;
  #digestsB: ImageDigests | undefined;

  /** Made by {@linkcode readContents}. */
  constructor(a: Side, b: Side, sectors: SectorSet) {
    this.#a = a;
    this.#b = b;
    this.#sectors = sectors;
  }

  /** Digests, in one pass over each image, what can be told no other way. */
  async read(pairs: readonly VolumePair[], options: SharedWork): Promise<void> {
    const [wantedA, wantedB] = [new Wanted(), new Wanted()];
    for (const pair of pairs) {
      options.signal?.throwIfAborted();
      this.#plan(pair, wantedA, wantedB);
    }
    this.#digestsA = await digests(this.#a.image, wantedA, options);
    this.#digestsB = await digests(this.#b.image, wantedB, options);
  }

  #plan(pair: VolumePair, wantedA: Wanted, wantedB: Wanted): void {
    const oneSided = { a: new Column(Uint32Array), b: new Column(Uint32Array) };
    this.#oneSided.set(pair, oneSided);
    for (const [a, b] of pairedEntries(pair)) {
      if (a === undefined) oneSided.b.push(b);
      else if (b === undefined) oneSided.a.push(a);
      else if (this.#byPlace(pair, a, b) === undefined) {
        wantedA.mark(pair.a, a);
        wantedB.mark(pair.b, b);
      }
    }
    // A renamed file has a size that some entry of the other image has too.
    const [sizesA, sizesB] = [
      sizes(pair.namespaceA, oneSided.a),
      sizes(pair.namespaceB, oneSided.b),
    ];
    markSizes(pair.a, pair.namespaceA, oneSided.a, sizesB, wantedA);
    markSizes(pair.b, pair.namespaceB, oneSided.b, sizesA, wantedB);
  }

  /** Entries of a pair of namespaces that only one image has. */
  oneSided(pair: VolumePair): OneSided {
    return this.#oneSided.get(pair) ?? { a: new Column(Uint32Array), b: new Column(Uint32Array) };
  }

  /** How two files compare without reading them, or undefined. */
  #byPlace({ namespaceA, namespaceB }: VolumePair, a: number, b: number): Sameness | undefined {
    if (namespaceA.type(a) !== "file" || namespaceB.type(b) !== "file") return "same";
    const size = namespaceA.contentSize(a);
    if (size !== namespaceB.contentSize(b)) return "different";
    if (size === 0) return "same";
    const [treeA, treeB] = [namespaceA.tree, namespaceB.tree];
    const count = treeA.extentCount(a);
    const stored = treeA.size(a) === treeB.size(b) && count === treeB.extentCount(b) &&
      treeA.elsewhere.has(a) === treeB.elsewhere.has(b) &&
      treeA.zisofs.get(a)?.algorithm === treeB.zisofs.get(b)?.algorithm;
    if (!stored) return undefined;
    for (let index = 0; index < count; index++) {
      const [one, other] = [treeA.extent(a, index), treeB.extent(b, index)];
      const { length } = one;
      if (length !== other.length) return undefined;
      const [sideA, sideB] = [this.#a, this.#b];
      if (!isUntouched(sideA, sideB, one.start, other.start, length, this.#sectors)) {
        return undefined;
      }
    }
    return "same";
  }

  /** How the contents of two files of one path compare. */
  compare(pair: VolumePair, a: number, b: number): Sameness {
    const known = this.#byPlace(pair, a, b);
    if (known !== undefined) return known;
    const one = this.digestA(pair, a)?.hashes?.sha256;
    const other = this.digestB(pair, b)?.hashes?.sha256;
    if (one === undefined || other === undefined) return "unknown";
    return one === other ? "same" : "different";
  }

  /** Digests and state of a file of the first image, where it was read. */
  digestA(pair: VolumePair, node: number): FileDigest | undefined {
    return digestOf(this.#digestsA, pair.a, node);
  }

  /** Digests and state of a file of the second image, where it was read. */
  digestB(pair: VolumePair, node: number): FileDigest | undefined {
    return digestOf(this.#digestsB, pair.b, node);
  }
}

/** What reading a file came to. */
export type FileDigest = Pick<ContentDigest, "state" | "hashes">;

function digestOf(
  digests: ImageDigests | undefined,
  volume: Volume,
  node: number,
): FileDigest | undefined {
  if (digests === undefined || digests.contentOf(volume, node) < 0) return undefined;
  const { state, hashes } = digests.of(volume, node);
  return hashes === undefined ? { state } : { state, hashes };
}

async function digests(
  image: Image,
  wanted: Wanted,
  options: SharedWork,
): Promise<ImageDigests | undefined> {
  if (wanted.count === 0) return undefined;
  return await digestImage(image, wanted.volumes, { ...options, wanted: wanted.has });
}

function isContent(namespace: Namespace, node: number): boolean {
  return namespace.type(node) === "file" && namespace.contentSize(node) > 0;
}

function sizes(namespace: Namespace, nodes: Column): ReadonlySet<number> {
  const found = new Set<number>();
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes.get(index);
    if (isContent(namespace, node)) found.add(namespace.contentSize(node));
  }
  return found;
}

function markSizes(
  volume: Volume,
  namespace: Namespace,
  nodes: Column,
  sizes: ReadonlySet<number>,
  wanted: Wanted,
): void {
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes.get(index);
    if (!isContent(namespace, node) || !sizes.has(namespace.contentSize(node))) continue;
    wanted.mark(volume, node);
  }
}

/** First byte in which the contents of two files differ; undefined where none is found. */
export async function firstContentDifference(
  a: { readonly image: Image; readonly namespace: Namespace; readonly node: number },
  b: { readonly image: Image; readonly namespace: Namespace; readonly node: number },
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const options = signal === undefined ? {} : { signal };
  const one = readContent(a.image, a.namespace, a.node, options);
  const other = readContent(b.image, b.namespace, b.node, options);
  let [bytesA, bytesB]: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  for (let at = 0;;) {
    if (bytesA.length === 0) bytesA = await nextPiece(one);
    if (bytesB.length === 0) bytesB = await nextPiece(other);
    const length = Math.min(bytesA.length, bytesB.length);
    if (length === 0) return undefined;
    const found = firstDifference(bytesA.subarray(0, length), bytesB.subarray(0, length));
    if (found >= 0) return at + found;
    at += length;
    [bytesA, bytesB] = [bytesA.subarray(length), bytesB.subarray(length)];
  }
}

async function nextPiece(pieces: AsyncGenerator<Uint8Array, unknown>): Promise<Uint8Array> {
  const next = await pieces.next();
  return next.done === true ? new Uint8Array(0) : next.value;
}
