// Blocks that stand twice: an interrupted transfer that went on at the wrong place writes them.

import { SECTOR, type Span } from "../bytes/span.ts";
import { sectorFingerprints } from "../kernel/fingerprint.ts";
import { type Kernels, sharedKernels } from "../kernel/kernels.ts";
import type { SectorMapping } from "../model/mapping.ts";
import { stretches, wholeSectors } from "./stretches.ts";

/** Sectors that are remembered at most: repeats further apart than about so many are not seen. */
const REMEMBERED = 65_536;
const LEAST_REMEMBERED = 256;
/** Sectors of a block that is worth a word: 64 KiB. */
const LEAST = 32;
/** Blocks kept. */
const BLOCKS = 1000;
/** Sectors fingerprinted at a time. */
const BATCH = 256;

/** A run of sectors that are equal to those `distance` sectors before them. */
export type RepeatedRun = {
  readonly first: number;
  readonly count: number;
  readonly distance: number;
};

/** Takes the bytes of a file in order, and finds blocks that were there shortly before. */
export class RepeatTrace {
  /** Runs of at least 64 KiB that repeat what stood at one distance before them. */
  readonly runs: RepeatedRun[] = [];
  readonly #kernels = sharedKernels();
  readonly #mapping: SectorMapping;
  readonly #sectors: Float64Array;
  readonly #ids: Uint32Array;
  #first = 0;
  #count = 0;
  #distance = 0;

  /** Sectors lie as `mapping` says. */
  constructor(mapping: SectorMapping) {
    this.#mapping = mapping;
    const sectors = Math.max(LEAST_REMEMBERED, mapping.logicalSize / SECTOR);
    const places = Math.min(REMEMBERED, 2 ** Math.ceil(Math.log2(sectors)));
    this.#sectors = new Float64Array(places).fill(-1);
    this.#ids = new Uint32Array(places);
  }

  /** Takes the bytes of the file from `offset` on. */
  take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void {
    const kernels = this.#kernels;
    if (kernels === undefined) return;
    for (const part of stretches(offset, bytes, unread)) {
      if (!part.unread) this.#look(kernels, part.at, part.bytes);
    }
  }

  #look(kernels: Kernels, offset: number, bytes: Uint8Array): void {
    const { first, count, at } = wholeSectors(this.#mapping, offset, bytes.length);
    for (let done = 0; done < count; done += BATCH) {
      const part = Math.min(BATCH, count - done);
      const into = this.#gather(kernels, bytes, at, done, part);
      const { buffer, byteOffset } = sectorFingerprints(kernels, 0, SECTOR, part, into);
      const words = new Uint32Array(buffer, byteOffset, part * 4);
      for (let index = 0; index < part; index++) {
        this.#step(first + done + index, words[4 * index] ?? 0, words[4 * index + 1] ?? 0);
      }
    }
  }

  #gather(kernels: Kernels, bytes: Uint8Array, at: number, done: number, part: number): number {
    const { stride } = this.#mapping;
    const start = at + done * stride;
    if (stride === SECTOR) kernels.window.set(bytes.subarray(start, start + part * SECTOR));
    else {
      for (let index = 0; index < part; index++) {
        const from = start + index * stride;
        kernels.window.set(bytes.subarray(from, from + SECTOR), index * SECTOR);
      }
    }
    return part * SECTOR;
  }

  #step(sector: number, slot: number, id: number): void {
    const place = slot % this.#sectors.length;
    const last = this.#sectors[place] ?? -1;
    const isKnown = last >= 0 && this.#ids[place] === id;
    // Sectors of one filling are equal to the one before them: they say nothing.
    const distance = isKnown && sector - last > 1 ? sector - last : 0;
    this.#sectors[place] = sector;
    this.#ids[place] = id;
    if (this.#count > 0 && (distance !== this.#distance || sector !== this.#first + this.#count)) {
      this.finish();
    }
    if (distance === 0) return;
    if (this.#count === 0) {
      this.#first = sector;
      this.#distance = distance;
    }
    this.#count++;
  }

  /** Ends the run that is under way. */
  finish(): void {
    const run = { first: this.#first, count: this.#count, distance: this.#distance };
    if (run.count >= LEAST && this.runs.length < BLOCKS) this.runs.push(run);
    this.#count = 0;
  }
}
