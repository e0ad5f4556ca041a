// Rules about what files are by their first bytes: programs in disguise, start files, images inside images.

import { fileSpan, logicalSpan } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { FileList } from "../../model/signature_facts.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { formatOf } from "../signatures.ts";
import { counted } from "../words.ts";

const rules = {
  disguised: {
    id: "SEC-004",
    severity: "note",
    title: "Executable under a document name",
    clause: "none",
    rationale:
      "A file that opens like a document and is a program is how harmful programs are handed round.",
    remedy: "Do not open it; look at it with tools that run nothing.",
  },
  mailBorne: {
    id: "SEC-005",
    severity: "note",
    title: "Shortcut, hidden executable or library together",
    clause: "none",
    rationale:
      "Small images of a shortcut that starts a hidden program have been sent by mail, since files in " +
      "them lose the mark of what came from outside.",
    remedy: "Do not open the shortcut; see which program it names.",
    confidence: "guess",
  },
  autorun: {
    id: "SEC-007",
    severity: "note",
    title: "Automatic start file",
    clause: "none",
    rationale: "Older systems run this command when the disc is put in, without a question.",
    remedy: "Look at the program that it names before the disc is used on such a system.",
  },
  alsoOther: {
    id: "SEC-008",
    severity: "note",
    title: "Image is also another format",
    clause: "none",
    rationale:
      "Programs that look at the first or last bytes alone take the file for something else: content " +
      "can be hidden so, and filters passed.",
    remedy: "Open the file as that format too, and compare what each shows.",
  },
  nested: {
    id: "SEC-009",
    severity: "note",
    title: "Image inside an image",
    clause: "none",
    rationale: "What is inside has a structure of its own, which this audit does not judge.",
    remedy: "Extract it and audit it by itself.",
  },
  known: {
    id: "SEC-010",
    severity: "note",
    title: "Known digest",
    clause: "none",
    rationale:
      "The content is byte for byte that of a known file: of an installer, a library, or a harmful " +
      "program, as the set has it.",
    remedy: "What it means is for the set to say.",
  },
  signatures: {
    id: "DMG-007",
    severity: "warning",
    title: "Many files no longer start with their signature",
    clause: "none",
    rationale:
      "From some place on the content is not what the directories say: data were lost or inserted " +
      "before it, or never written.",
    remedy: "Compare with another copy from this place on.",
    confidence: "likely",
  },
} as const satisfies RuleTable;

/** Files that a message names. */
const NAMED = 3;
/** More files than this are no container that was sent by mail. */
const SMALL = 100;

function named(image: Image, { kept, count }: FileList, withKind = true): string {
  const shown = kept.slice(0, NAMED).map(({ tree, node, what }) => {
    const path = image.namespaceOf(tree)?.path(node) ?? "";
    return withKind ? `${path} (${what})` : path;
  });
  const more = count - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function hit(rule: Rule, image: Image, list: FileList, message: string): Hit {
  const [first] = list.kept;
  const { start = 0, length = 0 } = first === undefined
    ? {}
    : image.trees[first.tree]?.extent(first.node, 0) ?? {};
  return {
    rule,
    message,
    ...(first === undefined ? {} : { tree: first.tree, node: first.node }),
    ...(first === undefined ? {} : { span: logicalSpan(start, length) }),
    count: list.count,
  };
}

function* checkPrograms(image: Image, { signatures }: ProofFacts): Iterable<Hit> {
  if (signatures === undefined) return;
  const { disguised, shortcuts, hiddenPrograms, files, programs } = signatures;
  if (disguised.count > 0) {
    const message = `${counted(disguised.count, "program")} under the name of a document: ${
      named(image, disguised)
    }`;
    yield hit(rules.disguised, image, disguised, message);
  }
  const isSmall = files <= SMALL && shortcuts.count > 0;
  if (isSmall && (hiddenPrograms.count > 0 || programs > 0)) {
    const hidden = hiddenPrograms.count === 0
      ? `beside ${counted(programs, "program")}`
      : `beside hidden programs: ${named(image, hiddenPrograms)}`;
    const message = `${counted(shortcuts.count, "shortcut")} (${
      named(image, shortcuts, false)
    }) ${hidden}`;
    yield hit(rules.mailBorne, image, shortcuts, message);
  }
}

function* checkAutorun(image: Image, { signatures }: ProofFacts): Iterable<Hit> {
  const list = signatures?.autorun;
  if (list === undefined || list.count === 0) return;
  yield hit(rules.autorun, image, list, `the command is ${list.kept[0]?.what ?? ""}`);
}

function* checkNested(image: Image, { signatures }: ProofFacts): Iterable<Hit> {
  const list = signatures?.nested;
  if (list === undefined || list.count === 0) return;
  yield hit(rules.nested, image, list, `${counted(list.count, "file")}: ${named(image, list)}`);
}

/** What stands at the start of images for a reason: boot programs, and what other rules name. */
const genuine: ReadonlySet<string> = new Set([
  "a DOS or Windows executable",
  "libisofs checksum tags",
  "ISO 9660 descriptors",
]);

/** The record that ends a zip archive (APPNOTE 4.3.16). */
const END_RECORD = 22;

function* checkOtherFormats(image: Image, { head, tail }: ProofFacts): Iterable<Hit> {
  if (image.sessions.length === 0) return;
  const begins = head === undefined ? undefined : formatOf(head);
  if (begins !== undefined && !genuine.has(begins)) {
    yield { rule: rules.alsoOther, span: fileSpan(0, 0), message: `it begins like ${begins}` };
  }
  const end = tail === undefined ? undefined : endRecord(tail, image.source.size);
  if (end === undefined) return;
  yield {
    rule: rules.alsoOther,
    span: fileSpan(end, END_RECORD),
    message: "it ends like a zip archive: readers of such archives begin at the end",
  };
}

function endRecord(tail: Uint8Array, size: number): number | undefined {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  for (let at = tail.length - END_RECORD; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + END_RECORD + view.getUint16(at + 20, true) === tail.length) {
      return size - tail.length + at;
    }
  }
  return undefined;
}

function* checkKnown(image: Image, { hashSet }: ProofFacts): Iterable<Hit> {
  if (hashSet === undefined || hashSet.found.count === 0) return;
  const { name, size, files, unread, found } = hashSet;
  const rest = unread === 0 ? "" : `; ${counted(unread, "file")} could not be read whole`;
  const message = `${found.count} of ${counted(files, "file")} are known to ${name}, a set of ` +
    `${counted(size, "file")}: ${named(image, found)}${rest}`;
  yield hit(rules.known, image, found, message);
}

function* checkSignatures(_image: Image, { signatures }: ProofFacts): Iterable<Hit> {
  const found = signatures?.signatureBreak;
  if (found === undefined) return;
  const { start, first, before, beforeHolds, behind, behindHolds } = found;
  yield {
    rule: rules.signatures,
    span: logicalSpan(start, 0),
    message:
      `of files with known extensions ${beforeHolds} of ${before} before this place begin as ` +
      `they should, ${behindHolds} of ${behind} from it on`,
    ...first,
  };
}

/** Rules about what files are by their first bytes. */
export const contentRules: RuleFamily = {
  rules,
  image: [checkPrograms, checkAutorun, checkOtherFormats, checkNested, checkKnown, checkSignatures],
};
