// Rules about Rock Ridge (RRIP 1.09, 1.10, 1.12): attributes, names, relocated directories.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { type BothEndian, fieldSpan } from "../../bytes/struct.ts";
import { decodeLatin1, decodeUtf8, equalBytes, hex } from "../../bytes/text.ts";
import {
  alternateName,
  childLink,
  parentLink,
  posixAttributes,
  posixAttributes112,
  symbolicLink,
} from "../../decode/rockridge/layout.ts";
import {
  type DirectoryPlace,
  entryValue,
  type RecordView,
  type SystemUseEntry,
} from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import {
  type DirectoryJudge,
  type Hit,
  nothing,
  type RuleFamily,
  type RuleTable,
} from "../rule.ts";
import { differingOrders, hasDifferingOrders, type OrderRules } from "./byte_orders.ts";
import { either, hasFlag, isDirectory, ownerOf, quoted, walkedTree } from "./directory_view.ts";
import { NameIndex } from "./name_index.ts";
import { hasEntry, more, ofEntries, ofRecords } from "./record_checks.ts";

const rules = {
  attributeOrders: {
    id: "RRP-001",
    severity: "error",
    title: "PX fields: byte orders differ",
    clause: "RRIP 1.12 4.1.1",
    rationale:
      "Two systems give the file different modes, owners or links. Genuine writers record " +
      "one number twice.",
    remedy: "Trust the copy that files beside it share.",
    layouts: [posixAttributes.id, posixAttributes112.id],
  },
  fileType: {
    id: "RRP-003",
    severity: "warning",
    title: "File type contradicts the ISO flags",
    clause: "RRIP 1.12 4.1.1",
    rationale:
      "One reader opens a directory where another sees a file. Placeholders of relocated " +
      "directories differ by design and are exempt.",
    remedy: "See whether the extent holds directory records; that decides.",
    layouts: [posixAttributes.id],
  },
  linkComponents: {
    id: "RRP-008",
    severity: "error",
    title: "Symlink components overrun or use reserved flags",
    clause: "RRIP 1.12 4.1.3",
    rationale:
      "The target cannot be put together as it was meant: genisoimage loses the rest of one with " +
      "a component that does not fit its entry. It also writes an empty component as the root in " +
      "the middle of a link, which is told as a fact; bits 4 and 5 are historical.",
    remedy: "Fetch the sector again; what of the target can be read is shown.",
    layouts: [symbolicLink.id],
  },
  malformedName: {
    id: "RRP-014",
    severity: "error",
    title: "Alternate name is malformed",
    clause: "RRIP 1.12 4.1.4",
    rationale: "The flags say more than one thing, or a reserved one is set, so readers show " +
      "different names or none. An empty name is only a hint, and bit 5 was once a host name.",
    remedy: "Take the name from the ISO identifier or from another namespace.",
    layouts: [alternateName.id],
  },
  nameBytes: {
    id: "RRP-016",
    severity: "error",
    title: "Name holds a slash or NUL",
    clause: "RRIP 1.12 4.1.4",
    rationale:
      "No POSIX file can have such a name: a slash leads to another directory, perhaps out " +
      "of the folder that files are extracted to, and a NUL ends the name.",
    remedy: "Extract with a program that makes such names safe, as discern does.",
    layouts: [alternateName.id],
  },
  duplicateName: {
    id: "RRP-017",
    severity: "error",
    title: "Two records share an alternate name",
    clause: "RRIP 1.12 4.1.4",
    rationale: "One of the two files replaces the other on extraction, and only one can be opened.",
    remedy: "Tell the files apart by their ISO identifiers or extents.",
    layouts: [alternateName.id],
  },
  childLink: {
    id: "RRP-019",
    severity: "error",
    title: "Child link does not reach a directory",
    clause: "RRIP 1.12 4.1.5.1",
    rationale: "A directory was moved to make the tree less deep; without the link it is missing " +
      "from its place.",
    remedy: "Look for the directory among the children of the relocation directory.",
    layouts: [childLink.id],
  },
  parentLink: {
    id: "RRP-020",
    severity: "error",
    title: "Parent link does not reach the original parent",
    clause: "RRIP 1.12 4.1.5.2",
    rationale: "The way up from a relocated directory leads to a wrong place.",
    remedy: "Trust the directory that holds the child link.",
    layouts: [parentLink.id],
  },
  linkOrders: {
    id: "RRP-022",
    severity: "error",
    title: "CL or PL: byte orders differ",
    clause: "RRIP 1.12 4.1.5",
    rationale: "Systems of different byte order follow the link to different places.",
    remedy: "Trust the copy that leads to a directory.",
    layouts: [childLink.id, parentLink.id],
  },
} as const satisfies RuleTable;

const orderRules: OrderRules = {
  [`${posixAttributes.id}.*`]: rules.attributeOrders,
  [`${posixAttributes112.id}.*`]: rules.attributeOrders,
  [`${childLink.id}.*`]: rules.linkOrders,
  [`${parentLink.id}.*`]: rules.linkOrders,
};

// Entries are decoded on demand: hardly any needs to be.
function differs(entry: SystemUseEntry): boolean {
  const { signature, field, at, length } = entry;
  if (signature !== "PX" && signature !== "CL" && signature !== "PL") return false;
  return hasDifferingOrders(entry.layout, field, at, length);
}

function* checkOrders({ layout, span, value }: SystemUseEntry): Iterable<Hit> {
  if (value !== undefined) yield* differingOrders({ layout, span, value }, orderRules);
}

const TYPE_BITS = 0xf000;
const DIRECTORY_TYPE = 0x4000;

function modeOf(
  record: RecordView,
): { readonly mode: BothEndian; readonly span: Span } | undefined {
  const entry = record.systemUse.find(({ signature }) => signature === "PX");
  if (entry === undefined || entry.bytes.length < posixAttributes.size) return undefined;
  const { bytes, span } = entry;
  const { offset, type } = posixAttributes.fields.fileMode;
  const mode = type.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset);
  return { mode, span: fieldSpan(posixAttributes, "fileMode", span) };
}

/** Whether a record stands for a relocated directory. */
function isPlaceholder(record: RecordView): boolean {
  return hasEntry(record, "CL");
}

// The type is in bits 12 to 15 of the mode, which are in its second byte.
function isOfOtherType(record: RecordView): boolean {
  const entry = record.systemUse.find(({ signature }) => signature === "PX");
  const offset = posixAttributes.fields.fileMode.offset + 1;
  const there = entry !== undefined && offset < entry.length;
  const typeByte = there ? entry.field[entry.at + offset] ?? 0 : 0;
  return (typeByte * 0x100 & TYPE_BITS) === DIRECTORY_TYPE !== isDirectory(record);
}

function* checkFileType(record: RecordView): Iterable<Hit> {
  const found = modeOf(record);
  if (found === undefined || record.reserved !== undefined || isPlaceholder(record)) return;
  const { mode, span } = found;
  const directory = isDirectory(record);
  // Where the copies differ, RRP-001 says so.
  if (either(mode, (bits) => ((bits & TYPE_BITS) === DIRECTORY_TYPE) === directory)) return;
  const octal = mode.le.toString(8).padStart(7, "0");
  yield {
    rule: rules.fileType,
    span,
    message: `the mode ${octal} is ${directory ? "not " : ""}that of a directory, the directory ` +
      `flag of the record is ${directory ? "set" : "not set"}`,
    recorded: octal,
  };
}

const nameFlags = { continues: 1, current: 2, parent: 4, host: 32 } as const;
const RESERVED_NAME_FLAGS = 0xd8;

function nameProblem(flags: number, length: number): string | undefined {
  const { current, parent } = nameFlags;
  if ((flags & RESERVED_NAME_FLAGS) !== 0) return "reserved flags are set";
  if ((flags & current) !== 0 && (flags & parent) !== 0) return "it is both . and ..";
  const special = (flags & (current | parent)) !== 0;
  return special && length > 0 ? `it is . or .. and has ${length} bytes of name` : undefined;
}

/** Whether an entry is a name that is not one run of bytes that a name may have. */
function isOddName({ signature, field, at, length }: SystemUseEntry): boolean {
  if (signature !== "NM") return false;
  if (length <= alternateName.size || ((field[at + 4] ?? 0) & ~nameFlags.continues) !== 0) {
    return true;
  }
  for (let index = at + alternateName.size; index < at + length; index++) {
    if (field[index] === 0 || field[index] === 0x2f) return true;
  }
  return false;
}

function* checkName({ bytes, span }: SystemUseEntry): Iterable<Hit> {
  const flags = bytes[4] ?? 0;
  const field = logicalSpan(span.start + 4, Math.min(1, bytes.length - 4));
  const recorded = `0x${flags.toString(16).padStart(2, "0")}`;
  if (bytes.length < alternateName.size) {
    const message = `the NM entry has ${bytes.length} bytes, its flags are missing`;
    yield { rule: rules.malformedName, span, message, recorded: String(bytes.length) };
    return;
  }
  const name = bytes.subarray(alternateName.size);
  const problem = nameProblem(flags, name.length);
  const plain = flags & ~nameFlags.continues;
  const hint = problem !== undefined
    ? undefined
    : (flags & nameFlags.host) !== 0
    ? "it stands for the host name (historical)"
    : plain === 0 && name.length === 0
    ? "its name is empty"
    : undefined;
  if (problem !== undefined || hint !== undefined) {
    yield {
      rule: rules.malformedName,
      span: field,
      message: `the flags of the NM entry are ${recorded}: ${problem ?? hint}`,
      ...(problem === undefined ? { severity: "info" } : {}),
      recorded,
    };
  }
  const bad = name.findIndex((byte) => byte === 0 || byte === 0x2f);
  if (bad < 0) return;
  yield {
    rule: rules.nameBytes,
    span: logicalSpan(span.start + alternateName.size, name.length),
    message: `the name ${quoted(decodeUtf8(name).text)} holds a ${
      name[bad] === 0 ? "NUL" : "slash"
    } at byte ${bad}`,
    recorded: hex(name),
  };
}

const componentFlags = { current: 2, parent: 4, root: 8 } as const;
const SPECIAL_COMPONENTS = componentFlags.current | componentFlags.parent | componentFlags.root;
const RESERVED_COMPONENT_FLAGS = 0xc0;

function componentProblem(flags: number, length: number, room: number): string | undefined {
  if (length > room) return `it has ${length} bytes, ${room} are left in its entry`;
  if ((flags & RESERVED_COMPONENT_FLAGS) !== 0) return "reserved flags are set";
  const special = flags & SPECIAL_COMPONENTS;
  const single = special === 0 || Object.values(componentFlags).includes(special as 2 | 4 | 8);
  if (!single) return "it is more than one of ., .. and /";
  return special !== 0 && length > 0 ? `it is special and has ${length} bytes of name` : undefined;
}

function* checkLink({ systemUse }: RecordView): Iterable<Hit> {
  let number = 0;
  for (const { signature, bytes, span } of systemUse) {
    if (signature !== "SL") continue;
    for (let at: number = symbolicLink.size; at + 2 <= bytes.length;) {
      const [flags = 0, length = 0] = bytes.subarray(at, at + 2);
      const room = bytes.length - at - 2;
      const problem = componentProblem(flags, length, room);
      const middleRoot = number > 0 && (flags & componentFlags.root) !== 0;
      number++;
      if (problem !== undefined || middleRoot) {
        yield {
          rule: rules.linkComponents,
          span: logicalSpan(span.start + at, 2 + Math.min(length, room)),
          message: `component ${number} of the symbolic link, flags 0x${
            flags.toString(16).padStart(2, "0")
          }: ${problem ?? "the root stands behind the first component"}`,
          ...(problem === undefined ? { severity: "info" } : {}),
          recorded: hex(bytes.subarray(at, at + 2)),
        };
      }
      at += 2 + length;
    }
  }
}

/** The alternate name of a record, one character a byte: all its NM entries together. */
function nameOf(
  { systemUse }: RecordView,
): { readonly text: string; readonly span: Span } | undefined {
  let text = "";
  let first: SystemUseEntry | undefined;
  for (const entry of systemUse) {
    const { signature, field, at, length } = entry;
    if (signature !== "NM" || length <= alternateName.size) continue;
    first ??= entry;
    text += decodeLatin1(field.subarray(at + alternateName.size, at + length));
  }
  return first === undefined ? undefined : { text, span: first.span };
}

// Relocated directories keep their names, and are shown at their placeholders only.
function isRelocated(record: RecordView): boolean {
  return hasEntry(record, "RE");
}

function checkDuplicateNames(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  const tree = walkedTree(directory, image);
  if (tree === undefined || !tree.hasRockRidge) return undefined;
  const child = tree.firstChild(directory.node) - 1;
  const key = (associated: boolean, text: string) => `${associated ? 1 : 0}${text}`;
  const names = new NameIndex(tree.childCount(directory.node), (number) => {
    const name = tree.alternateName(child + number) ?? new Uint8Array(0);
    return key(tree.isAssociated(child + number), decodeLatin1(name));
  });
  return {
    part({ records }) {
      let hits = nothing;
      for (const record of records) {
        const { node, reserved, section } = record;
        const hidden = node === undefined || reserved !== undefined || section > 0;
        const name = hidden || isRelocated(record) ? undefined : nameOf(record);
        if (hidden || name === undefined) continue;
        const number = node - child;
        const other = names.earlier(key(hasFlag(record, fileFlags.associated), name.text), number);
        if (other === undefined) continue;
        const hit = sharedName(record, name, child + other, tree);
        hits = more(hits, { ...hit, ...ownerOf(directory, record) });
      }
      return hits;
    },
  };
}

function sharedName(
  { identifier }: RecordView,
  { text, span }: { readonly text: string; readonly span: Span },
  other: number,
  tree: Tree,
): Hit {
  const first = tree.identifier(other);
  return {
    rule: rules.duplicateName,
    span,
    message: `the name is also that of the record at logical byte ${tree.record(other)}, with ` +
      `identifier ${quoted(decodeUtf8(first).text)}`,
    recorded: hex(Uint8Array.from(text, (byte) => byte.charCodeAt(0))),
    ...(equalBytes(first, identifier) ? { causedBy: "ISO-DIR-018" } : {}),
  };
}

function linkProblem(node: number | undefined, tree: Tree): string | undefined {
  const target = node === undefined ? undefined : tree.childLinks.get(node);
  if (target === undefined) return "where no relocated directory is";
  if (!tree.relocated.has(target)) return "where the record of the directory has no RE entry";
  const unread = tree.unreadable.get(target);
  if (unread !== undefined) return `where the directory cannot be read: ${unread}`;
  return tree.parentLinks.has(target) ? undefined : 'where the ".." record has no PL entry';
}

function* checkChildLink(record: RecordView, tree: Tree): Iterable<Hit> {
  for (const entry of record.systemUse) {
    const value = entry.signature === "CL" ? entryValue(entry, childLink) : undefined;
    if (value === undefined) continue;
    const { le, be } = value.locationOfChild;
    // Where the copies differ, RRP-022 says so.
    const problem = le === be ? linkProblem(record.node, tree) : undefined;
    if (problem === undefined) continue;
    yield {
      rule: rules.childLink,
      span: fieldSpan(childLink, "locationOfChild", entry.span),
      message: `the child link names logical block ${le}, ${problem}`,
      recorded: String(le),
    };
  }
}

function* checkParentLink(
  record: RecordView,
  tree: Tree,
  { node }: DirectoryPlace,
): Iterable<Hit> {
  const placeholder = tree.placeholders.get(node);
  if (record.reserved !== 1 || placeholder === undefined) return;
  const parent = tree.extent(tree.parent(placeholder), 0).start / tree.blockSize;
  for (const entry of record.systemUse) {
    const value = entryValue(entry, parentLink);
    if (value === undefined || either(value.locationOfParent, (block) => block === parent)) {
      continue;
    }
    const { le } = value.locationOfParent;
    yield {
      rule: rules.parentLink,
      span: fieldSpan(parentLink, "locationOfParent", entry.span),
      message:
        `the parent link names logical block ${le}, the directory with the child link is at ` +
        `block ${parent}`,
      recorded: String(le),
      expected: String(parent),
    };
  }
}

/** Rules about Rock Ridge. */
export const rockRidgeRules: RuleFamily = {
  rules,
  directory: [
    ofEntries(checkOrders, differs),
    ofRecords(checkFileType, isOfOtherType),
    ofRecords(checkLink, (record) => hasEntry(record, "SL")),
    ofEntries(checkName, isOddName),
    checkDuplicateNames,
    ofRecords(checkChildLink, isPlaceholder),
    ofRecords(checkParentLink, ({ reserved }) => reserved === 1),
  ],
  // A link that leads nowhere is judged at its entry.
  faults: { "child-link": () => undefined },
};
