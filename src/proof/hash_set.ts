// Files of an image that a set of digests knows: every file of the namespace with the most to say is digested
// by the algorithms of the set.

import { toHex } from "../kernel/hex.ts";
import { type Algorithm, algorithms } from "../kernel/kernels.ts";
import type { Supplied } from "../model/lists.ts";
import type { NamedFile } from "../model/signature_facts.ts";
import { digestSizes } from "../pass/sets.ts";
import { FileDigests } from "./file_digests.ts";
import type { Prover, ProverContext } from "./prover.ts";

/** Files that are named. */
const KEPT = 1000;

/** Makes the reader where the user gave a set. */
export function hashSetProver(context: ProverContext): Promise<Prover | undefined> {
  const { image, hashSet } = context;
  const { tree, namespace } = image.richest() ?? {};
  if (hashSet === undefined || tree === undefined || namespace === undefined) {
    return Promise.resolve(undefined);
  }
  const set = new HashSet(hashSet);
  const kept: NamedFile[] = [];
  let count = 0;
  let unread = 0;
  const digests = new FileDigests(context, (wanted, bytes) => {
    if (bytes === undefined) unread++;
    const what = bytes === undefined ? undefined : set.find(bytes);
    if (what === undefined) return;
    count++;
    if (kept.length < KEPT) kept.push({ ...digests.file(wanted), what });
  });
  const records = namespace.tree;
  for (let node = 1; node < records.count; node++) {
    if (records.size(node) === 0 || namespace.type(node) !== "file") continue;
    digests.add(tree, node, set.algorithms);
  }
  return Promise.resolve({
    clients: digests.clients(),
    async finish() {
      await digests.finish();
      const found = { kept, count };
      const { name } = hashSet;
      return { hashSet: { name, size: set.size, files: digests.count, unread, found } };
    },
  });
}

/** Digests by algorithm, each with the number of its entry. */
class HashSet {
  readonly #list: Supplied["list"];
  readonly #entries = new Map<Algorithm, Map<string, number>>();

  constructor({ list }: Supplied) {
    this.#list = list;
    for (let index = 0; index < list.count; index++) {
      for (const { algorithm, either, hex } of list.digests(index)) {
        this.#add(algorithm, hex, index);
        if (either) this.#add("blake3", hex, index);
      }
    }
  }

  #add(algorithm: Algorithm, hex: string, index: number): void {
    const known = this.#entries.get(algorithm);
    if (known === undefined) this.#entries.set(algorithm, new Map([[hex, index]]));
    else if (!known.has(hex)) known.set(hex, index);
  }

  /** Algorithms of which it has digests. */
  get algorithms(): Algorithm[] {
    return algorithms.filter((algorithm) => this.#entries.has(algorithm));
  }

  get size(): number {
    return this.#list.count;
  }

  /** What the set calls a file with these digests, one behind the other. */
  find(digests: Uint8Array): string | undefined {
    let at = 0;
    for (const algorithm of this.algorithms) {
      const size = digestSizes[algorithm];
      const hex = toHex(digests.subarray(at, at + size));
      const index = this.#entries.get(algorithm)?.get(hex);
      if (index !== undefined) return `${algorithm} of ${this.#list.path(index).path || hex}`;
      at += size;
    }
    return undefined;
  }
}
