// Rules about path tables (ECMA-119:1987 6.9, 9.4): their two byte orders, their copies, and the tree.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import {
  pathTableRecordL,
  pathTableRecordM,
  primaryVolumeDescriptor,
} from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { PathTable, PathTableRecord } from "../../model/path_table.ts";
import type { Tree } from "../../model/tree.ts";
import type { FaultRule, Hit, RuleFamily, RuleTable } from "../rule.ts";
import { identifierText, quoted } from "./directory_view.ts";
import { PARENTS, PathTableView, type TableEntry } from "./path_table_view.ts";

const layouts = [pathTableRecordL.id, pathTableRecordM.id];

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
      "or read on into other data.",
    remedy: "Walk the tree instead; nothing is lost to readers that do.",
    layouts,
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
  firstNotRoot: {
    id: "ISO-PTH-007",
    severity: "warning",
    title: "First entry is not the root",
    clause: "ECMA-119:1987 6.9.1, 9.4.5",
    rationale: "Every path is built from the first record: readers that use the table start at a " +
      "wrong place.",
    remedy: "Trust the root record of the descriptor where directory records begin there.",
    layouts,
  },
  parent: {
    id: "ISO-PTH-008",
    severity: "warning",
    title: "Parent number is impossible",
    clause: "ECMA-119:1987 9.4.4",
    rationale:
      "A parent stands before its children: a number of zero, of the record itself or of a " +
      "later one makes readers drop the directory or walk in circles.",
    remedy: "Trust the tree, which names the true parent.",
    layouts,
  },
  order: {
    id: "ISO-PTH-009",
    severity: "warning",
    title: "Entries out of order",
    clause: "ECMA-119:1987 6.9.1",
    rationale:
      "Readers that search by level, parent and name miss directories that stand elsewhere. " +
      "Some masters sort names without regard to case.",
    remedy: "Walk the tree instead; nothing is lost to readers that do.",
    layouts,
  },
  missing: {
    id: "ISO-PTH-010",
    severity: "warning",
    title: "Directory missing from the table",
    clause: "ECMA-119:1987 6.9",
    rationale: "Readers that find directories by the table do not find this one.",
    remedy: "Walk the tree instead; the directory is there.",
    layouts,
  },
  unreachable: {
    id: "ISO-PTH-011",
    severity: "warning",
    title: "Table entry not reachable in the tree",
    clause: "ECMA-119:1987 6.9",
    rationale:
      "The directory was removed from the tree or hidden in it, or the record that leads to " +
      "it is damaged: the table then shows what was lost.",
    remedy: "Read the directory at the place that the table names.",
    layouts,
  },
  nameDiffers: {
    id: "ISO-PTH-012",
    severity: "warning",
    title: "Table and directory name differ",
    clause: "ECMA-119:1987 9.4.5",
    rationale: "Readers show the directory under one name or the other, by how they find it.",
    remedy: "Trust the directory record; compare with another namespace.",
    layouts,
  },
  extendedLength: {
    id: "ISO-PTH-013",
    severity: "warning",
    title: "Extended-record length differs from the directory",
    clause: "ECMA-119:1987 9.4.2",
    rationale:
      "The directory begins that many blocks behind its location: one of the two leads to " +
      "the wrong block.",
    remedy: "See which of the two blocks holds directory records.",
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

function recordSpan({ start, identifier }: PathTableRecord): Span {
  return logicalSpan(start, pathTableRecordL.size + identifier.length);
}

function fieldOf(table: PathTable, record: PathTableRecord, field: string): Span {
  return fieldSpan(table.layout, field, logicalSpan(record.start, table.layout.size));
}

/** Judges the tables of each tree of the session that is shown. */
function ofTrees(check: (view: PathTableView, image: Image) => Iterable<Hit>) {
  return function* (image: Image): Iterable<Hit> {
    for (const index of new Set(image.volumes.map(({ tree }) => tree))) {
      const tree = index === undefined ? undefined : image.trees[index];
      if (index === undefined || tree === undefined) continue;
      const view = PathTableView.of(image, index, tree);
      if (view === undefined) continue;
      for (const hit of check(view, image)) yield { tree: index, ...hit };
    }
  };
}

function describe(entry: PathTableRecord, tree: Tree): string {
  return `${quoted(identifierText(entry.identifier, tree))} at block ${entry.location} under ` +
    `record ${entry.parent}`;
}

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

function* checkRoot({ table, entries, tree, rootBlock }: PathTableView): Iterable<Hit> {
  const first = entries[0];
  if (first === undefined || first.disputed) return;
  const { record } = first;
  const named = record.identifier.length === 1 && record.identifier[0] === 0;
  if (named && record.parent === 1 && record.location === rootBlock) return;
  yield {
    rule: rules.firstNotRoot,
    span: recordSpan(record),
    message: `the first record of the Type ${table.type} table is ${describe(record, tree)}; the ` +
      `root is at block ${rootBlock}`,
    recorded: describe(record, tree),
    expected: `identifier 00 at block ${rootBlock} under record 1`,
  };
}

function* checkParents({ table, entries }: PathTableView): Iterable<Hit> {
  for (const { record, index, disputed } of entries) {
    if (index === 0 || disputed || (record.parent > 0 && record.parent <= index)) continue;
    yield {
      rule: rules.parent,
      span: fieldOf(table, record, "parentDirectoryNumber"),
      message: `record ${index + 1} has the parent ${record.parent}`,
      recorded: String(record.parent),
      expected: `1 to ${index}`,
    };
  }
}

function* checkOrder({ entries, tree, levels }: PathTableView): Iterable<Hit> {
  for (let index = 1; index < entries.length; index++) {
    const [a, b] = [entries[index - 1], entries[index]];
    if (a === undefined || b === undefined || a.disputed || b.disputed || index === 1) continue;
    const [above, below] = [levels[index - 1] ?? 0, levels[index] ?? 0];
    // Without a possible parent there is no level to compare.
    if (above === 0 || below === 0) continue;
    const order = above - below || a.record.parent - b.record.parent ||
      compareNames(a.record.identifier, b.record.identifier, tree);
    if (order < 0) continue;
    yield {
      rule: rules.order,
      span: recordSpan(b.record),
      message: `record ${index + 1}, ${describe(b.record, tree)}, should not follow ` +
        `${describe(a.record, tree)}`,
      ...(isMisnamed(a, tree) || isMisnamed(b, tree) ? { causedBy: rules.nameDiffers.id } : {}),
    };
  }
}

/** Whether a record stands at a directory of another name. */
function isMisnamed({ record, byPlace }: TableEntry, tree: Tree): boolean {
  return byPlace.length > 0 &&
    !byPlace.some((node) => equalBytes(tree.identifier(node), record.identifier));
}

// Padded with blanks on the right (6.9.1); Joliet compares by units of 16 bits.
function compareNames(a: Uint8Array, b: Uint8Array, tree: Tree): number {
  const [left, right] = [identifierText(a, tree), identifierText(b, tree)];
  const length = Math.max(left.length, right.length);
  const [first, second] = [left.padEnd(length, " "), right.padEnd(length, " ")];
  return first < second ? -1 : first > second ? 1 : 0;
}

const reasons: Readonly<Record<string, string>> = {
  "outside the image": "ISO-DIR-012",
  "points at one of its ancestors": "ISO-DIR-013",
  "already read elsewhere": "ISO-DIR-014",
  "holds no records": "ISO-DIR-042",
};

/** Why the tree does not reach an entry: the rule about the directory on its path that was not read. */
function causeOf(entry: TableEntry, { entries, tree }: PathTableView): Pick<Hit, "causedBy"> {
  let at: TableEntry | undefined = entry;
  for (let steps = 0; at !== undefined && steps < entries.length; steps++) {
    const node = at.byName ?? at.byPlace[0];
    const reason = node === undefined ? undefined : tree.unreadable.get(node);
    const rule = reason === undefined ? undefined : reasons[reason];
    if (rule !== undefined) return { causedBy: rule };
    if (at.index === 0) return {};
    at = entries[at.record.parent - 1];
  }
  return {};
}

function* checkReach(view: PathTableView): Iterable<Hit> {
  const { entries, tree, limited } = view;
  for (const entry of entries) {
    const { record, byPlace, byName, index, disputed } = entry;
    if (byPlace.length > 0 || disputed || index === 0 || limited) continue;
    const elsewhere = byName === undefined
      ? ""
      : `; the directory record of that name is for block ${
        tree.extent(byName, 0).start / tree.blockSize
      }`;
    yield {
      rule: rules.unreachable,
      span: recordSpan(record),
      message: `record ${index + 1} is ${describe(record, tree)}, where the tree has no directory` +
        elsewhere,
      ...causeOf(entry, view),
      ...(byName === undefined ? {} : { node: byName }),
    };
  }
}

function* checkNames({ entries, tree }: PathTableView): Iterable<Hit> {
  for (const entry of entries) {
    const { record, byPlace, index, disputed } = entry;
    const node = byPlace[0];
    if (node === undefined || node === 0 || index === 0 || disputed) continue;
    if (!isMisnamed(entry, tree)) continue;
    const name = quoted(identifierText(tree.identifier(node), tree));
    yield {
      rule: rules.nameDiffers,
      span: logicalSpan(record.start + pathTableRecordL.size, record.identifier.length),
      message:
        `record ${index + 1} is ${describe(record, tree)}, the directory record there says ` +
        name,
      recorded: identifierText(record.identifier, tree),
      expected: identifierText(tree.identifier(node), tree),
      node,
    };
  }
}

function* checkExtendedLengths({ table, entries, tree }: PathTableView): Iterable<Hit> {
  for (const { record, byPlace, index, disputed } of entries) {
    const node = byPlace[0];
    if (node === undefined || index === 0 || disputed) continue;
    const extended = tree.extendedLengths.get(node) ?? 0;
    if (record.extendedAttributeLength === extended) continue;
    yield {
      rule: rules.extendedLength,
      span: fieldOf(table, record, "extendedAttributeRecordLength"),
      message: `record ${index + 1} gives an extended attribute record of ` +
        `${record.extendedAttributeLength} blocks, the directory record one of ${extended}`,
      recorded: String(record.extendedAttributeLength),
      expected: String(extended),
      node,
    };
  }
}

function* checkMissing(view: PathTableView): Iterable<Hit> {
  const { tree, table, missing, limited } = view;
  if (limited) return;
  const broken = table.end < table.span.start + table.span.length;
  for (const node of missing()) {
    const block = tree.extent(node, 0).start / tree.blockSize;
    yield {
      rule: rules.missing,
      span: logicalSpan(tree.record(node), 1),
      message:
        `the directory at block ${block} is in no record of the Type ${table.type} path table`,
      recorded: String(block),
      ...(broken ? { causedBy: view.stopRule } : {}),
      node,
    };
  }
}

function* checkPadding({ tables, stops }: PathTableView): Iterable<Hit> {
  // The size is one field: one hit, though each table has zeros there.
  const padded = tables.find((table) => stops(table) === "zeros");
  if (padded === undefined) return;
  const end = padded.span.start + padded.span.length;
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
  rules,
  image: [
    checkAgreement,
    checkCopies,
    checkRoot,
    checkParents,
    checkOrder,
    checkReach,
    checkNames,
    checkExtendedLengths,
    checkMissing,
    checkPadding,
    checkByteOrder,
    checkCount,
  ].map(ofTrees),
  faults: {
    "path-table-outside": outside,
    "path-table-omitted": omitted,
    "optional-path-table-outside": rules.copyDiffers,
    "path-table-byte-order": rules.byteOrder,
    "path-table-overrun": once(rules.overrun),
    "path-table-record": once(rules.malformed),
  },
};
