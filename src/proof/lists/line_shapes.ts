// What lines look like that are no entries of a list, though they were meant to be.

import { decodeLatin1 } from "../../bytes/text.ts";
import { digestByLength } from "./digest_lines.ts";

/** Begins an entry: digits, or the tag of an algorithm; a size comes first in those of hashdeep. */
const ENTRY = /^\\?(?:\d+,)?[0-9a-f]{28,}|^\\?[a-z][a-z0-9/_-]* ?\(/i;
/** Digits of the shortest digest, CRC-32. */
const DIGITS = /[0-9a-f]{8}/i;

/** Whether the first bytes of a line are those of an entry. */
export function beginsEntry(head: Uint8Array): boolean {
  return ENTRY.test(decodeLatin1(head));
}

/** Whether a line is an entry but for a few bytes: nearly as many digits as a digest has, before a name. */
export function isDamaged(line: Uint8Array): boolean {
  const space = line.indexOf(0x20);
  if (space < 28 || space > 132 || space > line.length - 2) return false;
  let digits = "";
  let others = 0;
  for (const byte of line.subarray(0, space)) {
    const character = String.fromCharCode(byte);
    const isDigit = /[0-9a-fA-F]/.test(character);
    digits += isDigit ? character : "0";
    if (!isDigit) others++;
  }
  return others <= 4 && digitsNear(digits.length) &&
    (others > 0 || digestByLength(digits) === undefined);
}

/** Whether a line is UTF-16, and has as many digits in a row as the shortest digest. */
export function isWide(line: Uint8Array): boolean {
  const [first, second] = line;
  const isMarked = first === 0xff && second === 0xfe || first === 0xfe && second === 0xff;
  if (!isMarked && (first === 0) === (second === 0)) return false;
  const [little, big] = ["utf-16le", "utf-16be"].map((name) => new TextDecoder(name).decode(line));
  return DIGITS.test(first === 0 || first === 0xfe ? big ?? "" : little ?? "");
}

function digitsNear(count: number): boolean {
  return [32, 40, 64, 128].some((digits) => Math.abs(digits - count) <= 2);
}
