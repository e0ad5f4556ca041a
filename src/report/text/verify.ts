// `discern verify` as text: the shape of `sha256sum -c` for each entry, and one line that sums it up.

import type { VerifyEntry, VerifyResult, VerifyScope } from "../../manifest/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { count, counted, paint, type Style } from "../style.ts";
import { volumeName } from "./names.ts";

const states = ["mismatch", "missing", "unreadable", "renamed", "extra"] as const;

/** One entry: `name: OK`, or what is wrong with it. */
export function verifyLine(entry: VerifyEntry, style: Style): string {
  const name = escapeName(entry.path, entry.pathBytes);
  const [word, how, rest] = verdictOf(entry, style.verbose);
  return `${name}: ${paint(style, how, word)}${rest}`;
}

function verdictOf(
  entry: VerifyEntry,
  verbose: boolean,
): [string, "green" | "red" | "yellow", string] {
  const { state, algorithm, recorded, computed } = entry;
  const more = entry.image && state === "mismatch" ? ": see discern audit" : "";
  const reason = entry.reason === undefined ? "" : `  (${escapeInline(entry.reason)}${more})`;
  if (state === "ok") return ["OK", "green", ""];
  if (state === "mismatch") {
    const shown = (digest = "") =>
      digest.length > 8 && !verbose ? `${digest.slice(0, 8)}…` : digest;
    if (algorithm === undefined) return ["FAILED", "red", reason];
    const digests = `  ${algorithm} recorded ${shown(recorded)} got ${shown(computed)}`;
    return ["FAILED", "red", `${digests}${reason}`];
  }
  if (state === "missing") return ["MISSING", "red", reason];
  if (state === "unreadable") return ["UNREADABLE", "red", reason];
  if (state === "extra") return ["EXTRA", "yellow", "  not in the list"];
  if (entry.image) return ["RENAMED", "yellow", `  it is ${escapeText(entry.renamedTo ?? "")}`];
  return ["RENAMED", "yellow", `  to ${escapeText(entry.renamedTo ?? "")}`];
}

function scopeText({ image, regions, files }: VerifyScope): string {
  return [
    ...(image ? ["the image file"] : []),
    ...files.map((each) => `${counted(each.files, "file")} of ${volumeName(each.volume)}`),
    ...(regions > 0 ? [counted(regions, "region")] : []),
  ].join(", ");
}

/** The lines that sum a verification up, for an image of this path. */
export function* verifySummary(
  path: string,
  summary: VerifyResult["summary"],
  scope: VerifyScope,
  style: Style,
): Generator<string> {
  const total = Object.values(summary).reduce((sum, each) => sum + each, 0);
  const counts = states.filter((state) => summary[state] > 0)
    .map((state) => `${count(summary[state])} ${state}`);
  const good = summary.ok === total;
  const verdict = good ? paint(style, "green", "VERIFIED") : paint(style, "alarm", "NOT VERIFIED");
  const what = scopeText(scope);
  const ok = `${count(summary.ok)} of ${count(total)} ok`;
  const told = good ? what : what === "" ? ok : `${ok}; checked: ${what}`;
  yield `${paint(style, "bold", escapeText(path))}  ${verdict}  ${told}`;
  if (counts.length > 0) yield `  ${counts.join(" · ")}`;
  const { passedOver } = scope;
  if (passedOver === 1) yield "  1 line is of another file";
  if (passedOver > 1) yield `  ${count(passedOver)} lines are of other files`;
}
