// How wide text is on a terminal, and how it is cut and broken to fit. Apart from the styles, since the
// tables of Unicode take longer to load than a small job takes.

import stringWidth from "string-width";

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
