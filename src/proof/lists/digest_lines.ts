// Lines of lists of digests: coreutils, BSD tags, SFV, hashdeep, FreeBSD MANIFEST and openSUSE content.

import { decodeLatin1, decodeUtf8, startsWithText } from "../../bytes/text.ts";
import type { Algorithm } from "../../kernel/digest.ts";
import type { Line } from "./line_reader.ts";

/** What a line says of a file. */
export type DigestLine = {
  /** As recorded, without `./` and leading slashes; names that are not UTF-8 have one character a byte. */
  readonly path: string;
  /** Absent where it is none that is computed (SHA-224, SHA-384, Tiger, Whirlpool). */
  readonly algorithm?: Algorithm;
  /** In lower case. */
  readonly digest: string;
  /** Bytes of the file, where recorded. */
  readonly size?: number;
};

/** What a line is: an entry, nothing (a comment, a heading), or no line of such a list. */
export type ParsedLine = DigestLine | "comment" | undefined;

/** Parses one line, which comes without its line end. */
export type LineParser = (line: Uint8Array) => ParsedLine;

/** An entry with the place of its line in the list. */
export type ListedDigest = DigestLine & {
  readonly line: number;
  /** Logical byte, -1 where the list is not stored as it is. */
  readonly at: number;
  readonly length: number;
};

/** Takes a list line by line. */
export type ListParser = {
  readonly line: (line: Line) => ListedDigest | "comment" | undefined;
  /** What the last lines come to. */
  readonly end?: () => ListedDigest | undefined;
};

/** A parser of lists in which each line stands for itself. */
export function eachByItself(parse: LineParser): ListParser {
  return {
    line(line) {
      const found = parse(line.bytes);
      return found === undefined || found === "comment" ? found : placed(found, line);
    },
  };
}

/** An entry at the place of a line. */
export function placed(found: DigestLine, { number, at, bytes }: Line): ListedDigest {
  return { ...found, line: number, at, length: bytes.length };
}

/** Digits of digests that lists record; SHA-224 and SHA-384 are recognised only. */
const byDigits: Readonly<Record<number, Algorithm | "other">> = {
  32: "md5",
  40: "sha1",
  56: "other",
  64: "sha256",
  96: "other",
  128: "sha512",
};

/** Names of algorithms, without hyphens and in lower case. */
const byName: Readonly<Record<string, Algorithm>> = {
  md5: "md5",
  md5sum: "md5",
  sha: "sha1",
  sha1: "sha1",
  sha256: "sha256",
  sha2256: "sha256",
  sha512: "sha512",
  sha2512: "sha512",
  blake3: "blake3",
  crc32: "crc32",
};

/** Hexadecimal digits of each algorithm. */
export const digitsOf: Readonly<Record<Algorithm, number>> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha512: 128,
  blake3: 64,
  crc32: 8,
};

/** The algorithm of a name as lists spell it. */
export function algorithmNamed(name: string): Algorithm | undefined {
  return byName[name.toLowerCase().replaceAll("-", "").replaceAll("_", "")];
}

/** A digest of an algorithm that is named: undefined where its digits are not as many as it has. */
export function digestOf(
  name: string,
  text: string,
): { readonly algorithm?: Algorithm; readonly digest: string } | undefined {
  if (!/^[0-9a-f]+$/i.test(text)) return undefined;
  const digest = text.toLowerCase();
  const algorithm = algorithmNamed(name);
  if (algorithm === undefined) return { digest };
  return digitsOf[algorithm] === digest.length ? { algorithm, digest } : undefined;
}

/** A digest whose algorithm its length tells. */
export function digestByLength(
  text: string,
): { readonly algorithm?: Algorithm; readonly digest: string } | undefined {
  const algorithm = byDigits[text.length];
  if (algorithm === undefined || !/^[0-9a-f]+$/i.test(text)) return undefined;
  const digest = text.toLowerCase();
  return algorithm === "other" ? { digest } : { algorithm, digest };
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte >= 0x41 && byte <= 0x46 ? byte + 0x20 : byte;
  return (lower >= 0x30 && lower <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** A recorded name as the model shows paths: names that are not UTF-8 with one character a byte. */
export function listedName(bytes: Uint8Array): string {
  const whole = decodeUtf8(bytes);
  const text = whole.valid ? whole.text : whole.text.split("/").map((name) => {
    const part = decodeUtf8(Uint8Array.from(name, (character) => character.charCodeAt(0)));
    return part.text;
  }).join("/");
  return plainPath(text);
}

/** A path without `./` and slashes before it. */
export function plainPath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "");
}

function comment(line: Uint8Array): boolean {
  const [first] = line;
  if (first === undefined || first === 0x23) return true;
  // The armour of a signature, and the comment of signify.
  return first === 0x2d
    ? startsWithText(line, "-----")
    : startsWithText(line, "untrusted comment:");
}

/** `HEX  name`, `HEX *name`, or a BSD tag (`SHA256 (name) = HEX`); `\` begins a line with an escaped name. */
export function sumsLine(line: Uint8Array): ParsedLine {
  if (comment(line)) return "comment";
  return gnuLine(line) ?? tagLine(line);
}

function gnuLine(line: Uint8Array): DigestLine | undefined {
  const escaped = line[0] === 0x5c;
  const start = escaped ? 1 : 0;
  let end = start;
  while (isHexDigit(line[end])) end++;
  if (byDigits[end - start] === undefined) return undefined;
  const found = digestByLength(decodeLatin1(line.subarray(start, end)));
  if (found === undefined) return undefined;
  // A digest alone is of the file that the list is named after.
  if (end === line.length) return { ...found, path: "" };
  if (line[end] !== 0x20 && line[end] !== 0x09) return undefined;
  let name = end + 1;
  if (line[name] === 0x20 || line[name] === 0x2a) name++;
  while (line[name] === 0x20) name++;
  return named(line.subarray(name), escaped, found);
}

function named(
  bytes: Uint8Array,
  escaped: boolean,
  found: Pick<DigestLine, "algorithm" | "digest">,
): DigestLine | undefined {
  const name = escaped ? unescape(bytes) : bytes;
  if (name === undefined || name.length === 0) return undefined;
  return { ...found, path: listedName(name) };
}

const escapes: Readonly<Record<number, number>> = { 0x5c: 0x5c, 0x6e: 0x0a, 0x72: 0x0d };

function unescape(bytes: Uint8Array): Uint8Array | undefined {
  const plain: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const meant = byte === 0x5c ? escapes[bytes[++at] ?? 0] : byte;
    if (meant === undefined) return undefined;
    plain.push(meant);
  }
  return Uint8Array.from(plain);
}

function tagLine(line: Uint8Array): DigestLine | undefined {
  const escaped = line[0] === 0x5c;
  const tag = /^\\?([A-Za-z][A-Za-z0-9/_-]*) ?\(/.exec(decodeLatin1(line.subarray(0, 24)));
  const end = /\) ?= ?([0-9A-Fa-f]+)$/.exec(decodeLatin1(line.subarray(-140)));
  if (tag === null || end === null) return undefined;
  const found = digestOf(tag[1] ?? "", end[1] ?? "");
  if (found === undefined) return undefined;
  return named(line.subarray(tag[0].length, line.length - end[0].length), escaped, found);
}

/** SFV: `name CRC32`, comments begin with `;`; Windows programs write `\` between names. */
export function sfvLine(line: Uint8Array): ParsedLine {
  if (line.length === 0 || line[0] === 0x3b) return "comment";
  const text = decodeLatin1(line.subarray(-9));
  if (!/^[ \t][0-9a-f]{8}$/i.test(text)) return undefined;
  let end = line.length - 9;
  while (line[end - 1] === 0x20 || line[end - 1] === 0x09) end--;
  if (end <= 0) return undefined;
  const path = plainPath(listedName(line.subarray(0, end)).replaceAll("\\", "/"));
  return { path, algorithm: "crc32", digest: text.slice(1).toLowerCase() };
}

/** A set of FreeBSD's `MANIFEST`: name, SHA-256, number of files and what it is, between tabs. */
export function freebsdLine(line: Uint8Array): ParsedLine {
  if (line.length === 0) return "comment";
  const [name = "", digest = "", count = ""] = decodeUtf8(line).text.split("\t");
  if (name === "" || !/^[0-9a-f]{64}$/i.test(digest) || !/^\d+$/.test(count)) return undefined;
  return { path: plainPath(name), algorithm: "sha256", digest: digest.toLowerCase() };
}

/** Folder of the files that `META` and `KEY` lines of openSUSE's `content` name. */
const suseFolders: Readonly<Record<string, string>> = { META: "suse/setup/descr/", KEY: "" };

/** openSUSE `content`: `HASH SHA256 HEX  path`, `META SHA1 HEX  file`, `KEY SHA1 HEX  file`; headings between. */
export function contentLine(line: Uint8Array): ParsedLine {
  const { text } = decodeUtf8(line);
  const parts = /^(HASH|META|KEY)\s+(\S+)\s+([0-9A-Fa-f]+)\s+(.+)$/.exec(text);
  if (parts === null) {
    return /^(?:[A-Z][A-Z0-9_.-]*(?:\s|$)|#|$)/.test(text) ? "comment" : undefined;
  }
  const [, kind = "", name = "", digits = "", path = ""] = parts;
  const found = digestOf(name, digits);
  return found && { ...found, path: `${suseFolders[kind] ?? ""}${plainPath(path)}` };
}

/** Reads the lines of hashdeep and the `-b`, `-j` programs of its family: columns are named by its head. */
export function hashdeepParser(): LineParser {
  let columns: readonly string[] | undefined;
  return (line) => {
    const { text } = decodeUtf8(line);
    if (text.startsWith("%%%% size,")) {
      columns = text.slice(5).trim().split(",");
      return "comment";
    }
    if (text === "" || text.startsWith("#") || text.startsWith("%%%%")) return "comment";
    if (columns === undefined) return undefined;
    return hashdeepLine(text, columns);
  };
}

// The strongest digest that is computed here; the name comes last, and may have commas.
function hashdeepLine(text: string, columns: readonly string[]): DigestLine | undefined {
  const parts = text.split(",");
  const path = parts.slice(columns.length - 1).join(",");
  const size = Number(parts[0]);
  if (parts.length < columns.length || path === "" || !/^\d+$/.test(parts[0] ?? "")) {
    return undefined;
  }
  let best: DigestLine | undefined;
  for (let column = 1; column < columns.length - 1; column++) {
    const found = digestOf(columns[column] ?? "", parts[column] ?? "");
    if (found === undefined) return undefined;
    const isBetter = best?.algorithm === undefined || best.digest.length < found.digest.length;
    if (isBetter) best = { ...found, path: plainPath(path.replaceAll("\\", "/")), size };
  }
  return best;
}
