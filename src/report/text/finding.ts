// One finding in the text of an audit: what was recorded, where, what it explains, what to do.

import type { AuditResult, Finding } from "../../audit/result.ts";
import { escapeInline, escapeName } from "../escape.ts";
import { count, counted, type Paint, paint, type Style } from "../style.ts";
import { wrap } from "../width.ts";
import { place, volumeName } from "./names.ts";

/** How each severity is set off. */
export const severityPaint: Readonly<Record<Finding["severity"], Paint>> = {
  error: "red",
  warning: "yellow",
  info: "cyan",
  note: "grey",
};

/** What each cause explains; a symptom is told beside its cause. */
export function symptomsOf(
  findings: readonly Finding[],
): ReadonlyMap<Finding, readonly Finding[]> {
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

/** Columns of the id, before what is told of the finding. */
const ID = 13;

/** The lines of a finding behind its id; `others` more are of the same rule. */
export function* detailLines(
  finding: Finding,
  others: number,
  symptoms: readonly Finding[],
  result: AuditResult,
  style: Style,
): Generator<string> {
  const { rule } = finding;
  const room = style.width - ID - 2;
  const lines = [...told(finding, others, symptoms, result, room, style)];
  for (const [index, line] of lines.entries()) {
    yield `  ${paint(style, "bold", (index === 0 ? rule : "").padEnd(ID))}${line}`;
  }
}

function* told(
  finding: Finding,
  others: number,
  symptoms: readonly Finding[],
  result: AuditResult,
  room: number,
  style: Style,
): Generator<string> {
  const { severity, message, remedy, clause } = finding;
  const dim = (line: string) => paint(style, "dim", line);
  if (style.verbose) yield* headLines(finding, room, style);
  else if (result.profile === "conform" && clause !== undefined) yield dim(escapeInline(clause));
  yield* wrap(escapeInline(message), room);
  const where = whereOf(finding, result);
  if (where !== "") yield* wrap(where, room);
  if (style.verbose) {
    const { recorded, expected } = finding;
    if (recorded !== undefined) yield `recorded  ${escapeInline(recorded)}`;
    if (expected !== undefined) yield `expected  ${escapeInline(expected)}`;
    if (clause !== undefined) yield dim(escapeInline(clause));
  }
  if (others > 0) yield `… and in ${counted(others, "more place")}`;
  for (const line of wrap(consequences(symptoms), room)) if (line !== "") yield dim(line);
  if (severity === "error" || severity === "warning") {
    const [line = "", ...more] = wrap(escapeInline(remedy), room - 2);
    yield `→ ${line}`;
    for (const each of more) yield `  ${each}`;
  }
}

function* headLines(finding: Finding, room: number, style: Style): Generator<string> {
  const { severity, title, confidence } = finding;
  const sure = confidence === "certain" ? "" : ` (${confidence})`;
  const many = finding.count > 1 ? `  ×${count(finding.count)}` : "";
  const [first = "", ...rest] = wrap(escapeInline(`${title}${sure}${many}`), room - 9);
  const label = paint(style, severityPaint[severity], severity.padEnd(7));
  yield `${label}  ${paint(style, "bold", first)}`;
  for (const line of rest) yield `${" ".repeat(9)}${paint(style, "bold", line)}`;
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

function consequences(symptoms: readonly Finding[]): string {
  const byRule = new Map<string, { readonly first: Finding; times: number }>();
  for (const finding of symptoms) {
    const known = byRule.get(finding.rule);
    if (known === undefined) byRule.set(finding.rule, { first: finding, times: finding.count });
    else known.times += finding.count;
  }
  if (byRule.size === 0) return "";
  const list = Array.from(byRule.values(), ({ first, times }) => {
    const { rule, severity, title } = first;
    const name = severity === "error" ? `${rule} (${title})` : rule;
    return times === 1 ? name : `${name} ×${count(times)}`;
  });
  return `explains ${escapeInline(list.join(", "))}`;
}
