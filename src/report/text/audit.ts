// `discern audit` as text: the verdict, one line for each cause, the losses by file; then details and facts.

import type { AuditResult, Finding, Verdict } from "../../audit/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { bytes, count, counted, type Paint, paint, share, type Style } from "../style.ts";
import { cutMiddle, width, wrap, wrapParts } from "../width.ts";
import { detailLines, severityPaint, symptomsOf } from "./finding.ts";
import { imageParts, kindsOf, richestFirst, volumeName } from "./names.ts";

const verdictPaint: Readonly<Record<Verdict, Paint>> = {
  intact: "green",
  suspicious: "yellow",
  damaged: "alarm",
  unreadable: "alarm",
};

const severities = ["error", "warning", "info", "note"] as const;
/** Lines of causes on one screen. */
const CAUSES = 12;
/** Lines of causes and details together on one screen, and where losses stand between them. */
const LINES = 16;
const LINES_BESIDE_LOSSES = 11;
const LOSSES_SHOWN = 3;
/** Columns that a name is never cut below. */
const LEAST_NAME = 10;
const INDENT = " ".repeat(11);
/** Columns of the labels of facts. */
const LABEL = 15;

/** Findings of one rule and severity: one cause to whoever reads of them. */
type Group = readonly [Finding, ...Finding[]];

/** The lines of the report. */
export function* auditText(result: AuditResult, style: Style): Generator<string> {
  const groups = groupsOf(result, style);
  const shown = style.verbose ? groups : fitting(groups);
  yield* headLines(result, shown.length > 0, style);
  const causes = [...causeLines(shown, result, style)];
  yield* causes;
  yield* losses(result, style);
  yield* details(shown, causes.length, result, style);
  yield "";
  yield* facts(result, style);
}

/** `isListing` is whether findings are listed below: what is not is a matter of `-v`. */
function* headLines(result: AuditResult, isListing: boolean, style: Style): Generator<string> {
  const { verdict, image, known, profile, findings } = result;
  const counts = countsOf(findings);
  const isHidden = !isListing && !style.verbose && findings.some(({ rule }) => rule !== "LIM-001");
  const nothing = known === undefined ? ["nothing found"] : [];
  const found = isHidden ? [`${counts.join(" · ")} (-v lists them)`] : counts;
  const parts = [
    ...(counts.length === 0 ? nothing : found),
    ...(known === undefined ? [] : [`${count(known)} known`]),
    ...(profile === "archive" ? [] : [`profile ${profile}`]),
  ];
  const word = verdictWords(result);
  const path = escapeText(image.path);
  const basis = basisOf(result);
  const whole = [...parts, ...basis].join(" · ");
  const fits = width(word) + width(path) + width(whole) + 6 <= style.width;
  const told = fits ? whole : parts.join(" · ");
  const room = style.width - width(word) - width(told) - 6;
  const name = style.cut ? cutMiddle(path, Math.max(LEAST_NAME, room)) : path;
  const isHurt = result.losses.some(({ lost, contradicted = 0 }) => lost + contradicted > 0);
  const color = verdict === "intact" && isHurt ? "yellow" : verdictPaint[verdict];
  yield [paint(style, color, word), paint(style, "bold", name), told].join("   ");
  if (!fits) { for (const line of basis) yield `  ${line}`; }
}

/** The verdict, unless it is only about what is new; with what it leaves out of account. */
function verdictWords({ verdict, known, ignored, findings }: AuditResult): string {
  const isNew = findings.some(({ rule }) => rule !== "LIM-001");
  const word = known === undefined || verdict !== "intact"
    ? verdict.toUpperCase()
    : isNew
    ? "NO NEW FAULTS"
    : "NOTHING NEW";
  return ignored === undefined ? word : `${word} besides ${counted(ignored, "finding")} ignored`;
}

/** What a verdict rests on where no proof is over the content of any file. */
function basisOf({ verdict, accounting }: AuditResult): string[] {
  const { owners, proven } = accounting;
  const isGood = verdict === "intact" || verdict === "suspicious";
  if (!isGood || (owners.file ?? 0) === 0 || (proven?.file ?? 0) > 0) return [];
  return ["structure only: no file is under a proof"];
}

/** How many findings there are of each severity. */
function countsOf(findings: readonly Finding[]): string[] {
  return severities.flatMap((severity) => {
    const found = findings.filter((finding) => finding.severity === severity).length;
    if (found === 0) return [];
    return severity === "info" ? [`${count(found)} info`] : [counted(found, severity)];
  });
}

// What explains itself and is grave, those of one rule together; an examiner wants the notes, too.
function groupsOf({ findings, profile }: AuditResult, style: Style): Group[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const { severity, rule, causedBy } = finding;
    if (causedBy !== undefined || rule === "LIM-001") continue;
    const isGrave = severity === "error" || severity === "warning";
    const isNote = profile === "forensic" && severity === "note";
    if (!isGrave && !isNote && !style.verbose) continue;
    const key = `${rule} ${severity}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  // Errors, and what explains some, stand first whatever the profile puts before all others.
  const explained = symptomsOf(findings);
  const isError = ({ severity }: Finding) => severity === "error";
  const rank = (group: Group) =>
    group.some((each) => isError(each) || explained.get(each)?.some(isError) === true) ? 0 : 1;
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

// No error gives way to what is less.
function fitting(groups: readonly Group[]): Group[] {
  let errors = groups.filter(([{ severity }]) => severity === "error").length;
  const shown: Group[] = [];
  for (const group of groups) {
    const isError = group[0].severity === "error";
    if (isError) errors--;
    if (shown.length + (isError ? 0 : errors) < CAUSES) shown.push(group);
  }
  return shown;
}

function* causeLines(
  groups: readonly Group[],
  result: AuditResult,
  style: Style,
): Generator<string> {
  const explained = symptomsOf(result.findings);
  const told = new Set<Finding>(groups.flat());
  for (const group of groups) {
    const symptoms = group.flatMap((finding) => explained.get(finding) ?? []);
    for (const symptom of symptoms) told.add(symptom);
    yield* causeLine(group, symptoms.length, result, style);
  }
  const left = result.findings.filter((each) => !told.has(each) && each.rule !== "LIM-001");
  // Where nothing is listed, the first line has told of all.
  if (left.length > 0 && groups.length > 0 && !style.verbose) {
    yield paint(style, "dim", `  … ${countsOf(left).join(", ")} more: -v`);
  }
}

function* causeLine(
  [first, ...others]: Group,
  symptoms: number,
  { profile }: AuditResult,
  style: Style,
): Generator<string> {
  const { severity, rule, title, confidence, offset, clause } = first;
  const sure = confidence === "certain" ? "" : ` (${confidence})`;
  const many = first.count > 1 ? `  ×${count(first.count)}` : "";
  const more = others.length === 0 ? "" : `, and in ${counted(others.length, "more place")}`;
  // Authors of mastering tools look for the clause.
  const basis = profile === "conform" && clause !== undefined ? `${clause}  ` : "";
  const head = escapeInline(`${basis}${rule}  ${title}${sure}${many}${more}`);
  const told = [
    ...(offset === undefined ? [] : [`at byte ${offset}`]),
    ...(symptoms === 0 ? [] : [`explains ${symptoms} more`]),
  ].map((part) => ` · ${part}`);
  const room = style.width - INDENT.length;
  const [line = "", ...rest] = wrap(head, room);
  const label = paint(style, severityPaint[severity], severity.padEnd(7));
  const start = `  ${label}  ${paint(style, "bold", line)}`;
  const tail = rest.length === 0 ? fittingTail(told, room - width(line)) : "";
  yield start + paint(style, "dim", tail);
  for (const each of rest) yield `${INDENT}${paint(style, "bold", each)}`;
}

function fittingTail(parts: readonly string[], room: number): string {
  const whole = parts.join("");
  if (width(whole) <= room) return whole;
  return parts.findLast((part) => width(part) <= room) ?? "";
}

function* losses(result: AuditResult, style: Style): Generator<string> {
  const hit = result.losses.filter(({ state }) => state !== "intact" && state !== "unproven");
  const listed = result.losses;
  const { lostDirectories = 0 } = result;
  if (listed.length === 0 && lostDirectories === 0) return;
  // Whole files are there only where the user asked for every file.
  const all = style.verbose || hit.length < listed.length;
  yield "";
  if (lostDirectories > 0) {
    const held = lostDirectories === 1 ? "it" : "they";
    yield `  ${counted(lostDirectories, "folder")} cannot be read: what ${held} held is unknown`;
  }
  const lost = hit.reduce((sum, loss) => sum + loss.lost, 0);
  const against = hit.reduce((sum, { contradicted = 0 }) => sum + contradicted, 0);
  const wrong = against === 0 ? "" : `, ${bytes(against)} contradicted`;
  if (hit.length > 0) yield `  ${counted(hit.length, "file")} hit, ${bytes(lost)} lost${wrong}`;
  const shown = all ? listed : listed.slice(0, LOSSES_SHOWN);
  for (const loss of shown) {
    const hurt = loss.lost > 0 ? loss.lost : loss.contradicted ?? 0;
    const state = paint(style, hurt > 0 ? "red" : "dim", loss.state.padEnd(12));
    const part = hurt > 0 ? `  ${count(hurt)} of ${count(loss.bytes)} bytes` : "";
    const room = style.cut ? Math.max(LEAST_NAME, style.width - 17 - part.length) : Infinity;
    const name = cutMiddle(escapeName(loss.path, loss.pathBytes), room);
    yield `    ${state} ${name}${part}`;
  }
  const left = listed.length - shown.length;
  if (left > 0) yield paint(style, "dim", `    … ${counted(left, "more file")}: -v`);
}

// What was recorded and what to do, of the first causes as far as a screen goes, or of everything.
function* details(
  groups: readonly Group[],
  above: number,
  result: AuditResult,
  style: Style,
): Generator<string> {
  const hasLosses = result.losses.length > 0 || result.lostDirectories !== undefined;
  const room = (hasLosses ? LINES_BESIDE_LOSSES : LINES) - above;
  let used = 0;
  const wanted = style.verbose
    ? result.findings.filter(({ rule }) => rule !== "LIM-001").map((each): Group => [each])
    : groups;
  const explained = symptomsOf(result.findings);
  for (const [index, [first, ...others]] of wanted.entries()) {
    const lines = [...detailLines(first, others.length, explained.get(first) ?? [], result, style)];
    if (!style.verbose && used > 0 && used + lines.length > room) {
      yield paint(style, "dim", `  … ${count(wanted.length - index)} more in detail: -v`);
      return;
    }
    if (used === 0) yield "";
    yield* lines;
    used += lines.length;
  }
}

function* facts(result: AuditResult, style: Style): Generator<string> {
  const { image, volumes } = result;
  const parts = imageParts(image, kindsOf(volumes));
  yield* labelledLines("image", wrapParts(parts, " · ", style.width - LABEL), style);
  for (const [algorithm, digest] of Object.entries(image.hashes ?? {})) {
    yield* labelledLines(algorithm, [digest], style);
  }
  const owned = Object.entries(result.accounting.owners)
    .sort(([, a], [, b]) => b - a)
    .map(([owner, total]) => `${owner} ${bytes(total)}`);
  if (owned.length > 0) yield* labelled("bytes", joined(owned, style), style);
  const files = richestFirst(volumes).map(({ kind, files, directories }) =>
    files === undefined || directories === undefined
      ? `${volumeName(kind)}: not read`
      : `${volumeName(kind)}: ${counted(files, "file")}, ${counted(directories, "folder")}`
  );
  yield* labelledLines("volumes", wrapParts(files, " · ", style.width - LABEL), style);
  yield* proofLines(result, style);
  for (const finding of result.findings) {
    if (finding.rule === "LIM-001") {
      yield* labelled("not checked", escapeInline(finding.message), style);
    }
  }
}

function* proofLines({ proof, image }: AuditResult, style: Style): Generator<string> {
  const { proven, contradicted, unproven, by } = proof;
  const part = (what: string, total: number) =>
    `${what} ${bytes(total)} (${share(total, image.bytes)})`;
  const shares = [
    part("proven", proven),
    ...(contradicted > 0 ? [part("contradicted", contradicted)] : []),
    part("unproven", unproven),
  ];
  const kinds = Object.entries(by).filter(([, total]) => total > 0).sort(([, a], [, b]) => b - a)
    .map(([kind, total]) => part(`by ${kind}`, total));
  const room = style.width - LABEL;
  const lines = [...wrapParts(shares, " · ", room), ...wrapParts(kinds, " · ", room)];
  yield* labelledLines("proof", lines, style);
}

// As many parts as one line holds; all of them where everything is wanted.
function joined(parts: readonly string[], style: Style): string {
  const whole = parts.join(" · ");
  if (style.verbose || whole.length <= style.width - LABEL) return whole;
  let line = "";
  for (const part of parts) {
    if (line.length + part.length > style.width - 20) break;
    line += `${part} · `;
  }
  return `${line}…`;
}

function labelled(label: string, text: string, style: Style): Generator<string> {
  return labelledLines(label, wrap(text, style.width - LABEL), style);
}

function* labelledLines(
  label: string,
  lines: readonly string[],
  style: Style,
): Generator<string> {
  for (const [index, line] of lines.entries()) {
    yield `  ${paint(style, "dim", (index === 0 ? label : "").padEnd(11))}  ${line}`;
  }
}
