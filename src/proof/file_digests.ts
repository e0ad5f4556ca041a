// Digests of given files, taken from the pass over the data: for every reader of proofs that knows what files
// should be.

import { DigestSet } from "../kernel/digest.ts";
import type { Algorithm } from "../kernel/kernels.ts";
import { fromHex } from "../kernel/hex.ts";
import { Column } from "../model/columns.ts";
import type { Reading } from "../model/image.ts";
import type { Extent } from "../model/tree.ts";
import type { Client } from "../pass/client.ts";
import { ExtentSweep, missingBytes } from "../pass/extent_sweep.ts";
import type { ProverContext } from "./prover.ts";

/** Bytes that are digested in all, as a multiple of the image: files may share extents without end. */
const MOST = 8;
/** First byte of what has none in this image. */
const NOWHERE = Number.MAX_SAFE_INTEGER;
/** Attribute bit of CD-ROM XA: the extent lies in an audio track. */
const XA_AUDIO = 0x4000;
/** Bytes that are read again at a time. */
const PIECE = 1024 * 1024;

/** Takes the digests of a file one after the other, undefined where its bytes cannot all be had. */
export type DigestTaker = (wanted: number, digests: Uint8Array | undefined) => void;

/**
 * Digests of files of an image, each with algorithms of its own: stored bytes, so of a compressed file
 * (zisofs) the compressed ones. A million files cost some numbers each, and no object.
 *
 * ```ts ignore
 * const files = new FileDigests(context, (wanted, digests) => compare(wanted, digests));
 * const wanted = files.add(tree, node, ["sha256"]); // 0, 1, 2, ...
 * return {
 *   clients: files.clients(), // Once, after the last file was added
 *   async finish(claims) {
 *     await files.finish(); // Reads again what the pass could not serve, within bounds
 *     ...
 *   },
 * };
 * ```
 *
 * Digests come in any order, during the pass or in `finish`, each wanted file once; they are one behind
 * the other in the order of the algorithms, and have to be copied to be kept. Files of the same extents
 * and algorithms are digested once.
 */
export class FileDigests {
  readonly #context: Pick<ProverContext, "image" | "plan" | "signal" | "engines">;
  readonly #take: DigestTaker;
  readonly #tree = new Column(Uint32Array);
  readonly #node = new Column(Uint32Array);
  readonly #start = new Column(Float64Array);
  readonly #plan = new Column(Uint8Array);
  readonly #plans: { readonly set: number; readonly algorithms: readonly Algorithm[] }[] = [];
  readonly #planOf = new Map<string, number>();
  /** Wanted files by their first byte, and where the group of each distinct one begins. */
  #order = new Uint32Array(0);
  readonly #group = new Column(Uint32Array);
  /** Distinct ones that have bytes: the others come behind them. */
  #streams = 0;
  #sweep: ExtentSweep | undefined;
  #left: number;

  /** Files of the image of `context`; what comes of them goes to `take`. */
  constructor(
    context: Pick<ProverContext, "image" | "plan" | "signal" | "engines">,
    take: DigestTaker,
  ) {
    this.#context = context;
    this.#take = take;
    this.#left = MOST * context.image.source.size;
  }

  /** Files that are wanted. */
  get count(): number {
    return this.#node.length;
  }

  /** Wants digests of a node of a tree of the image; returns the number of the wanted file. */
  add(tree: number, node: number, algorithms: readonly Algorithm[]): number {
    const key = algorithms.join();
    let plan = this.#planOf.get(key);
    if (plan === undefined) {
      plan = this.#plans.push({ set: this.#context.plan(algorithms), algorithms }) - 1;
      this.#planOf.set(key, plan);
    }
    this.#tree.push(tree);
    this.#node.push(node);
    this.#plan.push(plan);
    return this.#start.push(
      this.#isHere(tree, node) ? firstByte(this.#extentsOf(tree, node)) : NOWHERE,
    );
  }

  #isHere(tree: number, node: number): boolean {
    const found = this.#context.image.trees[tree];
    return found !== undefined && !found.elsewhere.has(node) &&
      ((found.xa.get(node) ?? 0) & XA_AUDIO) === 0;
  }

  /** The tree and the node of a wanted file. */
  file(wanted: number): { readonly tree: number; readonly node: number } {
    return { tree: this.#tree.get(wanted), node: this.#node.get(wanted) };
  }

  #extentsOf(tree: number, node: number): readonly Extent[] {
    const found = this.#context.image.trees[tree];
    if (found === undefined) return [];
    return Array.from(
      { length: found.extentCount(node) },
      (_, index) => found.extent(node, index),
    ).filter(({ length }) => length > 0);
  }

  /** What the pass has to serve: to be called once, when all files are added. */
  clients(): readonly Client[] {
    if (this.count === 0) return [];
    const [tree, node, start, plan] = [this.#tree, this.#node, this.#start, this.#plan];
    this.#order = Uint32Array.from({ length: this.count }, (_, wanted) => wanted).sort((a, b) =>
      start.get(a) - start.get(b) || plan.get(a) - plan.get(b) || tree.get(a) - tree.get(b) ||
      node.get(a) - node.get(b)
    );
    let bytes = 0;
    for (const [at, wanted] of this.#order.entries()) {
      const before = this.#order[at - 1];
      if (before !== undefined && this.#isSame(before, wanted)) continue;
      const stream = this.#group.push(at);
      if (start.get(wanted) === NOWHERE) continue;
      this.#streams = stream + 1;
      for (const { length } of this.#extentsOf(tree.get(wanted), node.get(wanted))) bytes += length;
    }
    this.#sweep = this.#makeSweep(Math.min(bytes, this.#left));
    return [this.#sweep];
  }

  #isSame(a: number, b: number): boolean {
    if (this.#start.get(a) !== this.#start.get(b) || this.#plan.get(a) !== this.#plan.get(b)) {
      return false;
    }
    const one = this.#extentsOf(this.#tree.get(a), this.#node.get(a));
    const other = this.#extentsOf(this.#tree.get(b), this.#node.get(b));
    return one.length === other.length &&
      one.every(({ start, length }, at) =>
        other[at]?.start === start && other[at]?.length === length
      );
  }

  #wantedOf(stream: number): number {
    return this.#order[this.#group.get(stream)] ?? 0;
  }

  #extents(stream: number): readonly Extent[] {
    const wanted = this.#wantedOf(stream);
    return this.#extentsOf(this.#tree.get(wanted), this.#node.get(wanted));
  }

  #makeSweep(bytes: number): ExtentSweep {
    const { image } = this.#context;
    const planOf = (stream: number) => this.#plans[this.#plan.get(this.#wantedOf(stream))];
    return new ExtentSweep({
      list: {
        count: this.#streams,
        start: (stream) => this.#start.get(this.#wantedOf(stream)),
        firstEnd: (stream) => {
          const start = this.#start.get(this.#wantedOf(stream));
          const first = this.#extents(stream).find((extent) => extent.start === start);
          return start + (first?.length ?? 0);
        },
        extents: (stream) => this.#extents(stream),
      },
      mapping: image.mapping,
      bytes,
      setOf: (stream) => planOf(stream)?.set ?? 0,
      admits: (stream, bytes) => {
        this.#left -= bytes;
        if (this.#left < 0) this.#end(stream, undefined);
        return this.#left >= 0;
      },
      fail: (stream) => this.#end(stream, undefined),
      digestHeld: (stream, held) => this.#digest(stream, (from, length) => held.read(from, length)),
      ended: (stream, digests) => this.#end(stream, digests),
      nameOf: (stream) => {
        const { tree, node } = this.file(this.#wantedOf(stream));
        return image.namespaceOf(tree)?.path(node) ?? "";
      },
    });
  }

  #end(stream: number, digests: Uint8Array | undefined): void {
    const next = stream + 1 < this.#group.length ? this.#group.get(stream + 1) : this.count;
    for (let at = this.#group.get(stream); at < next; at++) {
      this.#take(this.#order[at] ?? 0, digests);
    }
  }

  /** After the pass: what it could not serve is read again; all wanted files are taken then. */
  async finish(): Promise<void> {
    const { image, signal } = this.#context;
    const sweep = this.#sweep;
    if (sweep === undefined) return;
    sweep.finish();
    for (const stream of sweep.later) {
      signal?.throwIfAborted();
      await this.#digest(stream, (from, length) => image.read(from, length));
    }
    for (let stream = this.#streams; stream < this.#group.length; stream++) {
      const { tree, node } = this.file(this.#wantedOf(stream));
      if (!this.#isHere(tree, node)) this.#end(stream, undefined);
      else await this.#digest(stream, (from, length) => image.read(from, length));
    }
  }

  async #digest(
    stream: number,
    read: (start: number, length: number) => Promise<Reading>,
  ): Promise<void> {
    const extents = this.#extents(stream);
    const bytes = extents.reduce((sum, { length }) => sum + length, 0);
    this.#left -= bytes;
    const { image, engines = {}, signal } = this.#context;
    if (this.#left < 0 || missingBytes(extents, image.mapping) > 0) {
      return this.#end(stream, undefined);
    }
    const { algorithms = [] } = this.#plans[this.#plan.get(this.#wantedOf(stream))] ?? {};
    const digests = new DigestSet(algorithms, { ...engines, bytes, workload: "files" });
    for (const { start, length } of extents) {
      for (let at = start; at < start + length; at += PIECE) {
        signal?.throwIfAborted();
        const size = Math.min(PIECE, start + length - at);
        const { bytes, unread } = await read(at, size);
        if (bytes.length < size || unread.length > 0) return this.#end(stream, undefined);
        digests.update(bytes);
      }
    }
    const all = digests.hex();
    this.#end(stream, fromHex(algorithms.map((algorithm) => all[algorithm] ?? "").join("")));
  }
}

function firstByte(extents: readonly Extent[]): number {
  return extents.reduce((first, { start }) => Math.min(first, start), NOWHERE);
}
