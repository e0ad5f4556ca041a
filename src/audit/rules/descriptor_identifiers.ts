// Rules about what identifiers of descriptors say (ECMA-119:1987 7.4.1, 8.4.5 to 8.4.25): their characters,
// the label, and the information files that they name.

import { logicalSpan } from "../../bytes/span.ts";
import { decodeLatin1, decodeUcs2 } from "../../bytes/text.ts";
import type { Image } from "../../model/image.ts";
import { Namespace } from "../../model/namespace.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { descriptorField, type TreeDescriptor, treeDescriptors } from "./descriptor_view.ts";

const layouts = [
  "iso9660/primary-volume-descriptor",
  "iso9660/joliet-volume-descriptor",
  "iso9660/enhanced-volume-descriptor",
  "iso9660/supplementary-volume-descriptor",
];

const rules = {
  characters: {
    id: "ISO-PVD-011",
    severity: "warning",
    title: "Identifier holds characters outside its set",
    clause: "ECMA-119:1987 7.4.1, 7.4.4",
    rationale:
      "Readers of other systems show other characters, or none. Labels with lower case letters, " +
      "spaces, dots and hyphens are usual (mkisofs, genisoimage, xorriso and ImgBurn write what they " +
      "are given) and read everywhere: that is information.",
    remedy: "Nothing to do unless a reader shows the name wrongly.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  absentFile: {
    id: "ISO-PVD-013",
    severity: "warning",
    title: "Named copyright, abstract or bibliography file is absent",
    clause: "ECMA-119:1987 8.4.23, 8.4.24, 8.4.25",
    rationale: "The file was left out when the disc was mastered, or its record is damaged.",
    remedy: "Look for the file in the other trees; the rest of the volume does not depend on it.",
    layouts,
  },
  illegalFile: {
    id: "ISO-PVD-014",
    severity: "warning",
    title: "Named information file has an illegal name",
    clause: "ECMA-119:1987 8.4.23, 8.4.24, 8.4.25",
    rationale:
      "The field names a file by at most 8 and 3 d-characters; readers find no other in the root. " +
      "Lower case, which mkisofs and genisoimage copy as it is given, is only ISO-PVD-011.",
    remedy: "Look for a file of a similar name in the root directory.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  label: {
    id: "ISO-PVD-027",
    severity: "info",
    title: "Volume label is empty or a tool default",
    clause: "ECMA-119:1987 8.4.6",
    rationale:
      "Nobody named the volume: systems that find discs by their label may take another one for it.",
    remedy: "Nothing to do.",
    layouts,
  },
} as const satisfies RuleTable;

const aCharacters = /^[A-Z0-9_ !"%&'()*+,\-./:;<=>?]*$/;
const dCharacters = /^[A-Z0-9_]*$/;
const fileCharacters = /^[A-Z0-9_.;]*$/;

/** Fields of the primary descriptor, with the characters that each may hold. */
const sets = [
  ["systemIdentifier", aCharacters, "a-characters"],
  ["volumeIdentifier", dCharacters, "d-characters"],
  ["volumeSetIdentifier", dCharacters, "d-characters"],
  ["publisherIdentifier", aCharacters, "a-characters"],
  ["dataPreparerIdentifier", aCharacters, "a-characters"],
  ["applicationIdentifier", aCharacters, "a-characters"],
  ["copyrightFileIdentifier", fileCharacters, "d-characters and separators"],
  ["abstractFileIdentifier", fileCharacters, "d-characters and separators"],
  ["bibliographicFileIdentifier", fileCharacters, "d-characters and separators"],
] as const;

/** An identifier without its filler: spaces, and the zero bytes that ISO-PVD-012 tells of. */
function filled(bytes: Uint8Array): string {
  return decodeLatin1(bytes).replace(/[ \0]+$/, "");
}

function textOf({ kind, value }: TreeDescriptor, field: typeof sets[number][0]): string {
  if (kind !== "joliet") return filled(value[field]);
  return decodeUcs2(value[field]).text.replace(/[ \0]+$/, "");
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

type Bad = {
  readonly field: string;
  readonly text: string;
  readonly at: number;
  readonly set: string;
};

function badOf(descriptor: TreeDescriptor): Bad[] {
  return sets.flatMap(([field, allowed, set]) => {
    const text = filled(descriptor.value[field]);
    const at = [...text].findIndex((letter) => !allowed.test(letter));
    return at < 0 ? [] : [{ field, text, at, set }];
  });
}

function told({ field, text, at, set }: Bad): string {
  return `${field} ${shown(text)} holds ${shown(text[at] ?? "")}, which is none of the ${set}`;
}

function* checkCharacters(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    if (descriptor.kind !== "primary") continue;
    const bad = badOf(descriptor);
    const isUsual = ({ text }: Bad) => aCharacters.test(text.toUpperCase());
    const hit = (each: Bad, message: string): Hit => ({
      rule: rules.characters,
      span: logicalSpan(descriptorField(descriptor, each.field).start + each.at, 1),
      message,
      recorded: shown(each.text),
      expected: each.set,
      volume: descriptor.volume,
    });
    for (const each of bad) if (!isUsual(each)) yield hit(each, told(each));
    const [first, ...others] = bad.filter(isUsual);
    if (first === undefined) continue;
    const more = others.length === 0
      ? ""
      : `; likewise ${others.map(({ field, text }) => `${field} ${shown(text)}`).join(", ")}`;
    yield { ...hit(first, told(first) + more), severity: "info", count: 1 + others.length };
  }
}

const files = [
  "copyrightFileIdentifier",
  "abstractFileIdentifier",
  "bibliographicFileIdentifier",
] as const;

/** A name of 8.3 characters with or without its version, as the fields record it. */
const fileName = /^(?=[^;]*[A-Z0-9_])[A-Z0-9_]{0,8}(\.[A-Z0-9_]{0,3})?(;[0-9]{1,5})?$/;

function plain(name: string): string {
  return name.replace(/;[0-9]*$/, "").replace(/\.$/, "").toUpperCase();
}

// Names of the root as recorded; as Rock Ridge has them they count, too: mkisofs writes what it is given.
function isInRoot(image: Image, treeNumber: number, name: string): boolean {
  const tree = image.trees[treeNumber];
  const shownAs = image.namespaceOf(treeNumber);
  if (tree === undefined || shownAs === undefined) return true;
  const recorded = new Namespace(tree, tree.kind === "primary" ? "iso9660" : shownAs.kind);
  const first = tree.firstChild(0);
  for (let node = first; node >= 0 && node < first + tree.childCount(0); node++) {
    if (tree.isDirectory(node)) continue;
    if (plain(recorded.name(node).text) === name || plain(shownAs.name(node).text) === name) {
      return true;
    }
  }
  return false;
}

function* checkFiles(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const tree = image.trees.findIndex(({ descriptor: span }) =>
      span?.start === descriptor.span.start
    );
    for (const field of files) {
      const name = textOf(descriptor, field);
      if (name === "") continue;
      const hit = {
        span: descriptorField(descriptor, field),
        recorded: shown(name),
        volume: descriptor.volume,
      };
      if (descriptor.kind === "primary" && !fileName.test(name.toUpperCase())) {
        yield {
          rule: rules.illegalFile,
          message: `${field} ${shown(name)} is no name of 8 and 3 d-characters`,
          ...hit,
        };
      }
      // Where the root cannot be read nothing says that the file is absent.
      const root = image.trees[tree];
      if (root === undefined || root.unreadable.has(0) || root.count < 2) continue;
      if (isInRoot(image, tree, plain(name))) continue;
      yield {
        rule: rules.absentFile,
        message: `${field} names ${shown(name)}, which is not in the root directory`,
        ...hit,
      };
    }
  }
}

/** What mastering tools write where nobody gave a label, and date stamps that they make up. */
const defaults: ReadonlySet<string> = new Set([
  "CDROM",
  "CD_ROM",
  "ISOIMAGE",
  "NEW",
  "NEW_VOLUME",
  "MY_DISC",
  "UNTITLED",
  "NO_NAME",
  "NONAME",
  "VOLUME",
  "LABEL",
  "DISC",
]);
const stamp = /^\d{6,8}_\d{4,6}$/;

function* checkLabel(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    // The other descriptors repeat the label; XNS-004 tells where they do not.
    if (descriptor.kind !== "primary") continue;
    const label = textOf(descriptor, "volumeIdentifier");
    const folded = label.trim().toUpperCase().replace(/[ \-.]+/g, "_");
    if (folded !== "" && !defaults.has(folded) && !stamp.test(folded)) continue;
    yield {
      rule: rules.label,
      span: descriptorField(descriptor, "volumeIdentifier"),
      message: folded === ""
        ? "the volume has no label"
        : `the label is ${shown(label)}, which tools write where none is given`,
      recorded: shown(label),
      volume: descriptor.volume,
    };
  }
}

/** Rules about what identifiers of descriptors say. */
export const descriptorIdentifiers: RuleFamily = {
  rules,
  image: [checkCharacters, checkFiles, checkLabel],
};
