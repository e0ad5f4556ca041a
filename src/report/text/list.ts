// `discern list` as text: paths one a line, or columns like those of `ls -l` with the place on the disc.

import type { EntryFacts, ImageFacts } from "../../model/result.ts";
import { escapeName } from "../escape.ts";
import { paint, type Style, time } from "../style.ts";

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
  const name = shownName(entry, style);
  const head = style.volumes ? `${entry.volume.padEnd(9)}  ` : "";
  if (!style.long) return head + name;
  const { uid, gid, bytes } = entry;
  const size = entry.type === "directory" ? extentBytes(entry) : bytes;
  const columns = [
    modeText(entry),
    String(uid ?? "-").padStart(4),
    String(gid ?? "-").padStart(4),
    String(size).padStart(11),
    time(entry.modified).padEnd(19),
    sectorText(entry, image).padEnd(11),
  ];
  return `${head}${columns.join(" ")}  ${name}`;
}

/** The titles of the long form. */
export function listHeader(style: ListStyle): string {
  const columns = [
    "mode      ",
    " uid",
    " gid",
    "       size",
    "modified (UTC)     ",
    "sector     ",
  ];
  const head = style.volumes ? "volume     " : "";
  return paint(style, "dim", `${head}${columns.join(" ")}  name`);
}

function shownName(entry: EntryFacts, style: Style): string {
  const path = escapeName(entry.path, entry.pathBytes);
  const marks = [
    ...(entry.hidden === true ? ["hidden"] : []),
    ...(entry.associated === true ? ["associated file"] : []),
    ...(entry.storedBytes === undefined ? [] : [`${entry.storedBytes} bytes stored`]),
  ];
  const note = marks.length === 0 ? "" : paint(style, "dim", `  (${marks.join(", ")})`);
  const state = entry.state === undefined || entry.state === "ok" ? "" : paint(
    style,
    "red",
    `  ! ${entry.state === "cut" ? "past the end of the image" : entry.state}`,
  );
  const target = entry.target === undefined
    ? ""
    : ` -> ${escapeName(entry.target, entry.targetBytes)}`;
  const slash = entry.type === "directory" ? "/" : "";
  const shown = path.endsWith("'") ? path : path + slash;
  const how = entry.type === "directory" ? "blue" : entry.type === "symlink" ? "cyan" : undefined;
  return `${how === undefined ? shown : paint(style, how, shown)}${target}${note}${state}`;
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
