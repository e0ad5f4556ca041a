// Rules about the order of records (ECMA-119:1987 9.3), about names that meet, and about long paths.

import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import type { DirectoryCheck, Hit, RuleFamily, RuleTable } from "../rule.ts";
import {
  hasFlag,
  isDirectory,
  ownerOf,
  quoted,
  recordValues,
  sharesEnhanced,
  walkedTree,
} from "./directory_view.ts";
import { type Named, namedRecords } from "./dir_names.ts";
import { isNearlyFull } from "./directory_view.ts";

const layouts = [directoryRecord.id];

const rules = {
  pathLength: {
    id: "ISO-DIR-016",
    severity: "warning",
    title: "Path longer than 255",
    clause: "ECMA-119:1987 6.8.2.1",
    rationale:
      "Readers with a buffer of that size refuse the file. Trees deeper than eight levels " +
      "and untranslated names (genisoimage -U, xorriso) exceed it on purpose.",
    remedy: "Nothing is lost; read the file through Rock Ridge, Joliet or its extent.",
    layouts,
  },
  order: {
    id: "ISO-DIR-017",
    severity: "warning",
    title: "Records out of order",
    clause: "ECMA-119:1987 6.8.1.2, 9.3",
    rationale:
      "Readers that stop at the first greater name miss the file. genisoimage and xorriso " +
      "sort Joliet by the whole identifier, which is accepted; other masters ignore case.",
    remedy: "Nothing is lost to readers that take every record.",
    layouts,
  },
  duplicate: {
    id: "ISO-DIR-018",
    severity: "error",
    title: "Two records carry the same identifier",
    clause: "ECMA-119:1987 9.3",
    rationale: "Only one of the two files can be reached by name, and readers differ in which.",
    remedy: "Extract both by their extents; compare with another namespace to tell them apart.",
    layouts,
  },
  caseCollision: {
    id: "ISO-DIR-043",
    severity: "warning",
    title: "Names differ only by case or width",
    clause: "ECMA-119:1987 7.5.1, 9.3",
    rationale:
      "On systems that ignore case one of the two files replaces the other on extraction. " +
      "Trees of case-sensitive systems hold such names under relaxed options.",
    remedy: "Extract to a file system that tells case apart, or one file at a time.",
    layouts,
  },
} as const satisfies RuleTable;

// Names of different lengths compare as if padded with blanks on the right (9.3).
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.max(a.length, b.length);
  const [left, right] = [a.padEnd(length, " "), b.padEnd(length, " ")];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareVersions(a: string, b: string): number {
  // A directory has no version; masters put it on either side of a file of its name.
  if (a === "" || b === "") return 0;
  const length = Math.max(a.length, b.length);
  const [left, right] = [a.padStart(length, "0"), b.padStart(length, "0")];
  return left < right ? 1 : left > right ? -1 : 0;
}

function compareByClause(a: Named, b: Named): number {
  return compareText(a.parts.name, b.parts.name) ||
    compareText(a.parts.extension, b.parts.extension) ||
    compareVersions(a.parts.version, b.parts.version);
}

function compareWhole(a: Named, b: Named): number {
  return compareText(a.text, b.text);
}

function inOrder(a: Named, b: Named, compare: (a: Named, b: Named) => number): boolean {
  const order = compare(a, b);
  if (order !== 0) return order < 0;
  const [first, second] = [a, b].map(({ record }) => hasFlag(record, fileFlags.associated));
  // The associated file stands before its main file.
  return first === true || second === false;
}

function* checkOrder(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return;
  // What stands in the place of "." and ".." is judged by ISO-DIR-008.
  const heads = directory.records.slice(0, 2);
  const records = namedRecords(directory, tree).filter(({ record }) => !heads.includes(record));
  const byClause = misplaced(records, compareByClause);
  if (byClause.length === 0) return;
  const relaxed = tree.kind !== "primary" || sharesEnhanced(directory.tree, image);
  if (relaxed && misplaced(records, compareWhole).length === 0) return;
  for (const [previous, { record, text }] of byClause) {
    yield {
      rule: rules.order,
      span: record.span,
      message: `${quoted(text)} follows ${quoted(previous.text)}, and should stand before it`,
      recorded: text,
      ...ownerOf(directory, record),
    };
  }
}

/** Records that stand behind one that they should precede, each with that one. */
function misplaced(
  records: readonly Named[],
  compare: (a: Named, b: Named) => number,
): (readonly [previous: Named, record: Named])[] {
  const pairs: [Named, Named][] = [];
  let previous: Named | undefined;
  for (const each of records) {
    if (previous !== undefined && !inOrder(previous, each, compare)) pairs.push([previous, each]);
    previous = each;
  }
  return pairs;
}

function sameKey({ record, text }: Named): string {
  return `${hasFlag(record, fileFlags.associated) ? 1 : 0}${text}`;
}

function* checkDuplicates(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return;
  const first = new Map<string, Named>();
  let previous: Named | undefined;
  for (const each of namedRecords(directory, tree)) {
    const before = previous;
    previous = each;
    if (each.record.section > 0) continue;
    const key = sameKey(each);
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, each);
      continue;
    }
    // A file over 4 GiB whose sections lack the flag is ISO-DIR-036.
    const section = before !== undefined && sameKey(before) === key && isNearlyFull(before.record);
    if (section) continue;
    const { locationOfExtent: place, dataLength } = recordValues(each.record);
    const { locationOfExtent: otherPlace, dataLength: otherLength } = recordValues(other.record);
    yield {
      rule: rules.duplicate,
      span: each.record.span,
      message: `${quoted(each.text)} at block ${place.le} with ${dataLength.le} bytes has the ` +
        `identifier of another record, at block ${otherPlace.le} with ${otherLength.le} bytes`,
      recorded: each.text,
      ...ownerOf(directory, each.record),
    };
  }
}

function* checkCollisions(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return;
  const first = new Map<string, string>();
  for (const { record, text } of namedRecords(directory, tree)) {
    if (record.section > 0 || hasFlag(record, fileFlags.associated)) continue;
    const folded = text.normalize("NFKC").toLowerCase();
    const other = first.get(folded);
    if (other === undefined) first.set(folded, text);
    else if (other !== text) {
      yield {
        rule: rules.caseCollision,
        span: record.span,
        message: `${quoted(text)} and ${quoted(other)} differ only by case or width`,
        recorded: text,
        ...ownerOf(directory, record),
      };
    }
  }
}

/** Levels of the path to a directory, and the lengths of their identifiers together. */
function pathTo(node: number, tree: Tree): { readonly levels: number; readonly bytes: number } {
  let levels = 0;
  let bytes = 0;
  for (let at = node; at !== 0 && levels <= tree.count; at = tree.parent(at)) {
    levels++;
    bytes += tree.identifier(at).length;
  }
  return { levels, bytes };
}

const PATH_LENGTH = 255;

function* checkPathLength(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return;
  const { levels, bytes } = pathTo(directory.node, tree);
  for (const record of directory.records) {
    if (record.reserved !== undefined || isDirectory(record) || record.section > 0) continue;
    const length = bytes + levels + record.identifier.length;
    if (length <= PATH_LENGTH) continue;
    yield {
      rule: rules.pathLength,
      span: record.span,
      message:
        `the identifiers of the file and its ${levels} directories, and their number, come ` +
        `to ${length}`,
      recorded: String(length),
      expected: `at most ${PATH_LENGTH}`,
      ...ownerOf(directory, record),
    };
  }
}

/** Rules about order, repetition and paths, with their checks. */
export const directoryOrder = {
  rules,
  directory: [
    checkOrder,
    checkDuplicates,
    checkCollisions,
    checkPathLength,
  ] satisfies readonly DirectoryCheck[],
} satisfies RuleFamily;
