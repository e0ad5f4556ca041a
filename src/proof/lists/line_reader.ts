// The text of a file of the image, a piece at a time, cut into lines whose places are known.

import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";

/** A piece of a file's text; `at` is its logical byte, -1 where the text is not stored as it is. */
export type TextPiece = { readonly bytes: Uint8Array; readonly at: number };

/** Pieces of a text; returns false where it ends before its end. */
export type TextSource = AsyncGenerator<TextPiece, boolean>;

/** A line without its line end. */
export type Line = {
  readonly bytes: Uint8Array;
  /** From 1. */
  readonly number: number;
  /** Logical byte at which it begins, -1 where it is not stored as it is. */
  readonly at: number;
};

const WINDOW = 256 * 1024;
/** Bytes of a line; what is longer is not read. */
const LINE = 64 * 1024;
/** Bytes of a line that is too long by which it is told whether it is an entry. */
const HEAD = 256;
/** U+FEFF in UTF-8: programs of Windows begin texts with it. */
const MARK = [0xef, 0xbb, 0xbf];

/** Bytes of texts that may still be read, over all lists of an image. */
export type Budget = { left: number };

/** The stored bytes of a file; false where they are not all in the image, or the budget ends. */
export async function* storedText(
  image: Image,
  tree: Tree,
  node: number,
  budget: Budget,
): TextSource {
  for (let index = 0; index < tree.extentCount(node); index++) {
    const { start, length } = tree.extent(node, index);
    for (let done = 0; done < length;) {
      const wanted = Math.min(WINDOW, length - done, budget.left);
      if (wanted <= 0) return false;
      const { bytes, unread } = await image.read(start + done, wanted);
      budget.left -= bytes.length;
      if (bytes.length < wanted || unread.length > 0) return false;
      yield { bytes, at: start + done };
      done += bytes.length;
    }
  }
  return true;
}

/**
 * Gives each line to `take`, until it says false; of lines of more than 64 KiB `passOver` gets the first
 * bytes. A byte order mark is left out. Gives whether the text was read to its end.
 */
export async function eachLine(
  source: TextSource,
  take: (line: Line) => boolean | void,
  passOver: (head: Line) => void = () => {},
): Promise<boolean> {
  const cutter = new LineCutter(take, passOver);
  for (;;) {
    const { done, value } = await source.next();
    if (done === true) {
      if (value) cutter.end();
      return value;
    }
    if (!cutter.take(value)) {
      await source.return(true);
      return true;
    }
  }
}

class LineCutter {
  readonly #take: (line: Line) => boolean | void;
  readonly #passOver: (head: Line) => void;
  #head = new Uint8Array(0);
  #kept = new Uint8Array(0);
  #keptAt = -1;
  #isTooLong = false;
  #number = 0;

  constructor(take: (line: Line) => boolean | void, passOver: (head: Line) => void) {
    this.#take = take;
    this.#passOver = passOver;
  }

  take({ bytes, at }: TextPiece): boolean {
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      const more = this.#give(bytes.subarray(from, end), at < 0 ? -1 : at + from);
      from = end + 1;
      if (!more) return false;
    }
    this.#keep(bytes.subarray(from), at < 0 ? -1 : at + from);
    return true;
  }

  end(): void {
    if (this.#kept.length > 0 || this.#isTooLong) this.#give(new Uint8Array(0), -1);
  }

  #keep(bytes: Uint8Array, at: number): void {
    if (bytes.length === 0 || this.#isTooLong) return;
    if (this.#kept.length === 0) this.#keptAt = at;
    if (this.#kept.length + bytes.length > LINE) {
      this.#isTooLong = true;
      this.#head = (this.#kept.length > 0 ? this.#kept : bytes).slice(0, HEAD);
      return;
    }
    const joined = new Uint8Array(this.#kept.length + bytes.length);
    joined.set(this.#kept);
    joined.set(bytes, this.#kept.length);
    this.#kept = joined;
  }

  #give(bytes: Uint8Array, at: number): boolean {
    this.#number++;
    const start = this.#kept.length > 0 || this.#isTooLong ? this.#keptAt : at;
    if (this.#kept.length > 0 || this.#isTooLong) this.#keep(bytes, at);
    const isTooLong = this.#isTooLong || bytes.length > LINE;
    const head = this.#isTooLong ? this.#head : bytes.subarray(0, HEAD);
    const all = isTooLong ? head : this.#kept.length > 0 ? this.#kept : bytes;
    this.#kept = new Uint8Array(0);
    this.#isTooLong = false;
    const from = this.#number === 1 && MARK.every((byte, at) => all[at] === byte) ? MARK.length : 0;
    const end = !isTooLong && all[all.length - 1] === 0x0d ? all.length - 1 : all.length;
    const line = {
      bytes: all.subarray(from, end),
      number: this.#number,
      at: start < 0 ? -1 : start + from,
    };
    if (!isTooLong) return this.#take(line) !== false;
    this.#passOver(line);
    return true;
  }
}
