// Columns that hold on a terminal: numbers to the right, names cut in their middle.

import { cutMiddle, pad, type Style, width } from "./style.ts";

/** One column of a table. */
export type TableColumn = {
  readonly title?: string;
  readonly align?: "left" | "right";
  /** Gives way first where the lines are too long; no column more than one. */
  readonly flexible?: boolean;
};

const GAP = "  ";

/** Rows of a table under its titles, each a line; the flexible column is cut where the style says so. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
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
    widths[flexible] = Math.max(8, room);
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
