// The bytes of a file as a checker pulls them, from pieces that a pass pushes: no piece is copied whole.

import { breathe, breathIsDue } from "../../bytes/turn.ts";
import { type FileReader, MOST_PEEKED, Unavailable } from "./format.ts";

const NOTHING = new Uint8Array(0);

/** Reads bytes anywhere in a file; short at its end. */
export type Look = (at: number, length: number) => Promise<Uint8Array>;

/** A file between the pass, which feeds its pieces, and a checker, which takes what it needs of them. */
export class Pipe implements FileReader {
  readonly end: number;
  readonly #look: Look;
  readonly #signal: AbortSignal | undefined;
  #position = 0;
  #view: Uint8Array = NOTHING;
  #at = 0;
  /** Bytes that a piece ended in before there were enough of them: they come before the view. */
  #carry: Uint8Array = NOTHING;
  #carryAt = 0;
  #carryEnd = 0;
  /** How many of them, the last ones, the view has too. */
  #repeated = 0;
  #broken: string | undefined;
  #closed = false;
  /** Wakes the checker, which waits for bytes. */
  #wake: (() => void) | undefined;
  /** Lets the pass go on: the checker has used the piece. */
  #used: (() => void) | undefined;

  /** A file of `size` stored bytes; its checker ends with the signal's reason. */
  constructor(size: number, look: Look, signal?: AbortSignal) {
    this.end = size;
    this.#look = look;
    this.#signal = signal;
  }

  /** See {@linkcode FileReader.position}. */
  get position(): number {
    return this.#position;
  }

  /** Gives the next bytes of the file; resolves once they may be overwritten. */
  feed(view: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#view = view;
    this.#at = 0;
    return this.#letRead();
  }

  /** Says that no more bytes come, and why; resolves once the checker has heard it. */
  break(reason: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#broken = reason;
    return this.#letRead();
  }

  #letRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#used = resolve;
      this.#wake?.();
    });
  }

  /** Says that the checker has ended. */
  close(): void {
    this.#closed = true;
    this.#used?.();
  }

  /** See {@linkcode FileReader.ready}: a checker that never waits has to now and then, too. */
  ready(least: number): Uint8Array | undefined {
    return breathIsDue() ? undefined : this.#there(least);
  }

  #there(least: number): Uint8Array | undefined {
    if (least > MOST_PEEKED) throw new RangeError(`Cannot peek ${least} bytes at once`);
    const carried = this.#carryEnd - this.#carryAt;
    const wanted = Math.min(least, this.end - this.#position);
    if (carried === 0) {
      return this.#view.length - this.#at >= wanted ? this.#view.subarray(this.#at) : undefined;
    }
    return carried >= wanted ? this.#carry.subarray(this.#carryAt, this.#carryEnd) : undefined;
  }

  /** See {@linkcode FileReader.peek}. */
  async peek(least: number): Promise<Uint8Array> {
    await breathe(this.#signal);
    for (;;) {
      const bytes = this.#there(least);
      if (bytes !== undefined) return bytes;
      this.#keep(Math.min(least, this.end - this.#position));
      if (this.#there(least) === undefined) await this.#more();
    }
  }

  // As much of the view as is wanted joins what is carried, however little is lacking: once all that came
  // before the view is used, the view alone goes on, and what is carried is moved once in a piece.
  #keep(wanted: number): void {
    if (this.#carryAt === this.#carryEnd) this.#carryAt = this.#carryEnd = 0;
    const carried = this.#carryEnd - this.#carryAt;
    const part = this.#view.subarray(this.#at, this.#at + wanted);
    const needed = carried + part.length;
    if (this.#carry.length < needed) {
      const room = new Uint8Array(2 ** Math.ceil(Math.log2(Math.max(needed, 4096))));
      room.set(this.#carry.subarray(this.#carryAt, this.#carryEnd));
      this.#carry = room;
    } else this.#carry.copyWithin(0, this.#carryAt, this.#carryEnd);
    this.#carry.set(part, carried);
    this.#carryAt = 0;
    this.#carryEnd = needed;
    this.#at += part.length;
    this.#repeated += part.length;
  }

  // The view is used up: what was wanted of it is in the carry.
  async #more(): Promise<void> {
    this.#view = NOTHING;
    this.#at = 0;
    this.#repeated = 0;
    if (this.#broken !== undefined) throw new Unavailable(this.#broken);
    this.#used?.();
    this.#used = undefined;
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = undefined;
    if (this.#broken !== undefined) throw new Unavailable(this.#broken);
  }

  /** See {@linkcode FileReader.advance}. */
  advance(count: number): void {
    const carried = Math.min(count, this.#carryEnd - this.#carryAt);
    this.#carryAt += carried;
    this.#at += count - carried;
    this.#position += count;
    const rest = this.#carryEnd - this.#carryAt;
    if (rest > this.#repeated) return;
    this.#at -= rest;
    this.#carryAt = this.#carryEnd = this.#repeated = 0;
  }

  /** See {@linkcode FileReader.skip}. */
  async skip(count: number): Promise<void> {
    let left = Math.min(count, this.end - this.#position);
    while (left > 0) {
      const bytes = this.ready(1) ?? await this.peek(1);
      const part = Math.min(left, bytes.length);
      this.advance(part);
      left -= part;
    }
  }

  /** See {@linkcode FileReader.look}. */
  async look(at: number, length: number): Promise<Uint8Array> {
    await breathe(this.#signal);
    return await this.#look(at, length);
  }
}

/** The next bytes of a reader, as if they were a file: positions stay those of the file. */
export class Part implements FileReader {
  readonly end: number;
  readonly #reader: FileReader;

  /** The next `length` bytes, fewer where there are not so many. */
  constructor(reader: FileReader, length: number) {
    this.#reader = reader;
    this.end = Math.min(reader.end, reader.position + length);
  }

  /** See {@linkcode FileReader.position}. */
  get position(): number {
    return this.#reader.position;
  }

  get #left(): number {
    return Math.max(0, this.end - this.position);
  }

  /** See {@linkcode FileReader.ready}. */
  ready(least: number): Uint8Array | undefined {
    return this.#reader.ready(Math.min(least, this.#left))?.subarray(0, this.#left);
  }

  /** See {@linkcode FileReader.peek}. */
  async peek(least: number): Promise<Uint8Array> {
    return (await this.#reader.peek(Math.min(least, this.#left))).subarray(0, this.#left);
  }

  /** See {@linkcode FileReader.advance}. */
  advance(count: number): void {
    this.#reader.advance(count);
  }

  /** See {@linkcode FileReader.skip}. */
  skip(count: number): Promise<void> {
    return this.#reader.skip(Math.min(count, this.#left));
  }

  /** See {@linkcode FileReader.look}. */
  look(at: number, length: number): Promise<Uint8Array> {
    return this.#reader.look(at, length);
  }
}

/** Bytes that are all there, as if they were a file. */
export class Held implements FileReader {
  readonly end: number;
  readonly #bytes: Uint8Array;
  #position = 0;

  /** Reads bytes, which must stay as they are meanwhile. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.end = bytes.length;
  }

  /** See {@linkcode FileReader.position}. */
  get position(): number {
    return this.#position;
  }

  /** See {@linkcode FileReader.ready}. */
  ready(): Uint8Array {
    return this.#bytes.subarray(this.#position);
  }

  /** See {@linkcode FileReader.peek}. */
  peek(): Promise<Uint8Array> {
    return Promise.resolve(this.ready());
  }

  /** See {@linkcode FileReader.advance}. */
  advance(count: number): void {
    this.#position = Math.min(this.end, this.#position + count);
  }

  /** See {@linkcode FileReader.skip}. */
  skip(count: number): Promise<void> {
    this.advance(count);
    return Promise.resolve();
  }

  /** See {@linkcode FileReader.look}. */
  look(at: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.#bytes.slice(at, at + length));
  }
}

/** Bytes left to read. */
export function left(reader: FileReader): number {
  return Math.max(0, reader.end - reader.position);
}

/** The next `count` bytes, which are taken: a copy. Fewer where the file ends. */
export async function take(reader: FileReader, count: number): Promise<Uint8Array> {
  const bytes = (reader.ready(count) ?? await reader.peek(count)).slice(0, count);
  reader.advance(bytes.length);
  return bytes;
}

/** Hands the next `count` bytes on in pieces; gives how many there were. */
export async function pour(
  reader: FileReader,
  count: number,
  into: (bytes: Uint8Array) => void,
): Promise<number> {
  let rest = Math.min(count, left(reader));
  const all = rest;
  while (rest > 0) {
    const bytes = (reader.ready(1) ?? await reader.peek(1)).subarray(0, rest);
    into(bytes);
    reader.advance(bytes.length);
    rest -= bytes.length;
  }
  return all;
}
