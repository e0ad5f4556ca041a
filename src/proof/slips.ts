// Bisects over what tells its own address for the points from which on an image is shifted (IMG-010): headers of
// raw sectors (ECMA-130:1996 14.2), and directories by their `.` records (ECMA-119:1987 6.8.2.2).

import { SECTOR } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";
import type { Slip } from "../model/slips.ts";

/** Structures that have to agree on either side of a point. */
const WITNESSES = 3;
/** Sectors that are asked before anything is known, evenly over the track. */
const SAMPLES = 64;
const SLIPS = 16;
/** Bytes around its place in which a directory is looked for. */
const AROUND = 1024 * 1024;
/** Directories that are looked for; the others are only asked whether they agree. */
const SOUGHT = 3;
/** Directories that are asked at most. */
const ASKED = 1000;
const SYNC = [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0];

function isSync(bytes: Uint8Array, at: number): boolean {
  return SYNC.every((byte, index) => bytes[at + index] === byte);
}

function decimal(byte: number): number {
  const [tens, ones] = [Math.floor(byte / 16), byte % 16];
  return tens > 9 || ones > 9 ? NaN : tens * 10 + ones;
}

/** Frames from 00:00:00 in the header of the sector at `at`; NaN where it is no address. */
function framesAt(bytes: Uint8Array, at: number): number {
  const [minute = 0, second = 0, frame = 0] = [12, 13, 14].map((place) =>
    decimal(bytes[at + place] ?? 255)
  );
  return second > 59 || frame > 74 ? NaN : (minute * 60 + second) * 75 + frame;
}

/** A sector in the file, and how far it is from where its address puts it. */
type Sample = { readonly at: number; readonly shift: number };

/** The raw sectors of one data track. */
class Headers {
  readonly #image: Image;
  readonly #stride: number;
  readonly #start: number;
  readonly #end: number;

  constructor(image: Image) {
    const { mapping, container, source } = image;
    const tracks = container.tracks ?? [];
    const first = tracks.findIndex(({ audio }) => !audio);
    this.#image = image;
    this.#stride = mapping.stride;
    this.#start = Math.max(tracks[first]?.index1 ?? 0, mapping.boundary(mapping.logicalStart));
    this.#end = tracks[first + 1]?.start ?? source.size;
  }

  async #read(at: number, length: number): Promise<Uint8Array> {
    return (await this.#image.readFile(at, new Uint8Array(length))).bytes;
  }

  /** The first sector with an address that begins in the stride from `at` on. */
  async sample(at: number): Promise<Sample | undefined> {
    const stride = this.#stride;
    let bytes = await this.#read(at, 16);
    let from = isSync(bytes, 0) ? 0 : -1;
    if (from < 0) {
      bytes = await this.#read(at, stride + 16);
      from = bytes.findIndex((_, index) => isSync(bytes, index));
    }
    const frames = from < 0 ? NaN : framesAt(bytes, from);
    if (Number.isNaN(frames) || at + from >= this.#end) return undefined;
    return { at: at + from, shift: at + from - frames * stride };
  }

  /** Sectors evenly over the track, those that have an address. */
  async *samples(): AsyncGenerator<Sample> {
    const sectors = Math.floor((this.#end - this.#start) / this.#stride);
    const step = Math.max(1, Math.floor(sectors / SAMPLES));
    for (let sector = 0; sector < sectors; sector += step) {
      const sample = await this.sample(this.#start + sector * this.#stride);
      if (sample !== undefined) yield sample;
    }
    const last = await this.sample(this.#end - 2 * this.#stride);
    if (last !== undefined && sectors > 2) yield last;
  }

  /** The last sector in its place and the first one off it, between two samples that differ. */
  async border(low: Sample, high: Sample): Promise<readonly [Sample, Sample]> {
    const stride = this.#stride;
    let [before, behind] = [low, high];
    while (behind.at - before.at > 2 * stride) {
      const half = Math.floor((behind.at - before.at) / 2 / stride) * stride;
      // Where the middle has no address, the sectors up to the border are asked in turn.
      let middle = await this.sample(before.at + half);
      if (middle === undefined || middle.at >= behind.at) {
        middle = await this.sample(before.at + stride);
      }
      if (middle === undefined || middle.at <= before.at || middle.at >= behind.at) break;
      if (middle.shift === before.shift) before = middle;
      else behind = middle;
    }
    return [before, behind];
  }

  /** How many of the sectors from `from` on, in steps of `step`, have the same shift. */
  async witnesses({ at, shift }: Sample, step: 1 | -1): Promise<number> {
    let count = 0;
    for (let sector = 0; sector < 2 * WITNESSES; sector++) {
      const place = at + step * sector * this.#stride;
      if (place < this.#start || place >= this.#end) break;
      const sample = await this.sample(place);
      if (sample?.shift === shift && sample.at === place) count++;
    }
    return count;
  }

  async slips(): Promise<Slip[]> {
    const slips: Slip[] = [];
    let last: Sample | undefined;
    for await (const sample of this.samples()) {
      if (last !== undefined && last.shift !== sample.shift && slips.length < SLIPS) {
        const slip = await this.#slip(last, sample);
        if (slip === undefined) continue;
        slips.push(slip);
      }
      last = sample;
    }
    return slips;
  }

  async #slip(low: Sample, high: Sample): Promise<Slip | undefined> {
    const [last, first] = await this.border(low, high);
    const bytes = first.shift - last.shift;
    const before = await this.witnesses(last, -1);
    const behind = await this.witnesses(first, 1);
    if (before < WITNESSES || behind < WITNESSES) return undefined;
    if (bytes % this.#stride === 0 && !this.#isMissed(bytes / this.#stride)) return undefined;
    // Of the last sector in its place only the header is known to be.
    const start = Math.min(last.at + 16, first.at);
    return { start, end: first.at, bytes, by: "headers", before, behind };
  }

  // Authored discs have addresses that jump, and nothing is missing: the size of the volume tells.
  #isMissed(sectors: number): boolean {
    const { mapping, volumeEnd, container } = this.#image;
    if (container.tracks !== undefined && container.tracks.length > 1) return false;
    const held = Math.floor(mapping.logicalSize / SECTOR);
    return volumeEnd > 0 && held - Math.ceil(volumeEnd / SECTOR) === sectors;
  }
}

/** A directory, by the place that the tree gives it. */
type Directory = { readonly start: number; readonly block: number };

function isOwn(bytes: Uint8Array, at: number, block: number): boolean {
  if (at < 0 || at + 34 > bytes.length || bytes[at + 32] !== 1 || bytes[at + 33] !== 0) {
    return false;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 34);
  return view.getUint32(2, true) === block && view.getUint32(6) === block;
}

/** Distances from its place at which the own record of a directory stands. */
async function distances(image: Image, { start, block }: Directory): Promise<number[]> {
  const from = Math.max(0, start - AROUND);
  const { bytes } = await image.read(from, start - from + AROUND);
  const low = block % 256;
  const found: number[] = [];
  for (
    let at = bytes.indexOf(low, 2);
    at >= 0 && found.length < 64;
    at = bytes.indexOf(low, at + 1)
  ) {
    if (isOwn(bytes, at - 2, block)) found.push(from + at - 2 - start);
  }
  return found;
}

/** Directories of the current trees, those that hold their records and those that do not. */
function directoriesOf(image: Image): { readonly good: Directory[]; readonly lost: Directory[] } {
  const good: Directory[] = [];
  const lost: Directory[] = [];
  for (const index of new Set(image.volumes.map(({ tree }) => tree))) {
    const tree = index === undefined ? undefined : image.trees[index];
    if (tree === undefined) continue;
    const isLost = [...tree.unreadable.values()].some((why) => why === "holds no records");
    if (!isLost) continue;
    for (let node = 0; node < tree.count; node++) {
      if (!tree.isDirectory(node) || tree.size(node) === 0) continue;
      const { start } = tree.extent(node, 0);
      const directory = { start, block: start / tree.blockSize };
      const why = tree.unreadable.get(node);
      if (why === "holds no records") lost.push(directory);
      else if (why === undefined) good.push(directory);
    }
  }
  return { good, lost };
}

async function slipOfDirectories(image: Image): Promise<Slip | undefined> {
  const { good: likely, lost: unread } = directoriesOf(image);
  if (unread.length === 0 || likely.length < WITNESSES) return undefined;
  const good: Directory[] = [];
  const lost = [...unread];
  for (const directory of likely.slice(0, ASKED)) {
    const { bytes } = await image.read(directory.start, 34);
    (isOwn(bytes, 0, directory.block) ? good : lost).push(directory);
  }
  if (lost.length < WITNESSES || good.length < WITNESSES) return undefined;
  const tried = new Set<number>();
  for (const sought of lost.slice(0, SOUGHT)) {
    for (const bytes of await distances(image, sought)) {
      if (tried.has(bytes) || bytes === 0) continue;
      tried.add(bytes);
      const slip = await slipBy(image, bytes, good, lost);
      if (slip !== undefined) return slip;
    }
  }
  return undefined;
}

async function slipBy(
  image: Image,
  bytes: number,
  good: readonly Directory[],
  lost: readonly Directory[],
): Promise<Slip | undefined> {
  const off: number[] = [];
  for (const { start, block } of lost.slice(0, ASKED)) {
    const reading = await image.read(start + bytes, 34);
    if (isOwn(reading.bytes, 0, block)) off.push(start);
  }
  if (off.length < WITNESSES) return undefined;
  const first = Math.min(...off);
  const before = good.filter(({ start }) => start < first);
  // What is in its place behind the point speaks against it.
  if (before.length < WITNESSES || good.length - before.length > 0) return undefined;
  const last = before.reduce((most, { start }) => Math.max(most, start), 0);
  const { mapping } = image;
  return {
    start: mapping.fileOffset(last + SECTOR - 1) + 1,
    end: mapping.fileOffset(first + bytes),
    bytes,
    by: "directories",
    before: before.length,
    behind: off.length,
  };
}

/** The points from which on an image is shifted. Reads little; never throws on image data. */
export async function readSlips(image: Image): Promise<readonly Slip[]> {
  const { container, mapping } = image;
  if (container.mode !== undefined && mapping.stride > SECTOR) {
    return await new Headers(image).slips();
  }
  const slip = await slipOfDirectories(image);
  return slip === undefined ? [] : [slip];
}
