// Files and regions as clients of a pass: who takes which bytes of the piece that passes by.

import type { Extent } from "../model/tree.ts";
import { type Client, GAP, type Jobs, type Piece } from "../pass/client.ts";
import { Heap } from "./heap.ts";
import { Held, HOLD } from "./held.ts";
import { type LongContent, LongSweep } from "./long_sweep.ts";
import type { RegionPlan } from "./plan.ts";
import type { DigestStore } from "./store.ts";
import { type ContentSweepParts, failContent, firstUnread, missingBytes } from "./sweep_parts.ts";

/** Streams under way at most; a content that finds no place is read by itself afterwards. */
const OPEN = 65_536;

/** Bytes of a content from which on it may be worth a thread of its own. */
const LONG = 4 * 1024 * 1024;

/** A content whose stream is under way, or whose stored bytes are gathered. */
type Open = {
  readonly content: number;
  /** What is left: extents in the order in which they are taken; the first may have begun. */
  readonly extents: readonly Extent[];
  /** The current one, and the next byte of it. */
  index: number;
  at: number;
  /** Bytes taken before. */
  done: number;
  worker: number;
  /** Where bytes are gathered instead of digested. */
  readonly held?: Held;
};

/** Streams the distinct contents of files, each byte from the piece that it passes by in. */
export class ContentSweep implements Client {
  readonly space = "logical";
  readonly parallel = Infinity;
  readonly bytes: number;
  /** Contents that have to be read by themselves: out of order, compressed and large, or too many. */
  readonly later: number[] = [];
  readonly #parts: ContentSweepParts;
  #cursor = 0;
  #open: Open[] = [];
  readonly #waiting = new Heap<Open>((open) => open.at);
  #heldBytes = 0;
  #ready: Open[] = [];
  /** Contents that are swept by themselves, and by whom. */
  #apart: ReadonlySet<number> = new Set();
  #longs: readonly LongSweep[] = [];

  /** `bytes` is what the contents have in all, about. */
  constructor(parts: ContentSweepParts, bytes: number) {
    this.#parts = parts;
    this.bytes = bytes;
  }

  /** See {@linkcode Client.next}. */
  next(at: number): number {
    if (this.#open.length > 0) return at;
    return Math.max(at, Math.min(this.#start(this.#cursor), this.#waiting.least));
  }

  /** See {@linkcode Client.reach}. */
  reach(at: number, end: number): number {
    let reach = at;
    for (const { extents, index } of this.#open) reach = Math.max(reach, endOf(extents[index]));
    if (this.#waiting.least <= reach + GAP) return end;
    const { plan } = this.#parts;
    for (let content = this.#cursor; reach < end && content < plan.count; content++) {
      if (this.#apart.has(content)) continue;
      const start = plan.start(content);
      if (start > reach + GAP && reach > at) break;
      reach = Math.max(reach, plan.firstEnd(content));
    }
    return Math.min(reach, end);
  }

  /** See {@linkcode Client.splitLong}: contents of one stretch that no other content has a byte of. */
  splitLong(workers: number): readonly LongSweep[] {
    const { plan, mapping, bounded } = this.#parts;
    // Which contents a limit allows is settled in the order of the image.
    if (bounded) return [];
    const queue: LongContent[] = [];
    let covered = 0;
    for (let content = 0; content < plan.count; content++) {
      const start = plan.start(content);
      const isShared = start < covered;
      const { namespace, node } = plan.file(content);
      const end = start + namespace.tree.size(node);
      covered = Math.max(covered, plan.lastEnd(content));
      if (end - start < LONG || isShared || this.#start(content + 1) < end) continue;
      if (plan.isCompressed(content)) continue;
      const extents = plan.extents(content);
      if (extents.length !== 1 || missingBytes(extents, mapping) > 0) continue;
      queue.push({ content, start, end });
    }
    // The longest come first, so that what is left at the end is short.
    queue.sort((a, b) => a.end - a.start - (b.end - b.start));
    this.#apart = new Set(queue.map(({ content }) => content));
    this.#skip();
    return this.#longs = Array.from(
      { length: queue.length === 0 ? 0 : workers },
      () => new LongSweep(this.#parts, queue),
    );
  }

  // Moves on to the next content that is not swept by itself.
  #skip(): void {
    while (this.#apart.has(this.#cursor)) this.#cursor++;
  }

  /** Says of all contents that the image ended before what became of them. */
  finish(): void {
    for (const long of this.#longs) this.later.push(...long.finish());
    while (this.#cursor < this.#parts.plan.count) {
      const open = this.#begin(this.#cursor++, Infinity);
      this.#skip();
      if (open !== undefined) this.#open.push(open);
    }
    for (let open = this.#waiting.pop(); open !== undefined; open = this.#waiting.pop()) {
      this.#open.push(open);
    }
    for (const { content, extents, done, held } of this.#open) {
      if (held !== undefined) this.later.push(content);
      else {
        const all = extents.reduce((sum, { length }) => sum + length, 0);
        const reason = `${all - done} of ${all} bytes: they lie outside the image`;
        this.#parts.store.fail(content, "cut", reason);
      }
    }
    this.#open = [];
  }

  #start(content: number): number {
    const { plan } = this.#parts;
    return content < plan.count ? plan.start(content) : Infinity;
  }

  /** See {@linkcode Client.want}. */
  want(piece: Piece, jobs: Jobs): void {
    const going = this.#open;
    this.#open = [];
    for (const open of going) this.#take(open, piece, jobs);
    while (this.#waiting.least < piece.end) {
      const open = this.#waiting.pop();
      if (open !== undefined) this.#take(open, piece, jobs);
    }
    while (this.#start(this.#cursor) < piece.end) {
      const open = this.#begin(this.#cursor++, piece.start);
      this.#skip();
      if (open === undefined) continue;
      if (open.at < piece.end) this.#take(open, piece, jobs);
      else this.#waiting.push(open);
    }
  }

  #begin(content: number, from: number): Open | undefined {
    const { plan, store, mapping, spend, refuse } = this.#parts;
    const extents = plan.extents(content);
    const missing = missingBytes(extents, mapping);
    if (missing > 0) {
      const all = extents.reduce((sum, { length }) => sum + length, 0);
      const reason = `${missing} of ${all} bytes: they lie outside the image`;
      store.fail(content, "cut", reason);
      return undefined;
    }
    if (plan.isCompressed(content) || !isInOrder(extents, from)) {
      return this.#hold(content, extents, from);
    }
    if (this.#open.length + this.#waiting.size >= OPEN) {
      this.later.push(content);
      return undefined;
    }
    if (!spend(extents.reduce((sum, { length }) => sum + length, 0))) {
      refuse(content);
      return undefined;
    }
    return opened(content, extents);
  }

  // Bytes that are wanted in another order than that of the image are kept until all have passed by.
  #hold(content: number, extents: readonly Extent[], from: number): Open | undefined {
    const held = new Held(extents);
    const isTooLarge = held.length > HOLD.each || this.#heldBytes + held.length > HOLD.all;
    if (isTooLarge || (held.extents[0]?.start ?? 0) < from) {
      this.later.push(content);
      return undefined;
    }
    this.#heldBytes += held.length;
    return { ...opened(content, held.extents), held };
  }

  #take(open: Open, piece: Piece, jobs: Jobs): void {
    for (;;) {
      const extent = open.extents[open.index];
      if (extent === undefined) return;
      const end = extent.start + extent.length;
      const to = Math.min(end, piece.end);
      const bad = firstUnread(piece.unread, open.at, to);
      if (bad !== undefined) return this.#fail(open, bad, jobs);
      const ends = to === end && open.index === open.extents.length - 1;
      if (open.held !== undefined) {
        open.held.put(open.at, piece.bytes.subarray(open.at - piece.start, to - piece.start));
      } else {
        const { content, at, worker } = open;
        open.worker = jobs.take(worker, content, at, to, this.#parts.set, ends);
      }
      open.done += to - open.at;
      open.at = to;
      if (ends) return this.#end(open);
      if (to < end) {
        this.#open.push(open);
        return;
      }
      open.index++;
      open.at = open.extents[open.index]?.start ?? 0;
      if (open.at < piece.end) continue;
      this.#waiting.push(open);
      return;
    }
  }

  #fail(open: Open, bad: number, jobs: Jobs): void {
    const { content, worker, extents, held } = open;
    if (held !== undefined) {
      // Reading it again tells how far its content is whole
      this.#heldBytes -= held.length;
      this.later.push(content);
      return;
    }
    if (worker >= 0) jobs.drop(worker, content, this.#parts.set);
    const all = extents.reduce((sum, { length }) => sum + length, 0);
    const left = all - open.done - Math.max(0, bad - open.at);
    const offset = this.#parts.mapping.fileOffset(bad);
    failContent(this.#parts.store, content, { all, left }, offset);
  }

  #end(open: Open): void {
    if (open.held !== undefined) this.#ready.push(open);
  }

  /** See {@linkcode Client.settle}. */
  get settle(): (() => Promise<void>) | undefined {
    return this.#ready.length === 0 ? undefined : () => this.#settle();
  }

  async #settle(): Promise<void> {
    const ready = this.#ready;
    this.#ready = [];
    for (const { content, held } of ready) {
      if (held === undefined) continue;
      await this.#parts.digestHeld(content, held);
      this.#heldBytes -= held.length;
    }
  }

  /** See {@linkcode Client.ended}. */
  ended(stream: number, digests: Uint8Array): void {
    this.#parts.store.setPacked(stream, digests);
  }

  /** See {@linkcode Client.nameOf}. */
  nameOf(stream: number): string {
    const { namespace, node } = this.#parts.plan.file(stream);
    return namespace.path(node);
  }
}

function opened(content: number, extents: readonly Extent[]): Open {
  return { content, extents, index: 0, at: extents[0]?.start ?? 0, done: 0, worker: -1 };
}

function isInOrder(extents: readonly Extent[], from: number): boolean {
  let end = from;
  for (const { start, length } of extents) {
    if (start < end) return false;
    end = start + length;
  }
  return true;
}

function endOf(extent: Extent | undefined): number {
  return extent === undefined ? 0 : extent.start + extent.length;
}

/** Streams the regions of a plan, which lie one behind the other. */
export class RegionSweep implements Client {
  readonly space = "file";
  readonly parallel = Infinity;
  readonly bytes: number;
  readonly #plan: RegionPlan;
  readonly #store: DigestStore;
  readonly #set: number;
  #region = 0;
  #worker = -1;

  /** Digests of set `set` go to `store`, by number of the region. */
  constructor(plan: RegionPlan, store: DigestStore, set: number) {
    this.#plan = plan;
    this.#store = store;
    this.#set = set;
    let bytes = 0;
    for (let region = 0; region < plan.count; region++) bytes += plan.length(region);
    this.bytes = bytes;
  }

  /** See {@linkcode Client.next}. */
  next(at: number): number {
    return this.#region < this.#plan.count
      ? Math.max(at, this.#plan.offset(this.#region))
      : Infinity;
  }

  /** See {@linkcode Client.reach}. */
  reach(at: number, end: number): number {
    let reach = at;
    for (let region = this.#region; reach < end && region < this.#plan.count; region++) {
      const start = this.#plan.offset(region);
      if (start > reach + GAP && reach > at) break;
      reach = Math.max(reach, start + this.#plan.length(region));
    }
    return Math.min(reach, end);
  }

  /** See {@linkcode Client.want}. */
  want({ start, end, unread }: Piece, jobs: Jobs): void {
    for (; this.#region < this.#plan.count; this.#region++) {
      const first = this.#plan.offset(this.#region);
      const last = first + this.#plan.length(this.#region);
      if (first >= end) return;
      const from = Math.max(first, start);
      const to = Math.min(last, end);
      this.#take(from, to, last, jobs, firstUnread(unread, from, to));
      if (to < last) return;
      this.#worker = -1;
    }
  }

  #take(from: number, to: number, last: number, jobs: Jobs, bad: number | undefined): void {
    const region = this.#region;
    if (this.#store.state(region) !== "pending") return;
    if (bad === undefined) {
      this.#worker = jobs.take(this.#worker, region, from, to, this.#set, to === last);
      return;
    }
    if (this.#worker >= 0) jobs.drop(this.#worker, region, this.#set);
    const reason = `offset ${bad} of the image file could not be read`;
    this.#store.fail(region, "unreadable", reason);
  }

  /** See {@linkcode Client.ended}. */
  ended(stream: number, digests: Uint8Array): void {
    this.#store.setPacked(stream, digests);
  }

  /** See {@linkcode Client.nameOf}. */
  nameOf(stream: number): string {
    const { owner, name, offset, length } = this.#plan.region(stream);
    return `bytes ${offset}+${length} (${name === "" ? owner : name})`;
  }
}
