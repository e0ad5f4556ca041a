// What a transfer does to every byte: line ends changed, bits or bytes dropped, a character set converted.

import { SECTOR, type Span } from "../bytes/span.ts";
import type { TextMode, Transcoding } from "../model/trace_facts.ts";
import { DENSE, entropyOf, mayBeDense, WINDOW } from "./entropy.ts";
import { stretches } from "./stretches.ts";

/** Windows without which nothing is said: single ones of genuine files lack some byte by chance. */
const ENOUGH = 16;
/** Bits per byte that 128 values of noise nearly reach: text has fewer than 6, base64 has 6. */
const DENSE_7_BITS = 6.9;
/** Pairs of CR and LF that chance must promise before their absence says anything. */
const PAIRS = 64;

/** Windows that are all looked at; of the rest one for each piece. */
const CLOSELY = 256;

/** Counts what dense windows lack. Genuine data settle the question in a few windows. */
export class LineEndTrace {
  #isSettled = false;
  #looked = 0;
  /** File offset of the first CR LF. */
  #pair = -1;
  #windows = 0;
  #start = 0;
  #narrow = 0;
  #narrowStart = 0;
  #loneLf = 0;
  #cr = 0;
  #nul = 0;
  #pairs = 0;
  #expected = 0;

  /** Takes the bytes of the file from `offset` on. */
  take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void {
    if (this.#isSettled) return;
    for (const part of stretches(offset, bytes, unread)) {
      if (part.unread) continue;
      if (this.#pair < 0) this.#findPair(part.at, part.bytes);
      const { length } = part.bytes;
      // What a transfer does it does everywhere: the whole of a large image need not be weighed.
      const step = this.#looked < CLOSELY ? WINDOW : Math.max(WINDOW, length);
      for (let at = 0; at + WINDOW <= length && !this.#isSettled; at += step) {
        this.#looked++;
        this.#look(part.at + at, part.bytes.subarray(at, at + WINDOW));
      }
    }
  }

  // Where line ends were changed, the first that was is the first pair of the file.
  #findPair(offset: number, bytes: Uint8Array): void {
    for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
      if (bytes[at + 1] !== 10) continue;
      this.#pair = offset + at;
      return;
    }
  }

  #look(offset: number, window: Uint8Array): void {
    if (!mayBeDense(window)) return;
    const counts = new Float64Array(256);
    const bits = entropyOf(window, counts);
    const high = counts.subarray(128).reduce((sum, count) => sum + count, 0);
    if (bits >= DENSE_7_BITS && high === 0 && this.#narrow++ === 0) this.#narrowStart = offset;
    if (bits < DENSE) return;
    if (this.#windows++ === 0) this.#start = offset;
    const [lf = 0, cr = 0] = [counts[10], counts[13]];
    const pairs = pairsIn(window);
    this.#pairs += pairs;
    this.#loneLf += lf - pairs;
    this.#cr += cr;
    this.#nul += counts[0] ?? 0;
    this.#expected += cr * lf / window.length;
    const hasAll = this.#loneLf > 0 && this.#cr > 0 && this.#nul > 0;
    this.#isSettled = hasAll && this.#pairs > 0 && this.#expected >= PAIRS &&
      this.#pairs * PAIRS >= this.#expected;
  }

  /** What was done to the image, where enough windows say so. */
  facts(): TextMode | undefined {
    // Noise of 128 values never is dense by the measure of 256.
    if (this.#windows === 0 && this.#narrow >= ENOUGH) {
      return { kind: "seven-bit", windows: this.#narrow, start: this.#narrowStart };
    }
    if (this.#windows < ENOUGH) return undefined;
    const kind = this.#cr === 0
      ? "cr-dropped"
      : this.#loneLf === 0
      ? "lf-to-crlf"
      : this.#nul === 0
      ? "nul-dropped"
      : this.#expected >= PAIRS && this.#pairs * PAIRS < this.#expected
      ? "crlf-to-lf"
      : undefined;
    if (kind === undefined) return undefined;
    // Of what was dropped nothing is left to point at.
    const start = kind === "lf-to-crlf" && this.#pair >= 0 ? this.#pair : this.#start;
    return { kind, windows: this.#windows, start };
  }
}

function pairsIn(bytes: Uint8Array): number {
  let pairs = 0;
  for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10) pairs++;
  }
  return pairs;
}

/** Bytes of valid UTF-8 after which the rest is not looked at. */
const MOST = 16 * 1024 * 1024;
/** Fewer say nothing: sector 16 is to be among them. */
const LEAST = 17 * SECTOR;

/** Follows UTF-8 (RFC 3629) from the first byte of the file on, to where it breaks. */
export class TranscodingTrace {
  #isOver = false;
  #valid = 0;
  #left = 0;
  #high = 0;
  #nul = 0;
  #latin = 0;
  #replaced = 0;
  #first = -1;
  /** The last two bytes, for the three of a replacement character. */
  #before = 0;

  /** Takes the bytes of the file from `offset` on. */
  take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void {
    if (this.#isOver) return;
    if (unread.length > 0 || offset !== this.#valid) {
      this.#isOver = true;
      return;
    }
    for (const byte of bytes) {
      if (!this.#step(byte)) {
        this.#isOver = true;
        return;
      }
    }
    this.#isOver = this.#valid >= MOST;
  }

  #step(byte: number): boolean {
    const isLead = this.#left === 0;
    if (byte < 0x80) {
      if (!isLead) return false;
      if (byte === 0) this.#nul++;
    } else {
      this.#high++;
      if (isLead && !this.#lead(byte)) return false;
      if (!isLead && byte >= 0xc0) return false;
      if (!isLead) this.#left--;
      if (byte === 0xbd && this.#before === 0xefbf) this.#found(2, false);
    }
    this.#before = (this.#before % 256) * 256 + byte;
    this.#valid++;
    return true;
  }

  #lead(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte <= 0xc3) this.#found(0, true);
    return true;
  }

  #found(back: number, isLatin: boolean): void {
    if (isLatin) this.#latin++;
    else this.#replaced++;
    if (this.#first < 0) this.#first = this.#valid - back;
  }

  /** What was done to the image of `size` bytes, where its bytes say so. */
  facts(size: number): Transcoding | undefined {
    const isWhole = this.#valid === size || this.#valid >= MOST;
    const hasBinary = this.#nul > 0 && this.#high * 100 >= this.#valid;
    if (!isWhole || !hasBinary || this.#valid < LEAST) return undefined;
    const [valid, start] = [this.#valid, Math.max(0, this.#first)];
    if (this.#replaced * 64 >= valid - this.#nul) {
      return { form: "replacement", valid, count: this.#replaced, start };
    }
    // Of bytes that are no zeros a third are such leads after the change; in genuine text next to none.
    if (this.#latin * 5 >= valid - this.#nul) {
      return { form: "latin-1", valid, count: this.#latin, start };
    }
    return undefined;
  }
}
