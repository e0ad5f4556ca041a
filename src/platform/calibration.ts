// How fast each engine of digests is on this machine, measured in a moment.

import { createDigest } from "../kernel/digest.ts";
import {
  type EngineKind,
  type EngineRates,
  type EngineTable,
  hasEngine,
  shippedTable,
  type Workload,
} from "../kernel/engine.ts";
import { type Algorithm, algorithms, sharedKernels } from "../kernel/kernels.ts";
import { digestStretches, hasLanes } from "../kernel/many.ts";

/** Bytes of a stream, and of the files that are digested at a time. */
const STREAM = 64 * 1024;
const FILE = 16 * 1024;
const FILES = STREAM / FILE;

/** How long to measure, and by which clock. */
export type CalibrationOptions = {
  /** Milliseconds of measuring; 50 where absent. One run of each engine before loads and compiles it. */
  readonly budget?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
};

type Trial = {
  readonly algorithm: Algorithm;
  readonly engine: EngineKind;
  readonly workload: Workload;
  /** Digests {@linkcode STREAM} bytes. */
  readonly run: () => unknown;
  /** Least milliseconds of a run. */
  best: number;
  fails: boolean;
};

/**
 * Measures the kernels and the platform's digests, a run of each in turn until the time is up: the best
 * run of each counts, since the runtime is still compiling during the first ones. What was not measured
 * by then has the shipped speed. Never throws.
 */
export function calibrate({ budget = 50, now = clock }: CalibrationOptions = {}): EngineTable {
  const trials = algorithms.flatMap((algorithm) => trialsOf(algorithm));
  let left = trials.filter((trial) => attempt(trial, now));
  for (const trial of left) trial.best = Infinity;
  const end = now() + budget;
  while (now() < end && left.length > 0) {
    left = left.filter((trial) => now() >= end || attempt(trial, now));
  }
  return tableOf(trials);
}

function clock(): number {
  return performance.now();
}

// An engine that fails at something is out of the question for it.
function attempt(trial: Trial, now: () => number): boolean {
  const start = now();
  try {
    trial.run();
  } catch {
    trial.fails = true;
    return false;
  }
  trial.best = Math.min(trial.best, now() - start);
  return true;
}

function trialsOf(algorithm: Algorithm): Trial[] {
  const trials: Trial[] = [];
  const add = (engine: EngineKind, workload: Workload, run: () => unknown) =>
    trials.push({ algorithm, engine, workload, run, best: Infinity, fails: false });
  const kernels = sharedKernels();
  const bytes = kernels?.window.subarray(0, STREAM) ?? new Uint8Array(STREAM);
  for (const engine of ["wasm", "native"] as const) {
    if (!hasEngine(engine, algorithm)) continue;
    add(engine, "stream", () => digest(algorithm, engine, bytes));
    const lanes = engine === "wasm" && kernels !== undefined && hasLanes(algorithm);
    if (lanes) add(engine, "files", () => digestStretches(kernels, algorithm, FILE, FILES));
    else add(engine, "files", () => digestFiles(algorithm, engine, bytes));
  }
  return trials;
}

function digest(algorithm: Algorithm, engine: EngineKind, bytes: Uint8Array): string {
  const digest = createDigest(algorithm, engine);
  digest.update(bytes);
  return digest.hex();
}

function digestFiles(algorithm: Algorithm, engine: EngineKind, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += FILE) {
    digest(algorithm, engine, bytes.subarray(at, at + FILE));
  }
}

function tableOf(trials: readonly Trial[]): EngineTable {
  const table: { [algorithm in Algorithm]?: { [engine in EngineKind]?: EngineRates } } = {};
  for (const algorithm of algorithms) {
    const row = { ...shippedTable[algorithm] };
    for (const engine of ["wasm", "native"] as const) {
      const own = trials.filter((each) => each.algorithm === algorithm && each.engine === engine);
      const rate = (workload: Workload) => {
        const { best = Infinity, fails = false } = own.find((each) => each.workload === workload) ??
          {};
        if (fails) return 0;
        if (best === Infinity) return row[engine]?.[workload] ?? 0;
        // Three digits are more than the measurement is worth.
        return Number((STREAM / 1e6 / Math.max(best, 1e-3)).toPrecision(3));
      };
      if (own.length > 0) row[engine] = { stream: rate("stream"), files: rate("files") };
    }
    table[algorithm] = row;
  }
  return table;
}
