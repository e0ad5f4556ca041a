// Rules about path tables themselves (ECMA-119:1987 6.9, 9.4): their places, byte orders, copies and ends.

import { logicalSpan } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import {
  pathTableRecordL,
  pathTableRecordM,
  primaryVolumeDescriptor,
} from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { PathTable } from "../../model/path_table.ts";
import type { FaultRule, Hit, RuleFamily, RuleTable } from "../rule.ts";
import { PARENTS, type PathTableView } from "./path_table_view.ts";
import { describe, ofTrees, pathTableTree, recordSpan } from "./pth_tree.ts";

const layouts = [pathTableRecordL.id, pathTableRecordM.id];
/** Bytes of a record with an identifier of one byte, and its padding. */
const LEAST_RECORD = 10;

const rules = {
  outsideL: {
    id: "ISO-PTH-001",
    severity: "error",
    title: "Type L table outside the image",
    clause: "ECMA-119:1987 8.4.14",
    rationale:
      "Readers that find directories by this table find none; those that walk the tree do " +
      "not notice.",
    remedy: "Use the Type M table or the tree; fetch the missing part of the image.",
    layouts: [primaryVolumeDescriptor.id],
  },
  outsideM: {
    id: "ISO-PTH-002",
    severity: "error",
    title: "Type M table outside the image",
    clause: "ECMA-119:1987 8.4.16",
    rationale:
      "Systems that read MSB first find directories by this table. WinISO leaves it out and " +
      "records the address 0.",
    remedy: "Use the Type L table or the tree; fetch the missing part of the image.",
    layouts: [primaryVolumeDescriptor.id],
  },
  disagreeing: {
    id: "ISO-PTH-003",
    severity: "warning",
    title: "L and M tables disagree",
    clause: "ECMA-119:1987 6.9.2, 9.4",
    rationale: "Systems of different byte order see different directories. Early High Sierra and " +
      "ISO masters differ (Apple technical note FL25).",
    remedy: "Trust the table that agrees with the directory records.",
    layouts,
  },
  copyDiffers: {
    id: "ISO-PTH-004",
    severity: "warning",
    title: "Optional copy differs from its table",
    clause: "ECMA-119:1987 6.9.3",
    rationale:
      "The copy is there for when the first one cannot be read: one that differs or is out " +
      "of reach is of no use. Few masters write a copy at all.",
    remedy: "Trust the table that agrees with the directory records.",
    layouts,
  },
  overrun: {
    id: "ISO-PTH-005",
    severity: "warning",
    title: "Table size does not end on an entry",
    clause: "ECMA-119:1987 8.4.13, 9.4",
    rationale:
      "The last record reaches past the size that the descriptor gives, so readers lose it " +
      "or read on into other data. Or the size goes on behind it, as no rounding explains.",
    remedy: "Walk the tree instead; nothing is lost to readers that do.",
    layouts: [...layouts, primaryVolumeDescriptor.id],
  },
  malformed: {
    id: "ISO-PTH-006",
    severity: "warning",
    title: "Entry is malformed",
    clause: "ECMA-119:1987 9.4.1",
    rationale:
      "The records behind it cannot be found. Some pressed discs were mastered so, and only " +
      "old readers list them (MissionForce: Cyberstorm).",
    remedy: "Walk the tree from the root instead; nothing is lost to readers that do.",
    layouts,
  },
  padded: {
    id: "ISO-PTH-014",
    severity: "info",
    title: "Table padded with zeros inside its size",
    clause: "ECMA-119:1987 8.4.13",
    rationale: "The recorded size counts zeros behind the last record: some masters round it up.",
    remedy: "Nothing to do; the records end at the first zero.",
    layouts,
  },
  byteOrder: {
    id: "ISO-PTH-015",
    severity: "warning",
    title: "M table pointer or entries in the wrong byte order",
    clause: "ECMA-119:1987 8.4.16",
    rationale:
      "The address or the numbers of this table are MSB first by definition; here they fit " +
      "only LSB first. Systems that use the table fail.",
    remedy: "Read the numbers LSB first, or use the Type L table.",
    layouts,
  },
  tooMany: {
    id: "ISO-PTH-016",
    severity: "warning",
    title: "Too many directories for the table",
    clause: "ECMA-119:1987 9.4.4",
    rationale: "Parents are numbered with 16 bits: beyond 65535 the table cannot say where a " +
      "directory belongs, and makers of images leave them out or wrap around.",
    remedy: "Walk the tree instead; nothing is lost to readers that do.",
    layouts,
  },
} as const satisfies RuleTable;

function* checkAgreement({ L, M, tree, swapped }: PathTableView): Iterable<Hit> {
  if (L === undefined || M === undefined || swapped) return;
  const count = Math.min(L.count, M.count);
  for (let index = 0; index < count; index++) {
    const [a, b] = [L.record(index), M.record(index)];
    const named = equalBytes(a.identifier, b.identifier);
    if (named && a.location === b.location && a.parent === b.parent) continue;
    yield {
      rule: rules.disagreeing,
      span: recordSpan(b),
      message: `record ${index + 1} is ${describe(a, tree)} in the Type L table, ` +
        `${describe(b, tree)} in Type M`,
      recorded: describe(b, tree),
      expected: describe(a, tree),
    };
    // From another identifier on the two tables are out of step.
    if (!named) return;
  }
  // Where a table breaks off at a bad record, ISO-PTH-005 or ISO-PTH-006 says so.
  const longer = L.count > M.count ? L : M;
  const shorter = longer === L ? M : L;
  if (L.count === M.count || shorter.end < shorter.span.start + shorter.span.length) return;
  yield {
    rule: rules.disagreeing,
    span: recordSpan(longer.record(count)),
    message:
      `the Type ${longer.type} table has ${longer.count} records, Type ${shorter.type} has ` +
      `${shorter.count}`,
  };
}

function* checkCopies({ L, M, copies, tree }: PathTableView): Iterable<Hit> {
  for (const copy of copies) {
    const table = copy.type === "L" ? L : M;
    if (table === undefined) continue;
    const index = firstDifference(table, copy);
    if (index === undefined) continue;
    const [a, b] = [table, copy].map((each) =>
      index < each.count ? describe(each.record(index), tree) : "not there"
    );
    yield {
      rule: rules.copyDiffers,
      span: index < copy.count ? recordSpan(copy.record(index)) : copy.span,
      message:
        `record ${index + 1} of the optional Type ${copy.type} table is ${b}, in the table ` +
        `itself it is ${a}`,
      ...(b === undefined ? {} : { recorded: b }),
      ...(a === undefined ? {} : { expected: a }),
    };
  }
}

function firstDifference(a: PathTable, b: PathTable): number | undefined {
  const count = Math.min(a.count, b.count);
  for (let index = 0; index < count; index++) {
    const [left, right] = [a.record(index), b.record(index)];
    const same = left.location === right.location && left.parent === right.parent &&
      left.extendedAttributeLength === right.extendedAttributeLength &&
      equalBytes(left.identifier, right.identifier);
    if (!same) return index;
  }
  return a.count === b.count ? undefined : count;
}

function* checkPadding({ tables, tree, stops }: PathTableView): Iterable<Hit> {
  // The size is one field: one hit, though each table has zeros there.
  const padded = tables.find((table) => stops(table) === "zeros");
  if (padded === undefined) return;
  const end = padded.span.start + padded.span.length;
  const { descriptor } = tree;
  // Masters that round the size up round it to blocks; less than a record may be alignment of any kind.
  const isRounded = padded.span.length % tree.blockSize === 0 || end - padded.end < LEAST_RECORD;
  if (!isRounded && descriptor !== undefined) {
    const expected = padded.end - padded.span.start;
    yield {
      rule: rules.overrun,
      span: fieldSpan(primaryVolumeDescriptor, "pathTableSize", descriptor),
      message: `pathTableSize is ${padded.span.length}, the ${padded.count} records of the Type ` +
        `${padded.type} path table end at byte ${expected}, and zeros follow`,
      recorded: String(padded.span.length),
      expected: String(expected),
    };
    return;
  }
  yield {
    rule: rules.padded,
    span: logicalSpan(padded.end, end - padded.end),
    message: `the last ${end - padded.end} of ${padded.span.length} bytes of the Type ` +
      `${padded.type} path table are zeros behind its ${padded.count} records`,
  };
}

function* checkByteOrder({ M, swapped }: PathTableView): Iterable<Hit> {
  if (M === undefined || !swapped) return;
  yield {
    rule: rules.byteOrder,
    span: M.span,
    message:
      `the numbers of the ${M.count} records of the Type M path table agree with Type L only ` +
      `when read LSB first`,
  };
}

function* checkCount({ table, directories }: PathTableView): Iterable<Hit> {
  if (directories <= PARENTS) return;
  yield {
    rule: rules.tooMany,
    span: table.span,
    message: `the tree has ${directories} directories, parents can be numbered up to ${PARENTS}`,
    recorded: String(directories),
    expected: `at most ${PARENTS}`,
  };
}

/** The main table of its type that a fault lies in, with the fault's place in it. */
function tableOf(start: number, image: Image): { table: PathTable; at: number } | undefined {
  const table = image.pathTables.find(({ span }) =>
    start >= span.start && start < span.start + span.length
  );
  return table === undefined ? undefined : { table, at: start - table.span.start };
}

// All tables of a tree have one size and the same records: a fault that each of them shows is one.
function once(rule: (typeof rules)[keyof typeof rules]): FaultRule {
  return ({ kind, span }, image) => {
    const found = span === undefined ? undefined : tableOf(span.start, image);
    if (found === undefined) return { rule };
    const { table, at } = found;
    // Cut off by the end of the image: the table is outside it, and that is said already.
    if (table.span.start + table.span.length > image.mapping.logicalSize) return undefined;
    const earlier = image.pathTables.filter((each) => each.tree === table.tree);
    for (const other of earlier.slice(0, earlier.indexOf(table))) {
      const same = image.faults.some((fault) =>
        fault.kind === kind && fault.span?.start === other.span.start + at
      );
      if (same) return undefined;
    }
    return { rule };
  };
}

const outside: FaultRule = ({ structure }) => ({
  rule: structure === pathTableRecordM.id ? rules.outsideM : rules.outsideL,
});

// An address of 0 means that the table was left out, which the standard allows for neither.
const omitted: FaultRule = ({ structure }) =>
  structure === pathTableRecordM.id
    ? { rule: rules.outsideM, severity: "warning" }
    : { rule: rules.outsideL };

/** Rules about path tables. */
export const pathTableRules: RuleFamily = {
  rules: { ...rules, ...pathTableTree.rules },
  image: [
    ...[checkAgreement, checkCopies, checkPadding, checkByteOrder, checkCount].map(ofTrees),
    ...pathTableTree.image,
  ],
  faults: {
    "path-table-outside": outside,
    "path-table-omitted": omitted,
    "optional-path-table-outside": rules.copyDiffers,
    "path-table-byte-order": rules.byteOrder,
    "path-table-overrun": once(rules.overrun),
    "path-table-record": once(rules.malformed),
  },
};
