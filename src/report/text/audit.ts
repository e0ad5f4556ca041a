// `discern audit` as text: the verdict first, causes before symptoms, one screen unless more is wanted.

import type { AuditResult, Finding, Verdict } from "../../audit/result.ts";
import { escapeInline, escapeName } from "../escape.ts";
import { bytes, count, counted, type Paint, paint, type Style } from "../style.ts";
import { cutMiddle, wrap, wrapParts } from "../width.ts";
import { imageLines, kindsOf, place, richestFirst, volumeName } from "./names.ts";

const colours: Readonly<Record<Verdict | Finding["severity"], Paint>> = {
  intact: "green",
  suspicious: "yellow",
  damaged: "alarm",
  unreadable: "alarm",
  error: "red",
  warning: "yellow",
  info: "cyan",
  note: "grey",
};

const severities = ["error", "warning", "info", "note"] as const;
/** Lines of findings, and losses, on one screen. */
const LINES = 14;
const LINES_BESIDE_LOSSES = 9;
const LOSSES_SHOWN = 3;
/** Columns that a name is never cut below. */
const LEAST_NAME = 10;
const INDENT = " ".repeat(11);

/** The lines of the report. */
export function* auditText(result: AuditResult, style: Style): Generator<string> {
  yield* imageLines(result.image, kindsOf(result.volumes), style);
  for (const [algorithm, digest] of Object.entries(result.image.hashes ?? {})) {
    yield paint(style, "dim", `${algorithm.padEnd(9)} ${digest}`);
  }
  yield "";
  yield verdictLine(result, style);
  yield* findings(result, style);
  yield* losses(result, style);
  yield* accounting(result, style);
}

function verdictLine(result: AuditResult, style: Style): string {
  const verdict = paint(style, colours[result.verdict], result.verdict.toUpperCase());
  const counts = countsOf(result.findings);
  const found = counts.length === 0 ? ["nothing found"] : counts;
  const { ignored, known, profile } = result;
  const left = [
    ...(known === undefined ? [] : [`${count(known)} known`]),
    ...(ignored === undefined ? [] : [`${counted(ignored, "finding")} ignored`]),
    ...(profile === "archive" ? [] : [`profile ${profile}`]),
  ];
  return [verdict, [...found, ...left].join(" · ")].join("   ");
}

/** Errors of which each is shown, if only by its id and title. */
const ERRORS_NAMED = 10;

function* findings(result: AuditResult, style: Style): Generator<string> {
  const listed = result.findings.filter(({ rule }) => rule !== "LIM-001");
  const groups = style.verbose ? listed.map((finding) => [finding]) : causes(listed);
  const room = style.verbose ? Infinity : result.losses.length > 0 ? LINES_BESIDE_LOSSES : LINES;
  const explained = symptoms(result.findings);
  const shown: string[] = [];
  const told = new Set<Finding>();
  let errors = groups.filter(([first]) => first?.severity === "error").length;
  let named = 0;
  for (const group of groups) {
    const [first, ...others] = group;
    if (first === undefined) continue;
    const isError = first.severity === "error";
    if (isError) errors--;
    const lines = [...findingLines(first, others.length, explained, result, style)];
    // The errors that follow have a line each, at least.
    const fits = shown.length + lines.length + Math.min(errors, ERRORS_NAMED) <= room;
    const whole = fits || shown.length === 0;
    if (!whole && (!isError || ++named > ERRORS_NAMED)) break;
    shown.push(...whole ? lines : headLines(first, others.length, style));
    for (const finding of group) {
      told.add(finding);
      if (style.verbose || !whole) continue;
      for (const symptom of explained.get(finding) ?? []) told.add(symptom);
    }
  }
  if (shown.length > 0) yield "";
  yield* shown;
  const left = listed.filter((finding) => !told.has(finding));
  if (left.length > 0) {
    yield paint(style, "dim", `  … ${countsOf(left).join(", ")} more: -v`);
  }
}

/** How many findings there are of each severity. */
function countsOf(findings: readonly Finding[]): string[] {
  return severities.flatMap((severity) => {
    const found = findings.filter((finding) => finding.severity === severity).length;
    if (found === 0) return [];
    return severity === "info" ? [`${count(found)} info`] : [counted(found, severity)];
  });
}

// What explains itself and is grave, those of one rule together.
function causes(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { severity, rule, causedBy } = finding;
    if (causedBy !== undefined || (severity !== "error" && severity !== "warning")) continue;
    const key = `${rule} ${severity}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

// What each cause explains; symptoms of a shown cause are told beside it.
function symptoms(findings: readonly Finding[]): ReadonlyMap<Finding, readonly Finding[]> {
  const byCause = new Map<Finding, Finding[]>();
  for (const finding of findings) {
    const cause = finding.causedBy === undefined ? undefined : findings[finding.causedBy];
    if (cause === undefined) continue;
    const known = byCause.get(cause);
    if (known === undefined) byCause.set(cause, [finding]);
    else known.push(finding);
  }
  return byCause;
}

/** The id and title of a finding, behind its severity. */
function* headLines(finding: Finding, others: number, style: Style): Generator<string> {
  const { severity, rule, title, confidence } = finding;
  const sure = confidence === "certain" ? "" : ` (${confidence})`;
  const many = finding.count > 1 ? `  ×${count(finding.count)}` : "";
  const more = others === 0 ? "" : `, and in ${counted(others, "more place")}`;
  const head = `${rule}  ${title}${sure}${many}${more}`;
  const [first = "", ...rest] = wrap(escapeInline(head), style.width - INDENT.length);
  yield `  ${paint(style, colours[severity], severity.padEnd(7))}  ${paint(style, "bold", first)}`;
  for (const line of rest) yield `${INDENT}${paint(style, "bold", line)}`;
}

function* findingLines(
  finding: Finding,
  others: number,
  explained: ReadonlyMap<Finding, readonly Finding[]>,
  result: AuditResult,
  style: Style,
): Generator<string> {
  const { severity, message, remedy } = finding;
  const room = style.width - INDENT.length;
  yield* headLines(finding, 0, style);
  for (const line of wrap(escapeInline(message), room)) yield `${INDENT}${line}`;
  const where = whereOf(finding, result);
  if (where !== "") { for (const line of wrap(where, room)) yield `${INDENT}${line}`; }
  if (style.verbose) {
    const { recorded, expected } = finding;
    if (recorded !== undefined) yield `${INDENT}recorded  ${escapeInline(recorded)}`;
    if (expected !== undefined) yield `${INDENT}expected  ${escapeInline(expected)}`;
    const { clause } = finding;
    if (clause !== undefined) yield `${INDENT}${paint(style, "dim", escapeInline(clause))}`;
  }
  if (others > 0) yield `${INDENT}… and in ${counted(others, "more place")}`;
  yield* consequences(explained.get(finding) ?? [], style);
  if (severity === "error" || severity === "warning") {
    const [line = "", ...more] = wrap(escapeInline(remedy), room - 2);
    yield `${INDENT}→ ${line}`;
    for (const each of more) yield `${INDENT}  ${each}`;
  }
}

function whereOf(finding: Finding, { image }: AuditResult): string {
  const parts = [];
  if (finding.path !== undefined) parts.push(escapeName(finding.path, finding.pathBytes));
  if (finding.volume !== undefined) parts.push(`in ${volumeName(finding.volume)}`);
  if (finding.offset !== undefined) {
    parts.push(`at ${place(finding.offset, image.sectorSize, finding.length)}`);
  }
  return parts.join(" ");
}

function* consequences(symptoms: readonly Finding[], style: Style): Generator<string> {
  const byRule = new Map<string, { readonly first: Finding; times: number }>();
  for (const finding of symptoms) {
    const known = byRule.get(finding.rule);
    if (known === undefined) byRule.set(finding.rule, { first: finding, times: finding.count });
    else known.times += finding.count;
  }
  if (byRule.size === 0) return;
  const list = Array.from(byRule.values(), ({ first, times }) => {
    const { rule, severity, title } = first;
    const name = severity === "error" ? `${rule} (${title})` : rule;
    return times === 1 ? name : `${name} ×${count(times)}`;
  });
  for (
    const line of wrap(`explains ${escapeInline(list.join(", "))}`, style.width - INDENT.length)
  ) {
    yield `${INDENT}${paint(style, "dim", line)}`;
  }
}

function* losses(result: AuditResult, style: Style): Generator<string> {
  const hit = result.losses.filter(({ state }) => state !== "intact" && state !== "unproven");
  const listed = style.verbose ? result.losses : hit;
  if (listed.length === 0) return;
  yield "";
  const lost = hit.reduce((sum, loss) => sum + loss.lost, 0);
  const against = hit.reduce((sum, { contradicted = 0 }) => sum + contradicted, 0);
  const wrong = against === 0 ? "" : `, ${bytes(against)} contradicted`;
  if (hit.length > 0) yield `  ${counted(hit.length, "file")} hit, ${bytes(lost)} lost${wrong}`;
  const shown = style.verbose ? listed : listed.slice(0, LOSSES_SHOWN);
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

function* accounting(result: AuditResult, style: Style): Generator<string> {
  yield "";
  const owned = Object.entries(result.accounting.owners)
    .sort(([, a], [, b]) => b - a)
    .map(([owner, total]) => `${owner} ${bytes(total)}`);
  if (owned.length > 0) yield* labelled("bytes", joined(owned, style), style);
  const files = richestFirst(result.volumes).map(({ kind, files, directories }) =>
    files === undefined || directories === undefined
      ? `${volumeName(kind)}: not read`
      : `${volumeName(kind)}: ${counted(files, "file")}, ${counted(directories, "folder")}`
  );
  yield* labelledLines("volumes", wrapParts(files, " · ", style.width - 15), style);
  const { proven, contradicted, unproven, by } = result.proof;
  const proofs = Object.entries(by).map(([how, total]) => `${how} ${bytes(total)}`);
  const how = proofs.length === 0 ? "" : ` (${proofs.join(", ")})`;
  const against = contradicted > 0 ? ` · ${bytes(contradicted)} contradicted` : "";
  yield* labelled(
    "proven",
    `${bytes(proven)}${how}${against} · ${bytes(unproven)} unproven`,
    style,
  );
  for (const finding of result.findings) {
    if (finding.rule === "LIM-001") {
      yield* labelled("not checked", escapeInline(finding.message), style);
    }
  }
}

// As many parts as one line holds; all of them where everything is wanted.
function joined(parts: readonly string[], style: Style): string {
  const whole = parts.join(" · ");
  if (style.verbose || whole.length <= style.width - 15) return whole;
  let line = "";
  for (const part of parts) {
    if (line.length + part.length > style.width - 20) break;
    line += `${part} · `;
  }
  return `${line}…`;
}

function labelled(label: string, text: string, style: Style): Generator<string> {
  return labelledLines(label, wrap(text, style.width - 15), style);
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
