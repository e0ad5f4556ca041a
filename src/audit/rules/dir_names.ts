// Rules about file and directory identifiers (ECMA-119:1987 7.5, 7.6, 10): their form and length.

import { logicalSpan } from "../../bytes/span.ts";
import { hex } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryView, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import type { DirectoryCheck, Hit, RuleFamily, RuleTable } from "../rule.ts";
import {
  identifierText,
  isDirectory,
  ownerOf,
  quoted,
  recordField,
  sharesEnhanced,
  walkedTree,
} from "./directory_view.ts";
import { folded } from "./record_checks.ts";

const layouts = [directoryRecord.id];

const rules = {
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

/** A record with its identifier as text, whole and taken apart. */
export type Named = { readonly record: RecordView; readonly text: string; readonly parts: Parts };

const namedOf = new WeakMap<DirectoryView, readonly Named[]>();

/** Named records of a directory with their identifiers as text, `.` and `..` left out. */
export function namedRecords(directory: DirectoryView, tree: Tree): readonly Named[] {
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
    folded(checkCharacters),
    folded(checkLengths),
    folded(checkSeparators),
    checkVersions,
  ] satisfies readonly DirectoryCheck[],
} satisfies RuleFamily;
