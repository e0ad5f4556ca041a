// Rules about the hierarchy of directories (ECMA-119:1987 6.8.2): who points where, and how deep.

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
  either,
  isDirectory,
  ownerOf,
  recordField,
  recordValue,
  sharesEnhanced,
  walkedTree,
} from "./directory_view.ts";
import { holdsStale } from "./dir_structure.ts";

const layouts = [directoryRecord.id];

const rules = {
  dotPlace: {
    id: "ISO-DIR-009",
    severity: "error",
    title: "“.” does not point at its own directory",
    clause: "ECMA-119:1987 6.8.2.2",
    rationale:
      "Readers that take place or length from this record see another directory, or fewer " +
      "files. Makers of images write it the same as the parent's record.",
    remedy: "Trust the record in the parent directory and the path table where these two agree.",
    layouts,
  },
  dotDotPlace: {
    id: "ISO-DIR-010",
    severity: "warning",
    title: "“..” does not point at the parent",
    clause: "ECMA-119:1987 6.8.2.2",
    rationale: "Few readers follow it, but those land in another directory. It points at the " +
      "directory itself in the Joliet trees of libisofs (xorriso) and in directories that " +
      "genisoimage could not read, which is told as a fact.",
    remedy: "Nothing is lost: find the parent from the root instead.",
    layouts,
  },
  outside: {
    id: "ISO-DIR-012",
    severity: "error",
    title: "Directory extent is outside the image",
    clause: "ECMA-119:1987 9.1.3",
    rationale: "Everything below this directory is out of reach.",
    remedy: "Fetch the missing part of the image; the path table may show the right place.",
    layouts,
  },
  loop: {
    id: "ISO-DIR-013",
    severity: "error",
    title: "Sub-directory points at one of its ancestors",
    clause: "ECMA-119:1987 6.8.2",
    rationale: "Readers walk in circles until they crash, and what should be here is not shown.",
    remedy: "Take the true place from the path table or from another namespace.",
    layouts,
  },
  shared: {
    id: "ISO-DIR-014",
    severity: "warning",
    title: "Directory reachable by two paths",
    clause: "ECMA-119:1987 6.8.2, 6.8.3",
    rationale:
      "A directory belongs to one place in one hierarchy: one of the two records is likely " +
      "to be wrong, and copies made of the image hold the files twice.",
    remedy: "Compare with the path table, which names each directory once.",
    layouts,
  },
  depth: {
    id: "ISO-DIR-015",
    severity: "warning",
    title: "Hierarchy deeper than eight levels",
    clause: "ECMA-119:1987 6.8.2.1",
    rationale:
      "Old readers refuse it. Made so on purpose by genisoimage -D and by xorriso; other " +
      "tools move such directories (Rock Ridge relocation).",
    remedy: "Nothing is lost; rebuild with relocation for old readers.",
    layouts,
  },
} as const satisfies RuleTable;

/** Whether a record names the logical byte `start`, by either copy. */
function pointsAt(record: RecordView, start: number, tree: Tree): boolean {
  const extended = recordValue(record, "extendedAttributeRecordLength");
  return either(
    recordValue(record, "locationOfExtent"),
    (block) => block * tree.blockSize === start || (block + extended) * tree.blockSize === start,
  );
}

function checkDot(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  // The root's own record is compared with its descriptor by ISO-PVD-022.
  if (tree === undefined || directory.node === 0) return undefined;
  let dot: RecordView | undefined;
  let used = 0;
  return {
    part({ records }) {
      dot ??= records[0];
      const end = records.at(-1)?.span;
      if (end !== undefined) used = end.start + end.length - directory.span.start;
      return nothing;
    },
    end: (last) =>
      dot?.reserved !== 0 ? nothing : [
        ...wrongPlace(dot, directory, tree),
        ...wrongLength(dot, used, last, tree, image),
      ],
  };
}

function* wrongPlace(dot: RecordView, directory: DirectoryPlace, tree: Tree): Iterable<Hit> {
  const { start } = directory.span;
  if (pointsAt(dot, start, tree)) return;
  const locationOfExtent = recordValue(dot, "locationOfExtent");
  yield {
    rule: rules.dotPlace,
    span: recordField(dot, "locationOfExtent"),
    message: `"." names logical block ${locationOfExtent.le}, the directory begins at block ` +
      `${start / tree.blockSize}`,
    recorded: String(locationOfExtent.le),
    expected: String(start / tree.blockSize),
    ...ownerOf(directory),
  };
}

/** Judges the length that `.` gives against the bytes that the records take. */
function* wrongLength(
  dot: RecordView,
  used: number,
  last: DirectoryView,
  tree: Tree,
  image: Image,
): Iterable<Hit> {
  const dataLength = recordValue(dot, "dataLength");
  const { length } = last.span;
  const cut = !either(dataLength, (bytes) => bytes >= used);
  const longer = !either(dataLength, (bytes) => bytes <= length) && holdsStale(last, tree, image);
  if (!cut && !longer) return;
  yield {
    rule: rules.dotPlace,
    span: recordField(dot, "dataLength"),
    message: cut
      ? `"." gives the directory ${dataLength.le} bytes, its records take ${used}`
      : `"." gives the directory ${dataLength.le} bytes, and records stand there; the parent's ` +
        `record gives it ${length}`,
    recorded: String(dataLength.le),
    expected: String(length),
    ...ownerOf(last),
  };
}

function checkDotDot(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  let found = false;
  return {
    part({ records }) {
      const record = found ? undefined : records.find(({ reserved }) => reserved === 1);
      if (record === undefined) return nothing;
      found = true;
      return wrongParent(record, directory, tree);
    },
  };
}

function* wrongParent(
  record: RecordView,
  directory: DirectoryPlace,
  tree: Tree,
): Iterable<Hit> {
  const parent = tree.parent(directory.node);
  const placeholder = tree.placeholders.get(directory.node);
  const original = placeholder === undefined ? parent : tree.parent(placeholder);
  const places = [parent, original].map((node) => tree.extent(node, 0).start);
  if (places.some((start) => pointsAt(record, start, tree))) return;
  // libisofs writes this in every Joliet tree, genisoimage for a directory that it could not read.
  const self = pointsAt(record, directory.span.start, tree);
  const locationOfExtent = recordValue(record, "locationOfExtent");
  const expected = (places[0] ?? 0) / tree.blockSize;
  yield {
    rule: rules.dotDotPlace,
    span: recordField(record, "locationOfExtent"),
    message: self
      ? `".." names the directory itself, block ${locationOfExtent.le}, not its parent at block ` +
        `${expected}`
      : `".." names logical block ${locationOfExtent.le}, the parent begins at block ${expected}`,
    ...(self ? { severity: "info" } : {}),
    recorded: String(locationOfExtent.le),
    expected: String(expected),
    ...ownerOf(directory),
  };
}

/** Levels of a directory in its tree; the root is the first. */
function levelOf(node: number, tree: Tree): number {
  let level = 1;
  for (let at = node; at !== 0 && level <= tree.count; at = tree.parent(at)) level++;
  return level;
}

const LEVELS = 8;

function checkDepth(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined || tree.kind === "enhanced" || sharesEnhanced(directory.tree, image)) {
    return undefined;
  }
  const level = levelOf(directory.node, tree) + 1;
  if (level <= LEVELS) return undefined;
  return {
    *part({ records }) {
      for (const record of records) {
        if (record.reserved !== undefined || !isDirectory(record)) continue;
        yield {
          rule: rules.depth,
          span: record.span,
          message: `the directory is at level ${level}, the standard allows ${LEVELS}`,
          ...(tree.kind === "joliet" ? { severity: "info" } : {}),
          recorded: String(level),
          expected: `at most ${LEVELS}`,
          ...ownerOf(directory, record),
        };
      }
    },
  };
}

// The root of a tree is judged with its descriptor: ISO-PVD-021, JOL-011.
const outside: FaultRule = ({ node }) => node === 0 ? undefined : { rule: rules.outside };

// A "." or ".." under another identifier is a directory that leads back, by ISO-DIR-008's fault.
const loop: FaultRule = ({ tree: index, node }, image) => {
  const tree = index === undefined ? undefined : image.trees[index];
  if (tree === undefined || node === undefined) return { rule: rules.loop };
  const parent = tree.parent(node);
  const among = node - tree.firstChild(parent);
  const targets = [parent, tree.parent(parent)].slice(among, among + 1);
  const start = tree.extent(node, 0).start;
  const renamed = targets.some((target) => tree.extent(target, 0).start === start);
  return { rule: rules.loop, ...(renamed ? { causedBy: "ISO-DIR-008" } : {}) };
};

/** Rules about the hierarchy of directories, with their checks. */
export const directoryHierarchy = {
  rules,
  directory: [checkDot, checkDotDot, checkDepth] satisfies readonly DirectoryCheck[],
  faults: {
    "directory-outside": outside,
    "directory-loop": loop,
    "directory-shared": rules.shared,
  },
} satisfies RuleFamily;
