// zisofs: files stored as zlib blocks behind a table of pointers (versions 1 and 2 of the format).

import { unzlibSync } from "fflate";
import { startsWithText } from "../bytes/text.ts";
import type { Zisofs } from "../model/tree.ts";

/** Stored bytes of a file, from byte `at` of it: short where the image ends or a byte is unread. */
export type StoredReader = (at: number, length: number) => Promise<StoredPiece>;

/** What {@linkcode StoredReader} gives; the bytes may be overwritten by the next read. */
export type StoredPiece = {
  readonly bytes: Uint8Array;
  /** Why there are fewer than asked for. */
  readonly short?: { readonly state: "cut" | "unreadable"; readonly reason: string };
};

/** How decompression ended. */
export type InflateEnd = {
  readonly state: "ok" | "cut" | "unreadable";
  readonly reason?: string;
};

/** What the header of a stored file says, by version. */
type Form = {
  readonly magic: readonly number[];
  readonly headerSize: number;
  readonly pointerSize: number;
};

const forms: Readonly<Record<1 | 2, Form>> = {
  1: {
    magic: [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07],
    headerSize: 16,
    pointerSize: 4,
  },
  2: {
    magic: [0xef, 0x22, 0x55, 0xa1, 0xbc, 0x1b, 0x95, 0xa0],
    headerSize: 24,
    pointerSize: 8,
  },
};

/** Algorithms of version 2 by their number in the header. */
const algorithms = ["", "PZ", "XZ", "L4", "ZD", "B2"];
const BLOCK_SIZES = [32 * 1024, 64 * 1024, 128 * 1024];
/** Pointers read at a time. */
const POINTERS = 4096;
/** Header, Adler-32 and one byte of data at least (RFC 1950 2.2). */
const ZLIB_LEAST = 7;

class Malformed extends Error {
  readonly state: "cut" | "unreadable";

  constructor(reason: string, state: "cut" | "unreadable" = "unreadable") {
    super(reason);
    this.state = state;
  }
}

/**
 * The content of a zisofs file in pieces of at most one block (128 KiB), each overwritten by the next.
 * Memory is bounded by two blocks; the content by the recorded size, for which there must be pointers.
 * Never throws on image data: the end says why it stopped early. Each block's Adler-32 is verified.
 */
export async function* inflateZisofs(
  zisofs: Zisofs,
  storedSize: number,
  read: StoredReader,
): AsyncGenerator<Uint8Array, InflateEnd> {
  try {
    const form = checkEntry(zisofs);
    checkHeader(zisofs, form, await whole(read, 0, form.headerSize, "the zisofs header"));
    yield* blocks(zisofs, form, storedSize, read);
    return { state: "ok" };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { state: error.state, reason: error.message };
  }
}

async function whole(
  read: StoredReader,
  at: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  const { bytes, short } = await read(at, length);
  if (bytes.length === length) return bytes;
  if (short !== undefined) throw new Malformed(`${what}: ${short.reason}`, short.state);
  throw new Malformed(
    `${what} has ${bytes.length} of ${length} bytes before the end of the stored file`,
  );
}

function checkEntry({ version, algorithm, blockSize, headerSize, size }: Zisofs): Form {
  const form = forms[version];
  const name = algorithm.toUpperCase();
  if (name !== "PZ") {
    const known = version === 2 && algorithms.includes(name);
    const shown = known ? name : JSON.stringify(algorithm);
    throw new Malformed(`algorithm ${shown} of zisofs is not supported`);
  }
  if (headerSize !== form.headerSize) {
    throw new Malformed(
      `the ZF entry gives a header of ${headerSize} bytes, version ${version} has ${form.headerSize}`,
    );
  }
  if (!BLOCK_SIZES.includes(blockSize)) {
    throw new Malformed(`the ZF entry gives blocks of ${blockSize} bytes, not 32 to 128 KiB`);
  }
  if (size < 0) throw new Malformed(`the ZF entry gives a size of ${size}`);
  return form;
}

function checkHeader({ version, blockSize, size }: Zisofs, form: Form, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!startsWithText(bytes, String.fromCharCode(...form.magic))) {
    throw new Malformed(
      `the ZF entry says zisofs version ${version}, the data do not begin with its signature`,
    );
  }
  const [sizeAt, headerAt, blockAt] = version === 1 ? [8, 12, 13] : [12, 9, 11];
  const inHeader = version === 1
    ? BigInt(view.getUint32(sizeAt, true))
    : view.getBigUint64(sizeAt, true);
  if (inHeader !== BigInt(size)) {
    throw new Malformed(`the header gives ${inHeader} bytes of content, the ZF entry ${size}`);
  }
  const headerSize = view.getUint8(headerAt) * 4;
  if (headerSize !== form.headerSize) {
    throw new Malformed(
      `the header says that it has ${headerSize} bytes, version ${version} has ${form.headerSize}`,
    );
  }
  const exponent = view.getUint8(blockAt);
  if (2 ** exponent !== blockSize) {
    throw new Malformed(
      `the header gives blocks of 2^${exponent} bytes, the ZF entry ${blockSize}`,
    );
  }
  const method = version === 1 ? "PZ" : algorithms[view.getUint8(10)];
  if (method !== "PZ") {
    throw new Malformed(`algorithm ${method ?? view.getUint8(10)} of zisofs is not supported`);
  }
}

async function* blocks(
  { blockSize, size }: Zisofs,
  form: Form,
  storedSize: number,
  read: StoredReader,
): AsyncGenerator<Uint8Array, void> {
  const count = Math.ceil(size / blockSize);
  const tableEnd = form.headerSize + form.pointerSize * (count + 1);
  if (tableEnd > storedSize) {
    throw new Malformed(
      `${count} blocks need ${tableEnd} bytes of header and pointers, ${storedSize} are stored`,
    );
  }
  const out = new Uint8Array(blockSize + 1);
  let previous: number | undefined;
  for (let first = 0; first <= count; first += POINTERS) {
    const pointers = await readPointers(read, form, first, Math.min(POINTERS, count + 1 - first));
    for (const [index, pointer] of pointers.entries()) {
      const block = first + index - 1;
      checkPointer(block + 1, pointer, previous ?? tableEnd, storedSize);
      if (previous !== undefined) {
        const length = Math.min(blockSize, size - block * blockSize);
        yield await readBlock(read, block, previous, pointer - previous, out, length);
      }
      previous = pointer;
    }
  }
}

async function readPointers(
  read: StoredReader,
  { headerSize, pointerSize }: Form,
  first: number,
  count: number,
): Promise<Float64Array> {
  const at = headerSize + first * pointerSize;
  const bytes = await whole(read, at, count * pointerSize, "the table of block pointers");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Numbers above 2^53 lose digits, yet stay far above the stored size that they are compared with.
  return Float64Array.from(
    { length: count },
    (_, index) =>
      pointerSize === 4
        ? view.getUint32(index * 4, true)
        : Number(view.getBigUint64(index * 8, true)),
  );
}

function checkPointer(index: number, pointer: number, least: number, most: number): void {
  if (pointer >= least && pointer <= most) return;
  throw new Malformed(
    `block pointer ${index} is ${pointer}, which does not lie in [${least}, ${most}]`,
  );
}

async function readBlock(
  read: StoredReader,
  block: number,
  start: number,
  stored: number,
  out: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const content = out.subarray(0, length);
  if (stored === 0) return content.fill(0);
  // What zlib makes of incompressible data is longer by far less than this.
  const most = 2 * (out.length - 1);
  if (stored < ZLIB_LEAST || stored > most) {
    throw new Malformed(
      `block ${block} has ${stored} bytes stored, not ${ZLIB_LEAST} to ${most}`,
    );
  }
  const bytes = await whole(read, start, stored, `block ${block}`);
  const inflated = inflate(block, bytes, out);
  if (inflated.length !== length) {
    const seen = inflated.length > length ? `more than ${length}` : String(inflated.length);
    throw new Malformed(`block ${block} inflates to ${seen} bytes, not ${length}`);
  }
  const recorded = new DataView(bytes.buffer, bytes.byteOffset + stored - 4, 4).getUint32(0);
  const computed = adler32(inflated);
  if (recorded !== computed) {
    throw new Malformed(
      `block ${block} ends with Adler-32 ${hex32(recorded)}, its content has ${hex32(computed)}`,
    );
  }
  return content;
}

// The library verifies no checksum, and shows an output that is too long by a full buffer only.
function inflate(block: number, bytes: Uint8Array, out: Uint8Array): Uint8Array {
  try {
    return unzlibSync(bytes, { out });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Malformed(`block ${block} does not inflate: ${why}`);
  }
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

const ADLER_MODULUS = 65521;
/** Bytes after which the sums must be reduced so that they stay below 2^32 (RFC 1950 9). */
const ADLER_RUN = 5552;

/** Adler-32 of RFC 1950 2.2, unsigned. */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < bytes.length; start += ADLER_RUN) {
    const end = Math.min(bytes.length, start + ADLER_RUN);
    for (let at = start; at < end; at++) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= ADLER_MODULUS;
    b %= ADLER_MODULUS;
  }
  return b * 65536 + a;
}
