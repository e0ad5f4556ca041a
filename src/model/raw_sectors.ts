// Facts about raw CD sectors (ECMA-130:1996 14, CD-ROM XA) that the audit's rules judge: runs of sectors.

import { Column } from "./columns.ts";

/** Bytes of a raw sector, without sub-channel. */
export const RAW_SECTOR = 2352;

/** How the codes of a sector are laid out. */
export type RawForm = "mode1" | "form1" | "form2";

/** What a run of raw sectors has in common. */
export type RawProblem =
  /** No sync pattern at all: audio, or nothing that a data track holds. */
  | "no-sync"
  /** A sync pattern of which some bytes are wrong. */
  | "sync"
  /** The address is not BCD. */
  | "address"
  /** Addresses that do not follow, and return to those that do. */
  | "sequence"
  /** Addresses that go on from another one: all that follow are shifted. */
  | "jump"
  /** The mode byte has no valid value, or one that the codes contradict. */
  | "mode"
  /** Sectors of another mode than those around them. */
  | "mode-change"
  /** The error-detection code is wrong. */
  | "edc"
  /** P parity, or in form 1 any parity, is wrong. */
  | "p"
  /** Q parity is wrong. */
  | "q";

/** What alone is wrong with a sector whose code holds once that is put right. */
export type RawRepair = "sync" | "address" | "sequence" | "mode";

/** Consecutive sectors with the same problem. */
export type RawRun = {
  readonly problem: RawProblem;
  /** First byte of the first sector in the file. */
  readonly offset: number;
  readonly sectors: number;
  /** Which codes: of `edc`, `p` and `q`. */
  readonly form?: RawForm;
  /** The code holds once this is put right: the user data are those that it was made of. */
  readonly repair?: RawRepair;
  /** Of `p` and `q`: the error-detection code of the same sectors is wrong, too. */
  readonly edcWrong?: boolean;
  /** Of `no-sync`: the byte that all sectors of the run consist of. Of `mode`: the mode byte. */
  readonly byte?: number;
  /** Of the first sector: a code, an address as LBA or as bytes, or a mode, and what it should be. */
  readonly recorded?: number;
  readonly expected?: number;
};

/** A stretch of sectors that one set of decisions is made for. */
export type RawTrack = {
  /** First byte in the file. */
  readonly offset: number;
  readonly sectors: number;
  /** Mode of most of its sectors, where they have one. */
  readonly mode?: number;
  /** Sectors of form 2: all, those without a code, and the first byte of the first of them. */
  readonly form2: { readonly count: number; readonly zero: number; readonly first: number };
  /** Run-in, link and run-out blocks: all, and the first byte and the mode byte of the first of them. */
  readonly blocks: { readonly count: number; readonly first: number; readonly byte: number };
};

/** What the codes of consecutive sectors say. The names are those of {@linkcode coverOf}. */
export const covers = {
  /** Nothing: no code, or none that counts. */
  none: 0,
  mode1: 1,
  /** The EDC holds, P or Q do not. */
  mode1Parity: 2,
  mode1Wrong: 3,
  /** The EDC is wrong, P and Q hold. */
  mode1Edc: 4,
  /** The EDC holds once sync and address are put right. */
  mode1Header: 5,
  /** Form 1 or 2, all codes hold. */
  mode2: 6,
  form1Parity: 7,
  form1Wrong: 8,
  form1Edc: 9,
  form2Wrong: 10,
  /** No sync pattern: whether that is damage, only the owner and the neighbours tell. */
  noSync: 11,
  /** The EDC of form 1 or 2 holds, whatever the header says. */
  mode2Data: 12,
} as const;

/** Bytes `[from, to)` of a sector. */
export type SectorPart = readonly [from: number, to: number];

type Cover = { readonly proven?: SectorPart; readonly contradicted?: SectorPart };

const parity: SectorPart = [2076, RAW_SECTOR];

// The zero bytes of Mode 1 (2068 to 2075) are under P and Q only; in Mode 2 no code is over sync and header.
const table: readonly Cover[] = [
  {},
  { proven: [0, RAW_SECTOR] },
  { proven: [0, 2068], contradicted: parity },
  { contradicted: [0, RAW_SECTOR] },
  { contradicted: [0, 2068] },
  { proven: [16, 2068], contradicted: [0, 16] },
  { proven: [16, RAW_SECTOR] },
  { proven: [16, 2076], contradicted: parity },
  { contradicted: [16, RAW_SECTOR] },
  { contradicted: [16, 2076] },
  { contradicted: [16, RAW_SECTOR] },
  {},
  { proven: [16, 2076] },
];

/** Which bytes of a sector its codes prove, and which they contradict. */
export function coverOf(cover: number): Cover {
  return table[cover] ?? {};
}

/** Whether the user data of a sector are proven (true), contradicted (false), or neither. */
export function vouchesForData(cover: number): boolean | undefined {
  const { proven, contradicted } = coverOf(cover);
  if (proven !== undefined) return true;
  return contradicted === undefined ? undefined : false;
}

/** Runs that are kept: a disc of 100 minutes whose sectors alternate in pairs still fits. */
const RUNS = 1 << 18;

/** What the codes of every sector say, as runs in the order of the file. */
export class CoverRuns {
  readonly #offset = new Column(Float64Array);
  readonly #sectors = new Column(Uint32Array);
  readonly #cover = new Column(Uint8Array);
  readonly #stride: number;
  /** The run under way: what the next sector may continue costs no look into the columns. */
  #begun = 0;
  #end = -1;
  #last = -1;

  constructor(stride: number) {
    this.#stride = stride;
  }

  /** Runs so far. */
  get count(): number {
    this.#close();
    return this.#offset.length;
  }

  /** Appends a sector; past the limit it is left out, as if nothing vouched for it. */
  add(offset: number, cover: number): void {
    if (offset !== this.#end || cover !== this.#last) {
      this.#close();
      this.#begun = offset;
      this.#last = cover;
    }
    this.#end = offset + this.#stride;
  }

  #close(): void {
    if (this.#last >= 0 && this.#offset.length < RUNS) {
      this.#offset.push(this.#begun);
      this.#sectors.push((this.#end - this.#begun) / this.#stride);
      this.#cover.push(this.#last);
    }
    this.#last = -1;
  }

  /** Replaces what runs from index `from` on say. */
  resolve(from: number, final: (cover: number) => number): void {
    for (let index = from; index < this.count; index++) {
      this.#cover.set(index, final(this.#cover.get(index)));
    }
  }

  /** Run `index`: first byte in the file, sectors, and one of {@linkcode covers}. */
  run(
    index: number,
  ): { readonly offset: number; readonly sectors: number; readonly cover: number } {
    return {
      offset: this.#offset.get(index),
      sectors: this.#sectors.get(index),
      cover: this.#cover.get(index),
    };
  }

  /** All runs, in the order of the file. */
  *[Symbol.iterator](): Generator<ReturnType<CoverRuns["run"]>> {
    for (let index = 0; index < this.count; index++) yield this.run(index);
  }
}

/** What the sectors of a raw image say of themselves. */
export type RawFacts = {
  /** Bytes from one sector to the next. */
  readonly stride: number;
  /** Sectors whose error-detection code was compared. */
  readonly checked: number;
  readonly tracks: readonly RawTrack[];
  /** The first runs of sectors with a problem, by offset, and the sectors of those not kept. */
  readonly runs: readonly RawRun[];
  readonly more: Readonly<Partial<Record<RawProblem, number>>>;
  readonly covers: CoverRuns;
};
