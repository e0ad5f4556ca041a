// Rules about where a record says that its content is, and about what follows its identifier
// (ECMA-119:1987 6.4, 9.1.3 to 9.1.13, 9.5).

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, hex, isZero } from "../../bytes/text.ts";
import { directoryRecord, extendedAttributeRecord } from "../../decode/iso9660/layout.ts";
import { xaAttributes } from "../../decode/rockridge/layout.ts";
import type { RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { differingOrders, type OrderRules } from "./byte_orders.ts";
import {
  isDirectory,
  lengthOf,
  locationOf,
  quoted,
  recordField,
  recordValues,
} from "./directory_view.ts";
import { folded, ofRecords } from "./record_checks.ts";

const layouts = [directoryRecord.id];

const rules = {
  interleaveContradiction: {
    id: "ISO-DIR-030",
    severity: "warning",
    title: "Interleave fields contradict each other",
    clause: "ECMA-119:1987 6.4.3, 9.1.7, 9.1.8",
    rationale:
      "A unit without a gap, or a gap without a unit, is no interleave: readers that look " +
      "at one field alone read other sectors.",
    remedy: "Read the file as contiguous, as both fields at zero would say, and check its end.",
    layouts,
  },
  interleaved: {
    id: "ISO-DIR-031",
    severity: "info",
    title: "File is interleaved",
    clause: "ECMA-119:1987 6.4.3",
    rationale:
      "The file's bytes lie in units with gaps between them. Many readers do not know this " +
      "and return wrong bytes; discern puts the units together.",
    remedy: "Extract the file with a reader that follows the interleave.",
    layouts,
  },
  blockZero: {
    id: "ISO-DIR-037",
    severity: "warning",
    title: "Non-empty file at block 0",
    clause: "ECMA-119:1987 9.1.3",
    rationale:
      "Block 0 is in the system area: the location was lost or never written. Entries of " +
      "audio tracks on mixed discs are exempt.",
    remedy: "Find the content by its start elsewhere in the image, or in another namespace.",
    layouts,
  },
  emptyLocated: {
    id: "ISO-DIR-038",
    severity: "info",
    title: "Empty file with a location",
    clause: "ECMA-119:1987 9.1.3",
    rationale:
      "The location of a file without bytes means nothing. genisoimage and libisofs write " +
      "one for empty files, symbolic links, devices and relocated directories.",
    remedy: "Nothing to do; never compare such locations.",
    layouts,
  },
  padding: {
    id: "ISO-DIR-039",
    severity: "info",
    title: "Name padding byte missing or non-zero",
    clause: "ECMA-119:1987 9.1.12",
    rationale:
      "An identifier of even length is followed by a zero byte, so that what follows begins " +
      "at an even place. Some writers leave it out; one that is not zero can hide data.",
    remedy: "Nothing is lost; look at the byte if it is not zero.",
    layouts,
  },
  unknownSystemUse: {
    id: "ISO-DIR-040",
    severity: "note",
    title: "System-use bytes of no known scheme",
    clause: "ECMA-119:1987 9.1.13",
    rationale:
      "The standard leaves this field open. SUSP, CD-ROM XA, Apple and Amiga entries are " +
      "known; anything else is a private use of the master or hidden data.",
    remedy: "Look at the bytes; their meaning is with the program that wrote them.",
    layouts,
  },
  xaMalformed: {
    id: "ISO-DIR-041",
    severity: "warning",
    title: "XA attribute record is malformed",
    clause: "CD-ROM XA",
    rationale: "The attributes say how the file's sectors are recorded; contradicting ones make " +
      "players read it in the wrong form. Interleaved files of consoles have both form bits.",
    remedy: "Take the form from the sub-headers of the raw sectors, where there are any.",
    layouts: [xaAttributes.id],
  },
  extendedRecord: {
    id: "ISO-DIR-045",
    severity: "info",
    title: "Extended attribute record present",
    clause: "ECMA-119:1987 6.4.6, 9.5",
    rationale:
      "The content begins that many blocks behind the location. Early VMS masters use it; " +
      "readers that do not know it return the record as content.",
    remedy: "Extract with a reader that skips the record.",
    layouts: [directoryRecord.id, extendedAttributeRecord.id],
  },
  extendedOutside: {
    id: "ISO-XAR-001",
    severity: "error",
    title: "Extended record outside the image or larger than its extent",
    clause: "ECMA-119:1987 6.4.6, 9.1.2",
    rationale: "The record is said to reach past the image, and the content lies behind it.",
    remedy:
      "Fetch the missing part; or the length is wrong and the content begins at the location.",
    layouts: [directoryRecord.id, extendedAttributeRecord.id],
  },
  extendedOrders: {
    id: "ISO-XAR-002",
    severity: "warning",
    title: "Owner or group: byte orders differ",
    clause: "ECMA-119:1987 9.5.1, 9.5.2",
    rationale: "Two systems see two owners. No current program writes such records.",
    remedy: "Trust the copy that other files of the volume share.",
    layouts: [extendedAttributeRecord.id],
  },
} as const satisfies RuleTable;

const orderRules: OrderRules = { [`${extendedAttributeRecord.id}.*`]: rules.extendedOrders };

const unitAt = directoryRecord.fields.fileUnitSize.offset;
const gapAt = directoryRecord.fields.interleaveGapSize.offset;
const extendedAt = directoryRecord.fields.extendedAttributeRecordLength.offset;

function hasOther({ other }: RecordView): boolean {
  return other.length > 0;
}

function* checkInterleave(record: RecordView): Iterable<Hit> {
  const { fileUnitSize: unit, interleaveGapSize: gap } = recordValues(record);
  if (unit === 0 && gap === 0) return;
  const start = recordField(record, "fileUnitSize").start;
  yield {
    rule: unit === 0 || gap === 0 ? rules.interleaveContradiction : rules.interleaved,
    span: logicalSpan(start, 2),
    message: `the file unit has ${unit} blocks, the gap between units ${gap}`,
    recorded: `${unit}, ${gap}`,
  };
}

const XA_FORM1 = 0x0800;
const XA_FORM2 = 0x1000;
const XA_INTERLEAVED = 0x2000;
const XA_AUDIO = 0x4000;
const XA_DIRECTORY = 0x8000;

/** CD-ROM XA attributes of a record, wherever they stand in its field. */
function xaOf(record: RecordView): { readonly bytes: Uint8Array; readonly span: Span } | undefined {
  const field = record.other.find(({ scheme, bytes }) =>
    scheme === "xa" && bytes.length >= xaAttributes.size
  );
  if (field === undefined) return undefined;
  const at = field.bytes.length - xaAttributes.size;
  return {
    bytes: field.bytes.subarray(at),
    span: logicalSpan(field.span.start + at, xaAttributes.size),
  };
}

function isEmptyOrNowhere(record: RecordView): boolean {
  return lengthOf(record) === 0 || locationOf(record) === 0;
}

function* checkLocation(record: RecordView): Iterable<Hit> {
  const { locationOfExtent: location, dataLength } = recordValues(record);
  const empty = dataLength.le === 0 && dataLength.be === 0;
  if (isDirectory(record) || empty === (location.le === 0)) return;
  const span = recordField(record, "locationOfExtent");
  if (location.le === 0 && location.be === 0 && dataLength.le > 0) {
    const xa = xaOf(record);
    const attributes = xa === undefined ? undefined : valuesOf(xaAttributes, xa.bytes)?.attributes;
    if (((attributes ?? 0) & XA_AUDIO) !== 0) return;
    const message = `the file has ${dataLength.le} bytes and begins at logical block 0`;
    yield { rule: rules.blockZero, span, message, recorded: "0" };
  }
  if (empty && location.le !== 0) {
    const message = `the file has no bytes, and names logical block ${location.le}`;
    yield { rule: rules.emptyLocated, span, message, recorded: String(location.le) };
  }
}

function isUnpadded({ identifier, bytes }: RecordView): boolean {
  return identifier.length % 2 === 0 && bytes[directoryRecord.size + identifier.length] !== 0;
}

function* checkPadding({ identifier, bytes, span }: RecordView): Iterable<Hit> {
  const at = directoryRecord.size + identifier.length;
  const missing = at >= bytes.length;
  yield {
    rule: rules.padding,
    span: logicalSpan(span.start + at, missing ? 0 : 1),
    message: missing
      ? `the record ends with its identifier of ${identifier.length} bytes; a zero byte should follow`
      : `the byte after the identifier of ${identifier.length} bytes is ${bytes[at]}, not 0`,
    recorded: missing ? "none" : String(bytes[at]),
    expected: "0",
  };
}

/** Whether bytes are an Amiga entry: `AS`, a length of its own, version 1. */
function isAmiga(bytes: Uint8Array): boolean {
  return decodeLatin1(bytes.subarray(0, 2)) === "AS" && (bytes[2] ?? 0) >= 5 &&
    (bytes[2] ?? 0) <= bytes.length && bytes[3] === 1;
}

function classify(bytes: Uint8Array): string {
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (printable) return `text: ${quoted(decodeLatin1(bytes))}`;
  const head = hex(bytes.subarray(0, 16));
  return `binary, beginning with ${head}`;
}

function* checkSystemUse(record: RecordView): Iterable<Hit> {
  for (const { scheme, span, bytes } of record.other) {
    if (scheme !== "unknown" || isAmiga(bytes)) continue;
    const message = `${bytes.length} system use bytes of no known scheme: ${classify(bytes)}`;
    yield { rule: rules.unknownSystemUse, span, message, recorded: hex(bytes.subarray(0, 32)) };
  }
}

function xaProblem(record: RecordView, xa: Uint8Array): string | undefined {
  const value = valuesOf(xaAttributes, xa);
  if (value === undefined) return undefined;
  const { attributes, reserved9 } = value;
  const forms = attributes & (XA_FORM1 | XA_FORM2);
  const interleaved = (attributes & XA_INTERLEAVED) !== 0;
  const audio = (attributes & XA_AUDIO) !== 0;
  if (!isZero(reserved9)) return `its last five bytes are ${hex(reserved9)}, not zero`;
  if (forms === (XA_FORM1 | XA_FORM2) && !interleaved) return "both form bits are set";
  if (forms === 0 && !audio && !isDirectory(record)) return "no form bit is set";
  const marked = (attributes & XA_DIRECTORY) !== 0;
  // genisoimage -XA marks placeholders of relocated directories, and not the ".." of RR_MOVED.
  const exempt = record.reserved !== undefined ||
    record.systemUse.some(({ signature }) => signature === "CL");
  if (exempt || marked === isDirectory(record)) return undefined;
  return marked
    ? "the directory bit is set on a file"
    : "the directory bit is not set on a directory";
}

function* checkXa(record: RecordView): Iterable<Hit> {
  const xa = xaOf(record);
  const problem = xa === undefined ? undefined : xaProblem(record, xa.bytes);
  if (xa === undefined || problem === undefined) return;
  const message = `CD-ROM XA attributes ${hex(xa.bytes.subarray(4, 6))}: ${problem}`;
  yield { rule: rules.xaMalformed, span: xa.span, message, recorded: hex(xa.bytes) };
}

function* checkExtended(record: RecordView): Iterable<Hit> {
  const { extendedAttributeRecordLength: blocks, interleaveGapSize: gap } = recordValues(record);
  if (blocks === 0) return;
  yield {
    rule: rules.extendedRecord,
    span: recordField(record, "extendedAttributeRecordLength"),
    message: gap === 0
      ? `an extended attribute record of ${blocks} block${blocks === 1 ? "" : "s"} stands before ` +
        `the content`
      : `an extended attribute record of ${blocks} block${blocks === 1 ? "" : "s"} has the first ` +
        `file unit to itself`,
    recorded: String(blocks),
  };
}

function* checkExtendedRecords(image: Image): Iterable<Hit> {
  for (const structure of image.structuresOf(extendedAttributeRecord)) {
    yield* differingOrders(structure, orderRules);
  }
}

/** Rules about the content and the system use field of directory records, with their checks. */
export const directoryContent = {
  rules,
  directory: [
    ofRecords(checkInterleave, ({ bytes }) => bytes[unitAt] !== 0 || bytes[gapAt] !== 0),
    ofRecords(checkXa, hasOther),
    ofRecords(checkExtended, ({ bytes }) => bytes[extendedAt] !== 0),
    folded(ofRecords(checkLocation, isEmptyOrNowhere)),
    folded(ofRecords(checkPadding, isUnpadded)),
    folded(ofRecords(checkSystemUse, hasOther)),
  ],
  image: [checkExtendedRecords],
  faults: { "extended-record-outside": rules.extendedOutside },
} satisfies RuleFamily;
