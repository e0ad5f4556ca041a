// What the codes of raw sectors prove and contradict (ECMA-130:1996 14.3 to 14.6), byte by byte.

import { fileSpan, type Span } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";
import {
  coverOf,
  covers,
  RAW_SECTOR,
  type RawFacts,
  type SectorPart,
  vouchesForData,
} from "../model/raw_sectors.ts";
import { type ByteRange, Ranges } from "../model/ranges.ts";
import { lastAtOrBefore } from "../model/structures.ts";
import { isAudio, silences, stretchesOf } from "./raw_runs.ts";

/** Bytes of a range of the file, by what vouches for them. */
export type Measure = { readonly proven: number; readonly contradicted: number };

type Part = {
  readonly offset: number;
  readonly sectors: number;
  readonly proven: SectorPart;
  readonly contradicted: SectorPart;
  /** The user data are proven, contradicted, or neither. */
  readonly data: boolean | undefined;
  /** Bytes of all parts before this one. */
  readonly provenBefore: number;
  readonly contradictedBefore: number;
};

const NOTHING: SectorPart = [0, 0];
const WHOLE: SectorPart = [0, RAW_SECTOR];

/** The bytes of a raw image that the codes of its sectors vouch for, or contradict. */
export class RawProof {
  readonly #stride: number;
  readonly #parts: Part[] = [];
  #proven = 0;
  #contradicted = 0;

  /** `displaced` are sectors of other places, whatever their codes say. */
  constructor(image: Image, raw: RawFacts, displaced: Ranges = Ranges.none) {
    this.#stride = raw.stride;
    const lost = lostSectors(image, raw);
    let next = 0;
    for (const { offset, sectors, cover } of raw.covers) {
      if (cover === covers.noSync) {
        for (let at = lost[next]; at !== undefined && at.start < offset + sectors * raw.stride;) {
          this.#add(at.start, at.length / raw.stride, NOTHING, WHOLE, false);
          at = lost[++next];
        }
        continue;
      }
      const { proven = NOTHING, contradicted = NOTHING } = coverOf(cover);
      if (proven === NOTHING && contradicted === NOTHING) continue;
      const add = (from: number, to: number, isOther: boolean) => {
        const count = Math.round((to - from) / raw.stride);
        if (count === 0) return;
        if (isOther) this.#add(from, count, NOTHING, WHOLE, false);
        else this.#add(from, count, proven, contradicted, vouchesForData(cover));
      };
      const end = offset + sectors * raw.stride;
      let at = offset;
      for (let index = displaced.after(offset); displaced.start(index) < end; index++) {
        const from = Math.max(at, displaced.start(index));
        const to = Math.min(end, displaced.end(index));
        add(at, from, false);
        add(from, to, true);
        at = to;
      }
      add(at, end, false);
    }
  }

  #add(
    offset: number,
    sectors: number,
    proven: SectorPart,
    contradicted: SectorPart,
    data: boolean | undefined,
  ): void {
    const [provenBefore, contradictedBefore] = [this.#proven, this.#contradicted];
    const part = { offset, sectors, proven, contradicted, data, provenBefore, contradictedBefore };
    this.#parts.push(part);
    this.#proven += sectors * (proven[1] - proven[0]);
    this.#contradicted += sectors * (contradicted[1] - contradicted[0]);
  }

  /** Bytes `[start, end)` of the file. */
  measure(start: number, end: number): Measure {
    const [from, to] = [this.#before(start), this.#before(end)];
    return {
      proven: to.proven - from.proven,
      contradicted: to.contradicted - from.contradicted,
    };
  }

  #before(at: number): Measure {
    const parts = this.#parts;
    const part = parts[lastAtOrBefore(parts.length, at, (index) => parts[index]?.offset)];
    if (part === undefined) return { proven: 0, contradicted: 0 };
    const { offset, sectors, proven, contradicted, provenBefore, contradictedBefore } = part;
    const within = Math.min(at - offset, sectors * this.#stride);
    return {
      proven: provenBefore + this.#within(within, proven),
      contradicted: contradictedBefore + this.#within(within, contradicted),
    };
  }

  // Bytes of the same part of every sector in the first `length` bytes of a run.
  #within(length: number, [from, to]: SectorPart): number {
    const whole = Math.floor(length / this.#stride);
    const rest = length - whole * this.#stride;
    return whole * (to - from) + Math.min(to - from, Math.max(0, rest - from));
  }

  /** Whole sectors whose user data are proven (`holds`), or contradicted, in the order of the file. */
  *sectors(holds: boolean): Generator<ByteRange> {
    for (const { data, offset, sectors } of this.#parts) {
      if (data === holds) yield { start: offset, end: offset + sectors * this.#stride };
    }
  }
}

/** Sectors without sync that something owns, and that are no audio. */
function lostSectors(image: Image, raw: RawFacts): Span[] {
  const spans: Span[] = [];
  for (const [run, silence] of silences(raw)) {
    for (const stretch of stretchesOf(image, run, raw.stride)) {
      if (!stretch.owned || isAudio(image, stretch, silence)) continue;
      spans.push(fileSpan(stretch.offset, stretch.sectors * raw.stride));
    }
  }
  return spans.sort((a, b) => a.start - b.start);
}
