// discern bench

import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { engineFor, useEngineTable, type Workload } from "../../kernel/engine.ts";
import { algorithms } from "../../kernel/digest.ts";
import type { BenchResult, BenchRow } from "../../model/result.ts";
import { tool } from "../../model/tool.ts";
import { type BenchRates, machineName, measure } from "../../platform/bench.ts";
import { calibrate } from "../../platform/calibration.ts";
import { benchCases } from "../../platform/bench_cases.ts";
import { cacheFolder, writeEngineTable } from "../../platform/engine_cache.ts";
import { escapeInline } from "../../report/escape.ts";
import { benchText } from "../../report/text/bench.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Milliseconds for the speeds that `auto` is to go by. */
const CALIBRATION = 200;

/** Adds `bench`: every kernel against every engine, on this machine. */
export function addBench(program: Command, { io, finish }: Context): void {
  program.command("bench")
    .description("how fast each kernel and each engine is on this machine")
    .addOption(
      new Option("--seconds <n>", "how long to measure").argParser(seconds).default(6),
    )
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.quiet())
    .addOption(flags.progress())
    .action(async (options) => {
      finish(
        await Job.run(io, options, [], async (job) => {
          const { signal, onEvent } = job.work();
          const rates = await measure(benchCases(), {
            budget: options.seconds * 1000,
            signal,
            onProgress: (done, total) => onEvent({ type: "progress", what: "bench", done, total }),
          });
          // Medians of a busy machine would mislead the commands: they go by the best of many runs.
          const table = calibrate({ budget: CALIBRATION });
          useEngineTable(table);
          const result = resultOf(rates);
          // While permissions last.
          const folder = cacheFolder();
          const kept = writeEngineTable(tool.version, table, folder);
          await io.opened(job.keep());
          if (options.json) await job.document(result);
          else if (options.quiet !== true) job.lines(benchText(result, job.style));
          if (kept) {
            job.say(`auto goes by it from now on: it is kept in ${escapeInline(folder ?? "")}`);
          }
          return 0;
        }),
      );
    });
}

function seconds(text: string): number {
  if (/^\d{1,4}(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is no number of seconds, such as 6 or 0.5.");
}

function resultOf(rates: BenchRates): BenchResult {
  return {
    format: "discern.bench/1",
    tool,
    machine: machineName(),
    rounds: rates.rounds,
    rows: rates.cases.map((each) => rowOf(each)),
  };
}

function rowOf({ kernel, workload, rates }: BenchRates["cases"][number]): BenchRow {
  const own = rates.find(({ engine }) => engine === "wasm")?.rate ?? 0;
  const algorithm = algorithms.find((each) => each === kernel);
  const work = (["stream", "files"] as const satisfies readonly Workload[])
    .find((each) => each === workload);
  return {
    kernel,
    workload,
    engines: rates.map(({ engine, rate }) => ({
      engine,
      rate,
      ratio: Number((own / rate).toPrecision(3)),
    })),
    ...(algorithm === undefined || work === undefined ? {} : { auto: engineFor(algorithm, work) }),
  };
}
