// Fields of structures that both images have: compared by identity, not by place, so moves do not matter.

import type { FieldRole, Layout, Structure } from "../bytes/struct.ts";
import { equalBytes, hex } from "../bytes/text.ts";
import { masterBootRecord } from "../decode/partition/layout.ts";
import type { VariableField } from "../model/directory.ts";
import type { Image } from "../model/image.ts";
import { type Implanted, IMPLANTED_DIGEST } from "./implanted.ts";
import type { FieldDifference } from "./result.ts";
import type { Side } from "./side.ts";

/** Differences listed one by one; the rest is counted by structure and field. */
export const FIELDS_LISTED = 10_000;
const SHOWN_BYTES = 32;

/** A structure of one image, with all its fields and its bytes. */
export type Recorded = {
  readonly title: string;
  readonly clause: string;
  /** First logical byte. */
  readonly start: number;
  readonly bytes: Uint8Array;
  /** Made only where something differs. */
  readonly fields: () => readonly VariableField[];
};

/** What a structure belongs to; the path is made only where it is shown. */
export type Belongs = { readonly volume?: string; readonly path?: () => string };

/** Fields that differ, and how many more there are. */
export class FieldList {
  /** Records that were not compared: their partners stood too far away. */
  skipped = 0;
  readonly #a: Side;
  readonly #b: Side;
  readonly #listed: FieldDifference[] = [];
  readonly #room: number;
  readonly #folded = new Map<string, { difference: FieldDifference; count: number }>();

  /** For structures of `a` and `b`; up to `room` differences are listed by themselves. */
  constructor(a: Side, b: Side, room: number = FIELDS_LISTED) {
    this.#room = room;
    this.#a = a;
    this.#b = b;
  }

  /** Compares a structure of each image, field by field; one of them may lack it. */
  compare(a: Recorded | undefined, b: Recorded | undefined, belongs: Belongs = {}): void {
    if (a === undefined || b === undefined) {
      const present = a ?? b;
      if (present === undefined) return;
      const { clause, bytes } = present;
      const value = () => shown(bytes);
      const whole = { name: "structure", offset: 0, length: bytes.length, clause, value };
      this.#add(a, b, { ...whole, role: "value" }, belongs);
      return;
    }
    if (equalBytes(a.bytes, b.bytes)) return;
    const [fieldsA, fieldsB] = [a.fields(), b.fields()];
    for (const field of fieldsA) {
      const other = fieldsB.find(({ name }) => name === field.name);
      if (other !== undefined && equalBytes(slice(a, field), slice(b, other))) continue;
      this.#add(a, other === undefined ? undefined : b, field, belongs, other);
    }
    for (const field of fieldsB) {
      if (fieldsA.some(({ name }) => name === field.name)) continue;
      this.#add(undefined, b, field, belongs);
    }
  }

  #add(
    a: Recorded | undefined,
    b: Recorded | undefined,
    field: VariableField,
    belongs: Belongs,
    fieldB = field,
  ): void {
    const { name, clause, role } = field;
    const structure = (a ?? b)?.title ?? "";
    const { volume } = belongs;
    const head = {
      structure,
      field: name,
      clause,
      ...(role === "value" ? {} : { role }),
      ...(volume === undefined ? {} : { volume }),
    };
    if (this.#listed.length >= this.#room) {
      const key = `${structure}\0${name}\0${volume ?? ""}`;
      const known = this.#folded.get(key);
      if (known === undefined) this.#folded.set(key, { difference: head, count: 1 });
      else known.count++;
      return;
    }
    const path = belongs.path?.();
    this.#listed.push({
      ...head,
      ...(a === undefined ? {} : { offsetA: offsetOf(this.#a, a, field), a: field.value() }),
      ...(b === undefined ? {} : { offsetB: offsetOf(this.#b, b, fieldB), b: fieldB.value() }),
      ...(path === undefined ? {} : { path }),
    });
  }

  /** The fields listed, then one entry for each name of those that are only counted. */
  finish(): readonly FieldDifference[] {
    const folded = [...this.#folded.values()];
    return [...this.#listed, ...folded.map(({ difference, count }) => ({ ...difference, count }))];
  }
}

function slice({ bytes }: Recorded, { offset, length }: VariableField): Uint8Array {
  return bytes.subarray(offset, offset + length);
}

function offsetOf({ image }: Side, { start }: Recorded, { offset }: VariableField): number {
  return image.mapping.fileOffset(start + offset);
}

function shown(bytes: Uint8Array): string {
  const more = bytes.length > SHOWN_BYTES ? `… (${bytes.length} bytes)` : "";
  return hex(bytes.subarray(0, SHOWN_BYTES)) + more;
}

/** The fields of a layout over the bytes of a structure; none where they are too few. */
export function layoutFields(layout: Layout, bytes: Uint8Array): VariableField[] {
  if (bytes.length < layout.size) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Object.entries(layout.fields).map(([name, { offset, clause, type }]) => {
    const role: FieldRole = type.role;
    const value = () => type.format(type.read(view, offset));
    return { name, offset, length: type.size, clause, role, value };
  });
}

/** Names of fields whose bytes are structures of their own, in one image. */
function fieldsOfOthers({ layout, span }: Structure, implanted: readonly Implanted[]): string {
  if (layout.id === masterBootRecord.id) return "partitionRecords";
  const inDescriptor = implanted.some(({ id, start }) =>
    id === IMPLANTED_DIGEST && start > span.start && start < span.start + span.length
  );
  return inDescriptor ? "applicationUse" : "";
}

async function recorded(
  image: Image,
  structure: Structure,
  implanted: readonly Implanted[],
): Promise<Recorded> {
  const { layout, span } = structure;
  const { bytes } = await image.read(span.start, span.length);
  const others = fieldsOfOthers(structure, implanted);
  const fields = () => layoutFields(layout, bytes).filter(({ name }) => name !== others);
  return { title: layout.title, clause: layout.clause, start: span.start, bytes, fields };
}

// Structures in files belong to a path; the others are counted within their layout.
function keyed(image: Image): Map<string, Structure> {
  const structures = new Map<string, Structure>();
  const counts = new Map<string, number>();
  for (const structure of image.structures()) {
    const { layout, span } = structure;
    if (span.space !== "logical") continue;
    const path = pathAt(image, span.start);
    const group = path === undefined ? layout.id : `${layout.id}\0${path}`;
    const number = counts.get(group) ?? 0;
    counts.set(group, number + 1);
    structures.set(`${group}\0${number}`, structure);
  }
  return structures;
}

function pathAt(image: Image, logical: number): string | undefined {
  const ref = image.regions.at(image.mapping.fileOffset(logical))?.ref;
  return ref === undefined || "name" in ref ? undefined : image.claimName(ref);
}

/** Compares the structures that stand alone: the k-th of a layout with the k-th, or those of one path. */
export async function compareStructures(
  a: Side,
  b: Side,
  implantedA: readonly Implanted[],
  implantedB: readonly Implanted[],
  list: FieldList,
  signal: AbortSignal | undefined,
): Promise<void> {
  const others = keyed(b.image);
  for (const [key, structure] of keyed(a.image)) {
    signal?.throwIfAborted();
    const other = others.get(key);
    others.delete(key);
    const one = await recorded(a.image, structure, implantedA);
    const two = other === undefined ? undefined : await recorded(b.image, other, implantedB);
    list.compare(one, two, belongsTo(a.image, structure));
  }
  for (const structure of others.values()) {
    const only = await recorded(b.image, structure, implantedB);
    list.compare(undefined, only, belongsTo(b.image, structure));
  }
}

function belongsTo(image: Image, { span }: Structure): Belongs {
  const path = pathAt(image, span.start);
  return path === undefined ? {} : { path: () => path };
}

/** Compares the checksums that stand in both images as text or as an array, a field at a time. */
export async function compareImplanted(
  a: Side,
  b: Side,
  implantedA: readonly Implanted[],
  implantedB: readonly Implanted[],
  list: FieldList,
): Promise<void> {
  const others = [...implantedB];
  for (const record of implantedA) {
    const index = others.findIndex(({ id }) => id === record.id);
    const other = index < 0 ? undefined : others.splice(index, 1)[0];
    const names = new Set([...record.fields, ...other?.fields ?? []].map(({ name }) => name));
    for (const name of names) {
      const one = await implantedField(a.image, record, name);
      list.compare(one, await implantedField(b.image, other, name));
    }
  }
  for (const record of others) {
    for (const { name } of record.fields) {
      list.compare(undefined, await implantedField(b.image, record, name));
    }
  }
}

// An array of checksums may be long: only the bytes of its fields are read.
async function implantedField(
  image: Image,
  record: Implanted | undefined,
  name: string,
): Promise<Recorded | undefined> {
  const field = record?.fields.find((each) => each.name === name);
  if (record === undefined || field === undefined) return undefined;
  const { title } = record;
  const start = record.start + field.offset;
  const { bytes } = await image.read(start, field.length);
  return { title, clause: field.clause, start, bytes, fields: () => [{ ...field, offset: 0 }] };
}
