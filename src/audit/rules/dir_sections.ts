// Rules about files of several sections (ECMA-119:1987 6.5.1, 9.2): their chains of records.

import { directoryRecord } from "../../decode/iso9660/layout.ts";
import { equalBytes } from "../../bytes/text.ts";
import type { DirectoryPlace, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import {
  type DirectoryCheck,
  type DirectoryJudge,
  type Hit,
  nothing,
  type RuleFamily,
  type RuleTable,
} from "../rule.ts";
import {
  hasFlag,
  isNearlyFull,
  lengthOf,
  ownerOf,
  recordField,
  recordValues,
  walkedTree,
} from "./directory_view.ts";
import { more } from "./record_checks.ts";

const layouts = [directoryRecord.id];

const rules = {
  openChain: {
    id: "ISO-DIR-033",
    severity: "error",
    title: "Multi-extent chain has no end",
    clause: "ECMA-119:1987 6.5.1, 9.1.6",
    rationale:
      "The flag says that the file goes on in the next record, which is of another file or " +
      "not there: the rest of the file is lost, or the flag is wrong.",
    remedy: "Compare the size with another namespace; fetch the sector of the directory again.",
    layouts,
  },
  disagreeing: {
    id: "ISO-DIR-034",
    severity: "warning",
    title: "Multi-extent sections disagree",
    clause: "ECMA-119:1987 9.2",
    rationale:
      "The records of one file shall have the same attributes; readers take them from the " +
      "first or from the last one. Dates and Rock Ridge entries may differ.",
    remedy: "Join the sections all the same and compare the content with another copy.",
    layouts,
  },
  unaligned: {
    id: "ISO-DIR-035",
    severity: "warning",
    title: "Inner section is not block-aligned",
    clause: "ECMA-119:1987 6.4.5, 6.5.1",
    rationale: "It is legal, but readers that work in blocks put what follows at a wrong place. " +
      "xorriso and others end inner sections at 2^32 - 2048 for that reason.",
    remedy: "Extract with a reader that joins sections by bytes, as discern does.",
    layouts,
  },
  missingFlag: {
    id: "ISO-DIR-036",
    severity: "warning",
    title: "Repeated name without multi-extent flag near 4 GiB",
    clause: "ECMA-119:1987 6.5.1",
    rationale: "Some tools wrote the sections of a large file as records of one name without the " +
      "flag: readers show one of them only.",
    remedy: "Join the extents in the order of their records.",
    layouts,
  },
} as const satisfies RuleTable;

const AGREEING = fileFlags.directory | fileFlags.associated | fileFlags.record |
  fileFlags.protection;

function disagreement(previous: RecordView, record: RecordView): string | undefined {
  const [a, b] = [recordValues(previous), recordValues(record)];
  if (((a.fileFlags ^ b.fileFlags) & AGREEING) !== 0) {
    return `file flags 0x${a.fileFlags.toString(16)} and 0x${b.fileFlags.toString(16)}`;
  }
  const [first, second] = [a.volumeSequenceNumber.le, b.volumeSequenceNumber.le];
  return first === second ? undefined : `volume sequence numbers ${first} and ${second}`;
}

function checkSections(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  let previous: RecordView | undefined;
  return {
    part({ records }) {
      let hits = nothing;
      for (const record of records) {
        const before = previous;
        previous = record;
        if (before === undefined || record.section === 0) continue;
        for (const hit of sectionHits(before, record, tree)) {
          hits = more(hits, { ...hit, ...ownerOf(directory, record) });
        }
      }
      return hits;
    },
  };
}

function* sectionHits(before: RecordView, record: RecordView, tree: Tree): Iterable<Hit> {
  const difference = disagreement(before, record);
  if (difference !== undefined) {
    yield {
      rule: rules.disagreeing,
      span: record.span,
      message: `section ${record.section + 1} of the file and the one before it have ${difference}`,
    };
  }
  const { dataLength } = recordValues(before);
  const rest = dataLength.le % tree.blockSize;
  if (rest === 0) return;
  yield {
    rule: rules.unaligned,
    span: recordField(before, "dataLength"),
    message:
      `section ${record.section} of the file has ${dataLength.le} bytes, ${rest} more than ` +
      `whole blocks of ${tree.blockSize}`,
    recorded: String(dataLength.le),
  };
}

function checkMissingFlags(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  if (walkedTree(directory, image) === undefined) return undefined;
  let previous: RecordView | undefined;
  let joined = 0;
  return {
    part({ records }) {
      let hits = nothing;
      for (const record of records) {
        const before = previous;
        previous = record;
        const goesOn = before !== undefined && lacksFlag(before, record);
        joined = goesOn ? joined + lengthOf(record) : lengthOf(record);
        if (!goesOn) continue;
        hits = more(hits, {
          rule: rules.missingFlag,
          span: record.span,
          message: `the record repeats the identifier of the one before it, which has ` +
            `${lengthOf(before)} bytes: joined they are ${joined}`,
          ...ownerOf(directory, record),
        });
      }
      return hits;
    },
  };
}

/** Whether a record looks like another section of the file before it, which does not announce one. */
function lacksFlag(before: RecordView, record: RecordView): boolean {
  return isNearlyFull(before) && record.section === 0 && record.reserved === undefined &&
    !hasFlag(before, fileFlags.multiExtent) && equalBytes(before.identifier, record.identifier) &&
    hasFlag(before, fileFlags.associated) === hasFlag(record, fileFlags.associated);
}

/** Rules about files of several sections, with their checks. */
export const directorySections = {
  rules,
  directory: [checkSections, checkMissingFlags] satisfies readonly DirectoryCheck[],
  faults: { "section-chain": rules.openChain },
} satisfies RuleFamily;
