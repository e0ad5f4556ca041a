// What the benches write to bench/results/ and what is computed from it: medians, ratios, goals.

/** Runs of one command line; seconds, and KiB of resident memory. One entry a round. */
export type Samples = {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  readonly peak: readonly number[];
};

/** A command line, as it was given to bash, and its runs. */
export type Timing = { readonly command: string; readonly samples: Samples };

/** Where a bench ran. */
export type Host = { readonly machine: string; readonly runtime: string };

/** How a goal compares ours with the peer's. */
export type Measure = "wall" | "cpu" | "faster" | "over" | "rate";

/** A goal of a row. */
export type Goal = { readonly measure: Measure; readonly limit: number };

/** One row of the table of whole commands. */
export type PeerRow = {
  readonly id: string;
  /** What the command does. */
  readonly what: string;
  /** What it is done to. */
  readonly image: string;
  /** The peer. */
  readonly beside: string;
  /** Bytes of the image of each side, for rates. */
  readonly bytes: readonly [ours: number, peers: number];
  readonly ours?: Timing;
  readonly peer?: Timing;
  readonly goals: readonly Goal[];
  /** What of the two outputs was compared, and that it is the same. */
  readonly agreed?: string;
  /** Why there is no figure. */
  readonly skipped?: string;
  /** What else was counted. */
  readonly counted?: string;
  readonly date: string;
  readonly commit: string;
  /** Load of the machine before the first run. */
  readonly load: number;
};

/** bench/results/peers.json */
export type PeerResults = Host & {
  /** What each peer says of its version. */
  readonly tools: Readonly<Record<string, string>>;
  readonly rows: readonly PeerRow[];
};

/** One command over images that grow. */
export type ScalingSeries = {
  readonly command: string;
  readonly axis: "size" | "files";
  /** `size`: bytes of the image. `files`: entries of the tree. */
  readonly points: readonly { readonly at: number; readonly samples: Samples }[];
  readonly skipped?: string;
};

/** bench/results/scaling.json */
export type ScalingResults = Host & {
  readonly date: string;
  readonly commit: string;
  readonly load: number;
  readonly series: readonly ScalingSeries[];
};

/** One row of bench/results/kernels.json; rates in GB/s of 10^9 bytes. */
export type KernelRow = {
  readonly kernel: string;
  readonly workload: string;
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly ratio?: number | null;
  readonly goal?: string | null;
  readonly met?: boolean | null;
};

/** bench/results/kernels.json */
export type KernelResults = Partial<Host> & {
  readonly date?: string;
  readonly commit?: string;
  readonly rows: readonly KernelRow[];
};

/** What was said of some mutants: how many of them were found, and by whom. */
export type FaultTally = {
  readonly mutants: number;
  /** A new error or warning. */
  readonly detected: number;
  /** Any new finding. */
  readonly noted: number;
  /** A new error or warning of at most 64 KiB in the sector of the fault. */
  readonly localised: number;
  /** The first of them is of the right kind, or in the sector of the fault. */
  readonly cause: number;
  /** Other programs that complain. */
  readonly peers: Readonly<Record<string, number>>;
};

/** Faults of one kind. */
export type FaultRow = {
  readonly kind: string;
  readonly all: FaultTally;
  /** Those of which every changed byte is under a proof in the clean image. */
  readonly proven: FaultTally;
};

/** bench/results/faults.json */
export type FaultResults = Host & {
  readonly date: string;
  readonly commit: string;
  readonly images: readonly string[];
  readonly rows: readonly FaultRow[];
};

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

/** A number of a goal, from the medians of both sides. */
export function figure(measure: Measure, row: PeerRow): number {
  if (row.ours === undefined || row.peer === undefined) return NaN;
  const [ours, peer] = [row.ours.samples, row.peer.samples];
  const wall = median(ours.wall) / median(peer.wall);
  switch (measure) {
    case "wall":
      return wall;
    case "cpu":
      return median(ours.cpu) / median(peer.cpu);
    case "faster":
      return 1 / wall;
    case "over":
      return median(ours.wall) - median(peer.wall);
    case "rate":
      return row.bytes[0] / row.bytes[1] / wall;
  }
}

const most: readonly Measure[] = ["wall", "cpu", "over"];

/** Whether a goal is met by the figure that the row has. */
export function isMet(goal: Goal, row: PeerRow): boolean {
  const reached = figure(goal.measure, row);
  return most.includes(goal.measure) ? reached <= goal.limit : reached >= goal.limit;
}

const wording: Readonly<Record<Measure, (value: string) => string>> = {
  wall: (value) => `${value} × wall`,
  cpu: (value) => `${value} × CPU`,
  faster: (value) => `${value} × faster`,
  over: (value) => `${value} s over`,
  rate: (value) => `${value} × the rate`,
};

/** A figure in words: `0.65 × wall`. */
export function figureText(measure: Measure, value: number): string {
  return wording[measure](value >= 20 ? value.toFixed(0) : value.toFixed(2));
}

/** By how much a goal is missed: `by 12 %`. */
export function missText(goal: Goal, row: PeerRow): string {
  const reached = figure(goal.measure, row);
  const [large, small] = reached > goal.limit ? [reached, goal.limit] : [goal.limit, reached];
  return large >= 2 * small
    ? `by ${(large / small).toFixed(1)} ×`
    : `by ${Math.ceil((large / small - 1) * 100)} %`;
}

/** A goal in words: `≤ 0.65 × wall`. */
export function goalText({ measure, limit }: Goal): string {
  return `${most.includes(measure) ? "≤" : "≥"} ${wording[measure](String(limit))}`;
}

/**
 * How cost grows from the last point but one to the last: the exponent e of cost = at^e, 1 for linear.
 * Start-up is part of the cost, so that it is at most what growth alone would give.
 */
export function growth(points: ScalingSeries["points"], of: "wall" | "cpu" | "peak"): number {
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return NaN;
  const cost = median(last.samples[of]) / median(before.samples[of]);
  return Math.log(cost) / Math.log(last.at / before.at);
}

/** Exponents up to this count as linear: page tables and cache misses grow a little faster. */
export const LINEAR = 1.15;

const folder = new URL("results/", import.meta.url);

/** A file of bench/results/, or undefined where there is none. */
export function readResults<T>(name: string): T | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(new URL(name, folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  // The benches write what the types say.
  return JSON.parse(text);
}

/** Writes a file of bench/results/, lists of numbers on one line each. */
export function writeResults(name: string, results: unknown): void {
  const text = JSON.stringify(results, null, 2)
    .replace(
      /\[\s+(-?[\d.]+(?:,\s+-?[\d.]+)*)\s+\]/g,
      (_, list: string) => `[${list.replace(/\s+/g, " ")}]`,
    );
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(new URL(name, folder), text + "\n");
}
