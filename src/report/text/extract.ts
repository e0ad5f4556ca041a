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

/** Messages of one reason that are given one by one. */
const NAMED = 10;

const nouns: Readonly<Record<ExtractEntry["type"], string>> = {
  file: "file",
  directory: "folder",
  symlink: "symbolic link",
  device: "device",
  fifo: "fifo",
  socket: "socket",
};

type Group = { readonly entry: ExtractEntry; readonly messages: [number, string][]; count: number };

/** Gathers what is to be said of entries: where one reason is that of many, they are counted. */
export class ExtractMessages {
  readonly #groups = new Map<string, Group>();
  #number = 0;

  /** Takes an entry; one that was delivered whole under its own name needs no word. */
  add(entry: ExtractEntry): void {
    const message = extractMessage(entry);
    if (message === undefined) return;
    const key = `${entry.state} ${entry.type} ${kindOf(entry.reason ?? "")}`;
    const group = this.#groups.get(key) ?? { entry, messages: [], count: 0 };
    this.#groups.set(key, group);
    group.count++;
    if (group.messages.length < NAMED) group.messages.push([this.#number++, message]);
  }

  /** What is to be said, in the order of the entries; groups that are too large come last. */
  *lines(): Generator<string> {
    const groups = [...this.#groups.values()];
    const small = groups.filter(({ count }) => count <= NAMED);
    const messages = small.flatMap((group) => group.messages).sort(([a], [b]) => a - b);
    for (const [, message] of messages) yield message;
    for (const { entry, count } of groups.filter(({ count }) => count > NAMED)) {
      yield `${folded(entry, count)}; -v names them`;
    }
  }
}

// Numbers and names in a reason do not make it another one.
function kindOf(reason: string): string {
  return reason.replace(/its name and .* are one/s, "its name and another are one")
    .replace(/\S*\.partial is/, "it is").replace(/\d+/g, "0");
}

function folded({ state, type, reason = "" }: ExtractEntry, count: number): string {
  const what = counted(count, nouns[type]);
  if (type === "symlink" && state === "skipped") {
    return `${what} skipped; --links keeps the safe ones`;
  }
  const kind = kindOf(reason);
  const why = reason === "" ? "" : kind === reason ? `: ${reason}` : `, the first: ${reason}`;
  return `${what} ${state === "ok" ? "with a note" : state}${escapeInline(why)}`;
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
