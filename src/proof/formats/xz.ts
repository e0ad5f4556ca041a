// xz files (format 1.2.1): the checks of all headers, blocks, indexes and footers.

import { hex } from "../../bytes/text.ts";
import { Crc64 } from "../codecs/checksums.ts";
import type { Sink } from "../codecs/decoder.ts";
import { type Filter, makeFilter } from "../codecs/filters.ts";
import { Lzma2 } from "../codecs/lzma2.ts";
import { createDigest } from "../../kernel/digest.ts";
import { begins, crc32Hex, hex32, le } from "./content.ts";
import {
  checkExpansion,
  checkMembers,
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
  NotChecked,
} from "./format.ts";
import { left, take } from "./reader.ts";

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const HEADER = 12;
const LZMA2 = 0x21;
/** Bytes of an index that are read. */
const MOST_INDEX = 4 * 1024 * 1024;

/** A check of blocks: its size, and what computes it as hexadecimal in the order of its bytes. */
type Check = {
  readonly name: string;
  readonly size: number;
  begin?(): { update(bytes: Uint8Array): void; hex(): string };
};

const sizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

function checkOf(id: number): Check {
  const size = sizes[id] ?? 0;
  if (id === 1) return { name: "CRC-32", size, begin: beginCrc32 };
  if (id === 4) return { name: "CRC-64", size, begin: () => new Crc64() };
  if (id === 10) return { name: "SHA-256", size, begin: () => createDigest("sha256") };
  return { name: id === 0 ? "none" : `check ${id}`, size };
}

function beginCrc32(): { update(bytes: Uint8Array): void; hex(): string } {
  const digest = createDigest("crc32");
  return {
    update: (bytes) => digest.update(bytes),
    hex: () => (digest.hex().match(/../g) ?? []).reverse().join(""),
  };
}

/** xz. */
export const xz: Format = {
  name: "xz",
  probe: (head) => begins(head, MAGIC) && head.length >= 32,
  check: checkXz,
};

/** Checks all streams that follow each other, and hands on their content. */
export async function checkXz(
  reader: FileReader,
  report: FormatReport,
  content: Sink = () => {},
): Promise<void> {
  const start = reader.position;
  for (let streams = 0; left(reader) > 0; streams++) {
    checkMembers(streams, reader.position - start);
    await checkStream(reader, report, content);
    await skipPadding(reader, report);
  }
}

async function skipPadding(reader: FileReader, report: FormatReport): Promise<void> {
  for (;;) {
    const next = reader.ready(4) ?? await reader.peek(4);
    if (next.length === 0 || begins(next, MAGIC.slice(0, 4))) return;
    if (next.length < 4 || le(next, 0, 4) !== 0) {
      report.unchecked(
        "bytes behind the last stream are under no checksum",
        reader.position,
        reader.end,
      );
      return await reader.skip(left(reader));
    }
    reader.advance(4);
  }
}

async function checkStream(
  reader: FileReader,
  report: FormatReport,
  content: Sink,
): Promise<void> {
  const from = reader.position;
  const header = await take(reader, HEADER);
  const flags = header.slice(6, 8);
  checkCrc(header.subarray(6, 8), header.subarray(8), "the stream header", from);
  if (!begins(header, MAGIC) || flags[0] !== 0 || (flags[1] ?? 0) > 15) {
    throw new Damaged("the stream header is not one of xz", from);
  }
  report.holds("xz header CRC-32", "checksum", from, reader.position);
  const check = checkOf(flags[1] ?? 0);
  const records: { unpadded: number; content: number }[] = [];
  for (;;) {
    const next = reader.ready(1) ?? await reader.peek(1);
    if (next.length === 0) {
      throw new Damaged("the stream ends before its index", reader.position, true);
    }
    if (next[0] === 0) break;
    checkMembers(records.length, reader.position - from);
    records.push(await checkBlock(reader, report, check, content));
  }
  const start = reader.position;
  const size = await checkIndex(reader, records);
  await checkFooter(reader, flags, size);
  report.holds("xz index CRC-32", "checksum", start, reader.position);
}

function checkCrc(bytes: Uint8Array, stored: Uint8Array, what: string, at: number): void {
  const recorded = hex32(le(stored, 0, 4));
  const computed = crc32Hex(bytes);
  if (stored.length >= 4 && recorded === computed) return;
  throw new Damaged(`${what} has CRC-32 ${computed}, but records ${recorded}`, at);
}

type BlockHeader = {
  readonly filters: readonly { readonly id: number; readonly properties: Uint8Array }[];
  readonly packed?: number;
  readonly content?: number;
};

async function checkBlock(
  reader: FileReader,
  report: FormatReport,
  check: Check,
  content: Sink,
): Promise<{ unpadded: number; content: number }> {
  const from = reader.position;
  const header = await readBlockHeader(reader);
  const sum = check.begin?.();
  let bytes = 0;
  const count: Sink = (part) => {
    bytes += part.length;
    sum?.update(part);
    content(part);
    checkExpansion(bytes, reader.position - from);
  };
  const start = reader.position;
  await decodeBlock(reader, header, count);
  const packed = reader.position - start;
  report.grew(bytes);
  checkSize("stored", header.packed, packed, from);
  checkSize("content", header.content, bytes, from);
  const unpadded = reader.position - from + check.size;
  const padding = await take(reader, (4 - packed % 4) % 4);
  if (padding.some((byte) => byte !== 0)) {
    throw new Damaged("the padding of a block is not zero", reader.position);
  }
  const recorded = hex(await take(reader, check.size));
  const to = reader.position;
  const what = `xz ${check.name}`;
  const computed = sum?.hex();
  if (computed === undefined) report.unchecked(unsummed(check), from, to);
  else if (recorded === computed) {
    report.holds(what, check.size === 32 ? "digest" : "checksum", from, to);
  } else {
    const message = `the content of the block at byte ${from} has ${check.name} ${computed}, ` +
      `the block records ${recorded}`;
    report.fails({ what, from, to, message, recorded, computed });
  }
  return { unpadded, content: bytes };
}

function unsummed({ name, size }: Check): string {
  return size === 0 ? "its blocks have no check" : `${name} of its blocks is not known`;
}

function checkSize(what: string, recorded: number | undefined, found: number, at: number): void {
  if (recorded === undefined || recorded === found) return;
  throw new Damaged(`a block has ${found} ${what} bytes, its header says ${recorded}`, at);
}

async function decodeBlock(
  reader: FileReader,
  { filters }: BlockHeader,
  sink: Sink,
): Promise<void> {
  const last = filters.at(-1);
  const exponent = last?.properties[0] ?? 0;
  if (last?.id !== LZMA2) throw new NotChecked(`filter ${last?.id} of xz is not known`);
  const chain: Filter[] = [];
  let next = sink;
  for (const { id, properties } of filters.slice(0, -1)) {
    const filter = makeFilter(id, properties, next);
    chain.unshift(filter);
    next = filter.take;
  }
  const dictionary = exponent === 40 ? 2 ** 32 - 1 : (2 + exponent % 2) * 2 **
      (Math.floor(exponent / 2) + 11);
  await new Lzma2(dictionary, next).read(reader);
  for (const filter of chain) filter.end();
}

async function readBlockHeader(reader: FileReader): Promise<BlockHeader> {
  const from = reader.position;
  const [words = 0] = reader.ready(1) ?? await reader.peek(1);
  const bytes = await take(reader, 4 * (words + 1));
  const end = bytes.length - 4;
  checkCrc(bytes.subarray(0, end), bytes.subarray(end), "a block header", from);
  const flags = bytes[1] ?? 0;
  if ((flags & 0x3c) !== 0) throw new NotChecked(`block flags ${flags} of xz are not known`);
  const cursor = { bytes: bytes.subarray(0, end), at: 2, from };
  const packed = (flags & 0x40) === 0 ? undefined : vli(cursor);
  const content = (flags & 0x80) === 0 ? undefined : vli(cursor);
  const filters = Array.from({ length: flags % 4 + 1 }, () => {
    const id = vli(cursor);
    const size = vli(cursor);
    const properties = cursor.bytes.subarray(cursor.at, cursor.at += size);
    return { id, properties };
  });
  return {
    filters,
    ...(packed === undefined ? {} : { packed }),
    ...(content === undefined ? {} : { content }),
  };
}

type Cursor = { readonly bytes: Uint8Array; at: number; readonly from: number };

// Multibyte integers (1.2): seven bits a byte, at most nine bytes.
function vli(cursor: Cursor): number {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new Damaged("a number has no end", cursor.from);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw new Damaged("a number has more than nine bytes", cursor.from);
}

async function checkIndex(
  reader: FileReader,
  records: readonly { readonly unpadded: number; readonly content: number }[],
): Promise<number> {
  const from = reader.position;
  const most = Math.min(MOST_INDEX, 18 * records.length + 64);
  const bytes = (reader.ready(most) ?? await reader.peek(most)).slice(0, most);
  const cursor = { bytes, at: 1, from };
  const count = vli(cursor);
  if (count !== records.length) {
    throw new Damaged(`the index has ${count} blocks, the stream ${records.length}`, from);
  }
  for (const [number, { unpadded, content }] of records.entries()) {
    const [size, length] = [vli(cursor), vli(cursor)];
    if (size === unpadded && length === content) continue;
    const says = `the index gives block ${number} ${size} stored and ${length} content bytes`;
    throw new Damaged(`${says}, it has ${unpadded} and ${content}`, from);
  }
  const end = Math.ceil(cursor.at / 4) * 4;
  if (bytes.subarray(cursor.at, end).some((byte) => byte !== 0)) {
    throw new Damaged("the padding of the index is not zero", from + cursor.at);
  }
  checkCrc(bytes.subarray(0, end), bytes.subarray(end, end + 4), "the index", from);
  reader.advance(Math.min(bytes.length, end + 4));
  return end + 4;
}

async function checkFooter(reader: FileReader, flags: Uint8Array, size: number): Promise<void> {
  const from = reader.position;
  const footer = await take(reader, HEADER);
  if (footer.length < HEADER) throw new Damaged("the stream ends before its footer", from, true);
  checkCrc(footer.subarray(4, 10), footer.subarray(0, 4), "the footer", from);
  const backward = 4 * (le(footer, 4, 4) + 1);
  if (backward !== size) {
    throw new Damaged(`the footer gives the index ${backward} bytes, it has ${size}`, from);
  }
  const isSame = footer[8] === flags[0] && footer[9] === flags[1] && footer[10] === 0x59 &&
    footer[11] === 0x5a;
  if (!isSame) throw new Damaged("the footer does not repeat the flags of the header", from);
}
