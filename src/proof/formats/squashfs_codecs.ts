// Codecs of squashfs blocks that carry a checksum: zlib streams and xz files.

import { Adler32 } from "../codecs/checksums.ts";
import { Inflater } from "../codecs/inflate.ts";
import { be, hex32, le } from "./content.ts";
import { Damaged } from "./format.ts";

/** Names of the codecs by their numbers. */
export const codecNames = ["", "gzip", "lzma", "lzo", "xz", "lz4", "zstd"] as const;

/** Expands blocks of one codec. */
export type BlockCodec = {
  /** The checksum that proves a block. */
  readonly what: string;
  /**
   * The content of a block of at most `most` bytes, overwritten by the next; `at` is the byte of the file
   * that it begins at. Throws {@linkcode Damaged}.
   */
  expand(bytes: Uint8Array, most: number, at: number): Uint8Array;
};

/** The codec of a number; undefined for those without a checksum. */
export function blockCodec(number: number): BlockCodec | undefined {
  return codecNames[number] === "gzip" ? zlibCodec() : undefined;
}

/** Collects content up to a bound. */
class Room {
  #bytes = new Uint8Array(0);
  #filled = 0;
  #most = 0;

  begin(most: number): void {
    if (this.#bytes.length < most) this.#bytes = new Uint8Array(most);
    this.#most = most;
    this.#filled = 0;
  }

  readonly add = (part: Uint8Array): void => {
    if (this.#filled + part.length > this.#most) {
      throw new Damaged(`it expands to more than ${this.#most} bytes`);
    }
    this.#bytes.set(part, this.#filled);
    this.#filled += part.length;
  };

  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#filled);
  }
}

const HEADER = 2;
const TRAILER = 4;

function zlibCodec(): BlockCodec {
  const room = new Room();
  const inflater = new Inflater(room.add);
  const expand = (bytes: Uint8Array, most: number, at: number) => {
    room.begin(most);
    inflater.reset();
    if (bytes.length < HEADER + TRAILER || be(bytes, 0, HEADER) % 31 !== 0) {
      throw new Damaged(`no zlib stream begins with ${hex32(le(bytes, 0, 4))}`, at);
    }
    const used = HEADER + inflate(inflater, bytes.subarray(HEADER), at + HEADER);
    const sum = new Adler32();
    sum.update(room.content);
    const [recorded, computed] = [be(bytes, used, TRAILER), sum.value];
    if (used + TRAILER > bytes.length || recorded !== computed) {
      const says = `its zlib stream ends with Adler-32 ${hex32(recorded)}`;
      throw new Damaged(`${says}, its content has ${hex32(computed)}`, at);
    }
    return room.content;
  };
  return { what: "Adler-32 of a squashfs block", expand };
}

function inflate(inflater: Inflater, bytes: Uint8Array, at: number): number {
  try {
    return inflater.decode(bytes, true);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new Damaged(error.message, at + (error.at ?? 0));
  }
}
