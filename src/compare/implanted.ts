// Checksums that stand in an image as text or as an array: libisofs' tags and MD5 array, implanted MD5.

import { SECTOR } from "../bytes/span.ts";
import { decodeLatin1, hex } from "../bytes/text.ts";
import {
  primaryVolumeDescriptor,
  volumeDescriptorSetTerminator,
} from "../decode/iso9660/layout.ts";
import type { VariableField } from "../model/directory.ts";
import type { Image } from "../model/image.ts";
import { holds } from "../model/structures.ts";

/** A record of checksums, with the fields that are known in it. */
export type Implanted = {
  /** What reports call it. */
  readonly title: string;
  /** Names its kind. */
  readonly id: string;
  /** Logical bytes. */
  readonly start: number;
  readonly length: number;
  readonly fields: readonly VariableField[];
};

/** What reports call the records of checksums, and their fields as far as their writers name them. */
export const implantedNames = {
  titles: ["libisofs checksum tag", "Implanted digest", "libisofs MD5 array"],
  fields: [
    ...["pos", "range_start", "range_size", "session_start", "next", "md5", "self"],
    ...["isoMd5sum", "skipsectors", "rhlisostatus", "fragmentSums", "fragmentCount"],
    ...["md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "check", "pad"],
    ...["session", "array"],
  ],
} as const;

const TAG = /^libisofs_(\w*?)_?checksum_tag_v1 ([^\n]*)\n/;
const TAGS_FOLLOWED = 4;
const MD5_BYTES = 16;
const APPLICATION_USE = 883;
const APPLICATION_USE_LENGTH = 512;
/** Kind of the record that isomd5sum and SUSE's tools write over the application use field. */
export const IMPLANTED_DIGEST = "isomd5sum/implanted";
const TAG_CLAUSE = "libisofs checksum tags";
/** Entries of isomd5sum and of SUSE's media tags, and the keys of those that are digests. */
const ENTRY = /([A-Za-z0-9 ]+?) *= *([^;=]*?) *(?:;|$)/g;
const DIGEST = /^(ISO MD5SUM|FRAGMENT SUMS|(md5|sha1|sha224|sha256|sha384|sha512)sum)$/;

/** Reads every such record of an image. Nothing here is judged; what is malformed is not there. */
export async function readImplanted(image: Image): Promise<readonly Implanted[]> {
  const found: Implanted[] = [];
  for (const { span } of image.structuresOf(volumeDescriptorSetTerminator)) {
    found.push(...await readTags(image, span.start + SECTOR));
  }
  for (const { span } of image.structuresOf(primaryVolumeDescriptor)) {
    const digests = await readDigests(image, span.start + APPLICATION_USE);
    if (digests !== undefined) found.push(digests);
  }
  for (const tree of image.trees) {
    const attribute = tree.attributes.get(0)?.find(({ name }) => name === "isofs.ca");
    const array = attribute === undefined ? undefined : await readArray(image, attribute.value);
    if (array !== undefined) found.push(array);
  }
  return found;
}

// Each tag names the block of the next one; those of a session stand in rising order.
async function readTags(image: Image, from: number): Promise<Implanted[]> {
  const tags: Implanted[] = [];
  let start = from;
  while (tags.length < TAGS_FOLLOWED) {
    const { bytes } = await image.read(start, SECTOR);
    const line = TAG.exec(decodeLatin1(bytes));
    if (line === null) break;
    const fields = tagFields(line[0]);
    const id = `libisofs/${line[1] === "" ? "session" : line[1]}-tag`;
    tags.push({ title: "libisofs checksum tag", id, start, length: line[0].length, fields });
    const next = Number(/ next=(\d+)/.exec(line[0])?.[1] ?? 0) * SECTOR;
    if (!(next > start)) break;
    start = next;
  }
  return tags;
}

function tagFields(line: string): VariableField[] {
  const fields: VariableField[] = [];
  for (const match of line.matchAll(/ (\w+)=(\w+)/g)) {
    const [, name = "", value = ""] = match;
    const offset = match.index + name.length + 2;
    const role = name === "md5" || name === "self" ? "checksum" : "value";
    fields.push({
      name,
      offset,
      length: value.length,
      clause: TAG_CLAUSE,
      role,
      value: () => value,
    });
  }
  return fields;
}

async function readDigests(image: Image, start: number): Promise<Implanted | undefined> {
  const { bytes } = await image.read(start, APPLICATION_USE_LENGTH);
  const fields: VariableField[] = [];
  for (const match of decodeLatin1(bytes).trimEnd().matchAll(ENTRY)) {
    const [whole, key = "", value = ""] = match;
    if (value === "") continue;
    const offset = match.index + whole.indexOf(value, whole.indexOf("=") + 1);
    const isDigest = DIGEST.test(key);
    const clause = key === key.toLowerCase() ? "SUSE media tags" : "isomd5sum";
    const role = isDigest ? "checksum" : "value";
    fields.push({
      name: camelCase(key),
      offset,
      length: value.length,
      clause,
      role,
      value: () => value,
    });
  }
  if (!fields.some(({ role }) => role === "checksum")) return undefined;
  return { title: "Implanted digest", id: IMPLANTED_DIGEST, start, length: bytes.length, fields };
}

function camelCase(key: string): string {
  return key.toLowerCase().replace(/ +(.)/g, (_, letter: string) => letter.toUpperCase());
}

// START, END, COUNT and SIZE, each a length byte and a number MSB first; then the type (AAIP, isofs.ca).
async function readArray(image: Image, value: Uint8Array): Promise<Implanted | undefined> {
  const numbers: number[] = [];
  let at = 0;
  for (let index = 0; index < 4 && at < value.length; index++) {
    const length = Math.min(value[at] ?? 0, 6);
    numbers.push(
      value.subarray(at + 1, at + 1 + length).reduce((sum, byte) => sum * 256 + byte, 0),
    );
    at += 1 + length;
  }
  const [, end = 0, count = 0, size = 0] = numbers;
  if (size !== MD5_BYTES || count < 2 || decodeLatin1(value.subarray(at)) !== "MD5") {
    return undefined;
  }
  const start = end * SECTOR;
  const fields: VariableField[] = [];
  for (const [name, item] of [["session", 0], ["array", count - 1]] as const) {
    const offset = item * MD5_BYTES;
    const { bytes } = await image.read(start + offset, MD5_BYTES);
    if (bytes.length < MD5_BYTES) return undefined;
    const kept = bytes.slice();
    const shared = { length: MD5_BYTES, clause: "AAIP isofs.ca", role: "checksum" as const };
    fields.push({ name, offset, ...shared, value: () => hex(kept) });
  }
  return {
    title: "libisofs MD5 array",
    id: "libisofs/md5-array",
    start,
    length: count * size,
    fields,
  };
}

/** The record and field that hold a logical byte. */
export function implantedAt(
  records: readonly Implanted[],
  logical: number,
): { readonly record: Implanted; readonly field: VariableField } | undefined {
  for (const record of records) {
    const { start, length } = record;
    if (!holds({ space: "logical", start, length }, logical)) continue;
    const at = logical - start;
    const field = record.fields.find(({ offset, length }) => at >= offset && at < offset + length);
    if (field !== undefined) return { record, field };
  }
  return undefined;
}
