// System use fields (SUSP 1.12): entries of one area, and where the next area is. Facts, no opinions.

import { logicalSpan, safeOffset } from "../../bytes/span.ts";
import type { Fields, Layout, Recorder, Values } from "../../bytes/struct.ts";
import { valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, isZero } from "../../bytes/text.ts";
import { decodeTime17, epochOfTime7 } from "../../bytes/time.ts";
import type { SystemUseBytes, SystemUseEntry, VariableField } from "../../model/directory.ts";
import type { PosixFacts, Zisofs } from "../../model/tree.ts";
import {
  alternateName,
  childLink,
  continuationArea,
  entryLayout,
  posixAttributes,
  posixDevice,
  rockRidgeSignatures,
  symbolicLink,
  timeStamps,
  xaAttributes,
  zisofsEntry,
} from "./layout.ts";
import { attributeFacts } from "./attributes.ts";
import { concat } from "./concat.ts";
import { entryParts } from "./parts.ts";

/** How the system use fields of a tree are to be read. */
export type SystemUseMode = {
  /** Entries of the protocol are in use. */
  readonly active: boolean;
  /** Bytes to skip at the start of every field but the root's `.` (LEN_SKP). */
  readonly skip: number;
};

/** What an area holds. */
export type SystemUseArea = {
  readonly entries: SystemUseEntry[];
  readonly other: SystemUseBytes[];
  /** Where the field goes on, if it does. */
  readonly next: Continuation | undefined;
  /** Bytes at its end that the limit of entries left out. */
  readonly unread: number;
};

/** Where a field goes on, as its CE entry says (LSB first copies). */
export type Continuation = {
  /** Logical block number. */
  readonly block: number;
  /** Bytes in that block. */
  readonly offset: number;
  readonly length: number;
  readonly entry: SystemUseEntry;
};

class Entry implements SystemUseEntry {
  readonly signature: string;
  readonly field: Uint8Array;
  readonly at: number;
  readonly length: number;
  readonly area: "record" | "continuation";
  readonly #start: number;

  /** `start` is the logical byte at which the field begins. */
  constructor(
    field: Uint8Array,
    at: number,
    length: number,
    start: number,
    area: "record" | "continuation",
  ) {
    this.signature = signatureAt(field, at);
    this.field = field;
    this.at = at;
    this.length = length;
    this.#start = start;
    this.area = area;
  }

  get bytes(): Uint8Array {
    return this.field.subarray(this.at, this.at + this.length);
  }

  get span() {
    return logicalSpan(this.#start + this.at, this.length);
  }

  get layout(): Layout {
    return entryLayout(this.signature, this.field[this.at + 3] ?? 0, this.length);
  }

  get value(): Values<Fields> | undefined {
    return valuesOf(this.layout, this.bytes);
  }

  get parts(): readonly VariableField[] {
    return entryParts(this.signature, this.bytes);
  }
}

const XA_LENGTH = 14;

/** Whether CD-ROM XA attributes stand at `at`: `XA` six bytes on. */
export function isXa(bytes: Uint8Array, at = 0): boolean {
  return at + XA_LENGTH <= bytes.length && bytes[at + 6] === 0x58 && bytes[at + 7] === 0x41;
}

function signatureAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0);
}

/** Whether a well-formed SP entry stands at `at`. */
export function sharingProtocolAt(bytes: Uint8Array, at: number): boolean {
  return signatureAt(bytes, at) === "SP" && at + 7 <= bytes.length && (bytes[at + 2] ?? 0) >= 7 &&
    bytes[at + 4] === 0xbe && bytes[at + 5] === 0xef;
}

/**
 * Finds how the fields of a tree are to be read, from the system use field of the root's `.` record:
 * SP at its start, or behind XA attributes. Rock Ridge entries without SP count too (SUS-003).
 */
export function systemUseMode(rootField: Uint8Array): SystemUseMode {
  for (const at of [0, XA_LENGTH]) {
    if (!sharingProtocolAt(rootField, at)) continue;
    return { active: true, skip: rootField[at + 6] ?? 0 };
  }
  const at = isXa(rootField) ? XA_LENGTH : 0;
  return { active: looksLikeEntry(rootField, at), skip: at };
}

/** Whether a Rock Ridge entry of plausible length and version stands at `at`. */
export function looksLikeEntry(bytes: Uint8Array, at: number): boolean {
  const length = bytes[at + 2] ?? 0;
  const signature = signatureAt(bytes, at);
  const known = rockRidgeSignatures.has(signature) || signature === "SP" || signature === "CE" ||
    signature === "ER";
  return known && length >= 4 && at + length <= bytes.length && bytes[at + 3] === 1;
}

/** Decodes one area: the rest of a record, or a continuation area. Never throws. */
export function decodeArea(
  bytes: Uint8Array,
  start: number,
  area: "record" | "continuation",
  mode: SystemUseMode,
  limit: number,
  out: Recorder,
): SystemUseArea {
  const entries: SystemUseEntry[] = [];
  const other: SystemUseBytes[] = [];
  let next: Continuation | undefined;
  let at = area === "record" ? skipForeign(bytes, start, mode, other) : 0;
  if (!mode.active) return { entries, other, next, unread: 0 };
  while (at + 4 <= bytes.length && entries.length < limit) {
    const gap = zerosAt(bytes, at);
    if (gap > 0) {
      // Mac-written discs leave zero bytes between entries (SUS-016); zeros to the end are padding.
      at += gap;
      continue;
    }
    const length = bytes[at + 2] ?? 0;
    if (length < 4 || at + length > bytes.length) {
      noteLength(bytes, at, start, out);
      break;
    }
    const entry = new Entry(bytes, at, length, start, area);
    const { signature } = entry;
    entries.push(entry);
    at += length;
    if (signature === "CE") next = continuationOf(entry) ?? next;
    if (signature === "ST") return { entries, other, next, unread: 0 };
  }
  const rest = at + 4 <= bytes.length && !isZero(bytes.subarray(at)) ? bytes.length - at : 0;
  return { entries, other, next, unread: entries.length >= limit ? rest : 0 };
}

function zerosAt(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] === 0) end++;
  return end - at;
}

function noteLength(bytes: Uint8Array, at: number, start: number, out: Recorder): void {
  const length = bytes[at + 2] ?? 0;
  out.fault({
    kind: "system-use-length",
    structure: "susp/entry",
    span: logicalSpan(start + at + 2, 1),
    message: `entry "${printable(signatureAt(bytes, at))}" has length ${length}, with ` +
      `${bytes.length - at} bytes left in its area`,
    recorded: String(length),
    expected: `4 to ${bytes.length - at}`,
  });
}

function printable(text: string): string {
  return text.replace(/[^ -~]/g, "?");
}

// Bytes before the entries: skipped ones, XA attributes, or all of the field where SUSP is not in use.
function skipForeign(
  bytes: Uint8Array,
  start: number,
  mode: SystemUseMode,
  other: SystemUseBytes[],
): number {
  const add = (scheme: SystemUseBytes["scheme"], at: number, end: number) => {
    const layout = foreignLayout(scheme, bytes.subarray(at, end));
    other.push({
      scheme,
      ...(layout === undefined ? {} : { layout }),
      span: logicalSpan(start + at, end - at),
      bytes: bytes.subarray(at, end),
    });
  };
  let at = 0;
  if (isXa(bytes)) {
    add("xa", 0, XA_LENGTH);
    at = XA_LENGTH;
  }
  if (mode.active) return Math.min(bytes.length, Math.max(at, mode.skip));
  if (at === bytes.length || isZero(bytes.subarray(at))) return at;
  const signature = signatureAt(bytes, at);
  const apple = signature === "AA" || signature === "BA";
  add(apple ? "apple" : foreignXa(bytes) ? "xa" : "unknown", at, bytes.length);
  return at;
}

function foreignLayout(scheme: SystemUseBytes["scheme"], bytes: Uint8Array): Layout | undefined {
  if (scheme === "xa") return bytes.length === XA_LENGTH ? xaAttributes : undefined;
  if (scheme !== "apple" || signatureAt(bytes, 0) !== "AA") return undefined;
  const layout = entryLayout("AA", bytes[3] ?? 0, bytes.length);
  return bytes.length >= layout.size ? layout : undefined;
}

// Windows 98 SE leaves a gap of the identifier's even length before the XA attributes.
function foreignXa(bytes: Uint8Array): boolean {
  return bytes.length >= XA_LENGTH && isXa(bytes, bytes.length - XA_LENGTH);
}

function continuationOf(entry: SystemUseEntry): Continuation | undefined {
  if (entry.length < continuationArea.size) return undefined;
  const view = viewOf(entry.bytes);
  const [block, offset, length] = [4, 12, 20].map((at) => view.getUint32(at, true));
  return { block: block ?? 0, offset: offset ?? 0, length: length ?? 0, entry };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Attributes of CD-ROM XA in a field, or undefined where there are none. */
export function xaAttributeBits(other: readonly SystemUseBytes[]): number | undefined {
  const xa = other.find((bytes) =>
    bytes.scheme === "xa" && bytes.bytes.length >= xaAttributes.size
  );
  if (xa === undefined) return undefined;
  return viewOf(xa.bytes.subarray(xa.bytes.length - XA_LENGTH)).getUint16(4);
}

// Reads number at the LSB first copy; the MSB first one is compared by the rules.
function both({ field, at }: SystemUseEntry, offset: number): number {
  const from = at + offset;
  return (field[from] ?? 0) + (field[from + 1] ?? 0) * 0x100 + (field[from + 2] ?? 0) * 0x10000 +
    (field[from + 3] ?? 0) * 0x1000000;
}

/** What the entries of one record say together (RRIP 1.12 4); what is wrong with an attribute list is a fault. */
export function posixFacts(
  entries: readonly SystemUseEntry[],
  out: Recorder,
): PosixFacts | undefined {
  // One shape for all of a million: what is not recorded has the number that stands for that.
  const facts: MutableFacts = { mode: 0, links: 0, uid: 0, gid: 0, modified: NaN };
  let any = false;
  let names: Uint8Array[] | undefined;
  let links: SystemUseEntry[] | undefined;
  let lists: SystemUseEntry[] | undefined;
  for (const entry of entries) {
    const { signature, length } = entry;
    if (rockRidgeSignatures.has(signature)) any = true;
    if (signature === "PX" && length >= posixAttributes.size) {
      facts.mode = both(entry, 4);
      facts.links = both(entry, 12);
      facts.uid = both(entry, 20);
      facts.gid = both(entry, 28);
    } else if (signature === "PN" && length >= posixDevice.size) {
      facts.device = { high: both(entry, 4), low: both(entry, 12) };
    } else if (signature === "NM" && length > alternateName.size) {
      const name = entry.field.subarray(entry.at + alternateName.size, entry.at + length);
      (names ??= []).push(name);
    } else if (signature === "SL" && length >= symbolicLink.size) (links ??= []).push(entry);
    else if (signature === "CL" && length >= childLink.size) facts.childLink = both(entry, 4);
    else if (signature === "RE") facts.relocated = true;
    else if (signature === "TF") setModified(entry, facts);
    else if (signature === "ZF" || signature === "Z2") {
      const zisofs = zisofsOf(entry);
      if (zisofs !== undefined) facts.zisofs = zisofs;
    } else if (signature === "AL") (lists ??= []).push(entry);
  }
  if (!any && lists === undefined && facts.zisofs === undefined) return undefined;
  if (names !== undefined) facts.name = concat(names, NAME_BYTES);
  if (links !== undefined) facts.target = linkTarget(links);
  if (lists !== undefined) Object.assign(facts, attributeFacts(lists, out));
  return facts;
}

/** Flags of TF (RRIP 1.12 4.1.6) that lead to the modification time. */
const stampFlags = { creation: 1, modification: 2, longForm: 0x80 } as const;

type MutableFacts = { -readonly [K in keyof PosixFacts]: PosixFacts[K] };

function setModified(entry: SystemUseEntry, facts: MutableFacts): void {
  const { field, at, length } = entry;
  const flags = length > 4 ? field[at + 4] ?? 0 : 0;
  if ((flags & stampFlags.modification) === 0) return;
  const long = (flags & stampFlags.longForm) !== 0;
  const size = long ? 17 : 7;
  const offset = timeStamps.size + ((flags & stampFlags.creation) !== 0 ? size : 0);
  if (offset + size > length) return;
  facts.modified = long
    ? decodeTime17(field.subarray(at + offset, at + offset + size)).epoch ?? NaN
    : epochOfTime7(field, at + offset);
}

/** Bytes of an alternate name that are kept: systems take names of 255 bytes at most. */
export const NAME_BYTES = 1020;
/** Bytes of a link target that are kept: systems take paths of 4096 bytes at most. */
export const TARGET_BYTES = 4096;
/** Component flags of SL (RRIP 1.12 4.1.3.1). */
const component = {
  continue: 1,
  current: 2,
  parent: 4,
  root: 8,
  volumeRoot: 16,
  host: 32,
} as const;

/** The target of a symbolic link from its SL entries, in the order of the record. */
export function linkTarget(entries: readonly SystemUseEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const slash = new Uint8Array([0x2f]);
  let joins = true; // no separator before the first component, after ROOT, or inside a name
  for (const { bytes } of entries) {
    for (let at: number = symbolicLink.size; at + 2 <= bytes.length;) {
      const flags = bytes[at] ?? 0;
      const length = Math.min(bytes[at + 1] ?? 0, bytes.length - at - 2);
      // genisoimage writes an empty component (`//`) as ROOT in the middle of a link.
      const middleRoot = (flags & component.root) !== 0 && parts.length > 0;
      if (!joins) parts.push(slash);
      if ((flags & component.root) !== 0) {
        if (!middleRoot) parts.push(slash);
      } else if ((flags & component.current) !== 0) parts.push(new Uint8Array([0x2e]));
      else if ((flags & component.parent) !== 0) parts.push(new Uint8Array([0x2e, 0x2e]));
      else parts.push(bytes.subarray(at + 2, at + 2 + length));
      joins = (flags & component.continue) !== 0 || ((flags & component.root) !== 0 && !middleRoot);
      at += 2 + (bytes[at + 1] ?? 0);
    }
  }
  // A copy: a view would keep the whole directory in memory.
  return concat(parts, TARGET_BYTES).slice();
}

const zisofsAlgorithms = ["PZ", "XZ", "L4", "ZD", "B2"];

// An entry of no known algorithm, or of blocks that are not 32 to 128 KiB, marks nothing as compressed:
// libarchive and libisofs show the stored bytes of such a file.
function zisofsOf(entry: SystemUseEntry): Zisofs | undefined {
  if (entry.bytes.length < zisofsEntry.size) return undefined;
  const algorithm = decodeLatin1(entry.bytes.subarray(4, 6));
  const exponent = entry.bytes[7] ?? 0;
  if (!zisofsAlgorithms.includes(algorithm.toUpperCase())) return undefined;
  if (exponent < 15 || exponent > 17) return undefined;
  const version = entry.signature === "Z2" || (entry.bytes[3] ?? 0) >= 2 ? 2 : 1;
  const view = viewOf(entry.bytes);
  const size = version === 1 ? view.getUint32(8, true) : safeOffset(view.getBigUint64(8, true));
  if (size === undefined) return undefined;
  return {
    version,
    algorithm,
    headerSize: (entry.bytes[6] ?? 0) * 4,
    blockSize: 2 ** exponent,
    size,
  };
}
