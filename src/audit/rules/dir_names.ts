// Rules about file and directory identifiers (ECMA-119:1987 7.5, 7.6, 9.3, 10): form, length, order.

import { logicalSpan } from "../../bytes/span.ts";
import { hex } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryView, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import type { DirectoryCheck, Hit, RuleFamily, RuleTable } from "../rule.ts";
import {
  hasFlag,
  identifierText,
  isDirectory,
  ownerOf,
  quoted,
  recordField,
  recordValues,
  sharesEnhanced,
  walkedTree,
} from "./directory_view.ts";
import { folded } from "./record_checks.ts";

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
  characters: {
    id: "ISO-DIR-019",
    severity: "warning",
    title: "Name uses characters outside the level",
    clause: "ECMA-119:1987 7.4.4, 7.5.1, 7.6.1, 10",
    rationale:
      "Strict readers show another name or none. Relaxed options of genisoimage, mkisofs " +
      "and xorriso write lower case, several dots and untranslated names.",
    remedy: "Nothing is lost; current systems read such names.",
    layouts,
  },
  nameLength: {
    id: "ISO-DIR-020",
    severity: "warning",
    title: "Name longer than the level allows",
    clause: "ECMA-119:1987 7.5.1, 7.5.2, 7.6.3, 10.1 to 10.3",
    rationale:
      "Old readers cut or refuse the name. genisoimage -max-iso9660-filenames and -U, and " +
      "xorriso's untranslated names, exceed 31 characters on purpose.",
    remedy: "Nothing is lost; current systems read such names.",
    layouts,
  },
  separators: {
    id: "ISO-DIR-021",
    severity: "info",
    title: "Name lacks separator or version",
    clause: "ECMA-119:1987 7.5.1",
    rationale: "Windows XP masters, Ubuntu 14.04 and FreeBSD 10.1 write names without a version; " +
      "genisoimage does so with -N and -omit-period.",
    remedy: "Nothing to do; readers add or drop the version as they like.",
    layouts,
  },
  versionNotOne: {
    id: "ISO-DIR-022",
    severity: "note",
    title: "File version is not 1",
    clause: "ECMA-119:1987 7.5.1",
    rationale:
      "Several versions of a file can lie side by side; most readers drop the number and " +
      "show one of them.",
    remedy: "Look for the other versions in the same directory.",
    layouts,
  },
  versionRange: {
    id: "ISO-DIR-023",
    severity: "warning",
    title: "File version out of range",
    clause: "ECMA-119:1987 7.5.1",
    rationale: "A version is a number from 1 to 32767: strict readers refuse another one.",
    remedy: "Take what follows the semicolon as part of the name.",
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

/** An identifier as the standard takes it apart (7.5.1): what its order goes by. */
type Parts = { readonly name: string; readonly extension: string; readonly version: string };

function partsOf(text: string, directory: boolean): Parts {
  // A directory identifier has no separators: all of it is the name (9.3).
  if (directory) return { name: text, extension: "", version: "" };
  const semicolon = text.lastIndexOf(";");
  const version = semicolon < 0 ? "" : text.slice(semicolon + 1);
  const body = semicolon < 0 ? text : text.slice(0, semicolon);
  const dot = body.indexOf(".");
  if (dot < 0) return { name: body, extension: "", version };
  return { name: body.slice(0, dot), extension: body.slice(dot + 1), version };
}

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

type Named = { readonly record: RecordView; readonly text: string; readonly parts: Parts };

function compareByClause(a: Named, b: Named): number {
  return compareText(a.parts.name, b.parts.name) ||
    compareText(a.parts.extension, b.parts.extension) ||
    compareVersions(a.parts.version, b.parts.version);
}

function compareWhole(a: Named, b: Named): number {
  return compareText(a.text, b.text);
}

const namedOf = new WeakMap<DirectoryView, readonly Named[]>();

/** Named records of a directory with their identifiers as text, `.` and `..` left out. */
function namedRecords(directory: DirectoryView, tree: Tree): readonly Named[] {
  let named = namedOf.get(directory);
  if (named === undefined) {
    named = directory.records.filter((record) => record.reserved === undefined).map((record) => {
      const text = identifierText(record.identifier, tree);
      return { record, text, parts: partsOf(text, isDirectory(record)) };
    });
    namedOf.set(directory, named);
  }
  return named;
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

const ALMOST_4_GIB = 2 ** 32 - 2 ** 24;

/** Whether a record is nearly as long as a section can be, so that the next of its name may go on. */
export function isNearlyFull(record: RecordView): boolean {
  return recordValues(record).dataLength.le >= ALMOST_4_GIB;
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

/** The bytes of a record's identifier. */
function identifierSpan({ span, identifier }: RecordView): ReturnType<typeof logicalSpan> {
  return logicalSpan(span.start + directoryRecord.size, identifier.length);
}

const D_NAME = /^[0-9A-Z_]*$/;

/** What of an identifier is outside its set, in words; empty where nothing is. */
function badCharacters(text: string, directory: boolean): string {
  const { name, extension } = partsOf(text, directory);
  const body = name + extension;
  if (D_NAME.test(body)) return "";
  const other = [...new Set(body.replace(/[0-9A-Za-z_]/g, ""))].join("");
  const lower = /[a-z]/.test(body) ? ["lower case"] : [];
  return [...lower, ...(other === "" ? [] : [quoted(other)])].join(" and ");
}

function* checkCharacters(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree?.kind !== "primary") return;
  const shared = sharesEnhanced(directory.tree, image);
  for (const { record, text } of namedRecords(directory, tree)) {
    const bad = record.section > 0 ? "" : badCharacters(text, isDirectory(record));
    if (bad === "") continue;
    yield {
      rule: rules.characters,
      span: identifierSpan(record),
      message: `${quoted(text)} holds ${bad}, outside 0 to 9, A to Z and _` +
        (shared ? "; the enhanced descriptor, which names the same tree, allows it" : ""),
      ...(shared ? { severity: "info" } : {}),
      recorded: hex(record.identifier),
      ...ownerOf(directory, record),
    };
  }
}

const FILE_NAME = 30;
const FILE_IDENTIFIER = 37;
const DIRECTORY_IDENTIFIER = 31;
const ENHANCED_IDENTIFIER = 207;

function excess({ record, parts }: Named, enhanced: boolean): [number, number] | undefined {
  const length = record.identifier.length;
  if (enhanced) return length > ENHANCED_IDENTIFIER ? [length, ENHANCED_IDENTIFIER] : undefined;
  if (isDirectory(record)) {
    return length > DIRECTORY_IDENTIFIER ? [length, DIRECTORY_IDENTIFIER] : undefined;
  }
  const name = parts.name.length + parts.extension.length;
  if (name > FILE_NAME) return [name, FILE_NAME];
  return length > FILE_IDENTIFIER ? [length, FILE_IDENTIFIER] : undefined;
}

function* checkLengths(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree === undefined || tree.kind === "joliet" || tree.kind === "supplementary") return;
  const enhanced = tree.kind === "enhanced" || sharesEnhanced(directory.tree, image);
  for (const each of namedRecords(directory, tree)) {
    const found = each.record.section > 0 ? undefined : excess(each, enhanced);
    if (found === undefined) continue;
    const [length, most] = found;
    yield {
      rule: rules.nameLength,
      span: recordField(each.record, "lengthOfFileIdentifier"),
      message: `${quoted(each.text)} has ${length} characters, ${most} are allowed`,
      recorded: String(length),
      expected: `at most ${most}`,
      ...ownerOf(directory, each.record),
    };
  }
}

function* checkSeparators(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree?.kind !== "primary" || sharesEnhanced(directory.tree, image)) return;
  for (const { record, text } of namedRecords(directory, tree)) {
    // The record that stands for a relocated directory has a directory's identifier.
    const placeholder = record.systemUse.some(({ signature }) => signature === "CL");
    if (isDirectory(record) || record.section > 0 || placeholder) continue;
    const missing = [
      ...(text.includes(".") ? [] : ["no dot"]),
      ...(text.includes(";") ? [] : ["no version"]),
    ];
    if (missing.length === 0) continue;
    yield {
      rule: rules.separators,
      span: identifierSpan(record),
      message: `${quoted(text)} has ${missing.join(" and ")}`,
      recorded: text,
      ...ownerOf(directory, record),
    };
  }
}

const VERSION_MAX = 32767;

function* checkVersions(directory: DirectoryView, image: Image): Iterable<Hit> {
  const tree = walkedTree(directory, image);
  if (tree === undefined || tree.kind === "enhanced") return;
  if (sharesEnhanced(directory.tree, image)) return;
  for (const { record, text, parts } of namedRecords(directory, tree)) {
    if (isDirectory(record) || record.section > 0 || !text.includes(";")) continue;
    const { version } = parts;
    const digits = /^[0-9]+$/.test(version);
    const number = digits ? Number(version) : 0;
    if (number === 1) continue;
    // In Joliet a semicolon before anything but a number is a character of the name (JOL-006).
    if (!digits && tree.kind === "joliet") continue;
    const bad = number < 1 || number > VERSION_MAX;
    yield {
      rule: bad ? rules.versionRange : rules.versionNotOne,
      span: identifierSpan(record),
      message: bad
        ? `the version of ${quoted(text)} is ${
          quoted(version)
        }, not a number from 1 to ${VERSION_MAX}`
        : `the version of ${quoted(text)} is ${number}`,
      recorded: version,
      ...ownerOf(directory, record),
    };
  }
}

/** Rules about identifiers, with their checks. */
export const directoryNames = {
  rules,
  directory: [
    checkOrder,
    checkDuplicates,
    checkCollisions,
    checkPathLength,
    folded(checkCharacters),
    folded(checkLengths),
    folded(checkSeparators),
    checkVersions,
  ] satisfies readonly DirectoryCheck[],
} satisfies RuleFamily;
