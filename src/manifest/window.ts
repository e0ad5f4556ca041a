// A buffer through which stretches of the image file are read, wherever they are.

import { breathe } from "../bytes/turn.ts";
import type { Image, Reading } from "../model/image.ts";

/** Sectors of the buffer. */
const SECTORS = 512;

/** Reads of an image through one buffer: the next read overwrites what the last one gave. */
export class Window {
  /** Most bytes of the file that one read may ask for. */
  readonly size: number;
  readonly #image: Image;
  readonly #signal: AbortSignal | undefined;
  readonly #buffer: Uint8Array;

  /** `signal` stops the work: reads reject with its reason. */
  constructor(image: Image, signal?: AbortSignal) {
    this.#image = image;
    this.#signal = signal;
    this.size = SECTORS * image.mapping.stride;
    this.#buffer = new Uint8Array(this.size);
  }

  /** Up to `length` bytes of the file, at most `size`; see {@linkcode Image.readFile}. */
  async file(offset: number, length: number): Promise<Reading> {
    if (offset < 0 || length > this.size) {
      throw new RangeError(`Cannot read ${length} bytes at ${offset} through a window`);
    }
    await breathe(this.#signal);
    const end = Math.min(offset + length, this.#image.source.size);
    if (offset >= end) return { bytes: new Uint8Array(0), unread: [] };
    return await this.#image.readFile(offset, this.#buffer.subarray(0, end - offset));
  }
}
