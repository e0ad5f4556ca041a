// gzip files (RFC 1952): the CRC-32 and size of every member.

import { SharedInflater } from "../codecs/inflate.ts";
import { decodeStream } from "../codecs/decoder.ts";
import { begins, Content, crc32Hex, hex32, le } from "./content.ts";
import {
  checkMembers,
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
} from "./format.ts";
import { left, take } from "./reader.ts";

const WHAT = "gzip CRC-32";
const BEHIND = "bytes behind the last member are under no checksum";
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;
/** Bytes of a name or comment that are looked through. */
const TEXT = 64 * 1024;

function isMember(head: Uint8Array): boolean {
  return begins(head, [0x1f, 0x8b, 8]) && ((head[3] ?? 0xff) & RESERVED) === 0;
}

/** gzip. */
export const gzip: Format = {
  name: "gzip",
  probe: (head) => head.length >= 18 && isMember(head),
  check: checkGzip,
};

/** Checks all members that follow each other. What stands behind the last one is under no checksum. */
export async function checkGzip(reader: FileReader, report: FormatReport): Promise<void> {
  const inflater = new SharedInflater();
  const start = reader.position;
  for (let members = 0; left(reader) > 0; members++) {
    checkMembers(members, reader.position - start);
    const head = reader.ready(10) ?? await reader.peek(10);
    if (!isMember(head)) {
      if (members === 0) throw new Damaged("the file has no gzip header", reader.position);
      // Zeros fill a tape's block; anything else is not gzip's.
      if (head.some((byte) => byte !== 0)) report.unchecked(BEHIND, reader.position, reader.end);
      return;
    }
    await checkMember(reader, report, inflater);
  }
}

async function checkMember(
  reader: FileReader,
  report: FormatReport,
  inflater: SharedInflater,
): Promise<void> {
  const from = reader.position;
  await readHeader(reader);
  const content = new Content("crc32");
  await decodeStream(reader, inflater.of(content.take), content);
  report.grew(content.bytes);
  const trailer = await take(reader, 8);
  if (trailer.length < 8) {
    throw new Damaged("the file ends inside a gzip trailer", reader.end, true);
  }
  const to = reader.position;
  const [recorded, computed] = [hex32(le(trailer, 0, 4)), content.hex()];
  const size = le(trailer, 4, 4);
  const stretch = { what: WHAT, from, to };
  if (recorded !== computed) {
    const message = `the content has CRC-32 ${computed}, the gzip trailer says ${recorded}`;
    report.fails({ ...stretch, message, recorded, computed });
  } else if (size !== content.bytes % 2 ** 32) {
    const message = `the content has ${content.bytes} bytes, the gzip trailer says ${size}`;
    report.fails({ ...stretch, suspectFrom: to - 4, suspectTo: to, message });
  } else report.holds(WHAT, "checksum", from, to);
}

async function readHeader(reader: FileReader): Promise<void> {
  const from = reader.position;
  const parts = [await take(reader, 10)];
  const flags = parts[0]?.[3] ?? 0;
  if ((flags & EXTRA) !== 0) {
    const length = await take(reader, 2);
    parts.push(length, await take(reader, le(length, 0, 2)));
  }
  if ((flags & NAME) !== 0) parts.push(await takeText(reader));
  if ((flags & COMMENT) !== 0) parts.push(await takeText(reader));
  if ((flags & HEADER_CRC) === 0) return;
  const computed = crc32Hex(...parts).slice(4);
  const recorded = hex32(le(await take(reader, 2), 0, 2)).slice(4);
  if (recorded === computed) return;
  throw new Damaged(`the gzip header has CRC-16 ${computed}, but records ${recorded}`, from);
}

async function takeText(reader: FileReader): Promise<Uint8Array> {
  const bytes = reader.ready(TEXT) ?? await reader.peek(TEXT);
  const end = bytes.subarray(0, TEXT).indexOf(0);
  if (end < 0) {
    throw new Damaged(
      `a text of the gzip header does not end within ${TEXT} bytes`,
      reader.position,
    );
  }
  return await take(reader, end + 1);
}
