// What the checks of one directory share: values of its records, names for messages, who a hit is about.

import type { Span } from "../../bytes/span.ts";
import { type BothEndian, fieldSpan, type Values, valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, decodeUcs2 } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryPlace, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags, type Tree } from "../../model/tree.ts";
import type { Hit } from "../rule.ts";

/** The values of a directory record. */
export type RecordValues = Values<typeof directoryRecord.fields>;

/** The values of a record. */
export function recordValues(record: RecordView): RecordValues {
  // The records of a directory view are of this layout and of no other.
  return record.value as RecordValues;
}

/** One value of a record, the others left undecoded. */
export function recordValue<K extends keyof RecordValues>(
  { bytes }: RecordView,
  field: K,
): RecordValues[K] {
  const { offset, type } = directoryRecord.fields[field];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // The table gives each field the type of its value.
  return type.read(view, offset) as RecordValues[K];
}

/** Where a field of a record lies. */
export function recordField(record: RecordView, field: keyof RecordValues): Span {
  return fieldSpan(directoryRecord, field, record.span);
}

/** Tree and node that a hit on a record is about. */
export function ownerOf(
  { tree, node }: DirectoryPlace,
  record?: RecordView,
): Required<Pick<Hit, "tree" | "node">> {
  return { tree, node: record?.node ?? node };
}

/** The tree of a directory where its records were walked, not those of another one at the same place. */
export function walkedTree({ tree: index, node }: DirectoryPlace, image: Image): Tree | undefined {
  const tree = image.trees[index];
  const skipped = tree === undefined || (tree.unreadable.has(node) && tree.firstChild(node) < 0);
  return skipped ? undefined : tree;
}

const enhancedTrees = new WeakMap<Image, ReadonlySet<number | undefined>>();

/** Whether an enhanced descriptor names the tree of the primary one too (mkisofs -iso-level 4). */
export function sharesEnhanced(tree: number, image: Image): boolean {
  let trees = enhancedTrees.get(image);
  if (trees === undefined) {
    const enhanced = image.volumes.filter(({ kind }) => kind === "enhanced");
    trees = new Set(enhanced.map((volume) => volume.tree));
    enhancedTrees.set(image, trees);
  }
  return trees.has(tree);
}

const fields = directoryRecord.fields;

/** File flags of a record; read alone, since every record is asked for them. */
export function flagsOf({ bytes }: RecordView): number {
  return bytes[fields.fileFlags.offset] ?? 0;
}

/** Whether a record has one of these file flags. */
export function hasFlag(record: RecordView, flag: number): boolean {
  return (flagsOf(record) & flag) !== 0;
}

function number32({ bytes }: RecordView, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return a + b * 0x100 + c * 0x10000 + d * 0x1000000;
}

/** Location of a record's extent, LSB first copy; read alone, since every record is asked for it. */
export function locationOf(record: RecordView): number {
  return number32(record, fields.locationOfExtent.offset);
}

/** Data length of a record, LSB first copy; read alone likewise. */
export function lengthOf(record: RecordView): number {
  return number32(record, fields.dataLength.offset);
}

/** Whether a record names a directory. */
export function isDirectory(record: RecordView): boolean {
  return hasFlag(record, fileFlags.directory);
}

/** Whether either copy of a number is `value`. */
export function either({ le, be }: BothEndian, test: (value: number) => boolean): boolean {
  return test(le) || test(be);
}

const ALMOST_4_GIB = 2 ** 32 - 2 ** 24;

/** Whether a record is nearly as long as a section can be, so that the next of its name may go on. */
export function isNearlyFull(record: RecordView): boolean {
  return lengthOf(record) >= ALMOST_4_GIB;
}

/** Identifier of a record as text: 16-bit units in a Joliet tree, else one character a byte. */
export function identifierText(identifier: Uint8Array, { kind }: Tree): string {
  return kind === "joliet" ? decodeUcs2(identifier).text : decodeLatin1(identifier);
}

/** A name in quotes, as a message shows it: control characters stand as hexadecimal. */
export function quoted(text: string): string {
  const plain = text.replace(
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/g,
    (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${plain}"`;
}

/** Whether bytes at `at` would be a directory record; a length byte of 0 is let pass where `cleared`. */
export function isPlausibleRecord(bytes: Uint8Array, at: number, cleared = false): boolean {
  const value = valuesOf(directoryRecord, bytes.subarray(at));
  if (value === undefined) return false;
  const { lengthOfDirectoryRecord: recorded, lengthOfFileIdentifier: name } = value;
  const least = directoryRecord.size + name + (name % 2 === 0 ? 1 : 0);
  const length = recorded === 0 && cleared ? least : recorded;
  const numbers = [value.locationOfExtent, value.dataLength, value.volumeSequenceNumber];
  return name > 0 && length >= directoryRecord.size + name && at + length <= bytes.length &&
    numbers.every(({ le, be }) => le === be) && value.locationOfExtent.le > 0;
}

/** Directory records that bytes nobody reads still hold, one behind the other. */
export function countStale(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at + directoryRecord.size < bytes.length;) {
    if (!isPlausibleRecord(bytes, at, at === 0)) {
      at += 2 - at % 2;
      continue;
    }
    count++;
    const name = bytes[at + directoryRecord.fields.lengthOfFileIdentifier.offset] ?? 0;
    at += bytes[at] || directoryRecord.size + name + (name % 2 === 0 ? 1 : 0);
  }
  return count;
}
