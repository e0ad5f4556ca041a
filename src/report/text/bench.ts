// `discern bench` as text: GB/s of every kernel and of what else computes the same.

import type { BenchResult, BenchRow } from "../../model/result.ts";
import { counted, paint, type Style } from "../style.ts";
import { table } from "../table.ts";

const engines = ["wasm", "plain", "native", "noble"] as const;

/** One line a kernel and kind of work. */
export function* benchText(
  { machine, rounds, rows }: BenchResult,
  style: Style,
): Generator<string> {
  yield `${machine}: GB/s, medians of ${counted(rounds, "round")}`;
  yield "";
  const columns = [
    { title: "kernel" },
    { title: "work" },
    ...engines.map((title) => ({ title, align: "right" as const })),
    { title: "× plain", align: "right", spare: 2 },
    { title: "× native", align: "right" },
    { title: "auto", spare: 1 },
  ] as const;
  const lines = rows.map((row) => [
    row.kernel,
    row.workload,
    ...engines.map((engine) => rateOf(row, engine)),
    ratioOf(row, "plain"),
    ratioOf(row, "native"),
    row.auto ?? "",
  ]);
  const [head = "", ...rest] = table(columns, lines, style);
  yield paint(style, "bold", head);
  yield* rest;
  yield "";
  yield "wasm: our kernels with vectors; plain: without; native: the runtime's own; noble: JavaScript";
}

function measured(row: BenchRow, engine: typeof engines[number]) {
  return row.engines.find((each) => each.engine === engine);
}

function rateOf(row: BenchRow, engine: typeof engines[number]): string {
  const rate = measured(row, engine)?.rate;
  return rate === undefined ? "-" : rate.toFixed(rate < 9.995 ? 2 : 1);
}

function ratioOf(row: BenchRow, engine: typeof engines[number]): string {
  return measured(row, engine)?.ratio.toFixed(2) ?? "-";
}
