// Compares two images: bytes and their owners, fields of structures, files, and what all that amounts to.

import { breathe } from "../bytes/turn.ts";
import { imageFacts } from "../model/describe.ts";
import type { Image } from "../model/image.ts";
import { Locator } from "../model/locate.ts";
import type { SharedWork } from "../pass/crew.ts";
import { tool } from "../model/tool.ts";
import { ChangeFinder, type Changes } from "./changes.ts";
import { Contents } from "./contents.ts";
import { Explanation, IGNORE_TIMES, IgnoreExplainer, TimeExplainer } from "./explain.ts";
import { compareImplanted, compareStructures, FieldList } from "./fields.ts";
import { type Implanted, readImplanted } from "./implanted.ts";
import { comparePathTables } from "./path_tables.ts";
import { compareRecords, NodeMarks, pairTrees } from "./records.ts";
import type { CompareResult, CompareVerdict } from "./result.ts";
import { differentPieces, RangeList, type RegionPair, SectorSet } from "./sectors.ts";
import { type Side, sidesOf } from "./side.ts";
import { commonVolumes } from "./volumes.ts";

/** How to compare. */
export type CompareOptions = SharedWork & {
  /**
   * Differences that do not count for the exit status: `times` (recorded times and what is made of
   * them), an owner, a path with all below it, the name of a structure, a field, or `structure.field`.
   */
  readonly ignore?: readonly string[];
};

/** What one pass over the bytes of both images found. */
type Scan = {
  readonly sectors: SectorSet;
  readonly result: CompareResult["sectors"];
  readonly marksA: NodeMarks;
  readonly marksB: NodeMarks;
  readonly onlyTimes: boolean;
  readonly ignored: boolean;
};

/**
 * Compares two images: `discern.compare/1`. Both are read once where they are equal. Damage is part of
 * what is compared; rejects only with the signal's reason.
 */
export async function compare(
  a: Image,
  b: Image,
  options: CompareOptions = {},
): Promise<CompareResult> {
  const [sideA, sideB] = sidesOf(a, b);
  const [implantedA, implantedB] = [await readImplanted(a), await readImplanted(b)];
  const scan = await scanBytes(sideA, sideB, implantedA, implantedB, options);
  const identical = isIdentical(sideA, sideB, scan);
  const fields = identical
    ? new FieldList(sideA, sideB)
    : await findFields(sideA, sideB, implantedA, implantedB, scan, options.signal);
  const pairs = commonVolumes(a, b);
  const contents = new Contents(sideA, sideB, scan.sectors);
  await breathe(options.signal);
  await contents.read(pairs, options);
  await breathe(options.signal);
  const changes = await new ChangeFinder(a, b, contents, options).find(pairs);
  const notes = notesOf(sideA, sideB, pairs.length > 0 || identical, changes, fields.skipped);
  return {
    format: "discern.compare/1",
    tool,
    a: imageFacts(a),
    b: imageFacts(b),
    verdict: verdictOf(identical, scan, changes),
    volumes: pairs.map(({ kind }) => kind),
    sectors: scan.result,
    fields: fields.finish(),
    files: changes.files,
    ...(notes.length === 0 ? {} : { notes }),
    ...(scan.ignored ? { ignored: true } : {}),
    summary: changes.summary,
  };
}

/** Exit status of a comparison: 0 identical, or equal but for what was ignored; else 1. */
export function compareExit(result: CompareResult, ignore: readonly string[] = []): 0 | 1 {
  if (result.verdict === "identical" || result.ignored === true) return 0;
  const times = ignore.some((word) => word.toLowerCase() === IGNORE_TIMES);
  return times && result.verdict === "same-except-times" ? 0 : 1;
}

function isIdentical(a: Side, b: Side, { sectors }: Scan): boolean {
  return a.space === "file" && a.size === b.size && sectors.count === 0;
}

function verdictOf(identical: boolean, scan: Scan, changes: Changes): CompareVerdict {
  if (identical) return "identical";
  if (scan.onlyTimes) return "same-except-times";
  return changes.sameContent ? "same-content" : "different";
}

async function scanBytes(
  a: Side,
  b: Side,
  implantedA: readonly Implanted[],
  implantedB: readonly Implanted[],
  { ignore = [], signal, onEvent }: CompareOptions,
): Promise<Scan> {
  const common = Math.min(a.size, b.size);
  const sectors = new SectorSet(common, a.stride);
  const [marksA, marksB] = [new NodeMarks(a.image), new NodeMarks(b.image)];
  const ranges = new RangeList(a, b, (pair) => markContinuations(a, b, pair, marksA, marksB));
  const why = new Reasons(a, b, implantedA, implantedB, ignore);
  let differentBytes = 0;
  const progress = (done: number) =>
    onEvent?.({ type: "progress", what: "compare", done, total: common });
  for await (const piece of differentPieces(a, b, signal, progress)) {
    for (const [start, end] of piece.runs()) {
      differentBytes += end - start;
      sectors.mark(start, end);
      ranges.add(start, end);
      if (why.isOpen) await why.take(start, end);
    }
  }
  // A sector of which one image has only a part differs.
  if (a.size !== b.size && common % a.stride !== 0) sectors.mark(common - 1, common);
  return {
    sectors,
    marksA,
    marksB,
    onlyTimes: why.onlyTimes,
    ignored: why.onlyIgnored,
    result: { ...sectorCounts(a, b, sectors), differentBytes, ranges: ranges.finish() },
  };
}

/** Whether all that differs is a time, and whether all of it is ignored. */
class Reasons {
  readonly #a: Side;
  readonly #b: Side;
  readonly #times: TimeExplainer;
  readonly #words: IgnoreExplainer;
  readonly #byTimes: Explanation;
  readonly #byWords: Explanation;

  constructor(
    a: Side,
    b: Side,
    implantedA: readonly Implanted[],
    implantedB: readonly Implanted[],
    ignore: readonly string[],
  ) {
    this.#a = a;
    this.#b = b;
    const locators = [new Locator(a.image), new Locator(b.image)] as const;
    const times = () => new TimeExplainer(a, implantedA, implantedB);
    this.#times = times();
    this.#words = new IgnoreExplainer(a, b, [implantedA, implantedB], ignore, times());
    // Bytes of a container that the other image lacks are no times.
    const isFile = a.space === "file";
    const canBeTimes = isFile && a.size === b.size;
    this.#byTimes = new Explanation(a, b, locators, this.#times.explain, canBeTimes);
    const canBeIgnored = isFile && ignore.length > 0;
    this.#byWords = new Explanation(a, b, locators, this.#words.explain, canBeIgnored);
  }

  /** Whether any reason is left that more bytes may have. */
  get isOpen(): boolean {
    return this.#byTimes.holds || this.#byWords.holds;
  }

  async take(start: number, end: number): Promise<void> {
    await this.#byTimes.take(start, end);
    await this.#byWords.take(start, end);
  }

  get onlyTimes(): boolean {
    const unread = this.#a.unread + this.#b.unread;
    return this.#byTimes.holds && this.#times.consistent && unread === 0;
  }

  get onlyIgnored(): boolean {
    const common = Math.min(this.#a.size, this.#b.size);
    return this.#byWords.holds && this.#words.tail(this.#a, common) &&
      this.#words.tail(this.#b, common);
  }
}

function sectorCounts(a: Side, b: Side, sectors: SectorSet) {
  const [inA, inB] = [Math.ceil(a.size / a.stride), Math.ceil(b.size / b.stride)];
  const both = Math.min(inA, inB);
  return {
    size: a.stride,
    equal: both - sectors.count,
    different: sectors.count,
    onlyA: inA - both,
    onlyB: inB - both,
  };
}

// A directory may be the same while the continuation areas of its records differ.
function markContinuations(
  a: Side,
  b: Side,
  { indexA, indexB }: RegionPair,
  marksA: NodeMarks,
  marksB: NodeMarks,
): void {
  const sides = [[a, indexA, marksA], [b, indexB, marksB]] as const;
  for (const [{ image }, index, marks] of sides) {
    const { owner, ref } = image.regions.region(index);
    if (owner !== "continuation" || ref === undefined || "name" in ref) continue;
    marks.mark(ref.tree, ref.node);
  }
}

async function findFields(
  a: Side,
  b: Side,
  implantedA: readonly Implanted[],
  implantedB: readonly Implanted[],
  scan: Scan,
  signal: AbortSignal | undefined,
): Promise<FieldList> {
  const list = new FieldList(a, b);
  await compareStructures(a, b, implantedA, implantedB, list, signal);
  await compareImplanted(a, b, implantedA, implantedB, list);
  for (const pair of pairTrees(a.image, b.image)) {
    await comparePathTables(a, b, pair, scan.sectors, list, signal);
    await compareRecords(a, b, pair, scan, list, signal);
  }
  return list;
}

function notesOf(
  a: Side,
  b: Side,
  hasFiles: boolean,
  changes: Changes,
  skipped: number,
): readonly string[] {
  const notes: string[] = [];
  if (a.space === "logical") {
    notes.push(
      `the containers differ (${containerText(a.image)}, ${
        containerText(b.image)
      }): the user data of ` +
        `their sectors is compared`,
    );
  }
  for (const [side, name] of [[a, "first"], [b, "second"]] as const) {
    if (side.unread > 0) {
      notes.push(
        `${side.unread} bytes of the ${name} image could not be read: they count as different`,
      );
    }
    for (const { what } of side.image.recognised) {
      notes.push(
        `${what} of the ${name} image is recognised, and not read yet: its tree is not compared`,
      );
    }
    if (side.image.trees.some((tree) => tree.limited)) {
      notes.push(`a limit stopped the walk of the ${name} image: files beyond it are not compared`);
    }
  }
  if (!hasFiles) notes.push("no kind of volume is read in both images: no files are compared");
  if (changes.unknown > 0) {
    notes.push(
      `${changes.unknown} files could not be read whole on both sides: they count as changed`,
    );
  }
  if (changes.unlisted > 0) {
    notes.push(`${changes.unlisted} more changed files are counted and not listed`);
  }
  if (skipped > 0) {
    notes.push(`${skipped} directory records of another order are not compared field by field`);
  }
  return notes;
}

function containerText({ container, mapping }: Image): string {
  return `${container.name} of ${mapping.stride}-byte sectors`;
}
