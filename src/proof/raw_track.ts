// One track of raw sectors (ECMA-130:1996 14, 20; CD-ROM XA): some things about a sector can only be said when
// all of its track are known, such as whether form 2 has a code at all.

import { sectorWords } from "../kernel/sector_words.ts";
import { sectorBits, sectorKind, sectorKinds } from "../kernel/sectors.ts";
import {
  covers,
  type RawForm,
  type RawProblem,
  type RawRepair,
  type RawTrack,
} from "../model/raw_sectors.ts";
import { Addresses, Modes } from "./raw_order.ts";
import {
  addressBytes,
  codeOf,
  fillOf,
  headerOf,
  heldForm,
  holdsWithHeader,
  statedForm,
  withSync,
} from "./raw_repair.ts";
import type { Pending, RawSink, RunNumbers } from "./raw_runs.ts";

const { noSync, mode1, form1, form2, mode0, formless, unknownMode, blockIndicator } = sectorKinds;
const { syncDamaged, edcWrong, pWrong, qWrong, edcZero, parityZero, addressInvalid } = sectorBits;

/** Bits of a word that nothing here asks for. */
const HARMLESS = sectorBits.fieldNotZero | sectorBits.headerInParity | sectorBits.copiesDiffer;

/** Covers that the end of the track turns into others. */
const undecided = { form2: 16, formless: 17, codeless1: 18, codeless2: 19 } as const;

/** The mode of each kind of sector; -1 where it has none. */
const modes: readonly number[] = [-1, 1, 2, 2, 0, 2, -1, -1];

/** A byte in BCD as its value; of others the value is of no use. */
const bcd = Uint8Array.from({ length: 256 }, (_, byte) => Math.floor(byte / 16) * 10 + byte % 16);

/** The address of the sector at `at`, in frames. */
function addressOf(bytes: Uint8Array, at = 0): number {
  const minute = bcd[bytes[at + 12] ?? 0] ?? 0;
  const second = bcd[bytes[at + 13] ?? 0] ?? 0;
  return (minute * 60 + second) * 75 + (bcd[bytes[at + 14] ?? 0] ?? 0);
}

/** A sector under way. */
type Sector = {
  readonly offset: number;
  /** Number of the sector in its track. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly word: number;
  readonly kind: number;
  /** In frames from 00:00:00; undefined where it is not BCD. */
  readonly address: number | undefined;
};

/** Takes the sectors of one track in order. */
export class RawTrackCheck {
  readonly #offset: number;
  readonly #sink: RawSink;
  readonly #addresses: Addresses;
  readonly #modes: Modes;
  /** First run of covers that is of this track. */
  readonly #firstCover: number;
  readonly #count = { held: 0, coded: 0, codeless: 0, form2: 0, zero: 0, held2: 0, wrong2: 0 };
  #firstForm2 = 0;
  // A disc that was written in packets has some thousand stretches of them: they are counted only.
  #blocks: RawTrack["blocks"] = { count: 0, first: 0, byte: 0 };
  #finished = false;

  /** Begins a track at a byte of the file. */
  constructor(offset: number, sink: RawSink) {
    this.#offset = offset;
    this.#sink = sink;
    this.#firstCover = sink.covers.count;
    const emit = (problem: RawProblem, sector: number, sectors: number, numbers: RunNumbers) =>
      void sink.runs.push(problem, offset + sector * sink.stride, sectors, {}, numbers);
    this.#addresses = new Addresses(emit);
    this.#modes = new Modes(emit);
  }

  /** Whether the track has ended; sectors without sync may follow. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Takes the sector at `at` if all of it is as it should be, and says so; that is nearly every sector, so no
   * object is made for it. Of others it takes nothing.
   */
  takeWhole(offset: number, bytes: Uint8Array, at: number, word: number): boolean {
    const kind = word & ~HARMLESS;
    if (kind !== mode1 && kind !== form1 && kind !== form2) return false;
    const number = (offset - this.#offset) / this.#sink.stride;
    // Each of the two takes the sector where it says yes, so the one that may say no comes first.
    const address = addressOf(bytes, at);
    if (this.#modes.current !== modes[kind] || this.#addresses.expected(number) !== address) {
      return false;
    }
    if (!this.#modes.goesOn(modes[kind] ?? -1)) return false;
    this.#addresses.take(number, address);
    const count = this.#count;
    if (kind === form2) {
      if (count.form2++ === 0) this.#firstForm2 = offset;
      count.held2++;
    } else {
      count.coded++;
      count.held++;
    }
    this.#sink.checked++;
    this.#sink.covers.add(offset, kind === mode1 ? covers.mode1 : covers.mode2);
    return true;
  }

  /** Takes a sector of 2352 bytes and its word; says whether it is one of a data track. */
  take(offset: number, bytes: Uint8Array, word: number): boolean {
    const known = sectorKind(word) === noSync ? this.#wordWithoutSync(bytes) : word;
    const kind = sectorKind(known);
    if (kind === noSync) {
      const byte = fillOf(bytes);
      this.#sink.runs.add("no-sync", offset, byte === undefined ? {} : { byte });
      this.#sink.covers.add(offset, covers.noSync);
      return false;
    }
    const number = (offset - this.#offset) / this.#sink.stride;
    const address = (known & addressInvalid) !== 0 ? undefined : addressOf(bytes);
    this.#data({ offset, number, bytes, word: known, kind, address });
    return true;
  }

  // Fewer than 9 of 12 bytes of the sync are right; what follows them may be whole all the same.
  #wordWithoutSync(bytes: Uint8Array): number {
    const mode = bytes[15];
    if (this.#finished || (mode !== 1 && mode !== 2)) return noSync;
    const holds = mode === 1
      ? holdsWithHeader(bytes, headerOf(bytes.subarray(12), 1))
      : heldForm(bytes) !== undefined;
    if (!holds) return noSync;
    const [word = noSync] = sectorWords(withSync(bytes), bytes.length);
    return word | syncDamaged | (mode === 1 ? edcWrong : 0);
  }

  #data(sector: Sector): void {
    const { offset, number, word, kind, address } = sector;
    if (kind === blockIndicator) return this.#block(sector);
    const mode = modes[kind] ?? -1;
    const isOther = this.#modes.current !== undefined && mode !== this.#modes.current;
    const isUnproven = (word & edcWrong) !== 0 || kind === formless || mode < 1;
    const isMode = isOther && isUnproven && this.#holdsAsOthers(sector);
    const repair = isMode ? "mode" : this.#codes(sector);
    if (!isMode && mode >= 0) this.#modes.take(number, mode);
    if ((word & syncDamaged) !== 0) this.#sink.runs.add("sync", offset, repairOf(repair));
    if (address !== undefined) return this.#addresses.take(number, address);
    // Only the code of Mode 1 is over the header; where it holds, the address was recorded so.
    const isDamaged = mode === 1 && (word & edcWrong) !== 0;
    const details = isDamaged ? repairOf(repair) : {};
    this.#sink.runs.add("address", offset, details, () => this.#addressNumbers(sector));
  }

  // Of such blocks the codes may be wrong, and the addresses no addresses, without damage. The code of Mode 1
  // is over the mode byte: where it holds without the indicator, that is the damage.
  #block(sector: Sector): void {
    const { offset, bytes } = sector;
    if (this.#modes.current === 1 && this.#holdsAsOthers(sector)) return;
    const { count, first, byte } = this.#blocks;
    this.#blocks = count === 0
      ? { count: 1, first: offset, byte: bytes[15] ?? 0 }
      : { count: count + 1, first, byte };
    const holds = this.#modes.current === 2 && heldForm(bytes) !== undefined;
    this.#sink.covers.add(offset, holds ? covers.mode2Data : covers.none);
  }

  #addressNumbers({ bytes, number }: Sector): RunNumbers {
    const recorded = numberOf(bytes.subarray(12, 15));
    const expected = this.#addresses.expected(number);
    return expected === undefined
      ? { recorded }
      : { recorded, expected: numberOf(addressBytes(expected)) };
  }

  // The mode byte says one thing, the codes say that the sector is like those around it.
  #holdsAsOthers({ offset, bytes }: Sector): boolean {
    const current = this.#modes.current;
    const holds = current === 1
      ? holdsWithHeader(bytes, headerOf(bytes.subarray(12), 1))
      : current === 2 && heldForm(bytes) !== undefined;
    if (!holds || current === undefined) return false;
    const details = { repair: "mode" as const, byte: bytes[15] ?? 0 };
    this.#sink.runs.add("mode", offset, details, () => ({ expected: current }));
    this.#sink.checked++;
    this.#sink.covers.add(offset, current === 1 ? covers.mode1Header : covers.mode2Data);
    return true;
  }

  /** Judges the codes of a sector; says what alone is wrong where its code holds but for that. */
  #codes(sector: Sector): RawRepair | undefined {
    const { offset, kind } = sector;
    if (kind === mode1) return this.#mode1(sector);
    if (kind === form1) return this.#form1(sector);
    if (kind === form2) return this.#form2(sector);
    if (kind === unknownMode) return this.#unknown(sector);
    if (kind === formless) return this.#formless(sector);
    this.#sink.covers.add(offset, covers.none);
    // Mode 0 has no data that could be lost.
    return kind === mode0 ? "sync" : undefined;
  }

  #mode1(sector: Sector): RawRepair | undefined {
    const { offset, word } = sector;
    const runs = this.#sink.covers;
    if (this.#isCodeless(sector, "mode1")) {
      runs.add(offset, undecided.codeless1);
      return undefined;
    }
    this.#sink.checked++;
    this.#count.coded++;
    const isEdcWrong = (word & edcWrong) !== 0;
    const isParityWrong = this.#parity(sector, "mode1", isEdcWrong);
    if (!isEdcWrong) {
      this.#count.held++;
      runs.add(offset, isParityWrong ? covers.mode1Parity : covers.mode1);
      return "sync";
    }
    const repair = this.#repair(sector);
    this.#wrong(sector, "mode1", repair);
    if (repair !== undefined) {
      this.#count.held++;
      runs.add(offset, covers.mode1Header);
    } else runs.add(offset, isParityWrong ? covers.mode1Wrong : covers.mode1Edc);
    return repair;
  }

  // The code of Mode 1 is over sync and header, too: with those as they should be it may hold.
  #repair({ bytes, word, number, address }: Sector): RawRepair | undefined {
    const recorded = bytes.subarray(12, 15);
    const isSync = (word & syncDamaged) !== 0;
    if (isSync && holdsWithHeader(bytes, headerOf(recorded, 1))) return "sync";
    const expected = this.#addresses.expected(number);
    if (expected === undefined || expected === address) return undefined;
    if (!holdsWithHeader(bytes, headerOf(addressBytes(expected), 1))) return undefined;
    return address === undefined ? "address" : "sequence";
  }

  #form1(sector: Sector): RawRepair | undefined {
    const { offset, word } = sector;
    const runs = this.#sink.covers;
    if (this.#isCodeless(sector, "form1")) {
      runs.add(offset, undecided.codeless2);
      return undefined;
    }
    const isEdcWrong = (word & edcWrong) !== 0;
    const isParityWrong = this.#parity(sector, "form1", isEdcWrong);
    if (isEdcWrong) {
      this.#sink.checked++;
      this.#count.coded++;
      this.#wrong(sector, "form1");
      runs.add(offset, isParityWrong ? covers.form1Wrong : covers.form1Edc);
      return undefined;
    }
    // The code of zeros is zero: where it is, it holds without proving anything.
    if ((word & edcZero) !== 0) {
      runs.add(offset, covers.none);
      return "sync";
    }
    this.#sink.checked++;
    this.#count.coded++;
    this.#count.held++;
    runs.add(offset, isParityWrong ? covers.form1Parity : covers.mode2);
    return "sync";
  }

  #form2(sector: Sector): RawRepair | undefined {
    const { offset, word } = sector;
    const count = this.#count;
    if (count.form2++ === 0) this.#firstForm2 = offset;
    if ((word & edcZero) !== 0) {
      count.zero++;
      this.#sink.covers.add(offset, covers.none);
      return undefined;
    }
    this.#sink.checked++;
    if ((word & edcWrong) === 0) {
      count.held2++;
      this.#sink.covers.add(offset, covers.mode2);
      return "sync";
    }
    count.wrong2++;
    this.#wrong(sector, "form2", undefined, "form2");
    this.#sink.covers.add(offset, undecided.form2);
    return undefined;
  }

  #formless(sector: Sector): undefined {
    this.#wrong(sector, statedForm(sector.bytes), undefined, "formless");
    this.#sink.covers.add(sector.offset, undecided.formless);
  }

  // What the sector holds can only be taken as what its neighbours hold, and that does not fit.
  #unknown(sector: Sector): undefined {
    const { offset, bytes } = sector;
    this.#sink.runs.add("mode", offset, { byte: bytes[15] ?? 0 });
    if (this.#modes.current === 2) return this.#formless(sector);
    if (this.#modes.current !== 1) return void this.#sink.covers.add(offset, covers.none);
    this.#wrong(sector, "mode1");
    this.#sink.covers.add(offset, covers.mode1Wrong);
  }

  // A code of zero and parity of zeros: none was made, unless all others have one.
  #isCodeless(sector: Sector, form: RawForm): boolean {
    const all = edcWrong | edcZero | parityZero;
    if ((sector.word & all) !== all) return false;
    this.#count.codeless++;
    this.#wrong(sector, form, undefined, "codeless");
    return true;
  }

  #wrong({ offset, bytes }: Sector, form: RawForm, repair?: RawRepair, pending?: Pending): void {
    const details = {
      form,
      ...repairOf(repair),
      ...(pending === undefined ? {} : { pending }),
    };
    this.#sink.runs.add("edc", offset, details, () => codeOf(bytes, form));
  }

  #parity({ offset, word }: Sector, form: RawForm, isEdcWrong: boolean): boolean {
    const details = { form, edcWrong: isEdcWrong };
    const [p, q] = [(word & pWrong) !== 0, (word & qWrong) !== 0];
    // The catalogue has one rule for both of form 1.
    if (p || (q && form === "form1")) this.#sink.runs.add("p", offset, details);
    if (q && form === "mode1") this.#sink.runs.add("q", offset, details);
    return p || q;
  }

  /** Ends the track: `end` is the byte of the file after its last sector. Later calls do nothing. */
  finish(end: number): void {
    if (this.#finished) return;
    this.#finished = true;
    const { held, coded, codeless, form2, zero, held2, wrong2 } = this.#count;
    const { stride, runs } = this.#sink;
    const sectors = Math.max(0, Math.round((end - this.#offset) / stride));
    this.#addresses.finish(sectors);
    this.#modes.finish();
    const isProblem: Readonly<Record<Pending, boolean>> = {
      // Where most values are no codes, the field is none (the Green Book reserves it).
      form2: held2 > 0 && held2 >= wrong2,
      formless: held + held2 > 0,
      codeless: coded > codeless,
    };
    runs.settle((pending) => isProblem[pending]);
    const final = new Map<number, number>([
      [undecided.form2, isProblem.form2 ? covers.form2Wrong : covers.none],
      [undecided.formless, isProblem.formless ? covers.form1Wrong : covers.none],
      [undecided.codeless1, isProblem.codeless ? covers.mode1Wrong : covers.none],
      [undecided.codeless2, isProblem.codeless ? covers.form1Wrong : covers.none],
    ]);
    this.#sink.covers.resolve(this.#firstCover, (cover) => final.get(cover) ?? cover);
    const mode = this.#modes.base;
    this.#sink.addTrack({
      offset: this.#offset,
      sectors,
      ...(mode === undefined ? {} : { mode }),
      form2: { count: form2, zero, first: this.#firstForm2 },
      blocks: this.#blocks,
    });
  }
}

function repairOf(repair: RawRepair | undefined): { readonly repair?: RawRepair } {
  return repair === undefined ? {} : { repair };
}

function numberOf([a = 0, b = 0, c = 0]: Uint8Array): number {
  return (a * 256 + b) * 256 + c;
}
