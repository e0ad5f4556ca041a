// Rules about the fields of directory records (ECMA-119:1987 9.1), one record at a time.

import { logicalSpan, roundUp, type Span } from "../../bytes/span.ts";
import { type BothEndian, valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, hex, isZero } from "../../bytes/text.ts";
import { directoryRecord, extendedAttributeRecord } from "../../decode/iso9660/layout.ts";
import { xaAttributes } from "../../decode/rockridge/layout.ts";
import type { DirectoryView, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { differingOrders, type OrderRules } from "./byte_orders.ts";
import { type DescriptorValues, treeDescriptors } from "./descriptor_view.ts";
import {
  either,
  hasFlag,
  isDirectory,
  quoted,
  recordField,
  recordValues,
} from "./directory_view.ts";
import { folded, ofRecords } from "./record_checks.ts";

const layouts = [directoryRecord.id];

const rules = {
  locationOrders: {
    id: "ISO-DIR-004",
    severity: "error",
    title: "Extent location: byte orders differ",
    clause: "ECMA-119:1987 7.3.3, 9.1.3",
    rationale:
      "Readers trust different copies, so one of two systems reads the wrong sectors. The " +
      "genuine masters measured all record one number twice.",
    remedy: "Trust the copy at which the file's content or the directory's records begin.",
    layouts,
  },
  lengthOrders: {
    id: "ISO-DIR-005",
    severity: "warning",
    title: "Data length: byte orders differ",
    clause: "ECMA-119:1987 7.3.3, 9.1.4",
    rationale:
      "Nearly all readers take the LSB first copy; the other one cuts the file or runs on. " +
      "Discs made so exist (noted in pycdlib).",
    remedy: "Trust the copy that ends where the next extent begins.",
    layouts,
  },
  sequenceOrders: {
    id: "ISO-DIR-006",
    severity: "warning",
    title: "Volume sequence number: byte orders differ",
    clause: "ECMA-119:1987 9.1.9",
    rationale:
      "A reader that looks at it may ask for another disc. Most readers ignore the number.",
    remedy: "Ignore it on a single disc; else trust the number of the volume descriptor.",
    layouts,
  },
  date: {
    id: "ISO-DIR-024",
    severity: "warning",
    title: "Recording date is malformed",
    clause: "ECMA-119:1987 9.1.5",
    rationale:
      "The date does not exist, so readers show none or a wrong one; isoinfo guards against " +
      "illegal months for that reason.",
    remedy: "Take the time from Rock Ridge or another namespace; the content is not touched.",
    layouts,
  },
  reservedFlags: {
    id: "ISO-DIR-025",
    severity: "warning",
    title: "Reserved flag bits set",
    clause: "ECMA-119:1987 9.1.6",
    rationale: "Bits 5 and 6 shall be zero: damage, or a private mark of the master.",
    remedy: "Compare with the same file in another namespace; readers ignore these bits.",
    layouts,
  },
  directoryFlags: {
    id: "ISO-DIR-026",
    severity: "warning",
    title: "Flags impossible on a directory",
    clause: "ECMA-119:1987 9.1.6",
    rationale: "A directory has one section, no record format and no associated file: one of the " +
      "flags is wrong, and readers differ in which they believe.",
    remedy: "See whether the extent holds directory records; that decides the directory flag.",
    layouts,
  },
  extendedFlags: {
    id: "ISO-DIR-027",
    severity: "warning",
    title: "Record or protection bit without extended record",
    clause: "ECMA-119:1987 9.1.6, 9.5",
    rationale:
      "The flag says that the format or the permissions are in a record that is not there.",
    remedy: "Read the file as plain bytes; no such record means no restriction.",
    layouts,
  },
  hidden: {
    id: "ISO-DIR-028",
    severity: "note",
    title: "Entry is hidden",
    clause: "ECMA-119:1987 9.1.6",
    rationale:
      "The existence flag asks readers not to show the entry; most of them show it all the " +
      "same. genisoimage -hidden writes it on request.",
    remedy: "Look at the file: it is not shown on some systems.",
    layouts,
  },
  associated: {
    id: "ISO-DIR-029",
    severity: "info",
    title: "Associated file",
    clause: "ECMA-119:1987 6.5.4",
    rationale:
      "A second content under the same identifier, such as the resource fork of an Apple " +
      "file (genisoimage -apple). Most readers hide it or show the name twice.",
    remedy: "Extract it apart if the fork matters.",
    layouts,
  },
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
  otherVolume: {
    id: "ISO-DIR-032",
    severity: "warning",
    title: "File is on another volume",
    clause: "ECMA-119:1987 9.1.9",
    rationale:
      "The extent is counted on another disc of the set. Earlier volumes are legal targets; " +
      "a number of 0 is a slip of some masters.",
    remedy: "Take the file from the volume with that number.",
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

const orderRules: OrderRules = {
  [`${directoryRecord.id}.locationOfExtent`]: rules.locationOrders,
  [`${directoryRecord.id}.dataLength`]: rules.lengthOrders,
  [`${directoryRecord.id}.volumeSequenceNumber`]: rules.sequenceOrders,
  [`${extendedAttributeRecord.id}.ownerIdentification`]: rules.extendedOrders,
  [`${extendedAttributeRecord.id}.groupIdentification`]: rules.extendedOrders,
};

function* checkOrders(
  record: RecordView,
  tree: Tree,
  _directory: DirectoryView,
  image: Image,
): Iterable<Hit> {
  for (const { field, number, ...hit } of differingOrders(record, orderRules)) {
    const fits = field === "dataLength" ? fittingLength(record, number, tree, image) : undefined;
    const more = fits === undefined ? "" : `; ${fits} ends where the next extent begins`;
    yield { ...hit, message: hit.message + more };
  }
}

/** The copy of a data length that ends where something else begins. */
function fittingLength(
  record: RecordView,
  { le, be }: BothEndian,
  { blockSize }: Tree,
  { regions, mapping }: Image,
): number | undefined {
  const { locationOfExtent, extendedAttributeRecordLength } = recordValues(record);
  const start = (locationOfExtent.le + extendedAttributeRecordLength) * blockSize;
  const fits = [le, be].filter((length) => {
    const end = mapping.fileOffset(start + roundUp(length, blockSize));
    const region = regions.at(end);
    return region !== undefined && region.start === end && region.owner !== "unclaimed" &&
      region.owner !== "slack";
  });
  return fits.length === 1 ? fits[0] : undefined;
}

function* checkDate(record: RecordView): Iterable<Hit> {
  const { recordingDateAndTime: date } = recordValues(record);
  if (date.valid) return;
  const [years = 0, month, day, hour, minute, second] = date.raw;
  const recorded = `${1900 + years}-${month}-${day} ${hour}:${minute}:${second}`;
  yield {
    rule: rules.date,
    span: recordField(record, "recordingDateAndTime"),
    message:
      `the recording date reads ${recorded}, ${date.offset} quarter hours from UTC: there is ` +
      `no such time`,
    recorded: hex(date.raw),
  };
}

const RESERVED_FLAGS = 0x60;

function flagText(flags: number): string {
  return `0x${flags.toString(16).padStart(2, "0")}`;
}

function* checkFlags(record: RecordView): Iterable<Hit> {
  const { fileFlags: flags, extendedAttributeRecordLength: extended } = recordValues(record);
  // Nearly every record ends here: this runs once for each of a million.
  if ((flags & ~(fileFlags.existence | fileFlags.directory)) === 0) return;
  const span = recordField(record, "fileFlags");
  const recorded = flagText(flags);
  if ((flags & RESERVED_FLAGS) !== 0) {
    const message = `the file flags are ${recorded}: bits 5 and 6 are reserved`;
    yield { rule: rules.reservedFlags, span, message, recorded };
  }
  const { associated, record: format, protection, multiExtent } = fileFlags;
  const directory = isDirectory(record);
  if (directory && (flags & (associated | format | multiExtent)) !== 0) {
    const message =
      `the file flags of the directory are ${recorded}: bits 2, 3 and 7 shall be zero`;
    yield { rule: rules.directoryFlags, span, message, recorded };
  }
  const announcing = flags & (directory ? protection : format | protection);
  if (announcing !== 0 && extended === 0) {
    const message = `the file flags are ${recorded}, but there is no extended attribute record`;
    yield { rule: rules.extendedFlags, span, message, recorded };
  }
}

function* checkMarks(
  record: RecordView,
  _tree: Tree,
  { records }: DirectoryView,
): Iterable<Hit> {
  const marks = fileFlags.existence | fileFlags.associated;
  if (record.reserved !== undefined || !hasFlag(record, marks)) return;
  const span = recordField(record, "fileFlags");
  const recorded = flagText(recordValues(record).fileFlags);
  if (hasFlag(record, fileFlags.existence) && record.section === 0) {
    const message = `the file flags are ${recorded}: the entry need not be shown to the user`;
    yield { rule: rules.hidden, span, message, recorded };
  }
  if (isDirectory(record) || !hasFlag(record, fileFlags.associated) || record.section > 0) return;
  const name = hex(record.identifier);
  const main = records.some((each) =>
    !hasFlag(each, fileFlags.associated) && hex(each.identifier) === name
  );
  const pair = main ? "its main file is in the same directory" : "it has no main file";
  const message = `the file flags are ${recorded}: an associated file; ${pair}`;
  yield { rule: rules.associated, span, message, recorded };
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

const descriptors = new WeakMap<Tree, DescriptorValues>();

/** Values of the descriptor that names a tree; looked up once, since every record needs them. */
function descriptorOf(tree: Tree, image: Image): DescriptorValues | undefined {
  const known = descriptors.get(tree);
  if (known !== undefined) return known;
  for (const { span, value } of treeDescriptors(image)) {
    if (span.start !== tree.descriptor?.start) continue;
    descriptors.set(tree, value);
    return value;
  }
  return undefined;
}

function* checkSequence(
  record: RecordView,
  tree: Tree,
  _directory: DirectoryView,
  image: Image,
): Iterable<Hit> {
  const own = descriptorOf(tree, image)?.volumeSequenceNumber;
  const { volumeSequenceNumber: sequence } = recordValues(record);
  if (own === undefined || record.reserved !== undefined) return;
  // Where the copies differ on either side, ISO-DIR-006 or ISO-PVD-005 says so.
  if (either(sequence, (number) => either(own, (volume) => volume === number))) return;
  if (own.le === 0) return;
  const lesser = sequence.le < own.le;
  yield {
    rule: rules.otherVolume,
    span: recordField(record, "volumeSequenceNumber"),
    message: sequence.le === 0
      ? `the volume sequence number is 0, that of the volume is ${own.le}`
      : `the file is on volume ${sequence.le} of the set, this is volume ${own.le}`,
    ...(lesser ? { severity: "info" } : {}),
    recorded: String(sequence.le),
    expected: String(own.le),
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

function* checkPadding({ identifier, bytes, span }: RecordView): Iterable<Hit> {
  const at = directoryRecord.size + identifier.length;
  if (identifier.length % 2 !== 0 || bytes[at] === 0) return;
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

/** Rules about the fields of directory records, with their checks. */
export const directoryFields = {
  rules,
  directory: [
    checkOrders,
    checkDate,
    checkFlags,
    checkMarks,
    checkInterleave,
    checkXa,
    checkExtended,
  ].map(ofRecords).concat(
    [checkSequence, checkLocation, checkPadding, checkSystemUse].map(ofRecords).map(folded),
  ),
  image: [checkExtendedRecords],
  faults: { "extended-record-outside": rules.extendedOutside },
} satisfies RuleFamily;
