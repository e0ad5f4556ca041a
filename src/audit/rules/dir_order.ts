// Rules about the order of records (ECMA-119:1987 9.3), about names that meet, and about long paths.

import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryPlace } from "../../model/directory.ts";
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
  identifierText,
  isDirectory,
  isNearlyFull,
  lengthOf,
  locationOf,
  ownerOf,
  quoted,
  sharesEnhanced,
  walkedTree,
} from "./directory_view.ts";
import { type Named, namedRecords } from "./dir_names.ts";
import { NameIndex } from "./name_index.ts";
import { more, Waiting } from "./record_checks.ts";

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
  if (a.length === b.length) return a < b ? -1 : 1;
  const length = Math.max(a.length, b.length);
  const [left, right] = [a.padEnd(length, " "), b.padEnd(length, " ")];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareVersions(a: string, b: string): number {
  // A directory has no version; masters put it on either side of a file of its name.
  if (a === b || a === "" || b === "") return 0;
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

function checkOrder(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  const relaxed = tree.kind !== "primary" || sharesEnhanced(directory.tree, image);
  const waiting = new Waiting<Hit>();
  let inWholeOrder = true;
  let seen = 0;
  let previous: Named | undefined;
  return {
    part(view) {
      // What stands in the place of "." and ".." is judged by ISO-DIR-008.
      const heads = view.records.slice(0, Math.max(0, 2 - seen));
      seen += view.records.length;
      for (const named of namedRecords(view, tree)) {
        if (heads.length > 0 && heads.includes(named.record)) continue;
        if (previous !== undefined) {
          const before = previous;
          if (!inOrder(before, named, compareByClause)) {
            waiting.add(() => orderHit(before, named, directory));
          }
          inWholeOrder &&= inOrder(before, named, compareWhole);
        }
        previous = named;
      }
      return nothing;
    },
    end: () => relaxed && inWholeOrder ? nothing : waiting.hits((hit) => hit),
  };
}

function orderHit(previous: Named, { record, text }: Named, directory: DirectoryPlace): Hit {
  return {
    rule: rules.order,
    span: record.span,
    message: `${quoted(text)} follows ${quoted(previous.text)}, and should stand before it`,
    recorded: text,
    ...ownerOf(directory, record),
  };
}

function sameKey(associated: boolean, text: string): string {
  return `${associated ? 1 : 0}${text}`;
}

function checkDuplicates(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  const count = tree.childCount(directory.node);
  const child = tree.firstChild(directory.node) - 1;
  const names = new NameIndex(
    count,
    (number) =>
      sameKey(
        tree.isAssociated(child + number),
        identifierText(tree.identifier(child + number), tree),
      ),
  );
  // Location and length of the records, by number.
  const places = new Uint32Array(count + 1);
  const lengths = new Uint32Array(count + 1);
  let previous: { readonly key: string; readonly nearlyFull: boolean } | undefined;
  return {
    part(view) {
      let hits = nothing;
      for (const { record, text } of namedRecords(view, tree)) {
        const key = sameKey(hasFlag(record, fileFlags.associated), text);
        // A file over 4 GiB whose sections lack the flag is ISO-DIR-036.
        const section = previous?.nearlyFull === true && previous.key === key;
        previous = { key, nearlyFull: isNearlyFull(record) };
        // Records behind a limit of the walk have no node, and LIM-002 says so.
        if (record.section > 0 || record.node === undefined) continue;
        const number = record.node - child;
        places[number] = locationOf(record);
        lengths[number] = lengthOf(record);
        const other = names.earlier(key, number);
        if (other === undefined || section) continue;
        hits = more(hits, {
          rule: rules.duplicate,
          span: record.span,
          message: `${quoted(text)} at block ${places[number]} with ${lengths[number]} bytes has ` +
            `the identifier of another record, at block ${places[other]} with ${
              lengths[other]
            } bytes`,
          recorded: text,
          ...ownerOf(directory, record),
        });
      }
      return hits;
    },
  };
}

function foldName(text: string): string {
  // Most names need no tables: in ASCII only the case can differ.
  return (/^[\0-\x7f]*$/.test(text) ? text : text.normalize("NFKC")).toLowerCase();
}

function checkCollisions(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  const child = tree.firstChild(directory.node) - 1;
  const textOf = (number: number) => identifierText(tree.identifier(child + number), tree);
  const names = new NameIndex(
    tree.childCount(directory.node),
    (number) => foldName(textOf(number)),
  );
  return {
    part(view) {
      let hits = nothing;
      for (const { record, text } of namedRecords(view, tree)) {
        if (record.section > 0 || hasFlag(record, fileFlags.associated)) continue;
        if (record.node === undefined) continue;
        const number = names.earlier(foldName(text), record.node - child);
        const other = number === undefined ? text : textOf(number);
        if (other === text) continue;
        hits = more(hits, {
          rule: rules.caseCollision,
          span: record.span,
          message: `${quoted(text)} and ${quoted(other)} differ only by case or width`,
          recorded: text,
          ...ownerOf(directory, record),
        });
      }
      return hits;
    },
  };
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

function checkPathLength(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined) return undefined;
  const { levels, bytes } = pathTo(directory.node, tree);
  return {
    part({ records }) {
      let hits = nothing;
      for (const record of records) {
        const length = bytes + levels + record.identifier.length;
        if (length <= PATH_LENGTH) continue;
        if (record.reserved !== undefined || isDirectory(record) || record.section > 0) continue;
        hits = more(hits, {
          rule: rules.pathLength,
          span: record.span,
          message: `the identifiers of the file and its ${levels} directories, and their number, ` +
            `come to ${length}`,
          recorded: String(length),
          expected: `at most ${PATH_LENGTH}`,
          ...ownerOf(directory, record),
        });
      }
      return hits;
    },
  };
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
