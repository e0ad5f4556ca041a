// `discern verify` as text: the shape of `sha256sum -c` for each entry, and one line that sums it up.

import type { VerifyEntry, VerifyResult } from "../../manifest/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { count, paint, type Style } from "../style.ts";

const states = ["mismatch", "missing", "unreadable", "renamed", "extra"] as const;

/** One entry: `name: OK`, or what is wrong with it. */
export function verifyLine(entry: VerifyEntry, style: Style): string {
  const name = escapeName(entry.path, entry.pathBytes);
  const [word, how, rest] = verdictOf(entry);
  return `${name}: ${paint(style, how, word)}${rest}`;
}

function verdictOf(entry: VerifyEntry): [string, "green" | "red" | "yellow", string] {
  const { state, algorithm, recorded, computed } = entry;
  const reason = entry.reason === undefined ? "" : `  (${escapeInline(entry.reason)})`;
  if (state === "ok") return ["OK", "green", ""];
  if (state === "mismatch") {
    const short = (digest = "") => digest.length > 8 ? `${digest.slice(0, 8)}…` : digest;
    return ["FAILED", "red", `  ${algorithm} recorded ${short(recorded)} got ${short(computed)}`];
  }
  if (state === "missing") return ["MISSING", "red", reason];
  if (state === "unreadable") return ["UNREADABLE", "red", reason];
  if (state === "extra") return ["EXTRA", "yellow", "  not in the list"];
  return ["RENAMED", "yellow", `  to ${escapeText(entry.renamedTo ?? "")}`];
}

/** The lines that sum a verification up, for an image of this path. */
export function* verifySummary(
  path: string,
  summary: VerifyResult["summary"],
  style: Style,
): Generator<string> {
  const total = Object.values(summary).reduce((sum, each) => sum + each, 0);
  const counts = states.filter((state) => summary[state] > 0)
    .map((state) => `${count(summary[state])} ${state}`);
  const good = summary.ok === total;
  const verdict = good ? paint(style, "green", "VERIFIED") : paint(style, "alarm", "NOT VERIFIED");
  const ok = `${count(summary.ok)} of ${count(total)} ok`;
  yield `${paint(style, "bold", escapeText(path))}  ${verdict}  ${ok}`;
  if (counts.length > 0) yield `  ${counts.join(" · ")}`;
}
