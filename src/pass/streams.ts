// Streams of digests for the jobs of a pass, by whoever computes them.

import {
  type EngineKind,
  engineKinds,
  type NativeEngine,
  type NativeStream,
} from "../kernel/engine.ts";
import { toHex } from "../kernel/hex.ts";
import type { Algorithm, Kernels } from "../kernel/kernels.ts";
import { type LaneAlgorithm, laneFlags, type Lanes } from "../kernel/lanes.ts";
import { JOBS } from "./layout.ts";
import { digestSizes, EngineDisagreement } from "./sets.ts";

/** Streams of one algorithm. */
export interface Streams {
  /** Takes bytes of the window; the digest of a stream that ends goes to `out` of the results. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void;
  /** Finishes what was put off; all digests are in their places then. */
  settle(results: Uint8Array): void;
  /** Gives a stream up. */
  drop(stream: number): void;
}

/** Streams whose state an engine of objects keeps: the platform's, or plain JavaScript. */
export class ObjectStreams implements Streams {
  readonly #open = new Map<number, NativeStream>();
  readonly #window: Uint8Array;
  readonly #engine: NativeEngine;
  readonly #algorithm: Algorithm;
  #ended: { readonly out: number; readonly digest: Uint8Array }[] = [];

  /** `window` is what offsets count in. */
  constructor(window: Uint8Array, engine: NativeEngine, algorithm: Algorithm) {
    this.#window = window;
    this.#engine = engine;
    this.#algorithm = algorithm;
  }

  /** See {@linkcode Streams.take}. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    const known = this.#open.get(stream);
    const digest = known ?? this.#engine.create(this.#algorithm);
    digest.update(this.#window.subarray(offset, offset + length));
    if (ends) {
      if (known !== undefined) this.#open.delete(stream);
      this.#ended.push({ out, digest: digest.digest() });
    } else if (known === undefined) this.#open.set(stream, digest);
  }

  /** See {@linkcode Streams.settle}. */
  settle(results: Uint8Array): void {
    for (const { out, digest } of this.#ended) results.set(digest, out);
    this.#ended = [];
  }

  /** See {@linkcode Streams.drop}. */
  drop(stream: number): void {
    this.#open.delete(stream);
  }
}

/** Streams whose states are parked outside of the kernels' memory between pieces. */
export class KernelStreams implements Streams {
  readonly #parked = new Map<number, Uint8Array>();
  readonly #kernels: Kernels;
  readonly #algorithm: Algorithm;
  #ended: { readonly out: number; readonly digest: Uint8Array }[] = [];

  /** Uses the working state of `algorithm` in `kernels`. */
  constructor(kernels: Kernels, algorithm: Algorithm) {
    this.#kernels = kernels;
    this.#algorithm = algorithm;
  }

  /** See {@linkcode Streams.take}. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    const kernels = this.#kernels;
    const parked = this.#parked.get(stream);
    if (parked === undefined) kernels.begin(this.#algorithm);
    else kernels.load(this.#algorithm, parked);
    kernels.update(this.#algorithm, offset, length);
    if (ends) {
      this.#parked.delete(stream);
      this.#ended.push({ out, digest: kernels.finish(this.#algorithm) });
      return;
    }
    const state = parked ?? new Uint8Array(kernels.stateSize(this.#algorithm));
    kernels.save(this.#algorithm, state);
    if (parked === undefined) this.#parked.set(stream, state);
  }

  /** See {@linkcode Streams.settle}. */
  settle(results: Uint8Array): void {
    for (const { out, digest } of this.#ended) results.set(digest, out);
    this.#ended = [];
  }

  /** See {@linkcode Streams.drop}. */
  drop(stream: number): void {
    this.#parked.delete(stream);
  }
}

/** Streams of an algorithm that takes several at a time: jobs of a piece are done together. */
export class LaneStreams implements Streams {
  readonly #lanes: Lanes;
  readonly #algorithm: LaneAlgorithm;
  readonly #stateSize: number;
  readonly #size: number;
  readonly #offsets = new Uint32Array(JOBS);
  readonly #lengths = new Uint32Array(JOBS);
  readonly #streams = new Uint32Array(JOBS);
  readonly #flags = new Uint8Array(JOBS);
  readonly #outs = new Uint32Array(JOBS);
  readonly #digests: Uint8Array;
  /** Where the state of a stream is, which is under way, in `#states`. */
  readonly #places = new Map<number, number>();
  readonly #free: number[] = [];
  /** Places of streams that ended: their states may still be read in this piece. */
  #ending: number[] = [];
  #used = 0;
  #states: Uint8Array;
  #count = 0;

  /** Keeps states of its own; `lanes` is shared. */
  constructor(kernels: Kernels, lanes: Lanes, algorithm: LaneAlgorithm) {
    this.#lanes = lanes;
    this.#algorithm = algorithm;
    this.#stateSize = kernels.stateSize(algorithm);
    this.#size = digestSizes[algorithm];
    this.#digests = new Uint8Array(JOBS * this.#size);
    this.#states = new Uint8Array(0);
  }

  /** See {@linkcode Streams.take}. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    const known = this.#places.get(stream);
    let flags = 0;
    if (known === undefined) flags |= laneFlags.begin;
    if (ends) flags |= laneFlags.end;
    const at = this.#count++;
    this.#offsets[at] = offset;
    this.#lengths[at] = length;
    this.#streams[at] = known ?? (ends ? 0 : this.#place(stream));
    this.#flags[at] = flags;
    this.#outs[at] = out;
    if (ends && known !== undefined) this.drop(stream);
  }

  #place(stream: number): number {
    const place = this.#free.pop() ?? this.#used++;
    if (this.#used * this.#stateSize > this.#states.length) {
      const states = new Uint8Array(2 * this.#used * this.#stateSize);
      states.set(this.#states);
      this.#states = states;
    }
    this.#places.set(stream, place);
    return place;
  }

  /** See {@linkcode Streams.settle}. */
  settle(results: Uint8Array): void {
    if (this.#count > 0) {
      const [offsets, lengths] = [this.#offsets, this.#lengths];
      const [streams, flags] = [this.#streams, this.#flags];
      const jobs = { count: this.#count, offsets, lengths, streams, flags };
      this.#lanes.run(this.#algorithm, jobs, this.#states, this.#digests);
      const size = this.#size;
      for (let at = 0; at < this.#count; at++) {
        if (((flags[at] ?? 0) & laneFlags.end) === 0) continue;
        results.set(this.#digests.subarray(at * size, (at + 1) * size), this.#outs[at]);
      }
      this.#count = 0;
    }
    if (this.#ending.length === 0) return;
    this.#free.push(...this.#ending);
    this.#ending = [];
  }

  /** See {@linkcode Streams.drop}. */
  drop(stream: number): void {
    const place = this.#places.get(stream);
    if (place === undefined) return;
    this.#places.delete(stream);
    this.#ending.push(place);
  }
}

/** Streams under way at a time in an engine that has an object for each. */
const OPEN = 2048;

/** Short streams by one engine, and all others by another. */
export class ShortStreams implements Streams {
  readonly #short: Streams;
  readonly #long: Streams;
  readonly #most: number;
  /** Streams under way, by who has them. */
  readonly #open = new Set<number>();
  readonly #parked = new Set<number>();

  /** Streams of at most `most` bytes that begin and end with one job are short. */
  constructor(short: Streams, long: Streams, most: number) {
    this.#short = short;
    this.#long = long;
    this.#most = most;
  }

  /** See {@linkcode Streams.take}. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    if (this.#isShort(stream, length, ends)) {
      if (ends) this.#parked.delete(stream);
      else this.#parked.add(stream);
      return this.#short.take(stream, offset, length, ends, out);
    }
    if (ends) this.#open.delete(stream);
    else this.#open.add(stream);
    this.#long.take(stream, offset, length, ends, out);
  }

  // Beyond some number of streams at a time, states that take a hundred bytes each are worth more than speed.
  #isShort(stream: number, length: number, ends: boolean): boolean {
    if (this.#parked.has(stream)) return true;
    if (this.#open.has(stream)) return false;
    return ends ? length <= this.#most : this.#open.size >= OPEN;
  }

  /** See {@linkcode Streams.settle}. */
  settle(results: Uint8Array): void {
    this.#short.settle(results);
    this.#long.settle(results);
  }

  /** See {@linkcode Streams.drop}. */
  drop(stream: number): void {
    if (this.#parked.delete(stream)) this.#short.drop(stream);
    else if (this.#open.delete(stream)) this.#long.drop(stream);
  }
}

/** A digest of a set that both engines compute. */
export class CheckedStreams implements Streams {
  readonly #algorithm: Algorithm;
  readonly #engines: readonly [EngineKind, EngineKind];
  readonly #one: Streams;
  readonly #other: Streams;
  #ended: { readonly stream: number; readonly out: number }[] = [];
  #others = new Uint8Array(0);

  /** `engines` are what `one` and `other` compute with. */
  constructor(
    algorithm: Algorithm,
    engines: readonly [EngineKind, EngineKind],
    one: Streams,
    other: Streams,
  ) {
    this.#algorithm = algorithm;
    this.#engines = engines;
    this.#one = one;
    this.#other = other;
  }

  /** See {@linkcode Streams.take}. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    this.#one.take(stream, offset, length, ends, out);
    this.#other.take(stream, offset, length, ends, out);
    if (ends) this.#ended.push({ stream, out });
  }

  /** See {@linkcode Streams.settle}. */
  settle(results: Uint8Array): void {
    if (this.#others.length < results.length) this.#others = new Uint8Array(results.length);
    this.#one.settle(results);
    this.#other.settle(this.#others);
    const size = digestSizes[this.#algorithm];
    for (const { stream, out } of this.#ended) {
      const a = toHex(results.subarray(out, out + size));
      const b = toHex(this.#others.subarray(out, out + size));
      if (a !== b) {
        throw new EngineDisagreement(stream, this.#algorithm, this.#say(a, b));
      }
    }
    this.#ended = [];
  }

  // In the same order, whichever was to be checked by the other.
  #say(a: string, b: string): string {
    const [one, other] = this.#engines;
    const isOrdered = engineKinds.indexOf(one) < engineKinds.indexOf(other);
    return isOrdered
      ? `engine ${one} computes ${a}, engine ${other} ${b}`
      : `engine ${other} computes ${b}, engine ${one} ${a}`;
  }

  /** See {@linkcode Streams.drop}. */
  drop(stream: number): void {
    this.#one.drop(stream);
    this.#other.drop(stream);
  }
}
