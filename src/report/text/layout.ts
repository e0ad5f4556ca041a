// A structure drawn from its layout table: rows of bytes in boxes, with the fields that a rule is about set off.

import type { LayoutFacts } from "../../audit/result.ts";
import { counted, paint, type Style } from "../style.ts";
import { table } from "../table.ts";

type Field = LayoutFacts["fields"][number] & {
  /** Its number in the table below the drawing. */
  readonly number: number;
};

/** Bytes of a field on one row. */
type Segment = {
  readonly field: Field | undefined;
  /** First byte from the start of the row, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Whether the field begins here. */
  readonly isHead: boolean;
};

type Row = { readonly offset: number; readonly segments: readonly Segment[] };

/** Columns of a byte, and of the offsets beside the rows. */
const CELL = 4;
const MARGIN = 7;
/** Rows that are drawn whatever a rule is about; a structure of so many is drawn whole. */
const FEW = 4;

/** The drawing of a structure, and a table of its fields. */
export function* layoutText(layout: LayoutFacts, style: Style): Generator<string> {
  const { title, clause, size } = layout;
  const fields = layout.fields.map((field, index) => ({ ...field, number: index + 1 }));
  yield "";
  yield `${paint(style, "bold", title)}  ${counted(size, "byte")}, ${clause}`;
  yield "";
  yield* drawing(size, fields, style);
  yield "";
  const rows = fields.map(({ number, name, offset, length, clause, concerned }) => [
    concerned === true ? "=" : "",
    String(number),
    String(offset),
    String(length),
    name,
    clause,
  ]);
  const columns = [
    {},
    { title: "#", align: "right" },
    { title: "offset", align: "right" },
    { title: "length", align: "right" },
    { title: "field", flexible: true },
    { title: "clause", spare: 1 },
  ] as const;
  const lines = table(columns, rows, { ...style, width: style.width - 2 });
  for (const [at, line] of lines.entries()) {
    const isConcerned = at > 0 && fields[at - 1]?.concerned === true;
    yield `  ${isConcerned ? paint(style, "bold", line) : line}`;
  }
}

function* drawing(size: number, fields: readonly Field[], style: Style): Generator<string> {
  const perRow = style.width >= MARGIN + 16 * CELL + 1 ? 16 : 8;
  const count = Math.ceil(size / perRow);
  const wanted = wantedRows(count, perRow, fields);
  const last = Math.min(perRow, size);
  const ruler = Array.from({ length: last }, (_, at) => String(at).padStart(2).padEnd(CELL));
  yield " ".repeat(MARGIN + 1) + ruler.join("").trimEnd();
  // Rows that are left out show in the line between, so that no field ends where it does not.
  const row = (number: number) =>
    number < 0 || number >= count ? undefined : rowOf(number, perRow, size, fields);
  const gap = `${" ".repeat(MARGIN)}:`;
  let next = 0;
  for (const number of wanted) {
    if (number > next) {
      if (next > 0) yield border(row(next - 1), row(next), perRow);
      yield gap;
    }
    yield border(row(number - 1), row(number), perRow);
    yield content(rowOf(number, perRow, size, fields), style);
    next = number + 1;
  }
  yield border(row(next - 1), row(next), perRow);
  if (next < count) yield gap;
}

// Rows with a field that the rule is about, both ends of a long one, and a row around each.
function wantedRows(count: number, perRow: number, fields: readonly Field[]): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  if (count <= FEW) return all;
  const near = new Set<number>();
  for (const { offset, length, concerned } of fields) {
    if (concerned !== true || length === 0) continue;
    const first = Math.floor(offset / perRow);
    const last = Math.floor((offset + length - 1) / perRow);
    for (const row of last - first < FEW ? range(first, last) : [first, last]) {
      for (const each of [row - 1, row, row + 1]) near.add(each);
    }
  }
  return near.size === 0 ? all.slice(0, FEW) : all.filter((row) => near.has(row));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function rowOf(number: number, perRow: number, size: number, fields: readonly Field[]): Row {
  const start = number * perRow;
  const end = Math.min(size, start + perRow);
  const segments: Segment[] = [];
  let at = start;
  for (const field of fields) {
    const from = Math.max(start, field.offset);
    const to = Math.min(end, field.offset + field.length);
    if (to <= from) continue;
    if (from > at) segments.push(segment(undefined, at, from, start));
    segments.push(segment(field, from, to, start));
    at = to;
  }
  if (at < end) segments.push(segment(undefined, at, end, start));
  return { offset: start, segments };
}

function segment(field: Field | undefined, from: number, to: number, start: number): Segment {
  return { field, from: from - start, to: to - start, isHead: field?.offset === from };
}

// The line between two rows: heavy beside a field that the rule is about, open within one field.
function border(above: Row | undefined, below: Row | undefined, perRow: number): string {
  const line = Array.from({ length: perRow * CELL + 1 }, () => " ");
  for (let at = 0; at < perRow; at++) {
    const [upper, lower] = [segmentAt(above, at), segmentAt(below, at)];
    if (upper === undefined && lower === undefined) continue;
    const isOne = upper?.field !== undefined && upper.field === lower?.field;
    const isHeavy = upper?.field?.concerned === true || lower?.field?.concerned === true;
    const sign = isOne ? " " : isHeavy ? "=" : "-";
    for (let column = 1; column < CELL; column++) line[at * CELL + column] = sign;
    // Within a segment the line goes on.
    const joint = (each: Segment | undefined) => each !== undefined && each.from === at;
    if (line[at * CELL] !== "+") line[at * CELL] = joint(upper) || joint(lower) ? "+" : sign;
    const ends = (each: Segment | undefined) => each !== undefined && each.to === at + 1;
    if (ends(upper) || ends(lower)) line[(at + 1) * CELL] = "+";
  }
  return (" ".repeat(MARGIN) + line.join("")).trimEnd();
}

function segmentAt(row: Row | undefined, at: number): Segment | undefined {
  return row?.segments.find(({ from, to }) => from <= at && at < to);
}

function content({ offset, segments }: Row, style: Style): string {
  const cells = segments.map((each) => {
    const columns = (each.to - each.from) * CELL - 1;
    const label = labelOf(each, columns);
    const filled = label.padEnd(columns);
    return each.field?.concerned === true ? paint(style, "bold", filled) : filled;
  });
  return `${String(offset).padStart(MARGIN - 1)} |${cells.join("|")}|`;
}

// The name where it has room, else its number in the table; what goes on has neither.
function labelOf({ field, isHead }: Segment, columns: number): string {
  if (field === undefined || !isHead) return "";
  if (field.name.length + 2 <= columns) return ` ${field.name}`;
  return columns > 3 ? ` ${field.number}` : String(field.number).padStart(2);
}
