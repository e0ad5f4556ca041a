// Verifies the files of an image against the lists that it carries: only what these need is read.

import { hex } from "../bytes/text.ts";
import { fromHex } from "../kernel/hex.ts";
import type { Algorithm } from "../kernel/digest.ts";
import type { Claim, ClaimSink } from "../model/claims.ts";
import { ByteStrings, Column } from "../model/columns.ts";
import type { Image } from "../model/image.ts";
import { type ListFacts, type ListReport, unreadList } from "../model/lists.ts";
import type { VolumeKind } from "../model/namespace.ts";
import type { SharedWork } from "../pass/crew.ts";
import { PlannedSets } from "../pass/digests.ts";
import { runPass } from "../pass/pass.ts";
import { listProver } from "./lists/prover.ts";

/** A file with what a list inside the image records of it; the names are those of `discern.verify/1`. */
export type OwnEntry = {
  readonly path: string;
  readonly pathBytes?: string;
  readonly volume?: VolumeKind;
  readonly state: "ok" | "mismatch" | "missing" | "unreadable";
  readonly algorithm?: Algorithm;
  readonly recorded?: string;
  readonly computed?: string;
  /** The list, and what else there is to say. */
  readonly reason?: string;
};

const byDigits: Readonly<Record<number, Algorithm>> = {
  8: "crc32",
  32: "md5",
  40: "sha1",
  64: "sha256",
  128: "sha512",
};

/** What the lists of an image say of its files; entries are made one at a time. */
export class OwnVerification {
  readonly #image: Image;
  readonly #claims: FileClaims;
  readonly #lists: ListFacts | undefined;

  /** Made by {@linkcode verifyOwnProofs}. */
  constructor(image: Image, claims: FileClaims, lists: ListFacts | undefined) {
    this.#image = image;
    this.#claims = claims;
    this.#lists = lists;
  }

  /** Each listed file: those that are as recorded first, then the others. */
  *entries(): Generator<OwnEntry> {
    yield* this.#claims.entries(this.#image);
    const isEmpty = this.#isEmpty();
    for (const report of this.#lists?.lists ?? []) {
      const { list, partial, absent, stale, differing, compared, damaged } = report;
      // Where no list could be read there is nothing to verify against, which is not a mismatch.
      if (!isEmpty || damaged.count > 0) {
        for (const reason of unreadOf(report)) yield { path: list, state: "unreadable", reason };
      }
      if (stale) {
        const reason = `${differing} of the ${compared} files that it lists differ`;
        yield { path: list, state: "mismatch", reason };
      }
      if (partial) continue;
      for (const path of absent.names) yield { path, state: "missing", reason: `in ${list}` };
      const more = absent.count - absent.names.length;
      if (more > 0) yield { path: list, state: "missing", reason: `${more} more that it lists` };
    }
    for (const { tree, node, list } of this.#lists?.unread ?? []) {
      const reason = `its bytes are not all there; listed in ${list}`;
      yield { ...fileOf(this.#image, tree, node), state: "unreadable", reason };
    }
    for (const { tree, node, list } of this.#lists?.packed ?? []) {
      const reason = `compressed (zisofs), and could not be expanded; listed in ${list}`;
      yield { ...fileOf(this.#image, tree, node), state: "unreadable", reason };
    }
  }

  // Whether no line of a list could be held against its file, nor its file be missed.
  #isEmpty(): boolean {
    const reports = this.#lists?.lists ?? [];
    if (reports.some(({ stale, absent, partial }) => stale || (!partial && absent.count > 0))) {
      return false;
    }
    const unread = [...this.#lists?.unread ?? [], ...this.#lists?.packed ?? []];
    return unread.length === 0 && this.#claims.entries(this.#image).next().done === true;
  }

  /** What of the image the entries are about. */
  checked(): {
    readonly image: false;
    readonly regions: 0;
    readonly passedOver: 0;
    readonly files: readonly { readonly volume: VolumeKind; readonly files: number }[];
  } {
    const files = [...this.#claims.files(this.#image)]
      .map(([volume, count]) => ({ volume, files: count }));
    return { image: false, regions: 0, passedOver: 0, files };
  }
}

/** What of a list could not be read. */
function* unreadOf({ state, damaged: { count, first } }: ListReport): Generator<string> {
  const line = first?.line ?? 0;
  if (count > 0) {
    yield count === 1
      ? `line ${line} cannot be read, though nearly: it was changed`
      : `${count} lines cannot be read, though nearly: they were changed; the first is line ${line}`;
  }
  if (state === "broken") yield "it breaks off against its grammar";
  // Tables in other forms are there beside those that are not expanded.
  const why = state === "codec" ? undefined : unreadList[state];
  if (why !== undefined) yield `the list ${why}`;
}

function fileOf(
  image: Image,
  tree: number,
  node: number,
): Pick<OwnEntry, "path" | "pathBytes" | "volume"> {
  const names = image.namespaceOf(tree);
  if (names === undefined) return { path: "" };
  const bytes = names.pathBytes(node);
  return {
    path: names.path(node),
    ...(bytes === undefined ? {} : { pathBytes: hex(bytes) }),
    volume: names.kind,
  };
}

/** Claims about files: those that hold as numbers, the others whole. */
class FileClaims implements ClaimSink {
  readonly #tree = new Column(Uint32Array);
  readonly #node = new Column(Uint32Array);
  readonly #recorded = new ByteStrings();
  readonly #failed: Claim[] = [];

  claim(claim: Claim): void {
    const { tree, node, holds, recorded } = claim;
    if (tree === undefined || node === undefined || recorded === undefined) return;
    if (!holds) this.#failed.push(claim);
    else {
      this.#tree.push(tree);
      this.#node.push(node);
      this.#recorded.push(fromHex(recorded));
    }
  }

  *entries(image: Image): Generator<OwnEntry> {
    for (let index = 0; index < this.#node.length; index++) {
      const digest = hex(this.#recorded.get(index));
      const file = fileOf(image, this.#tree.get(index), this.#node.get(index));
      yield { ...file, state: "ok", ...digestsOf(digest, digest) };
    }
    for (const { tree = 0, node = 0, recorded = "", computed = "", what } of this.#failed) {
      const digests = digestsOf(recorded, computed);
      yield { ...fileOf(image, tree, node), state: "mismatch", ...digests, reason: what };
    }
  }

  /** Distinct files by the volume that shows them. */
  files(image: Image): Map<VolumeKind, number> {
    const seen = new Map<number, Set<number>>();
    const see = (tree: number, node: number) =>
      seen.set(tree, (seen.get(tree) ?? new Set()).add(node));
    for (let index = 0; index < this.#node.length; index++) {
      see(this.#tree.get(index), this.#node.get(index));
    }
    for (const { tree = 0, node = 0 } of this.#failed) see(tree, node);
    const counts = new Map<VolumeKind, number>();
    for (const [tree, nodes] of seen) {
      const kind = image.namespaceOf(tree)?.kind ?? "iso9660";
      counts.set(kind, (counts.get(kind) ?? 0) + nodes.size);
    }
    return counts;
  }
}

function digestsOf(
  recorded: string,
  computed: string,
): Pick<OwnEntry, "algorithm" | "recorded" | "computed"> {
  const algorithm = byDigits[recorded.length];
  return { ...(algorithm === undefined ? {} : { algorithm }), recorded, computed };
}

/**
 * Verifies the files that lists inside the image are about. What is wrong is in the entries; there are none
 * where the image has no list. Rejects with the signal's reason.
 */
export async function verifyOwnProofs(
  image: Image,
  options: SharedWork = {},
): Promise<OwnVerification> {
  const { engines, workers, signal, onEvent } = options;
  const sets = new PlannedSets([], engines, image.source.size);
  const claims = new FileClaims();
  const prover = await listProver({
    image,
    volumeEnd: image.volumeEnd,
    deep: false,
    plan: (wanted) => sets.add(wanted),
    ...(engines === undefined ? {} : { engines }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (prover === undefined) return new OwnVerification(image, claims, undefined);
  const clients = prover.clients ?? [];
  const total = clients.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  await runPass(image, {
    clients,
    plans: sets.plans,
    costs: sets.costs,
    onRead: (count) => onEvent?.({ type: "progress", what: "verify", done: done += count, total }),
    ...(workers === undefined ? {} : { pool: workers }),
    ...(signal === undefined ? {} : { signal }),
  });
  const { lists } = await prover.finish(claims);
  return new OwnVerification(image, claims, lists);
}
