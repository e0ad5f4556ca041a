// Digests of the files, regions and whole of an image, in one pass over it in disc order.

import { type Owner, SECTOR } from "../bytes/span.ts";
import { type Algorithm, DigestSet } from "../kernel/digest.ts";
import { entryState } from "../model/entry.ts";
import type { Image, Volume } from "../model/image.ts";
import type { Hashes } from "../model/result.ts";
import { WholeFile } from "../pass/client.ts";
import type { SharedWork } from "../pass/crew.ts";
import { PlannedSets } from "../pass/digests.ts";
import { runPass } from "../pass/pass.ts";
import { type ContentOptions, readContent } from "./content.ts";
import { ContentPlan, RegionPlan } from "./plan.ts";
import { checkAlgorithms, DigestStore } from "./store.ts";
import { ContentSweep, RegionSweep } from "./sweep.ts";

/** What to digest. */
export type DigestOptions = SharedWork & {
  /** Computed together; `sha256` where absent. */
  readonly algorithms?: readonly Algorithm[];
  /** Only the files that this says yes to; all where absent. */
  readonly wanted?: (volume: Volume, node: number) => boolean;
  /** Everything that is no file of the volumes, too; of raw images, every region. */
  readonly regions?: boolean;
  /** The whole image file, too. */
  readonly image?: boolean;
  /** Keep what there is where the signal ends the work: files not read by then say so. */
  readonly partial?: boolean;
  /** Bytes digested at a time; never changes a result. */
  readonly pieceSize?: number;
  /**
   * Most bytes of content digested, after which files are `unreadable`: extents that overlap and data
   * that compress well can make endless work of a small image. 64 times the image and 4 GiB where absent.
   */
  readonly limit?: number;
};

/** Content of a file: its digests, or why there are none. */
export type ContentDigest = {
  readonly state: "ok" | "cut" | "unreadable";
  readonly reason?: string;
  readonly hashes?: Hashes;
};

/** A stretch of the file with one owner, with its digests; none where not all could be read. */
export type RegionDigest = {
  readonly owner: Owner;
  /** Empty for `unclaimed`. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly hashes?: Hashes;
};

/** Digested at most unless the caller says so: this often the image, and as much besides. */
const LIMIT_FACTOR = 64;
const LIMIT_BYTES = 4 * 2 ** 30;

/** The digests of an image's files, packed: a million SHA-256 take 32 MB. */
export class ImageDigests {
  /** The image that was read. */
  readonly image: Image;
  /** Whose files were digested. */
  readonly volumes: readonly Volume[];
  /** What was computed, in the order of reports. */
  readonly algorithms: readonly Algorithm[];
  /** Digests of the whole file, where asked for and all of it could be read. */
  readonly whole: Hashes | undefined;
  /** Bytes that had to be read a second time, of files whose extents the pass could not serve in order. */
  readonly reread: number;
  readonly #pass: Pass;
  readonly #empty: Hashes;

  /** Made by {@linkcode digestImage}. */
  constructor(pass: Pass, volumes: readonly Volume[], whole: Hashes | undefined) {
    this.image = pass.image;
    this.volumes = volumes;
    this.algorithms = pass.algorithms;
    this.whole = whole;
    this.reread = pass.reread;
    this.#pass = pass;
    this.#empty = new DigestSet(pass.algorithms, { bytes: 0 }).hex();
  }

  /** The digests of a regular file's content; empty files have those of no bytes. */
  of(volume: Volume, node: number): ContentDigest {
    const { namespace } = volume;
    if (namespace === undefined) return { state: "unreadable", reason: "the volume is not read" };
    const content = this.#pass.contents.contentOf(volume, node);
    if (content < 0) {
      const known = entryState(this.image, namespace, node);
      if (known.state !== "ok") return known;
      if (namespace.contentSize(node) === 0) return { state: "ok", hashes: this.#empty };
      return { state: "unreadable", reason: "its records name no bytes" };
    }
    const { store } = this.#pass;
    const hashes = store.hashes(content);
    if (hashes !== undefined) return { state: "ok", hashes };
    const state = store.state(content);
    const reason = store.reason(content) ?? "it was not read";
    return { state: state === "cut" ? "cut" : "unreadable", reason };
  }

  /** Number of the distinct content of a file, from 0 in disc order; -1 for empty and unreadable ones. */
  contentOf(volume: Volume, node: number): number {
    return this.#pass.contents.contentOf(volume, node);
  }

  /**
   * Regions that no listed file covers, all of them in a raw image, in the order of the image; none
   * unless asked for.
   */
  *regions(): Generator<RegionDigest> {
    const { regions, regionStore } = this.#pass;
    for (let index = 0; index < (regions?.count ?? 0); index++) {
      const region = regions?.region(index);
      if (region === undefined) return;
      const hashes = regionStore.hashes(index);
      yield hashes === undefined ? region : { ...region, hashes };
    }
  }
}

/**
 * Digests the regular files of `volumes` in one pass in disc order: what several files share is read
 * once. Damage is part of the result; rejects with TypeError for an unknown algorithm, and with the
 * signal's reason unless `partial` is set.
 */
export async function digestImage(
  image: Image,
  volumes: readonly Volume[],
  options: DigestOptions = {},
): Promise<ImageDigests> {
  const pass = new Pass(image, volumes, options);
  try {
    const whole = await pass.run();
    return new ImageDigests(pass, volumes, whole);
  } catch (error) {
    if (options.partial !== true || options.signal?.aborted !== true) throw error;
    return new ImageDigests(pass, volumes, undefined);
  }
}

/** The digests of an image under way. */
class Pass {
  readonly image: Image;
  readonly algorithms: readonly Algorithm[];
  readonly contents: ContentPlan;
  readonly store: DigestStore;
  readonly regions: RegionPlan | undefined;
  readonly regionStore: DigestStore;
  /** Bytes that were read a second time: of files whose extents are not in the order of the image. */
  reread = 0;
  readonly #options: DigestOptions;
  readonly #limit: number;
  #digested = 0;
  #total = 0;
  #done = 0;

  constructor(image: Image, volumes: readonly Volume[], options: DigestOptions) {
    this.image = image;
    this.#options = options;
    this.algorithms = checkAlgorithms(options.algorithms ?? ["sha256"]);
    this.contents = new ContentPlan(image, volumes, options.wanted);
    this.store = new DigestStore(this.algorithms, this.contents.count);
    // The digests of files leave the sync, headers and codes of raw sectors out: regions have them all.
    const isRaw = image.mapping.stride !== SECTOR;
    this.regions = options.regions === true
      ? new RegionPlan(image, isRaw ? [] : volumes)
      : undefined;
    this.regionStore = new DigestStore(this.algorithms, this.regions?.count ?? 0);
    this.#limit = options.limit ?? LIMIT_BYTES + LIMIT_FACTOR * image.source.size;
  }

  async run(): Promise<Hashes | undefined> {
    const { signal, engines, workers, pieceSize, image: wantsWhole } = this.#options;
    signal?.throwIfAborted();
    const { size } = this.image.source;
    const bytes = wantsWhole === true ? size : this.#plannedBytes();
    this.#total = bytes;
    const sets = new PlannedSets(this.algorithms, engines, bytes);
    const sweep = this.#sweep(sets.together, bytes);
    const whole = wantsWhole === true
      ? new WholeFile(this.image.path, size, sets.single)
      : undefined;
    await runPass(this.image, {
      clients: [
        ...(whole === undefined ? [] : [whole]),
        ...(this.regions === undefined
          ? []
          : [new RegionSweep(this.regions, this.regionStore, sets.together)]),
        ...(this.contents.count === 0 ? [] : [sweep]),
      ],
      plans: sets.plans,
      costs: sets.costs,
      ...(whole === undefined || sets.split === undefined ? {} : { split: sets.split }),
      onRead: (count) => this.#report(count),
      ...(workers === undefined ? {} : { pool: workers }),
      ...(pieceSize === undefined ? {} : { pieceBytes: pieceSize }),
      ...(signal === undefined ? {} : { signal }),
    });
    sweep.finish();
    for (const content of sweep.later) await this.#readAgain(content);
    this.#report(this.#total);
    return whole === undefined ? undefined : sets.hashes(whole);
  }

  #sweep(set: number, bytes: number): ContentSweep {
    const { image, contents: plan, store } = this;
    return new ContentSweep({
      plan,
      store,
      mapping: image.mapping,
      set,
      bounded: this.#contentBytes() > this.#limit,
      spend: (bytes) => this.#spend(bytes),
      refuse: (content) => this.#refuse(content),
      digestHeld: (content, held) => this.#digestBy(content, held.read),
    }, bytes);
  }

  #contentBytes(): number {
    let sum = 0;
    for (let content = 0; content < this.contents.count; content++) {
      const { namespace, node } = this.contents.file(content);
      sum += namespace.tree.size(node) + namespace.contentSize(node);
    }
    return sum;
  }

  #plannedBytes(): number {
    const { size } = this.image.source;
    let sum = 0;
    for (let content = 0; content < this.contents.count; content++) {
      const { namespace, node } = this.contents.file(content);
      const start = this.image.mapping.fileOffset(this.contents.start(content));
      sum += Math.max(0, Math.min(namespace.tree.size(node), size - start));
    }
    for (let region = 0; region < (this.regions?.count ?? 0); region++) {
      sum += this.regions?.length(region) ?? 0;
    }
    return Math.min(sum, size);
  }

  #report(count: number): void {
    const { onEvent } = this.#options;
    if (onEvent === undefined) return;
    this.#done = Math.min(this.#total, this.#done + count);
    onEvent({ type: "progress", what: "digests", done: this.#done, total: this.#total });
  }

  #spend(length: number): boolean {
    this.#digested += length;
    return this.#digested <= this.#limit;
  }

  #refuse(content: number): void {
    const reason = `the limit of ${this.#limit} bytes of content for this image was reached`;
    this.store.fail(content, "unreadable", reason);
  }

  // Bytes that the pass could not give in their order; reading more than is digested is work too.
  async #readAgain(content: number): Promise<void> {
    await this.#digestBy(content, async (start, length) => {
      const reading = await this.image.read(start, length);
      this.reread += reading.bytes.length;
      return reading;
    });
  }

  // Inflating what is no content in the end is work too.
  async #digestBy(content: number, read: ContentOptions["read"] & object): Promise<void> {
    if (this.#digested >= this.#limit || this.reread > this.#limit) return this.#refuse(content);
    const { namespace, node } = this.contents.file(content);
    const digests = new DigestSet(this.algorithms, {
      ...this.#options.engines,
      bytes: namespace.tree.size(node),
      what: () => namespace.path(node),
    });
    const { signal } = this.#options;
    const options = signal === undefined ? { read } : { read, signal };
    const pieces = readContent(this.image, namespace, node, options);
    for (;;) {
      const { done, value } = await pieces.next();
      if (done === true) {
        const { state, reason } = value;
        if (state !== "ok") this.#spend(namespace.tree.zisofs.get(node)?.blockSize ?? 0);
        if (state === "ok") this.store.set(content, digests);
        else this.store.fail(content, state, reason ?? "it was not read whole");
        return;
      }
      if (!this.#spend(value.length)) return this.#refuse(content);
      digests.update(value);
    }
  }
}
