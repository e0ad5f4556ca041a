// Rules about file and directory identifiers (ECMA-119:1987 7.5, 7.6, 10): their form and length.

import { logicalSpan } from "../../bytes/span.ts";
import { hex } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryView, RecordView } from "../../model/directory.ts";
import type { Tree } from "../../model/tree.ts";
import {
  type DirectoryCheck,
  type Hit,
  nothing,
  type RuleFamily,
  type RuleTable,
} from "../rule.ts";
import {
  identifierText,
  isDirectory,
  ownerOf,
  quoted,
  recordField,
  sharesEnhanced,
  walkedTree,
} from "./directory_view.ts";
import { folded, more } from "./record_checks.ts";

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

// Of the part that is judged now, whose checks come one after the other. In a WeakMap the records of every
// part would outlive the collections of young objects.
let current: { readonly part: DirectoryView; readonly named: readonly Named[] } | undefined;

/** Named records of a part with their identifiers as text, `.` and `..` left out. */
export function namedRecords(part: DirectoryView, tree: Tree): readonly Named[] {
  if (current?.part === part) return current.named;
  const named: Named[] = [];
  for (const record of part.records) {
    if (record.reserved !== undefined) continue;
    const text = identifierText(record.identifier, tree);
    named.push({ record, text, parts: partsOf(text, isDirectory(record)) });
  }
  current = { part, named };
  return named;
}

/** The bytes of a record's identifier. */
function identifierSpan({ span, identifier }: RecordView): ReturnType<typeof logicalSpan> {
  return logicalSpan(span.start + directoryRecord.size, identifier.length);
}

const D_NAME = /^[0-9A-Z_]*$/;

/** What of an identifier is outside its set, in words; empty where nothing is. */
function badCharacters({ name, extension }: Parts): string {
  const body = name + extension;
  if (D_NAME.test(body)) return "";
  const other = [...new Set(body.replace(/[0-9A-Za-z_]/g, ""))].join("");
  const lower = /[a-z]/.test(body) ? ["lower case"] : [];
  return [...lower, ...(other === "" ? [] : [quoted(other)])].join(" and ");
}

/** What a check of names has to know of their tree. */
type Names = {
  readonly tree: Tree;
  /** An enhanced descriptor names the tree, alone or too. */
  readonly enhanced: boolean;
};

/** Judges each name of a directory by itself, the names of further file sections left out. */
function ofNames(
  check: (named: Named, names: Names) => Hit | undefined,
  applies: (names: Names) => boolean,
): DirectoryCheck {
  return (directory, image) => {
    const tree = walkedTree(directory, image);
    if (tree === undefined) return undefined;
    const enhanced = tree.kind === "enhanced" || sharesEnhanced(directory.tree, image);
    const names = { tree, enhanced };
    if (!applies(names)) return undefined;
    return {
      part(view) {
        let hits = nothing;
        for (const named of namedRecords(view, tree)) {
          if (named.record.section > 0) continue;
          const hit = check(named, names);
          if (hit === undefined) continue;
          hits = more(hits, { ...hit, ...ownerOf(directory, named.record) });
        }
        return hits;
      },
    };
  };
}

function checkCharacters(
  { record, text, parts }: Named,
  { enhanced }: Names,
): Hit | undefined {
  const bad = badCharacters(parts);
  if (bad === "") return undefined;
  return {
    rule: rules.characters,
    span: identifierSpan(record),
    message: `${quoted(text)} holds ${bad}, outside 0 to 9, A to Z and _` +
      (enhanced ? "; the enhanced descriptor, which names the same tree, allows it" : ""),
    ...(enhanced ? { severity: "info" } : {}),
    recorded: hex(record.identifier),
  };
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

function checkLengths(named: Named, { enhanced }: Names): Hit | undefined {
  const found = excess(named, enhanced);
  if (found === undefined) return undefined;
  const [length, most] = found;
  return {
    rule: rules.nameLength,
    span: recordField(named.record, "lengthOfFileIdentifier"),
    message: `${quoted(named.text)} has ${length} characters, ${most} are allowed`,
    recorded: String(length),
    expected: `at most ${most}`,
  };
}

function checkSeparators({ record, text }: Named): Hit | undefined {
  const missing = [
    ...(text.includes(".") ? [] : ["no dot"]),
    ...(text.includes(";") ? [] : ["no version"]),
  ];
  if (missing.length === 0 || isDirectory(record)) return undefined;
  // The record that stands for a relocated directory has a directory's identifier.
  if (record.systemUse.some(({ signature }) => signature === "CL")) return undefined;
  return {
    rule: rules.separators,
    span: identifierSpan(record),
    message: `${quoted(text)} has ${missing.join(" and ")}`,
    recorded: text,
  };
}

const VERSION_MAX = 32767;

function checkVersions({ record, text, parts }: Named, { tree }: Names): Hit | undefined {
  const { version } = parts;
  if (version === "1" || isDirectory(record) || !text.includes(";")) return undefined;
  const digits = /^[0-9]+$/.test(version);
  const number = digits ? Number(version) : 0;
  if (number === 1) return undefined;
  // In Joliet a semicolon before anything but a number is a character of the name (JOL-006).
  if (!digits && tree.kind === "joliet") return undefined;
  const bad = number < 1 || number > VERSION_MAX;
  return {
    rule: bad ? rules.versionRange : rules.versionNotOne,
    span: identifierSpan(record),
    message: bad
      ? `the version of ${quoted(text)} is ${
        quoted(version)
      }, not a number from 1 to ${VERSION_MAX}`
      : `the version of ${quoted(text)} is ${number}`,
    recorded: version,
  };
}

/** Rules about identifiers, with their checks. */
export const directoryNames = {
  rules,
  directory: [
    folded(ofNames(checkCharacters, ({ tree }) => tree.kind === "primary")),
    folded(
      ofNames(checkLengths, ({ tree: { kind } }) => kind !== "joliet" && kind !== "supplementary"),
    ),
    folded(ofNames(checkSeparators, ({ tree, enhanced }) => tree.kind === "primary" && !enhanced)),
    ofNames(checkVersions, ({ enhanced }) => !enhanced),
  ] satisfies readonly DirectoryCheck[],
} satisfies RuleFamily;
