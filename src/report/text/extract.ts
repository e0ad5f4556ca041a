// `discern extract` as text: what was not delivered whole under its own name, and the sum of it.

import type { ExtractEntry, ExtractResult } from "../../model/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { bytes, counted } from "../style.ts";

/** What is said of an entry at once; undefined where there is nothing to say. */
export function extractMessage(entry: ExtractEntry): string | undefined {
  const { state, reason, to } = entry;
  if (state === "ok" && reason === undefined) return undefined;
  const name = escapeName(entry.path, entry.pathBytes);
  const why = reason === undefined ? "" : ` (${escapeInline(reason)})`;
  if (state === "ok") return `note: ${name}${why}`;
  const where = to === undefined ? "" : ` -> ${escapeText(to)}`;
  return `${state}: ${name}${where}${why}`;
}

/** The line that sums an extraction up. */
export function extractSummary(
  folder: string,
  summary: ExtractResult["summary"],
  files: number,
  total: number,
): string {
  const problems = (["renamed", "cut", "unreadable", "skipped", "refused"] as const)
    .filter((state) => summary[state] > 0)
    .map((state) => `${summary[state]} ${state}`);
  const rest = problems.length === 0 ? "" : ` · ${problems.join(" · ")}`;
  return `${counted(files, "file")}, ${bytes(total)} -> ${escapeText(folder)}${rest}`;
}
