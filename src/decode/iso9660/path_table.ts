// Path tables (ECMA-119:1987 6.9, 9.4): their records, and where they stop being records.

import { logicalSpan } from "../../bytes/span.ts";
import type { Recorder } from "../../bytes/struct.ts";
import { isZero } from "../../bytes/text.ts";
import type { PathTable } from "../../model/path_table.ts";
import { pathTableRecordL, pathTableRecordM } from "./layout.ts";

const HEAD = pathTableRecordL.size;

/** Records that a table may still have, of all that path tables may have together. */
export type RecordRoom = { readonly left: number; readonly limit: number };

const unlimited: RecordRoom = { left: Infinity, limit: Infinity };

/** Decodes the records of a table into it, as many as there is room for. What is no record is a fault; never throws. */
export function decodePathTable(
  table: PathTable,
  bytes: Uint8Array,
  volume: string,
  out: Recorder,
  { left, limit }: RecordRoom = unlimited,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = table.type === "L";
  const layout = little ? pathTableRecordL : pathTableRecordM;
  let at = 0;
  while (at < bytes.length) {
    const start = table.span.start + at;
    const identifierLength = bytes[at] ?? 0;
    const length = HEAD + identifierLength + identifierLength % 2;
    // The padding byte of the last record may be missing from the table's size.
    const fits = at + HEAD + identifierLength <= bytes.length;
    if (identifierLength === 0 && isZero(bytes.subarray(at))) {
      // Padded with zeros inside its size by the master (ISO-PTH-014).
      break;
    }
    if (identifierLength === 0) {
      out.fault({
        kind: "path-table-record",
        structure: layout.id,
        span: logicalSpan(start, 1),
        message: `record ${
          table.count + 1
        } of the Type ${table.type} path table has an identifier of length 0`,
        recorded: "0",
        expected: "1 or more",
        volume,
      });
      break;
    }
    if (!fits) {
      out.fault({
        kind: "path-table-overrun",
        structure: layout.id,
        span: logicalSpan(start, bytes.length - at),
        message:
          `record ${table.count + 1} of the Type ${table.type} path table needs ${length} bytes, ` +
          `${bytes.length - at} are left in the table`,
        volume,
      });
      break;
    }
    if (table.count >= left) {
      out.fault({
        kind: "limit",
        structure: layout.id,
        span: logicalSpan(start, bytes.length - at),
        message:
          `the limit of ${limit} records of path tables was reached at record ${
            table.count + 1
          } of ` +
          `the Type ${table.type} path table`,
        volume,
      });
      break;
    }
    table.add({
      start,
      identifier: bytes.subarray(at + HEAD, at + HEAD + identifierLength),
      location: view.getUint32(at + layout.fields.locationOfExtent.offset, little),
      parent: view.getUint16(at + layout.fields.parentDirectoryNumber.offset, little),
      extendedAttributeLength: bytes[at + 1] ?? 0,
    });
    at += length;
  }
  table.end = table.span.start + Math.min(at, bytes.length);
}
