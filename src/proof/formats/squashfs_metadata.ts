// Metadata blocks of squashfs 4.0, read by themselves: for tables that stand behind what they tell of.

import { le } from "./content.ts";
import { Damaged, type FileReader } from "./format.ts";
import type { BlockCodec } from "./squashfs_codecs.ts";

/** Bytes of a metadata block once it is expanded, and of its header. */
export const METADATA = 8192;
/** Bytes of the header of a metadata block. */
export const METADATA_HEADER = 2;
/** Set in the header where the block is stored as it is. */
export const STORED = 0x8000;

/** Bytes that are read at a time: a few dozen blocks. */
const WINDOW = 256 * 1024;

/** A metadata block. */
export type MetadataBlock = {
  readonly content: Uint8Array;
  /** Where the next one begins. */
  readonly next: number;
};

/** Reads metadata blocks that mostly follow each other. */
export class MetadataReader {
  readonly #reader: FileReader;
  readonly #codec: BlockCodec;
  /** The byte of the file at which the blocks end. */
  readonly #end: number;
  #window = new Uint8Array(0);
  #start = 0;

  /** Of blocks before byte `end` of the file. */
  constructor(reader: FileReader, codec: BlockCodec, end: number) {
    this.#reader = reader;
    this.#codec = codec;
    this.#end = end;
  }

  /** The block that begins at a byte of the file. */
  async read(at: number): Promise<MetadataBlock> {
    const bytes = await this.#bytes(at, METADATA_HEADER + METADATA);
    const header = le(bytes, 0, 2);
    const size = header % STORED;
    if (size === 0 || size > METADATA || bytes.length < METADATA_HEADER + size) {
      throw new Damaged(`a metadata block at byte ${at} says ${size} bytes`, at);
    }
    const stored = bytes.subarray(METADATA_HEADER, METADATA_HEADER + size);
    const next = at + METADATA_HEADER + size;
    if (header >= STORED) return { content: stored.slice(), next };
    const { content } = await this.#codec.expand(stored, METADATA, at + METADATA_HEADER);
    return { content: content.slice(), next };
  }

  async #bytes(at: number, most: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(most, this.#end - at));
    const isHere = at >= this.#start && at + wanted <= this.#start + this.#window.length;
    if (!isHere) {
      this.#window = (await this.#reader.look(at, Math.min(WINDOW, this.#end - at))).slice();
      this.#start = at;
    }
    return this.#window.subarray(at - this.#start, at - this.#start + wanted);
  }
}
