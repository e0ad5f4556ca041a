// Cuts a stream into chunks by its content, so that equal contents at different places fall into equal
// chunks; asm/chunks.ts defines where.

import type { Kernels } from "./kernels.ts";

/** Sizes of chunks, in bytes. */
export type ChunkSizes = {
  /** Of any chunk but the last: 64 or more. */
  readonly least: number;
  /** About this many on average: from 4096 and `least` to `most`. */
  readonly average: number;
  /** Of any chunk: up to 1 GiB. */
  readonly most: number;
};

const BOUNDS = { least: 64, average: 4096, most: 2 ** 30 } as const;
/** Ends of chunks that one call of the kernel may write. */
const ENDS = 512;

/** One stream that is cut into chunks. */
export class ChunkStream {
  readonly #kernels: Kernels;
  readonly #state: Uint8Array;
  readonly #ends: Uint32Array;
  /** Bytes taken in one call, so that the ends in them have room. */
  readonly #piece: number;
  #position = 0;
  #last = 0;

  /** Keeps about 2 KiB of the room of `kernels` for good. Throws RangeError for sizes that cannot be. */
  constructor(kernels: Kernels, { least, average, most }: ChunkSizes) {
    const possible = [least, average, most].every(Number.isInteger) && least >= BOUNDS.least &&
      average >= Math.max(least, BOUNDS.average) && average <= most && most <= BOUNDS.most;
    if (!possible) {
      throw new RangeError(
        `Cannot cut chunks of ${least}, ${average} and ${most} bytes: they must not decrease, and be ` +
          `from ${BOUNDS.least}, ${BOUNDS.average} and up to ${BOUNDS.most}`,
      );
    }
    this.#kernels = kernels;
    this.#state = kernels.take(kernels.exports.CHUNKS_STATE.value);
    const { buffer, byteOffset } = kernels.take(4 * ENDS);
    this.#ends = new Uint32Array(buffer, byteOffset, ENDS);
    this.#piece = (ENDS - 1) * least;
    kernels.exports.chunks_init(this.#state.byteOffset, least, average, most);
  }

  /** Takes window bytes `[offset, offset + length)`; the ends, in the stream, of chunks that end in them. */
  take(offset: number, length: number): number[] {
    const address = this.#kernels.address(offset, length);
    const ends: number[] = [];
    for (let at = 0; at < length; at += this.#piece) {
      const size = Math.min(this.#piece, length - at);
      const count = this.#kernels.exports.chunks_update(
        this.#state.byteOffset,
        address + at,
        size,
        this.#ends.byteOffset,
      );
      for (const end of this.#ends.subarray(0, count)) ends.push(this.#position + end);
      this.#position += size;
    }
    this.#last = ends.at(-1) ?? this.#last;
    return ends;
  }

  /** Bytes of the chunk under way: of the last one where the stream ends here. */
  get rest(): number {
    return this.#position - this.#last;
  }
}
