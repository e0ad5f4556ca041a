// Options that several commands share, each one entry here.

import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { profiles } from "../audit/profiles.ts";
import { isRuleSelector, ruleSelectors } from "../audit/select.ts";
import { ignoreWords, isIgnoreWord } from "../compare/words.ts";
import { type Algorithm, algorithms } from "../kernel/digest.ts";
import { engineNames } from "../kernel/engine.ts";
import { escapeText } from "../report/escape.ts";
import { didYouMean } from "./similar.ts";

const volumeKinds = [
  "iso9660",
  "joliet",
  "enhanced",
  "rockridge",
  "udf",
  "hfs",
  "hfsplus",
  "highsierra",
] as const;

const severities = ["error", "warning", "info", "note", "never"] as const;

/** A whole number of at least `least`. */
function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^(0x[0-9a-f]+|\d+)$/i.test(text) && Number.isSafeInteger(value) && value >= least) {
      return value;
    }
    throw new InvalidArgumentError(`It is no whole number of at least ${least}.`);
  };
}

const suffixes = "KMGT";

/** A number of bytes, with `K`, `M`, `G` or `T` for powers of 1024. */
export function parseSize(text: string): number {
  const match = /^(\d+)([KMGT]?)(?:i?B)?$/i.exec(text);
  const power = suffixes.indexOf((match?.[2] ?? "").toUpperCase()) + 1;
  const value = Number(match?.[1]) * 1024 ** (match?.[2] ? power : 0);
  if (match !== null && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It is no number of bytes, such as 4096 or 16G.");
}

/** An offset of bytes, decimal or with `0x`. */
export function parseOffset(text: string): number {
  const value = Number(text);
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("The offset must be a whole number, decimal or 0x...");
}

function listOf<T extends string>(known: readonly T[]) {
  return (text: string, earlier: readonly T[] | undefined): readonly T[] => {
    const given = text.split(",").filter((word) => word !== "").map((word) => {
      const found = known.find((each) => each === word.toLowerCase());
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`Allowed are ${known.join(", ")}.`);
    });
    return [...new Set([...earlier ?? [], ...given])];
  };
}

/** Words of which each must be `isKnown`; `refusal` says what is wrong with one that is not. */
function wordsOf(isKnown: (word: string) => boolean, refusal: (word: string) => string) {
  return (text: string, earlier: readonly string[] | undefined): readonly string[] => {
    // Titles of structures have commas in their parentheses.
    const given = text.split(/,(?![^(]*\))/).map((word) => word.trim()).filter((word) =>
      word !== ""
    );
    const unknown = given.find((word) => !isKnown(word));
    if (unknown !== undefined) throw new InvalidArgumentError(refusal(unknown));
    if (given.length === 0) throw new InvalidArgumentError("It names nothing.");
    return [...earlier ?? [], ...given];
  };
}

function noRule(word: string): string {
  const near = didYouMean(word, ruleSelectors);
  const parts = [`No rule or family is called ${escapeText(word)}.`, near];
  return [...parts, "`discern rules` lists them."].filter((part) => part !== "").join(" ");
}

function noDifference(word: string): string {
  const near = didYouMean(word, ignoreWords);
  const parts = [`Nothing is called ${escapeText(word)}.`, near];
  return [
    ...parts,
    "Allowed are times, an owner such as file, a path from / on, a structure, a field.",
  ].filter((part) => part !== "").join(" ");
}

/** `--json`. */
export const json = () => new Option("--json", "print the result as one JSON document");
/** `-o`. */
export const output = () =>
  new Option(
    "-o, --output <file>",
    "write to a file, whole or not at all, instead of standard output",
  );
/** `--force` of `-o`. */
export const force = () => new Option("--force", "let -o replace a file that is a disc image");
/** `--color`. */
export const color = () =>
  new Option("--color <when>", "colours in text").choices(["auto", "always", "never"] as const)
    .default("auto" as const);
/** `-v`. */
export const verbose = (what = "everything, not just one screen") =>
  new Option("-v, --verbose", what);
/** `-q`. */
export const quiet = () =>
  new Option("-q, --quiet", "no messages and no report, only errors and the exit status");
/** `--no-progress`. */
export const progress = () => new Option("--no-progress", "no line that tells of progress");
/** `--session`. */
export const session = () =>
  new Option("--session <n>", "the session to show, from 1 (default: the last one)")
    .argParser(whole(1));
/** `--spool`. */
export const spool = () =>
  new Option("--spool", "keep standard input in a temporary file while the work lasts");
/** `--spool-limit`. */
export const spoolLimit = () =>
  new Option("--spool-limit <bytes>", "most that --spool keeps").argParser(parseSize)
    .default(16 * 1024 ** 3, "16G");
/** `--volume` for commands that show one namespace. */
export const volume = () =>
  new Option("--volume <kind>", "the namespace (default: the richest), or all of them")
    .choices([...volumeKinds, "all"] as const);
/** `--volume` for commands that follow one path. */
export const oneVolume = () =>
  new Option("--volume <kind>", "the namespace (default: the richest)").choices(volumeKinds);
/** `--algorithm`. */
export const algorithm = () => {
  const option = new Option(
    "--algorithm <names>",
    `digests, with commas or repeated: ${algorithms.join(", ")} (default: sha256)`,
  ).argParser<readonly Algorithm[]>(listOf(algorithms));
  option.argChoices = [...algorithms];
  return option;
};
/** `--engine`. */
export const engine = () =>
  new Option("--engine <name>", "what computes digests; auto takes the fastest for each")
    .choices(engineNames).default("auto" as const);
/** `--cross-check`. */
export const crossCheck = () =>
  new Option("--cross-check", "compute every digest by two engines; stop where they disagree");
/** Threads that are started unless more are asked for: one reader feeds no more of them. */
const MOST_JOBS = 8;
/** `--jobs`. */
export const jobs = () =>
  new Option("-j, --jobs <n>", "threads that share the work, 16 at most; 1 does all on one")
    .argParser(whole(1))
    .default(
      Math.min(navigator.hardwareConcurrency, MOST_JOBS),
      `one for each processor, ${MOST_JOBS} at most`,
    );
/** `--profile`. */
export const profile = () =>
  new Option("--profile <name>", "whom the audit is for: moves severities, leaves rules out")
    .choices(profiles.map(({ name }) => name)).default("archive" as const);
/** `--rescue-log`. */
export const rescueLog = () =>
  new Option("--rescue-log <file>", "map file of ddrescue: what of the image it could not read");

/** `--known`. */
export const known = () =>
  new Option("--known <file>", "a set of digests (any list): files that are in it are noted")
    .conflicts("structure");

/** `--manifest`. */
export const manifest = () =>
  new Option("--manifest <file>", "a list of digests: files that differ from it are errors")
    .conflicts("structure");

/** `--baseline`. */
export const baseline = () =>
  new Option("--baseline <file>", "a former report (--json or --ndjson): only new findings count");
/** `--fail-on`. */
export const failOn = () =>
  new Option("--fail-on <severity>", "least severity of a finding that makes the exit status 1")
    .choices(severities).default("error" as const);
/** `--ignore` of rules. */
export const ignoreRules = () =>
  new Option("--ignore <names>", "rules to leave out: ids or families, with commas or repeated")
    .argParser<readonly string[]>(wordsOf(isRuleSelector, noRule));
/** `--only`. */
export const onlyRules = () =>
  new Option("--only <names>", "rules to report: ids or families, with commas or repeated")
    .argParser<readonly string[]>(wordsOf(isRuleSelector, noRule));
/** `--ignore` of differences. */
export const ignoreDifferences = () =>
  new Option(
    "--ignore <names>",
    "differences that do not count: times, an owner, a path, a structure, a field",
  ).argParser<readonly string[]>(wordsOf(isIgnoreWord, noDifference));
