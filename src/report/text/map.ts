// `discern map` as text: a strip of cells, each with the sign of what matters most in it.

import type { ImageFacts, MapResult } from "../../model/result.ts";
import { escapeText } from "../escape.ts";
import { bytes, count, type Paint, paint, type Style } from "../style.ts";
import { imageLines } from "./names.ts";

type Run = MapResult["runs"][number];

/** Owners by sign; where a cell holds several, the first of this list with a byte in it is shown. */
const signs: readonly (readonly [Run["owner"], string, Paint, string])[] = [
  ["descriptor", "V", "magenta", "volume descriptors"],
  ["partition-table", "T", "magenta", "partition tables"],
  ["path-table", "P", "cyan", "path tables"],
  ["directory", "D", "blue", "directories"],
  ["continuation", "C", "blue", "continuation areas"],
  ["boot", "B", "yellow", "boot"],
  ["udf", "U", "cyan", "UDF"],
  ["hfs", "H", "cyan", "HFS"],
  ["trailer", "t", "yellow", "after the volume"],
  ["file", "#", "green", "files"],
  ["unclaimed", "?", "red", "unclaimed"],
  ["system-area", "s", "grey", "system area"],
  ["slack", ".", "grey", "slack"],
];

const rankOf = new Map(signs.map(([owner], rank) => [owner, rank]));
const CELLS_A_LINE = 64;
const LINES = 16;
const OFFSET_COLUMNS = 12;
/** Columns of a line of the legend. */
const LEGEND = 46;

/** Cells of a map: the rank of the owner that each shows, and the bytes of every owner. */
class Strip {
  readonly cells: Uint8Array;
  readonly bytesPerCell: number;
  readonly totals = new Map<Run["owner"], number>();
  readonly #covered: Float64Array;

  constructor(size: number, sectorSize: number, cells: number) {
    const sectors = Math.max(1, Math.ceil(size / sectorSize));
    this.bytesPerCell = Math.max(1, Math.ceil(sectors / cells)) * sectorSize;
    const needed = Math.max(1, Math.ceil(size / this.bytesPerCell));
    this.cells = new Uint8Array(needed).fill(signs.length);
    this.#covered = new Float64Array(needed);
  }

  // Metadata show wherever they are; files, slack and unclaimed bytes by who has most of the cell.
  add({ offset, length, owner }: Run): void {
    this.totals.set(owner, (this.totals.get(owner) ?? 0) + length);
    const rank = rankOf.get(owner) ?? signs.length;
    const bulk = rank >= (rankOf.get("file") ?? 0);
    const last = Math.floor((offset + length - 1) / this.bytesPerCell);
    for (let cell = Math.floor(offset / this.bytesPerCell); cell <= last; cell++) {
      const shown = this.cells[cell] ?? signs.length;
      if (!bulk) {
        this.cells[cell] = Math.min(shown, rank);
        continue;
      }
      const from = Math.max(offset, cell * this.bytesPerCell);
      const part = Math.min(offset + length, (cell + 1) * this.bytesPerCell) - from;
      const isFirst = shown === signs.length;
      const shownBulk = shown >= (rankOf.get("file") ?? 0);
      if (isFirst || (shownBulk && part > (this.#covered[cell] ?? 0))) {
        this.cells[cell] = rank;
        this.#covered[cell] = part;
      }
    }
  }
}

/** The strip of an image, and the bytes of each owner. */
export function* mapText(
  image: ImageFacts,
  runs: Iterable<Run>,
  style: Style,
): Generator<string> {
  const wide = style.width - OFFSET_COLUMNS;
  const cells = wide >= CELLS_A_LINE ? CELLS_A_LINE : Math.max(8, wide - wide % 8);
  const strip = new Strip(image.bytes, image.sectorSize, cells * LINES);
  for (const run of runs) strip.add(run);
  const sectors = strip.bytesPerCell / image.sectorSize;
  const unit = sectors === 1 ? "1 sector" : `${count(sectors)} sectors`;
  yield* imageLines(image, [`1 cell = ${unit}`], style);
  for (let line = 0; line < strip.cells.length; line += cells) {
    const shown = strip.cells.subarray(line, line + cells);
    yield `${String(line * sectors).padStart(OFFSET_COLUMNS - 2)}  ${painted(shown, style)}`;
  }
  yield "";
  for (const [owner, sign, how, title] of signs) {
    const total = strip.totals.get(owner);
    if (total === undefined) continue;
    const share = `${(total / image.bytes * 100).toFixed(1)} %`.padStart(9);
    const size = bytes(total).padStart(style.width < LEGEND ? 11 : 14);
    yield `  ${paint(style, how, sign)}  ${title.padEnd(18)}${size}${
      style.width < LEGEND ? "" : share
    }`;
  }
}

/** Every run on a line: first byte, length, owner, name. */
export function* runLines(image: ImageFacts, runs: Iterable<Run>): Generator<string> {
  const digits = Math.max(6, String(image.bytes).length);
  yield "";
  yield `${"offset".padStart(digits)}  ${"length".padStart(digits)}  owner            name`;
  for (const { offset, length, owner, name } of runs) {
    const place = [offset, length].map((value) => String(value).padStart(digits)).join("  ");
    yield `${place}  ${owner.padEnd(15)}  ${name === undefined ? "" : escapeText(name)}`.trimEnd();
  }
}

// One colour code for a run of equal cells.
function painted(cells: Uint8Array, style: Style): string {
  let text = "";
  for (let at = 0; at < cells.length;) {
    let end = at;
    while (end < cells.length && cells[end] === cells[at]) end++;
    const [, sign, how] = signs[cells[at] ?? 0] ?? ["", " ", "dim" as const];
    text += paint(style, how, sign.repeat(end - at));
    at = end;
  }
  return text;
}
