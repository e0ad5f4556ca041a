// Codecs of squashfs blocks. Zlib streams and xz files carry checksums; a block of zstd or LZ4 proves nothing
// by being expanded, but one that cannot be is damaged.

import { Adler32 } from "../codecs/checksums.ts";
import { Inflater } from "../codecs/inflate.ts";
import { Lz4 } from "../codecs/lz4.ts";
import { be, hex32, le } from "./content.ts";
import { Damaged, type FileReader, type FormatReport } from "./format.ts";
import { Held } from "./reader.ts";
import { checkXz } from "./xz.ts";
import { checkZstd } from "./zstd.ts";

/** Names of the codecs by their numbers. */
export const codecNames = ["", "gzip", "lzma", "lzo", "xz", "lz4", "zstd"] as const;

/** The content of a block, overwritten by the next one. */
export type Expanded = {
  readonly content: Uint8Array;
  /** Why that it was expanded proves nothing; absent where a checksum does. */
  readonly unproven?: string;
};

/** Expands blocks of one codec. */
export type BlockCodec = {
  /** What proves a block, or is broken where it cannot be expanded. */
  readonly what: string;
  /** Whether its blocks carry checksums. */
  readonly hasChecksum: boolean;
  /**
   * The content of a block of at most `most` bytes; `at` is the byte of the file that it begins at. Throws
   * {@linkcode Damaged}.
   */
  expand(bytes: Uint8Array, most: number, at: number): Expanded | Promise<Expanded>;
};

const codecs: Readonly<Partial<Record<typeof codecNames[number], () => BlockCodec>>> = {
  gzip: zlibCodec,
  xz: xzCodec,
  lz4: lz4Codec,
  zstd: zstdCodec,
};

/** The codec of a number; undefined for those that are not expanded. */
export function blockCodec(number: number): BlockCodec | undefined {
  const name = codecNames[number];
  return name === undefined ? undefined : codecs[name]?.();
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
    return { content: room.content };
  };
  return { what: "Adler-32 of a squashfs block", hasChecksum: true, expand };
}

function inflate(inflater: Inflater, bytes: Uint8Array, at: number): number {
  try {
    return inflater.decode(bytes, true);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new Damaged(error.message, at + (error.at ?? 0));
  }
}

function xzCodec(): BlockCodec {
  const room = new Room();
  const expand = (bytes: Uint8Array, most: number, at: number) => {
    room.begin(most);
    return checked(room, bytes, at, (reader, report) => checkXz(reader, report, room.add));
  };
  return { what: "xz checksums of a squashfs block", hasChecksum: true, expand };
}

function decodesOnly(name: typeof codecNames[number]): string {
  return `its blocks decode, but ${name} has no checksum`;
}

function zstdCodec(): BlockCodec {
  const room = new Room();
  const expand = async (bytes: Uint8Array, most: number, at: number) => {
    room.begin(most);
    await checked(room, bytes, at, (reader, report) => checkZstd(reader, report, room.add));
    return { content: room.content, unproven: decodesOnly("zstd") };
  };
  return { what: "zstd block of squashfs", hasChecksum: false, expand };
}

function lz4Codec(): BlockCodec {
  let content: Uint8Array = new Uint8Array(0);
  // Metadata blocks and blocks of data have sizes of their own.
  const decoders = new Map<number, Lz4>();
  const expand = (bytes: Uint8Array, most: number, at: number) => {
    const decoder = decoders.get(most) ?? new Lz4(most, (part) => content = part);
    decoders.set(most, decoder);
    decoder.forget();
    try {
      decoder.decode(bytes);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      throw new Damaged(error.message, at + (error.at ?? 0));
    }
    return { content, unproven: decodesOnly("lz4") };
  };
  return { what: "LZ4 block of squashfs", hasChecksum: false, expand };
}

/** Reads a block as a file of a format of its own: what fails there is thrown. */
async function checked(
  room: Room,
  bytes: Uint8Array,
  at: number,
  check: (reader: FileReader, report: FormatReport) => Promise<void>,
): Promise<Expanded> {
  const report = new BlockReport(bytes.length);
  try {
    await check(new Held(bytes), report);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new Damaged(error.message, at + (error.at ?? 0));
  }
  const { unproven } = report;
  return { content: room.content, ...(unproven === undefined ? {} : { unproven }) };
}

class BlockReport implements FormatReport {
  readonly zisofs = undefined;
  readonly size: number;
  readonly reached = 0;
  unproven: string | undefined;

  constructor(size: number) {
    this.size = size;
  }

  holds(): void {}

  fails({ message, from }: { readonly message: string; readonly from: number }): void {
    throw new Damaged(message, from);
  }

  remarks(): void {}

  failsZisofs(): void {}

  // The room bounds a block, and the report of the file all of them.
  grew(): void {}

  unchecked(reason: string): void {
    this.unproven = reason;
  }
}
