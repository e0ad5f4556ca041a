// The central directory of a zip archive (APPNOTE 6.3.10 4.3.12), read before the members that it names.

import { decodeLatin1, decodeUtf8 } from "../../bytes/text.ts";
import { begins, le } from "./content.ts";
import { Damaged, type FileReader, NotChecked } from "./format.ts";

const ENTRY = [0x50, 0x4b, 1, 2];
const END = [0x50, 0x4b, 5, 6];
const LOCATOR = [0x50, 0x4b, 6, 7];
const END64 = [0x50, 0x4b, 6, 6];
const ENTRY_SIZE = 46;
const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const END64_SIZE = 56;
/** Bytes of the longest comment, behind which the end record may hide. */
const COMMENT = 65_535;
/** Bytes of a directory that are read. */
const MOST = 48 * 1024 * 1024;
const MOST_MEMBERS = 1_000_000;

/** A member as the central directory names it. */
export type ZipMember = {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  /** Byte of the file at which its local header begins. */
  readonly at: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
};

/** The directory of an archive. */
export type ZipDirectory = {
  /** Members by the byte at which they begin. */
  readonly members: readonly ZipMember[];
  /** Where it begins itself. */
  readonly start: number;
  /** What is wrong with it; the members before that are good. */
  readonly fault?: string;
};

type End = {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  readonly at: number;
};

/** Finds the directory from the end of the file; throws {@linkcode Damaged} where there is none. */
export async function readDirectory(reader: FileReader): Promise<ZipDirectory> {
  const size = reader.end;
  const least = Math.max(0, size - END_SIZE - COMMENT - LOCATOR_SIZE);
  const tail = await reader.look(least, size - least);
  const found = findEnd(tail);
  if (found === undefined) {
    throw new Damaged("the archive has no end of central directory record", size, true);
  }
  const end = await readEnd(reader, tail, found, least);
  // Bytes before the archive shift all places in it.
  const start = end.at - end.size;
  const shift = start - end.offset;
  if (start < 0 || shift < 0) {
    const says = `the central directory should have ${end.size} bytes from byte ${end.offset} on`;
    throw new Damaged(`${says}, its end record stands at byte ${end.at}`, end.at);
  }
  if (end.size > MOST || end.count > MOST_MEMBERS) {
    throw new NotChecked(`its central directory has ${end.size} bytes`);
  }
  const bytes = await reader.look(start, end.size);
  const { members, fault } = readEntries(bytes, end.count, shift);
  members.sort((a, b) => a.at - b.at);
  return { members, start, ...(fault === undefined ? {} : { fault }) };
}

function findEnd(tail: Uint8Array): number | undefined {
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    if (begins(tail, END, at) && at + END_SIZE + le(tail, at + 20, 2) <= tail.length) return at;
  }
  return undefined;
}

async function readEnd(
  reader: FileReader,
  tail: Uint8Array,
  at: number,
  before: number,
): Promise<End> {
  const plain = {
    count: le(tail, at + 10, 2),
    size: le(tail, at + 12, 4),
    offset: le(tail, at + 16, 4),
    at: before + at,
  };
  const locator = at - LOCATOR_SIZE;
  if (locator < 0 || !begins(tail, LOCATOR, locator)) return plain;
  const recorded = le(tail, locator + 8, 8);
  // Its own record stands right before the locator, wherever the archive was shifted to.
  for (const place of [recorded, before + locator - END64_SIZE]) {
    if (place < 0 || place > reader.end - END64_SIZE) continue;
    const record = await reader.look(place, END64_SIZE);
    if (!begins(record, END64)) continue;
    const [count, size, offset] = [le(record, 32, 8), le(record, 40, 8), le(record, 48, 8)];
    return { count, size, offset, at: place };
  }
  throw new Damaged(`no zip64 end record stands at byte ${recorded}`, before + locator);
}

function readEntries(
  bytes: Uint8Array,
  count: number,
  shift: number,
): { members: ZipMember[]; fault?: string } {
  const members: ZipMember[] = [];
  let at = 0;
  while (members.length < count) {
    const length = ENTRY_SIZE + le(bytes, at + 28, 2) + le(bytes, at + 30, 2) +
      le(bytes, at + 32, 2);
    if (!begins(bytes, ENTRY, at) || at + length > bytes.length) {
      const fault =
        `the central directory has ${members.length} entries, its end record says ${count}`;
      return { members, fault };
    }
    members.push(readEntry(bytes, at, shift));
    at += length;
  }
  if (at === bytes.length || begins(bytes, [0x50, 0x4b, 5, 5], at)) return { members };
  const fault = `the central directory has ${at} bytes, its end record says ${bytes.length}`;
  return { members, fault };
}

const UTF8 = 0x800;

function readEntry(bytes: Uint8Array, at: number, shift: number): ZipMember {
  const flags = le(bytes, at + 8, 2);
  const name = bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + le(bytes, at + 28, 2));
  const sizes = [le(bytes, at + 24, 4), le(bytes, at + 20, 4), le(bytes, at + 42, 4)];
  const extra = at + ENTRY_SIZE + name.length;
  const [size = 0, packed = 0, offset = 0] = sizes64(
    bytes.subarray(extra, extra + le(bytes, at + 30, 2)),
    sizes,
  );
  return {
    name: (flags & UTF8) === 0 ? decodeLatin1(name) : decodeUtf8(name).text,
    nameBytes: name,
    at: offset + shift,
    flags,
    method: le(bytes, at + 10, 2),
    crc: le(bytes, at + 16, 4),
    packed,
    size,
  };
}

// The extra field of zip64 (4.5.3) has 64-bit numbers for those that are all ones, in this order.
function sizes64(extra: Uint8Array, sizes: readonly number[]): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + le(extra, at + 2, 2)) {
    if (le(extra, at, 2) !== 1) continue;
    let next = at + 4;
    return sizes.map((size) => {
      if (size !== 0xffffffff) return size;
      next += 8;
      return le(extra, next - 8, 8);
    });
  }
  return [...sizes];
}
