// One pass over an image: its pieces in the order of the file, each read once, with everyone who wants bytes
// of it served while it is there. Read this first.

import { fileSpan, SECTOR, type Span } from "../bytes/span.ts";
import { giveTurn, turnIsDue, turnIsPending } from "../bytes/turn.ts";
import { rawSectorSize } from "../kernel/sectors.ts";
import type { Image } from "../model/image.ts";
import {
  type Client,
  type Jobs,
  type LongClient,
  type Observer,
  type Piece,
  type SectorObserver,
  STREAM_BITS,
} from "./client.ts";
import { type Crew, LoneCrew, RingCrew, type WorkerPool } from "./crew.ts";
import type { SplitSet } from "./digests.ts";
import { type DigestPlan, EngineDisagreement, planSize } from "./sets.ts";
import { flag, JOB_WORDS, JOBS, SET_SHIFT, type Slot } from "./layout.ts";
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
/** Seconds that a job costs besides its bytes. */
const JOB_COST = 1.5e-6;
/** Seconds to check the codes of a byte of raw sectors. */
const SECTOR_COST = 0.6e-9;
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

/** A job that found no room with its piece. */
type LeftJob = readonly [worker: number, ...words: number[]];

class Pass {
  readonly #image: Image;
  readonly #options: PassOptions;
  readonly #crew: Crew;
  readonly #user: UserData | undefined;
  readonly #main: Route;
  readonly #longs: readonly LongRoute[];
  readonly #clients: readonly Client[];
  readonly #sizes: readonly number[];
  readonly #load: Float64Array;
  readonly #unread: Span[] = [];
  readonly #pieces: { readonly start: number; readonly bytes: number }[] = [];
  /** Digests of which one part is there. */
  readonly #halves = new Map<number, Uint8Array>();
  /** The worker that a set was given to last. */
  readonly #homes: number[] = [];
  #left: LeftJob[] = [];
  #slot: Slot | undefined;
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
    this.#sizes = options.plans.map(planSize);
    const needs = {
      plans: options.plans,
      stride,
      // A first piece may be longer: the bytes before the first sector.
      pieceBytes: (sectors + 1) * stride,
      userBytes: this.#user === undefined ? 0 : (sectors + 1) * SECTOR,
      resultBytes: JOBS * Math.max(0, ...this.#sizes) +
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
    this.#load = new Float64Array(this.#crew.workers);
    const { clients, observers = [] } = options;
    const takesAll = observers.length > 0 || options.sectors !== undefined;
    const how = { takesAll, inSectors: this.#user !== undefined, sectors };
    const [only] = clients;
    const isAlone = !takesAll && clients.length === 1 && this.#crew.workers > 1;
    const longs = isAlone ? only?.splitLong?.(this.#crew.workers) ?? [] : [];
    this.#clients = [...clients, ...longs];
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
      const slot = this.#freeSlotNow() ?? await this.#freeSlot();
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
      if (!this.#collect()) await this.#wait();
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
    const order = [...this.#longs.keys()]
      .sort((a, b) => (this.#load[a] ?? 0) - (this.#load[b] ?? 0));
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
    const { client, number } = this.#clientOf(stream);
    return new EngineDisagreement(stream, algorithm, values, client?.nameOf(number));
  }

  #noteUnread(at: number, got: number, end: number, unread: readonly Span[]): void {
    this.#unread.push(...unread);
    const { size } = this.#image.source;
    if (got < end - at) this.#unread.push(fileSpan(at + got, size - at - got));
  }

  #freeSlotNow(): Slot | undefined {
    while (this.#collect());
    const slot = this.#crew.free();
    if (slot === undefined) return undefined;
    for (const { count } of slot.shares) count[0] = 0;
    return this.#slot = slot;
  }

  async #freeSlot(): Promise<Slot> {
    for (;;) {
      const slot = this.#freeSlotNow();
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
      if (piece.end > piece.start) client.want(piece, this.#jobs(number, piece.start, shift));
    }
    if (sectors !== undefined) this.#checkSectors(slot, at, bytes.length, unread);
    this.#give(at, bytes.length);
    for (const observer of observers) observer.take(at, bytes, unread);
    this.#run += bytes.length;
  }

  #hasMore(): boolean {
    return this.#left.length > 0 || this.#clients.some(({ settle }) => settle !== undefined);
  }

  async #serveMore(slot: Slot, at: number, length: number): Promise<void> {
    for (const client of this.#clients) if (client.settle !== undefined) await client.settle();
    while (this.#left.length > 0) await this.#giveAgain(slot, at, length);
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

  // Adds jobs of a client; its positions count from `start`, which is byte `shift` of the slot.
  #jobs(client: number, start: number, shift: number): Jobs {
    const id = (stream: number) => client * 2 ** STREAM_BITS + stream;
    return {
      take: (worker, stream, from, to, set, ends) => {
        const split = this.#splitOf(set);
        if (split !== undefined) {
          const [first, second] = split.parts;
          const home = this.#homes[split.beside] ?? 0;
          const other = worker < 0 ? this.#idlest(home) : worker;
          const jobs = this.#jobs(client, start, shift);
          jobs.take(home, stream, from, to, first, ends);
          return jobs.take(other, stream, from, to, second, ends);
        }
        const chosen = worker < 0 ? this.#idlest() : worker;
        this.#homes[set] = chosen;
        const flags = (set << SET_SHIFT) | (ends ? flag.finish : 0);
        this.#add(chosen, id(stream), shift + from - start, to - from, flags);
        const cost = this.#options.costs[set] ?? 0;
        this.#load[chosen] = (this.#load[chosen] ?? 0) + (to - from) * cost + JOB_COST;
        return chosen;
      },
      drop: (worker, stream, set) => {
        const split = this.#splitOf(set);
        const [first, second] = split?.parts ?? [set, set];
        if (split !== undefined) {
          const home = this.#homes[split.beside] ?? 0;
          this.#add(home, id(stream), 0, 0, (first << SET_SHIFT) | flag.drop);
        }
        this.#add(worker, id(stream), 0, 0, (second << SET_SHIFT) | flag.drop);
      },
    };
  }

  #splitOf(set: number): SplitSet | undefined {
    const { split } = this.#options;
    return split?.set === set && this.#crew.workers > 1 ? split : undefined;
  }

  #idlest(but = -1): number {
    let best = but === 0 ? 1 : 0;
    for (let worker = 1; worker < this.#load.length; worker++) {
      if (worker === but) continue;
      if ((this.#load[worker] ?? 0) < (this.#load[best] ?? 0)) best = worker;
    }
    return best;
  }

  #add(worker: number, stream: number, offset: number, length: number, flags: number): void {
    const share = this.#slot?.shares[worker];
    const count = share?.count[0] ?? JOBS;
    // Jobs of one stream stay in order: once some are left, all are.
    if (share === undefined || count >= JOBS || this.#left.length > 0) {
      this.#left.push([worker, stream, offset, length, flags]);
      return;
    }
    const at = count * JOB_WORDS;
    share.jobs[at] = stream;
    share.jobs[at + 1] = offset;
    share.jobs[at + 2] = length;
    share.jobs[at + 3] = flags;
    share.count[0] = count + 1;
  }

  // The same piece with the jobs that found no room; a slot of its own, since the other is being read.
  async #giveAgain(from: Slot, at: number, length: number): Promise<void> {
    const left = this.#left;
    this.#left = [];
    const piece = from.piece.slice(0, length);
    const user = from.user.slice();
    const slot = await this.#freeSlot();
    slot.piece.set(piece);
    slot.user.set(user);
    for (const [worker, stream = 0, offset = 0, bytes = 0, flags = 0] of left) {
      this.#add(worker, stream, offset, bytes, flags);
    }
    this.#give(at, length);
  }

  #give(start: number, bytes: number): void {
    this.#pieces.push({ start, bytes });
    this.#crew.give();
  }

  // Whole sectors only: what is cut by either end of the image has no codes to check.
  #checkSectors(slot: Slot, at: number, length: number, unread: readonly Span[]): void {
    const { sectors } = this.#options;
    const { mapping } = this.#image;
    const { stride } = mapping;
    let first = mapping.boundary(Math.ceil(mapping.logicalOffset(at) / SECTOR) * SECTOR);
    // All on one worker: they are taken back in their order.
    const worker = this.#idlest();
    const check = (until: number) => {
      const count = Math.floor((until - first + stride - rawSectorSize) / stride);
      if (count <= 0) return;
      const length = Math.min(count * stride, until - first);
      if (this.#crew.hasKernels) this.#add(worker, count, first - at, length, flag.sectors);
      else sectors?.take(first, slot.piece.subarray(first - at, first - at + length));
      this.#load[worker] = (this.#load[worker] ?? 0) + length * SECTOR_COST;
    };
    for (const { start, length } of unread) {
      check(start);
      const skipped = Math.ceil(Math.max(0, start + length - first) / stride);
      first += skipped * stride;
    }
    check(at + length);
  }

  // Takes the results of the oldest piece, if they are there.
  #collect(): boolean {
    const slot = this.#crew.done();
    if (slot === undefined) return false;
    const piece = this.#pieces.shift();
    for (const { count: [count = 0], jobs, results } of slot.shares) {
      let out = 0;
      for (let at = 0; at < count * JOB_WORDS; at += JOB_WORDS) {
        const flags = jobs[at + 3] ?? 0;
        if ((flags & flag.sectors) !== 0) {
          out += this.#takeWords(slot, piece?.start ?? 0, jobs, at, results, out);
        } else if ((flags & flag.finish) !== 0) {
          const set = flags >>> SET_SHIFT;
          const size = this.#sizes[set] ?? 0;
          this.#end(jobs[at] ?? 0, set, results.subarray(out, out + size));
          out += size;
        }
      }
    }
    return true;
  }

  #end(stream: number, set: number, digests: Uint8Array): void {
    const { client, number } = this.#clientOf(stream);
    const { split } = this.#options;
    const part = split?.parts.indexOf(set) ?? -1;
    if (part < 0) return client?.ended(number, digests);
    const half = this.#halves.get(stream);
    if (half === undefined) {
      this.#halves.set(stream, digests.slice());
      return;
    }
    this.#halves.delete(stream);
    const [first, second] = part === 0 ? [digests, half] : [half, digests];
    const whole = new Uint8Array(first.length + second.length);
    whole.set(first);
    whole.set(second, first.length);
    client?.ended(number, whole);
  }

  #clientOf(stream: number): { readonly client: Client | undefined; readonly number: number } {
    const number = stream % 2 ** STREAM_BITS;
    return { client: this.#clients[Math.floor(stream / 2 ** STREAM_BITS)], number };
  }

  #takeWords(
    slot: Slot,
    start: number,
    jobs: Uint32Array,
    at: number,
    results: Uint8Array,
    out: number,
  ): number {
    const offset = jobs[at + 1] ?? 0;
    const length = jobs[at + 2] ?? 0;
    const bytes = 4 * (jobs[at] ?? 0);
    const words = new Uint32Array(results.slice(out, out + bytes).buffer);
    this.#options.sectors?.take(
      start + offset,
      slot.piece.subarray(offset, offset + length),
      words,
    );
    return bytes;
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
