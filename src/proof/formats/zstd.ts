// Zstandard files (RFC 8878): the checksum of the content of every frame.

import type { Sink } from "../codecs/decoder.ts";
import { ZstdBlocks } from "../codecs/zstd.ts";
import { Xxh64 } from "../codecs/xxh64.ts";
import { begins, hex32, le } from "./content.ts";
import {
  checkExpansion,
  checkMembers,
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
  NotChecked,
} from "./format.ts";
import { skipFrame } from "./lz4.ts";
import { left, take } from "./reader.ts";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const WHAT = "zstd XXH64";
const RESERVED = 8;
const CHECKSUM = 4;
const SINGLE = 0x20;
/** Bytes of the largest window that is decoded: that of the option for long distances. */
const MOST_WINDOW = 128 * 1024 * 1024;

function isSkippable(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && begins(head, [0x2a, 0x4d, 0x18], 1);
}

/** Zstandard. */
export const zstd: Format = {
  name: "zstd",
  probe: (head) => begins(head, MAGIC) && ((head[4] ?? 0) & RESERVED) === 0,
  check: checkZstd,
};

/** Checks all frames that follow each other, and hands on their content. */
export async function checkZstd(
  reader: FileReader,
  report: FormatReport,
  content: Sink = () => {},
): Promise<void> {
  const decoder = new ZstdBlocks();
  const start = reader.position;
  for (let frames = 0; left(reader) > 0; frames++) {
    checkMembers(frames, reader.position - start);
    const head = reader.ready(8) ?? await reader.peek(8);
    if (begins(head, MAGIC)) await checkFrame(reader, report, decoder, content);
    else if (isSkippable(head)) await skipFrame(reader, report, le(head, 4, 4) + 8);
    else {
      const { position, end } = reader;
      report.unchecked("bytes behind the last frame are under no checksum", position, end);
      return;
    }
  }
}

type Header = {
  readonly window: number;
  readonly size: number | undefined;
  readonly hasChecksum: boolean;
};

async function readHeader(reader: FileReader): Promise<Header> {
  const from = reader.position;
  const bytes = (reader.ready(18) ?? await reader.peek(18)).slice(0, 18);
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & SINGLE) !== 0;
  const exponent = descriptor >> 6;
  const sizeBytes = exponent === 0 ? (isSingle ? 1 : 0) : 2 ** exponent;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5;
  const windowByte = isSingle ? 0 : bytes[at++] ?? 0;
  const dictionary = number(bytes, at, dictionaryBytes);
  at += dictionaryBytes;
  const plain = number(bytes, at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const size = sizeBytes === 0 ? undefined : plain;
  at += sizeBytes;
  if (at > bytes.length) throw new Damaged("the file ends inside a frame header", reader.end, true);
  if ((descriptor & RESERVED) !== 0) throw new Damaged("a reserved bit is set", from + 4);
  if (dictionary !== 0) throw new NotChecked("its frames need a dictionary");
  reader.advance(at);
  const base = 2 ** (10 + (windowByte >> 3));
  const window = isSingle ? plain : base + base / 8 * (windowByte & 7);
  return { window, size, hasChecksum: (descriptor & CHECKSUM) !== 0 };
}

function number(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

async function checkFrame(
  reader: FileReader,
  report: FormatReport,
  blocks: ZstdBlocks,
  content: Sink,
): Promise<void> {
  const from = reader.position;
  const { window, size, hasChecksum } = await readHeader(reader);
  if (window > MOST_WINDOW && window !== size) {
    throw new NotChecked(`its window has ${window} bytes, more than ${MOST_WINDOW}`);
  }
  const sum = new Xxh64();
  let bytes = 0;
  blocks.begin(Math.min(window, MOST_WINDOW), (part) => {
    bytes += part.length;
    if (hasChecksum) sum.update(part);
    content(part);
  });
  while (!await readBlock(reader, blocks)) checkExpansion(bytes, reader.position - from);
  report.grew(bytes);
  if (size !== undefined && size !== bytes) {
    throw new Damaged(`the frame has ${bytes} bytes of content, its header says ${size}`, from);
  }
  if (!hasChecksum) {
    report.unchecked("its frames have no checksum", from, reader.position);
    return;
  }
  const trailer = await take(reader, 4);
  if (trailer.length < 4) throw new Damaged("the frame ends inside its checksum", reader.end, true);
  const [recorded, computed] = [hex32(le(trailer, 0, 4)), hex32(sum.value[0])];
  const to = reader.position;
  if (recorded === computed) return report.holds(WHAT, "checksum", from, to);
  const message = `the content has XXH64 ...${computed}, the frame records ...${recorded}`;
  report.fails({ what: WHAT, from, to, message, recorded, computed });
}

/** Gives whether it was the last block. */
async function readBlock(reader: FileReader, blocks: ZstdBlocks): Promise<boolean> {
  const from = reader.position;
  const head = reader.ready(3) ?? await reader.peek(3);
  if (head.length < 3) {
    throw new Damaged("the frame is not complete where its bytes end", from, true);
  }
  const word = (head[0] ?? 0) + (head[1] ?? 0) * 256 + (head[2] ?? 0) * 65536;
  const isLast = word % 2 === 1;
  const type = Math.floor(word / 2) % 4;
  const size = Math.floor(word / 8);
  if (type === 3) throw new Damaged("a block has type 3, which is reserved", from);
  const stored = 3 + (type === 1 ? 1 : size);
  if (stored > left(reader)) {
    throw new Damaged(`a block says ${size} bytes, ${left(reader) - 3} are there`, from, true);
  }
  const bytes = (reader.ready(stored) ?? await reader.peek(stored)).subarray(3, stored);
  try {
    if (type === 0) blocks.copy(bytes);
    else if (type === 1) blocks.repeat(bytes[0] ?? 0, size);
    else blocks.decode(bytes);
  } catch (error) {
    if (error instanceof Damaged) {
      throw new Damaged(`the block at byte ${from}: ${error.message}`, from);
    }
    throw error;
  }
  reader.advance(stored);
  return isLast;
}
