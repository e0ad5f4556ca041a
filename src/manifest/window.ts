// A window that moves over the image file once: reads in disc order are served from it, each byte read once.

import { SECTOR, type Span } from "../bytes/span.ts";
import type { DigestSet } from "../kernel/digest.ts";
import type { Image, Reading } from "../model/image.ts";

/** Sectors of the window: a megabyte of user data, and one more for data that begin within a sector. */
const SECTORS = 513;
/** Bytes read before other work of the program gets its turn: a signal could not arrive otherwise. */
const TURN = 32 * 1024 * 1024;

/** Takes the bytes of the file in order, each once; bytes that could not be had are passed over. */
export type Follower = { take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void };

/** What a window is told while it moves. */
export type WindowOptions = {
  /** Takes all bytes of the file from the first to the last; call {@linkcode Window.finish} then. */
  readonly whole?: DigestSet;
  /** Takes them too. */
  readonly follower?: Follower;
  /** Told of bytes read, each once unless a caller goes back. */
  readonly onRead?: (count: number) => void;
  readonly signal?: AbortSignal;
};

/** Reads of an image through one buffer. Bytes that it gives are overwritten when it moves on. */
export class Window {
  /** Most bytes of the file that one read may ask for. */
  readonly size: number;
  /** Whether bytes that {@linkcode WindowOptions.whole} should have taken could not be read. */
  wholeFailed = false;
  readonly #image: Image;
  readonly #options: WindowOptions;
  readonly #buffer: Uint8Array;
  /** All bytes are wanted, in order. */
  readonly #takesAll: boolean;
  #from = 0;
  #to = 0;
  #unread: readonly Span[] = [];
  #wholeAt = 0;
  #sinceTurn = 0;

  constructor(image: Image, options: WindowOptions = {}) {
    this.#image = image;
    this.#options = options;
    this.#takesAll = options.whole !== undefined || options.follower !== undefined;
    this.size = SECTORS * image.mapping.stride;
    this.#buffer = new Uint8Array(this.size);
  }

  /** Bytes of the file that are in the window and were all read, or undefined. */
  peek(offset: number, length: number): Uint8Array | undefined {
    const inside = offset >= this.#from && offset + length <= this.#to;
    if (!inside || this.#unread.length > 0) return undefined;
    return this.#buffer.subarray(offset - this.#from, offset - this.#from + length);
  }

  /**
   * Up to `length` bytes of the file, at most `size`. Where the window must move, it takes what lies
   * before `ahead` with it.
   */
  async file(offset: number, length: number, ahead = 0): Promise<Reading> {
    const end = Math.min(offset + length, this.#image.source.size);
    if (offset < 0 || length > this.size) {
      throw new RangeError(`Cannot read ${length} bytes at ${offset} through a window`);
    }
    if (offset >= end) return { bytes: new Uint8Array(0), unread: [] };
    if (offset < this.#from || end > this.#to) {
      await this.#move(offset, Math.max(end, Math.min(ahead, offset + this.size)));
    }
    const bytes = this.#buffer.subarray(
      offset - this.#from,
      Math.max(0, Math.min(end, this.#to) - this.#from),
    );
    const unread = this.#unread.filter(({ start, length }) =>
      start < end && start + length > offset
    );
    return { bytes, unread };
  }

  /** Up to `length` logical bytes; see {@linkcode Image.read}. Raw sectors are gathered. */
  readonly read = async (start: number, length: number): Promise<Reading> => {
    const { mapping } = this.#image;
    const available = Math.min(length, mapping.logicalSize - start);
    if (available <= 0 || start < Math.max(0, mapping.logicalOffset(0))) {
      return { bytes: new Uint8Array(0), unread: [] };
    }
    const from = mapping.fileOffset(start);
    if (mapping.stride === SECTOR) return await this.file(from, available);
    const to = mapping.fileOffset(start + available - 1) + 1;
    const raw = await this.file(from, to - from);
    const bytes = new Uint8Array(available);
    let at = 0;
    for (const span of mapping.fileSpans({ space: "logical", start, length: available })) {
      bytes.set(raw.bytes.subarray(span.start - from, span.start - from + span.length), at);
      at += span.length;
    }
    return { bytes, unread: raw.unread };
  };

  /** Gives the rest of the file to those that take all of it. */
  async finish(): Promise<void> {
    if (this.#takesAll) await this.#feedUntil(this.#image.source.size);
  }

  async #move(offset: number, end: number): Promise<void> {
    const keeps = offset >= this.#from && offset < this.#to;
    if (keeps) this.#buffer.copyWithin(0, offset - this.#from, this.#to - this.#from);
    const kept = keeps ? this.#to - offset : 0;
    if (this.#takesAll) await this.#feedUntil(offset);
    const until = this.#takesAll ? offset + this.size : end;
    const left = Math.min(until, this.#image.source.size) - offset;
    const into = this.#buffer.subarray(kept, Math.max(kept, left));
    const { bytes, unread } = await this.#load(offset + kept, into);
    this.#unread = [
      ...this.#unread.filter(({ start, length }) => kept > 0 && start + length > offset),
      ...unread,
    ];
    this.#from = offset;
    this.#to = offset + kept + bytes.length;
  }

  // What lies between the places that callers asked for counts for the whole too.
  async #feedUntil(offset: number): Promise<void> {
    if (this.#wholeAt >= offset) return;
    const gap = new Uint8Array(Math.min(this.size, offset - this.#wholeAt));
    while (this.#wholeAt < offset) {
      const part = gap.subarray(0, offset - this.#wholeAt);
      const { bytes } = await this.#load(this.#wholeAt, part);
      if (bytes.length === 0) break;
    }
  }

  async #load(offset: number, into: Uint8Array): Promise<Reading> {
    await this.#turn(into.length);
    const reading = await this.#image.readFile(offset, into);
    const end = offset + reading.bytes.length;
    if (reading.unread.length > 0 || reading.bytes.length < into.length) this.wholeFailed = true;
    if (this.#takesAll && this.#wholeAt < end) {
      const from = Math.max(offset, this.#wholeAt);
      const bytes = reading.bytes.subarray(from - offset);
      this.#options.whole?.update(bytes);
      this.#options.follower?.take(from, bytes, reading.unread);
      this.#wholeAt = end;
    }
    this.#options.onRead?.(reading.bytes.length);
    return reading;
  }

  async #turn(count: number): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.#sinceTurn += count;
    if (this.#sinceTurn < TURN) return;
    this.#sinceTurn = 0;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#options.signal?.throwIfAborted();
  }
}
