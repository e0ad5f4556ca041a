// `discern where` and `discern why` as text: from a path to its bytes, and back.

import type { WhereResult, WhyResult } from "../../model/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { bytes, count, counted, paint, type Style } from "../style.ts";
import { table } from "../table.ts";
import { place, volumeName } from "./names.ts";

const SHOWN = 16;

/** The extents of one path. */
export function* whereText(result: WhereResult, style: Style): Generator<string> {
  const { image, extents, record } = result;
  const name = paint(style, "bold", escapeName(result.path, result.pathBytes));
  const parts = extents.length === 0 ? "no bytes on the disc" : counted(extents.length, "extent");
  const size = result.type === "file" ? ` of ${bytes(result.bytes)}` : "";
  yield `${name}  ${result.type}${size} in ${volumeName(result.volume)}, ${parts}`;
  if (result.state === "cut") yield paint(style, "red", "  ! past the end of the image");
  if (result.state === "unreadable") yield paint(style, "red", "  ! unreadable");
  const shown = style.verbose ? extents : extents.slice(0, SHOWN);
  const rows = shown.map(({ offset, length }) => [
    count(Math.floor(offset / image.sectorSize)),
    count(sectorsOf(offset, length, image.sectorSize)),
    String(offset),
    String(length),
  ]);
  const columns = [
    { title: "sector", align: "right" },
    { title: "sectors", align: "right" },
    { title: "offset", align: "right" },
    { title: "length", align: "right" },
  ] as const;
  if (rows.length > 0) { for (const line of table(columns, rows, style)) yield `  ${line}`; }
  const left = extents.length - shown.length;
  if (left > 0) yield `  … ${counted(left, "more extent")}: -v`;
  yield `  directory record: ${place(record.offset, image.sectorSize, record.length)}`;
}

function sectorsOf(offset: number, length: number, size: number): number {
  return Math.floor((offset + length - 1) / size) - Math.floor(offset / size) + 1;
}

/** What one byte is. */
export function* whyText(result: WhyResult, style: Style): Generator<string> {
  const { offset, sector, owner, region } = result;
  const hexadecimal = `0x${offset.toString(16)}`;
  const name = result.name === undefined ? "" : `: ${escapeText(result.name)}`;
  yield `byte ${offset} (${hexadecimal}), sector ${count(sector)}  ${
    paint(style, "bold", owner)
  }${name}`;
  if (result.rawPart !== undefined) yield `  raw part   ${result.rawPart}`;
  if (result.structure !== undefined) yield `  structure  ${escapeInline(result.structure)}`;
  if (result.field !== undefined) {
    const value = result.value === undefined ? "" : ` = ${escapeText(result.value)}`;
    yield `  field      ${escapeInline(result.field)}${value}`;
  }
  if (result.clause !== undefined) yield `  clause     ${escapeInline(result.clause)}`;
  if (result.path !== undefined) {
    const at = result.pathOffset === undefined ? "" : `, byte ${result.pathOffset} of its content`;
    yield `  path       ${escapeText(result.path)}${at}`;
  }
  yield `  region     bytes ${region.offset}+${region.length}`;
}
