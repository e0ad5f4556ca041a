// System use fields that go on elsewhere (SUSP 1.12 5.1): their areas, followed within bounds.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import type { Recorder } from "../../bytes/struct.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import {
  type Continuation,
  decodeArea,
  type SystemUseArea,
  type SystemUseMode,
} from "../rockridge/decode.ts";
import type { Budget } from "./budget.ts";
import type { Context } from "./context.ts";

/** One area longer than this is read up to it; its entries end at their own limit before that. */
const AREA_BYTES = 1 << 20;
/** Sectors kept: areas of many records share one. */
const CACHED = 64;

/** What a walk does with what is found. */
export type ContinuationSink = {
  /** Takes faults, as those of the record that is being read. */
  readonly recorder: Recorder;
  /** An area was found. */
  claim(span: Span): void;
  /** The budget of all areas is spent; `at` is the logical byte of the one that was not read. */
  spent(at: number): void;
};

/** Reads the continuation areas of one tree. */
export class Continuations {
  readonly #context: Context;
  readonly #budget: Budget;
  readonly #blockSize: number;
  readonly #sectors = new Map<number, Uint8Array>();

  constructor(context: Context, budget: Budget, blockSize: number) {
    this.#context = context;
    this.#budget = budget;
    this.#blockSize = blockSize;
  }

  /** The entries of an area and of those that it leads on to. */
  async read(
    first: Continuation,
    mode: SystemUseMode,
    sink: ContinuationSink,
  ): Promise<SystemUseEntry[]> {
    const { systemUseEntries } = this.#context.limits;
    const entries: SystemUseEntry[] = [];
    const seen = new Set<number>();
    for (let next: Continuation | undefined = first; next !== undefined;) {
      const found = await this.#area(next, seen, sink);
      if (found === undefined) break;
      const { start, bytes } = found;
      sink.claim(logicalSpan(start, bytes.length));
      const room = systemUseEntries - entries.length;
      const area = decodeArea(bytes, start, "continuation", mode, room, sink.recorder);
      noteUnread(area, start + bytes.length, systemUseEntries, sink.recorder);
      entries.push(...area.entries);
      next = area.next;
    }
    return entries;
  }

  async #area(
    { block, offset, length, entry }: Continuation,
    seen: Set<number>,
    { recorder, spent }: ContinuationSink,
  ): Promise<{ start: number; bytes: Uint8Array } | undefined> {
    const { limits, logicalSize } = this.#context;
    const start = block * this.#blockSize + offset;
    const fault = (kind: string, message: string, span = entry.span) => {
      recorder.fault({ kind, structure: "susp/ce", span, message });
    };
    if (seen.has(start)) {
      const message = `the continuation area at logical byte ${start} was already visited`;
      return void fault("continuation-loop", message);
    }
    if (seen.size >= limits.continuations) {
      const message =
        `the limit of ${limits.continuations} continuation areas for one record was ` +
        `reached`;
      return void fault("limit", message);
    }
    seen.add(start);
    if (start + length > logicalSize) {
      const message =
        `the continuation area [${start}, ${start + length}) ends past the image, at ` +
        `${logicalSize}`;
      // Its three numbers.
      return void fault("continuation-outside", message, logicalSpan(entry.span.start + 4, 24));
    }
    if (!this.#budget.take("allContinuationBytes", length)) return void spent(start);
    return { start, bytes: await this.#bytes(start, length) };
  }

  async #bytes(start: number, length: number): Promise<Uint8Array> {
    const sector = Math.floor(start / SECTOR);
    const at = start - sector * SECTOR;
    const { read } = this.#context;
    if (at + length > SECTOR) return (await read(start, Math.min(length, AREA_BYTES))).bytes;
    let bytes = this.#sectors.get(sector);
    if (bytes === undefined) {
      bytes = (await read(sector * SECTOR, SECTOR)).bytes;
      if (this.#sectors.size >= CACHED) this.#sectors.clear();
      this.#sectors.set(sector, bytes);
    }
    return bytes.subarray(at, at + length);
  }
}

/** Says that the limit of entries left bytes of an area unread, where it did; the area ends at `end`. */
export function noteUnread(
  { unread }: SystemUseArea,
  end: number,
  limit: number,
  out: Recorder,
): void {
  if (unread === 0) return;
  out.fault({
    kind: "limit",
    structure: "susp/entry",
    span: logicalSpan(end - unread, unread),
    message: `the limit of ${limit} system use entries of one record was reached, with ${unread} ` +
      `bytes left in an area`,
  });
}
