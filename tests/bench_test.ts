// The page of measurements and its plots are what the benches' JSON gives; the arithmetic behind them.

import { assert, assertEquals } from "@std/assert";
import { drawn, measurements } from "../bench/plot.ts";
import { table, unexplained, wrap } from "../bench/report.ts";
import {
  figure,
  type Goal,
  goalText,
  growth,
  isMet,
  median,
  missText,
  type PeerRow,
} from "../bench/results.ts";
import { bounds, logarithmic } from "../bench/svg.ts";

const bench = (name: string) => new URL(`../bench/${name}`, import.meta.url);

const measured = measurements();

for (const [name, content] of drawn(measured)) {
  Deno.test(`bench/${name} is what the results give: deno task bench:plots`, () => {
    assertEquals(Deno.readTextFileSync(bench(name)), content);
  });
}

Deno.test("bench/plots holds no plot without results", () => {
  let plots: string[] = [];
  try {
    plots = [...Deno.readDirSync(bench("plots"))].map(({ name }) => `plots/${name}`);
  } catch {
    // Nothing was measured yet.
  }
  assertEquals(plots.filter((name) => !drawn(measured).has(name)), []);
});

const samples = (...wall: number[]) => ({ wall, cpu: wall.map((value) => value * 2), peak: [] });

function row(
  ours: readonly number[],
  peer: readonly number[],
  goals: readonly Goal[] = [],
): PeerRow {
  return {
    id: "row",
    what: "work",
    image: "a.iso",
    beside: "peer",
    bytes: [300, 200],
    ours: { command: "ours", samples: samples(...ours) },
    peer: { command: "peer", samples: samples(...peer) },
    goals,
    date: "2026-01-01",
    commit: "0000000",
    load: 0,
  };
}

Deno.test("median() takes the middle, or the mean of the two in the middle", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertEquals(median([2, 10]), 6);
  assertEquals(median([]), NaN);
});

for (
  const { measure, value, met, missed, text } of [
    { measure: "wall", value: 0.5, met: 0.5, missed: 0.4, text: "≤ 0.4 × wall" },
    { measure: "cpu", value: 0.5, met: 0.6, missed: 0.4, text: "≤ 0.4 × CPU" },
    { measure: "faster", value: 2, met: 2, missed: 2.5, text: "≥ 2.5 × faster" },
    { measure: "over", value: -1, met: 0, missed: -2, text: "≤ -2 s over" },
    { measure: "rate", value: 3, met: 3, missed: 4, text: "≥ 4 × the rate" },
  ] as const
) {
  Deno.test(`figure() and isMet() of ${measure} are of medians`, () => {
    const one = row([9, 1, 0.5], [2, 2, 8]);
    assertEquals(figure(measure, one), value);
    assert(isMet({ measure, limit: met }, one));
    assert(!isMet({ measure, limit: missed }, one));
    assertEquals(goalText({ measure, limit: missed }), text);
  });
}

Deno.test("isMet() takes a row without figures for missed", () => {
  const { ours: _, ...skipped } = row([1], [1]);
  assert(!isMet({ measure: "wall", limit: 1 }, skipped));
  assert(!isMet({ measure: "faster", limit: 1 }, skipped));
});

Deno.test("missText() says by how much, either way", () => {
  assertEquals(missText({ measure: "wall", limit: 1 }, row([1.1], [1])), "by 11 %");
  assertEquals(missText({ measure: "faster", limit: 5 }, row([1], [4])), "by 25 %");
  assertEquals(missText({ measure: "wall", limit: 0.5 }, row([2], [1])), "by 4.0 ×");
});

Deno.test("growth() is 1 where cost is linear, from the last point but one", () => {
  const points = [[10, 50], [100, 3], [1000, 30]].map(([at = 0, wall = 0]) => ({
    at,
    samples: samples(wall),
  }));
  assertEquals(growth(points, "wall").toFixed(6), "1.000000");
  assertEquals(growth(points.slice(0, 1), "wall"), NaN);
});

Deno.test("unexplained() names rows that miss a goal and have no remark", () => {
  const goals: Goal[] = [{ measure: "wall", limit: 0.1 }];
  const peers = { machine: "", runtime: "", tools: {}, rows: [row([1], [1], goals)] };
  const remarks = { peers: {}, scaling: {}, kernels: {} };
  assertEquals(unexplained({ peers, remarks, history: "" }), ["row"]);
  const known = { ...remarks, peers: { row: "because" } };
  assertEquals(unexplained({ peers, remarks: known, history: "" }), []);
});

Deno.test("table() pads as the formatter does, wrap() breaks before 100 characters", () => {
  const padded = table([{ title: "a" }, { title: "b", right: true }], [["long", "1"], ["x", "22"]]);
  assertEquals(padded, "| a    |   b |\n| ---- | --: |\n| long |   1 |\n| x    |  22 |");
  const lines = wrap("word ".repeat(50).trim(), "  ").split("\n");
  assertEquals(lines.map((line) => line.split(" ").filter(Boolean).length), [20, 19, 11]);
  assertEquals(
    wrap(`${"x".repeat(95)} \`code of words\`.`),
    `${"x".repeat(95)}\n\`code of words\`.`,
  );
  assert(lines.every((line) => line.length <= 100));
});

Deno.test("logarithmic() places powers at equal distances", () => {
  const { place, ticks } = logarithmic(...bounds([1.3, 1000 / 1.3]), 0, 300);
  assertEquals([1, 10, 100, 1000].map((value) => Math.round(place(value))), [0, 100, 200, 300]);
  assertEquals(ticks, [1, 10, 100, 1000]);
});
