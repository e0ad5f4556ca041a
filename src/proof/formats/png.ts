// PNG (ISO/IEC 15948), and MNG and JNG, which have the same chunks: the CRC-32 of every chunk.

import { createDigest } from "../../kernel/digest.ts";
import { be, begins, hex32 } from "./content.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";
import { left, pour, take } from "./reader.ts";

const WHAT = "PNG chunk CRC-32";
const SIGNATURE = 8;
const TAIL = [0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MOST = 2 ** 31 - 1;
const LAST = ["IEND", "MEND"];

/** PNG, MNG and JNG. */
export const png: Format = {
  name: "PNG",
  probe: (head) => (begins(head, [0x89, 0x50, ...TAIL]) || begins(head, [0x8a, 0x4d, ...TAIL]) ||
    begins(head, [0x8b, 0x4a, ...TAIL])),
  check: checkPng,
};

async function checkPng(reader: FileReader, report: FormatReport): Promise<void> {
  const signature = await take(reader, SIGNATURE);
  const last = signature[0] === 0x8a ? "MEND" : "IEND";
  for (;;) {
    const from = reader.position;
    const head = reader.ready(8) ?? await reader.peek(8);
    if (head.length < 8) {
      throw new Damaged(`the file ends before the ${last} chunk`, reader.end, true);
    }
    const size = be(head, 0, 4);
    const type = String.fromCharCode(...head.subarray(4, 8));
    if (size > MOST || !/^[A-Za-z]{4}$/.test(type)) {
      throw new Damaged(`no chunk stands at byte ${from}, where the one before ends`, from);
    }
    if (left(reader) < size + 12) {
      const has = `the ${type} chunk at byte ${from} says ${size} bytes of data`;
      throw new Damaged(`${has}, the file ends ${left(reader)} bytes after its start`, from, true);
    }
    reader.advance(4);
    const digest = createDigest("crc32", { bytes: size });
    await pour(reader, size + 4, (bytes) => digest.update(bytes));
    const recorded = hex32(be(await take(reader, 4), 0, 4));
    const computed = digest.hex();
    const to = reader.position;
    if (recorded === computed) report.holds(WHAT, "checksum", from, to);
    else if (LAST.includes(type) || await isChunk(reader)) {
      const message =
        `the ${type} chunk at byte ${from} has CRC-32 ${computed}, but records ${recorded}`;
      report.fails({ what: WHAT, from, to, message, recorded, computed });
    } else {
      throw new Damaged(
        `the length or the data of the ${type} chunk at byte ${from} are wrong`,
        from,
      );
    }
    if (LAST.includes(type) && type === last) return;
  }
}

async function isChunk(reader: FileReader): Promise<boolean> {
  const head = reader.ready(8) ?? await reader.peek(8);
  return head.length >= 8 && be(head, 0, 4) <= MOST &&
    /^[A-Za-z]{4}$/.test(String.fromCharCode(...head.subarray(4, 8)));
}
