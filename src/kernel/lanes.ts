// Digests of many streams at once: lists of jobs for the kernels that take several streams in the
// lanes of a vector. The host keeps the states of streams that are under way.

import type { Kernels } from "./kernels.ts";
import type { LaneAlgorithm } from "./lanes_exports.ts";

export { type LaneAlgorithm, laneAlgorithms } from "./lanes_exports.ts";

/** Bits of {@linkcode LaneJobs.flags}. */
export const laneFlags = {
  /** The stream begins with this job: no state is read. */
  begin: 1,
  /** The stream ends with this job: its digest is written, and no state. */
  end: 2,
} as const;

/**
 * Jobs in columns: job `i` takes window bytes `[offsets[i], offsets[i] + lengths[i])` into the
 * stream of state `streams[i]`, which is not looked at for a stream that begins and ends here.
 * Several jobs of one stream are done in their order; those of others in any.
 */
export type LaneJobs = {
  readonly count: number;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly streams: Uint32Array;
  /** Of {@linkcode laneFlags}. */
  readonly flags: Uint8Array;
};

/** Bytes of a job of asm/jobs.ts: addresses of state, data and digest, and a length. */
const JOB = 16;
/** Bytes of an instance's room that hold the jobs, states and digests of one call. */
const ROOM = 24 * 1024;
/** Lanes of most algorithms. */
const LANES = 4;
/** A job of this part of a lane's even share is begun before shorter ones, lest it be left alone. */
const LONG = 1 / 4;

/** What a call for an algorithm needs, and where. */
type Places = {
  /** Jobs of a call at most. */
  readonly most: number;
  readonly stateSize: number;
  readonly digestSize: number;
  readonly states: Uint8Array;
  readonly digests: Uint8Array;
  init(state: number): void;
  many(jobs: number, count: number): void;
};

/** Runs lists of jobs on an instance of the kernels: make one for each instance and keep it. */
export class Lanes {
  readonly #kernels: Kernels;
  readonly #room: Uint8Array;
  readonly #view: DataView;
  readonly #places: Readonly<Record<LaneAlgorithm, Places>>;
  /** For each stream the last batch, counted from 1, that has a job of it. */
  #batches = new Uint32Array(64);
  #batch = 0;

  /** Takes 24 KiB of the room of `kernels`. */
  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#room = kernels.take(ROOM);
    this.#view = new DataView(this.#room.buffer, this.#room.byteOffset, ROOM);
    this.#places = {
      md5: this.#divide("md5"),
      sha1: this.#divide("sha1"),
      sha256: this.#divide("sha256"),
      sha512: this.#divide("sha512"),
    };
  }

  /**
   * Does `jobs`. `states` has `kernels.stateSize(algorithm)` bytes for each stream. The digest of a
   * stream that ends with job `i` goes to `digests`, where that of job 0 is first and each job has
   * the size of a digest; what is there of a job that ends no stream is overwritten. Throws
   * RangeError, before anything is done, where a job leaves the window, `states` or `digests`.
   */
  run(algorithm: LaneAlgorithm, jobs: LaneJobs, states: Uint8Array, digests: Uint8Array): void {
    const places = this.#places[algorithm];
    const { most, digestSize, stateSize } = places;
    this.#check(
      jobs,
      Math.floor(states.length / stateSize),
      Math.floor(digests.length / digestSize),
    );
    for (let start = 0, end; start < jobs.count; start = end) {
      end = this.#batchEnd(jobs, start, Math.min(jobs.count, start + most));
      this.#runBatch(places, jobs, start, end, states);
      digests.set(places.digests.subarray(0, (end - start) * digestSize), start * digestSize);
    }
  }

  #divide(algorithm: LaneAlgorithm): Places {
    const { exports } = this.#kernels;
    const stateSize = this.#kernels.stateSize(algorithm);
    const upper = algorithm.toUpperCase() as Uppercase<LaneAlgorithm>; // TypeScript only says string
    const digestSize = exports[`${upper}_SIZE`].value;
    const most = Math.floor(ROOM / (JOB + stateSize + digestSize));
    return {
      most,
      stateSize,
      digestSize,
      states: this.#room.subarray(most * JOB, most * (JOB + stateSize)),
      digests: this.#room.subarray(most * (JOB + stateSize)),
      init: exports[`${algorithm}_init`],
      many: exports[`${algorithm}_many`],
    };
  }

  #check(jobs: LaneJobs, states: number, digests: number): void {
    const { count, offsets, lengths, streams, flags } = jobs;
    const least = Math.min(offsets.length, lengths.length, streams.length, flags.length, digests);
    if (!Number.isInteger(count) || count < 0 || count > least) {
      throw new RangeError(`Cannot run ${count} jobs: there is room for ${least}`);
    }
    let needed = 0;
    for (let job = 0; job < count; job++) {
      this.#kernels.address(at(offsets, job), at(lengths, job));
      if (!isWhole(at(flags, job))) needed = Math.max(needed, at(streams, job) + 1);
    }
    if (needed > states) {
      throw new RangeError(`Cannot run a job of stream ${needed - 1}: there are ${states} states`);
    }
    if (needed > this.#batches.length) {
      this.#batches = new Uint32Array(2 * needed); // What was noted is of earlier batches
    }
  }

  /** The end of the jobs from `start` on, not past `end`, that are of different streams. */
  #batchEnd({ streams, flags }: LaneJobs, start: number, end: number): number {
    this.#batch++;
    for (let job = start; job < end; job++) {
      if (isWhole(at(flags, job))) continue;
      const stream = at(streams, job);
      if (this.#batches[stream] === this.#batch) return job;
      this.#batches[stream] = this.#batch;
    }
    return end;
  }

  #runBatch(
    places: Places,
    jobs: LaneJobs,
    start: number,
    end: number,
    states: Uint8Array,
  ): void {
    let total = 0;
    for (let job = start; job < end; job++) total += at(jobs.lengths, job);
    const long = total * LONG / LANES;
    let next = 0;
    for (let job = start; job < end; job++) {
      this.#fetch(places, jobs, job, job - start, states);
      if (at(jobs.lengths, job) >= long) this.#list(places, jobs, job, job - start, next++);
    }
    for (let job = start; job < end; job++) {
      if (at(jobs.lengths, job) < long) this.#list(places, jobs, job, job - start, next++);
    }
    places.many(this.#room.byteOffset, next);
    const { stateSize } = places;
    for (let job = start; job < end; job++) {
      if (at(jobs.flags, job) & laneFlags.end) continue;
      const from = (job - start) * stateSize;
      const state = places.states.subarray(from, from + stateSize);
      states.set(state, at(jobs.streams, job) * stateSize);
    }
  }

  /** Puts the state of the stream of `job` into `place`. */
  #fetch(places: Places, jobs: LaneJobs, job: number, place: number, states: Uint8Array): void {
    const { stateSize } = places;
    if (at(jobs.flags, job) & laneFlags.begin) {
      places.init(places.states.byteOffset + place * stateSize);
    } else {
      const from = at(jobs.streams, job) * stateSize;
      places.states.set(states.subarray(from, from + stateSize), place * stateSize);
    }
  }

  /** Writes `job`, whose state is in `place`, as number `index` of the list. */
  #list(places: Places, jobs: LaneJobs, job: number, place: number, index: number): void {
    const { states, stateSize, digests, digestSize } = places;
    const ends = (at(jobs.flags, job) & laneFlags.end) !== 0;
    const view = this.#view;
    const to = index * JOB;
    view.setUint32(to, states.byteOffset + place * stateSize, true);
    view.setUint32(to + 4, this.#kernels.window.byteOffset + at(jobs.offsets, job), true);
    view.setUint32(to + 8, at(jobs.lengths, job), true);
    view.setUint32(to + 12, ends ? digests.byteOffset + place * digestSize : 0, true);
  }
}

/** The item of a column at a place below the count, which is not past the end of any column. */
function at(column: Uint32Array | Uint8Array, index: number): number {
  return column[index] ?? 0;
}

/** Whether a stream begins and ends with a job of these flags. */
function isWhole(flags: number): boolean {
  return (flags & (laneFlags.begin | laneFlags.end)) === (laneFlags.begin | laneFlags.end);
}
