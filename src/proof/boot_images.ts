// Content of boot images as it passes by: SHA-256, and the word sum that the boot information table of
// mkisofs records of its file.

import { logicalSpan, SECTOR } from "../bytes/span.ts";
import { toHex } from "../kernel/hex.ts";
import type { BootContent } from "../model/boot_facts.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { Image, InformationTable } from "../model/image.ts";
import type { Client, Jobs, Piece } from "../pass/client.ts";
import type { Prover, ProverContext, ProverFacts } from "./prover.ts";

/** Boot images that are digested, the longest of them, and the bytes of all. */
const IMAGES = 32;
const LONGEST = 256 * 1024 * 1024;
const ALL = 1024 * 1024 * 1024;
/** The sum begins behind the room for the table. */
const SUMMED_FROM = 64;

/** A stretch that is digested or summed. */
type Stretch = { readonly start: number; readonly end: number };

/** The sum of the words of a stretch, which comes in order. */
class WordSum {
  readonly stretch: Stretch;
  readonly table: InformationTable;
  readonly #lanes = [0, 0, 0, 0];
  #at: number;
  #failed = false;

  constructor(stretch: Stretch, table: InformationTable) {
    this.stretch = stretch;
    this.table = table;
    this.#at = stretch.start;
  }

  /** Takes what a piece has of the stretch. */
  take({ start, end, bytes, unread }: Piece): void {
    const from = Math.max(start, this.stretch.start);
    const to = Math.min(end, this.stretch.end);
    if (this.#failed || from >= to) return;
    const isBad = unread.some((bad) => bad.start < to && bad.start + bad.length > from);
    if (isBad || from !== this.#at) {
      this.#failed = true;
      return;
    }
    for (let at = from; at < to; at++) {
      const lane = (at - this.stretch.start) % 4;
      this.#lanes[lane] = (this.#lanes[lane] ?? 0) + (bytes[at - start] ?? 0);
    }
    this.#at = to;
  }

  /** The sum modulo 2^32; undefined where not all bytes came by. */
  get value(): number | undefined {
    if (this.#failed || this.#at !== this.stretch.end) return undefined;
    const sum = this.#lanes.reduce((all, lane, at) => all + BigInt(lane) * 256n ** BigInt(at), 0n);
    return Number(sum % 2n ** 32n);
  }
}

type BootStream = {
  readonly start: number;
  readonly end: number;
  readonly sum?: WordSum;
  worker: number;
  at: number;
  failed: boolean;
  sha256?: string;
};

function streamsOf(image: Image): BootStream[] {
  const { logicalSize } = image.mapping;
  const streams = new Map<number, BootStream>();
  let all = 0;
  for (const { sector, bytes, fileBytes, informationTable: table } of image.boot) {
    const start = sector * SECTOR;
    const isInside = start > 0 && bytes > 0 && start + bytes <= logicalSize && bytes <= LONGEST;
    if (!isInside || streams.has(start) || streams.size >= IMAGES || all + bytes > ALL) continue;
    all += bytes;
    const length = fileBytes ?? table?.fileLength ?? 0;
    const isSummed = length > SUMMED_FROM && length <= bytes;
    const sum = table !== undefined && isSummed
      ? new WordSum({ start: start + SUMMED_FROM, end: start + length }, table)
      : undefined;
    streams.set(start, {
      start,
      end: start + bytes,
      ...(sum === undefined ? {} : { sum }),
      worker: -1,
      at: start,
      failed: false,
    });
  }
  return [...streams.values()];
}

/** Wants every boot image of a catalogue, in logical bytes. */
class BootImages implements Client, Prover {
  readonly space = "logical";
  readonly bytes: number;
  readonly parallel: number;
  readonly clients: readonly Client[] = [this];
  readonly #streams: readonly BootStream[];
  readonly #set: number;

  constructor(streams: readonly BootStream[], set: number) {
    this.#streams = streams;
    this.#set = set;
    this.bytes = streams.reduce((sum, { start, end }) => sum + end - start, 0);
    this.parallel = streams.length;
  }

  next(at: number): number {
    let next = Infinity;
    for (const { start, end } of this.#streams) {
      if (end > at) next = Math.min(next, Math.max(start, at));
    }
    return next;
  }

  reach(at: number, end: number): number {
    let reach = at;
    for (const stream of this.#streams) {
      if (stream.start < end && stream.end > at) reach = Math.max(reach, Math.min(end, stream.end));
    }
    return reach;
  }

  want(piece: Piece, jobs: Jobs): void {
    for (const [number, stream] of this.#streams.entries()) {
      const from = Math.max(stream.start, piece.start);
      const to = Math.min(stream.end, piece.end);
      if (from >= to) continue;
      stream.sum?.take(piece);
      if (stream.failed) continue;
      const isBad = piece.unread.some((bad) => bad.start < to && bad.start + bad.length > from);
      if (isBad || from !== stream.at) {
        stream.failed = true;
        if (stream.worker >= 0) jobs.drop(stream.worker, number, this.#set);
        continue;
      }
      stream.at = to;
      stream.worker = jobs.take(stream.worker, number, from, to, this.#set, to === stream.end);
    }
  }

  ended(stream: number, digests: Uint8Array): void {
    const ended = this.#streams[stream];
    if (ended !== undefined) ended.sha256 = toHex(digests);
  }

  nameOf(stream: number): string {
    return `boot image at byte ${this.#streams[stream]?.start ?? 0}`;
  }

  finish(claims: ClaimSink): ProverFacts {
    const bootContents = this.#streams.map(({ start, end, sha256, sum }): BootContent => {
      const value = sum?.value;
      return {
        start,
        length: end - start,
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(value === undefined ? {} : { sum: value }),
      };
    });
    for (const { sum } of this.#streams) if (sum !== undefined) claimSum(sum, claims);
    return { bootContents };
  }
}

function claimSum({ stretch: { start, end }, value, table }: WordSum, claims: ClaimSink): void {
  // A table of another length says nothing of these bytes.
  if (value === undefined || table.fileLength !== end - start + SUMMED_FROM) return;
  claims.claim({
    kind: "format",
    what: "boot information table",
    strength: "checksum",
    holds: table.checksum === value,
    spans: [logicalSpan(start, end - start)],
    record: table.span,
    recorded: hex32(table.checksum),
    computed: hex32(value),
  });
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Reads boot images in the pass; undefined where the catalogue names none. */
export function proveBootImages({ image, plan }: ProverContext): Promise<Prover | undefined> {
  const streams = streamsOf(image);
  if (streams.length === 0) return Promise.resolve(undefined);
  return Promise.resolve(new BootImages(streams, plan(["sha256"])));
}
