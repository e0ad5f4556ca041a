// cpio archives of the new form, with and without sums, as Linux has them for its first root: several in a
// row, the last one often compressed (Documentation/driver-api/early-userspace/buffer-format.rst).

import { decodeLatin1, startsWithText } from "../../bytes/text.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";
import { left, Part, pour, take } from "./reader.ts";
import { formatInside, runFormat } from "./run.ts";

const WHAT = "cpio sum";
const HEADER = 110;
const MOST_NAME = 64 * 1024;
const LAST = "TRAILER!!!";

/** cpio; `inner` are the compressions that may follow. */
export function cpioOf(inner: readonly Format[]): Format {
  return {
    name: "cpio",
    probe: (head) =>
      isEntry(head) && /^[0-9a-fA-F]{104}$/.test(decodeLatin1(head.subarray(6, HEADER))),
    check: (reader, report) => checkCpio(reader, report, inner),
  };
}

function isEntry(head: Uint8Array): boolean {
  return startsWithText(head, "070701") || startsWithText(head, "070702");
}

async function checkCpio(
  reader: FileReader,
  report: FormatReport,
  inner: readonly Format[],
): Promise<void> {
  for (let first = true; left(reader) > 0; first = false) {
    const head = reader.ready(6) ?? await reader.peek(6);
    if (isEntry(head)) await checkArchive(reader, report);
    else if (first) throw new Damaged("no cpio header stands at the start", reader.position);
    else return await checkRest(reader, report, inner);
    await skipZeros(reader);
  }
}

async function checkRest(
  reader: FileReader,
  report: FormatReport,
  inner: readonly Format[],
): Promise<void> {
  const format = await formatInside(reader, inner, "");
  if (format !== undefined) return await runFormat(format, new Part(reader, left(reader)), report);
  report.unchecked("what follows the last archive is not known", reader.position, reader.end);
}

async function skipZeros(reader: FileReader): Promise<void> {
  for (;;) {
    const bytes = reader.ready(1) ?? await reader.peek(1);
    if (bytes.length === 0) return;
    let zeros = 0;
    while (bytes[zeros] === 0) zeros++;
    reader.advance(zeros);
    if (zeros < bytes.length) return;
  }
}

async function checkArchive(reader: FileReader, report: FormatReport): Promise<void> {
  const start = reader.position;
  for (;;) {
    const from = reader.position;
    const header = decodeLatin1(await take(reader, HEADER));
    const numbers = /^07070[12][0-9a-fA-F]{104}$/.test(header) ? fieldsOf(header) : undefined;
    if (numbers === undefined) throw new Damaged(`no cpio header stands at byte ${from}`, from);
    const { size, nameSize, sum } = numbers;
    if (nameSize === 0 || nameSize > MOST_NAME || size > left(reader)) {
      throw new Damaged(`a member says ${size} bytes and ${nameSize} of name`, from);
    }
    const name = decodeLatin1(await take(reader, nameSize));
    if (!name.endsWith("\0")) throw new Damaged("the name of a member does not end with 0", from);
    await reader.skip(padding(reader.position - start));
    const data = reader.position;
    let computed = 0;
    await pour(reader, size, (bytes) => {
      if (header[5] === "2") { for (const byte of bytes) computed = computed + byte >>> 0; }
    });
    if (name === `${LAST}\0`) break;
    if (header[5] === "2" && size > 0) {
      if (computed === sum) report.holds(WHAT, "checksum", data, data + size);
      else {
        const message = `member ${name.slice(0, -1)} adds up to ${computed}, it records ${sum}`;
        report.fails({ what: WHAT, from, to: data + size, message });
      }
    }
    await reader.skip(padding(reader.position - start));
    if (left(reader) === 0) {
      throw new Damaged("the archive ends before its trailer", reader.end, true);
    }
  }
  if (report.reached <= start) {
    report.unchecked("members of this form of cpio have no sums", start, reader.position);
  }
}

function padding(position: number): number {
  return (4 - position % 4) % 4;
}

function fieldsOf(header: string): { size: number; nameSize: number; sum: number } {
  const field = (index: number) => parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
  return { size: field(6), nameSize: field(11), sum: field(12) };
}
