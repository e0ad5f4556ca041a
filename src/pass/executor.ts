// Does the jobs of a piece: takes bytes into streams of digests, and checks the codes of raw sectors.

import type { EngineKind, NativeEngine } from "../kernel/engine.ts";
import type { Algorithm, Kernels } from "../kernel/kernels.ts";
import { laneAlgorithms, Lanes } from "../kernel/lanes.ts";
import { checkSectors } from "../kernel/sectors.ts";
import { flag, JOB_WORDS, SET_SHIFT, type Share } from "./layout.ts";
import { type DigestPlan, digestSizes, planSize, type SetMember } from "./sets.ts";
import {
  CheckedStreams,
  KernelStreams,
  LaneStreams,
  ObjectStreams,
  ShortStreams,
  type Streams,
} from "./streams.ts";

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
  readonly #members: readonly Member[];
  readonly #sizes: readonly number[];
  #words = new Uint32Array(0);

  /** Makes the engines of every set ready. */
  constructor(parts: ExecutorParts) {
    this.#kernels = parts.kernels;
    this.#stride = parts.stride;
    const lanes = parts.kernels === undefined ? undefined : new Lanes(parts.kernels);
    // Sets that compute the same share the lanes: a whole image and a file of it fill two.
    const members = new Map<string, Member>();
    this.#sets = parts.plans.map((plan) =>
      plan.map((member) => {
        const { algorithm, engine, check, short } = member;
        const key = [algorithm, engine, check, short].join();
        const made = members.get(key) ?? memberOf(member, parts, lanes);
        members.set(key, made);
        return made;
      })
    );
    this.#members = [...members.values()];
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
      if ((flags & flag.sectors) !== 0) out += this.#check(offset, stream, results, out);
      else if ((flags & flag.drop) !== 0) this.#drop(set, stream);
      else {
        const ends = (flags & flag.finish) !== 0;
        this.#take(set, stream, offset, length, ends, out);
        if (ends) out += this.#sizes[set] ?? 0;
      }
    }
    for (const { streams } of this.#members) streams.settle(results);
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

  #check(offset: number, count: number, results: Uint8Array, out: number): number {
    if (this.#kernels === undefined) throw new Error("Cannot check sectors: there are no kernels");
    if (this.#words.length < count) this.#words = new Uint32Array(count);
    checkSectors(this.#kernels, offset, this.#stride, count, this.#words);
    results.set(new Uint8Array(this.#words.buffer, 0, 4 * count), out);
    return 4 * count;
  }
}

function memberOf(member: SetMember, parts: ExecutorParts, lanes: Lanes | undefined): Member {
  const { algorithm, engine, check, short } = member;
  const long = streamsOf(engine, algorithm, parts, lanes);
  const one = short === undefined
    ? long
    : new ShortStreams(streamsOf("wasm", algorithm, parts, lanes), long, short);
  const size = digestSizes[algorithm];
  if (check === undefined) return { streams: one, size };
  const other = streamsOf(check, algorithm, parts, lanes);
  return { streams: new CheckedStreams(algorithm, [engine, check], one, other), size };
}

function streamsOf(
  engine: EngineKind,
  algorithm: Algorithm,
  { kernels, engines, window }: ExecutorParts,
  lanes: Lanes | undefined,
): Streams {
  if (engine === "wasm" && kernels !== undefined) {
    const lane = laneAlgorithms.find((each) => each === algorithm);
    return lane === undefined || lanes === undefined
      ? new KernelStreams(kernels, algorithm)
      : new LaneStreams(kernels, lanes, lane);
  }
  const objects = engine === "wasm" ? undefined : engines[engine];
  if (objects !== undefined) return new ObjectStreams(window, objects, algorithm);
  throw new Error(`Cannot digest ${algorithm} with engine ${engine}: it is not here`);
}
