// `discern list` as text: paths one a line, or columns like those of `ls -l` with the place on the disc.

import type { EntryFacts, ImageFacts } from "../../model/result.ts";
import { escapeName } from "../escape.ts";
import { paint, type Style, time } from "../style.ts";
import { cutMiddle, width } from "../width.ts";

/** How to list. */
export type ListStyle = Style & {
  readonly long: boolean;
  /** Name the volume of each entry: several are listed. */
  readonly volumes: boolean;
};

const letters: Readonly<Record<EntryFacts["type"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  device: "c",
  fifo: "p",
  socket: "s",
};

/** One entry on a line. */
export function listLine(entry: EntryFacts, image: ImageFacts, style: ListStyle): string {
  const head = style.volumes ? `${entry.volume.padEnd(10)}` : "";
  if (!style.long) return head + shownName(entry, Infinity, style);
  const { uid = "-", gid = "-", bytes } = entry;
  const size = entry.type === "directory" ? extentBytes(entry) : bytes;
  const columns = head + [
    ...(hasRoomFor("mode", style) ? [modeText(entry)] : []),
    ...(hasRoomFor("owner", style) ? [`${uid}:${gid}`.padEnd(5)] : []),
    String(size).padStart(10),
    ...(hasRoomFor("modified", style) ? [timeText(entry, style)] : []),
    ...(hasRoomFor("sector", style) ? [sectorText(entry, image).padEnd(9)] : []),
  ].join(" ");
  const room = style.cut && !style.verbose ? style.width - columns.length - 2 : Infinity;
  return `${columns}  ${shownName(entry, Math.max(LEAST_NAME, room), style)}`;
}

/** Columns that a name is never cut below. */
const LEAST_NAME = 10;

/** Columns that a terminal must have for each, beside the volume. */
const needed = { owner: 72, sector: 66, modified: 53, mode: 35 };

// Narrow terminals have room for names only where columns are left out; -v has all of them.
function hasRoomFor(column: keyof typeof needed, style: ListStyle): boolean {
  return !style.cut || style.verbose ||
    style.width - (style.volumes ? 10 : 0) >= needed[column];
}

function timeText({ modified }: EntryFacts, style: Style): string {
  return style.verbose ? time(modified).padEnd(19) : time(modified).slice(0, 16).padEnd(16);
}

/** The titles of the long form. */
export function listHeader(style: ListStyle): string {
  const columns = [
    ...(hasRoomFor("mode", style) ? ["mode      "] : []),
    ...(hasRoomFor("owner", style) ? ["owner"] : []),
    "      size",
    ...(hasRoomFor("modified", style) ? ["modified (UTC)".padEnd(style.verbose ? 19 : 16)] : []),
    ...(hasRoomFor("sector", style) ? ["sector   "] : []),
  ];
  const head = style.volumes ? "volume    " : "";
  return paint(style, "dim", `${head}${columns.join(" ")}  name`);
}

// Only the path gives way where a line would be too long: what is wrong with an entry stays.
function shownName(entry: EntryFacts, room: number, style: Style): string {
  const name = escapeName(entry.path, entry.pathBytes);
  const slash = entry.type === "directory" && !name.endsWith("'") ? "/" : "";
  const marks = [
    ...(entry.hidden === true ? ["hidden"] : []),
    ...(entry.associated === true ? ["associated file"] : []),
    ...(entry.storedBytes === undefined ? [] : [`${entry.storedBytes} bytes stored`]),
  ];
  const target = entry.target === undefined
    ? ""
    : ` -> ${escapeName(entry.target, entry.targetBytes)}`;
  const note = marks.length === 0 ? "" : `  (${marks.join(", ")})`;
  const state = entry.state === undefined || entry.state === "ok"
    ? ""
    : `  ! ${entry.state === "cut" ? "past the end of the image" : entry.state}`;
  const how = entry.type === "directory" ? "blue" : entry.type === "symlink" ? "cyan" : undefined;
  const shown = cutMiddle(name + slash + target, room - width(note) - width(state));
  const painted = how === undefined ? shown : paint(style, how, shown);
  return painted + paint(style, "dim", note) + paint(style, "red", state);
}

function extentBytes({ extents = [] }: EntryFacts): number {
  return extents.reduce((sum, extent) => sum + extent.length, 0);
}

/** Mode as `ls` writes it; question marks where nothing is recorded. */
export function modeText({ type, mode, deviceType }: EntryFacts): string {
  const letter = deviceType === "block" ? "b" : letters[type];
  if (mode === undefined) return `${letter}?????????`;
  const bits = parseInt(mode, 8);
  const triple = (at: number, special: number, sign: string) => {
    const set = Math.floor(bits / special) % 2 === 1;
    const has = (bit: number) => Math.floor(bits / (bit * 8 ** at)) % 2 === 1;
    const execute = has(1) ? (set ? sign : "x") : set ? sign.toUpperCase() : "-";
    return (has(4) ? "r" : "-") + (has(2) ? "w" : "-") + execute;
  };
  return letter + triple(2, 0o4000, "s") + triple(1, 0o2000, "s") + triple(0, 0o1000, "t");
}

// First sector and number of sectors; `+` at the end where there are more extents.
function sectorText({ extents = [] }: EntryFacts, { sectorSize }: ImageFacts): string {
  const [first] = extents;
  if (first === undefined) return "-";
  const sector = Math.floor(first.offset / sectorSize);
  const last = Math.floor((first.offset + first.length - 1) / sectorSize);
  return `${sector}+${last - sector + 1}${extents.length > 1 ? "…" : ""}`;
}
