// The Rock Ridge entries of one record side by side, and the checks that look at them (RRIP 1.12 4.1).

import { symbolicLink } from "../../decode/rockridge/layout.ts";
import type { DirectoryView, RecordView, SystemUseEntry } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { type Hit, nothing, type TreeCheck, type TreeJudge } from "../rule.ts";
import { type TreeContext, treeContext } from "./tally.ts";

/** Entries by the bits that RR of RRIP 1.09 has for them. */
export const indexBits = {
  PX: 1,
  PN: 2,
  SL: 4,
  NM: 8,
  CL: 16,
  PL: 32,
  RE: 64,
  TF: 128,
} as const;

/** Mode bits of the file type (RRIP 1.12 4.1.1). */
export const TYPE_BITS = 0xf000;
/** File type of a symbolic link. */
export const LINK_TYPE = 0xa000;

/**
 * The entries of one record: of each kind the last one, as readers have it. One object serves the records
 * of a tree in turn: a million of them would cost more than the checks.
 */
export class RockRidgeEntries {
  attributes: SystemUseEntry | undefined;
  device: SystemUseEntry | undefined;
  link: SystemUseEntry | undefined;
  lastLink: SystemUseEntry | undefined;
  name: SystemUseEntry | undefined;
  lastName: SystemUseEntry | undefined;
  index: SystemUseEntry | undefined;
  sparse: SystemUseEntry | undefined;
  relocated: SystemUseEntry | undefined;
  stamps: SystemUseEntry | undefined;
  /** The first AL entry: where the attributes of AAIP begin. */
  list: SystemUseEntry | undefined;
  /** Bytes of all NM entries together. */
  nameLength = 0;
  /** {@linkcode indexBits} of the entries that are there. */
  present = 0;

  /** Takes the entries of a record in place of those of the one before. */
  read(systemUse: readonly SystemUseEntry[]): void {
    this.attributes =
      this.device =
      this.link =
      this.lastLink =
      this.name =
        undefined;
    this.lastName =
      this.index =
      this.sparse =
      this.relocated =
      this.stamps =
        undefined;
    this.list = undefined;
    this.nameLength = this.present = 0;
    for (let index = 0; index < systemUse.length; index++) {
      const entry = systemUse[index];
      if (entry !== undefined) this.#take(entry);
    }
  }

  #take(entry: SystemUseEntry): void {
    const { signature } = entry;
    // The four that nearly every record has come first.
    if (signature === "PX") {
      this.attributes = entry;
      this.present |= indexBits.PX;
    } else if (signature === "TF") {
      this.stamps = entry;
      this.present |= indexBits.TF;
    } else if (signature === "NM") {
      this.name ??= entry;
      this.lastName = entry;
      this.nameLength += Math.max(0, entry.length - symbolicLink.size);
      this.present |= indexBits.NM;
    } else if (signature === "RR") this.index = entry;
    else this.#takeRare(entry);
  }

  #takeRare(entry: SystemUseEntry): void {
    switch (entry.signature) {
      case "SL":
        this.link ??= entry;
        this.lastLink = entry;
        this.present |= indexBits.SL;
        break;
      case "PN":
        this.device = entry;
        this.present |= indexBits.PN;
        break;
      case "RE":
        this.relocated = entry;
        this.present |= indexBits.RE;
        break;
      case "AL":
        this.list ??= entry;
        break;
      case "SF":
        this.sparse = entry;
        break;
      case "CL":
        this.present |= indexBits.CL;
        break;
      case "PL":
        this.present |= indexBits.PL;
    }
  }

  /** File mode, LSB first copy; 0 where it is not recorded. */
  get mode(): number {
    const entry = this.attributes;
    if (entry === undefined || entry.length < 8) return 0;
    return byteAt(entry, 4) + byteAt(entry, 5) * 0x100;
  }
}

/** A byte of an entry. */
export function byteAt({ field, at }: SystemUseEntry, offset: number): number {
  return field[at + offset] ?? 0;
}

/** A number of an entry, LSB first copy. */
export function numberAt(entry: SystemUseEntry, offset: number): number {
  return byteAt(entry, offset) + byteAt(entry, offset + 1) * 0x100 +
    byteAt(entry, offset + 2) * 0x10000 + byteAt(entry, offset + 3) * 0x1000000;
}

/** Which record the entries are of. */
export type EntriesOwner = {
  readonly record: RecordView;
  /** The node that it is about: that of its directory where it is `.` or `..`. */
  readonly node: number;
};

/** Judges the records of a tree by their Rock Ridge entries. */
export type EntriesJudge = {
  readonly record: (entries: RockRidgeEntries, owner: EntriesOwner) => void;
  readonly end: () => Iterable<Hit>;
};

/** Begins to judge a tree with Rock Ridge. */
export type EntriesCheck = (context: TreeContext) => EntriesJudge;

/** One check of a tree out of several: each record is looked through once for all of them. */
export function ofRockRidge(checks: readonly EntriesCheck[]): TreeCheck {
  return (number: number, image: Image): TreeJudge | undefined => {
    const context = treeContext(number, image);
    if (context === undefined || !context.tree.hasRockRidge) return undefined;
    const judges = checks.map((check) => check(context));
    const entries = new RockRidgeEntries();
    return {
      part({ records, node: directory }: DirectoryView) {
        for (const record of records) {
          entries.read(record.systemUse);
          const owner = { record, node: record.node ?? directory };
          for (const judge of judges) judge.record(entries, owner);
        }
        return nothing;
      },
      end: () => judges.flatMap((judge) => [...judge.end()]),
    };
  };
}

/** Tree and node of a hit. */
export function ownedBy(
  { number }: TreeContext,
  node: number,
): Required<Pick<Hit, "tree" | "node">> {
  return { tree: number, node };
}
