// What only neighbouring raw sectors show: addresses that do not follow each other, modes that change.

import type { RawProblem } from "../model/raw_sectors.ts";
import type { RunNumbers } from "./raw_runs.ts";

/** Addresses run to 99:59:74, and those before LBA 0 stand at their end (ECMA-130:1996 14.2). */
const ADDRESSES = 450_000;
/** Sectors after which a shift of addresses counts as lasting. */
const LASTING = 16;

/** Takes a run: the number of its first sector, and how many there are. */
export type Emit = (
  problem: RawProblem,
  sector: number,
  sectors: number,
  numbers: RunNumbers,
) => void;

/** The LBA of an address that counts up to 99:59:74. */
function lbaOf(address: number): number {
  const absolute = ((address % ADDRESSES) + ADDRESSES) % ADDRESSES;
  return absolute >= 405_000 ? absolute - 450_150 : absolute - 150;
}

type Deviation = {
  readonly sector: number;
  readonly recorded: number;
  readonly expected: number;
  /** The last stretch of it in which all sectors are off by the same. */
  shift: number;
  since: number;
  sinceRecorded: number;
  streak: number;
};

/** The addresses of one track. A sector that has none that can be read is left out. */
export class Addresses {
  readonly #emit: Emit;
  /** Address minus sector number, modulo all addresses, and from which sector on it held. */
  #shift: number | undefined;
  #first = 0;
  #count = 0;
  #switched = false;
  #off: Deviation | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** The address that a sector should have, as minutes, seconds and frames in frames. */
  expected(sector: number): number | undefined {
    return this.#shift === undefined ? undefined : (this.#shift + sector) % ADDRESSES;
  }

  /** Takes the address of a sector, in frames. */
  take(sector: number, address: number): void {
    const shift = (((address - sector) % ADDRESSES) + ADDRESSES) % ADDRESSES;
    if (this.#shift === undefined) {
      this.#shift = shift;
      this.#first = sector;
    }
    if (shift === this.#shift) {
      this.#count++;
      if (this.#off !== undefined) this.#report(this.#off, sector);
      this.#off = undefined;
      return;
    }
    const off = this.#deviate(this.#shift, sector, address, shift);
    if (off.streak >= LASTING) this.#follow(this.#shift, off);
  }

  #deviate(base: number, sector: number, address: number, shift: number): Deviation {
    if (this.#off === undefined) {
      this.#off = {
        sector,
        recorded: lbaOf(address),
        expected: lbaOf(base + sector),
        shift,
        since: sector,
        sinceRecorded: lbaOf(address),
        streak: 1,
      };
    } else if (this.#off.shift === shift) this.#off.streak++;
    else {
      this.#off.shift = shift;
      this.#off.since = sector;
      this.#off.sinceRecorded = lbaOf(address);
      this.#off.streak = 1;
    }
    return this.#off;
  }

  // Sectors `[off.sector, end)` have other addresses than those around them.
  #report({ sector, recorded, expected }: Deviation, end: number): void {
    if (end > sector) this.#emit("sequence", sector, end - sector, { recorded, expected });
  }

  // The shift lasts: from now on it is what is expected.
  #follow(base: number, off: Deviation): void {
    this.#report(off, off.since);
    const { since, sinceRecorded, shift, streak } = off;
    if (!this.#switched && this.#count < LASTING) {
      const numbers = { recorded: lbaOf(base + this.#first), expected: lbaOf(shift + this.#first) };
      this.#emit("sequence", this.#first, off.sector - this.#first, numbers);
    } else {
      const numbers = { recorded: sinceRecorded, expected: lbaOf(base + since) };
      this.#emit("jump", since, 1, numbers);
    }
    this.#switched = true;
    this.#shift = shift;
    this.#count = streak;
    this.#off = undefined;
  }

  /** Ends the track; `end` is the number of the sector after its last. */
  finish(end: number): void {
    const off = this.#off;
    if (off === undefined || this.#shift === undefined) return;
    if (off.streak > 1) this.#follow(this.#shift, off);
    else this.#report(off, end);
  }
}

type Stretch = { readonly mode: number; readonly sector: number; sectors: number };

/** The modes of the sectors of one track. */
export class Modes {
  readonly #emit: Emit;
  #base: Stretch | undefined;
  #other: Stretch | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** The mode that the next sector should have. */
  get current(): number | undefined {
    const other = this.#other;
    return other !== undefined && other.sectors >= LASTING ? other.mode : this.#base?.mode;
  }

  /** The mode in which the track begins. */
  get base(): number | undefined {
    return this.#base?.mode;
  }

  /** Takes a sector whose mode is that of all before it, and says so; of others it takes nothing. */
  goesOn(mode: number): boolean {
    if (this.#other !== undefined || this.#base?.mode !== mode) return false;
    this.#base.sectors++;
    return true;
  }

  /** Takes the mode of a sector. */
  take(sector: number, mode: number): void {
    this.#base ??= { mode, sector, sectors: 0 };
    if (mode === this.#base.mode) {
      this.#report();
      this.#other = undefined;
      this.#base.sectors++;
    } else if (this.#other?.mode === mode) {
      this.#other.sectors++;
      // One sector at the start of a track is no stretch that others could differ from.
      if (this.#base.sectors > 1 || this.#other.sectors < 2) return;
      this.#base = this.#other;
      this.#other = undefined;
    } else {
      this.#report();
      this.#other = { mode, sector, sectors: 1 };
    }
  }

  // A single sector is none: its mode byte is damaged, or it was recorded so on purpose.
  #report(): void {
    const [base, other] = [this.#base, this.#other];
    if (base === undefined || other === undefined || other.sectors < 2) return;
    const numbers = { recorded: other.mode, expected: base.mode };
    this.#emit("mode-change", other.sector, other.sectors, numbers);
  }

  /** Ends the track. */
  finish(): void {
    this.#report();
  }
}
