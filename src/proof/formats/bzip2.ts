// bzip2 files: the CRC-32 of every block, and that of all blocks of a stream together.

import { Bits, BLOCK_MAGIC, BlockDecoder, END_MAGIC, ShortOfBytes } from "../codecs/bunzip2.ts";
import type { Sink } from "../codecs/decoder.ts";
import { begins, hex32 } from "./content.ts";
import {
  checkMembers,
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
  MOST_PEEKED,
} from "./format.ts";
import { left } from "./reader.ts";

const WHAT = "bzip2 block CRC-32";
const HEADER = 4;
/** Bytes that nearly all blocks end within. */
const USUAL = 1024 * 1024;

function isHeader(head: Uint8Array): boolean {
  const level = head[3] ?? 0;
  return begins(head, [0x42, 0x5a, 0x68]) && level >= 0x31 && level <= 0x39;
}

function isMagic(bits: Bits, [first, second]: readonly [number, number]): boolean {
  const { at } = bits;
  const isIt = bits.take(24) === first && bits.take(24) === second;
  bits.at = at;
  return isIt;
}

/** bzip2. */
export const bzip2: Format = {
  name: "bzip2",
  probe(head) {
    if (!isHeader(head) || head.length < 14) return false;
    const bits = new Bits(head, HEADER * 8);
    return isMagic(bits, BLOCK_MAGIC) || isMagic(bits, END_MAGIC);
  },
  check: checkBzip2,
};

/** Checks all streams that follow each other, and hands on their content. */
export async function checkBzip2(
  reader: FileReader,
  report: FormatReport,
  content?: Sink,
): Promise<void> {
  const decoder = new BlockDecoder(content);
  const start = reader.position;
  for (let streams = 0; left(reader) > 0; streams++) {
    checkMembers(streams, reader.position - start);
    const head = reader.ready(HEADER) ?? await reader.peek(HEADER);
    if (!isHeader(head)) {
      const { position, end } = reader;
      report.unchecked("bytes behind the last stream are under no checksum", position, end);
      return;
    }
    const level = (head[3] ?? 0) - 0x30;
    reader.advance(HEADER);
    decoder.begin(level);
    await checkStream(reader, report, decoder);
  }
}

/** What a stream came to so far. */
type Stream = { bit: number; combined: number; failed: boolean };

async function checkStream(
  reader: FileReader,
  report: FormatReport,
  decoder: BlockDecoder,
): Promise<void> {
  const stream: Stream = { bit: 0, combined: 0, failed: false };
  for (;;) {
    const view = reader.ready(USUAL) ?? await reader.peek(USUAL);
    const bits = new Bits(view, stream.bit);
    if (bits.at + 80 > bits.length) {
      throw new Damaged("the stream is not complete where its bytes end", reader.end, true);
    }
    if (isMagic(bits, END_MAGIC)) return endStream(reader, report, bits, stream);
    if (!isMagic(bits, BLOCK_MAGIC)) {
      throw new Damaged("no block begins where the one before ends", reader.position);
    }
    await checkBlock(reader, report, decoder, stream);
  }
}

async function checkBlock(
  reader: FileReader,
  report: FormatReport,
  decoder: BlockDecoder,
  stream: Stream,
): Promise<void> {
  const from = reader.position;
  for (const room of [USUAL, MOST_PEEKED]) {
    const view = reader.ready(room) ?? await reader.peek(room);
    const bits = new Bits(view, stream.bit + 48);
    try {
      const { recorded, computed, bytes } = decoder.decode(bits);
      report.grew(bytes);
      const to = from + Math.ceil(bits.at / 8);
      if (recorded === computed) report.holds(WHAT, "checksum", from, to);
      else {
        const numbers = { recorded: hex32(recorded), computed: hex32(computed) };
        const message =
          `the content of the block at byte ${from} has CRC-32 ${numbers.computed}, ` +
          `the block records ${numbers.recorded}`;
        report.fails({ what: WHAT, from, to, message, ...numbers });
        stream.failed = true;
      }
      stream.combined = (stream.combined << 1 | stream.combined >>> 31) ^ computed;
      return goTo(reader, stream, bits.at);
    } catch (error) {
      if (error instanceof ShortOfBytes && room !== MOST_PEEKED && left(reader) > room) continue;
      const why = error instanceof ShortOfBytes
        ? "the block is not complete where its bytes end"
        : error instanceof Damaged
        ? error.message
        : undefined;
      if (why === undefined) throw error;
      stream.failed = true;
      await resume(reader, report, stream, `${why}, at byte ${from + (bits.at >> 3)} of the file`);
      return;
    }
  }
}

function goTo(reader: FileReader, stream: Stream, bit: number): void {
  reader.advance(bit >> 3);
  stream.bit = bit & 7;
}

// A block that does not decode is skipped: the next one begins with its magic, at any bit.
async function resume(
  reader: FileReader,
  report: FormatReport,
  stream: Stream,
  message: string,
): Promise<void> {
  const from = reader.position;
  stream.bit += 1;
  for (;;) {
    const view = reader.ready(USUAL) ?? await reader.peek(USUAL);
    const found = findMagic(view, stream.bit);
    if (found !== undefined) {
      goTo(reader, stream, found);
      report.fails({ what: WHAT, from, to: reader.position + 1, message });
      return;
    }
    if (view.length >= left(reader)) {
      report.fails({ what: WHAT, from, to: reader.end, message });
      return await reader.skip(left(reader));
    }
    reader.advance(view.length - 8);
    stream.bit = 0;
  }
}

function findMagic(bytes: Uint8Array, from: number): number | undefined {
  const most = bytes.length * 8 - 80;
  const [block] = BLOCK_MAGIC;
  const [end] = END_MAGIC;
  const bits = new Bits(bytes, from);
  for (; bits.at <= most; bits.at++) {
    const word = bits.peek(24);
    if (word !== block && word !== end) continue;
    if (isMagic(bits, BLOCK_MAGIC) || isMagic(bits, END_MAGIC)) return bits.at;
  }
  return undefined;
}

function endStream(reader: FileReader, report: FormatReport, bits: Bits, stream: Stream): void {
  const from = reader.position;
  bits.at += 48;
  const recorded = hex32(bits.take32());
  const computed = hex32(stream.combined >>> 0);
  const to = from + Math.ceil(bits.at / 8);
  reader.advance(to - from);
  if (stream.failed) return;
  if (recorded === computed) report.holds(WHAT, "checksum", from, to);
  else {
    const message =
      `the blocks of the stream have CRC-32 ${computed} together, it records ${recorded}`;
    report.fails({ what: "bzip2 stream CRC-32", from, to, message, recorded, computed });
  }
}
