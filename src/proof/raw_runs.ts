// Runs of raw sectors with the same problem: bounded, however many sectors have one.

import {
  CoverRuns,
  type RawFacts,
  type RawForm,
  type RawProblem,
  type RawRepair,
  type RawRun,
  type RawTrack,
} from "../model/raw_sectors.ts";

const KEPT = 10_000;
const TRACKS_KEPT = 1000;

/** What tells runs apart, beside the problem. */
export type RunDetails = {
  readonly form?: RawForm;
  readonly repair?: RawRepair;
  readonly edcWrong?: boolean;
  readonly byte?: number;
};

/** Numbers of the first sector of a run. */
export type RunNumbers = { readonly recorded?: number; readonly expected?: number };

/** Runs whose meaning only the whole track shows. */
export type Pending = "form2" | "formless" | "codeless";

type Open = {
  readonly run: Omit<RawRun, "sectors">;
  pending?: Pending;
  sectors: number;
};

/** Collects runs. Those of the first 10,000 are kept; of the others the sectors are counted. */
export class RunList {
  readonly #stride: number;
  readonly #kept: Open[] = [];
  /** The last run of each kind, which the next sector may continue. */
  readonly #open = new Map<string, Open>();
  readonly #more = new Map<RawProblem, number>();

  constructor(stride: number) {
    this.#stride = stride;
  }

  /** Adds a sector; `numbers` is asked only where it begins a run. */
  add(
    problem: RawProblem,
    offset: number,
    details: RunDetails & { readonly pending?: Pending } = {},
    numbers?: () => RunNumbers,
  ): void {
    const { form, repair, edcWrong, byte, pending } = details;
    const key = [problem, form, repair, edcWrong, byte, pending].join();
    const open = this.#open.get(key);
    if (open !== undefined && open.run.offset + open.sectors * this.#stride === offset) {
      open.sectors++;
      return;
    }
    const begun = this.push(problem, offset, 1, details, numbers?.());
    if (begun !== undefined) this.#open.set(key, begun);
  }

  /** Adds a run of its own. */
  push(
    problem: RawProblem,
    offset: number,
    sectors: number,
    { pending, ...details }: RunDetails & { readonly pending?: Pending } = {},
    numbers: RunNumbers = {},
  ): Open | undefined {
    if (this.#kept.length >= KEPT) {
      // What is pending may turn out to be nothing: only problems are counted.
      if (pending === undefined) this.#more.set(problem, (this.#more.get(problem) ?? 0) + sectors);
      return undefined;
    }
    const run = { problem, offset, ...details, ...numbers };
    const open: Open = { run, sectors, ...(pending === undefined ? {} : { pending }) };
    this.#kept.push(open);
    return open;
  }

  /** Ends a track: pending runs that are none of its problems are dropped, the others stay. */
  settle(isProblem: (pending: Pending) => boolean): void {
    for (const [key, { pending }] of this.#open) if (pending !== undefined) this.#open.delete(key);
    let kept = 0;
    for (const open of this.#kept) {
      if (open.pending !== undefined && !isProblem(open.pending)) continue;
      // The object stays: the next sector may continue its run.
      delete open.pending;
      this.#kept[kept++] = open;
    }
    this.#kept.length = kept;
  }

  /** The runs by offset, and the sectors of those that were not kept. */
  facts(): {
    readonly runs: readonly RawRun[];
    readonly more: Partial<Record<RawProblem, number>>;
  } {
    const runs = this.#kept.map(({ run, sectors }) => ({ ...run, sectors }));
    runs.sort((a, b) => a.offset - b.offset);
    return { runs, more: Object.fromEntries(this.#more) };
  }
}

/** Where the facts about all sectors of a file come together. */
export class RawSink {
  readonly stride: number;
  readonly runs: RunList;
  readonly covers: CoverRuns;
  /** Sectors whose error-detection code was compared. */
  checked = 0;
  readonly #tracks: RawTrack[] = [];

  constructor(stride: number) {
    this.stride = stride;
    this.runs = new RunList(stride);
    this.covers = new CoverRuns(stride);
  }

  /** Takes a finished track; a sheet has 99 at most, what a damaged file looks like is another matter. */
  addTrack(track: RawTrack): void {
    if (this.#tracks.length < TRACKS_KEPT) this.#tracks.push(track);
  }

  /** The facts so far. */
  facts(): RawFacts {
    const { stride, checked, covers } = this;
    return { stride, checked, covers, tracks: this.#tracks, ...this.runs.facts() };
  }
}
