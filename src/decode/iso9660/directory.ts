// Directory extents (ECMA-119:1987 6.8, 9.1): where their records are, however damaged.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import type { Recorder } from "../../bytes/struct.ts";
import { isZero } from "../../bytes/text.ts";
import { directoryRecord } from "./layout.ts";

const field = directoryRecord.fields;
const HEAD = directoryRecord.size;

/** A record in a directory extent: its place and length in the extent, trusted to be inside it. */
export type RecordPlace = {
  readonly at: number;
  readonly length: number;
  /** Its recorded length is impossible; this one was found by the record that follows. */
  readonly repaired?: boolean;
};

/** The numbers of a record that a walk needs, from their LSB first copies. */
export type RecordHead = {
  readonly extendedLength: number;
  readonly location: number;
  readonly dataLength: number;
  readonly flags: number;
  readonly unit: number;
  readonly gap: number;
  readonly sequence: number;
  readonly identifier: Uint8Array;
  /** Offset of the system use field in the record. */
  readonly systemUse: number;
};

/** Reads the head of a record at `at` of a directory extent. */
export function recordHead(view: DataView, { at, length }: RecordPlace): RecordHead {
  const identifierLength = view.getUint8(at + field.lengthOfFileIdentifier.offset);
  const there = Math.max(0, Math.min(identifierLength, length - HEAD));
  const even = identifierLength % 2 === 0;
  return {
    extendedLength: view.getUint8(at + field.extendedAttributeRecordLength.offset),
    location: view.getUint32(at + field.locationOfExtent.offset, true),
    dataLength: view.getUint32(at + field.dataLength.offset, true),
    flags: view.getUint8(at + field.fileFlags.offset),
    unit: view.getUint8(at + field.fileUnitSize.offset),
    gap: view.getUint8(at + field.interleaveGapSize.offset),
    sequence: view.getUint16(at + field.volumeSequenceNumber.offset, true),
    identifier: new Uint8Array(view.buffer, view.byteOffset + at + HEAD, there),
    systemUse: Math.min(length, HEAD + identifierLength + (even ? 1 : 0)),
  };
}

/**
 * Whether bytes look like a directory record: both orders of its three numbers agree and its lengths fit.
 * Data that are no record pass with a chance of about 2^-80.
 */
export function looksLikeRecord(view: DataView, at: number, limit: number): boolean {
  if (at + HEAD + 1 > limit) return false;
  const length = view.getUint8(at);
  const identifier = view.getUint8(at + field.lengthOfFileIdentifier.offset);
  const fits = length >= HEAD + 1 && at + length <= limit && identifier >= 1 &&
    HEAD + identifier <= length;
  return fits && numbersAgree(view, at);
}

function numbersAgree(view: DataView, at: number): boolean {
  const location = at + field.locationOfExtent.offset;
  const length = at + field.dataLength.offset;
  const sequence = at + field.volumeSequenceNumber.offset;
  return view.getUint32(location, true) === view.getUint32(location + 4) &&
    view.getUint32(length, true) === view.getUint32(length + 4) &&
    view.getUint16(sequence, true) === view.getUint16(sequence + 2);
}

/** What a directory extent is, for messages and faults. */
export type ExtentOrigin = {
  /** Logical byte at which the extent begins. */
  readonly start: number;
  readonly volume: string;
  readonly node: number;
};

/** Records of a directory extent, in order. Bad ones are faults; the good ones behind them are found. */
export function recordPlaces(
  bytes: Uint8Array,
  origin: ExtentOrigin,
  out: Recorder,
): Generator<RecordPlace> {
  return new RecordPlaces(origin, bytes.length, out).of(bytes);
}

/** Finds the records of one directory extent a part at a time: the same ones as in the whole. */
export class RecordPlaces {
  readonly #origin: ExtentOrigin;
  readonly #length: number;
  readonly #out: Recorder;
  /** Byte of the extent at which the search goes on. */
  #next = 0;
  /** Sectors without any record that are not told of yet, and the byte at which the first begins. */
  #blank = { sectors: 0, from: 0 };
  /** The start of the extent. */
  #head: DataView | undefined;

  /** For an extent of which `length` bytes can be read. */
  constructor(origin: ExtentOrigin, length: number, out: Recorder) {
    this.#origin = origin;
    this.#length = length;
    this.#out = out;
  }

  #fault(kind: string, at: number, length: number, message: string, more = {}): void {
    const { start, volume, node } = this.#origin;
    this.#out.fault({
      kind,
      structure: directoryRecord.id,
      span: logicalSpan(start + at, length),
      message,
      volume,
      node,
      ...more,
    });
  }

  /**
   * Records that begin before byte `until` of the next part, which is at byte `base` of the extent:
   * both whole sectors. Unless the extent ends, one more sector follows in `bytes`. Places count from
   * the start of `bytes`.
   */
  *of(bytes: Uint8Array, base = 0, until = bytes.length): Generator<RecordPlace> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#head ??= new DataView(bytes.slice(0, HEAD + 1).buffer);
    for (let at = this.#next - base; at < until; at = this.#next - base) {
      const sectorEnd = Math.min(bytes.length, at - at % SECTOR + SECTOR);
      const length = bytes[at] ?? 0;
      if (length === 0) {
        // A length of 0 means "no more records in this sector" (6.8.1.1); no sector has none at all.
        if (at % SECTOR === 0) {
          const { sectors, from } = this.#blank;
          this.#blank = { sectors: sectors + 1, from: sectors === 0 ? base + at : from };
        }
        this.#next = base + sectorEnd;
        continue;
      }
      if (base + at > 0 && at % SECTOR === 0 && beginsAnother(this.#head, view, at)) {
        this.#overrun(base + at);
        return;
      }
      if (at + HEAD < bytes.length && isForeign(view, at)) {
        this.#skipForeign(view, at, sectorEnd, base);
        continue;
      }
      const place = this.#isPossible(view, at, sectorEnd)
        ? this.#possible(view, at, sectorEnd, base)
        : this.#impossible(view, at, sectorEnd, base);
      if (place === undefined) continue;
      this.#noteBlank("directory-sector-blank", "and records follow behind");
      yield place;
    }
    if (this.#next >= this.#length) {
      this.#noteBlank("directory-tail-blank", "up to the end of the directory");
    }
  }

  // Sectors without a record: inside the directory their records are lost; behind the last record a
  // writer may have kept room.
  #noteBlank(kind: string, where: string): void {
    const { sectors, from } = this.#blank;
    if (sectors === 0) return;
    this.#blank = { sectors: 0, from: 0 };
    const what = sectors === 1 ? "a sector holds" : `${sectors} sectors hold`;
    this.#fault(
      kind,
      from,
      Math.min(sectors * SECTOR, this.#length - from),
      `${what} no record, from byte ${from} of the directory on, ${where}`,
    );
  }

  #overrun(at: number): void {
    this.#next = Infinity;
    this.#fault(
      "directory-overrun",
      at,
      this.#length - at,
      `another directory begins ${at} bytes into ` +
        `the directory extent: its recorded length of ${this.#length} is too large`,
    );
  }

  #skipForeign(view: DataView, at: number, sectorEnd: number, base: number): void {
    const next = resync(view, at + 2, sectorEnd) ?? sectorEnd;
    this.#next = base + next;
    this.#fault(
      "directory-not-records",
      base + at,
      next - at,
      `the bytes at byte ${base + at} of the ` +
        `directory extent are no record: none of the three numbers agrees in both orders`,
    );
  }

  #isPossible(view: DataView, at: number, sectorEnd: number): boolean {
    const length = view.getUint8(at);
    return length >= minimumLength(view, at) && at + length <= sectorEnd && !isNameless(view, at);
  }

  // A record whose length may be right: unless another record begins inside it.
  #possible(view: DataView, at: number, sectorEnd: number, base: number): RecordPlace {
    const length = view.getUint8(at);
    const minimum = minimumLength(view, at);
    const swallowed = swallowedRecord(view, at, length, minimum, sectorEnd);
    this.#next = base + (swallowed ?? at + length);
    if (swallowed === undefined) return { at, length };
    this.#fault(
      "record-length",
      base + at,
      1,
      `a record has length ${length}; the next record begins ${swallowed - at} bytes on`,
      { recorded: String(length), expected: `${minimum} to ${swallowed - at}` },
    );
    return { at, length: swallowed - at, repaired: true };
  }

  #impossible(
    view: DataView,
    at: number,
    sectorEnd: number,
    base: number,
  ): RecordPlace | undefined {
    const length = view.getUint8(at);
    const minimum = minimumLength(view, at);
    const crosses = at + length > sectorEnd;
    const nameless = isNameless(view, at);
    const next = resync(view, at + 2, sectorEnd);
    if (nameless && length > HEAD && !crosses) {
      const message = "a directory record has an identifier of length 0";
      const numbers = { recorded: "0", expected: "1 or more" };
      this.#fault("name-length-zero", base + at + HEAD - 1, 1, message, numbers);
    } else if (
      crosses && length >= minimum && at + length <= view.byteLength && next === undefined
    ) {
      return this.#crossing(view, at, sectorEnd, base);
    } else {
      this.#fault(
        "record-length",
        base + at,
        1,
        `a record has length ${length}; its head and identifier need ` +
          `${minimum}, and ${sectorEnd - at} bytes are left in its sector`,
        {
          recorded: String(length),
          expected: `${minimum} to ${Math.min(254, sectorEnd - at)}`,
        },
      );
    }
    this.#next = base + (next ?? sectorEnd);
    const room = (next ?? sectorEnd) - at;
    const salvageable = !nameless && room >= minimum && at + HEAD <= view.byteLength &&
      numbersAgree(view, at);
    if (!salvageable) return undefined;
    return { at, length: next === undefined ? minimum : Math.min(room, 255), repaired: true };
  }

  #crossing(
    view: DataView,
    at: number,
    sectorEnd: number,
    base: number,
  ): RecordPlace | undefined {
    const length = view.getUint8(at);
    this.#fault(
      "record-crosses-sector",
      base + at,
      length,
      `a record of ${length} bytes at byte ${at % SECTOR} ` +
        `of its sector reaches into the next one`,
    );
    // Where the next sector begins with a record of its own, only the length is wrong.
    const ends = looksLikeRecord(view, sectorEnd, view.byteLength);
    const fits = !ends || sectorEnd - at >= minimumLength(view, at);
    this.#next = base + (ends ? sectorEnd : at + length);
    if (!numbersAgree(view, at) || !fits) return undefined;
    return ends ? { at, length: sectorEnd - at, repaired: true } : { at, length };
  }
}

function minimumLength(view: DataView, at: number): number {
  const whole = at + HEAD <= view.byteLength;
  return HEAD + Math.max(1, whole ? view.getUint8(at + HEAD - 1) : 1);
}

function isNameless(view: DataView, at: number): boolean {
  return at + HEAD <= view.byteLength && view.getUint8(at + HEAD - 1) === 0;
}

/**
 * Where a record begins inside one that is too long: looked for only if neither a record nor unused
 * bytes follow the length as recorded.
 */
function swallowedRecord(
  view: DataView,
  at: number,
  length: number,
  minimum: number,
  sectorEnd: number,
): number | undefined {
  const end = at + length;
  if (end === sectorEnd || looksLikeRecord(view, end, sectorEnd)) return undefined;
  const rest = new Uint8Array(view.buffer, view.byteOffset + end, sectorEnd - end);
  if (isZero(rest)) return undefined;
  const first = at + minimum;
  for (let inside = first + first % 2; inside < end; inside += 2) {
    if (looksLikeRecord(view, inside, sectorEnd)) return inside;
  }
  return undefined;
}

// One damaged number is a damaged record; three that all disagree are other data. Masters that left out
// one of the byte orders altogether wrote records all the same.
function isForeign(view: DataView, at: number): boolean {
  const location = at + field.locationOfExtent.offset;
  const little = view.getUint32(location, true);
  const big = view.getUint32(location + 4);
  // Nearly every record ends here: this runs once for each of a million.
  if (little === big) return false;
  const length = at + field.dataLength.offset;
  const sequence = at + field.volumeSequenceNumber.offset;
  const pairs = [
    [little, big],
    [view.getUint32(length, true), view.getUint32(length + 4)],
    [view.getUint16(sequence, true), view.getUint16(sequence + 2)],
  ];
  const oneOrder = pairs.every(([le]) => le === 0) || pairs.every(([, be]) => be === 0);
  return !oneOrder && pairs.every(([le, be]) => le !== be);
}

// A `.` record that names another extent than the first one does, at the start of a sector.
function beginsAnother(head: DataView, view: DataView, at: number): boolean {
  if (!looksLikeRecord(view, at, view.byteLength)) return false;
  const isDot = (from: DataView, place: number) =>
    from.getUint8(place + HEAD - 1) === 1 && from.getUint8(place + HEAD) === 0;
  const location = field.locationOfExtent.offset;
  return isDot(head, 0) && isDot(view, at) &&
    head.getUint32(location, true) !== view.getUint32(at + location, true);
}

/** The next place in a sector that looks like a record, or undefined. */
function resync(view: DataView, from: number, sectorEnd: number): number | undefined {
  for (let at = from + from % 2; at + HEAD < sectorEnd; at += 2) {
    if (looksLikeRecord(view, at, sectorEnd)) return at;
  }
  return undefined;
}

/** Whether a directory extent holds records at all: its first bytes are `.`, or look like some record. */
export function holdsRecords(bytes: Uint8Array): boolean {
  if (bytes.length < HEAD + 1 || isZero(bytes.subarray(0, HEAD + 1))) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const limit = Math.min(bytes.length, SECTOR);
  if (bytes[HEAD - 1] === 1 && bytes[HEAD] === 0 && (bytes[0] ?? 0) >= HEAD + 1) return true;
  return looksLikeRecord(view, 0, limit) || resync(view, 2, limit) !== undefined;
}

/** The length that the root's `.` record gives, else the larger copy of the root record. */
export function rootLength(bytes: Uint8Array, recorded: readonly number[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dot = bytes.length >= 18 ? view.getUint32(10, true) : 0;
  return dot > 0 && dot % SECTOR === 0 ? dot : Math.max(SECTOR, ...recorded);
}
