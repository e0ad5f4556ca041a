// Writes bench/RESULTS.md from what the benches wrote: a row for each goal, in the form that `deno fmt`
// leaves as it is. Remarks by hand stand in remarks.json, older measurements in history.md.

import {
  type FaultResults,
  type FaultRow,
  type FaultTally,
  figure,
  figureText,
  goalText,
  growth,
  isMet,
  type KernelResults,
  LINEAR,
  median,
  missText,
  type PeerResults,
  type PeerRow,
  type Samples,
  type ScalingResults,
  type ScalingSeries,
} from "./results.ts";

/** Remarks by the id of a row; in `scaling` by command and axis, in `kernels` by kernel and workload. */
export type Remarks = Readonly<
  Record<"peers" | "scaling" | "kernels", Readonly<Record<string, string>>>
>;

/** All that RESULTS.md is made of. */
export type Measurements = {
  readonly kernels?: KernelResults | undefined;
  readonly peers?: PeerResults | undefined;
  readonly scaling?: ScalingResults | undefined;
  readonly faults?: FaultResults | undefined;
  readonly remarks: Remarks;
  /** Sections of Markdown. */
  readonly history: string;
};

type Column = { readonly title: string; readonly right?: boolean };

const WIDTH = 100;

/** A paragraph in lines of at most 100 characters, code unbroken; `indent` begins all but the first. */
export function wrap(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

/** A table, its columns padded. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(3, title.length, ...rows.map((row) => row[index]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      columns.map(({ right }, index) => {
        const [cell, width] = [cells[index] ?? "", widths[index] ?? 0];
        return right ? cell.padStart(width) : cell.padEnd(width);
      }).join(" | ")
    } |`;
  const rule = columns.map(({ right }, index) => {
    const dashes = "-".repeat(widths[index] ?? 0);
    return right ? `${dashes.slice(1)}:` : dashes;
  });
  return [line(columns.map(({ title }) => title)), line(rule), ...rows.map(line)].join("\n");
}

const seconds = (values: readonly number[]) => {
  const value = median(values);
  return value < 1 ? value.toFixed(3) : value < 100 ? value.toFixed(2) : value.toFixed(0);
};

const mebibytes = ({ peak }: Samples) =>
  peak.length === 0 ? "-" : String(Math.round(Math.max(...peak) / 1024));

const code = (text: string) => `\`${text}\``;

function remarkList(remarks: readonly (readonly [name: string, text: string])[]): string[] {
  if (remarks.length === 0) return [];
  return [remarks.map(([name, text]) => wrap(`- ${name}: ${text}`, "  ")).join("\n")];
}

const peerColumns: readonly Column[] = [
  { title: "row" },
  { title: "image" },
  { title: "wall, s", right: true },
  { title: "CPU, s", right: true },
  { title: "peak, MiB", right: true },
  { title: "beside" },
  { title: "wall, s", right: true },
  { title: "CPU, s", right: true },
  { title: "reached", right: true },
  { title: "goal", right: true },
  { title: "" },
  { title: "date" },
  { title: "commit" },
];

function peerLines(row: PeerRow): string[][] {
  const { id, image, ours, peer, beside, goals, date, commit } = row;
  if (ours === undefined || peer === undefined) {
    const goal = goals.map(goalText).join("; ") || "-";
    return [[id, image, "-", "-", "-", beside, "-", "-", "-", goal, "skipped", date, commit]];
  }
  const costs = [seconds(ours.samples.wall), seconds(ours.samples.cpu), mebibytes(ours.samples)];
  const its = [seconds(peer.samples.wall), seconds(peer.samples.cpu)];
  const verdicts = goals.map((goal) => [
    figureText(goal.measure, figure(goal.measure, row)),
    goalText(goal),
    isMet(goal, row) ? "met" : `missed ${missText(goal, row)}`,
  ]);
  if (verdicts.length === 0) verdicts.push([figureText("wall", figure("wall", row)), "-", ""]);
  return verdicts.map((verdict) => [id, image, ...costs, beside, ...its, ...verdict, date, commit]);
}

function peerDetail(row: PeerRow): readonly [string, string] {
  const { ours, peer, agreed, counted, skipped, what, load } = row;
  const parts = ours === undefined || peer === undefined
    ? [`${what}: skipped, ${skipped ?? "for no reason given"}`]
    : [
      `${what}. ${code(ours.command)} beside ${code(peer.command)}`,
      `${ours.samples.wall.length} and ${peer.samples.wall.length} rounds, load ${load} before`,
    ];
  if (agreed !== undefined) parts.push(`both gave the same: ${agreed}`);
  if (counted !== undefined) parts.push(counted);
  return [`**${row.id}**`, `${parts.join("; ")}.`];
}

const fairness = [
  "Each line is a whole command as bash runs it, start-up included. Within one scene all commands " +
  "run in turn, one after another, in rounds that go forwards and backwards, after one round that " +
  "warms up and does not count; figures are medians. Images were read once before and stay in the " +
  "page cache. Wall and CPU (user and system, of all processes of the line) are those of bash's " +
  "`time`, to the millisecond. What a command prints goes to a file, whoever it is.",
  "discern runs from source, by `deno run` with the permissions of `deno task discern`. Peers are " +
  "the packages of Debian with the options shown and all else as they come, threads too (b3sum is " +
  "held to one by the goal, hashdeep takes the cores there are, all others have one). 7z extracts " +
  "into an empty folder on the same disk, and nothing waits for the disk; hashdeep finds a tree " +
  "that was extracted before; neither removal nor that extraction is counted. `cmp -l` goes on " +
  "after the first difference, as `compare` does. fiwalk takes minutes and runs once, without " +
  "warming up; 7z and hashdeep run up to three times. A row whose results disagree has no figure.",
];

function peerSection({ machine, runtime, tools, rows }: PeerResults, remarks: Remarks): string[] {
  const known = rows.flatMap((row): [string, string][] => {
    const remark = remarks.peers[row.id];
    return remark === undefined ? [] : [[`**${row.id}**`, remark]];
  });
  const versions = Object.values(tools).map((line) =>
    line.replace(/ \(Library.*| : Copyright.*/, "")
  );
  return [
    "## Whole commands beside other programs",
    "`deno task bench:peers [FOLDER]`",
    wrap(`${machine}; ${runtime}. Peers: ${versions.join("; ")}.`),
    ...fairness.map((paragraph) => wrap(paragraph)),
    "![Wall time beside other programs](plots/peers.svg)",
    table(peerColumns, rows.flatMap(peerLines)),
    ...(known.length > 0 ? ["Remarks:"] : []),
    ...remarkList(known),
    "What was run:",
    ...remarkList(rows.map(peerDetail)),
  ];
}

const scalingColumns: readonly Column[] = [
  { title: "command" },
  { title: "" },
  { title: "wall, s", right: true },
  { title: "CPU, s", right: true },
  { title: "peak, MiB", right: true },
];

/** Where a point of a series stands, in words. */
export function pointText(axis: ScalingSeries["axis"], at: number): string {
  return axis === "size"
    ? `${(at / 1024 ** 3).toFixed(1)} GiB`
    : `${at.toLocaleString("en")} files`;
}

function scalingLines({ command, axis, points }: ScalingSeries): string[][] {
  return points.map(({ at, samples }) => [
    command,
    pointText(axis, at),
    seconds(samples.wall),
    seconds(samples.cpu),
    mebibytes(samples),
  ]);
}

/** Most MiB of resident memory, by the axis of a series. */
export const memoryLimits = { size: 300, files: 512 } as const;

function goalLines(
  { command, axis, points, skipped }: ScalingSeries,
  date: string,
  commit: string,
) {
  const name = `${command}, by ${axis}`;
  if (points.length < 2) {
    return [[name, "-", "-", `skipped: ${skipped ?? "too few points"}`, date, commit]];
  }
  const power = growth(points, "cpu");
  const peak = Math.max(...points.flatMap(({ samples }) => samples.peak)) / 1024;
  const limit = memoryLimits[axis];
  const verdict = (isWithin: boolean) => isWithin ? "met" : "missed";
  const known = Number.isFinite(peak);
  return [
    [name, `power ${power.toFixed(2)}`, `≤ ${LINEAR}`, verdict(power <= LINEAR), date, commit],
    [
      name,
      known ? `${Math.round(peak)} MiB` : "-",
      `≤ ${limit} MiB`,
      known ? verdict(peak <= limit) : "skipped: no GNU time",
      date,
      commit,
    ],
  ];
}

function scalingSection(results: ScalingResults, remarks: Remarks): string[] {
  const { machine, runtime, series, date, commit, load } = results;
  const known = series.flatMap(({ command, axis }): [string, string][] => {
    const remark = remarks.scaling[`${command}, by ${axis}`];
    return remark === undefined ? [] : [[`**${command}, by ${axis}**`, remark]];
  });
  const rounds = series[0]?.points[0]?.samples.wall.length ?? 0;
  return [
    "## Cost with size and with the number of files",
    "`deno task bench:scaling [FOLDER]`",
    wrap(
      `${date}, commit ${commit}; ${machine}; ${runtime}; load ${load} before. Medians of ${rounds} ` +
        "rounds; peak is the largest resident set of all rounds, V8 and the runtime included. Images " +
        "by `bench/make_million.ts`: Rock Ridge, data of holes. By size: 1,000 files that fill the " +
        "image. By files: 100 bytes each in a block of its own, about √n directories of √n files.",
    ),
    "![Wall time and memory with size and with files](plots/scaling.svg)",
    wrap(
      "The power is the e of CPU time = n^e from the last point but one to the last, start-up included: " +
        "1 is linear, less is better.",
    ),
    table([
      { title: "row" },
      { title: "reached", right: true },
      { title: "goal", right: true },
      { title: "" },
      { title: "date" },
      { title: "commit" },
    ], series.flatMap((each) => goalLines(each, date, commit))),
    ...remarkList(known),
    table(scalingColumns, series.flatMap(scalingLines)),
  ];
}

function kernelSection({ rows, ...head }: KernelResults, remarks: Remarks): string[] {
  const where = [head.date, head.commit && `commit ${head.commit}`, head.machine, head.runtime];
  const known = rows.flatMap(({ kernel, workload }): [string, string][] => {
    const remark = remarks.kernels[`${kernel}, ${workload}`] ?? remarks.kernels[kernel];
    return remark === undefined ? [] : [[`**${kernel}**, ${workload}`, remark]];
  });
  return [
    "## Kernels",
    "`deno task bench`",
    ...(where.some(Boolean) ? [wrap(`${where.filter(Boolean).join("; ")}.`)] : []),
    wrap("One thread, candidates in turn, medians; GB/s of 10^9 bytes."),
    "![Rates of the kernels and of their peers](plots/kernels.svg)",
    table(
      [
        { title: "kernel" },
        { title: "workload" },
        { title: "GB/s", right: true },
        { title: "peers, GB/s" },
        { title: "ratio", right: true },
        { title: "goal" },
        { title: "" },
      ],
      rows.map(({ kernel, workload, ours, peers, ratio, goal, met }) => [
        kernel,
        workload,
        ours.toFixed(2),
        Object.entries(peers).map(([name, rate]) => `${name} ${rate.toFixed(2)}`).join(", ") || "-",
        ratio == null ? "-" : ratio.toFixed(2),
        goal ?? "-",
        met == null ? "" : met ? "met" : "missed",
      ]),
    ),
    ...remarkList(known),
  ];
}

const share = (part: number, whole: number) =>
  whole === 0 ? "-" : `${Math.round(part / whole * 100)} %`;

function faultLine(kind: string, { mutants, ...found }: FaultTally, peers: readonly string[]) {
  const { detected, localised, cause, noted } = found;
  return [
    kind,
    String(mutants),
    ...[detected, localised, cause, noted].map((each) => share(each, mutants)),
    ...peers.map((peer) => share(found.peers[peer] ?? 0, mutants)),
  ];
}

function sumOf(rows: readonly FaultTally[]): FaultTally {
  const sum = (pick: (each: FaultTally) => number) => rows.reduce((all, row) => all + pick(row), 0);
  const names = new Set(rows.flatMap(({ peers }) => Object.keys(peers)));
  return {
    mutants: sum(({ mutants }) => mutants),
    detected: sum(({ detected }) => detected),
    noted: sum(({ noted }) => noted),
    localised: sum(({ localised }) => localised),
    cause: sum(({ cause }) => cause),
    peers: Object.fromEntries(
      [...names].map((name) => [name, sum(({ peers }) => peers[name] ?? 0)]),
    ),
  };
}

function faultSection({ machine, runtime, date, commit, images, rows }: FaultResults): string[] {
  const peers = [...new Set(rows.flatMap(({ all }) => Object.keys(all.peers)))];
  const columns: Column[] = [
    { title: "fault" },
    { title: "mutants", right: true },
    { title: "detected", right: true },
    { title: "localised", right: true },
    { title: "right cause", right: true },
    { title: "or noted", right: true },
    ...peers.map((title) => ({ title, right: true })),
  ];
  const tableOf = (pick: (row: FaultRow) => FaultTally) =>
    table(columns, [
      ...rows.map((row) => faultLine(row.kind, pick(row), peers)),
      faultLine("all", sumOf(rows.map(pick)), peers),
    ]);
  return [
    "## Faults that nobody tuned for",
    "`deno task bench:faults`",
    wrap(`${date}; commit ${commit}; ${machine}; ${runtime}.`),
    wrap(
      `Seeded single faults over ten images of \`fixtures/\` (${
        images.join(", ")
      }), each audited with ` +
        "`--deep`. _Detected_ is a new error or warning beside the findings of the clean image; " +
        "_localised_ one of at most 64 KiB in the sector of the fault; _right cause_ that the first of " +
        "them is of the right kind (a cut, a shift) or in that sector; _or noted_ counts infos and notes " +
        "too. Other programs are counted where their exit status changes or they print a complaint that " +
        "they do not print of the clean image. Many bytes of an image are padding, or content that only " +
        "a digest vouches for: no program can know them to be wrong without one.",
    ),
    tableOf(({ all }) => all),
    "Of these, the faults in bytes that are under a proof in the clean image:",
    tableOf(({ proven }) => proven),
  ];
}

/** The whole of RESULTS.md. */
export function report(measured: Measurements): string {
  const { kernels, peers, scaling, faults, remarks, history } = measured;
  const sections = [
    "# Measurements",
    wrap(
      "Only figures that were measured. Each says on what, and how to repeat it. `deno task " +
        "bench:plots` makes this page and its plots from `bench/results/`, which the benches write; " +
        "remarks by hand are in `bench/remarks.json`, older measurements in `bench/history.md`.",
    ),
    ...(kernels === undefined ? [] : kernelSection(kernels, remarks)),
    ...(peers === undefined ? [] : peerSection(peers, remarks)),
    ...(scaling === undefined ? [] : scalingSection(scaling, remarks)),
    ...(faults === undefined ? [] : faultSection(faults)),
    history.trim(),
  ];
  return sections.join("\n\n") + "\n";
}

/** Rows that miss a goal and of which no remark says what limits them. */
export function unexplained({ kernels, peers, remarks }: Measurements): string[] {
  const rows = (peers?.rows ?? []).filter((row) =>
    row.ours !== undefined && row.goals.some((goal) => !isMet(goal, row)) &&
    remarks.peers[row.id] === undefined
  ).map(({ id }) => id);
  const missed = (kernels?.rows ?? []).filter(({ kernel, workload, met }) =>
    met === false && remarks.kernels[`${kernel}, ${workload}`] === undefined &&
    remarks.kernels[kernel] === undefined
  );
  return [...rows, ...missed.map(({ kernel, workload }) => `${kernel}, ${workload}`)];
}
