// Places in an image: spans of bytes, the space that they are counted in, and who may own them.

/** `file` counts bytes of the opened file, `logical` bytes of its logical sectors of 2048. */
export type Space = "file" | "logical";

/** `length` bytes from `start`, in bytes of `space`. */
export type Span = { readonly space: Space; readonly start: number; readonly length: number };

/** Bytes and their origin. */
export type Slice = { readonly bytes: Uint8Array; readonly space: Space; readonly start: number };

/** Who a byte may belong to, in the order in which reports list them. */
export const owners = [
  "system-area",
  "descriptor",
  "path-table",
  "directory",
  "continuation",
  "file",
  "boot",
  "partition-table",
  "udf",
  "hfs",
  "trailer",
  "slack",
  "unclaimed",
] as const;

/** What a byte belongs to; `unclaimed` where no structure, file or slack owns it. */
export type Owner = typeof owners[number];

/** Bytes of a logical sector (ECMA-119:1987 6.1.2). */
export const SECTOR = 2048;

/** A span of logical bytes. */
export function logicalSpan(start: number, length: number): Span {
  return { space: "logical", start, length };
}

/** A span of bytes of the file. */
export function fileSpan(start: number, length: number): Span {
  return { space: "file", start, length };
}

/** The smallest multiple of `unit` that is not below `value`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** A recorded 64-bit number as a safe offset, or undefined where it is above 2^53 - 1. */
export function safeOffset(value: bigint): number | undefined {
  return value >= 0n && value <= 9007199254740991n ? Number(value) : undefined;
}
