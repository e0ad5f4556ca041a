// Files and regions as clients of a pass: who takes which bytes of the piece that passes by.

import { type Client, GAP, type Jobs, type Piece } from "../pass/client.ts";
import { ExtentSweep, firstUnread, missingBytes, type SweepWork } from "../pass/extent_sweep.ts";
import { type LongContent, LongSweep } from "./long_sweep.ts";
import type { RegionPlan } from "./plan.ts";
import type { DigestStore } from "./store.ts";
import { type ContentSweepParts, failContent } from "./sweep_parts.ts";

/** Bytes of a content from which on it may be worth a thread of its own. */
const LONG = 4 * 1024 * 1024;

/** Streams the distinct contents of files, each byte from the piece that it passes by in. */
export class ContentSweep extends ExtentSweep {
  readonly #parts: ContentSweepParts;
  /** Contents that are swept by themselves, and by whom. */
  readonly #apart: Set<number>;
  #longs: readonly LongSweep[] = [];

  /** `bytes` is what the contents have in all, about. */
  constructor(parts: ContentSweepParts, bytes: number) {
    const apart = new Set<number>();
    super(workOf(parts, bytes, apart));
    this.#parts = parts;
    this.#apart = apart;
  }

  /** See {@linkcode Client.splitLong}: contents of one stretch that no other content has a byte of. */
  splitLong(workers: number): readonly LongSweep[] {
    const { plan, mapping, bounded } = this.#parts;
    // Which contents a limit allows is settled in the order of the image.
    if (bounded) return [];
    const startOf = (content: number) => content < plan.count ? plan.start(content) : Infinity;
    const queue: LongContent[] = [];
    let covered = 0;
    for (let content = 0; content < plan.count; content++) {
      const start = plan.start(content);
      const isShared = start < covered;
      const { namespace, node } = plan.file(content);
      const end = start + namespace.tree.size(node);
      covered = Math.max(covered, plan.lastEnd(content));
      if (end - start < LONG || isShared || startOf(content + 1) < end) continue;
      if (plan.isCompressed(content)) continue;
      const extents = plan.extents(content);
      if (extents.length !== 1 || missingBytes(extents, mapping) > 0) continue;
      queue.push({ content, start, end });
    }
    // The longest come first, so that what is left at the end is short.
    queue.sort((a, b) => a.end - a.start - (b.end - b.start));
    for (const { content } of queue) this.#apart.add(content);
    this.skip();
    return this.#longs = Array.from(
      { length: queue.length === 0 ? 0 : workers },
      () => new LongSweep(this.#parts, queue),
    );
  }

  /** See {@linkcode ExtentSweep.finish}. */
  override finish(): void {
    for (const long of this.#longs) this.later.push(...long.finish());
    super.finish();
  }
}

function workOf(parts: ContentSweepParts, bytes: number, apart: ReadonlySet<number>): SweepWork {
  const { plan, store, mapping, set, spend, refuse, digestHeld } = parts;
  return {
    list: plan,
    mapping,
    bytes,
    setOf: () => set,
    isGathered: (content) => plan.isCompressed(content),
    isApart: (content) => apart.has(content),
    admits(content, bytes) {
      const isAdmitted = spend(bytes);
      if (!isAdmitted) refuse(content);
      return isAdmitted;
    },
    fail(content, { all, left, unread }) {
      if (unread !== undefined) {
        return failContent(store, content, { all, left }, mapping.fileOffset(unread));
      }
      store.fail(content, "cut", `${left} of ${all} bytes: they lie outside the image`);
    },
    digestHeld,
    ended: (content, digests) => store.setPacked(content, digests),
    nameOf(content) {
      const { namespace, node } = plan.file(content);
      return namespace.path(node);
    },
  };
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
