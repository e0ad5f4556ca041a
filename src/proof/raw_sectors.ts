// Raw sectors as they come by (ECMA-130:1996 14, CD-ROM XA): what their sync, header and codes say. The words
// come from the kernels; here they become runs of sectors, track by track.

import { sectorWords } from "../kernel/sector_words.ts";
import { sectorKind, sectorKinds } from "../kernel/sectors.ts";
import type { Image, SheetTrack } from "../model/image.ts";
import { RAW_SECTOR, type RawFacts } from "../model/raw_sectors.ts";
import { RawSink } from "./raw_runs.ts";
import { RawTrackCheck } from "./raw_track.ts";

const SYNCED_DATA = [16, 24];
/** Sectors without sync that are taken for an audio track: the shortest track has 4 seconds. */
const AUDIO = 300;

/** A track of the file: bytes `[start, end)`. */
type Span = {
  readonly start: number;
  readonly end: number;
  readonly audio: boolean;
  /** Sectors before this byte may be audio: a pause after an audio track. */
  readonly pauseEnd: number;
};

/** Takes the raw sectors of a file in order; of an image without raw sectors it wants none. */
export class SectorCheck {
  /** Whether the image has raw sectors with sync and header. */
  readonly wanted: boolean;
  readonly #stride: number;
  /** File offset of the first whole sector, less than a stride. */
  readonly #origin: number;
  readonly #tracks: readonly Span[];
  /** Whether nothing but the sectors themselves tells where a track ends. */
  readonly #bare: boolean;
  readonly #sink: RawSink;
  #track = 0;
  #check: RawTrackCheck | undefined;
  /** Where the present run of sectors without sync begins, and how many there are. */
  #silentFrom = 0;
  #silent = 0;
  #end = 0;

  constructor(image: Image) {
    const { mapping, container, source } = image;
    const { stride, dataOffset, logicalStart } = mapping;
    this.wanted = stride >= RAW_SECTOR && SYNCED_DATA.includes(dataOffset);
    this.#stride = stride;
    this.#origin = mapping.boundary(logicalStart) % stride;
    this.#bare = container.tracks === undefined;
    this.#tracks = spansOf(container.tracks ?? [], source.size);
    this.#sink = new RawSink(stride);
  }

  /**
   * Takes the bytes of the file from `offset` on, with the word of each whole sector in them; without
   * `words` they are computed. Sectors that either end cuts are left out.
   */
  take(offset: number, bytes: Uint8Array, words?: Uint32Array): void {
    if (!this.wanted) return;
    const stride = this.#stride;
    const skipped = (stride - (offset - this.#origin) % stride) % stride;
    const known = words ?? sectorWords(bytes.subarray(skipped), stride);
    for (let at = skipped, index = 0; at + RAW_SECTOR <= bytes.length; at += stride, index++) {
      this.#sector(offset + at, bytes, at, known[index] ?? 0);
    }
  }

  #sector(offset: number, bytes: Uint8Array, at: number, word: number): void {
    const track = this.#trackAt(offset);
    this.#end = offset + this.#stride;
    if (track.audio) return;
    if (this.#check !== undefined && !this.#check.finished) {
      if (this.#check.takeWhole(offset, bytes, at, word)) {
        this.#silent = 0;
        return;
      }
    }
    const hasSync = sectorKind(word) !== sectorKinds.noSync;
    if (this.#check === undefined || (this.#check.finished && hasSync)) {
      this.#check = new RawTrackCheck(offset, this.#sink);
    }
    const sector = bytes.subarray(at, at + RAW_SECTOR);
    if (!hasSync && offset < track.pauseEnd) return;
    if (this.#check.take(offset, sector, word)) {
      this.#silent = 0;
      return;
    }
    if (this.#silent === 0) this.#silentFrom = offset;
    this.#silent++;
    // Where no sheet tells of tracks, so long a silence ends one: what follows is the next.
    if (this.#bare && this.#silent === AUDIO) this.#check.finish(this.#silentFrom);
  }

  #trackAt(offset: number): Span {
    let track = this.#tracks[this.#track] ?? NO_TRACK;
    while (offset >= track.end && this.#track + 1 < this.#tracks.length) {
      this.#check?.finish(track.end);
      this.#check = undefined;
      this.#silent = 0;
      track = this.#tracks[++this.#track] ?? NO_TRACK;
    }
    return track;
  }

  /** What was found, or undefined where no raw sector came by. */
  facts(): RawFacts | undefined {
    if (this.#end === 0) return undefined;
    this.#check?.finish(this.#end);
    this.#check = undefined;
    return this.#sink.facts();
  }
}

// The pause of a track is part of it (ECMA-130:1996 20). One between audio and data begins as audio.
function spansOf(tracks: readonly SheetTrack[], size: number): Span[] {
  return tracks.map(({ audio, start, index1 }, number) => ({
    start: number === 0 ? 0 : start,
    end: tracks[number + 1]?.start ?? size,
    audio,
    pauseEnd: tracks[number - 1]?.audio === true ? index1 : 0,
  }));
}

const NO_TRACK: Span = { start: 0, end: Infinity, audio: false, pauseEnd: 0 };
