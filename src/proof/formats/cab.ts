// Cabinet files ([MS-CAB]): the checksum of every data block, over its stored bytes.

import { begins, hex32, le } from "./content.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";
import { take } from "./reader.ts";

const WHAT = "cabinet data checksum";
const HEADER = 36;
const FOLDER = 8;
const BLOCK = 8;
/** Bytes of the texts that name the cabinets before and after. */
const TEXTS = 4 * 256;
const present = { previous: 1, next: 2, reserve: 4 } as const;

/** Cabinet. */
export const cab: Format = {
  name: "cabinet",
  probe: (head) => begins(head, [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0]) && head.length >= HEADER,
  check: checkCab,
};

/** A run of data blocks. */
type Folder = { readonly start: number; readonly blocks: number };

async function checkCab(reader: FileReader, report: FormatReport): Promise<void> {
  const header = await take(reader, HEADER);
  const size = le(header, 8, 4);
  if (size > reader.end) {
    throw new Damaged(`the cabinet says ${size} bytes, the file has ${reader.end}`, 8);
  }
  const flags = le(header, 30, 2);
  const has = (flag: number) => Math.floor(flags / flag) % 2 === 1;
  const reserve = has(present.reserve) ? await take(reader, 4) : new Uint8Array(4);
  await reader.skip(le(reserve, 0, 2));
  for (const flag of [present.previous, present.next]) if (has(flag)) await skipTexts(reader);
  const folders: Folder[] = [];
  for (let index = 0; index < le(header, 26, 2); index++) {
    const folder = await take(reader, FOLDER + (reserve[2] ?? 0));
    folders.push({ start: le(folder, 0, 4), blocks: le(folder, 4, 2) });
  }
  folders.sort((a, b) => a.start - b.start);
  for (const { start, blocks } of folders) {
    if (start < reader.position || start > size) {
      throw new Damaged(`a folder begins at byte ${start} of ${size}`, HEADER);
    }
    await reader.skip(start - reader.position);
    for (let index = 0; index < blocks; index++) {
      await checkBlock(reader, reserve[3] ?? 0, size, report);
    }
  }
}

// The name of a cabinet, and that of its disk.
async function skipTexts(reader: FileReader): Promise<void> {
  const bytes = (await reader.peek(TEXTS)).subarray(0, TEXTS);
  const first = bytes.indexOf(0);
  const second = bytes.indexOf(0, first + 1);
  if (first < 0 || second < 0) {
    throw new Damaged("a name of the cabinet does not end", reader.position);
  }
  reader.advance(second + 1);
}

async function checkBlock(
  reader: FileReader,
  reserve: number,
  size: number,
  report: FormatReport,
): Promise<void> {
  const from = reader.position;
  const head = await take(reader, BLOCK + reserve);
  const stored = le(head, 4, 2);
  const to = from + head.length + stored;
  if (head.length < BLOCK + reserve || to > size) {
    throw new Damaged(`a data block goes from byte ${from} to ${to} of ${size}`, from);
  }
  const data = await take(reader, stored);
  const recorded = le(head, 0, 4);
  // Writers may leave the checksum out.
  if (recorded === 0) return report.unchecked("data blocks without a checksum", from, to);
  const computed = checksum(head.subarray(4), checksum(data, 0));
  if (computed === recorded) return report.holds(WHAT, "checksum", from, to);
  const sums = { recorded: hex32(recorded), computed: hex32(computed) };
  const message =
    `the data block at byte ${from} has checksum ${sums.computed}, but records ${sums.recorded}`;
  report.fails({ what: WHAT, from, to, message, ...sums });
}

// Words, LSB first, one upon the other; of one to three last bytes the first is the highest (3.1).
function checksum(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Math.floor(bytes.length / 4);
  let sum = seed;
  for (let index = 0; index < words; index++) sum ^= view.getUint32(4 * index, true);
  let last = 0;
  for (let at = 4 * words; at < bytes.length; at++) last = last * 256 + (bytes[at] ?? 0);
  return (sum ^ last) >>> 0;
}
