// Streams made of extents, as a client of a pass: who takes which bytes of the piece that passes by.

import type { Span } from "../bytes/span.ts";
import type { SectorMapping } from "../model/mapping.ts";
import type { Extent } from "../model/tree.ts";
import { type Client, GAP, type Jobs, type Piece } from "./client.ts";
import { Heap } from "./heap.ts";
import { Held, HOLD } from "./held.ts";

/** Streams by the first byte of theirs that the image has, each made of extents. */
export type StreamList = {
  readonly count: number;
  /** The first logical byte of a stream in the image, wherever it is in the stream. */
  start(stream: number): number;
  /** Where the stretch ends that begins there. */
  firstEnd(stream: number): number;
  /** The stretches of a stream that are not empty, in its order. */
  extents(stream: number): readonly Extent[];
};

/** How much of a stream cannot be had. */
export type SweepFailure = {
  /** Bytes of the stream, and those from the first one on that is missing. */
  readonly all: number;
  readonly left: number;
  /** Logical byte that the storage refused; absent where the missing bytes lie outside the image. */
  readonly unread?: number;
};

/** What a sweep is for. */
export interface SweepWork {
  readonly list: StreamList;
  readonly mapping: SectorMapping;
  /** Bytes of all streams, about. */
  readonly bytes: number;
  /** Number of the set of digests of a stream. */
  setOf(stream: number): number;
  /** Whether the bytes of a stream are gathered rather than digested as they are. */
  isGathered?(stream: number): boolean;
  /** Whether so many bytes of a stream may be digested; asked once, in the order of the image. */
  admits?(stream: number, bytes: number): boolean;
  /** Whether another client has the stream. */
  isApart?(stream: number): boolean;
  fail(stream: number, failure: SweepFailure): void;
  /** Digests a stream from its gathered bytes. */
  digestHeld(stream: number, held: Held): Promise<void>;
  ended(stream: number, digests: Uint8Array): void;
  nameOf(stream: number): string;
}

/** Streams under way at most; a stream that finds no place is read by itself afterwards. */
const OPEN = 65_536;

/** A stream that is under way, or whose bytes are gathered. */
type Open = {
  readonly stream: number;
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

/** Digests streams of extents, each byte from the piece that it passes by in. */
export class ExtentSweep implements Client {
  readonly space = "logical";
  readonly parallel = Infinity;
  readonly bytes: number;
  /** Streams that have to be read by themselves: out of order or gathered and large, or too many. */
  readonly later: number[] = [];
  readonly #work: SweepWork;
  #cursor = 0;
  #open: Open[] = [];
  readonly #waiting = new Heap<Open>((open) => open.at);
  #heldBytes = 0;
  #ready: Open[] = [];

  /** Streams what `work` names. */
  constructor(work: SweepWork) {
    this.#work = work;
    this.bytes = work.bytes;
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
    const { list } = this.#work;
    for (let stream = this.#cursor; reach < end && stream < list.count; stream++) {
      if (this.#work.isApart?.(stream) === true) continue;
      const start = list.start(stream);
      if (start > reach + GAP && reach > at) break;
      reach = Math.max(reach, list.firstEnd(stream));
    }
    return Math.min(reach, end);
  }

  /** Moves on to the next stream that no other client has. */
  protected skip(): void {
    while (this.#work.isApart?.(this.#cursor) === true) this.#cursor++;
  }

  /** Says of all streams that the image ended before what became of them. */
  finish(): void {
    while (this.#cursor < this.#work.list.count) {
      const open = this.#begin(this.#cursor++, Infinity);
      this.skip();
      if (open !== undefined) this.#open.push(open);
    }
    for (let open = this.#waiting.pop(); open !== undefined; open = this.#waiting.pop()) {
      this.#open.push(open);
    }
    for (const { stream, extents, done, held } of this.#open) {
      if (held !== undefined) this.later.push(stream);
      else {
        const all = totalOf(extents);
        this.#work.fail(stream, { all, left: all - done });
      }
    }
    this.#open = [];
  }

  #start(stream: number): number {
    const { list } = this.#work;
    return stream < list.count ? list.start(stream) : Infinity;
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
      this.skip();
      if (open === undefined) continue;
      if (open.at < piece.end) this.#take(open, piece, jobs);
      else this.#waiting.push(open);
    }
  }

  #begin(stream: number, from: number): Open | undefined {
    const work = this.#work;
    const extents = work.list.extents(stream);
    const missing = missingBytes(extents, work.mapping);
    if (missing > 0) {
      work.fail(stream, { all: totalOf(extents), left: missing });
      return undefined;
    }
    if (work.isGathered?.(stream) === true || !isInOrder(extents, from)) {
      return this.#hold(stream, extents, from);
    }
    if (this.#open.length + this.#waiting.size >= OPEN) {
      this.later.push(stream);
      return undefined;
    }
    if (work.admits?.(stream, totalOf(extents)) === false) return undefined;
    return opened(stream, extents);
  }

  // Bytes that are wanted in another order than that of the image are kept until all have passed by.
  #hold(stream: number, extents: readonly Extent[], from: number): Open | undefined {
    const held = new Held(extents);
    const isTooLarge = held.length > HOLD.each || this.#heldBytes + held.length > HOLD.all;
    if (isTooLarge || (held.extents[0]?.start ?? 0) < from) {
      this.later.push(stream);
      return undefined;
    }
    this.#heldBytes += held.length;
    return { ...opened(stream, held.extents), held };
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
        const { stream, at, worker } = open;
        open.worker = jobs.take(worker, stream, at, to, this.#work.setOf(stream), ends);
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
    const { stream, worker, extents, held } = open;
    if (held !== undefined) {
      // Reading it again tells how far its stream is whole
      this.#heldBytes -= held.length;
      this.later.push(stream);
      return;
    }
    if (worker >= 0) jobs.drop(worker, stream, this.#work.setOf(stream));
    const all = totalOf(extents);
    const left = all - open.done - Math.max(0, bad - open.at);
    this.#work.fail(stream, { all, left, unread: bad });
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
    for (const { stream, held } of ready) {
      if (held === undefined) continue;
      await this.#work.digestHeld(stream, held);
      this.#heldBytes -= held.length;
    }
  }

  /** See {@linkcode Client.ended}. */
  ended(stream: number, digests: Uint8Array): void {
    this.#work.ended(stream, digests);
  }

  /** See {@linkcode Client.nameOf}. */
  nameOf(stream: number): string {
    return this.#work.nameOf(stream);
  }
}

function opened(stream: number, extents: readonly Extent[]): Open {
  return { stream, extents, index: 0, at: extents[0]?.start ?? 0, done: 0, worker: -1 };
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

function totalOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}

/** Bytes of extents, from the first one on, that the image does not have. */
export function missingBytes(
  extents: readonly Extent[],
  { logicalStart, logicalSize }: SectorMapping,
): number {
  let missing = 0;
  for (const { start, length } of extents) {
    const there = start < logicalStart ? 0 : Math.max(0, Math.min(length, logicalSize - start));
    missing = missing > 0 ? missing + length : length - there;
  }
  return missing;
}

/** The first byte of `[from, to)` that the storage refused. */
export function firstUnread(
  unread: readonly Span[],
  from: number,
  to: number,
): number | undefined {
  const bad = unread.find(({ start, length }) => start < to && start + length > from);
  return bad === undefined ? undefined : Math.max(from, bad.start);
}
