// Whose raw sectors a run of them is, and which runs are damage rather than audio or the end of a track.

import { fileSpan, SECTOR, type Span } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";
import type { RawFacts, RawRun } from "../model/raw_sectors.ts";
import type { ClaimRef, Region } from "../model/regions.ts";

/** Sectors of a run that all have an owner whose bytes count, or all have none. */
export type Stretch = {
  /** First byte of the first sector in the file. */
  readonly offset: number;
  readonly sectors: number;
  readonly owned: boolean;
  /** The first owners' regions, by the file's order, and how many owners there are. */
  readonly owners: readonly Region[];
  readonly count: number;
};

/** Owners whose bytes nobody misses: what is wrong there can be meant. */
const spare: ReadonlySet<string> = new Set(["unclaimed", "slack", "system-area", "trailer"]);
const NAMED = 3;
/** Attribute bit of CD-ROM XA: the extent lies in an audio track. */
const XA_AUDIO = 0x4000;
/** Sectors without sync that can be an audio track: the shortest has 4 seconds. */
const AUDIO = 300;
/** A track that was written at once ends in two run-out blocks, which drives may fail to read. */
const RUN_OUT = 2;

/** Whether a region's bytes are data that a data track must hold. */
function counts({ trees }: Image, { owner, ref }: Region): boolean {
  if (spare.has(owner)) return false;
  if (ref === undefined || "name" in ref) return true;
  return ((trees[ref.tree]?.xa.get(ref.node) ?? 0) & XA_AUDIO) === 0;
}

type Open = { from: number; to: number; readonly owners: Region[]; count: number };

/** Splits a run where ownership begins and ends, in the order of the file. */
export function* stretchesOf(
  image: Image,
  { offset, sectors }: Pick<RawRun, "offset" | "sectors">,
  stride: number,
): Generator<Stretch> {
  let done = 0;
  for (const open of ownedOf(image, offset, sectors, stride)) {
    if (open.from > done) yield unowned(offset + done * stride, open.from - done);
    const { from, to, owners, count } = open;
    yield { offset: offset + from * stride, sectors: to - from, owned: true, owners, count };
    done = to;
  }
  if (done < sectors) yield unowned(offset + done * stride, sectors - done);
}

/** A run as one stretch, which is owned where any of its sectors is. */
export function wholeOf(
  image: Image,
  run: Pick<RawRun, "offset" | "sectors">,
  stride: number,
): Stretch {
  const owners: Region[] = [];
  let count = 0;
  for (const stretch of stretchesOf(image, run, stride)) {
    count += stretch.count;
    owners.push(...stretch.owners.slice(0, NAMED - owners.length));
  }
  return { offset: run.offset, sectors: run.sectors, owned: count > 0, owners, count };
}

function unowned(offset: number, sectors: number): Stretch {
  return { offset, sectors, owned: false, owners: [], count: 0 };
}

// Sectors `[from, to)` of the run that something owns; a sector that is partly slack is its file's.
function* ownedOf(
  image: Image,
  offset: number,
  sectors: number,
  stride: number,
): Generator<Open> {
  const { regions } = image;
  const end = offset + sectors * stride;
  let open: Open | undefined;
  for (let index = regions.indexAt(offset); index < regions.count; index++) {
    const region = regions.region(index);
    if (region.start >= end) break;
    if (!counts(image, region)) continue;
    const from = Math.max(0, Math.floor((region.start - offset) / stride));
    const to = Math.min(sectors, Math.ceil((region.start + region.length - offset) / stride));
    if (open !== undefined && from > open.to) {
      yield open;
      open = undefined;
    }
    open ??= { from, to, owners: [], count: 0 };
    open.to = Math.max(open.to, to);
    open.count++;
    if (open.owners.length < NAMED) open.owners.push(region);
  }
  if (open !== undefined) yield open;
}

/** The owners of a stretch in words; empty where nothing owns it. */
export function ownersText(image: Image, { owners, count }: Stretch): string {
  const names = owners.map((region) => image.regionName(region) || region.owner);
  const more = count - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The node of the first owner that is a file or directory. */
export function nodeOf({ owners }: Stretch): Extract<ClaimRef, { tree: number }> | undefined {
  for (const { ref } of owners) if (ref !== undefined && "tree" in ref) return ref;
  return undefined;
}

/** The sector number of a byte of the file. */
export function lbaOf({ mapping }: Image, offset: number): number {
  return Math.floor(mapping.logicalOffset(offset) / SECTOR);
}

/** Whether a stretch is what may stand in the last two sectors of a track. */
export function isRunOut(stretch: Stretch, { tracks, stride }: RawFacts): boolean {
  if (stretch.owned || stretch.sectors > RUN_OUT) return false;
  const end = stretch.offset + stretch.sectors * stride;
  return tracks.some(({ offset, sectors }) => offset + sectors * stride === end);
}

/** How many sectors without sync lie together, for each run of them: silence and sound are one track. */
export function silences({ runs, stride }: RawFacts): ReadonlyMap<RawRun, number> {
  const lengths = new Map<RawRun, number>();
  let group: RawRun[] = [];
  let sectors = 0;
  let end = -1;
  const close = () => {
    for (const run of group) lengths.set(run, sectors);
  };
  for (const run of runs.filter(({ problem }) => problem === "no-sync")) {
    if (run.offset !== end) {
      close();
      group = [];
      sectors = 0;
    }
    group.push(run);
    sectors += run.sectors;
    end = run.offset + run.sectors * stride;
  }
  close();
  return lengths;
}

/** Stretches of the file that are audio as far as {@linkcode isAudio} tells, joined. */
export function audioRanges(image: Image, raw: RawFacts): Span[] {
  const found = silences(raw);
  const ranges: { start: number; length: number }[] = [];
  for (const run of raw.runs) {
    const silence = found.get(run) ?? 0;
    if (run.problem !== "no-sync" || silence < AUDIO) continue;
    for (const stretch of stretchesOf(image, run, raw.stride)) {
      if (!isAudio(image, stretch, silence)) continue;
      const length = stretch.sectors * raw.stride;
      const last = ranges.at(-1);
      if (last !== undefined && last.start + last.length === stretch.offset) last.length += length;
      else ranges.push({ start: stretch.offset, length });
    }
  }
  return ranges.map(({ start, length }) => fileSpan(start, length));
}

/**
 * Whether sectors without sync are audio as far as anything tells: nothing owns them, no sheet says that
 * they are data, and `silence` of them lie together, enough for a track.
 */
export function isAudio({ container }: Image, { owned }: Stretch, silence: number): boolean {
  return !owned && container.tracks === undefined && silence >= AUDIO;
}
