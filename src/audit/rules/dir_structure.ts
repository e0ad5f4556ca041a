// Rules about directory extents (ECMA-119:1987 6.8.1, 6.8.2.2): the records in their sectors.

import { logicalSpan, roundUp, SECTOR } from "../../bytes/span.ts";
import { isZero } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryPlace, DirectoryView, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import {
  type DirectoryCheck,
  type DirectoryJudge,
  type FaultRule,
  type Hit,
  nothing,
  type RuleFamily,
  type RuleTable,
} from "../rule.ts";
import {
  countStale,
  either,
  isDirectory,
  isPlausibleRecord,
  ownerOf,
  recordField,
  recordValue,
  recordValues,
  walkedTree,
} from "./directory_view.ts";
import { more, ofRecords } from "./record_checks.ts";

const layouts = [directoryRecord.id];

const rules = {
  recordLength: {
    id: "ISO-DIR-001",
    severity: "error",
    title: "Record length is impossible",
    clause: "ECMA-119:1987 9.1.1",
    rationale:
      "The length leads to the next record: readers that trust it lose the records behind " +
      "it or take garbage for names. No genuine master is known to do this.",
    remedy: "Fetch the sector again; discern lists the records it could find behind the bad one.",
    layouts,
  },
  recordCrossesSector: {
    id: "ISO-DIR-002",
    severity: "error",
    title: "Record crosses a sector boundary",
    clause: "ECMA-119:1987 6.8.1.1",
    rationale:
      "Readers take a directory sector by sector and lose a record that reaches over the " +
      "end. No genuine master is known to do this.",
    remedy: "Fetch both sectors again, or rebuild the directory.",
    layouts,
  },
  unusedTail: {
    id: "ISO-DIR-003",
    severity: "note",
    title: "Non-zero bytes after the last record of a sector",
    clause: "ECMA-119:1987 6.8.1.1",
    rationale:
      "The standard wants zeros there. What remains can be records of a former directory, " +
      "records cut off by a length byte of 0, or something hidden.",
    remedy: "Look at the bytes; records among them name files that no reader shows.",
    layouts,
  },
  nameLengthZero: {
    id: "ISO-DIR-007",
    severity: "error",
    title: "Name length is zero",
    clause: "ECMA-119:1987 9.1.10",
    rationale: "A record without an identifier cannot be named, and many readers stop there.",
    remedy: "Fetch the sector again; the record's extent can still be read by its number.",
    layouts,
  },
  dotRecords: {
    id: "ISO-DIR-008",
    severity: "error",
    title: "First two records are not “.” and “..”",
    clause: "ECMA-119:1987 6.8.2.2",
    rationale: "Readers skip the first two records unseen: other records there are lost to them.",
    remedy: "Fetch the sector again; the records are listed by their recorded identifiers.",
    layouts,
  },
  wholeSectors: {
    id: "ISO-DIR-011",
    severity: "warning",
    title: "Directory length is not a whole number of blocks",
    clause: "ECMA-119:1987 6.8.1.3",
    rationale: "Readers that count sectors may skip the last one. ImgBurn 2.5.8 records the bare " +
      "sum of the record lengths.",
    remedy: "Read on to the end of the sector; the records before it are all there.",
    layouts,
  },
  notRecords: {
    id: "ISO-DIR-042",
    severity: "error",
    title: "Directory extent does not hold records",
    clause: "ECMA-119:1987 6.8.1",
    rationale: "Zeros or foreign data stand where the directory should be: its files are lost to " +
      "every reader of this namespace.",
    remedy: "Fetch these sectors again; another namespace of the image may list the same files.",
    layouts,
  },
  reservedAgain: {
    id: "ISO-DIR-044",
    severity: "warning",
    title: "Reserved identifiers reused",
    clause: "ECMA-119:1987 6.8.2.2, 7.6.2",
    rationale: "The identifiers 00 and 01 mean the directory and its parent: a file under one of " +
      "them is hidden from every reader.",
    remedy: "Read the extent that the record names; it may hold data of its own.",
    layouts,
  },
  staleRecords: {
    id: "ISO-DIR-046",
    severity: "note",
    title: "Stale records past the declared directory length",
    clause: "ECMA-119:1987 6.8.1.3",
    rationale:
      "Records behind the end of a directory were cut off by its length, or are left from " +
      "a former version of it.",
    remedy: "Look at the records there; their files may still be in the image.",
    layouts,
  },
} as const satisfies RuleTable;

function checkUnusedTails(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  if (walkedTree(directory, image) === undefined) return undefined;
  // End of the last record, in bytes of the extent: a damaged one may reach into the next part.
  let end = 0;
  return {
    part({ bytes, span, from, records }) {
      let hits = nothing;
      const to = from + bytes.length;
      let index = 0;
      for (let sector = from; sector < to; sector += SECTOR) {
        const limit = Math.min(to, sector + SECTOR);
        end = Math.max(end, sector);
        for (; index < records.length; index++) {
          const record = records[index];
          if (record === undefined || record.span.start - span.start >= limit) break;
          end = record.span.start - span.start + record.span.length;
        }
        // A length byte that is not 0 is a record that could not be read, which is another finding.
        if (end >= limit || bytes[end - from] !== 0) continue;
        const tail = bytes.subarray(end - from, limit - from);
        if (!isZero(tail)) hits = more(hits, tailHit(directory, end, tail));
      }
      return hits;
    },
  };
}

function tailHit(directory: DirectoryPlace, at: number, tail: Uint8Array): Hit {
  const stale = countStale(tail);
  // Where the record that should follow lacks nothing but its length, the hit begins with it.
  const isCut = isPlausibleRecord(tail, 0, true);
  const from = isCut ? 0 : tail.findIndex((byte) => byte !== 0);
  const to = tail.findLastIndex((byte) => byte !== 0) + 1;
  const what = stale === 0
    ? "none of them a directory record"
    : `with ${stale} directory record${stale === 1 ? "" : "s"} that no reader shows`;
  return {
    rule: rules.unusedTail,
    span: logicalSpan(directory.span.start + at + from, to - from),
    message: `${to - from} bytes after the last record of the sector are not zero, ${what}` +
      (isCut ? "; the first lacks nothing but its length" : ""),
    // What was removed leaves no such record: files are out of sight.
    ...(isCut ? { severity: "warning" as const, confidence: "likely" as const } : {}),
    ...ownerOf(directory),
  };
}

/** Whether the records up to `index` stand at the start of the extent, without a gap. */
function isContiguous(
  records: readonly RecordView[],
  { span }: DirectoryPlace,
  index: number,
): boolean {
  let at = span.start;
  for (const record of records.slice(0, index + 1)) {
    if (record.span.start !== at) return false;
    at += record.span.length;
  }
  return true;
}

function checkDotRecords(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  if (walkedTree(directory, image) === undefined) return undefined;
  const heads: RecordView[] = [];
  return {
    part({ records }) {
      if (heads.length < 2) heads.push(...records.slice(0, 2 - heads.length));
      return nothing;
    },
    end: () => missingDot(directory, heads),
  };
}

function* missingDot(directory: DirectoryPlace, heads: readonly RecordView[]): Iterable<Hit> {
  for (const [index, name] of [".", ".."].entries()) {
    const record = heads[index];
    if (record?.reserved === index || !isContiguous(heads, directory, index)) continue;
    const found = record === undefined
      ? "the directory has no such record"
      : `its identifier is ${record.identifier.length} byte(s), the first of them ` +
        `${record.identifier[0]}`;
    yield {
      rule: rules.dotRecords,
      span: record?.span ?? logicalSpan(directory.span.start, 1),
      message: `record ${index + 1} of the directory is not "${name}": ${found}`,
      expected: `identifier of one byte, ${index}`,
      ...ownerOf(directory),
    };
    return;
  }
}

function checkLaterReserved(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  if (walkedTree(directory, image) === undefined) return undefined;
  let number = 0;
  return {
    part({ records }) {
      let hits = nothing;
      for (const record of records) {
        if (++number <= 2 || record.reserved === undefined) continue;
        hits = more(hits, {
          rule: rules.reservedAgain,
          span: logicalSpan(record.span.start + directoryRecord.size, 1),
          message:
            `record ${number} has the identifier ${record.reserved}, which is kept for the ` +
            `first two`,
          recorded: String(record.reserved),
          ...ownerOf(directory),
        });
      }
      return hits;
    },
  };
}

function* checkWholeSectors(
  record: RecordView,
  tree: Tree,
  directory: DirectoryPlace,
): Iterable<Hit> {
  const ofRoot = directory.node === 0 && record.reserved === 0;
  if (!isDirectory(record) || (record.reserved !== undefined && !ofRoot)) return;
  const dataLength = recordValue(record, "dataLength");
  const unit = Math.max(tree.blockSize, SECTOR);
  if (dataLength.le === 0 || either(dataLength, (bytes) => bytes % unit === 0)) return;
  yield {
    rule: rules.wholeSectors,
    span: recordField(record, "dataLength"),
    message: `the directory has ${dataLength.le} bytes, which is no multiple of ${unit}`,
    recorded: String(dataLength.le),
  };
}

/** Logical byte at which the blocks behind a directory begin. */
function behind({ span }: DirectoryPlace, { blockSize }: Tree): number {
  return roundUp(span.start + span.length, blockSize);
}

/**
 * Whether the bytes behind a directory, whose last part is given, are nobody's and begin with a record
 * that is no `.` or `..`.
 */
export function holdsStale(
  last: DirectoryView,
  tree: Tree,
  { mapping, regions }: Image,
): boolean {
  const { after } = last;
  if (!isPlausibleRecord(after, 0)) return false;
  const reserved = after[directoryRecord.fields.lengthOfFileIdentifier.offset] === 1 &&
    (after[directoryRecord.size] ?? 0) < 2;
  const owner = regions.at(mapping.fileOffset(behind(last, tree)))?.owner;
  return !reserved && owner === "unclaimed";
}

function checkStale(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  let dot: RecordView | undefined;
  return {
    part({ records }) {
      dot ??= records[0];
      return nothing;
    },
    end(last) {
      if (!holdsStale(last, tree, image)) return nothing;
      const { length } = directory.span;
      // Where "." has the larger length, ISO-DIR-009 says so.
      const longer = dot?.reserved === 0 && directory.node !== 0 &&
        !either(recordValues(dot).dataLength, (bytes) => bytes <= length);
      if (longer) return nothing;
      const count = countStale(last.after);
      return [{
        rule: rules.staleRecords,
        span: logicalSpan(behind(directory, tree), last.after.length),
        message: `the sector behind the directory, which ends after ${length} bytes, holds ` +
          `${count} directory record${count === 1 ? "" : "s"}`,
        ...ownerOf(directory),
      }];
    },
  };
}

// Behind the records of the root there is something else where its recorded length is too large.
const notRecords: FaultRule = ({ node, tree: index, span }, image) => {
  const tree = index === undefined ? undefined : image.trees[index];
  const behind = node === 0 && tree !== undefined && span !== undefined &&
    span.start > tree.extent(0, 0).start;
  return { rule: rules.notRecords, ...(behind ? { causedBy: "ISO-PVD-022" } : {}) };
};

// Behind the last record a writer may have kept room: nothing need be lost.
const emptyTail: FaultRule = () => ({
  rule: rules.notRecords,
  severity: "warning",
  confidence: "likely",
});

/** Rules about directory extents, with their checks. */
export const directoryStructure = {
  rules,
  directory: [
    checkUnusedTails,
    checkDotRecords,
    checkLaterReserved,
    ofRecords(checkWholeSectors, isDirectory),
    checkStale,
  ] satisfies readonly DirectoryCheck[],
  faults: {
    "record-length": rules.recordLength,
    "record-crosses-sector": rules.recordCrossesSector,
    "name-length-zero": rules.nameLengthZero,
    "directory-not-records": notRecords,
    "directory-overrun": notRecords,
    "directory-sector-blank": notRecords,
    "directory-tail-blank": emptyTail,
  },
} satisfies RuleFamily;
