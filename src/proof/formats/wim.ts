// The Windows Imaging Format: the SHA-1 of every resource, and of pieces of 10 MiB in the integrity table.

import { hex } from "../../bytes/text.ts";
import { LzxDecoder } from "../codecs/lzx.ts";
import { decodeXpress } from "../codecs/xpress.ts";
import { begins, Content, le } from "./content.ts";
import { Damaged, type FileReader, type Format, type FormatReport, MOST_PEEKED } from "./format.ts";
import { take } from "./reader.ts";

const HEADER = 208;
const RESOURCE = "SHA-1 of a WIM resource";
const PIECE = "SHA-1 in the WIM integrity table";
/** An entry of the lookup table. */
const ENTRY = 50;
const flags = { compressed: 4, solid: 16 } as const;
const headerFlags = { compressed: 2, xpress: 0x20000, lzx: 0x40000, lzms: 0x80000 } as const;
/** Resources of one archive. */
const RESOURCES = 2_000_000;
const DIGEST = 20;
/** Length of the content that the entry of a solid pack records. */
const PACK = 2 ** 32;

/** WIM. */
export const wim: Format = {
  name: "WIM",
  probe: (head) => begins(head, [...new TextEncoder().encode("MSWIM\0\0\0")]),
  check: checkWim,
};

/** Bytes of the file, and what is known of them. */
type Resource = {
  readonly offset: number;
  /** Stored bytes. */
  readonly size: number;
  /** Bytes of the content. */
  readonly length: number;
  readonly flags: number;
  readonly sha1: string;
};

type Archive = {
  readonly codec: "none" | "XPRESS" | "LZX" | "LZMS";
  readonly chunkSize: number;
  readonly lookup: Resource;
  readonly integrity: Resource;
};

function resourceAt(bytes: Uint8Array, at: number, sha1 = ""): Resource {
  return {
    size: le(bytes, at, 4) + (le(bytes, at + 4, 2) + (bytes[at + 6] ?? 0) * 65_536) * 2 ** 32,
    flags: bytes[at + 7] ?? 0,
    offset: le(bytes, at + 8, 8),
    length: le(bytes, at + 16, 8),
    sha1,
  };
}

function archiveOf(header: Uint8Array): Archive {
  const wanted = le(header, 16, 4);
  const has = (flag: number) => Math.floor(wanted / flag) % 2 === 1;
  const codec = !has(headerFlags.compressed)
    ? "none"
    : has(headerFlags.lzms)
    ? "LZMS"
    : has(headerFlags.lzx)
    ? "LZX"
    : has(headerFlags.xpress)
    ? "XPRESS"
    : "none";
  return {
    codec,
    chunkSize: le(header, 20, 4),
    lookup: resourceAt(header, 48),
    integrity: resourceAt(header, 124),
  };
}

async function checkWim(reader: FileReader, report: FormatReport): Promise<void> {
  const header = await reader.look(0, HEADER);
  if (header.length < HEADER) throw new Damaged(`the header has ${header.length} bytes`, 0);
  const archive = archiveOf(header);
  for (const { offset, size } of [archive.lookup, archive.integrity]) {
    if (offset + size <= reader.end) continue;
    const place = `bytes ${offset} to ${offset + size}`;
    throw new Damaged(`a table stands at ${place}, the file has ${reader.end}`, 0);
  }
  const pieces = await piecesOf(archive, reader);
  // A table of the whole file needs no expansion, and proves the resources too.
  if (pieces !== undefined) return await checkPieces(pieces, reader, report);
  await checkResources(await resourcesOf(archive, reader), archive, reader, report);
}

/** The integrity table: digests of pieces, the first of which begins behind the header. */
type Pieces = { readonly size: number; readonly end: number; readonly digests: Uint8Array };

async function piecesOf(
  { integrity, lookup }: Archive,
  reader: FileReader,
): Promise<Pieces | undefined> {
  if (integrity.size === 0) return undefined;
  const table = await reader.look(integrity.offset, integrity.size);
  const [size, count, piece] = [le(table, 0, 4), le(table, 4, 4), le(table, 8, 4)];
  const end = lookup.offset + lookup.size;
  const due = piece === 0 ? -1 : Math.ceil((end - HEADER) / piece);
  if (size !== table.length || 12 + count * DIGEST !== size || count !== due) {
    const says = `the integrity table says ${size} bytes, ${count} digests of ${piece} bytes each`;
    throw new Damaged(`${says}; it has ${table.length}, ${due} are due`, integrity.offset);
  }
  return { size: piece, end, digests: table.subarray(12) };
}

async function checkPieces(
  { size, end, digests }: Pieces,
  reader: FileReader,
  report: FormatReport,
): Promise<void> {
  await reader.skip(HEADER);
  for (let index = 0; reader.position < end; index++) {
    const from = reader.position;
    const to = Math.min(end, from + size);
    const content = new Content("sha1");
    await readContent(reader, to - from, content);
    const recorded = hex(digests.subarray(index * DIGEST, (index + 1) * DIGEST));
    judge({ what: PIECE, from, to }, recorded, content.hex(), report);
  }
}

type Stretch = { readonly what: string; readonly from: number; readonly to: number };

function judge(stretch: Stretch, recorded: string, computed: string, report: FormatReport): void {
  const { what, from, to } = stretch;
  if (recorded === computed) return report.holds(what, "digest", from, to);
  const message =
    `bytes ${from} to ${to} of the file have SHA-1 ${computed}, recorded is ${recorded}`;
  report.fails({ ...stretch, message, recorded, computed, strength: "digest", resource: true });
}

async function readContent(reader: FileReader, count: number, content: Content): Promise<void> {
  for (let rest = count; rest > 0;) {
    const bytes = (reader.ready(1) ?? await reader.peek(1)).subarray(0, rest);
    if (bytes.length === 0) throw new Damaged("the file ends inside a resource", reader.end);
    content.take(bytes);
    reader.advance(bytes.length);
    rest -= bytes.length;
  }
}

/** Resources of the lookup table in the order of the file, each once. */
async function resourcesOf({ lookup }: Archive, reader: FileReader): Promise<Resource[]> {
  if (lookup.flags % 8 >= flags.compressed) {
    throw new Damaged("the lookup table is compressed, which it never is", lookup.offset);
  }
  const count = Math.floor(lookup.size / ENTRY);
  if (count > RESOURCES) {
    throw new Damaged(`the lookup table has ${count} entries`, lookup.offset);
  }
  const table = await reader.look(lookup.offset, lookup.size);
  const resources: Resource[] = [];
  for (let at = 0; at + ENTRY <= table.length; at += ENTRY) {
    resources.push(resourceAt(table, at, hex(table.subarray(at + 30, at + 50))));
  }
  return resources.sort((a, b) => a.offset - b.offset);
}

async function checkResources(
  resources: readonly Resource[],
  archive: Archive,
  reader: FileReader,
  report: FormatReport,
): Promise<void> {
  for (const resource of resources) {
    const { offset, size, sha1 } = resource;
    const to = offset + size;
    // What stands in a solid pack is placed by its content; entries may stand twice.
    const isPacked = hasFlag(resource, flags.solid) && resource.length !== PACK;
    if (isPacked || offset < reader.position || size === 0) continue;
    if (to > reader.end) {
      throw new Damaged(`a resource ends at byte ${to}, the file has ${reader.end}`, offset);
    }
    const isRecorded = /[1-9a-f]/.test(sha1);
    const why = uncheckedWhy(resource, archive);
    if (why !== undefined || !isRecorded) {
      report.unchecked(why ?? "resources without a recorded SHA-1", offset, to);
      continue;
    }
    await reader.skip(offset - reader.position);
    await checkResource(resource, archive, reader, report);
  }
}

function hasFlag(resource: Resource, flag: number): boolean {
  return Math.floor(resource.flags / flag) % 2 === 1;
}

function uncheckedWhy(resource: Resource, { codec }: Archive): string | undefined {
  if (hasFlag(resource, flags.solid)) return "solid resources are not expanded";
  const isLzms = hasFlag(resource, flags.compressed) && codec === "LZMS";
  return isLzms ? "LZMS resources are not expanded" : undefined;
}

async function checkResource(
  resource: Resource,
  archive: Archive,
  reader: FileReader,
  report: FormatReport,
): Promise<void> {
  const { offset, size, length, sha1 } = resource;
  const content = new Content("sha1");
  const stretch = { what: RESOURCE, from: offset, to: offset + size };
  if (!hasFlag(resource, flags.compressed)) {
    await readContent(reader, size, content);
  } else {
    try {
      await expand({ size, length }, archive, reader, content);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      const at = Math.min(offset + size - 1, Math.max(offset, error.at ?? reader.position));
      const message = `${error.message} (byte ${at} of the file)`;
      report.fails({ ...stretch, suspectFrom: at, message, strength: "digest", resource: true });
      await reader.skip(offset + size - reader.position);
      return;
    }
    await reader.skip(offset + size - reader.position);
  }
  judge(stretch, sha1, content.hex(), report);
}

/** Expands the chunks of a resource: a table of where each begins comes first. */
async function expand(
  { size, length }: Pick<Resource, "size" | "length">,
  { codec, chunkSize }: Archive,
  reader: FileReader,
  content: Content,
): Promise<void> {
  const isSize = chunkSize >= 4096 && chunkSize <= MOST_PEEKED / 2 &&
    Number.isInteger(Math.log2(chunkSize));
  if (!isSize) throw new Damaged(`chunks of ${chunkSize} bytes are none`, 16);
  const count = Math.ceil(length / chunkSize);
  const width = length > 2 ** 32 - 1 ? 8 : 4;
  const tableSize = Math.max(0, count - 1) * width;
  if (tableSize > size) {
    throw new Damaged(`${size} bytes have no room for the places of ${count} chunks`);
  }
  const lzx = codec === "LZX" ? new LzxDecoder(chunkSize) : undefined;
  const starts = new ChunkStarts(reader.position, tableSize, width, reader);
  await reader.skip(tableSize);
  const end = size - tableSize;
  const out = new Uint8Array(chunkSize);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const next = index + 1 < count ? await starts.at(index) : end;
    const part = out.subarray(0, Math.min(chunkSize, length - index * chunkSize));
    if (next <= at || next - at > part.length) {
      throw new Damaged(`chunk ${index} goes from ${at} to ${next} for ${part.length} bytes`);
    }
    const place = reader.position;
    const bytes = await take(reader, next - at);
    if (bytes.length === part.length) content.take(bytes);
    else {
      decodeChunk(bytes, part, lzx, place);
      content.take(part);
    }
    at = next;
  }
}

function decodeChunk(
  bytes: Uint8Array,
  out: Uint8Array,
  lzx: LzxDecoder | undefined,
  place: number,
): void {
  try {
    if (lzx === undefined) decodeXpress(bytes, out);
    else lzx.decode(bytes, out);
  } catch (error) {
    // A decoder counts from the bytes that it was given, if it counts.
    if (!(error instanceof Damaged)) throw error;
    throw new Damaged(error.message, place);
  }
}

/** Places of chunks, read ahead a part at a time: those of a large resource have many MiB. */
class ChunkStarts {
  static readonly #part = 64 * 1024;
  readonly #from: number;
  readonly #size: number;
  readonly #width: 4 | 8;
  readonly #reader: FileReader;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(from: number, size: number, width: 4 | 8, reader: FileReader) {
    this.#from = from;
    this.#size = size;
    this.#width = width;
    this.#reader = reader;
  }

  /** Where chunk `index` + 1 begins, from the end of the table on. */
  async at(index: number): Promise<number> {
    const at = index * this.#width;
    if (at >= this.#at + this.#bytes.length || at < this.#at) {
      this.#at = at;
      const length = Math.min(ChunkStarts.#part, this.#size - at);
      this.#bytes = await this.#reader.look(this.#from + at, length);
    }
    return le(this.#bytes, at - this.#at, this.#width);
  }
}
