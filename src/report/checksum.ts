// Checksum lines as GNU coreutils and BSD tools write and check them.

import { escapeInline } from "./escape.ts";

/** A file of a list: its name as bytes, and its digest. */
export type ChecksumEntry = {
  /** Without a leading slash, in the bytes that the file system has. */
  readonly name: Uint8Array;
  readonly algorithm: string;
  /** Lower-case hexadecimal. */
  readonly digest: string;
};

/** `gnu`: digest and name, one algorithm a file; `bsd`: the algorithm is named on each line. */
export type ChecksumFormat = "gnu" | "bsd";

const tags: Readonly<Record<string, string>> = {
  md5: "MD5",
  sha1: "SHA1",
  sha256: "SHA256",
  sha512: "SHA512",
  blake3: "BLAKE3",
  crc32: "CRC32",
};

const encoder = new TextEncoder();

/**
 * The bytes of a path of a document, without its leading slash: those recorded, where it says so.
 * Joliet's 16-bit units are never those of a file system, and stand as UTF-8.
 */
export function nameBytes(path: string, pathBytes?: string): Uint8Array {
  const bytes = pathBytes === undefined || /\p{Cs}/u.test(path)
    ? encoder.encode(path)
    : Uint8Array.from(pathBytes.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return bytes[0] === 0x2f ? bytes.subarray(1) : bytes;
}

/**
 * One line with its line feed. A name with a backslash, line feed or carriage return is escaped as
 * coreutils do, and the line then begins with a backslash.
 */
export function checksumLine(entry: ChecksumEntry, format: ChecksumFormat): Uint8Array {
  const [name, escaped] = escapeFileName(entry.name);
  const head = escaped ? "\\" : "";
  if (format === "gnu") return joined(`${head}${entry.digest}  `, name, "\n");
  return joined(`${head}${tagOf(entry.algorithm)} (`, name, `) = ${entry.digest}\n`);
}

/** As {@linkcode checksumLine}, for a name that is text: the line as text. */
export function checksumText(
  { name, algorithm, digest }: Omit<ChecksumEntry, "name"> & { readonly name: string },
  format: ChecksumFormat,
): string {
  const path = name.startsWith("/") ? name.slice(1) : name;
  const escaped = /[\\\n\r]/.test(path);
  const shown = escaped ? path.replace(/[\\\n\r]/g, escapeUnit) : path;
  const head = escaped ? "\\" : "";
  if (format === "gnu") return `${head}${digest}  ${shown}\n`;
  return `${head}${tagOf(algorithm)} (${shown}) = ${digest}\n`;
}

function escapeUnit(unit: string): string {
  return escapes.get(unit.charCodeAt(0)) ?? unit;
}

function tagOf(algorithm: string): string {
  return tags[algorithm] ?? algorithm.toUpperCase();
}

/** The same line for a terminal: nothing in the name can be obeyed; it is not for a checking tool. */
export function shownLine(line: Uint8Array | string): string {
  const text = typeof line === "string"
    ? line.slice(0, -1).toWellFormed()
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(line.subarray(0, -1));
  return `${escapeInline(text)}\n`;
}

const escapes = new Map([[0x5c, "\\\\"], [0x0a, "\\n"], [0x0d, "\\r"]]);

function escapeFileName(name: Uint8Array): [Uint8Array, boolean] {
  if (!name.some((byte) => escapes.has(byte))) return [name, false];
  const bytes: number[] = [];
  for (const byte of name) {
    const escape = escapes.get(byte);
    if (escape === undefined) bytes.push(byte);
    else bytes.push(...encoder.encode(escape));
  }
  return [Uint8Array.from(bytes), true];
}

function joined(head: string, name: Uint8Array, tail: string): Uint8Array {
  const [first, last] = [encoder.encode(head), encoder.encode(tail)];
  const line = new Uint8Array(first.length + name.length + last.length);
  line.set(first);
  line.set(name, first.length);
  line.set(last, first.length + name.length);
  return line;
}
