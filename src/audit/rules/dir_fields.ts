// Rules about the numbers, dates and flags of directory records (ECMA-119:1987 9.1), one at a time.

import { roundUp } from "../../bytes/span.ts";
import type { BothEndian } from "../../bytes/struct.ts";
import { decodeLatin1, hex } from "../../bytes/text.ts";
import { epochOfTime7 } from "../../bytes/time.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryPlace, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import {
  type DirectoryJudge,
  type Hit,
  nothing,
  type RuleFamily,
  type RuleTable,
} from "../rule.ts";
import { differingOrders, hasDifferingOrders, type OrderRules } from "./byte_orders.ts";
import { treeDescriptors } from "./descriptor_view.ts";
import {
  either,
  flagsOf,
  hasFlag,
  isDirectory,
  ownerOf,
  recordField,
  recordValues,
  walkedTree,
} from "./directory_view.ts";
import { folded, more, ofRecords, Waiting } from "./record_checks.ts";

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
} as const satisfies RuleTable;

const orderRules: OrderRules = {
  [`${directoryRecord.id}.locationOfExtent`]: rules.locationOrders,
  [`${directoryRecord.id}.dataLength`]: rules.lengthOrders,
  [`${directoryRecord.id}.volumeSequenceNumber`]: rules.sequenceOrders,
};

function* checkOrders(
  record: RecordView,
  tree: Tree,
  _directory: DirectoryPlace,
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

const dateAt = directoryRecord.fields.recordingDateAndTime.offset;

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

const unusualFlags = 0xff & ~(fileFlags.existence | fileFlags.directory);

function* checkFlags(record: RecordView): Iterable<Hit> {
  const { fileFlags: flags, extendedAttributeRecordLength: extended } = recordValues(record);
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

function* checkHidden(record: RecordView): Iterable<Hit> {
  if (record.reserved !== undefined || record.section > 0) return;
  if (!hasFlag(record, fileFlags.existence)) return;
  const recorded = flagText(recordValues(record).fileFlags);
  yield {
    rule: rules.hidden,
    span: recordField(record, "fileFlags"),
    message: `the file flags are ${recorded}: the entry need not be shown to the user`,
    recorded,
  };
}

function checkAssociated(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  const waiting = new Waiting<{ readonly name: string; readonly hit: Omit<Hit, "message"> }>();
  return {
    part({ records }) {
      for (const record of records) {
        const { reserved, section } = record;
        const counts = reserved === undefined && section === 0 && !isDirectory(record);
        if (!counts || !hasFlag(record, fileFlags.associated)) continue;
        waiting.add(() => ({
          name: decodeLatin1(record.identifier),
          hit: {
            rule: rules.associated,
            span: recordField(record, "fileFlags"),
            recorded: flagText(flagsOf(record)),
            ...ownerOf(directory, record),
          },
        }));
      }
      return nothing;
    },
    end() {
      const main = mainFiles(waiting.kept.map(({ name }) => name), directory.node, tree);
      return waiting.hits(({ name, hit }) => {
        const pair = main.has(name)
          ? "its main file is in the same directory"
          : "it has no main file";
        const message = `the file flags are ${hit.recorded}: an associated file; ${pair}`;
        return { ...hit, message };
      });
    },
  };
}

/** Of the identifiers of associated files, those that a main file of the directory has too. */
function mainFiles(
  associated: readonly string[],
  node: number,
  tree: Tree,
): ReadonlySet<string> {
  const main = new Set<string>();
  if (associated.length === 0) return main;
  const names = new Set(associated);
  const first = tree.firstChild(node);
  for (let child = first; child < first + tree.childCount(node); child++) {
    if (tree.isAssociated(child)) continue;
    const name = decodeLatin1(tree.identifier(child));
    if (names.has(name)) main.add(name);
  }
  return main;
}

const sequences = new WeakMap<Tree, BothEndian | null>();

/** Volume sequence number of the descriptor that names a tree. */
function sequenceOf(tree: Tree, image: Image): BothEndian | undefined {
  let sequence = sequences.get(tree);
  if (sequence === undefined) {
    const descriptors = [...treeDescriptors(image)];
    const own = descriptors.find(({ span }) => span.start === tree.descriptor?.start);
    sequence = own?.value.volumeSequenceNumber ?? null;
    sequences.set(tree, sequence);
  }
  return sequence ?? undefined;
}

const sequenceAt = directoryRecord.fields.volumeSequenceNumber.offset;

function checkSequence(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  const own = tree === undefined ? undefined : sequenceOf(tree, image);
  if (own === undefined || own.le === 0) return undefined;
  return {
    part({ records }) {
      let hits = nothing;
      for (const record of records) {
        const { bytes, reserved } = record;
        const number = (bytes[sequenceAt] ?? 0) + (bytes[sequenceAt + 1] ?? 0) * 0x100;
        if (number === own.le || reserved !== undefined) continue;
        const hit = otherVolume(record, own);
        if (hit !== undefined) hits = more(hits, { ...hit, ...ownerOf(directory, record) });
      }
      return hits;
    },
  };
}

function otherVolume(record: RecordView, own: BothEndian): Hit | undefined {
  const { volumeSequenceNumber: sequence } = recordValues(record);
  // Where the copies differ on either side, ISO-DIR-006 or ISO-PVD-005 says so.
  if (either(sequence, (number) => either(own, (volume) => volume === number))) return undefined;
  const lesser = sequence.le < own.le;
  return {
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

/** Rules about the numbers, dates and flags of directory records, with their checks. */
export const directoryFields = {
  rules,
  directory: [
    ofRecords(checkOrders, ({ layout, bytes }) => hasDifferingOrders(layout, bytes)),
    ofRecords(checkDate, ({ bytes }) => Number.isNaN(epochOfTime7(bytes, dateAt))),
    ofRecords(checkFlags, (record) => hasFlag(record, unusualFlags)),
    ofRecords(checkHidden, (record) => hasFlag(record, fileFlags.existence)),
    checkAssociated,
    folded(checkSequence),
  ],
} satisfies RuleFamily;
