// `discern compare` as text: the verdict, then files, fields and bytes, one screen unless more is wanted.

import type { CompareResult, FieldDifference, FileChange } from "../../compare/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { volumeName } from "./names.ts";
import { bytes, count, counted, type Paint, paint, type Style } from "../style.ts";
import { cutMiddle, wrap } from "../width.ts";

const verdicts: Readonly<Record<CompareResult["verdict"], readonly [Paint, string]>> = {
  "identical": ["green", "all bytes are the same"],
  "same-except-times": ["green", "only recorded times and what derives from them differ"],
  "same-content": ["yellow", "the same paths with the same content, recorded differently"],
  "different": ["alarm", ""],
};

const signs: Readonly<Record<FileChange["change"], readonly [string, Paint]>> = {
  added: ["+", "green"],
  removed: ["-", "red"],
  content: ["~", "yellow"],
  metadata: ["m", "cyan"],
  moved: [">", "grey"],
  renamed: ["r", "cyan"],
};

/** Changes of files by what people look for first. */
const order = ["content", "added", "removed", "renamed", "metadata", "moved"] as const;

/** Entries of each list on one screen. */
const FILES_SHOWN = 6;
const FIELDS_SHOWN = 4;

/** The lines of the report. */
export function* compareText(result: CompareResult, style: Style): Generator<string> {
  yield verdictLine(result, style);
  yield `  a  ${escapeText(result.a.path)}  ${bytes(result.a.bytes)}`;
  yield `  b  ${escapeText(result.b.path)}  ${bytes(result.b.bytes)}`;
  yield* sectorLines(result, style);
  const changes = order.flatMap((kind) => result.files.filter(({ change }) => change === kind))
    .map((change) => changeLines(change, elsewhere(change.volume, result), style));
  yield* part("Files", changes, "change", FILES_SHOWN, style, legend(result));
  const fields = style.verbose ? result.fields : folded(result.fields);
  const fieldParts = fields.map((field) =>
    fieldLines(field, elsewhere(field.volume, result), style)
  );
  yield* part("Fields", fieldParts, "field", FIELDS_SHOWN, style);
  const { size, ranges } = result.sectors;
  if (style.verbose) {
    const lines = ranges.map((range) => [rangeLine(range, size)]);
    yield* part("Ranges", lines, "range", lines.length, style);
  } else if (ranges.length > 0) {
    yield "";
    yield paint(style, "dim", `${counted(ranges.length, "range")} of bytes: -v`);
  }
  for (const note of result.notes ?? []) {
    for (const [index, line] of wrap(escapeInline(note), style.width - 8).entries()) {
      yield `${paint(style, "dim", index === 0 ? "note  " : "      ")}${line}`;
    }
  }
}

// The same field of many records is told once: the first of them, with the count of all.
function folded(fields: readonly FieldDifference[]): FieldDifference[] {
  const groups = new Map<string, FieldDifference>();
  for (const field of fields) {
    const key = `${field.structure} ${field.field} ${field.volume ?? ""}`;
    const first = groups.get(key);
    const times = (first?.count ?? (first === undefined ? 0 : 1)) + (field.count ?? 1);
    groups.set(key, times === 1 ? field : { ...first ?? field, count: times });
  }
  return [...groups.values()];
}

// Most rows are about the richest namespace; the others are named.
function elsewhere(volume: string | undefined, { volumes }: CompareResult): string {
  const isOther = volume !== undefined && volumes.length > 0 && volume !== volumes[0];
  return isOther ? ` in ${volumeName(volume)}` : "";
}

function verdictLine({ verdict, summary, ignored }: CompareResult, style: Style): string {
  const [how, meaning] = verdicts[verdict];
  const kinds = ["content", "added", "removed", "renamed", "moved", "metadata"] as const;
  const counts = kinds.filter((kind) => summary[kind] > 0).map((kind) =>
    `${kind} ${count(summary[kind])}`
  );
  const files = counts.length === 0
    ? []
    : [`${counts.join(" · ")} · same ${count(summary.unchanged)}`];
  const parts = [...(meaning === "" ? [] : [meaning]), ...files];
  const rest = ignored === true ? " (all of it ignored)" : "";
  return `${paint(style, how, verdict.toUpperCase())}   ${parts.join(" · ")}${rest}`;
}

function* sectorLines({ sectors, verdict }: CompareResult, style: Style): Generator<string> {
  if (verdict === "identical") return;
  const { equal, different, onlyA, onlyB, differentBytes } = sectors;
  const only = [
    ...(onlyA > 0 ? [`${count(onlyA)} only in a`] : []),
    ...(onlyB > 0 ? [`${count(onlyB)} only in b`] : []),
  ];
  const text = [
    `${counted(different, "sector")} of ${count(equal + different)} differ, in ${
      counted(differentBytes, "byte")
    }`,
    ...only,
  ];
  for (const line of wrap(text.join(" · "), style.width - 5)) yield `     ${line}`;
}

function legend({ files }: CompareResult): string {
  const used = new Set(files.map(({ change }) => change));
  return order.filter((change) => used.has(change)).map((change) => `${signs[change][0]} ${change}`)
    .join("  ");
}

function* part(
  title: string,
  entries: readonly (readonly string[])[],
  one: string,
  most: number,
  style: Style,
  note = "",
): Generator<string> {
  if (entries.length === 0) return;
  yield "";
  yield `${paint(style, "bold", title)}${note === "" ? "" : paint(style, "dim", `   ${note}`)}`;
  const shown = style.verbose ? entries : entries.slice(0, most);
  for (const entry of shown) yield* entry;
  const left = entries.length - shown.length;
  if (left > 0) yield paint(style, "dim", `  … ${counted(left, `more ${one}`)}: -v`);
}

function changeLines(change: FileChange, where: string, style: Style): string[] {
  const [sign, how] = signs[change.change];
  const name = escapeName(change.path, change.pathBytes);
  const head = `  ${paint(style, how, sign)} ${name}${paint(style, "dim", where)}`;
  const detail = detailOf(change);
  return detail === "" ? [head] : [`${head}  ${detail}`];
}

function detailOf(change: FileChange): string {
  const { a, b, fields = [], firstDifference } = change;
  if (change.change === "renamed") {
    return b?.path === undefined ? "" : `-> ${escapeName(b.path, b.pathBytes)}`;
  }
  if (change.change === "added" || change.change === "removed") {
    const size = (change.change === "added" ? b : a)?.bytes;
    return size === undefined ? "" : bytes(size);
  }
  const parts = [];
  if (a?.bytes !== undefined && b?.bytes !== undefined && a.bytes !== b.bytes) {
    parts.push(`${count(a.bytes)} -> ${counted(b.bytes, "byte")}`);
  }
  const broken = brokenText(a?.state, b?.state);
  if (broken !== "") parts.push(broken);
  if (firstDifference !== undefined) parts.push(`first difference at byte ${firstDifference}`);
  if (change.change === "metadata") parts.push(fields.map(escapeInline).join(", "));
  return parts.join(", ");
}

// `cut in b`, `cut in a, unreadable in b`, `cut in both`.
function brokenText(a: FileState, b: FileState): string {
  if (a !== undefined && a !== "ok" && a === b) return `${a} in both`;
  const parts = [[a, "a"], [b, "b"]] as const;
  return parts.filter(([state]) => state !== undefined && state !== "ok")
    .map(([state, side]) => `${state} in ${side}`).join(", ");
}

type FileState = NonNullable<FileChange["a"]>["state"];

function fieldLines(field: FieldDifference, where: string, style: Style): string[] {
  const owner = (field.path === undefined ? "" : ` of ${escapeText(field.path)}`) + where;
  const many = (field.count ?? 1) > 1 ? `  ×${count(field.count ?? 1)}` : "";
  const head = `  ${escapeInline(field.structure)}${owner}: ${escapeInline(field.field)}${many}`;
  if (field.a === undefined && field.b === undefined) return [head];
  const values = `${shortValue(field.a)} -> ${shortValue(field.b)}`;
  const single = `${head}  ${values}`;
  return single.length <= style.width ? [single] : [head, `      ${values}`];
}

function shortValue(value: string | undefined): string {
  if (value === undefined) return "(none)";
  return cutMiddle(escapeText(value), 34);
}

function rangeLine(range: CompareResult["sectors"]["ranges"][number], size: number): string {
  const { offsetA, offsetB, length, different, ownerA, ownerB, name, count: times } = range;
  const side = (label: string, offset: number | undefined) =>
    offset === undefined ? [] : [`${label} sector ${count(Math.floor(offset / size))}`];
  const places = [...side("a", offsetA), ...side("b", offsetB)].join(", ");
  const owners = [...new Set([ownerA, ownerB].filter((owner) => owner !== undefined))].join("/");
  const what = name === undefined ? owners : `${owners} ${escapeText(name)}`;
  const part = `${count(different)} of ${counted(length, "byte")}`;
  const many = (times ?? 1) > 1 ? `, in ${count(times ?? 1)} stretches` : "";
  return `  ${places}  ${what}: ${part}${many}`;
}
