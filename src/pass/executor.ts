// Does the jobs of a piece: takes bytes into streams of digests, and checks the codes of raw sectors.

import {
  EngineError,
  type EngineKind,
  engineKinds,
  type NativeEngine,
  type NativeStream,
} from "../kernel/engine.ts";
import { toHex } from "../kernel/hex.ts";
import type { Algorithm, Kernels } from "../kernel/kernels.ts";
import { checkSectors } from "../kernel/sectors.ts";
import { flag, JOB_WORDS, SET_SHIFT, type Share } from "./layout.ts";

/** A digest with what is to compute it. */
export type SetMember = {
  readonly algorithm: Algorithm;
  readonly engine: EngineKind;
  /** Another engine is to compute it too, and must agree. */
  readonly check?: EngineKind;
};

/** Digests that are computed together, in the order of their results. */
export type DigestPlan = readonly SetMember[];

/** Bytes of a digest. */
export const digestSizes: Readonly<Record<Algorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
  blake3: 32,
  crc32: 4,
};

/** Bytes of the digests of a set. */
export function planSize(plan: DigestPlan): number {
  return plan.reduce((sum, { algorithm }) => sum + digestSizes[algorithm], 0);
}

/** Two engines do not agree: neither can be trusted. */
export class EngineDisagreement extends EngineError {
  /** The stream that they were given. */
  readonly stream: number;
  /** What they computed. */
  readonly algorithm: Algorithm;
  /** Each engine with what it computed, in words. */
  readonly values: string;

  /** Says what was computed, and `of` what. */
  constructor(stream: number, algorithm: Algorithm, values: string, of = "") {
    super(`Cannot trust the ${algorithm}${of === "" ? "" : ` of ${of}`}: ${values}`);
    this.name = "EngineDisagreement";
    this.stream = stream;
    this.algorithm = algorithm;
    this.values = values;
  }
}

/** Streams of one algorithm. */
interface Streams {
  /** Takes bytes of the window; the digest of a stream that ends goes to `out` of the results. */
  take(stream: number, offset: number, length: number, ends: boolean, out: number): void;
  /** Finishes what was put off; all digests are in their places then. */
  settle(results: Uint8Array): void;
  drop(stream: number): void;
}

/** Streams whose state an engine of objects keeps: the platform's, or plain JavaScript. */
class ObjectStreams implements Streams {
  readonly #open = new Map<number, NativeStream>();
  readonly #window: Uint8Array;
  readonly #engine: NativeEngine;
  readonly #algorithm: Algorithm;
  #ended: { readonly out: number; readonly digest: Uint8Array }[] = [];

  constructor(window: Uint8Array, engine: NativeEngine, algorithm: Algorithm) {
    this.#window = window;
    this.#engine = engine;
    this.#algorithm = algorithm;
  }

  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    const known = this.#open.get(stream);
    const digest = known ?? this.#engine.create(this.#algorithm);
    digest.update(this.#window.subarray(offset, offset + length));
    if (ends) {
      if (known !== undefined) this.#open.delete(stream);
      this.#ended.push({ out, digest: digest.digest() });
    } else if (known === undefined) this.#open.set(stream, digest);
  }

  settle(results: Uint8Array): void {
    for (const { out, digest } of this.#ended) results.set(digest, out);
    this.#ended = [];
  }

  drop(stream: number): void {
    this.#open.delete(stream);
  }
}

/** Streams whose states are parked outside of the kernels' memory between pieces. */
class KernelStreams implements Streams {
  readonly #parked = new Map<number, Uint8Array>();
  readonly #kernels: Kernels;
  readonly #algorithm: Algorithm;
  #ended: { readonly out: number; readonly digest: Uint8Array }[] = [];

  constructor(kernels: Kernels, algorithm: Algorithm) {
    this.#kernels = kernels;
    this.#algorithm = algorithm;
  }

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

  settle(results: Uint8Array): void {
    for (const { out, digest } of this.#ended) results.set(digest, out);
    this.#ended = [];
  }

  drop(stream: number): void {
    this.#parked.delete(stream);
  }
}

/** A digest of a set that both engines compute. */
class CheckedStreams implements Streams {
  readonly #algorithm: Algorithm;
  readonly #engines: readonly [EngineKind, EngineKind];
  readonly #one: Streams;
  readonly #other: Streams;
  #ended: { readonly stream: number; readonly out: number }[] = [];
  #others = new Uint8Array(0);

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

  take(stream: number, offset: number, length: number, ends: boolean, out: number): void {
    this.#one.take(stream, offset, length, ends, out);
    this.#other.take(stream, offset, length, ends, out);
    if (ends) this.#ended.push({ stream, out });
  }

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

  drop(stream: number): void {
    this.#one.drop(stream);
    this.#other.drop(stream);
  }
}

/** What an executor works with. */
export type ExecutorParts = {
  /** What offsets count in: the kernels' window, where there are kernels. */
  readonly window: Uint8Array;
  readonly kernels: Kernels | undefined;
  /** Engines that keep their own states. */
  readonly engines: { readonly native?: NativeEngine; readonly noble?: NativeEngine };
  /** By number of the set. */
  readonly plans: readonly DigestPlan[];
  /** Bytes from one raw sector to the next. */
  readonly stride: number;
};

type Member = { readonly streams: Streams; readonly size: number };

/** Does jobs, on whatever thread it is. */
export class Executor {
  readonly #kernels: Kernels | undefined;
  readonly #stride: number;
  readonly #sets: readonly (readonly Member[])[];
  readonly #sizes: readonly number[];
  #words = new Uint32Array(0);

  /** Makes the engines of every set ready. */
  constructor(parts: ExecutorParts) {
    this.#kernels = parts.kernels;
    this.#stride = parts.stride;
    this.#sets = parts.plans.map((plan) => plan.map((member) => memberOf(member, parts)));
    this.#sizes = parts.plans.map(planSize);
  }

  /** Does the jobs of a share; offsets in them count from `base` in the window. */
  run({ count: [count = 0], jobs, results }: Share, base: number): void {
    let out = 0;
    for (let at = 0; at < count * JOB_WORDS; at += JOB_WORDS) {
      const stream = jobs[at] ?? 0;
      const offset = base + (jobs[at + 1] ?? 0);
      const length = jobs[at + 2] ?? 0;
      const flags = jobs[at + 3] ?? 0;
      const set = flags >>> SET_SHIFT;
      if ((flags & flag.sectors) !== 0) out += this.#check(offset, length, results, out);
      else if ((flags & flag.drop) !== 0) this.#drop(set, stream);
      else {
        const ends = (flags & flag.finish) !== 0;
        this.#take(set, stream, offset, length, ends, out);
        if (ends) out += this.#sizes[set] ?? 0;
      }
    }
    for (const set of this.#sets) {
      for (const { streams } of set) streams.settle(results);
    }
  }

  #take(
    set: number,
    stream: number,
    offset: number,
    length: number,
    ends: boolean,
    out: number,
  ): void {
    let place = out;
    for (const { streams, size } of this.#sets[set] ?? []) {
      streams.take(stream, offset, length, ends, place);
      place += size;
    }
  }

  #drop(set: number, stream: number): void {
    for (const { streams } of this.#sets[set] ?? []) streams.drop(stream);
  }

  #check(offset: number, length: number, results: Uint8Array, out: number): number {
    const count = Math.floor(length / this.#stride);
    if (this.#kernels === undefined) throw new Error("Cannot check sectors: there are no kernels");
    if (this.#words.length < count) this.#words = new Uint32Array(count);
    checkSectors(this.#kernels, offset, this.#stride, count, this.#words);
    results.set(new Uint8Array(this.#words.buffer, 0, 4 * count), out);
    return 4 * count;
  }
}

function memberOf(member: SetMember, parts: ExecutorParts): Member {
  const { algorithm, engine, check } = member;
  const one = streamsOf(engine, algorithm, parts);
  const size = digestSizes[algorithm];
  if (check === undefined) return { streams: one, size };
  return {
    streams: new CheckedStreams(
      algorithm,
      [engine, check],
      one,
      streamsOf(check, algorithm, parts),
    ),
    size,
  };
}

function streamsOf(
  engine: EngineKind,
  algorithm: Algorithm,
  { kernels, engines, window }: ExecutorParts,
): Streams {
  if (engine === "wasm" && kernels !== undefined) return new KernelStreams(kernels, algorithm);
  const objects = engine === "wasm" ? undefined : engines[engine];
  if (objects !== undefined) return new ObjectStreams(window, objects, algorithm);
  throw new Error(`Cannot digest ${algorithm} with engine ${engine}: it is not here`);
}
