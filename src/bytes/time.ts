// Recorded times of ECMA-119 (8.4.26.1 and 9.1.5): kept as recorded, with the instant beside them.

import { isZero } from "./text.ts";

/** A time as recorded; the parts mean nothing where `unset`, and may be out of range where not `valid`. */
export type RecordedTime = {
  /** The bytes as recorded, 7 or 17 of them (6 or 16 in High Sierra). */
  readonly raw: Uint8Array;
  /** Recorded as "not given". */
  readonly unset: boolean;
  /** Every part is in its range and the date exists. */
  readonly valid: boolean;
  /** Quarter hours east of UTC, -48 to 52; as recorded, even where out of range. */
  readonly offset: number;
  /** Milliseconds since 1970 in UTC; absent where unset or not valid. */
  readonly epoch?: number;
};

function daysIn(year: number, month: number): number {
  if (month === 2) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function instant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  hundredths: number,
  offset: number,
): number | undefined {
  // Comparisons with NaN, for what is no digit, are false.
  const inRange = year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
    day <= daysIn(year, month) &&
    hour <= 23 && minute <= 59 && second <= 59 && hundredths <= 99 &&
    offset >= -48 && offset <= 52;
  if (!inRange) return undefined;
  return utc(year, month, day) +
    ((hour * 60 + minute - offset * 15) * 60 + second) * 1000 + hundredths * 10;
}

/** Days from 1 March of the year 0 to 1 January 1970. */
const DAYS_TO_1970 = 719_468;

// Milliseconds from 1970 to a day of the Gregorian calendar. Years begin in March, so that the leap day
// ends one; from there the lengths of the months repeat every five: 31, 30, 31, 30, 31 days, 153 in all.
function utc(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const months = (month + 9) % 12;
  const days = 365 * years + Math.floor(years / 4) - Math.floor(years / 100) +
    Math.floor(years / 400) + Math.floor((153 * months + 2) / 5) + day - 1;
  return (days - DAYS_TO_1970) * 86_400_000;
}

function recorded(
  raw: Uint8Array,
  unset: boolean,
  parts: readonly number[],
  offset: number,
): RecordedTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, hundredths = 0] = parts;
  const epoch = unset
    ? undefined
    : instant(year, month, day, hour, minute, second, hundredths, offset);
  const time = { raw, unset, valid: unset || epoch !== undefined, offset };
  return epoch === undefined ? time : { ...time, epoch };
}

/** Decodes 7 bytes (ECMA-119:1987 9.1.5), or 6 without the offset byte (High Sierra). */
export function decodeTime7(raw: Uint8Array): RecordedTime {
  const parts = [1900 + (raw[0] ?? 0), raw[1] ?? 0, raw[2] ?? 0, raw[3] ?? 0, raw[4] ?? 0];
  parts.push(raw[5] ?? 0);
  return recorded(raw, isZero(raw), parts, ((raw[6] ?? 0) << 24) >> 24);
}

/** The instant of 7 bytes at `at`, or NaN: {@linkcode decodeTime7} without its object. */
export function epochOfTime7(bytes: Uint8Array, at: number): number {
  const year = 1900 + (bytes[at] ?? 0);
  const month = bytes[at + 1] ?? 0;
  const day = bytes[at + 2] ?? 0;
  const hour = bytes[at + 3] ?? 0;
  const minute = bytes[at + 4] ?? 0;
  const second = bytes[at + 5] ?? 0;
  const offset = ((bytes[at + 6] ?? 0) << 24) >> 24;
  return instant(year, month, day, hour, minute, second, 0, offset) ?? NaN;
}

function digits(raw: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = (raw[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Decodes 17 bytes of digits (ECMA-119:1987 8.4.26.1), or 16 without the offset byte. */
export function decodeTime17(raw: Uint8Array): RecordedTime {
  // Sixteen digits 0 mean "not given"; some masters write zero bytes instead, or a mixture (ISO-PVD-016).
  const unset = raw.subarray(0, 16).every((byte) => byte === 0x30 || byte === 0);
  const parts = [
    digits(raw, 0, 4),
    digits(raw, 4, 2),
    digits(raw, 6, 2),
    digits(raw, 8, 2),
    digits(raw, 10, 2),
    digits(raw, 12, 2),
    digits(raw, 14, 2),
  ];
  return recorded(raw, unset, parts[0] === 0 ? [] : parts, ((raw[16] ?? 0) << 24) >> 24);
}

/** An instant as RFC 3339 in UTC; with milliseconds only where there are any. */
export function formatInstant(epoch: number): string {
  const date = new Date(epoch);
  if (Number.isNaN(date.getTime())) return "";
  const text = date.toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text;
}
