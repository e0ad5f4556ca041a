// Digests of the files, regions and whole of an image, in one pass over it in disc order.

import { type Owner, SECTOR } from "../bytes/span.ts";
import { type Algorithm, DigestSet } from "../kernel/digest.ts";
import { entryState } from "../model/entry.ts";
import type { Image, Volume } from "../model/image.ts";
import type { Namespace } from "../model/namespace.ts";
import type { Hashes, WorkOptions } from "../model/result.ts";
import { readContent } from "./content.ts";
import { ContentPlan, RegionPlan } from "./plan.ts";
import { RegionFeed } from "./region_feed.ts";
import { checkAlgorithms, DigestStore } from "./store.ts";
import { Window } from "./window.ts";

/** What to digest. */
export type DigestOptions = WorkOptions & {
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

const PIECE = 1024 * 1024;
/** Gaps between wanted bytes that are read over rather than skipped. */
const GAP = 64 * 1024;
/** Digested at most unless the caller says so: this often the image, and as much besides. */
const LIMIT_FACTOR = 64;
const LIMIT_BYTES = 4 * 2 ** 30;
/** Contents and regions looked at for where a read may end. */
const LOOKED_AHEAD = 1024;

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
  readonly #pass: Pass;
  readonly #empty: Hashes;

  /** Made by {@linkcode digestImage}. */
  constructor(pass: Pass, volumes: readonly Volume[], whole: Hashes | undefined) {
    this.image = pass.image;
    this.volumes = volumes;
    this.algorithms = pass.algorithms;
    this.whole = whole;
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

function stretch({ path }: Image, start: number, end: number): string {
  return `bytes ${start}+${end - start} of ${path}`;
}

/** One pass over an image. */
class Pass {
  readonly image: Image;
  readonly algorithms: readonly Algorithm[];
  readonly contents: ContentPlan;
  readonly store: DigestStore;
  readonly regions: RegionPlan | undefined;
  readonly regionStore: DigestStore;
  readonly #options: DigestOptions;
  readonly #window: Window;
  readonly #whole: DigestSet | undefined;
  /** Digests all regions of a raw image, where bytes of files belong to regions too. */
  readonly #feed: RegionFeed | undefined;
  readonly #pieceSize: number;
  readonly #limit: number;
  readonly #refusal: string;
  /** The next content and region in disc order. */
  #content = 0;
  #region = 0;
  #digested = 0;
  #read = 0;
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
    this.#whole = options.image === true ? this.#begin(() => image.path) : undefined;
    this.#feed = isRaw && this.regions !== undefined
      ? new RegionFeed(this.regions, this.regionStore, (what) => this.#begin(what))
      : undefined;
    this.#pieceSize = Math.max(1, Math.min(options.pieceSize ?? PIECE, PIECE));
    this.#limit = options.limit ?? LIMIT_BYTES + LIMIT_FACTOR * image.source.size;
    this.#refusal = `the limit of ${this.#limit} bytes of content for this image was reached`;
    this.#window = new Window(image, {
      onRead: (count) => {
        this.#read += count;
        this.#report(count);
      },
      ...(this.#feed === undefined ? {} : { follower: this.#feed }),
      ...(this.#whole === undefined ? {} : { whole: this.#whole }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  #begin(what: () => string): DigestSet {
    const { engines } = this.#options;
    return new DigestSet(this.algorithms, { ...engines, bytes: this.image.source.size, what });
  }

  async run(): Promise<Hashes | undefined> {
    this.#options.signal?.throwIfAborted();
    const all = this.#whole !== undefined || this.#feed !== undefined;
    this.#total = all ? this.image.source.size : this.#plannedBytes();
    for (;;) {
      const content = this.#contentStart(this.#content);
      const region = this.#regionStart(this.#region);
      if (content === Infinity && region === Infinity) break;
      if (content <= region) {
        await this.#digestContent(this.#content);
        this.#content++;
      } else {
        await this.#digestRegion(this.#region);
        this.#region++;
      }
    }
    await this.#window.finish();
    this.#feed?.finish();
    this.#report(this.#total);
    return this.#window.wholeFailed ? undefined : this.#whole?.hex();
  }

  #contentStart(content: number): number {
    return content < this.contents.count ? this.contents.start(content) : Infinity;
  }

  #regionStart(region: number): number {
    if (this.#feed !== undefined) return Infinity;
    if (this.regions === undefined || region >= this.regions.count) return Infinity;
    return this.regions.offset(region);
  }

  #plannedBytes(): number {
    const { size } = this.image.source;
    let sum = 0;
    for (let content = 0; content < this.contents.count; content++) {
      const { namespace, node } = this.contents.file(content);
      sum += Math.max(0, Math.min(namespace.tree.size(node), size - this.contents.start(content)));
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

  // Where the bytes wanted from `offset` on end, gaps worth skipping apart, as far as a window goes.
  #ahead(offset: number): number {
    let content = this.#content;
    let region = this.#region;
    let end = offset;
    const most = offset + this.#window.size;
    for (let looked = 0; end < most && looked < LOOKED_AHEAD; looked++) {
      const file = this.#contentStart(content);
      const other = this.#regionStart(region);
      if (Math.min(file, other) > end + GAP) break;
      if (file <= other) end = Math.max(end, this.#firstEnd(content++));
      else end = Math.max(end, other + (this.regions?.length(region++) ?? 0));
    }
    return Math.min(end, most);
  }

  // The end in the file of the first extent of a content.
  #firstEnd(content: number): number {
    const { namespace, node } = this.contents.file(content);
    const { start, length } = namespace.tree.extent(node, 0);
    return this.image.mapping.boundary(start + length);
  }

  async #aim(offset: number, end: number): Promise<void> {
    const length = Math.min(end - offset, this.#window.size);
    if (offset < 0 || length <= 0 || this.#window.peek(offset, length) !== undefined) return;
    await this.#window.file(offset, length, this.#ahead(offset));
  }

  #spend(length: number): boolean {
    this.#digested += length;
    return this.#digested <= this.#limit;
  }

  // Reading more than is digested, or inflating what is no content in the end, is work too.
  #isSpent(): boolean {
    return this.#digested >= this.#limit || this.#read - this.image.source.size > this.#limit;
  }

  async #digestContent(content: number): Promise<void> {
    if (this.#isSpent()) return this.#refuse(content);
    const { namespace, node } = this.contents.file(content);
    const offset = this.contents.start(content);
    const end = this.#firstEnd(content);
    await this.#aim(offset, end);
    const bytes = this.#inWindow(namespace, node, offset);
    if (bytes === undefined) return await this.#streamContent(content, namespace, node);
    if (!this.#spend(bytes.length)) return this.#refuse(content);
    const digests = this.#begin(() => namespace.path(node));
    this.#update(digests, bytes);
    this.store.set(content, digests);
  }

  #update(digests: DigestSet, bytes: Uint8Array): void {
    const size = this.#pieceSize;
    if (bytes.length <= size) return digests.update(bytes);
    for (let at = 0; at < bytes.length; at += size) digests.update(bytes.subarray(at, at + size));
  }

  // Most files are small, and whole in the window: no generator is set up for them.
  #inWindow(
    { kind, tree }: Namespace,
    node: number,
    offset: number,
  ): Uint8Array | undefined {
    const { mapping } = this.image;
    if (mapping.stride !== SECTOR || tree.extentCount(node) !== 1) return undefined;
    if (kind === "rockridge" && tree.zisofs.has(node)) return undefined;
    return this.#window.peek(offset, tree.extent(node, 0).length);
  }

  #refuse(content: number): void {
    this.store.fail(content, "unreadable", this.#refusal);
  }

  async #streamContent(content: number, namespace: Namespace, node: number): Promise<void> {
    const digests = this.#begin(() => namespace.path(node));
    const { signal } = this.#options;
    const pieces = readContent(this.image, namespace, node, {
      read: this.#window.read,
      pieceSize: this.#pieceSize,
      ...(signal === undefined ? {} : { signal }),
    });
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
      this.#update(digests, value);
    }
  }

  async #digestRegion(region: number): Promise<void> {
    const offset = this.#regionStart(region);
    const end = offset + (this.regions?.length(region) ?? 0);
    const digests = this.#begin(() => stretch(this.image, offset, end));
    await this.#aim(offset, end);
    for (let at = offset; at < end;) {
      const wanted = Math.min(this.#pieceSize, end - at);
      const { bytes, unread } = await this.#window.file(at, wanted, end);
      const [first] = unread;
      if (first !== undefined || bytes.length === 0) {
        const reason = `offset ${first?.start ?? at} of the image file could not be read`;
        return this.regionStore.fail(region, "unreadable", reason);
      }
      digests.update(bytes);
      at += bytes.length;
    }
    this.regionStore.set(region, digests);
  }
}
