// The struct reader: a structure is a table of fields, each with its own position and clause.

import type { Owner, Slice, Span } from "./span.ts";
import { decodeTime17, decodeTime7, type RecordedTime } from "./time.ts";
import { decodeLatin1, decodeUcs2, hex } from "./text.ts";
import { formatInstant } from "./time.ts";

/** What a field's bytes are for: it decides whether a difference in them can come from a time alone. */
export type FieldRole = "value" | "time" | "checksum" | "identifier" | "reserved";

/** How to read one kind of field. `read` never throws on any bytes; `size` is in bytes. */
export type FieldType<T> = {
  readonly size: number;
  readonly role: FieldRole;
  read(view: DataView, at: number): T;
  /** A value as people read it. */
  format(value: T): string;
};

/** A field at `offset` bytes from the start of its structure, as its clause says. */
export type Field<T> = {
  readonly offset: number;
  readonly clause: string;
  readonly type: FieldType<T>;
};

/** The fields of a structure by name. */
// deno-lint-ignore no-explicit-any -- fields of any value type stand in one table
export type Fields = Record<string, Field<any>>;

/** A structure as a standard lays it out: `size` bytes, all of them declared by some field. */
export type Layout<F extends Fields = Fields> = {
  /** Standard and structure, such as `iso9660/primary-volume-descriptor`. */
  readonly id: string;
  /** The standard's name for it, as reports print it. */
  readonly title: string;
  readonly clause: string;
  readonly size: number;
  readonly fields: F;
};

/** The values of a structure's fields. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** A decoded structure: its layout, where it lies, and what it records. */
export type Structure<F extends Fields = Fields> = {
  readonly layout: Layout<F>;
  readonly span: Span;
  readonly value: Values<F>;
  readonly owner: Owner;
};

/** Something that decoding could not get past. Rules judge it; see `model/fault.ts` for the kinds. */
export type Fault = {
  readonly kind: string;
  /** Id of the layout that was being read. */
  readonly structure: string;
  readonly span?: Span;
  /** What was seen, with the numbers. */
  readonly message: string;
  readonly recorded?: string;
  readonly expected?: string;
  /** Kind of the volume that the structure belongs to, number of its tree, and node of that tree. */
  readonly volume?: string;
  readonly tree?: number;
  readonly node?: number;
};

/** Takes what decoders find. */
export interface Recorder {
  /** A structure was decoded: its span is claimed for `owner`. */
  structure<F extends Fields>(structure: Structure<F>): void;
  /** Decoding could not go on. */
  fault(fault: Fault): void;
}

/** A number recorded twice, LSB first and then MSB first (ECMA-119:1987 7.2.3, 7.3.3). */
export type BothEndian = { readonly le: number; readonly be: number };

function number(size: number, read: (view: DataView, at: number) => number): FieldType<number> {
  return { size, role: "value", read, format: (value) => String(value) };
}

/** One byte. */
export const u8: FieldType<number> = number(1, (view, at) => view.getUint8(at));
/** One byte, two's complement. */
export const s8: FieldType<number> = number(1, (view, at) => view.getInt8(at));
/** 16 bits, LSB first (7.2.1). */
export const le16: FieldType<number> = number(2, (view, at) => view.getUint16(at, true));
/** 32 bits, LSB first (7.3.1). */
export const le32: FieldType<number> = number(4, (view, at) => view.getUint32(at, true));
/** 16 bits, MSB first (7.2.2). */
export const be16: FieldType<number> = number(2, (view, at) => view.getUint16(at));
/** 32 bits, MSB first (7.3.2). */
export const be32: FieldType<number> = number(4, (view, at) => view.getUint32(at));
/** 64 bits, LSB first. */
export const le64: FieldType<bigint> = {
  size: 8,
  role: "value",
  read: (view, at) => view.getBigUint64(at, true),
  format: (value) => String(value),
};

function formatBoth({ le, be }: BothEndian): string {
  return le === be ? String(le) : `${le} LSB first, ${be} MSB first`;
}

/** 16 bits in both orders (7.2.3). */
export const both16: FieldType<BothEndian> = {
  size: 4,
  role: "value",
  read: (view, at) => ({ le: view.getUint16(at, true), be: view.getUint16(at + 2) }),
  format: formatBoth,
};

/** 32 bits in both orders (7.3.3). */
export const both32: FieldType<BothEndian> = {
  size: 8,
  role: "value",
  read: (view, at) => ({ le: view.getUint32(at, true), be: view.getUint32(at + 4) }),
  format: formatBoth,
};

function rawBytes(view: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, size).slice();
}

function formatBytes(value: Uint8Array): string {
  return value.length <= 32 ? hex(value) : `${hex(value.subarray(0, 32))}… (${value.length} bytes)`;
}

/** Bytes whose meaning the structure does not give. */
export function bytes(size: number, role: FieldRole = "value"): FieldType<Uint8Array> {
  return { size, role, read: (view, at) => rawBytes(view, at, size), format: formatBytes };
}

/** Bytes that the standard reserves or leaves unused; kept, since they may hold something. */
export function reserved(size: number): FieldType<Uint8Array> {
  return bytes(size, "reserved");
}

/** Text of one byte a character: the bytes as recorded. */
export function text(size: number): FieldType<Uint8Array> {
  return {
    size,
    role: "value",
    read: (view, at) => rawBytes(view, at, size),
    format: (value) => decodeLatin1(value).replace(/[ \0]+$/, ""),
  };
}

/** Text of 16-bit units, MSB first (Joliet): the bytes as recorded; an odd last byte is left over. */
export function textUcs2(size: number): FieldType<Uint8Array> {
  return {
    size,
    role: "value",
    read: (view, at) => rawBytes(view, at, size),
    format: (value) => decodeUcs2(value.subarray(0, size - size % 2)).text.replace(/[ \0]+$/, ""),
  };
}

function formatTime(value: RecordedTime): string {
  if (value.unset) return "not given";
  return value.epoch === undefined ? `malformed ${hex(value.raw)}` : formatInstant(value.epoch);
}

/** A time of 7 bytes (ECMA-119:1987 9.1.5). */
export const time7: FieldType<RecordedTime> = {
  size: 7,
  role: "time",
  read: (view, at) => decodeTime7(rawBytes(view, at, 7)),
  format: formatTime,
};

/** A time of 17 bytes (ECMA-119:1987 8.4.26.1). */
export const time17: FieldType<RecordedTime> = {
  size: 17,
  role: "time",
  read: (view, at) => decodeTime17(rawBytes(view, at, 17)),
  format: formatTime,
};

/** The same field with another role. */
export function as<T>(role: FieldRole, type: FieldType<T>): FieldType<T> {
  return { ...type, role };
}

/** A field at byte position `position`, counted from 1 as ECMA-119 counts. */
export function bp<T>(position: number, clause: string, type: FieldType<T>): Field<T> {
  return { offset: position - 1, clause, type };
}

/** A field at relative byte position `position`, counted from 0 as ECMA-167 and most others count. */
export function rbp<T>(position: number, clause: string, type: FieldType<T>): Field<T> {
  return { offset: position, clause, type };
}

/** Declares a structure; keeps the types of its fields. */
export function layout<F extends Fields>(table: Layout<F>): Layout<F> {
  return table;
}

/** The values of a structure at the head of `bytes`, or undefined where it is short. Never throws. */
export function valuesOf<F extends Fields>(
  layout: Layout<F>,
  bytes: Uint8Array,
): Values<F> | undefined {
  if (bytes.length < layout.size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, layout.size);
  const value: Record<string, unknown> = {};
  for (const name in layout.fields) {
    const { offset, type } = layout.fields[name] as Field<unknown>; // Its own name, so it is there.
    value[name] = type.read(view, offset);
  }
  // Every key of F was just set from its own field type.
  return value as Values<F>;
}

/** Reads `layout` from the head of a slice and records it, or a fault if short. Never throws. */
export function decode<F extends Fields>(
  layout: Layout<F>,
  { bytes, space, start }: Slice,
  owner: Owner,
  out: Recorder,
): Values<F> | undefined {
  const span = { space, start, length: layout.size };
  const value = valuesOf(layout, bytes);
  if (value === undefined) {
    out.fault({
      kind: "truncated",
      structure: layout.id,
      span,
      message: `Cannot decode ${layout.title}: ${layout.size} bytes needed, ${bytes.length} there`,
    });
    return undefined;
  }
  out.structure({ layout, span, value, owner });
  return value;
}

/** Where a field of a structure at `span` lies. */
export function fieldSpan<F extends Fields>(layout: Layout<F>, name: keyof F, span: Span): Span {
  const field = layout.fields[name];
  if (field === undefined) throw new TypeError(`Cannot find field ${String(name)} in ${layout.id}`);
  return { space: span.space, start: span.start + field.offset, length: field.type.size };
}

/** The field that holds byte `at` of a structure, counted from 0. */
export function fieldAt(layout: Layout, at: number): [string, Field<unknown>] | undefined {
  return Object.entries(layout.fields).find(([, { offset, type }]) =>
    at >= offset && at < offset + type.size
  );
}
