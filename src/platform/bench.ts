// Measures cases side by side: a run of each in turn, so that a busy moment falls on all; medians count.

import { EngineError } from "../kernel/engine.ts";
import type { BenchCase, BenchEngine, BenchValue } from "./bench_cases.ts";

/** How long to measure, and who is told. */
export type BenchOptions = {
  /** Milliseconds of measuring, after a first round that checks results; one round always. */
  readonly budget: number;
  readonly signal?: AbortSignal;
  /** Told of bytes taken, of about how many. */
  readonly onProgress?: (done: number, total: number) => void;
};

/** GB/s (10^9 bytes) of an engine at a case. */
export type BenchRate = { readonly engine: BenchEngine; readonly rate: number };

/** What was measured: of each case, in its order, the median of each engine. */
export type BenchRates = {
  readonly rounds: number;
  readonly cases: readonly {
    readonly kernel: string;
    readonly workload: string;
    readonly rates: readonly BenchRate[];
  }[];
};

/** Milliseconds that a timed stretch takes at least: shorter ones tell of the clock. */
const LEAST = 0.5;

type Trial = {
  readonly engine: BenchEngine;
  readonly bytes: number;
  readonly run: () => BenchValue;
  times: number;
  readonly rates: number[];
};

/**
 * Measures the cases. Throws an EngineError where two engines do not compute the same, and the reason of
 * the signal.
 */
export async function measure(
  cases: readonly BenchCase[],
  { budget, signal, onProgress }: BenchOptions,
): Promise<BenchRates> {
  const trials = cases.map((each) => prepare(each));
  const start = performance.now();
  let rounds = 0;
  let done = 0;
  do {
    for (const group of trials) {
      signal?.throwIfAborted();
      for (const trial of group) {
        time(trial);
        done += trial.bytes * trial.times;
      }
      const share = (performance.now() - start) / budget;
      onProgress?.(done, Math.max(done, done / share));
      // A signal could not arrive otherwise.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    rounds++;
  } while (performance.now() - start < budget);
  const ratesOf = (group: readonly Trial[]) =>
    group.map(({ engine, rates }) => ({ engine, rate: rounded(median(rates)) }));
  return {
    rounds,
    cases: cases.map(({ kernel, workload }, index) => ({
      kernel,
      workload,
      rates: ratesOf(trials[index] ?? []),
    })),
  };
}

// The runs that are compared are the ones that let the runtime compile.
function prepare({ kernel, workload, bytes, runs }: BenchCase): Trial[] {
  let first: { readonly engine: string; readonly text: string } | undefined;
  const trials: Trial[] = [];
  // The names of the runs are those of engines.
  for (const [engine, run] of Object.entries(runs) as [BenchEngine, () => BenchValue][]) {
    const text = textOf(run());
    first ??= { engine, text };
    if (text !== first.text) {
      throw new EngineError(
        `Cannot measure ${kernel} (${workload}): engine ${first.engine} computes ` +
          `${first.text.slice(0, 200)}, engine ${engine} ${text.slice(0, 200)}`,
      );
    }
    const start = performance.now();
    run();
    const times = Math.ceil(LEAST / Math.max(performance.now() - start, LEAST / 100));
    trials.push({ engine, bytes, run, times, rates: [] });
  }
  return trials;
}

function textOf(value: BenchValue): string {
  return typeof value === "number" ? String(value) : Uint8Array.from(value).toHex();
}

function time({ bytes, run, times, rates }: Trial): void {
  const start = performance.now();
  for (let turn = 0; turn < times; turn++) run();
  rates.push((bytes * times) / 1e6 / Math.max(performance.now() - start, 1e-3));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

// More digits are not worth a measurement.
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}

/** What measured: the runtime, the system and the kind of processor. */
export function machineName(): string {
  if (typeof Deno === "undefined") return "unknown";
  const { build, version } = Deno;
  return `deno ${version.deno}, v8 ${version.v8}, ${build.os} ${build.arch}`;
}
