// Which engine computes what in a pass, and what that costs.

import {
  EngineError,
  type EngineKind,
  enginesFor,
  enginesOf,
  engineTable,
  hasEngine,
  nativeStream,
  type Workload,
} from "../kernel/engine.ts";
import type { Algorithm } from "../kernel/kernels.ts";
import { laneAlgorithms } from "../kernel/lanes.ts";
import { toHex } from "../kernel/hex.ts";
import type { EngineChoice, Hashes } from "../model/result.ts";
import type { WholeFile } from "./client.ts";
import type { DigestPlan, SetMember } from "./sets.ts";

/** Seconds for a byte with an engine of which nothing is known. */
const UNKNOWN = 1e-8;

/**
 * Plans a set of digests for a workload of `bytes` in all. Throws an EngineError where the engine that is
 * asked for is not here, or none to check it by.
 */
function planDigests(
  algorithms: readonly Algorithm[],
  { engine, crossCheck }: EngineChoice = {},
  workload: Workload = "stream",
  bytes = Infinity,
): DigestPlan {
  return algorithms.map((algorithm): SetMember => {
    const [first] = working(algorithm, enginesOf(algorithm, engine, "stream", bytes));
    if (first === undefined) throw tooFew(algorithm);
    if (crossCheck !== true) {
      const isAuto = engine === undefined || engine === "auto";
      const short = isAuto && workload === "files" && first === "native" ? shortOf(algorithm) : 0;
      return { algorithm, engine: first, ...(short > 0 ? { short } : {}) };
    }
    const others = working(algorithm, enginesFor(algorithm, workload));
    for (const check of others) if (check !== first) return { algorithm, engine: first, check };
    throw tooFew(algorithm);
  });
}

/** Bytes of the files by which the speed of engines on files was measured. */
const MEASURED = 16 * 1024;
/** Bytes of a stream that is never short: alone in a vector it would hold all others up. */
const LONG = 64 * 1024;

// A stream costs the platform a time of its own besides its bytes; the lanes of a vector cost by the byte.
function shortOf(algorithm: Algorithm): number {
  const { wasm, native } = engineTable()[algorithm] ?? {};
  const hasLanes = laneAlgorithms.some((each) => each === algorithm);
  if (wasm === undefined || native === undefined || !hasLanes) return 0;
  if (!hasEngine("wasm", algorithm)) return 0;
  const perStream = MEASURED * Math.max(0, 1 / native.files - 1 / native.stream);
  const perByte = 1 / wasm.files - 1 / native.stream;
  const short = perByte > 0 ? perStream / perByte : LONG;
  return Number.isFinite(short) ? Math.min(LONG, Math.floor(short)) : 0;
}

// The platform may refuse what it lists, as MD5 where only approved algorithms are allowed (FIPS).
function* working(algorithm: Algorithm, engines: Iterable<EngineKind>): Generator<EngineKind> {
  for (const engine of engines) {
    try {
      if (engine === "native") nativeStream(algorithm);
      yield engine;
    } catch {
      // The next engine is taken
    }
  }
}

function tooFew(algorithm: Algorithm): EngineError {
  return new EngineError(`Cannot create a digest: too few engines here compute ${algorithm}`);
}

/** Seconds that a byte costs in a set, about. */
function costOf(plan: DigestPlan, workload: Workload): number {
  const table = engineTable();
  const one = (algorithm: Algorithm, engine: EngineKind | undefined) => {
    if (engine === undefined) return 0;
    const rate = table[algorithm]?.[engine]?.[workload] ?? 0;
    return rate > 0 ? 1e-9 / rate : UNKNOWN;
  };
  return plan.reduce(
    (sum, { algorithm, engine, check }) => sum + one(algorithm, engine) + one(algorithm, check),
    0,
  );
}

/** A set that is computed in two parts, by two threads. */
export type SplitSet = {
  readonly set: number;
  /** Sets whose digests, one behind the other, are those of the set. */
  readonly parts: readonly [number, number];
  /** The set of a stream by whose thread the first part is computed. */
  readonly beside: number;
};

/** Sets of digests: all together for files, each for itself for the whole image. */
export class PlannedSets {
  readonly plans: DigestPlan[];
  readonly costs: number[];
  /** Number of the set of all digests. */
  readonly together = 0;
  /** Numbers of the sets of one digest, the costliest first. */
  readonly single: readonly number[];
  /**
   * Beside a whole image: MD5 of its files goes to the thread that has MD5 of the image, where both share
   * the lanes of a vector, and all else to others.
   */
  readonly split: SplitSet | undefined;
  readonly #algorithms: readonly Algorithm[];
  readonly #engines: EngineChoice | undefined;
  readonly #bytes: number;

  /** Plans `algorithms` for about `bytes` in all; throws an EngineError where no engine can. */
  constructor(algorithms: readonly Algorithm[], engines: EngineChoice | undefined, bytes: number) {
    this.#algorithms = algorithms;
    this.#engines = engines;
    this.#bytes = bytes;
    const files = planDigests(algorithms, engines, "files", bytes);
    const whole = planDigests(algorithms, engines, "stream", bytes);
    this.plans = [files, ...whole.map((member) => [member])];
    this.costs = this.plans.map((plan, set) => costOf(plan, set === 0 ? "files" : "stream"));
    const [first, ...others] = files;
    if (first?.algorithm === "md5" && first.engine === "wasm" && others.length > 0) {
      const parts = [this.plans.length, this.plans.length + 1] as const;
      this.plans.push([first], others);
      this.costs.push(costOf([first], "files"), costOf(others, "stream"));
      this.split = { set: this.together, parts, beside: 1 };
    }
    this.single = algorithms.map((_, index) => index + 1)
      .sort((a, b) => (this.costs[b] ?? 0) - (this.costs[a] ?? 0));
  }

  /** Plans another set, for streams that are files; gives its number. Throws as the constructor. */
  add(algorithms: readonly Algorithm[]): number {
    const plan = planDigests(algorithms, this.#engines, "files", this.#bytes);
    this.plans.push(plan);
    this.costs.push(costOf(plan, "files"));
    return this.plans.length - 1;
  }

  /** The digests of the whole file, in the order of reports; undefined where a byte was not had. */
  hashes({ failed, digests }: WholeFile): Hashes | undefined {
    if (failed) return undefined;
    const hashes: Partial<Record<Algorithm, string>> = {};
    for (const [index, algorithm] of this.#algorithms.entries()) {
      const digest = digests.get(index + 1);
      if (digest === undefined) return undefined;
      hashes[algorithm] = toHex(digest);
    }
    return hashes;
  }
}
