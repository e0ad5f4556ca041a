// Rules about path tables beside their tree (ECMA-119:1987 6.9, 9.4): which directory each record stands for.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import { pathTableRecordL, pathTableRecordM } from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { PathTable, PathTableRecord } from "../../model/path_table.ts";
import type { Tree } from "../../model/tree.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { identifierText, quoted } from "./directory_view.ts";
import { PathTableView, type TableEntry } from "./path_table_view.ts";

const layouts = [pathTableRecordL.id, pathTableRecordM.id];

const rules = {
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
} as const satisfies RuleTable;

/** The bytes of a record, its padding left out. */
export function recordSpan({ start, identifier }: PathTableRecord): Span {
  return logicalSpan(start, pathTableRecordL.size + identifier.length);
}

function fieldOf(table: PathTable, record: PathTableRecord, field: string): Span {
  return fieldSpan(table.layout, field, logicalSpan(record.start, table.layout.size));
}

/** Judges the tables of each tree of the session that is shown. */
export function ofTrees(check: (view: PathTableView, image: Image) => Iterable<Hit>) {
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

/** A record as a message shows it. */
export function describe(entry: PathTableRecord, tree: Tree): string {
  return `${quoted(identifierText(entry.identifier, tree))} at block ${entry.location} under ` +
    `record ${entry.parent}`;
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

// The record of the other table at the same number is of the same directory, where they agree on it.
function* checkExtendedLengths({ table, M, entries, tree }: PathTableView): Iterable<Hit> {
  const tables = M === undefined || M === table ? [table] : [table, M];
  for (const { byPlace, index, disputed } of entries) {
    const node = byPlace[0];
    if (node === undefined || index === 0 || disputed) continue;
    const extended = tree.extendedLengths.get(node) ?? 0;
    for (const each of tables) {
      if (index >= each.count) continue;
      const record = each.record(index);
      if (record.extendedAttributeLength === extended) continue;
      yield {
        rule: rules.extendedLength,
        span: fieldOf(each, record, "extendedAttributeRecordLength"),
        message: `record ${index + 1} of Type ${each.type} gives an extended attribute record of ` +
          `${record.extendedAttributeLength} blocks, the directory record one of ${extended}`,
        recorded: String(record.extendedAttributeLength),
        expected: String(extended),
        node,
      };
    }
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

/** Rules about path tables beside their tree, with their checks. */
export const pathTableTree = {
  rules,
  image: [
    checkRoot,
    checkParents,
    checkOrder,
    checkReach,
    checkNames,
    checkExtendedLengths,
    checkMissing,
  ].map(ofTrees),
} satisfies RuleFamily;
