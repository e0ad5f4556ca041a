// A browser's File or Blob as a byte source. A small slice costs a round trip, so blocks are kept.

import { type ByteSource, SourceError } from "../bytes/source.ts";

const BLOCK = 256 * 1024;
const BLOCKS_KEPT = 64;

/** Bytes of a Blob. Small reads come from blocks of 256 KiB, of which at most 64 are kept. */
export class BlobSource implements ByteSource {
  /** File name where the Blob is a file. */
  readonly name: string;
  readonly #blob: Blob;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  /** Takes a Blob, or a File with its name. */
  constructor(blob: Blob, name: string = nameOf(blob)) {
    this.#blob = blob;
    this.name = name;
  }

  /** Bytes in the Blob. */
  get size(): number {
    return this.#blob.size;
  }

  /** Reads up to `into.length` bytes; see {@linkcode ByteSource.read}. */
  async read(offset: number, into: Uint8Array): Promise<number> {
    const end = Math.min(offset + into.length, this.size);
    if (end - offset >= BLOCK) {
      into.set(await this.#slice(offset, end));
      return end - offset;
    }
    for (let at = offset; at < end;) {
      const number = Math.floor(at / BLOCK);
      const block = await this.#block(number);
      const from = at - number * BLOCK;
      const part = block.subarray(from, Math.min(block.length, from + end - at));
      if (part.length === 0) return at - offset;
      into.set(part, at - offset);
      at += part.length;
    }
    return Math.max(0, end - offset);
  }

  #block(number: number): Promise<Uint8Array> {
    const kept = this.#blocks.get(number);
    // A block is put last again, so that the first is always the one not used for longest.
    this.#blocks.delete(number);
    const start = number * BLOCK;
    const block = kept ?? this.#slice(start, Math.min(start + BLOCK, this.size));
    this.#blocks.set(number, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > BLOCKS_KEPT && oldest !== undefined) this.#blocks.delete(oldest);
    return block;
  }

  async #slice(start: number, end: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#blob.slice(start, end).arrayBuffer());
    } catch (error) {
      this.#blocks.delete(Math.floor(start / BLOCK));
      const reason = error instanceof Error ? error.message : String(error);
      throw new SourceError(start, end - start, reason);
    }
  }
}

function nameOf(blob: Blob): string {
  return blob instanceof File ? blob.name : "image";
}
