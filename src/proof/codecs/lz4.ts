// Blocks of LZ4 (lz4_Block_format.md): matches go back 64 KiB at most.

import { Damaged } from "../formats/format.ts";
import type { Sink } from "./decoder.ts";

const WINDOW = 64 * 1024;

/** Decodes blocks of at most `most` bytes each, which may go back to the ones before. */
export class Lz4 {
  readonly #room: Uint8Array;
  readonly #most: number;
  #sink: Sink;
  #filled = 0;

  /** Hands content to a sink. */
  constructor(most: number, sink: Sink) {
    this.#room = new Uint8Array(WINDOW + most);
    this.#most = most;
    this.#sink = sink;
  }

  /** Begins another stream: it costs no new room. */
  begin(sink: Sink): void {
    this.#sink = sink;
    this.#filled = 0;
  }

  /** Forgets what was decoded before: the next block stands alone. */
  forget(): void {
    this.#filled = 0;
  }

  #begin(): number {
    if (this.#filled > WINDOW) {
      this.#room.copyWithin(0, this.#filled - WINDOW, this.#filled);
      this.#filled = WINDOW;
    }
    return this.#filled;
  }

  /** Takes a block that is stored as it is. */
  copy(bytes: Uint8Array): void {
    if (bytes.length > this.#most) throw new Damaged(`a block has ${bytes.length} bytes`);
    const from = this.#begin();
    this.#room.set(bytes, from);
    this.#filled = from + bytes.length;
    this.#sink(bytes);
  }

  /** Decodes a block; what is wrong is at a byte of it. */
  decode(bytes: Uint8Array): void {
    const out = this.#room;
    const from = this.#begin();
    const most = from + this.#most;
    let filled = from;
    let at = 0;
    for (;;) {
      const token = bytes[at++] ?? 0;
      let literals = token >> 4;
      if (literals === 15) {
        let more = 255;
        for (; more === 255; literals += more) more = bytes[at++] ?? 0;
      }
      if (at + literals > bytes.length) throw new Damaged("literals go on past their block", at);
      if (filled + literals > most) {
        throw new Damaged("a block is longer than its frame allows", at);
      }
      out.set(bytes.subarray(at, at + literals), filled);
      filled += literals;
      at += literals;
      if (at === bytes.length) break;
      const distance = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
      at += 2;
      let length = (token & 15) + 4;
      if (length === 19) {
        let more = 255;
        for (; more === 255; length += more) more = bytes[at++] ?? 0;
      }
      if (at > bytes.length) throw new Damaged("a match goes on past its block", at);
      if (distance === 0 || distance > filled) {
        throw new Damaged(
          `a match goes back ${distance} bytes, before the start of the content`,
          at,
        );
      }
      if (filled + length > most) throw new Damaged("a block is longer than its frame allows", at);
      for (const to = filled + length; filled < to; filled++) {
        out[filled] = out[filled - distance] ?? 0;
      }
    }
    this.#filled = filled;
    this.#sink(out.subarray(from, filled));
  }
}
