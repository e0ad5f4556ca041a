// Which bytes of two images differ: one pass over both, sectors in a bitmap, stretches by owner.

import { breathe } from "../bytes/turn.ts";
import { PairScan } from "../kernel/pair.ts";
import type { DifferentRange } from "./result.ts";
import type { Side } from "./side.ts";

/** Bytes read from each image at a time, or a little less: whole sectors that stay in the cache. */
const PIECE = 512 * 1024;
/** Stretches listed one by one; as many more are folded by owner, and the rest into one. */
export const RANGES_LISTED = 10_000;

/** A piece in which the images differ. */
export type DifferentPiece = {
  /** Runs `[start, end)` of bytes, each of which differs; positions of the image. */
  readonly runs: () => Generator<[number, number]>;
};

/**
 * Reads the bytes that both images have, each once and in order, and yields the pieces that differ; the
 * next piece overwrites them. Bytes that the storage refused count as different.
 */
export async function* differentPieces(
  a: Side,
  b: Side,
  signal: AbortSignal | undefined,
  onBytes: (done: number) => void,
): AsyncGenerator<DifferentPiece> {
  const common = Math.min(a.size, b.size);
  const size = Math.max(1, Math.floor(PIECE / a.stride)) * a.stride;
  const pair = new PairScan(size, a.stride);
  for (let at = 0; at < common; at += size) {
    await breathe(signal);
    const length = Math.min(size, common - at);
    const [bytesA, bytesB] = [pair.a.subarray(0, length), pair.b.subarray(0, length)];
    const refused = [...await a.read(at, bytesA), ...await b.read(at, bytesB)];
    for (const [from, to] of refused) {
      for (let index = from; index < to; index++) bytesB[index] = ~(bytesA[index] ?? 0);
    }
    const differences = pair.compare(length);
    if (differences !== undefined) yield { runs: () => differences.runs(at) };
    onBytes(at + length);
  }
}

/** One bit a sector: those that differ. */
export class SectorSet {
  readonly #stride: number;
  readonly #bits: Uint8Array;
  /** Sectors marked. */
  count = 0;

  /** For positions up to `size`. */
  constructor(size: number, stride: number) {
    this.#stride = stride;
    this.#bits = new Uint8Array(Math.ceil(Math.ceil(size / stride) / 8));
  }

  /** Marks the sectors of the positions `[start, end)`. */
  mark(start: number, end: number): void {
    const last = Math.floor((end - 1) / this.#stride);
    for (let sector = Math.floor(start / this.#stride); sector <= last; sector++) {
      const at = Math.floor(sector / 8);
      const byte = this.#bits[at] ?? 0;
      const bit = 1 << (sector % 8);
      if ((byte & bit) !== 0) continue;
      this.#bits[at] = byte | bit;
      this.count++;
    }
  }

  /** Whether a sector of the positions `[start, end)` is marked; also where they are past the end. */
  any(start: number, end: number): boolean {
    if (end <= start) return false;
    const first = Math.floor(start / this.#stride);
    const last = Math.floor((end - 1) / this.#stride);
    if (first < 0 || last >= this.#bits.length * 8) return true;
    for (let sector = first; sector <= last;) {
      const byte = this.#bits[Math.floor(sector / 8)] ?? 0;
      if (byte === 0 && sector % 8 === 0) {
        sector += 8;
        continue;
      }
      if ((byte & (1 << (sector % 8))) !== 0) return true;
      sector++;
    }
    return false;
  }
}

type Open = {
  readonly indexA: number;
  readonly indexB: number;
  readonly start: number;
  end: number;
  different: number;
};

/** Told of every pair of regions that have a difference, once for each stretch. */
export type RegionPair = { readonly indexA: number; readonly indexB: number };

/** Folds runs of differing bytes into stretches that lie in one region of each image. */
export class RangeList {
  readonly #a: Side;
  readonly #b: Side;
  readonly #onPair: (pair: RegionPair) => void;
  readonly #listed: number;
  readonly #ranges: DifferentRange[] = [];
  #open: Open | undefined;
  #endA = 0;
  #endB = 0;
  #indexA = 0;
  #indexB = 0;
  /** Position at which the last stretch in the list begins. */
  #lastStart = 0;

  /** `onPair` is told of the regions of each stretch; up to `listed` of them are listed by themselves. */
  constructor(
    a: Side,
    b: Side,
    onPair: (pair: RegionPair) => void,
    listed: number = RANGES_LISTED,
  ) {
    this.#listed = listed;
    this.#a = a;
    this.#b = b;
    this.#onPair = onPair;
  }

  /** Takes a run of differing bytes; runs come in order. */
  add(start: number, end: number): void {
    for (let at = start; at < end;) {
      if (at >= this.#endA) ({ index: this.#indexA, end: this.#endA } = this.#a.regionAt(at));
      if (at >= this.#endB) ({ index: this.#indexB, end: this.#endB } = this.#b.regionAt(at));
      const until = Math.min(end, this.#endA, this.#endB);
      this.#take(at, until);
      at = until;
    }
  }

  #take(start: number, end: number): void {
    const open = this.#open;
    if (open !== undefined && open.indexA === this.#indexA && open.indexB === this.#indexB) {
      open.end = end;
      open.different += end - start;
      return;
    }
    this.#close();
    const pair = { indexA: this.#indexA, indexB: this.#indexB };
    this.#open = { ...pair, start, end, different: end - start };
    this.#onPair(pair);
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const { regions: regionsA } = this.#a.image;
    const { regions: regionsB } = this.#b.image;
    const [a, b] = [regionsA.region(open.indexA), regionsB.region(open.indexB)];
    this.#push({
      offsetA: this.#a.offset(open.start),
      offsetB: this.#b.offset(open.start),
      length: open.end - open.start,
      different: open.different,
      ownerA: a.owner,
      ownerB: b.owner,
      ...names(this.#a.image.regionName(a), this.#b.image.regionName(b)),
    }, open.start);
  }

  /** All stretches, and then those that only the longer image has. */
  finish(): readonly DifferentRange[] {
    this.#close();
    const common = Math.min(this.#a.size, this.#b.size);
    this.#tail(this.#a, common, "offsetA", "ownerA");
    this.#tail(this.#b, common, "offsetB", "ownerB");
    return this.#ranges;
  }

  #tail(
    side: Side,
    from: number,
    offset: "offsetA" | "offsetB",
    owner: "ownerA" | "ownerB",
  ): void {
    for (let at = from; at < side.size;) {
      const { index, end } = side.regionAt(at);
      const region = side.image.regions.region(index);
      const length = end - at;
      const range = { length, different: length, [offset]: side.offset(at) };
      const name = side.image.regionName(region);
      this.#push({ ...range, [owner]: region.owner, ...names(name, "") }, at);
      at = end;
    }
  }

  // What is not listed by itself joins the entry before it, so that every byte is under some entry.
  #push(range: DifferentRange, start: number): void {
    const ranges = this.#ranges;
    if (ranges.length < this.#listed) {
      ranges.push(range);
      return;
    }
    const last = ranges.length > this.#listed ? ranges.at(-1) : undefined;
    const sameSides = last !== undefined &&
      (last.offsetA === undefined) === (range.offsetA === undefined) &&
      (last.offsetB === undefined) === (range.offsetB === undefined);
    const sameOwners = last?.ownerA === range.ownerA && last?.ownerB === range.ownerB;
    const full = ranges.length >= 2 * this.#listed;
    if (last === undefined || !sameSides || (!sameOwners && !full)) {
      const { name: _, nameB: __, ...unnamed } = range;
      ranges.push({ ...unnamed, count: 1 });
      this.#lastStart = start;
      return;
    }
    const length = start + range.length - this.#lastStart;
    ranges[ranges.length - 1] = { ...joined(last, range, sameOwners), length };
  }
}

function joined(last: DifferentRange, next: DifferentRange, sameOwners: boolean): DifferentRange {
  const { ownerA, ownerB, ...rest } = last;
  return {
    ...rest,
    ...(sameOwners && ownerA !== undefined ? { ownerA } : {}),
    ...(sameOwners && ownerB !== undefined ? { ownerB } : {}),
    different: last.different + next.different,
    count: (last.count ?? 1) + 1,
  };
}

function names(a: string, b: string): { readonly name?: string; readonly nameB?: string } {
  const name = a === "" ? b : a;
  if (name === "") return {};
  return b === "" || b === name ? { name } : { name, nameB: b };
}
