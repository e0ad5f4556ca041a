// Compressed files (zisofs, versions 1 and 2): header, pointers, and every zlib block.

import type { Zisofs } from "../../model/tree.ts";
import { begins, le } from "./content.ts";
import {
  type FileReader,
  type Format,
  type FormatReport,
  MOST_PEEKED,
  NotChecked,
  type ZisofsFailure,
} from "./format.ts";
import { LEAST, type Sink } from "../codecs/decoder.ts";
import { take } from "./reader.ts";
import { inflateZlib } from "./zlib.ts";

const WHAT = "zisofs Adler-32";

/** What the header of a stored file has, by version. */
type Form = {
  readonly version: 1 | 2;
  readonly magic: readonly number[];
  readonly headerSize: number;
  readonly pointerSize: 4 | 8;
  readonly sizeAt: number;
  readonly headerAt: number;
  readonly blockAt: number;
};

const forms: readonly Form[] = [
  {
    version: 1,
    magic: [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07],
    headerSize: 16,
    pointerSize: 4,
    sizeAt: 8,
    headerAt: 12,
    blockAt: 13,
  },
  {
    version: 2,
    magic: [0xef, 0x22, 0x55, 0xa1, 0xbc, 0x1b, 0x95, 0xa0],
    headerSize: 24,
    pointerSize: 8,
    sizeAt: 12,
    headerAt: 9,
    blockAt: 11,
  },
];

/** Algorithms of version 2 by their number in the header, and where it is. */
const algorithms = ["", "zlib", "xz", "lz4", "zstd", "bzip2"];
const ALGORITHM = 10;
/** Binary logarithms of the sizes that a block may have. */
const BLOCKS = { least: 15, most: 17 };

function formOf(head: Uint8Array): Form | undefined {
  return forms.find(({ magic }) => begins(head, magic));
}

/** Compressed files, and plain ones that look so. */
export const zisofs: Format = {
  name: "zisofs",
  always: true,
  probe: (head, file) => file.zisofs !== undefined || formOf(head) !== undefined,
  check: checkZisofs,
};

/** Checks a compressed file, and hands on its content; what is behind a failure is not the content. */
export async function checkZisofs(
  reader: FileReader,
  report: FormatReport,
  content?: Sink,
): Promise<void> {
  const entry = report.zisofs;
  const head = (reader.ready(24) ?? await reader.peek(24)).slice(0, 24);
  const form = formOf(head);
  const all = { what: WHAT, from: 0, to: reader.end };
  if (entry === undefined) {
    const message = "the data begin with the zisofs signature, no ZF entry says so";
    report.failsZisofs({ ...all, problem: "no-entry", suspectTo: 8, message });
    return;
  }
  if (form?.version !== entry.version) {
    const message =
      `the ZF entry says zisofs version ${entry.version}, the data do not begin with ` +
      "its signature";
    report.failsZisofs({ ...all, problem: "no-header", suspectTo: 8, message });
    return;
  }
  const faults = [...headerFaults(form, head, entry), ...sizeFaults(form, head, entry)];
  for (const fault of faults) report.failsZisofs({ ...all, ...fault });
  if (faults.length > 0) return;
  reader.advance(form.headerSize);
  const algorithm = form.version === 1 ? 1 : head[ALGORITHM] ?? 0;
  if (algorithm !== 1) throw new NotChecked(`algorithm ${algorithms[algorithm]} of zisofs`);
  await checkBlocks(reader, report, form, entry, content);
}

type Fault = Omit<ZisofsFailure, "what" | "from" | "to">;

function* headerFaults(form: Form, head: Uint8Array, entry: Zisofs): Generator<Fault> {
  const { version, headerSize, headerAt, blockAt } = form;
  const field = (at: number, message: string, recorded: number, expected: string): Fault => ({
    ...{ problem: "header", suspectFrom: at, suspectTo: at + 1, message },
    ...{ recorded: String(recorded), expected },
  });
  const words = head[headerAt] ?? 0;
  if (words * 4 !== headerSize) {
    const says = `the header says that it has ${
      words * 4
    } bytes, version ${version} has ${headerSize}`;
    yield field(headerAt, says, words, String(headerSize / 4));
  }
  const method = head[ALGORITHM] ?? 0;
  if (version === 2 && (method < 1 || method > 5)) {
    yield field(ALGORITHM, `the header names algorithm ${method}, not 1 to 5`, method, "1 to 5");
  }
  const exponent = head[blockAt] ?? 0;
  const { least, most } = BLOCKS;
  if (exponent < least || exponent > most) {
    const says = `the header gives blocks of 2^${exponent} bytes, not 2^${least} to 2^${most}`;
    yield field(blockAt, says, exponent, `${least} to ${most}`);
  } else if (2 ** exponent !== entry.blockSize) {
    const says = `the header gives blocks of 2^${exponent} bytes, the ZF entry ${entry.blockSize}`;
    yield field(blockAt, says, exponent, String(Math.log2(entry.blockSize)));
  }
}

function* sizeFaults(
  { sizeAt, pointerSize }: Form,
  head: Uint8Array,
  entry: Zisofs,
): Generator<Fault> {
  const size = le(head, sizeAt, pointerSize);
  if (size === entry.size) return;
  yield {
    problem: "size",
    suspectFrom: sizeAt,
    suspectTo: sizeAt + pointerSize,
    message: `the header gives ${size} bytes of content, the ZF entry ${entry.size}`,
    recorded: String(size),
    expected: String(entry.size),
  };
}

async function checkBlocks(
  reader: FileReader,
  report: FormatReport,
  form: Form,
  { size, blockSize }: Zisofs,
  content: Sink | undefined,
): Promise<void> {
  const count = Math.ceil(size / blockSize);
  const pointers = await readPointers(reader, report, form, count);
  for (let block = 0; block + 1 < pointers.length; block++) {
    const from = pointers[block] ?? 0;
    const to = pointers[block + 1] ?? 0;
    const length = Math.min(blockSize, size - block * blockSize);
    if (to === from) {
      content?.(new Uint8Array(length));
      continue;
    }
    const { at, used, fault } = await findBlock(reader, { from, to, length });
    await reader.skip(at - reader.position);
    if (fault === undefined) {
      report.holds(WHAT, "checksum", at, at + used);
      if (content !== undefined) {
        const bytes = reader.ready(used) ?? await reader.peek(used);
        inflateZlib(bytes.subarray(0, used), length, content);
      }
      reader.advance(used);
      if (at !== from) report.failsZisofs(pointerFault(form, block, from, at));
    } else {
      const message = `block ${block}: ${fault}`;
      report.failsZisofs({ what: WHAT, from, to, problem: "block", message });
      await reader.skip(to - reader.position);
    }
  }
}

type Block = { readonly from: number; readonly to: number; readonly length: number };
type FoundBlock = { readonly at: number; readonly used: number; readonly fault?: string };

// A block begins at its pointer. The reader stands where the block before it ends: where none begins at
// the pointer but one does there, the pointer is wrong and not the blocks.
async function findBlock(reader: FileReader, { from, to, length }: Block): Promise<FoundBlock> {
  const end = reader.position;
  const most = 2 * length + LEAST;
  if (from - end > MOST_PEEKED - most) await reader.skip(from - end);
  const ahead = Math.max(0, from - reader.position);
  const view = reader.ready(ahead + most) ?? await reader.peek(ahead + most);
  const own = inflateZlib(view.subarray(ahead, ahead + most), length);
  if (from < end) return { ...own, at: end };
  const at = reader.position;
  if (own.fault === undefined || from === at) return { ...own, at: from };
  const other = inflateZlib(view.subarray(0, most), length);
  if (other.fault === undefined) return { ...other, at };
  return { ...own, at: Math.min(from, to) };
}

function pointerFault(form: Form, block: number, recorded: number, found: number): ZisofsFailure {
  const from = form.headerSize + block * form.pointerSize;
  return {
    ...{ problem: "pointers", what: WHAT, from, to: from + form.pointerSize },
    message: `block pointer ${block} is ${recorded}, the block begins at ${found}`,
    recorded: String(recorded),
    expected: String(found),
  };
}

// Ends before the first pointer that cannot be.
async function readPointers(
  reader: FileReader,
  report: FormatReport,
  { headerSize, pointerSize }: Form,
  count: number,
): Promise<Float64Array> {
  const table = pointerSize * (count + 1);
  const tableEnd = headerSize + table;
  const all = { what: WHAT, from: 0, to: reader.end, problem: "pointers" } as const;
  if (tableEnd > reader.end) {
    const message = `${count} blocks need ${tableEnd} bytes of header and pointers, ` +
      `${reader.end} are stored`;
    report.failsZisofs({ ...all, suspectFrom: headerSize, message });
    return new Float64Array(0);
  }
  const pointers = new Float64Array(count + 1);
  for (let index = 0, least = tableEnd; index <= count; index++) {
    const at = reader.position;
    const pointer = le(await take(reader, pointerSize), 0, pointerSize);
    if (pointer < least || pointer > reader.end) {
      report.failsZisofs({
        ...all,
        from: index === 0 ? tableEnd : least,
        suspectFrom: at,
        suspectTo: at + pointerSize,
        message: `block pointer ${index} is ${pointer}, which does not lie in ` +
          `[${least}, ${reader.end}]`,
        recorded: String(pointer),
      });
      return pointers.subarray(0, index);
    }
    pointers[index] = least = pointer;
  }
  return pointers;
}
