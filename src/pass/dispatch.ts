// Hands jobs to workers with each piece, and takes results back to whom they belong.

import { SECTOR, type Span } from "../bytes/span.ts";
import { rawSectorSize } from "../kernel/sectors.ts";
import type { SectorMapping } from "../model/mapping.ts";
import { type Client, type Jobs, type SectorObserver, STREAM_BITS } from "./client.ts";
import type { Crew } from "./crew.ts";
import type { SplitSet } from "./digests.ts";
import { flag, JOB_WORDS, JOBS, SET_SHIFT, type Slot } from "./layout.ts";

/** What a dispatch works with. */
export type DispatchOptions = {
  readonly mapping: SectorMapping;
  /** By their numbers. */
  readonly clients: readonly Client[];
  readonly sectors: SectorObserver | undefined;
  /** Bytes of the digests of each set. */
  readonly sizes: readonly number[];
  /** Seconds that a byte costs in each set, about. */
  readonly costs: readonly number[];
  /** A set to be shared by two threads, where there are two. */
  readonly split: SplitSet | undefined;
};

/** Seconds that a job costs besides its bytes. */
const JOB_COST = 1.5e-6;
/** Seconds to check the codes of a byte of raw sectors. */
export const SECTOR_COST = 0.6e-9;

/** A job that found no room with its piece. */
type LeftJob = readonly [worker: number, ...words: number[]];

/** Between the clients of a pass and its crew. */
export class Dispatch {
  /** Seconds of work that each worker was given. */
  readonly load: Float64Array;
  readonly #crew: Crew;
  readonly #options: DispatchOptions;
  /** First bytes in the file of the pieces that are given and not taken back. */
  readonly #starts: number[] = [];
  /** Digests of which one part is there. */
  readonly #halves = new Map<number, Uint8Array>();
  /** The worker that a set was given to last. */
  readonly #homes: number[] = [];
  #left: LeftJob[] = [];
  #slot: Slot | undefined;

  /** Gives jobs to `crew`. */
  constructor(crew: Crew, options: DispatchOptions) {
    this.#crew = crew;
    this.#options = options;
    this.load = new Float64Array(crew.workers);
  }

  /** A slot for the next piece, without jobs; undefined while all are in use. */
  free(): Slot | undefined {
    while (this.collect());
    const slot = this.#crew.free();
    if (slot === undefined) return undefined;
    for (const { count } of slot.shares) count[0] = 0;
    return this.#slot = slot;
  }

  /** Takes jobs of a client; its positions count from `start`, which is byte `shift` of the slot. */
  jobs(client: number, start: number, shift: number): Jobs {
    const id = (stream: number) => client * 2 ** STREAM_BITS + stream;
    return {
      take: (worker, stream, from, to, set, ends) => {
        const split = this.#splitOf(set);
        if (split !== undefined) {
          const [first, second] = split.parts;
          const home = this.#homes[split.beside] ?? 0;
          const other = worker < 0 ? this.#idlest(home) : worker;
          const jobs = this.jobs(client, start, shift);
          jobs.take(home, stream, from, to, first, ends);
          return jobs.take(other, stream, from, to, second, ends);
        }
        const chosen = worker < 0 ? this.#idlest() : worker;
        this.#homes[set] = chosen;
        const flags = (set << SET_SHIFT) | (ends ? flag.finish : 0);
        this.#add(chosen, id(stream), shift + from - start, to - from, flags);
        const cost = this.#options.costs[set] ?? 0;
        this.load[chosen] = (this.load[chosen] ?? 0) + (to - from) * cost + JOB_COST;
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
    for (let worker = 1; worker < this.load.length; worker++) {
      if (worker === but) continue;
      if ((this.load[worker] ?? 0) < (this.load[best] ?? 0)) best = worker;
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

  /** Whether some jobs found no room with their piece. */
  get hasLeft(): boolean {
    return this.#left.length > 0;
  }

  /** Gives the same piece with jobs that are left; in a slot of its own, since the other is being read. */
  async giveLeft(from: Slot, at: number, length: number, free: () => Promise<Slot>): Promise<void> {
    const left = this.#left;
    this.#left = [];
    const piece = from.piece.slice(0, length);
    const user = from.user.slice();
    const slot = await free();
    slot.piece.set(piece);
    slot.user.set(user);
    for (const [worker, stream = 0, offset = 0, bytes = 0, flags = 0] of left) {
      this.#add(worker, stream, offset, bytes, flags);
    }
    this.give(at);
  }

  /** Hands the slot over with its jobs; its piece begins at byte `start` of the file. */
  give(start: number): void {
    this.#starts.push(start);
    this.#crew.give();
  }

  /** Has the codes of whole sectors checked: what either end of the image cuts has none. */
  checkSectors(slot: Slot, at: number, length: number, unread: readonly Span[]): void {
    const { mapping, sectors } = this.#options;
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
      this.load[worker] = (this.load[worker] ?? 0) + length * SECTOR_COST;
    };
    for (const { start, length } of unread) {
      check(start);
      const skipped = Math.ceil(Math.max(0, start + length - first) / stride);
      first += skipped * stride;
    }
    check(at + length);
  }

  /** Takes the results of the oldest piece; false where they are not there yet. */
  collect(): boolean {
    const slot = this.#crew.done();
    if (slot === undefined) return false;
    const start = this.#starts.shift() ?? 0;
    for (const { count: [count = 0], jobs, results } of slot.shares) {
      let out = 0;
      for (let at = 0; at < count * JOB_WORDS; at += JOB_WORDS) {
        const flags = jobs[at + 3] ?? 0;
        if ((flags & flag.sectors) !== 0) {
          out += this.#takeWords(slot, start, jobs, at, results, out);
        } else if ((flags & flag.finish) !== 0) {
          const set = flags >>> SET_SHIFT;
          const size = this.#options.sizes[set] ?? 0;
          this.#end(jobs[at] ?? 0, set, results.subarray(out, out + size));
          out += size;
        }
      }
    }
    return true;
  }

  #end(stream: number, set: number, digests: Uint8Array): void {
    const { client, number } = this.clientOf(stream);
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

  /** Whose stream it is, and its number there. */
  clientOf(stream: number): { readonly client: Client | undefined; readonly number: number } {
    const number = stream % 2 ** STREAM_BITS;
    return { client: this.#options.clients[Math.floor(stream / 2 ** STREAM_BITS)], number };
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
}
