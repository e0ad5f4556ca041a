// Baselines: a former report of an audit, whose findings are known. Only new ones count.

import { arranged } from "./profiles.ts";
import type { Finding } from "./result.ts";

/** Findings of a former report by their fingerprints, each with its count. */
export type KnownFindings = ReadonlyMap<string, number>;

/** Former reports: of one image, or of several. */
export type Baseline = {
  readonly reports: readonly { readonly path: string; readonly known: KnownFindings }[];
};

/** Reads what `audit --json` or `--ndjson` printed, of one image or several. Says why where it is neither. */
export function parseBaseline(text: string): Baseline | { readonly error: string } {
  const documents = documentsOf(text);
  if (documents === undefined) return { error: "it is no JSON" };
  const reports = [];
  for (const document of documents.filter((each) => !hasFormat(each, "discern.summary/1"))) {
    if (!hasFormat(document, "discern.audit/1")) {
      return { error: "it is no report that `discern audit --json` printed" };
    }
    const report = reportOf(document);
    if (typeof report === "string") return { error: report };
    reports.push(report);
  }
  if (reports.length === 0) return { error: "it has no report" };
  return { reports };
}

function documentsOf(text: string): readonly unknown[] | undefined {
  const whole = parsed(text);
  if (whole !== undefined) return Array.isArray(whole.value) ? whole.value : [whole.value];
  const lines = text.split("\n").filter((line) => line.trim() !== "").map(parsed);
  const values = lines.flatMap((line) => line === undefined ? [] : [line.value]);
  return values.length === 0 || values.length < lines.length ? undefined : values;
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasFormat(value: unknown, format: string): value is Fields {
  return isObject(value) && value.format === format;
}

function reportOf({ image, findings }: Fields): Baseline["reports"][number] | string {
  if (!isObject(image) || typeof image.path !== "string" || !Array.isArray(findings)) {
    return "a report in it has no image or no findings";
  }
  const known = new Map<string, number>();
  for (const finding of findings) {
    if (!isObject(finding) || typeof finding.fingerprint !== "string") {
      return "a finding in it has no fingerprint: print the report again with this version";
    }
    const count = typeof finding.count === "number" ? finding.count : 1;
    known.set(finding.fingerprint, Math.max(count, known.get(finding.fingerprint) ?? 0));
  }
  return { path: image.path, known };
}

/**
 * What a baseline knows of an image: the report of the same path, or of the same file name. One report and
 * one image (`alone`) belong together whatever their names are. Undefined where no report is about it.
 */
export function knownOf(
  { reports }: Baseline,
  path: string,
  alone: boolean,
): KnownFindings | undefined {
  const name = fileName(path);
  const found = reports.find((report) => report.path === path) ??
    reports.find((report) => fileName(report.path) === name) ??
    (alone && reports.length === 1 ? reports[0] : undefined);
  return found?.known;
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/**
 * Findings that are not known. One that stands for more places than it did is new, for some of them are.
 * What was not checked (LIM-001) is said of every audit anew.
 */
export function newFindings(findings: readonly Finding[], known: KnownFindings): Finding[] {
  return arranged(findings.map((finding) => {
    const { rule, fingerprint = "", count } = finding;
    return rule !== "LIM-001" && count <= (known.get(fingerprint) ?? 0) ? undefined : finding;
  }));
}
