// How text reports look: colours, width and numbers. Decided once, by whoever prints.

import stringWidth from "string-width";

/** How a text report is to be written. */
export type Style = {
  readonly color: boolean;
  /** Columns that sentences are broken to. */
  readonly width: number;
  /** Cut names in their middle rather than let a line grow over the width: on terminals only. */
  readonly cut: boolean;
  /** Everything instead of one screen. */
  readonly verbose: boolean;
};

/** No colour, names whole, one screen. */
export const plainStyle: Style = { color: false, width: 80, cut: false, verbose: false };

const codes = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
  grey: "90",
  alarm: "1;31",
} as const;

/** A way to set text off. */
export type Paint = keyof typeof codes;

/** Text in a colour, where the style has colours. */
export function paint(style: Style, how: Paint, text: string): string {
  return style.color && text !== "" ? `\x1b[${codes[how]}m${text}\x1b[0m` : text;
}

/** A whole number with its thousands set off by commas. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A number of things in words: `1 file`, `2 files`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes in the unit that suits: `512 bytes`, `1.5 KiB`. */
export function bytes(value: number): string {
  if (value < 1024) return counted(value, "byte");
  let scaled = value;
  let unit = -1;
  while (scaled >= 1023.95 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${scaled.toFixed(1)} ${units[unit] ?? ""}`;
}

/** An RFC 3339 time as people read it: `2026-01-01 00:00:00`, in UTC. */
export function time(value: string | undefined): string {
  return value === undefined ? "-" : value.replace("T", " ").replace(/(\.\d+)?Z$/, "");
}

/** Seconds as `0:07` or `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** Columns that a text takes on a terminal; colours take none. */
export function width(text: string): number {
  return stringWidth(text);
}

/** Text cut in its middle to at most `columns`, with `…` where something is left out. */
export function cutMiddle(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns < 2) return columns < 1 ? "" : "…";
  const parts = [...segments(text)];
  const head = Math.ceil((columns - 1) / 2);
  const tail = columns - 1 - head;
  return take(parts, head) + "…" + take(parts.reverse(), tail, true);
}

function* segments(text: string): Generator<string> {
  for (const { segment } of new Intl.Segmenter("en").segment(text)) yield segment;
}

function take(parts: readonly string[], columns: number, fromEnd = false): string {
  let taken = "";
  let used = 0;
  for (const part of parts) {
    const size = width(part);
    if (used + size > columns) break;
    taken = fromEnd ? part + taken : taken + part;
    used += size;
  }
  return taken;
}

/** Text filled up with blanks to `columns`, at its end or before its start. */
export function pad(text: string, columns: number, side: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - width(text)));
  return side === "left" ? text + blanks : blanks + text;
}

/**
 * A line that is too long for a terminal as several, broken between words and indented under the first;
 * a word that is longer than a line stands alone on its line.
 */
export function fold(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line];
  const indent = " ".repeat(Math.min(/^ */.exec(line)?.[0].length ?? 0, 20));
  const [first = "", ...rest] = wrapUnder(line.slice(indent.length), columns, indent.length);
  return [indent + first, ...rest.map((each) => `${indent}    ${each.trimStart()}`)];
}

// The first line has `indent` columns less, the others four less than that.
function wrapUnder(text: string, columns: number, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  let room = columns - indent;
  for (const word of text.split(" ")) {
    const longer = line === "" && word !== "" ? word : `${line} ${word}`;
    if (line.trim() !== "" && width(longer) > room) {
      lines.push(line.trimEnd());
      line = word;
      room = columns - indent - 4;
    } else line = longer;
  }
  lines.push(line);
  return lines;
}

/** Parts on lines of at most `columns`, with a sign between them; none is broken. */
export function wrapParts(parts: readonly string[], sign: string, columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last}${sign}${part}`;
    if (last !== undefined && width(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** Words on lines of at most `columns`; a longer word stands alone on its line. */
export function wrap(text: string, columns: number): string[] {
  if (width(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
