// Rules about raw CD sectors (ECMA-130:1996 14, CD-ROM XA): sync, header, error-detection code, parity.

import { fileSpan, type Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { RawFacts, RawProblem, RawRun, RawTrack } from "../../model/raw_sectors.ts";
import { lastAtOrBefore } from "../../model/structures.ts";
import {
  isAudio,
  isRunOut,
  lbaOf,
  nodeOf,
  ownersText,
  silences,
  type Stretch,
  stretchesOf,
  wholeOf,
} from "../raw_runs.ts";
import { describe, hexByte, isMode, recordedOf } from "../raw_text.ts";
import type { Hit, Rule, RuleFamily, RuleTable, Severity } from "../rule.ts";
import { counted } from "../words.ts";

const wrongCode = {
  severity: "error",
  rationale:
    "The sector's bytes are not those that the code was made of. Protected pressings have " +
    "such sectors on purpose, outside every file.",
  remedy: "Read the sector again from the disc; a drive corrects what its own parity allows.",
} as const;

const wrongParity = {
  severity: "warning",
  rationale: "Where the error-detection code holds, the data are intact and only the parity is " +
    "wrong: some pressings are mastered so. Where it does not, the damage explains both.",
  remedy: "Nothing to do where the data are intact; else see what explains it.",
} as const;

const rules = {
  sync: {
    id: "CDR-001",
    severity: "error",
    title: "Sync pattern broken in a data track",
    clause: "ECMA-130 14.1",
    rationale:
      "A sector without its sync pattern is none that a drive could find. Where only the " +
      "pattern is wrong and the code of the sector holds, the data are intact: a warning.",
    remedy: "Read the sectors again from the disc.",
  },
  address: {
    id: "CDR-002",
    severity: "error",
    title: "Header address is not BCD",
    clause: "ECMA-130 14.2",
    rationale:
      "The sector does not say where on the disc it is. Where the code of Mode 1 holds with " +
      "the address that is due, the data are intact: a warning.",
    remedy: "Read the sectors again from the disc; the data may be good.",
  },
  sequence: {
    id: "CDR-003",
    severity: "warning",
    title: "Header addresses jump or repeat",
    clause: "ECMA-130 14.2",
    rationale: "Sectors were lost, inserted, repeated or put in another order; or a header is " +
      "damaged. Discs with wrong addresses exist, and image readers do not use them.",
    remedy: "Compare the addresses with the places of the files; read the disc again from there.",
  },
  mode: {
    id: "CDR-004",
    severity: "error",
    title: "Mode byte invalid",
    clause: "ECMA-130 14.2",
    rationale:
      "There are modes 0 to 2. Bits 5 to 7 mark run-in, link and run-out blocks of recorded " +
      "discs: that is information. Where the codes hold in the mode of the track, the data are intact.",
    remedy: "Read the sectors again from the disc.",
  },
  modeChange: {
    id: "CDR-005",
    severity: "warning",
    title: "Mode changes inside a track",
    clause: "ECMA-130 14, 20",
    rationale:
      "A track has one mode. Where the image is of several tracks, their sheet is missing.",
    remedy: "Open the cue sheet of the image in its place, if there is one.",
  },
  mode1Edc: {
    id: "CDR-007",
    title: "Mode 1: error-detection code wrong",
    clause: "ECMA-130 14.3",
    ...wrongCode,
  },
  mode1P: {
    id: "CDR-008",
    title: "Mode 1: P parity wrong",
    clause: "ECMA-130 14.5, Annex A",
    ...wrongParity,
  },
  mode1Q: {
    id: "CDR-009",
    title: "Mode 1: Q parity wrong",
    clause: "ECMA-130 14.6, Annex A",
    ...wrongParity,
  },
  form1Edc: {
    id: "CDR-011",
    title: "Form 1: error-detection code wrong",
    clause: "CD-ROM XA",
    ...wrongCode,
  },
  form1Parity: {
    id: "CDR-012",
    title: "Form 1: parity wrong",
    clause: "CD-ROM XA",
    ...wrongParity,
  },
  form2Edc: {
    id: "CDR-014",
    title: "Form 2: error-detection code wrong",
    clause: "CD-ROM XA",
    ...wrongCode,
    rationale:
      "The sector's bytes are not those that the code was made of, while the other sectors " +
      "of form 2 hold theirs.",
  },
  form2None: {
    id: "CDR-015",
    severity: "info",
    title: "Form 2 without error-detection code",
    clause: "CD-ROM XA",
    rationale: "The code is optional in form 2: nothing vouches for these sectors.",
    remedy: "Nothing to do; compare them with another copy of the disc.",
  },
} as const satisfies RuleTable;

/** Where a problem shows: the rule, and the bytes of the sector that it points to. */
type Sign = { readonly rule: Rule; readonly at: number; readonly length: number };

function signOf({ problem, form }: RawRun): Sign {
  switch (problem) {
    case "no-sync":
    case "sync":
      return { rule: rules.sync, at: 0, length: 12 };
    case "address":
      return { rule: rules.address, at: 12, length: 3 };
    case "sequence":
    case "jump":
      return { rule: rules.sequence, at: 12, length: 3 };
    case "mode":
      return { rule: rules.mode, at: 15, length: 1 };
    case "mode-change":
      return { rule: rules.modeChange, at: 15, length: 1 };
    case "edc":
      if (form === "form2") return { rule: rules.form2Edc, at: 2348, length: 4 };
      if (form === "form1") return { rule: rules.form1Edc, at: 2072, length: 4 };
      return { rule: rules.mode1Edc, at: 2064, length: 4 };
    case "p":
      if (form === "form1") return { rule: rules.form1Parity, at: 2076, length: 276 };
      return { rule: rules.mode1P, at: 2076, length: 172 };
    case "q":
      return { rule: rules.mode1Q, at: 2248, length: 104 };
  }
}

/** A pause between tracks has 2 to 4 seconds. */
const PAUSE = 300;

/** Judges the runs of one image; what is asked of all runs is worked out once. */
class Judge {
  readonly #image: Image;
  readonly #raw: RawFacts;
  readonly #displaced: readonly Span[];
  readonly #silences: ReadonlyMap<RawRun, number>;
  readonly #byProblem = new Map<RawProblem, readonly RawRun[]>();
  readonly #starts = new Map<RawRun, readonly number[]>();

  constructor(image: Image, raw: RawFacts, displaced: readonly Span[] = []) {
    this.#image = image;
    this.#raw = raw;
    this.#displaced = displaced;
    this.#silences = silences(raw);
  }

  *hits(): Generator<Hit> {
    const { runs, stride, tracks, more } = this.#raw;
    for (const run of runs) {
      // How grave it is depends on the owners of the sectors; else a run is one finding.
      const stretches = run.problem === "edc" || run.problem === "no-sync"
        ? stretchesOf(this.#image, run, stride)
        : [wholeOf(this.#image, run, stride)];
      for (const stretch of stretches) yield* this.#hit(run, stretch);
    }
    for (const track of tracks) {
      yield* withoutCode(track, stride);
      yield* blocksOf(track);
    }
    for (const [problem, count] of Object.entries(more)) {
      // The keys of `more` are problems; Object.entries forgets it
      const { rule } = signOf({ problem: problem as RawProblem, offset: 0, sectors: count });
      yield { rule, message: `${counted(count, "sector")} more, not listed one by one`, count };
    }
  }

  *#hit(run: RawRun, stretch: Stretch): Generator<Hit> {
    const severity = this.#severity(run, stretch);
    if (severity === undefined) return;
    const { stride } = this.#raw;
    const { rule, at, length } = signOf(run);
    const node = nodeOf(stretch);
    yield {
      rule,
      span: fileSpan(stretch.offset + at, (stretch.sectors - 1) * stride + length),
      message: `${this.#place(stretch)}: ${describe(run, stretch)}`,
      ...(severity === rule.severity ? {} : { severity }),
      ...recordedOf(run, stretch),
      ...(node === undefined ? {} : { tree: node.tree, node: node.node }),
      ...this.#cause(run, stretch),
      ...(stretch.sectors === 1 ? {} : { count: stretch.sectors }),
    };
  }

  #place(stretch: Stretch): string {
    const first = lbaOf(this.#image, stretch.offset);
    const last = first + stretch.sectors - 1;
    const where = stretch.sectors === 1
      ? `sector ${first}`
      : `${stretch.sectors} sectors, ${first} to ${last}`;
    const owners = ownersText(this.#image, stretch);
    return owners === "" ? where : `${where} (${owners})`;
  }

  /** Undefined where the run is no finding here. */
  #severity(run: RawRun, stretch: Stretch): Severity | undefined {
    const { rule } = signOf(run);
    const isEnd = isRunOut(stretch, this.#raw);
    // A sector that has no codes at all is not what a drive read: some program filled the place.
    if (isEnd && this.#runAt("edc", stretch.offset)?.recorded === 0) return undefined;
    switch (run.problem) {
      case "no-sync":
        if (isAudio(this.#image, stretch, this.#silences.get(run) ?? 0)) return undefined;
        if (isEnd) return "info";
        return stretch.owned ? "error" : "warning";
      case "mode":
        // A value that there is, of a sector whose codes say otherwise: its data are intact.
        return run.repair !== undefined && isMode(run.byte) ? "warning" : "error";
      case "sync":
      case "address":
        return run.repair === undefined ? "error" : "warning";
      case "sequence":
        return stretch.owned && this.#isDisplaced(run) ? "error" : rule.severity;
      case "mode-change":
        return this.#isPause(run, stretch) ? undefined : "warning";
      case "edc":
        return run.repair === undefined && stretch.owned ? "error" : "warning";
      default:
        return rule.severity;
    }
  }

  // What stands at the address that the sector has says that it belongs there: other data are here.
  #isDisplaced({ offset, sectors }: RawRun): boolean {
    const end = offset + sectors * this.#raw.stride;
    return this.#displaced.some(({ start }) => start >= offset && start < end);
  }

  // At the end of a track there may be a pause of another mode, or of none.
  #isPause(run: RawRun, { owned }: Stretch): boolean {
    const { tracks, stride } = this.#raw;
    const end = run.offset + run.sectors * stride;
    const isLast = tracks.some(({ offset, sectors }) => offset + sectors * stride === end);
    return isLast && !owned && (run.recorded === 0 || run.sectors <= PAUSE);
  }

  // What is wrong with parity or header of a sector whose code is wrong has the same cause. Where the code
  // holds once the header is put right, the header is that cause.
  #cause(run: RawRun, { offset }: Stretch): Pick<Hit, "causedBy" | "causedAt"> {
    const { problem, repair, edcWrong } = run;
    if (problem === "edc") return repair === undefined ? {} : this.#by(repair, offset);
    if (problem === "p" || problem === "q") return edcWrong === true ? this.#by("edc", offset) : {};
    const isHeader = problem === "address" || problem === "sequence";
    const code = isHeader && repair === undefined ? this.#runAt("edc", offset) : undefined;
    // The codes of Mode 2 say nothing of the header.
    const explains = code?.form === "mode1" && code.repair === undefined;
    return explains ? this.#by("edc", offset) : {};
  }

  #by(problem: RawProblem, offset: number): Pick<Hit, "causedBy" | "causedAt"> {
    const run = this.#runAt(problem, offset);
    if (run === undefined) return {};
    const { rule, at } = signOf(run);
    if (problem !== "edc") return { causedBy: rule.id, causedAt: run.offset + at };
    const starts = this.#startsOf(run);
    const start = starts[lastAtOrBefore(starts.length, offset, (index) => starts[index] ?? 0)];
    return { causedBy: rule.id, causedAt: (start ?? run.offset) + at };
  }

  /** The run of a problem that holds a byte; runs of one problem do not overlap. */
  #runAt(problem: RawProblem, at: number): RawRun | undefined {
    let runs = this.#byProblem.get(problem);
    if (runs === undefined) {
      runs = this.#raw.runs.filter((run) => run.problem === problem);
      this.#byProblem.set(problem, runs);
    }
    const list = runs;
    const run = list[lastAtOrBefore(list.length, at, (index) => list[index]?.offset ?? 0)];
    return run !== undefined && at < run.offset + run.sectors * this.#raw.stride ? run : undefined;
  }

  /** Where the findings of a run begin. */
  #startsOf(run: RawRun): readonly number[] {
    const known = this.#starts.get(run);
    if (known !== undefined) return known;
    const starts = Array.from(
      stretchesOf(this.#image, run, this.#raw.stride),
      ({ offset }) => offset,
    );
    this.#starts.set(run, starts);
    return starts;
  }
}

function* withoutCode({ form2 }: RawTrack, stride: number): Generator<Hit> {
  const { count, zero, first } = form2;
  if (count === 0 || zero < count) return;
  yield {
    rule: rules.form2None,
    span: fileSpan(first + 2348, 4),
    message: `all ${counted(count, "sector")} of form 2 in the track, from byte ${first} on ` +
      `(${stride} bytes a sector), have a code of zero: none was made`,
    ...(count === 1 ? {} : { count }),
  };
}

function* blocksOf({ blocks }: RawTrack): Generator<Hit> {
  const { count, first, byte } = blocks;
  if (count === 0) return;
  yield {
    rule: rules.mode,
    severity: "info",
    span: fileSpan(first + 15, 1),
    message:
      `${counted(count, "sector")} of the track ${count === 1 ? "is a" : "are"} run-in, link ` +
      `or run-out ${
        count === 1 ? "block" : "blocks"
      } by the mode byte; the first, at byte ${first}, ` +
      `has ${hexByte(byte)}`,
    recorded: hexByte(byte),
    ...(count === 1 ? {} : { count }),
  };
}

function* checkSectors(image: Image, { data, displaced }: ProofFacts): Iterable<Hit> {
  if (data?.raw !== undefined) yield* new Judge(image, data.raw, displaced).hits();
}

/** Rules about raw sectors, with their check. CDR-006, 010, 013 and 016 to 029 are not written yet. */
export const rawSectorRules: RuleFamily = { rules, image: [checkSectors] };
