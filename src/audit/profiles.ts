// Profiles (rules.md, Profiles): whom an audit is for moves severities by one step, or leaves findings out.

import type { Finding, ProfileName } from "./result.ts";
import type { Severity } from "./rule.ts";
import { selects } from "./select.ts";
import { severities } from "./verdict.ts";

/** What a profile does with the findings that a row selects. */
export type Move = {
  /** Ids and families; every rule where absent. */
  readonly rules?: readonly string[];
  /** Severities that the row is about; each of them where absent. */
  readonly from?: readonly Severity[];
  readonly step: "raise" | "lower" | "leave out";
};

/** Whom an audit is for, and what it makes of the findings. */
export type Profile = {
  readonly name: ProfileName;
  readonly for: string;
  /** The first row that selects a finding holds. */
  readonly moves: readonly Move[];
  /** Findings of these rules stand before all others. */
  readonly first?: readonly string[];
};

/** Families whose rules are the letter of a standard about structures. */
const structures = [
  ...["VDS", "PVD", "DIR", "XAR", "PTH", "JOL", "SUS", "RRP", "ZIS", "AIP"],
  ...["ELT", "MBR", "GPT", "APM", "UDF", "HFS"],
];

/**
 * What is raised as a family: an `info` says that nothing is wrong, which no profile makes a fault. A rule
 * that is named alone is raised whatever its severity.
 */
const faultsAndNotes = ["warning", "note"] as const;

/** The profiles, the default first. */
export const profiles: readonly Profile[] = [
  { name: "archive", for: "preservation intake", moves: [] },
  {
    name: "distro",
    for: "mirrors and installers",
    moves: [
      { rules: ["PRF", "ELT", "GPT"], from: faultsAndNotes, step: "raise" },
      { rules: ["IMG-004"], step: "raise" },
      { rules: ["ISO-DIR-019", "ISO-DIR-020", "TIM"], step: "lower" },
    ],
  },
  {
    name: "forensic",
    for: "examination",
    moves: [{ rules: structures, from: ["warning"], step: "lower" }],
    first: ["EXT-004", "XNS", "UDF-VAT-003", "SES-003", "SEC"],
  },
  {
    name: "dump",
    for: "raw CD dumps",
    moves: [
      { rules: ["CDR", "SUB", "SHT"], from: faultsAndNotes, step: "raise" },
      { rules: ["ISO-PVD", "ISO-DIR"], from: ["warning"], step: "lower" },
    ],
  },
  {
    name: "conform",
    for: "authors of mastering tools",
    moves: [{ from: ["warning"], step: "raise" }, { from: ["note"], step: "leave out" }],
  },
];

/** A profile by its name. */
export function profileOf(name: ProfileName): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found === undefined) throw new TypeError(`Cannot find profile ${name}: there is none`);
  return found;
}

/**
 * The severity that a profile gives a finding, undefined where it leaves it out. The rules of LIM tell of
 * the audit and not of the image: no profile moves them, and what was not checked is always said.
 */
export function severityUnder(
  profile: Profile,
  id: string,
  severity: Severity,
): Severity | undefined {
  if (selects("LIM", id)) return severity;
  const move = profile.moves.find(({ rules, from }) =>
    (rules === undefined || rules.some((selector) => selects(selector, id))) &&
    (from === undefined || from.includes(severity))
  );
  if (move === undefined) return severity;
  if (move.step === "leave out") return undefined;
  const at = severities.indexOf(severity) + (move.step === "raise" ? -1 : 1);
  return severities[Math.min(severities.length - 1, Math.max(0, at))];
}

/** Whether a profile shows the findings of a rule before all others. */
export function isFirst(profile: Profile, id: string): boolean {
  return profile.first?.some((selector) => selects(selector, id)) === true;
}

/** Findings as a profile has them, in its order; `left` is how many it leaves out. */
export function underProfile(
  findings: readonly Finding[],
  profile: Profile,
): { readonly findings: readonly Finding[]; readonly left: number } {
  if (profile.moves.length === 0 && profile.first === undefined) return { findings, left: 0 };
  const moved = findings.map((finding) => {
    const severity = severityUnder(profile, finding.rule, finding.severity);
    return severity === undefined ? undefined : { ...finding, severity };
  });
  const rank = (finding: Finding) =>
    // What explains itself stands before what another finding explains.
    (isFirst(profile, finding.rule) ? 0 : finding.causedBy === undefined ? 10 : 20) +
    severities.indexOf(finding.severity);
  const kept = arranged(moved, (a, b) => rank(a) - rank(b));
  return { findings: kept, left: findings.length - kept.length };
}

/**
 * Findings without those that are gone (`undefined`), in another order where one is given. Indexes of
 * causes follow; a finding whose cause is gone stands for itself.
 */
export function arranged(
  findings: readonly (Finding | undefined)[],
  order: (a: Finding, b: Finding) => number = () => 0,
): Finding[] {
  const kept = [...findings.entries()].flatMap(([was, finding]) =>
    finding === undefined ? [] : [{ was, finding: rooted(finding, findings) }]
  );
  kept.sort((a, b) => order(a.finding, b.finding));
  const place = new Map(kept.map(({ was }, at) => [was, at]));
  return kept.map(({ finding }) => {
    const cause = finding.causedBy === undefined ? undefined : place.get(finding.causedBy);
    return cause === undefined ? finding : { ...finding, causedBy: cause };
  });
}

function rooted(finding: Finding, all: readonly (Finding | undefined)[]): Finding {
  if (finding.causedBy === undefined || all[finding.causedBy] !== undefined) return finding;
  const { causedBy: _, ...alone } = finding;
  return alone;
}
