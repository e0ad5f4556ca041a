// LZ4 frames (lz4_Frame_format.md 1.6): checksums of header, blocks and content.

import { Xxh32 } from "../codecs/checksums.ts";
import type { Sink } from "../codecs/decoder.ts";
import { Lz4 } from "../codecs/lz4.ts";
import { begins, hex32, le } from "./content.ts";
import {
  checkMembers,
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
} from "./format.ts";
import { left, take } from "./reader.ts";

const MAGIC = [0x04, 0x22, 0x4d, 0x18];
const LEGACY = [0x02, 0x21, 0x4c, 0x18];
const INDEPENDENT = 0x20;
const BLOCK_SUM = 0x10;
const CONTENT_SIZE = 8;
const CONTENT_SUM = 4;
const DICTIONARY = 1;
const STORED = 2 ** 31;

/** LZ4. */
export const lz4: Format = {
  name: "lz4",
  probe: (head) => begins(head, LEGACY) || begins(head, MAGIC) && (head[4] ?? 0) >> 6 === 1,
  check: checkLz4,
};

/** Checks all frames that follow each other, and hands on their content. */
export async function checkLz4(
  reader: FileReader,
  report: FormatReport,
  content: Sink = () => {},
): Promise<void> {
  const decoders = new Map<number, Lz4>();
  const start = reader.position;
  for (let frames = 0; left(reader) > 0; frames++) {
    checkMembers(frames, reader.position - start);
    const head = reader.ready(8) ?? await reader.peek(8);
    const isSkipped = ((head[0] ?? 0) & 0xf0) === 0x50 &&
      begins(head.subarray(1), [0x2a, 0x4d, 0x18]);
    if (begins(head, MAGIC)) await checkFrame(reader, report, decoders, content);
    else if (isSkipped) await skipFrame(reader, report, le(head, 4, 4) + 8);
    else {
      const reason = begins(head, LEGACY)
        ? "frames of the old form have no checksums"
        : "bytes behind the last frame are under no checksum";
      if (frames === 0 && !begins(head, LEGACY)) throw new Damaged("no frame begins here");
      report.unchecked(reason, reader.position, reader.end);
      return;
    }
  }
}

/** Goes over a frame for users' own data. */
export async function skipFrame(
  reader: FileReader,
  report: FormatReport,
  length: number,
): Promise<void> {
  const from = reader.position;
  if (length > left(reader)) throw new Damaged(`a skippable frame has ${length} bytes`, from);
  report.unchecked("skippable frames are under no checksum", from, from + length);
  await reader.skip(length);
}

async function checkFrame(
  reader: FileReader,
  report: FormatReport,
  decoders: Map<number, Lz4>,
  content: Sink,
): Promise<void> {
  const from = reader.position;
  const { flags, most, size } = await readHeader(reader);
  const sum = new Xxh32();
  let bytes = 0;
  const decoder = decoders.get(most) ?? new Lz4(most, content);
  decoders.set(most, decoder);
  decoder.begin((part) => {
    bytes += part.length;
    if ((flags & CONTENT_SUM) !== 0) sum.update(part);
    content(part);
  });
  while (await readBlock(reader, report, decoder, flags)) {
    if ((flags & INDEPENDENT) !== 0) decoder.forget();
  }
  if (size !== undefined && size !== bytes) {
    throw new Damaged(`the frame has ${bytes} bytes of content, its header says ${size}`, from);
  }
  if ((flags & CONTENT_SUM) === 0) {
    if ((flags & BLOCK_SUM) === 0) {
      report.unchecked("its frames have no checksum", from, reader.position);
    }
    return;
  }
  const at = reader.position;
  const trailer = await take(reader, 4);
  if (trailer.length < 4) throw new Damaged("the frame ends inside its checksum", at, true);
  const [recorded, computed] = [hex32(le(trailer, 0, 4)), hex32(sum.value)];
  const stretch = { what: "lz4 content XXH32", from, to: reader.position };
  if (recorded === computed) report.holds(stretch.what, "checksum", from, stretch.to);
  else {
    const message = `the content has XXH32 ${computed}, the frame records ${recorded}`;
    report.fails({ ...stretch, message, recorded, computed });
  }
}

type Header = { readonly flags: number; readonly most: number; readonly size: number | undefined };

async function readHeader(reader: FileReader): Promise<Header> {
  const from = reader.position;
  const start = reader.ready(6) ?? await reader.peek(6);
  const flags = start[4] ?? 0;
  const most = 2 ** (8 + 2 * ((start[5] ?? 0) >> 4 & 7));
  const length = 7 + ((flags & CONTENT_SIZE) !== 0 ? 8 : 0) + ((flags & DICTIONARY) !== 0 ? 4 : 0);
  const header = await take(reader, length);
  const sum = new Xxh32();
  sum.update(header.subarray(4, length - 1));
  const computed = Math.floor(sum.value / 256) % 256;
  if (header.length < length || header[length - 1] !== computed) {
    throw new Damaged(
      `the frame header has checksum ${computed}, but records ${header[length - 1]}`,
      from,
    );
  }
  if (flags >> 6 !== 1 || (flags & 2) !== 0 || most < 65536) {
    throw new Damaged(`the frame has flags ${flags} and blocks of ${most} bytes`, from);
  }
  return { flags, most, size: (flags & CONTENT_SIZE) !== 0 ? le(header, 6, 8) : undefined };
}

async function readBlock(
  reader: FileReader,
  report: FormatReport,
  decoder: Lz4,
  flags: number,
): Promise<boolean> {
  const from = reader.position;
  const head = await take(reader, 4);
  if (head.length < 4) {
    throw new Damaged("the frame is not complete where its bytes end", from, true);
  }
  const word = le(head, 0, 4);
  if (word === 0) return false;
  const size = word % STORED;
  const sumSize = (flags & BLOCK_SUM) !== 0 ? 4 : 0;
  if (size + sumSize > left(reader) || size > MOST_BLOCK) {
    throw new Damaged(`a block says ${size} bytes, ${left(reader)} are there`, from, true);
  }
  const all = reader.ready(size + sumSize) ?? await reader.peek(size + sumSize);
  const block = all.subarray(0, size);
  if (sumSize > 0) checkBlockSum(block, all.subarray(size, size + 4), from, report);
  try {
    if (word >= STORED) decoder.copy(block);
    else decoder.decode(block);
  } catch (error) {
    if (error instanceof Damaged) throw new Damaged(error.message, from + 4 + (error.at ?? 0));
    throw error;
  }
  reader.advance(size + sumSize);
  return true;
}

const MOST_BLOCK = 4 * 1024 * 1024;

function checkBlockSum(
  block: Uint8Array,
  stored: Uint8Array,
  from: number,
  report: FormatReport,
): void {
  const sum = new Xxh32();
  sum.update(block);
  const [recorded, computed] = [hex32(le(stored, 0, 4)), hex32(sum.value)];
  const to = from + 8 + block.length;
  if (recorded === computed) return report.holds("lz4 block XXH32", "checksum", from, to);
  const message = `the block at byte ${from} has XXH32 ${computed}, but records ${recorded}`;
  report.fails({ what: "lz4 block XXH32", from, to, message, recorded, computed });
}
