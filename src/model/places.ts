// Structures that stand in directories and path tables, and the field of them that holds a byte.

import type { Span } from "../bytes/span.ts";
import { fieldAt, type FieldRole, type Layout } from "../bytes/struct.ts";
import { decodeUcs2, decodeUtf8, hex } from "../bytes/text.ts";
import type { DirectoryView, RecordView } from "./directory.ts";
import type { Image } from "./image.ts";
import type { PathTable } from "./path_table.ts";
import { holds, lastAtOrBefore } from "./structures.ts";

/** A structure with the field of it that holds a byte. Spans are logical. */
export type Place = {
  /** The standard's name for the structure. */
  readonly structure: string;
  /** Id of its layout. */
  readonly id: string;
  readonly span: Span;
  readonly field?: string;
  readonly fieldSpan?: Span;
  readonly role?: FieldRole;
  readonly clause?: string;
  /** The field's value as people read it. */
  readonly value?: () => string;
  /** Path of what the structure describes. */
  readonly path?: () => string;
};

const PATH_DEPTH = 1024;

/** Path of a directory record: that of its node, or of its directory with `.` or `..` behind it. */
export function recordPath(
  namespace: { path(node: number): string } | undefined,
  view: Pick<DirectoryView, "node">,
  { reserved, node }: Pick<RecordView, "reserved" | "node">,
): string {
  if (reserved === undefined && node !== undefined) return namespace?.path(node) ?? "/";
  const directory = namespace?.path(view.node) ?? "/";
  const name = reserved === 0 ? "." : reserved === 1 ? ".." : "?";
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

type Part = Pick<Place, "field" | "clause" | "role" | "value"> & {
  readonly offset: number;
  readonly length: number;
};

function placeOf(layout: Layout, span: Span, part?: Part): Place {
  const head = { structure: layout.title, id: layout.id, span };
  if (part === undefined) return head;
  const { offset, length, ...field } = part;
  return { ...head, ...field, fieldSpan: { ...span, start: span.start + offset, length } };
}

/** The field of a layout that holds byte `at` of a structure, valued from the structure's bytes. */
function layoutPart(layout: Layout, bytes: Uint8Array, at: number): Part | undefined {
  const found = bytes.length < layout.size ? undefined : fieldAt(layout, at);
  if (found === undefined) return undefined;
  const [field, { offset, type, clause }] = found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = () => type.format(type.read(view, offset));
  return { field, offset, length: type.size, clause, role: type.role, value };
}

function bytesPart(
  field: string,
  clause: string,
  role: FieldRole,
  bytes: Uint8Array,
  offset: number,
  length: number,
): Part {
  const value = () => hex(bytes.subarray(offset, offset + Math.min(length, 32)));
  return { field, offset, length, clause, role, value };
}

/** The place of a byte in a directory record (ECMA-119:1987 9.1). */
export function recordPlace(record: RecordView, logical: number): Place {
  const { layout, span, bytes, identifier } = record;
  const at = logical - span.start;
  const fixed = layoutPart(layout, bytes, at);
  if (fixed !== undefined) return placeOf(layout, span, fixed);
  const end = layout.size + identifier.length;
  const even = identifier.length % 2 === 0;
  if (at < end) {
    const part = bytesPart(
      "fileIdentifier",
      "9.1.11",
      "value",
      bytes,
      layout.size,
      end - layout.size,
    );
    const value = () => identifierText(identifier);
    return placeOf(layout, span, { ...part, value });
  }
  if (at === end && even) {
    return placeOf(layout, span, bytesPart("paddingField", "9.1.12", "reserved", bytes, at, 1));
  }
  const inner = systemUsePlace(record, logical);
  if (inner !== undefined) return inner;
  const start = end + (even ? 1 : 0);
  const rest = bytesPart("systemUse", "9.1.13", "value", bytes, start, bytes.length - start);
  return placeOf(layout, span, rest);
}

/** An identifier as text: `.` and `..` are recorded as bytes 00 and 01. */
export function identifierText(identifier: Uint8Array): string {
  return identifier.length === 1 && (identifier[0] ?? 2) < 2
    ? hex(identifier)
    : decodeUtf8(identifier).text;
}

/** The place of a byte in the system use of a record, in the record or in a continuation area. */
export function systemUsePlace(
  { systemUse, other }: RecordView,
  logical: number,
): Place | undefined {
  const entry = systemUse.find(({ span }) => holds(span, logical));
  if (entry !== undefined) {
    const { layout, span, bytes } = entry;
    const at = logical - span.start;
    const fixed = layoutPart(layout, bytes, at);
    if (fixed !== undefined) return placeOf(layout, span, fixed);
    const part = entry.parts.find(({ offset, length }) => at >= offset && at < offset + length);
    if (part === undefined) {
      // Shorter than its layout: the head of four bytes is all that is known.
      return placeOf(layout, span, bytesPart("head", layout.clause, "value", bytes, 0, 4));
    }
    const { name, offset, length, clause, role, value } = part;
    return placeOf(layout, span, { field: name, offset, length, clause, role, value });
  }
  const foreign = other.find(({ span }) => holds(span, logical));
  if (foreign?.layout === undefined) return undefined;
  const { layout, span, bytes } = foreign;
  return placeOf(layout, span, layoutPart(layout, bytes, logical - span.start));
}

/** Path of a path table's record, by the names of its ancestors. */
export function pathTablePath(image: Image, table: PathTable, index: number): string {
  const joliet = image.trees[table.tree]?.kind === "joliet";
  const names: string[] = [];
  let at = index;
  for (let depth = 0; at > 0 && depth < PATH_DEPTH; depth++) {
    const { identifier, parent } = table.record(at);
    names.push(joliet ? decodeUcs2(identifier).text : decodeUtf8(identifier).text);
    if (parent < 1 || parent - 1 >= at) break;
    at = parent - 1;
  }
  return "/" + names.reverse().join("/");
}

/** Values of the fixed fields of a path table's record, by name. */
export function pathTableValues(table: PathTable, index: number): Readonly<Record<string, number>> {
  const { identifier, location, parent, extendedAttributeLength } = table.record(index);
  return {
    lengthOfDirectoryIdentifier: identifier.length,
    extendedAttributeRecordLength: extendedAttributeLength,
    locationOfExtent: location,
    parentDirectoryNumber: parent,
  };
}

/** The place of a byte in a path table (ECMA-119:1987 9.4), or undefined behind its last record. */
export function pathTablePlace(image: Image, table: PathTable, logical: number): Place | undefined {
  const { layout } = table;
  const index = lastAtOrBefore(table.count, logical, (at) => table.record(at).start);
  if (index < 0 || logical >= table.end) return undefined;
  const { start, identifier } = table.record(index);
  const padding = layout.size + identifier.length;
  const span: Span = { space: "logical", start, length: padding + identifier.length % 2 };
  const at = logical - start;
  const path = () => pathTablePath(image, table, index);
  const found = fieldAt(layout, at);
  if (found !== undefined) {
    const [field, { offset, type, clause }] = found;
    const value = () => String(pathTableValues(table, index)[field] ?? "");
    const part = { field, offset, length: type.size, clause, role: type.role, value };
    return { ...placeOf(layout, span, part), path };
  }
  if (at >= padding) {
    const part = { field: "paddingField", offset: padding, length: 1, clause: "9.4.6" };
    return { ...placeOf(layout, span, { ...part, role: "reserved" }), path };
  }
  const part = bytesPart(
    "directoryIdentifier",
    "9.4.5",
    "value",
    identifier,
    layout.size,
    identifier.length,
  );
  const value = () => identifierText(identifier);
  return { ...placeOf(layout, span, { ...part, value }), path };
}
