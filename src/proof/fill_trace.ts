// Sectors that hold no data but a filling: zeros, one byte, a short period, the marker of a rescue tool.

import { SECTOR, type Span } from "../bytes/span.ts";
import { FillScan, rescueMarkers, sectorClass } from "../kernel/fill.ts";
import { type Kernels, sharedKernels } from "../kernel/kernels.ts";
import { Column } from "../model/columns.ts";
import type { SectorMapping } from "../model/mapping.ts";
import { stretches, wholeSectors } from "./stretches.ts";

/** Sectors of zeros that are worth a run: 32 KiB. */
const ZEROS = 16;
/** Runs kept; an image of more is format fill, or made to be. */
const RUNS = 100_000;

/** Bytes that media are filled with when they are formatted, or erased: they say nothing. */
const formatFill: ReadonlySet<number> = new Set([0xff, 0xf6, 0xe5]);

/** A run of sectors with one filling. */
export type FillRun = {
  /** Number of the first sector. */
  readonly first: number;
  readonly count: number;
  readonly kind: "zero" | "byte" | "period" | "dead" | "marker";
  /** What the sectors are filled with, in words. */
  readonly what: string;
};

const scans = new WeakMap<Kernels, FillScan>();

// The room that a scan takes of the kernels is never given back.
function scanOf(kernels: Kernels): FillScan {
  let scan = scans.get(kernels);
  if (scan === undefined) scans.set(kernels, scan = new FillScan(kernels));
  return scan;
}

/** Takes the bytes of a file in order, and keeps the runs of filled sectors. */
export class FillTrace {
  /** Runs past those that are kept. */
  passedOver = 0;
  /** The sector after the last that was looked at. */
  end = 0;
  readonly #kernels = sharedKernels();
  readonly #mapping: SectorMapping;
  readonly #first = new Column(Float64Array);
  readonly #count = new Column(Float64Array);
  readonly #class = new Column(Uint8Array);
  readonly #value = new Column(Uint32Array);
  #kind = 0;
  #filling = 0;
  #from = 0;

  /** Sectors lie as `mapping` says. */
  constructor(mapping: SectorMapping) {
    this.#mapping = mapping;
  }

  /** Whether there are kernels to look with. */
  get works(): boolean {
    return this.#kernels !== undefined;
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
    const { stride } = this.#mapping;
    const { first, count, at } = wholeSectors(this.#mapping, offset, bytes.length);
    const scan = scanOf(kernels);
    for (let done = 0; done < count; done += FillScan.most) {
      const part = Math.min(FillScan.most, count - done);
      const start = at + done * stride;
      kernels.window.set(bytes.subarray(start, start + (part - 1) * stride + SECTOR));
      const { classes, values } = scan.classify(0, part, SECTOR, stride);
      for (let index = 0; index < part; index++) {
        const kind = classes[index] ?? 0;
        if (kind === sectorClass.data && this.#kind === sectorClass.data) continue;
        this.#step(first + done + index, kind, values[index] ?? 0);
      }
    }
    this.end = Math.max(this.end, first + count);
  }

  #step(sector: number, kind: number, value: number): void {
    const isSame = kind === this.#kind && value === this.#filling && sector === this.end;
    if (isSame) {
      this.end = sector + 1;
      return;
    }
    this.#close();
    this.#kind = kind;
    this.#filling = value;
    this.#from = sector;
    this.end = sector + 1;
  }

  #close(): void {
    const count = this.end - this.#from;
    const kind = this.#kind;
    this.#kind = sectorClass.data;
    const isFormat = kind === sectorClass.byte && formatFill.has(this.#filling);
    if (kind === sectorClass.data || isFormat || (kind === sectorClass.zero && count < ZEROS)) {
      return;
    }
    if (this.#first.length >= RUNS) {
      this.passedOver++;
      return;
    }
    this.#first.push(this.#from);
    this.#count.push(count);
    this.#class.push(kind);
    this.#value.push(this.#filling);
  }

  /** The runs, in the order of the image. */
  *runs(): Generator<FillRun> {
    this.#close();
    for (let index = 0; index < this.#first.length; index++) {
      const kind = this.#class.get(index);
      const about = fillingOf(kind, this.#value.get(index));
      if (about === undefined) continue;
      yield { first: this.#first.get(index), count: this.#count.get(index), ...about };
    }
  }
}

function fillingOf(kind: number, value: number): Pick<FillRun, "kind" | "what"> | undefined {
  if (kind === sectorClass.zero) return { kind: "zero", what: "zeros" };
  if (kind === sectorClass.byte) return { kind: "byte", what: `bytes of ${hexByte(value)}h` };
  if (kind === sectorClass.word) {
    const bytes = [0, 8, 16, 24].map((shift) => hexByte(Math.floor(value / 2 ** shift) % 256));
    return { kind: "period", what: `the four bytes ${bytes.join(" ")}h again and again` };
  }
  if (kind === sectorClass.period) {
    return { kind: "period", what: `the same ${value} bytes again and again` };
  }
  const marker = rescueMarkers[kind - sectorClass.marker];
  // A sector of padding was never data.
  if (marker === undefined || marker.name === "dvdisaster padding sector") return undefined;
  if (marker.name === "dvdisaster dead sector") return { kind: "dead", what: marker.name };
  return { kind: "marker", what: `the text ${new TextDecoder().decode(marker.bytes)}` };
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0");
}
