// Cue sheets: text that names a data file and its tracks. Sheets of one data track are opened.

import type { ByteSource } from "../bytes/source.ts";
import { decodeUtf8 } from "../bytes/text.ts";
import type { SheetTrack } from "../model/image.ts";
import { bin } from "./bin.ts";
import { type Container, ContainerError, type Opened, peek, type Sidecars } from "./container.ts";
import { iso } from "./iso.ts";

const SHEET_BYTES = 256 * 1024;

/** A `FILE` of a sheet with its tracks. */
export type CueFile = {
  readonly name: string;
  readonly type: string;
  readonly tracks: readonly CueTrack[];
};

/** A `TRACK` of a sheet; `start` is its index 1 in sectors of the file, `pause` its index 0. */
export type CueTrack = {
  readonly number: number;
  readonly mode: string;
  readonly start: number;
  readonly pause?: number;
};

/** Parses a cue sheet; lines that it does not know are left out. */
export function parseCue(text: string): CueFile[] {
  const files: { name: string; type: string; tracks: CueTrack[] }[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const file = /^\s*FILE\s+(?:"([^"]*)"|(\S+))\s+(\S+)/i.exec(line);
    if (file !== null) {
      files.push({
        name: file[1] ?? file[2] ?? "",
        type: (file[3] ?? "").toUpperCase(),
        tracks: [],
      });
    }
    const tracks = files.at(-1)?.tracks;
    const track = /^\s*TRACK\s+(\d+)\s+(\S+)/i.exec(line);
    if (track !== null && tracks !== undefined) {
      tracks.push({ number: Number(track[1]), mode: (track[2] ?? "").toUpperCase(), start: 0 });
    }
    const index = /^\s*INDEX\s+0?([01])\s+(\d+):(\d+):(\d+)/i.exec(line);
    const last = tracks?.at(-1);
    if (index !== null && tracks !== undefined && last !== undefined) {
      const sector = (Number(index[2]) * 60 + Number(index[3])) * 75 + Number(index[4]);
      const place = index[1] === "0" ? { pause: sector } : { start: sector };
      tracks[tracks.length - 1] = { ...last, ...place };
    }
  }
  return files;
}

async function sheetText(source: ByteSource): Promise<string | undefined> {
  if (source.size > SHEET_BYTES) return undefined;
  const bytes = await peek(source, 0, SHEET_BYTES);
  return bytes.includes(0) ? undefined : decodeUtf8(bytes).text;
}

// Sheets written where case does not count, or renamed with their data: the name as it stands, then in
// lower and upper case, then the sheet's own name with the usual extensions.
function dataNames(named: string, sheet: string): string[] {
  const own = (sheet.split(/[/\\]/).at(-1) ?? "").replace(/\.[^.]*$/, "");
  const likely = [".bin", ".BIN", ".img", ".iso"].map((extension) => own + extension);
  return [...new Set([named, named.toLowerCase(), named.toUpperCase(), ...likely])];
}

async function openData(
  { name }: CueFile,
  sheet: ByteSource,
  sidecars: Sidecars,
): Promise<{ readonly data: ByteSource; readonly notes: readonly string[] }> {
  for (const candidate of dataNames(name, sheet.name)) {
    const data = await sidecars(candidate);
    if (data === undefined) continue;
    const same = candidate.toLowerCase() === name.toLowerCase();
    const note =
      `the sheet names "${name}", which is not there; "${candidate}" is read in its place`;
    return { data, notes: same ? [] : [note] };
  }
  throw new ContainerError(
    `Cannot open the data of ${sheet.name}: it names "${name}", which is not beside it or may not be read`,
  );
}

// Tracks whose order in the sheet is not that of the file say nothing.
function tracksOf({ tracks }: CueFile, stride: number): SheetTrack[] | undefined {
  const list = tracks.map(({ number, mode, start, pause = start }) => ({
    number,
    audio: mode === "AUDIO",
    start: pause * stride,
    index1: start * stride,
  }));
  const isOrdered = list.every(({ start, index1 }, at) =>
    start <= index1 && start >= (list[at - 1]?.index1 ?? 0)
  );
  return isOrdered ? list : undefined;
}

/** A cue sheet over one data file. */
export const cue: Container = {
  name: "cue",
  extensions: ["cue"],

  async probe(source) {
    const text = await sheetText(source);
    return text !== undefined && parseCue(text).some((file) => file.tracks.length > 0);
  },

  async open(source, sidecars): Promise<Opened> {
    const files = parseCue(await sheetText(source) ?? "");
    const isData = (track: CueTrack) => track.mode.startsWith("MODE") || track.mode === "CDI/2352";
    const file = files.find((each) => each.tracks.some(isData)) ?? files[0];
    if (file === undefined) {
      throw new ContainerError(`Cannot open ${source.name}: it names no file`);
    }
    const { data, notes: named } = await openData(file, source, sidecars);
    const raw = await bin.probe(data);
    const opened = raw ? await bin.open(data, sidecars) : await iso.open(data, sidecars);
    const tracks = files.flatMap((each) => each.tracks);
    const notes = [...named, ...opened.facts.notes];
    if (tracks.length > 1) {
      notes.push(
        `the sheet names ${tracks.length} tracks; only data track(s) of "${file.name}" are read`,
      );
    }
    const stated = file.tracks.find(isData)?.mode.split("/")[1];
    if (stated !== undefined && Number(stated) !== opened.layout.stride) {
      notes.push(`the sheet says ${stated} bytes a sector, the data have ${opened.layout.stride}`);
    }
    const sheetTracks = tracksOf(file, opened.layout.stride);
    const facts = {
      ...opened.facts,
      name: "cue",
      dataPath: data.name,
      notes,
      ...(sheetTracks === undefined ? {} : { tracks: sheetTracks }),
    };
    return { ...opened, source: data, facts };
  },
};
