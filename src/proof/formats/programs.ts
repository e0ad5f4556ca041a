// Programs: ELF (System V ABI 4) and PE (Microsoft's PE format) must be as long as their tables say.

import { be, begins, le } from "./content.ts";
import type { FileReader, Format, FormatReport } from "./format.ts";
import { left } from "./reader.ts";

/** Bytes of the tables that are read. */
const MOST_TABLE = 4 * 1024 * 1024;

/** ELF: nothing in it proves a byte, but one that is cut off lacks what its tables name. */
export const elf: Format = {
  name: "ELF",
  probe: (head) =>
    begins(head, [0x7f, 0x45, 0x4c, 0x46]) && head.length >= 64 && head[6] === 1 &&
    [1, 2].includes(head[4] ?? 0) && [1, 2].includes(head[5] ?? 0),
  check: checkElf,
};

type Reach = { readonly end: number; readonly what: string };

async function checkElf(reader: FileReader, report: FormatReport): Promise<void> {
  const head = (reader.ready(64) ?? await reader.peek(64)).slice(0, 64);
  const isWide = head[4] === 2;
  const number = head[5] === 1 ? le : be;
  const word = isWide ? 8 : 4;
  const [programs, sections, counts] = isWide ? [32, 40, 54] : [28, 32, 42];
  const sectionsAt = number(head, sections, word);
  const sectionSize = number(head, counts + 4, 2);
  const sectionCount = number(head, counts + 6, 2);
  const programsAt = number(head, programs, word);
  const programSize = number(head, counts, 2);
  const programCount = number(head, counts + 2, 2);
  let reach: Reach = { end: sectionsAt + sectionSize * sectionCount, what: "section header table" };
  if (reach.end <= reader.end && sectionsAt > 0) {
    const table = await reader.look(sectionsAt, Math.min(MOST_TABLE, sectionSize * sectionCount));
    const [offset, size] = isWide ? [24, 32] : [16, 20];
    reach = furthest(
      table,
      sectionSize,
      (at) => {
        const type = number(table, at + 4, 4);
        // Sections without bits, and none at all
        if (type === 8 || type === 0) return 0;
        return number(table, at + offset, word) + number(table, at + size, word);
      },
      "section",
      reach,
    );
  } else if (sectionsAt === 0 && programsAt > 0) {
    const table = await reader.look(programsAt, programSize * programCount);
    const [offset, size] = isWide ? [8, 32] : [4, 16];
    reach = furthest(
      table,
      programSize,
      (at) => number(table, at + offset, word) + number(table, at + size, word),
      "segment",
      { end: programsAt + programSize * programCount, what: "program header table" },
    );
  }
  judge(reach, "ELF", reader, report);
}

function furthest(
  table: Uint8Array,
  each: number,
  endOf: (at: number) => number,
  what: string,
  first: Reach,
): Reach {
  let reach = first;
  if (each < 32) return reach;
  for (let at = 0; at + each <= table.length; at += each) {
    const end = endOf(at);
    if (end > reach.end) reach = { end, what: `${what} ${at / each}` };
  }
  return reach;
}

function judge(
  { end, what }: Reach,
  name: string,
  reader: FileReader,
  report: FormatReport,
): boolean {
  if (end <= reader.end) return true;
  report.fails({
    what: `${name} structure`,
    from: 0,
    to: reader.end,
    suspectFrom: Math.max(0, reader.end - 1),
    message: `its ${what} ends at byte ${end}, the file at byte ${reader.end}`,
    strength: "structure",
  });
  return false;
}

const PE_AT = 60;
const COFF = 24;
const SECTION = 40;
/** Places in the optional header, which are those of both its forms. */
const CHECKSUM = 64;

/** PE: programs of Windows and of UEFI. */
export const pe: Format = {
  name: "PE",
  probe(head) {
    const at = le(head, PE_AT, 4);
    return begins(head, [0x4d, 0x5a]) && at >= 64 && begins(head, [0x50, 0x45, 0, 0], at);
  },
  check: checkPe,
};

async function checkPe(reader: FileReader, report: FormatReport): Promise<void> {
  const head = (reader.ready(4096) ?? await reader.peek(4096)).slice(0, 4096);
  const at = le(head, PE_AT, 4);
  const count = le(head, at + 6, 2);
  const optional = at + COFF;
  const sections = optional + le(head, at + 20, 2);
  const table = head.subarray(sections, sections + count * SECTION);
  const reach = furthest(
    table,
    SECTION,
    (place) => {
      const size = le(table, place + 16, 4);
      return size === 0 ? 0 : le(table, place + 20, 4) + size;
    },
    "section",
    { end: sections + count * SECTION, what: "section table" },
  );
  if (!judge(reach, "PE", reader, report)) return;
  const recorded = le(head, optional + CHECKSUM, 4);
  if (recorded === 0) return report.unchecked("programs without a checksum", 0, reader.end);
  const computed = await sumOf(reader, optional + CHECKSUM);
  if (computed === recorded) return report.holds("PE checksum", "checksum", 0, reader.end);
  // Signing and packing tools leave it stale.
  report.unchecked(
    "programs whose checksum is stale, as signing and packing leave it",
    0,
    reader.end,
  );
}

// The sum of 16-bit words with carry around, the field itself left out, plus the length.
async function sumOf(reader: FileReader, field: number): Promise<number> {
  const size = reader.end;
  let sum = 0;
  while (left(reader) > 0) {
    const bytes = reader.ready(2) ?? await reader.peek(2);
    const from = reader.position;
    const even = bytes.length - (bytes.length === left(reader) ? 0 : bytes.length % 2);
    for (let at = 0; at < even; at += 2) {
      const isField = from + at >= field && from + at < field + 4;
      if (!isField) sum += (bytes[at] ?? 0) + (at + 1 < even ? bytes[at + 1] ?? 0 : 0) * 256;
    }
    sum = sum % 65536 + Math.floor(sum / 65536);
    reader.advance(even);
  }
  while (sum > 65535) sum = sum % 65536 + Math.floor(sum / 65536);
  return sum + size;
}
