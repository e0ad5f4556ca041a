// `discern audit` as text: the verdict first, causes before symptoms, one screen unless more is wanted.

import type { AuditResult, Finding, Verdict } from "../../audit/result.ts";
import { escapeInline, escapeName } from "../escape.ts";
import { bytes, count, counted, type Paint, paint, type Style, wrap } from "../style.ts";
import { imageLines, kindsOf, place, volumeName } from "./names.ts";

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
  const counts = severities.flatMap((severity) => {
    const found = result.findings.filter((finding) => finding.severity === severity);
    if (found.length === 0) return [];
    return severity === "info" ? [`${found.length} info`] : [counted(found.length, severity)];
  });
  const found = counts.length === 0 ? ["nothing found"] : counts;
  const ignored = (result.ignored ?? 0) > 0
    ? [`${counted(result.ignored ?? 0, "finding")} ignored`]
    : [];
  return [verdict, [...found, ...ignored].join(" · ")].join("   ");
}

function* findings(result: AuditResult, style: Style): Generator<string> {
  const listed = result.findings.filter(({ rule }) => rule !== "LIM-001");
  const groups = style.verbose ? listed.map((finding) => [finding]) : causes(listed);
  const room = style.verbose ? Infinity : result.losses.length > 0 ? LINES_BESIDE_LOSSES : LINES;
  const shown: string[] = [];
  let told = 0;
  for (const [first, ...others] of groups) {
    if (first === undefined) continue;
    const lines = [...findingLines(first, others.length, result, style)];
    if (shown.length > 0 && shown.length + lines.length > room) break;
    shown.push(...lines);
    told += 1 + others.length + (style.verbose ? 0 : symptomsOf([first, ...others], result));
  }
  if (shown.length > 0) yield "";
  yield* shown;
  const left = listed.length - told;
  if (left > 0) yield paint(style, "dim", `  … ${counted(left, "more finding")}: -v`);
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

// Symptoms of a shown cause are told beside it.
function symptomsOf(shown: readonly Finding[], { findings }: AuditResult): number {
  return findings.filter(({ causedBy, rule }) => {
    const cause = causedBy === undefined ? undefined : findings[causedBy];
    return cause !== undefined && shown.includes(cause) && rule !== "LIM-001";
  }).length;
}

function* findingLines(
  finding: Finding,
  others: number,
  result: AuditResult,
  style: Style,
): Generator<string> {
  const { severity, rule, title, message, remedy } = finding;
  const room = style.width - INDENT.length;
  const sure = finding.confidence === "certain" ? "" : ` (${finding.confidence})`;
  const many = finding.count > 1 ? `  ×${count(finding.count)}` : "";
  const head = `${rule}  ${title}${sure}${many}`;
  const [first = "", ...rest] = wrap(escapeInline(head), room);
  yield `  ${paint(style, colours[severity], severity.padEnd(7))}  ${paint(style, "bold", first)}`;
  for (const line of rest) yield `${INDENT}${paint(style, "bold", line)}`;
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
  yield* consequences(finding, result, style);
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

function* consequences(finding: Finding, result: AuditResult, style: Style): Generator<string> {
  const index = result.findings.indexOf(finding);
  const byRule = new Map<string, number>();
  for (const { causedBy, rule, count: times } of result.findings) {
    if (causedBy === index) byRule.set(rule, (byRule.get(rule) ?? 0) + times);
  }
  if (byRule.size === 0) return;
  const list = [...byRule].map(([rule, times]) => times === 1 ? rule : `${rule} ×${count(times)}`);
  for (const line of wrap(`explains ${list.join(", ")}`, style.width - INDENT.length)) {
    yield `${INDENT}${paint(style, "dim", line)}`;
  }
}

function* losses(result: AuditResult, style: Style): Generator<string> {
  const hit = result.losses.filter(({ state }) => state !== "intact" && state !== "unproven");
  const listed = style.verbose ? result.losses : hit;
  if (listed.length === 0) return;
  yield "";
  const lost = hit.reduce((sum, loss) => sum + loss.lost, 0);
  if (hit.length > 0) yield `  ${counted(hit.length, "file")} hit, ${bytes(lost)} lost`;
  const shown = style.verbose ? listed : listed.slice(0, LOSSES_SHOWN);
  for (const loss of shown) {
    const name = escapeName(loss.path, loss.pathBytes);
    const state = paint(style, loss.lost > 0 ? "red" : "dim", loss.state.padEnd(12));
    const part = loss.lost > 0 ? `  ${count(loss.lost)} of ${count(loss.bytes)} bytes` : "";
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
  const files = result.volumes.map(({ kind, files, directories }) =>
    files === undefined || directories === undefined
      ? `${volumeName(kind)}: not read`
      : `${volumeName(kind)}: ${counted(files, "file")}, ${counted(directories, "folder")}`
  );
  if (files.length > 0) yield* labelled("volumes", joined(files, style), style);
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

function* labelled(label: string, text: string, style: Style): Generator<string> {
  for (const [index, line] of wrap(text, style.width - 15).entries()) {
    yield `  ${paint(style, "dim", (index === 0 ? label : "").padEnd(11))}  ${line}`;
  }
}
