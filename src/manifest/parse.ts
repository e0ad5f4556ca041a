// Reads lists of digests: GNU lines (sha256sum), BSD tags (sha256sum --tag), and discern's JSON.

import { decodeUtf8, hex } from "../bytes/text.ts";
import { type Algorithm, algorithms } from "../kernel/digest.ts";
import { fromHex } from "../kernel/hex.ts";
import type { Hashes } from "../model/result.ts";
import {
  type ListedPath,
  type ListedRegion,
  type ManifestFormat,
  ParsedManifest,
} from "./listed.ts";

/** A list that cannot be read, and why. */
export type ParseFailure = { readonly error: string };

/** Algorithm by digits of a digest; 64 are SHA-256 or BLAKE3. */
const byDigits: Readonly<Record<number, Algorithm>> = {
  8: "crc32",
  32: "md5",
  40: "sha1",
  64: "sha256",
  128: "sha512",
};

const digitsOf: Readonly<Record<Algorithm, number>> = {
  crc32: 8,
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha512: 128,
  blake3: 64,
};

/** Names that tags use, as `sha256sum --tag`, `openssl dgst` and others write them. */
const byTag: Readonly<Record<string, Algorithm>> = {
  "MD5": "md5",
  "SHA1": "sha1",
  "SHA-1": "sha1",
  "SHA256": "sha256",
  "SHA-256": "sha256",
  "SHA2-256": "sha256",
  "SHA512": "sha512",
  "SHA-512": "sha512",
  "SHA2-512": "sha512",
  "BLAKE3": "blake3",
  "CRC32": "crc32",
};

/**
 * Reads a list of digests in any format that manifests are written in. A digest alone on its line is
 * that of the image file; comments in the form of `manifest --regions` are regions. Carriage returns
 * before line ends, other comments (`#`) and the armour of a clear signature are passed over. A line
 * that is none of these fails the whole list, since what it vouches for would go unchecked.
 */
export function parseManifest(list: Uint8Array | string): ParsedManifest | ParseFailure {
  const bytes = typeof list === "string" ? new TextEncoder().encode(list) : list;
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const first = bytes.subarray(start).find((byte) => byte > 0x20);
  if (first === undefined) return { error: "Cannot read the list: it is empty" };
  return first === 0x7b || first === 0x5b
    ? parseJson(bytes.subarray(start))
    : parseLines(bytes.subarray(start));
}

const notText: ParseFailure = { error: "Cannot read the list: it is not text" };

type Line = {
  readonly place: ListedPath;
  readonly algorithm: Algorithm;
  readonly either: boolean;
  readonly digest: string;
  readonly format: ManifestFormat;
};

function parseLines(bytes: Uint8Array): ParsedManifest | ParseFailure {
  let parsed: ParsedManifest | undefined;
  let number = 0;
  for (const line of signedLines(bytes)) {
    number = line.number;
    if (line.bytes.length === 0) continue;
    if (line.bytes[0] === 0x23) {
      const region = parseRegion(line.bytes);
      if (region === undefined) continue;
      parsed ??= new ParsedManifest(region.format);
      parsed.addRegion(region, region.either);
      continue;
    }
    const found = parseTag(line.bytes) ?? parseGnu(line.bytes) ?? parseBare(line.bytes);
    if (found === undefined || typeof found === "string") {
      return unknownLine(line, found ?? "it is no line of a list of digests");
    }
    parsed ??= new ParsedManifest(found.format);
    parsed.add(found.place, found.algorithm, fromHex(found.digest), found.either);
  }
  return parsed ?? { error: `Cannot read the list: there is no digest in its ${number} lines` };
}

function unknownLine(
  line: { readonly number: number; readonly bytes: Uint8Array },
  why: string,
): ParseFailure {
  const { text, valid } = decodeUtf8(line.bytes);
  if (!valid || /[^\P{Cc}\t]/u.test(text)) return notText;
  const start = JSON.stringify([...text].slice(0, 60).join(""));
  return { error: `Cannot read line ${line.number} of the list: ${why}: ${start}` };
}

function* lines(bytes: Uint8Array): Generator<{ number: number; bytes: Uint8Array }> {
  let number = 0;
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(0x0a, at);
    const end = found < 0 ? bytes.length : found;
    const trimmed = end > at && bytes[end - 1] === 0x0d ? end - 1 : end;
    yield { number: ++number, bytes: bytes.subarray(at, trimmed) };
    at = end + 1;
  }
}

// The text of a cleartext signature (RFC 9580 7): without its headers, its signature and dash escapes.
function* signedLines(bytes: Uint8Array): Generator<{ number: number; bytes: Uint8Array }> {
  let part: "plain" | "headers" | "text" | "signature" = "plain";
  for (const line of lines(bytes)) {
    const dashes = line.bytes[0] === 0x2d;
    const text = dashes ? decodeUtf8(line.bytes).text.trimEnd() : "";
    if (text === "-----BEGIN PGP SIGNED MESSAGE-----") part = "headers";
    else if (text === "-----BEGIN PGP SIGNATURE-----") part = "signature";
    else if (text === "-----END PGP SIGNATURE-----") part = "plain";
    else if (part === "headers") part = line.bytes.length === 0 ? "text" : "headers";
    else if (part === "text" && text.startsWith("- ")) {
      yield { ...line, bytes: line.bytes.subarray(2) };
    } else if (part !== "signature") yield line;
  }
}

function parseGnu(line: Uint8Array): Line | undefined {
  const escaped = line[0] === 0x5c;
  const start = escaped ? 1 : 0;
  let end = start;
  while (isHexDigit(line[end])) end++;
  const algorithm = byDigits[end - start];
  if (algorithm === undefined || line[end] !== 0x20) return undefined;
  // A space or `*` tells text from binary mode; `md5 -r` writes neither.
  const marked = line[end + 1] === 0x20 || line[end + 1] === 0x2a;
  const place = placeOf(line.subarray(end + (marked ? 2 : 1)), escaped);
  if (place === undefined) return undefined;
  const digest = decodeUtf8(line.subarray(start, end)).text.toLowerCase();
  return { place, algorithm, either: end - start === 64, digest, format: "gnu" };
}

// A digest and nothing else is that of the image file.
function parseBare(line: Uint8Array): Line | undefined {
  const algorithm = line.every(isHexDigit) ? byDigits[line.length] : undefined;
  if (algorithm === undefined) return undefined;
  const digest = decodeUtf8(line).text.toLowerCase();
  return { place: { path: "" }, algorithm, either: line.length === 64, digest, format: "gnu" };
}

type RegionLine = ListedRegion & Pick<Line, "either" | "format">;

// `# DIGEST  [owner] name offset+length`, or the same with a tag: checking tools take it as a comment.
function parseRegion(comment: Uint8Array): RegionLine | undefined {
  const line = comment.subarray(comment[1] === 0x20 ? 2 : 1);
  const found = parseTag(line) ?? parseGnu(line);
  if (found === undefined || typeof found === "string") return undefined;
  const { place, algorithm, either, digest, format } = found;
  const parts = /^\[([a-z-]+)\](?: (.*))? (\d+)\+(\d+)$/su.exec(place.path);
  if (parts === null) return undefined;
  const [, owner = "", name] = parts;
  const [offset, length] = [Number(parts[3]), Number(parts[4])];
  if (!isSize(offset) || !isSize(length)) return undefined;
  const named = name === undefined ? {} : { name };
  return { owner, ...named, offset, length, hashes: { [algorithm]: digest }, either, format };
}

function parseTag(line: Uint8Array): Line | string | undefined {
  const escaped = line[0] === 0x5c;
  const tag = /^\\?([A-Za-z][A-Za-z0-9/-]*) ?\(/.exec(decodeUtf8(line.subarray(0, 24)).text);
  const end = /\) ?= ([0-9A-Fa-f]+)$/.exec(decodeUtf8(line.subarray(-140)).text);
  if (tag === null || end === null) return undefined;
  const algorithm = byTag[(tag[1] ?? "").toUpperCase()];
  const digest = (end[1] ?? "").toLowerCase();
  if (algorithm === undefined) return `the algorithm ${tag[1]} is not known`;
  if (digest.length !== digitsOf[algorithm]) {
    return `${tag[1]} has ${digitsOf[algorithm]} digits, not ${digest.length}`;
  }
  const place = placeOf(line.subarray(tag[0].length, line.length - end[0].length), escaped);
  return place && { place, algorithm, either: false, digest, format: "bsd" };
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte >= 0x41 && byte <= 0x46 ? byte + 0x20 : byte;
  return (lower >= 0x30 && lower <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

const escapes: Readonly<Record<number, number>> = { 0x5c: 0x5c, 0x6e: 0x0a, 0x72: 0x0d };

function placeOf(bytes: Uint8Array, escaped: boolean): ListedPath | undefined {
  const path = escaped ? unescape(bytes) : bytes;
  return path === undefined || path.length === 0 ? undefined : listedPath(path);
}

function unescape(bytes: Uint8Array): Uint8Array | undefined {
  const plain: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x5c) {
      plain.push(byte);
      continue;
    }
    const meant = escapes[bytes[++at] ?? 0];
    if (meant === undefined) return undefined;
    plain.push(meant);
  }
  return Uint8Array.from(plain);
}

// As the model shows paths: each name that is not UTF-8 stands with one character a byte.
function listedPath(bytes: Uint8Array): ListedPath {
  const start = leading(bytes);
  const whole = decodeUtf8(bytes.subarray(start));
  if (whole.valid) return { path: whole.text };
  const names: string[] = [];
  for (let at = start; at <= bytes.length;) {
    const found = bytes.indexOf(0x2f, at);
    const end = found < 0 ? bytes.length : found;
    names.push(decodeUtf8(bytes.subarray(at, end)).text);
    at = end + 1;
  }
  return { path: names.join("/"), pathBytes: hex(bytes.subarray(start)) };
}

// Bytes of `./` and `/` at the start, which lists may have or not.
function leading(bytes: Uint8Array): number {
  let at = 0;
  for (;;) {
    if (bytes[at] === 0x2f) at++;
    else if (bytes[at] === 0x2e && bytes[at + 1] === 0x2f) at += 2;
    else return at;
  }
}

function parseJson(bytes: Uint8Array): ParsedManifest | ParseFailure {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (bytes.includes(0)) return notText;
    const why = error instanceof Error ? error.message : String(error);
    return { error: `Cannot read the list as JSON: ${why}` };
  }
  if (!isRecord(document) || document.format !== "discern.manifest/1") {
    const format = isRecord(document) ? String(document.format ?? "none") : "none";
    return { error: `Cannot read the list: its JSON has format ${format}, not discern.manifest/1` };
  }
  const { files, regions, image } = document;
  if (!Array.isArray(files)) return { error: "Cannot read the list: its JSON has no files" };
  const listed = listedRegions(Array.isArray(regions) ? regions : []);
  if ("error" in listed) return listed;
  const whole = isRecord(image) && image.hashes !== undefined ? hashesOf(image.hashes) : {};
  if (whole === undefined) return { error: "Cannot read the list: image.hashes is malformed" };
  const recorded = Object.keys(whole).length === 0 ? undefined : whole;
  const parsed = new ParsedManifest("discern", recorded, listed.regions);
  for (const [index, file] of files.entries()) {
    if (isRecord(file) && file.type !== "file") continue;
    if (!addJsonFile(parsed, file)) {
      return { error: `Cannot read the list: files[${index}] is malformed` };
    }
  }
  const empty = parsed.count === 0 && recorded === undefined && parsed.regions.length === 0;
  return empty ? { error: "Cannot read the list: its JSON lists no regular file" } : parsed;
}

function addJsonFile(parsed: ParsedManifest, file: unknown): boolean {
  if (!isRecord(file) || typeof file.path !== "string") return false;
  const hashes = hashesOf(file.hashes ?? {});
  if (hashes === undefined) return false;
  const path = file.path.replace(/^\//, "");
  const volume = typeof file.volume === "string" ? file.volume : undefined;
  const bytes = typeof file.pathBytes === "string" ? file.pathBytes.replace(/^2f/, "") : undefined;
  parsed.addFile(bytes === undefined ? { path } : { path, pathBytes: bytes }, hashes, volume);
  return true;
}

function listedRegions(
  regions: readonly unknown[],
): { readonly regions: ListedRegion[] } | ParseFailure {
  const listed: ListedRegion[] = [];
  for (const [index, region] of regions.entries()) {
    const hashes = isRecord(region) ? hashesOf(region.hashes ?? {}) : undefined;
    const good = isRecord(region) && hashes !== undefined && isSize(region.offset) &&
      isSize(region.length);
    if (!good) return { error: `Cannot read the list: regions[${index}] is malformed` };
    const { owner, name, offset, length } = region;
    listed.push({
      owner: String(owner ?? ""),
      ...(typeof name === "string" ? { name } : {}),
      offset: Number(offset),
      length: Number(length),
      hashes,
    });
  }
  return { regions: listed };
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function hashesOf(value: unknown): Hashes | undefined {
  if (!isRecord(value)) return undefined;
  const hashes: Partial<Record<Algorithm, string>> = {};
  for (const algorithm of algorithms) {
    const text = value[algorithm];
    if (text === undefined) continue;
    if (typeof text !== "string" || !/^[0-9a-fA-F]+$/.test(text)) return undefined;
    if (text.length !== digitsOf[algorithm]) return undefined;
    hashes[algorithm] = text.toLowerCase();
  }
  return hashes;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
