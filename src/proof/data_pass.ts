// One pass over the file in order: digests of all of it, and what stands where nobody claims it.

import { fileSpan, logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { startsWithText } from "../bytes/text.ts";
import { type Algorithm, firstNonZero, lastNonZero } from "../kernel/digest.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { Image } from "../model/image.ts";
import type { Supplied } from "../model/lists.ts";
import type { DataFacts, Emptiness, Occupied, OccupiedList } from "../model/proof.ts";
import type { Region } from "../model/regions.ts";
import { type Observer, WholeFile } from "../pass/client.ts";
import type { SharedWork } from "../pass/crew.ts";
import { PlannedSets } from "../pass/digests.ts";
import { runPass } from "../pass/pass.ts";
import type { Prover, ProverContext, ProverFacts } from "./prover.ts";
import { provers } from "./provers.ts";
import { SectorCheck } from "./raw_sectors.ts";
import { stretches } from "./stretches.ts";

export type { Algorithm } from "../kernel/digest.ts";

/** How to read the data. */
export type DataPassOptions = SharedWork & {
  readonly algorithms: readonly Algorithm[];
  /** Logical byte that divides unclaimed stretches into those inside the volume and those behind it. */
  readonly volumeEnd: number;
  /** Takes what proofs claim. */
  readonly ledger: ClaimSink;
  /** Whether the thread has other work to do meanwhile. */
  readonly isBusy?: () => boolean;
  /** Also checks the checksums inside the formats of files. */
  readonly deep?: boolean;
  /** A list of digests that the user gave. */
  readonly manifest?: Supplied;
  /** Digests of known files. */
  readonly hashSet?: Supplied;
};

/** What a pass over the data came to. */
export type DataPass = {
  readonly data: DataFacts;
  /** What the readers of proofs saw. */
  readonly facts: ProverFacts;
};

const KEPT = 1000;
const HEAD = 64;
/** Bytes of zeros between two stretches that are listed apart. */
const APART = 16 * SECTOR;
const NOTHING = new Uint8Array(0);

/** A stretch of user data in a piece of the file. */
type Part = { readonly logical: number; readonly bytes: Uint8Array };

class Kept {
  readonly kept: Occupied[] = [];
  count = 0;

  add(occupied: Occupied): void {
    this.count++;
    if (this.kept.length < KEPT) this.kept.push(occupied);
  }

  facts(): OccupiedList {
    return { kept: this.kept, count: this.count };
  }
}

class Empty {
  #bytes = 0;
  #stretches = 0;
  #largest: Span | undefined;

  add(start: number, length: number): void {
    this.#bytes += length;
    this.#stretches++;
    if (this.#largest === undefined || length > this.#largest.length) {
      this.#largest = fileSpan(start, length);
    }
  }

  facts(): Emptiness {
    const facts = { bytes: this.#bytes, stretches: this.#stretches };
    return this.#largest === undefined ? facts : { ...facts, largest: this.#largest };
  }
}

/** The stretch that is being looked through: the part of a region on one side of the volume's end. */
type Open = {
  readonly region: Region;
  readonly start: number;
  readonly end: number;
  first: number;
  last: number;
  sectors: number;
  head: Uint8Array;
  unread: boolean;
  /** Whether some of it was listed. */
  emitted: boolean;
};

/** Looks through the stretches that no structure or file owns, in the order of the file. */
class Scan {
  readonly #image: Image;
  readonly #border: number;
  readonly #inside = new Kept();
  readonly #behind = new Kept();
  readonly #slack = new Kept();
  readonly #emptyInside = new Empty();
  readonly #emptyBehind = new Empty();
  readonly #descriptors: number[] = [];
  #descriptorCount = 0;
  #region = 0;
  #open: Open | undefined;

  constructor(image: Image, volumeEnd: number) {
    this.#image = image;
    this.#border = image.mapping.boundary(volumeEnd);
  }

  /** Takes the next bytes of the file; those that could not be read come as `unread`. */
  take(offset: number, bytes: Uint8Array, unread: boolean): void {
    const { regions } = this.#image;
    const end = offset + bytes.length;
    if (!unread) this.#findDescriptors(offset, bytes);
    let at = offset;
    while (at < end && this.#region < regions.count) {
      const regionEnd = regions.endOf(this.#region);
      const owner = regions.ownerOf(this.#region);
      const split = this.#border > at && this.#border < regionEnd ? this.#border : regionEnd;
      const until = Math.min(end, split);
      if (owner === "unclaimed" || owner === "slack") {
        const part = bytes.subarray(at - offset, until - offset);
        // Nearly all slack is zeros, and there is one for each file: it leaves nothing to remember.
        const isWhole = this.#open === undefined && until === split && !unread;
        if (!(isWhole && owner === "slack" && firstNonZero(part) < 0)) {
          const open = this.#openAt(regions.region(this.#region), at, split);
          if (unread) open.unread = true;
          else this.#look(open, at, part);
        }
      }
      at = until;
      if (at === split) this.#close();
      if (at === regionEnd) this.#region++;
    }
  }

  #openAt(region: Region, start: number, end: number): Open {
    this.#open ??= {
      region,
      start,
      end,
      first: -1,
      last: -1,
      sectors: 0,
      head: NOTHING,
      unread: false,
      emitted: false,
    };
    return this.#open;
  }

  #look(open: Open, offset: number, bytes: Uint8Array): void {
    for (const part of this.#userData(offset, bytes)) {
      let at = firstNonZero(part.bytes);
      while (at >= 0) {
        const end = at + SECTOR - (part.logical + at) % SECTOR;
        this.#occupy(open, part, at, end);
        const more = firstNonZero(part.bytes.subarray(end));
        at = more < 0 ? -1 : end + more;
      }
    }
  }

  // Notes a sector of which byte `at` is the first that is not zero.
  #occupy(open: Open, { logical, bytes }: Part, at: number, end: number): void {
    // What lies far apart is listed apart: a range that is nearly all zeros says nothing.
    if (open.first >= 0 && logical + at - open.last > APART) this.#emit(open);
    if (open.first < 0) {
      open.first = logical + at;
      const sector = Math.max(0, end - SECTOR);
      open.head = bytes.slice(sector, sector + HEAD);
    }
    open.last = logical + at + lastNonZero(bytes.subarray(at, end));
    open.sectors++;
  }

  #emit(open: Open): void {
    const { region, sectors, head, first, last } = open;
    const span = logicalSpan(first, last + 1 - first);
    const isSlack = region.owner === "slack";
    const isBehind = open.start >= this.#border;
    const list = isSlack ? this.#slack : isBehind ? this.#behind : this.#inside;
    list.add({ region, span, sectors, head });
    open.first = -1;
    open.sectors = 0;
    open.emitted = true;
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    if (open.first >= 0) return this.#emit(open);
    if (open.emitted || open.unread || open.region.owner === "slack") return;
    const isBehind = open.start >= this.#border;
    (isBehind ? this.#emptyBehind : this.#emptyInside).add(open.start, open.end - open.start);
  }

  #findDescriptors(offset: number, bytes: Uint8Array): void {
    const { mapping } = this.#image;
    const { stride } = mapping;
    let sector = Math.max(0, Math.ceil((offset - mapping.fileOffset(0)) / stride));
    let at = mapping.fileOffset(sector * SECTOR) - offset;
    for (; at + 6 <= bytes.length; at += stride, sector++) {
      if (bytes[at + 1] !== 0x43 || !startsWithText(bytes, "CD001", at + 1)) continue;
      this.#descriptorCount++;
      if (this.#descriptors.length < KEPT) this.#descriptors.push(sector);
    }
  }

  // Sync, headers and codes of raw sectors are never zero: only user data is looked at.
  *#userData(offset: number, bytes: Uint8Array): Generator<Part> {
    const { mapping } = this.#image;
    const end = offset + bytes.length;
    if (mapping.stride === SECTOR) {
      const skipped = Math.max(0, mapping.fileOffset(0) - offset);
      const logical = mapping.logicalOffset(offset + skipped);
      yield { logical, bytes: bytes.subarray(skipped) };
      return;
    }
    let sector = Math.max(0, Math.floor(mapping.logicalOffset(offset) / SECTOR));
    for (;;) {
      const place = mapping.fileOffset(sector * SECTOR);
      if (place >= end) return;
      const from = Math.max(place, offset);
      const to = Math.min(place + SECTOR, end);
      if (from < to) {
        const logical = sector * SECTOR + (from - place);
        yield { logical, bytes: bytes.subarray(from - offset, to - offset) };
      }
      sector++;
    }
  }

  /** What was seen, the digests left out. */
  facts(): Omit<DataFacts, "hashes" | "unread" | "raw"> {
    this.#close();
    return {
      inside: this.#inside.facts(),
      behind: this.#behind.facts(),
      slack: this.#slack.facts(),
      emptyInside: this.#emptyInside.facts(),
      emptyBehind: this.#emptyBehind.facts(),
      descriptors: { kept: this.#descriptors, count: this.#descriptorCount },
    };
  }
}

/** Reads the file once, in order. Rejects with the signal's reason; storage errors are recorded. */
export async function readData(image: Image, options: DataPassOptions): Promise<DataPass> {
  const { size } = image.source;
  const { algorithms, engines, workers, isBusy, signal, onEvent, volumeEnd, deep = false } =
    options;
  const sets = new PlannedSets(algorithms, engines, size);
  const readers = await makeProvers({
    image,
    volumeEnd,
    deep,
    ...(options.manifest === undefined ? {} : { manifest: options.manifest }),
    ...(options.hashSet === undefined ? {} : { hashSet: options.hashSet }),
    plan: (wanted) => sets.add(wanted),
    ...(engines === undefined ? {} : { engines }),
    ...(signal === undefined ? {} : { signal }),
  });
  const whole = new WholeFile(image.path, size, sets.single);
  const scan = new Scan(image, volumeEnd);
  const sectors = new SectorCheck(image);
  const observer: Observer = {
    take(offset, bytes, unread) {
      for (const part of stretches(offset, bytes, unread)) {
        scan.take(part.at, part.bytes, part.unread);
      }
    },
  };
  let done = 0;
  const { unread } = await runPass(image, {
    clients: [whole, ...readers.flatMap(({ clients = [] }) => clients)],
    observers: [observer, ...readers.flatMap(({ observers = [] }) => observers)],
    ...(sectors.wanted ? { sectors } : {}),
    plans: sets.plans,
    costs: sets.costs,
    onRead: (count) =>
      onEvent?.({ type: "progress", what: "audit", done: done += count, total: size }),
    ...(workers === undefined ? {} : { pool: workers }),
    ...(isBusy === undefined ? {} : { isBusy }),
    ...(signal === undefined ? {} : { signal }),
  });
  const raw = sectors.facts();
  const seen = { ...scan.facts(), unread, ...(raw === undefined ? {} : { raw }) };
  const hashes = unread.length > 0 ? undefined : sets.hashes(whole);
  let facts: ProverFacts = {};
  for (const reader of readers) facts = { ...facts, ...await reader.finish(options.ledger) };
  return { data: hashes === undefined ? seen : { ...seen, hashes }, facts };
}

async function makeProvers(context: ProverContext): Promise<Prover[]> {
  const made: Prover[] = [];
  for (const make of provers) {
    context.signal?.throwIfAborted();
    const prover = await make(context);
    if (prover !== undefined) made.push(prover);
  }
  return made;
}
