// Draws bench/plots/*.svg from bench/results/*.json, and writes bench/RESULTS.md.
//
//   deno task bench:plots

import {
  figure,
  figureText,
  type Goal,
  goalText,
  isMet,
  type KernelResults,
  type KernelRow,
  median,
  type PeerResults,
  type PeerRow,
  readResults,
  type Samples,
  type ScalingResults,
  type ScalingSeries,
} from "./results.ts";
import {
  type Measurements,
  memoryLimits,
  pointText,
  type Remarks,
  report,
  unexplained,
} from "./report.ts";
import * as svg from "./svg.ts";
import { colors, type Point } from "./svg.ts";

const ROW = 26;

/** The goal of a row as a ratio of wall times, ours to the peer's. */
function wallLimit({ measure, limit }: Goal, row: PeerRow): number | undefined {
  if (measure === "wall") return limit;
  if (measure === "faster") return 1 / limit;
  if (measure === "rate") return row.bytes[0] / row.bytes[1] / limit;
  return undefined;
}

/** Wall times as ratios: a row each, from the peer's 1 to ours, with the goal as a stroke. */
export function peersPlot(results: PeerResults): string {
  const rows = results.rows.filter(({ ours, peer, goals }) =>
    ours !== undefined && peer !== undefined && goals.every(({ measure }) => measure !== "over")
  );
  const [left, right, width, top] = [330, 760, 980, 64];
  const limits = rows.flatMap((row) => row.goals.flatMap((goal) => wallLimit(goal, row) ?? []));
  const ratios = rows.map((row) => figure("wall", row));
  const scale = svg.logarithmic(...svg.bounds([1, ...limits, ...ratios]), left, right);
  const bottom = top + rows.length * ROW;
  const one = scale.place(1);
  const content = [
    svg.text(16, 24, "Wall time beside other programs", { size: 16, weight: "bold" }),
    svg.text(16, 44, "ours ÷ the peer's, logarithmic: left of 1 is faster; a stroke is the goal", {
      fill: colors.faint,
    }),
    ...grid(scale.ticks.map((tick) => [scale.place(tick), String(tick)]), top, bottom),
    svg.line([one, top], [one, bottom], colors.ink),
    ...rows.flatMap((row, index) => {
      const y = top + index * ROW + ROW / 2;
      const ratio = ratios[index] ?? 1;
      const isGood = row.goals.every((goal) => isMet(goal, row));
      const fill = isGood ? colors.ours : colors.missed;
      const goals = row.goals.flatMap((goal) => wallLimit(goal, row) ?? []).map(scale.place);
      const words = row.goals.map((goal) =>
        `${figureText(goal.measure, figure(goal.measure, row))} (${goalText(goal)})`
      );
      return [
        svg.text(left - 12, y + 4, `${row.id} · ${row.beside}`, { anchor: "end" }),
        svg.line([one, y], [scale.place(ratio), y], fill, { width: 3 }),
        ...goals.map((x) => svg.line([x, y - 9], [x, y + 9], colors.ink, { width: 2 })),
        svg.mark([scale.place(ratio), y], fill, isGood ? "circle" : "diamond", row.what),
        svg.text(right + 12, y + 4, words[0] ?? figureText("wall", ratio), { size: 11 }),
      ];
    }),
    svg.mark([left, bottom + 42], colors.ours),
    svg.text(left + 12, bottom + 46, "goal met, or none"),
    svg.mark([left + 160, bottom + 42], colors.missed, "diamond"),
    svg.text(left + 172, bottom + 46, "goal missed"),
  ];
  return svg.document(
    { width, height: bottom + 64, title: "Wall time beside other programs" },
    content,
  );
}

function grid(
  ticks: readonly (readonly [x: number, label: string])[],
  top: number,
  bottom: number,
) {
  return ticks.flatMap(([x, label]) => [
    svg.line([x, top], [x, bottom], colors.grid),
    svg.text(x, bottom + 18, label, { anchor: "middle", fill: colors.faint, size: 11 }),
  ]);
}

const shapes = ["circle", "square", "diamond"] as const;
const hues = [colors.ours, colors.others[1], colors.missed] as const;

type Panel = {
  readonly title: string;
  readonly series: readonly ScalingSeries[];
  readonly value: (samples: Samples) => number;
  readonly at: Point;
  /** A value not to be passed; without it, a line of slope 1 is drawn beside the data. */
  readonly limit?: number;
};

const [PANEL_WIDTH, PANEL_HEIGHT] = [380, 250];

function panel({ title, series, value, at: [x, y], limit }: Panel): string[] {
  const drawn = series.map(({ points, axis, command }) => ({
    axis,
    command,
    // Where nothing told the memory there is no point.
    points: points.map(({ at, samples }): Point => [at, value(samples)])
      .filter(([, cost]) => Number.isFinite(cost)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return [];
  const limits = limit === undefined ? [] : [limit];
  const [right, bottom] = [x + PANEL_WIDTH, y + PANEL_HEIGHT];
  const across = svg.logarithmic(...svg.bounds(all.map(([at]) => at)), x, right);
  const up = svg.logarithmic(...svg.bounds([...all.map(([, cost]) => cost), ...limits]), bottom, y);
  const place = ([at, cost]: Point): Point => [across.place(at), up.place(cost)];
  const axis = drawn[0]?.axis ?? "size";
  const ats = [...new Set(all.map(([at]) => at))];
  return [
    svg.text(x, y - 12, title, { weight: "bold" }),
    ...grid(
      ats.map((at) => [across.place(at), pointText(axis, at).replace(" files", "")]),
      y,
      bottom,
    ),
    ...up.ticks.flatMap((tick) => [
      svg.line([x, up.place(tick)], [right, up.place(tick)], colors.grid),
      svg.text(x - 8, up.place(tick) + 4, String(tick), {
        anchor: "end",
        fill: colors.faint,
        size: 11,
      }),
    ]),
    ...(limit === undefined ? guide(all, across, up) : []),
    ...limits.map(up.place).map((at) => svg.line([x, at], [right, at], colors.ink, { width: 2 })),
    ...drawn.flatMap(({ points, command }, index) => {
      const fill = hues[index % hues.length] ?? colors.ours;
      const shape = shapes[index % shapes.length] ?? "circle";
      return [
        svg.path(points.map(place), fill),
        ...points.map((point) => svg.mark(place(point), fill, shape, command)),
      ];
    }),
  ];
}

/** A dashed line of slope 1 up to the dearest of the last points: what linear cost looks like. */
function guide(all: readonly Point[], across: svg.Scale, up: svg.Scale): string[] {
  const last = Math.max(...all.map(([at]) => at));
  const dearest = Math.max(...all.filter(([at]) => at === last).map(([, cost]) => cost));
  const [first, least] = [
    Math.min(...all.map(([at]) => at)),
    Math.min(...all.map(([, cost]) => cost)),
  ];
  const start = Math.max(first, last * least / dearest);
  const from: Point = [across.place(start), up.place(dearest * start / last)];
  const to: Point = [across.place(last), up.place(dearest)];
  return [svg.line(from, to, colors.faint, { dash: "5 4" })];
}

/** Wall time and memory over size and over the number of files, both axes logarithmic. */
export function scalingPlot({ series }: ScalingResults): string {
  const by = (axis: ScalingSeries["axis"]) => series.filter((each) => each.axis === axis);
  const wall = ({ wall }: Samples) => median(wall);
  const peak = ({ peak }: Samples) => Math.max(...peak) / 1024;
  const [first, second, top, low] = [70, 540, 90, 410];
  const names = [...new Set(series.map(({ command }) => command))];
  const content = [
    svg.text(16, 24, "Cost with size and with the number of files", { size: 16, weight: "bold" }),
    ...names.flatMap((name, index) => [
      svg.mark([30 + index * 180, 46], hues[index % hues.length] ?? colors.ours, shapes[index % 3]),
      svg.text(42 + index * 180, 50, name),
    ]),
    svg.line([560, 46], [590, 46], colors.faint, { dash: "5 4" }),
    svg.text(598, 50, "linear"),
    svg.line([700, 46], [730, 46], colors.ink, { width: 2 }),
    svg.text(738, 50, "goal for memory"),
    ...panel({
      title: "wall, s, by size of the image",
      series: by("size"),
      value: wall,
      at: [first, top],
    }),
    ...panel({
      title: "wall, s, by number of files",
      series: by("files"),
      value: wall,
      at: [second, top],
    }),
    ...panel({
      title: "peak memory, MiB, by size of the image",
      series: by("size"),
      value: peak,
      at: [first, low],
      limit: memoryLimits.size,
    }),
    ...panel({
      title: "peak memory, MiB, by number of files",
      series: by("files"),
      value: peak,
      at: [second, low],
      limit: memoryLimits.files,
    }),
  ];
  const title = "Wall time and peak memory with size and with the number of files";
  return svg.document({ width: 960, height: 700, title }, content);
}

/** Rates of the kernels and of their peers, a row each. */
export function kernelsPlot({ rows }: KernelResults): string {
  const peers = [...new Set(rows.flatMap((row) => Object.keys(row.peers)))];
  const hue = (name: string) =>
    colors.others[peers.indexOf(name) % colors.others.length] ?? colors.faint;
  const rates = ({ ours, peers }: KernelRow) => [ours, ...Object.values(peers)];
  const legend = ["ours", ...peers];
  const [left, right, width, top] = [330, 800, 1200, 66 + Math.ceil(legend.length / 6) * 18];
  const scale = svg.logarithmic(...svg.bounds(rows.flatMap(rates)), left, right);
  const bottom = top + rows.length * ROW;
  const content = [
    svg.text(16, 24, "Kernels, GB/s", { size: 16, weight: "bold" }),
    ...legend.flatMap((name, index) => {
      const [x, y] = [30 + index % 6 * 155, 46 + Math.floor(index / 6) * 18];
      const fill = index === 0 ? colors.ours : hue(name);
      return [
        svg.mark([x, y], fill, index === 0 ? "circle" : "square"),
        svg.text(x + 12, y + 4, name),
      ];
    }),
    ...grid(scale.ticks.map((tick) => [scale.place(tick), String(tick)]), top, bottom),
    ...rows.flatMap((row, index) => {
      const y = top + index * ROW + ROW / 2;
      const fill = row.met === false ? colors.missed : colors.ours;
      const spread = rates(row).map(scale.place);
      const reached = row.ratio == null
        ? `${row.ours.toFixed(2)} GB/s`
        : `${row.ratio.toFixed(2)} ×`;
      const goal = row.goal == null ? "" : `${reached} (${row.goal})`;
      return [
        svg.text(left - 12, y + 4, `${row.kernel} · ${row.workload}`, { anchor: "end", size: 11 }),
        svg.line([Math.min(...spread), y], [Math.max(...spread), y], colors.grid, { width: 3 }),
        ...Object.entries(row.peers).map(([name, rate]) =>
          svg.mark([scale.place(rate), y], hue(name), "square", name)
        ),
        svg.mark(
          [scale.place(row.ours), y],
          fill,
          row.met === false ? "diamond" : "circle",
          "ours",
        ),
        svg.text(right + 12, y + 4, goal, { size: 11 }),
      ];
    }),
  ];
  return svg.document({ width, height: bottom + 36, title: "Rates of the kernels" }, content);
}

const here = (name: string) => new URL(name, import.meta.url);

/** Rows of kernels, with or without a word of where they were measured. */
function kernelResults(): KernelResults | undefined {
  const found = readResults<KernelResults | readonly KernelRow[]>("kernels.json");
  return found !== undefined && "length" in found ? { rows: found } : found;
}

/** All that was measured, and what was remarked on it. */
export function measurements(): Measurements {
  // remarks.json is ours, with the shape that its type says.
  const remarks: Remarks = JSON.parse(Deno.readTextFileSync(here("remarks.json")));
  return {
    kernels: kernelResults(),
    peers: readResults("peers.json"),
    scaling: readResults("scaling.json"),
    faults: readResults("faults.json"),
    remarks,
    history: Deno.readTextFileSync(here("history.md")),
  };
}

/** What is to be written: contents by path below bench/. */
export function drawn(measured: Measurements): Map<string, string> {
  const { kernels, peers, scaling } = measured;
  const files = new Map([["RESULTS.md", report(measured)]]);
  if (kernels !== undefined) files.set("plots/kernels.svg", kernelsPlot(kernels));
  if (peers !== undefined) files.set("plots/peers.svg", peersPlot(peers));
  if (scaling !== undefined) files.set("plots/scaling.svg", scalingPlot(scaling));
  return files;
}

if (import.meta.main) {
  const measured = measurements();
  Deno.mkdirSync(here("plots"), { recursive: true });
  for (const [name, content] of drawn(measured)) {
    Deno.writeTextFileSync(here(name), content);
    console.log(`written: bench/${name}`);
  }
  for (const row of unexplained(measured)) {
    console.log(`no remark in bench/remarks.json says why a goal is missed: ${row}`);
  }
}
