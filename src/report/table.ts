// Columns that hold on a terminal: numbers to the right, names cut in their middle.

import type { Style } from "./style.ts";
import { cutMiddle, pad, width } from "./width.ts";

/** One column of a table. */
export type TableColumn = {
  readonly title?: string;
  readonly align?: "left" | "right";
  /** Gives way first where the lines are too long; no column more than one. */
  readonly flexible?: boolean;
  /** May be left out where the lines are too long all the same, those with the greater number first. */
  readonly spare?: number;
};

const GAP = "  ";
/** Columns that the flexible one always has. */
const LEAST = 8;

// The column to leave out, where the lines are too long even with the flexible one at its least.
function tooMany(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
): number | undefined {
  const least = columns.map(({ title = "", flexible }, index) => {
    const most = Math.max(width(title), ...rows.map((row) => width(row[index] ?? "")));
    return flexible === true ? Math.min(most, LEAST) : most;
  });
  const total = least.reduce((sum, each) => sum + each + GAP.length, -GAP.length);
  if (total <= style.width) return undefined;
  let spare: number | undefined;
  for (const [index, column] of columns.entries()) {
    const other = spare === undefined ? 0 : columns[spare]?.spare ?? 0;
    if ((column.spare ?? 0) > other) spare = index;
  }
  return spare;
}

/** Rows of a table under its titles, each a line; the flexible column is cut where the style says so. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  const spare = style.cut ? tooMany(columns, rows, style) : undefined;
  if (spare !== undefined) {
    const kept = (_: unknown, index: number) => index !== spare;
    return table(columns.filter(kept), rows.map((row) => row.filter(kept)), style);
  }
  const titled = columns.some((column) => column.title !== undefined);
  const head = columns.map((column) => column.title ?? "");
  const all = titled ? [head, ...rows] : rows;
  const widths = columns.map((_, index) =>
    Math.max(0, ...all.map((row) => width(row[index] ?? "")))
  );
  const flexible = columns.findIndex((column) => column.flexible === true);
  const total = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1);
  if (style.cut && flexible >= 0 && total > style.width) {
    const room = (widths[flexible] ?? 0) - (total - style.width);
    widths[flexible] = Math.max(LEAST, room);
  }
  return all.map((row) =>
    columns.map(({ align }, index) => {
      const columnWidth = widths[index] ?? 0;
      const text = cutMiddle(row[index] ?? "", index === flexible ? columnWidth : Infinity);
      const last = index === columns.length - 1 && align !== "right";
      return last ? text : pad(text, columnWidth, align === "right" ? "right" : "left");
    }).join(GAP).trimEnd()
  );
}
