// zip archives (APPNOTE 6.3.10), and what is one inside: jar, docx, apk, epub, wheels. CRC-32 of every member.

import { decodeStream } from "../codecs/decoder.ts";
import { SharedInflater } from "../codecs/inflate.ts";
import { begins, Content, hex32, le } from "./content.ts";
import {
  checkExpansion,
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
} from "./format.ts";
import { Part, pour, take } from "./reader.ts";
import { readDirectory, type ZipMember } from "./zip_directory.ts";

const WHAT = "zip CRC-32";
const LOCAL = [0x50, 0x4b, 3, 4];
const EMPTY = [0x50, 0x4b, 5, 6];
/** A split archive of one part begins so. */
const SPLIT = [0x50, 0x4b, 0x30, 0x30, 0x50, 0x4b, 3, 4];
const LOCAL_HEADER = 30;
const DESCRIPTOR = [0x50, 0x4b, 7, 8];

const ENCRYPTED = 1;
const HAS_DESCRIPTOR = 8;

const methods: Readonly<Record<number, string>> = {
  9: "deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "zstd",
  95: "xz",
  98: "PPMd",
};

/** zip. Archives behind a program that extracts them begin like that program, and are not known here. */
export const zip: Format = {
  name: "zip",
  probe: (head) => begins(head, LOCAL) || begins(head, EMPTY) || begins(head, SPLIT),
  check: checkZip,
};

/** Checks every member that the central directory names, in the order of the file. */
export async function checkZip(reader: FileReader, report: FormatReport): Promise<void> {
  const directory = await readDirectory(reader);
  const inflater = new SharedInflater();
  const overlaps = new Overlaps();
  // The directory has no checksum: what it repeats of the local headers is compared below.
  for (const member of directory.members) {
    if (member.at < reader.position) {
      overlaps.add(member);
      continue;
    }
    await reader.skip(member.at - reader.position);
    await checkMember(reader, report, member, directory.start, inflater);
  }
  overlaps.report(report, directory.members);
  if (directory.fault !== undefined) throw new Damaged(directory.fault, directory.start);
}

/** Members that begin inside others: no genuine archive has them, and some expand without end so. */
class Overlaps {
  #count = 0;
  /** Stored bytes that they claim, each counted once, and the byte behind the last of them. */
  #bytes = 0;
  #end = 0;

  /** Takes the next such member, in the order of the file. */
  add({ at, nameBytes, packed }: ZipMember): void {
    const end = at + LOCAL_HEADER + nameBytes.length + packed;
    this.#count++;
    this.#bytes += Math.max(0, end - Math.max(at, this.#end));
    this.#end = Math.max(this.#end, end);
  }

  /** Says how many there are. Throws {@linkcode NotChecked} where the members say too much content. */
  report(report: FormatReport, members: readonly ZipMember[]): void {
    if (this.#count === 0) return;
    const reason = `${this.#count} of its ${members.length} members begin inside others`;
    report.unchecked(reason, 0, Math.min(this.#bytes, report.size));
    checkExpansion(members.reduce((sum, { size }) => sum + size, 0), report.size);
  }
}

type Local = { readonly flags: number; readonly method: number; readonly crc: number };

async function checkMember(
  reader: FileReader,
  report: FormatReport,
  member: ZipMember,
  limit: number,
  inflater: SharedInflater,
): Promise<boolean> {
  const from = member.at;
  const fail = (message: string, to: number, numbers = {}) => {
    report.fails({ what: WHAT, from, to, message: `${member.name}: ${message}`, ...numbers });
    return false;
  };
  const head = await take(reader, LOCAL_HEADER);
  if (!begins(head, LOCAL)) {
    const message = `no local header stands at byte ${from}, where the central directory says`;
    return fail(message, from + LOCAL_HEADER);
  }
  const names = le(head, 26, 2) + le(head, 28, 2);
  const start = reader.position + names;
  const end = start + member.packed;
  const local = { flags: le(head, 6, 2), method: le(head, 8, 2), crc: le(head, 14, 4) };
  const fault = localFault(local, head, member);
  if (fault !== undefined) return fail(fault, start);
  if (end > limit) return fail(`its ${member.packed} bytes end behind byte ${limit}`, limit);
  const name = await take(reader, names);
  if (!begins(name, [...member.nameBytes])) {
    return fail("its local header has another name than the central directory", start);
  }
  const unchecked = reasonNot(member);
  if (unchecked !== undefined) {
    report.unchecked(unchecked, from, end);
    await reader.skip(member.packed);
    return true;
  }
  const wrong = await contentFault(reader, report, member, inflater);
  const to = end + await descriptorSize(reader, end, member);
  if (wrong !== undefined) fail(wrong.message, to, wrong.numbers);
  else report.holds(WHAT, "checksum", from, to);
  return true;
}

function localFault(local: Local, head: Uint8Array, member: ZipMember): string | undefined {
  if (local.method !== member.method) {
    return `method ${local.method} in its local header, ${member.method} in the central directory`;
  }
  if ((local.flags & HAS_DESCRIPTOR) !== 0 || (local.flags & ENCRYPTED) !== 0) return undefined;
  if (local.crc !== member.crc) {
    return `CRC-32 ${hex32(local.crc)} in its local header, ${hex32(member.crc)} in the central ` +
      "directory";
  }
  const sizes = [le(head, 18, 4), le(head, 22, 4)];
  const expected = [member.packed, member.size];
  const differ = sizes.some((size, at) => size !== 0xffffffff && size !== expected[at]);
  if (!differ) return undefined;
  return `sizes ${sizes.join(" and ")} in its local header, ${
    expected.join(" and ")
  } in the central ` +
    "directory";
}

function reasonNot({ flags, method }: ZipMember): string | undefined {
  if ((flags & ENCRYPTED) !== 0) return "members are encrypted";
  if (method === 0 || method === 8) return undefined;
  return `members are compressed with ${methods[method] ?? `method ${method}`}`;
}

type Wrong = {
  readonly message: string;
  readonly numbers?: { readonly recorded: string; readonly computed: string };
};

// Leaves the reader at the end of the stored bytes.
async function contentFault(
  reader: FileReader,
  report: FormatReport,
  member: ZipMember,
  inflater: SharedInflater,
): Promise<Wrong | undefined> {
  const content = new Content("crc32");
  const part = new Part(reader, member.packed);
  try {
    if (member.method === 0) await pour(part, member.packed, content.take);
    else await decodeStream(part, inflater.of(content.take), content);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    await reader.skip(part.end - reader.position);
    return { message: `${error.message}, at byte ${error.at ?? part.end} of the file` };
  }
  report.grew(content.bytes);
  const rest = part.end - reader.position;
  await reader.skip(rest);
  const [recorded, computed] = [hex32(member.crc), content.hex()];
  if (rest > 0) return { message: `its stream ends ${rest} bytes before its stored size` };
  if (content.bytes !== member.size) {
    return { message: `it has ${content.bytes} bytes, the archive says ${member.size}` };
  }
  if (recorded === computed) return undefined;
  const message = `its content has CRC-32 ${computed}, the archive says ${recorded}`;
  return { message, numbers: { recorded, computed } };
}

// A data descriptor may lack its signature, and has 64-bit sizes in archives that need them.
async function descriptorSize(
  reader: FileReader,
  end: number,
  { flags, crc }: ZipMember,
): Promise<number> {
  if ((flags & HAS_DESCRIPTOR) === 0 || reader.position !== end) return 0;
  const next = reader.ready(8) ?? await reader.peek(8);
  if (begins(next, DESCRIPTOR) && le(next, 4, 4) === crc) return 16;
  return le(next, 0, 4) === crc ? 12 : 0;
}
