// One pass over an image: its pieces in the order of the file, each read once, with everyone who wants bytes
// of it served while it is there. Read this first.

import { fileSpan, SECTOR, type Span } from "../bytes/span.ts";
import { giveTurn, turnIsDue, turnIsPending } from "../bytes/turn.ts";
import type { Image } from "../model/image.ts";
import type { Client, LongClient, Observer, Piece, SectorObserver } from "./client.ts";
import { type Crew, LoneCrew, RingCrew, type WorkerPool } from "./crew.ts";
import type { SplitSet } from "./digests.ts";
import { type DigestPlan, EngineDisagreement, planSize } from "./sets.ts";
import { Dispatch, SECTOR_COST } from "./dispatch.ts";
import { JOBS, type Slot } from "./layout.ts";
import { Route } from "./route.ts";
import { UserData } from "./user_data.ts";

/** What a pass is to do. */
export type PassOptions = {
  readonly clients: readonly Client[];
  /** Those who look at all bytes: where there are any, all of the file is read. */
  readonly observers?: readonly Observer[];
  /** Takes the codes of raw sectors: all of the file is read. */
  readonly sectors?: SectorObserver;
  /** Sets of digests, by their number. */
  readonly plans: readonly DigestPlan[];
  /** Seconds that a byte costs in each set, about. */
  readonly costs: readonly number[];
  /** A set to be shared by two threads, where there are two. */
  readonly split?: SplitSet;
  /** Workers to share the work with, where it is enough for that. */
  readonly pool?: WorkerPool;
  /** Bytes of a piece, rounded up to sectors; never changes a result. */
  readonly pieceBytes?: number;
  /** Whether other work of this thread goes on at the same time: the pass does not sleep then. */
  readonly isBusy?: () => boolean;
  readonly signal?: AbortSignal;
  /** Told of bytes read, now and then. */
  readonly onRead?: (bytes: number) => void;
};

/** What a pass met. */
export type PassFacts = {
  /** Bytes of the file that could not be had. */
  readonly unread: readonly Span[];
  /** Bytes read. */
  readonly read: number;
};

/** Bytes of a piece: it stays in a processor's second cache, and fills the lanes of short files. */
const PIECE = 1024 * 1024;
/** Bytes of a piece at most: the memory that threads share has an end. */
const MOST_PIECE = 2 * 1024 * 1024;
/** Milliseconds after which timers, signals and messages of workers have their turn. */
const TURN = 20;
/** The same where other work of the thread is to say when. */
const LATE = 80;
/** Bytes of one way that are taken before another. */
const RUN = 2 * 1024 * 1024;
/** Milliseconds between two reports of progress. */
const REPORT = 100;

/** Reads the image once and serves all clients. Rejects with the signal's reason. */
export async function runPass(image: Image, options: PassOptions): Promise<PassFacts> {
  const pass = new Pass(image, options);
  try {
    return await pass.run();
  } catch (error) {
    throw error instanceof EngineDisagreement ? pass.named(error) : error;
  } finally {
    await pass.stop();
  }
}

// Plain JavaScript is not worth a thread.
function isForWorkers(plans: readonly DigestPlan[]): boolean {
  return plans.every((plan) =>
    plan.every(({ engine, check }) => engine !== "noble" && check !== "noble")
  );
}

/** A way for one long stream after the other. */
type LongRoute = { readonly client: LongClient; readonly route: Route };

class Pass {
  readonly #image: Image;
  readonly #options: PassOptions;
  readonly #crew: Crew;
  readonly #dispatch: Dispatch;
  readonly #user: UserData | undefined;
  readonly #main: Route;
  readonly #longs: readonly LongRoute[];
  readonly #clients: readonly Client[];
  readonly #unread: Span[] = [];
  #read = 0;
  #told = 0;
  #toldAt = 0;
  /** The way of the last pieces, and how many bytes of it were taken in a run. */
  #way: Route | undefined;
  #run = 0;

  constructor(image: Image, options: PassOptions) {
    this.#image = image;
    this.#options = options;
    const { stride } = image.mapping;
    const isRaw = stride !== SECTOR;
    const wanted = options.pieceBytes ?? PIECE;
    const pieceBytes = wanted > 0 ? Math.min(wanted, MOST_PIECE) : 1;
    const sectors = Math.max(1, Math.floor(pieceBytes / stride));
    this.#user = isRaw && options.clients.some(({ space }) => space === "logical")
      ? new UserData(image.mapping)
      : undefined;
    const sizes = options.plans.map(planSize);
    const needs = {
      plans: options.plans,
      stride,
      // A first piece may be longer: the bytes before the first sector.
      pieceBytes: (sectors + 1) * stride,
      userBytes: this.#user === undefined ? 0 : (sectors + 1) * SECTOR,
      resultBytes: JOBS * Math.max(0, ...sizes) +
        (options.sectors === undefined ? 0 : 4 * (sectors + 1)),
    };
    const { pool } = options;
    const isShared = pool !== undefined && this.#seconds() >= pool.worth &&
      isForWorkers(options.plans);
    const parallel = options.clients.reduce((sum, client) => sum + client.parallel, 0) +
      (options.sectors === undefined ? 0 : 1);
    if (isShared) pool.start(parallel);
    const workers = isShared ? Math.min(pool.workers, parallel) : 0;
    this.#crew = workers > 0 && pool !== undefined
      ? new RingCrew(needs, pool, workers)
      : new LoneCrew(needs);
    const { clients, observers = [] } = options;
    const takesAll = observers.length > 0 || options.sectors !== undefined;
    const how = { takesAll, inSectors: this.#user !== undefined, sectors };
    const [only] = clients;
    const isAlone = !takesAll && clients.length === 1 && this.#crew.workers > 1;
    const longs = isAlone ? only?.splitLong?.(this.#crew.workers) ?? [] : [];
    this.#clients = [...clients, ...longs];
    this.#dispatch = new Dispatch(this.#crew, {
      mapping: image.mapping,
      clients: this.#clients,
      sectors: options.sectors,
      sizes,
      costs: options.costs,
      split: options.split,
    });
    const numbered = this.#clients.map((client, number) => ({ client, number }));
    this.#main = new Route(image, numbered.slice(0, clients.length), how);
    this.#longs = longs.map((client, index) => {
      const route = new Route(image, numbered.slice(clients.length + index).slice(0, 1), how);
      return { client, route };
    });
  }

  #seconds(): number {
    const { clients, costs, sectors } = this.#options;
    const dearest = Math.max(0, ...costs);
    const bytes = clients.reduce((sum, client) => sum + client.bytes, 0);
    return bytes * dearest + (sectors === undefined ? 0 : this.#image.source.size * SECTOR_COST);
  }

  async run(): Promise<PassFacts> {
    this.#main.begin(0);
    for (const { route } of this.#longs) route.at = Infinity;
    for (let route = this.#pick(); route !== undefined; route = this.#pick()) {
      this.#options.signal?.throwIfAborted();
      // Many pieces may find a free slot at once: nobody has to be waited for then.
      const slot = this.#dispatch.free() ?? await this.#freeSlot();
      const end = route.pieceEnd(slot.piece.length);
      const into = slot.piece.subarray(0, end - route.at);
      const { bytes, unread } = this.#image.readFileNow(route.at, into) ??
        await this.#image.readFile(route.at, into);
      this.#noteUnread(route.at, bytes.length, end, unread);
      const at = route.at;
      if (bytes.length > 0) this.#serve(route, slot, bytes, unread);
      if (this.#hasMore()) await this.#serveMore(slot, at, bytes.length);
      this.#report(bytes.length);
      // The file may have become shorter since it was opened: other ways have bytes before its end.
      if (bytes.length < end - at) route.at = Infinity;
      else route.begin(end);
      if (this.#owesTurn()) await this.#letOthers();
    }
    while (this.#crew.waiting > 0) {
      this.#options.signal?.throwIfAborted();
      if (!this.#dispatch.collect()) await this.#wait();
    }
    this.#report(0, true);
    return { unread: this.#unread.sort((a, b) => a.start - b.start), read: this.#read };
  }

  // The way that keeps the thread with the least to do busy. A way is kept for a while: going to and fro
  // costs a disk its time.
  #pick(): Route | undefined {
    const last = this.#way;
    if (last !== undefined && last.at < Infinity && this.#run < RUN) return last;
    this.#run = 0;
    return this.#way = this.#better();
  }

  #better(): Route | undefined {
    if (this.#longs.length === 0) return this.#main.at < Infinity ? this.#main : undefined;
    const { load } = this.#dispatch;
    const order = [...this.#longs.keys()]
      .sort((a, b) => (load[a] ?? 0) - (load[b] ?? 0));
    const [idlest = 0] = order;
    for (const worker of order) {
      const long = this.#longs[worker];
      if (long === undefined) continue;
      if (long.route.at === Infinity) this.#advance(long);
      if (long.route.at < Infinity) return long.route;
      if (worker === idlest && this.#main.at < Infinity) return this.#main;
    }
    return undefined;
  }

  #advance({ client, route }: LongRoute): void {
    const first = client.advance();
    if (first !== undefined) route.begin(this.#image.mapping.fileOffset(first));
  }

  async #letOthers(): Promise<void> {
    await giveTurn();
    this.#options.signal?.throwIfAborted();
  }

  async #wait(): Promise<void> {
    if (this.#owesTurn()) await this.#letOthers();
    await this.#crew.wait(!this.#isBusy());
  }

  #isBusy(): boolean {
    return this.#options.isBusy?.() === true;
  }

  // Other work of this thread would go on alone while this one waits for a turn, and the workers run dry:
  // turns come when that work wants one.
  #owesTurn(): boolean {
    return this.#isBusy() ? turnIsPending() || turnIsDue(LATE) : turnIsDue(TURN);
  }

  stop(): Promise<void> {
    return this.#crew.stop();
  }

  /** The error with the name of what was digested. */
  named({ stream, algorithm, values }: EngineDisagreement): Error {
    const { client, number } = this.#dispatch.clientOf(stream);
    return new EngineDisagreement(stream, algorithm, values, client?.nameOf(number));
  }

  #noteUnread(at: number, got: number, end: number, unread: readonly Span[]): void {
    this.#unread.push(...unread);
    const { size } = this.#image.source;
    if (got < end - at) this.#unread.push(fileSpan(at + got, size - at - got));
  }

  async #freeSlot(): Promise<Slot> {
    for (;;) {
      const slot = this.#dispatch.free();
      if (slot !== undefined) return slot;
      await this.#wait();
    }
  }

  #serve({ clients, at }: Route, slot: Slot, bytes: Uint8Array, unread: readonly Span[]): void {
    const { observers = [], sectors } = this.#options;
    const file: Piece = { start: at, end: at + bytes.length, bytes, unread };
    const logical = this.#logicalPiece(slot, file);
    for (const { client, number } of clients) {
      const isFile = client.space === "file";
      const piece = isFile ? file : logical;
      const shift = isFile || this.#user === undefined ? 0 : slot.piece.length;
      if (piece.end > piece.start) {
        client.want(piece, this.#dispatch.jobs(number, piece.start, shift));
      }
    }
    if (sectors !== undefined) this.#dispatch.checkSectors(slot, at, bytes.length, unread);
    this.#dispatch.give(at);
    for (const observer of observers) observer.take(at, bytes, unread);
    this.#run += bytes.length;
  }

  #hasMore(): boolean {
    return this.#dispatch.hasLeft || this.#clients.some(({ settle }) => settle !== undefined);
  }

  async #serveMore(slot: Slot, at: number, length: number): Promise<void> {
    for (const client of this.#clients) if (client.settle !== undefined) await client.settle();
    const free = () => this.#freeSlot();
    while (this.#dispatch.hasLeft) await this.#dispatch.giveLeft(slot, at, length, free);
  }

  #logicalPiece(slot: Slot, { start, end, bytes, unread }: Piece): Piece {
    const { mapping } = this.#image;
    const spans = unread.length === 0 ? unread : this.#logicalSpans(unread);
    if (this.#user !== undefined) {
      const range = this.#user.gather(start, bytes, slot.user);
      return { ...range, bytes: slot.user.subarray(0, range.end - range.start), unread: spans };
    }
    const first = mapping.logicalOffset(start);
    return { start: first, end: first + end - start, bytes, unread: spans };
  }

  #logicalSpans(unread: readonly Span[]): readonly Span[] {
    const { mapping } = this.#image;
    return unread.map(({ start, length }) => {
      const from = mapping.logicalOffset(start);
      const to = mapping.logicalOffset(start + length - 1) + 1;
      return { space: "logical", start: from, length: to - from };
    });
  }

  #report(bytes: number, last = false): void {
    this.#read += bytes;
    const now = performance.now();
    if (!last && now - this.#toldAt < REPORT) return;
    this.#toldAt = now;
    this.#options.onRead?.(this.#read - this.#told);
    this.#told = this.#read;
  }
}
