// First bytes by which other formats are known: what a file is that is no image, or what lies in no file.

import { startsWithText } from "../bytes/text.ts";

/** A format by its first bytes. */
type Signature = {
  readonly name: string;
  /** Characters stand for bytes. */
  readonly text: string;
  readonly at?: number;
  /** A name for what the file would hold, where it may be a disc image all the same. */
  readonly holds?: "archive" | "download" | "page" | "encoded";
};

const signatures: readonly Signature[] = [
  { name: "gzip data", text: "\x1f\x8b\x08", holds: "archive" },
  { name: "xz data", text: "\xfd7zXZ\0", holds: "archive" },
  { name: "Zstandard data", text: "\x28\xb5\x2f\xfd", holds: "archive" },
  { name: "bzip2 data", text: "BZh", holds: "archive" },
  { name: "a zip archive", text: "PK\x03\x04", holds: "archive" },
  { name: "a 7z archive", text: "7z\xbc\xaf\x27\x1c", holds: "archive" },
  { name: "a RAR archive", text: "Rar!\x1a\x07", holds: "archive" },
  { name: "a torrent file", text: "d8:announce", holds: "download" },
  { name: "an ar archive or Debian package", text: "!<arch>\n", holds: "archive" },
  { name: "a PDF document", text: "%PDF-", holds: "page" },
  { name: "an ELF executable", text: "\x7fELF" },
  { name: "a cabinet archive", text: "MSCF\0\0\0\0" },
  { name: "a squashfs file system", text: "hsqs" },
  { name: "a WIM archive", text: "MSWIM\0\0\0" },
  { name: "a PNG picture", text: "\x89PNG\r\n" },
  { name: "a JPEG picture", text: "\xff\xd8\xff" },
  { name: "a GIF picture", text: "GIF8" },
  { name: "an RPM package", text: "\xed\xab\xee\xdb" },
  { name: "an OLE document", text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" },
  { name: "a tar archive", text: "ustar", at: 257 },
  { name: "a script", text: "#!" },
  { name: "libisofs checksum tags", text: "libisofs_" },
  { name: "ISO 9660 descriptors", text: "CD001", at: 1 },
  { name: "a DOS or Windows executable", text: "MZ" },
];

/** Container formats that are known by name; `fromEnd` counts back from the end of the file. */
const containers: readonly { name: string; text: string; at?: number; fromEnd?: number }[] = [
  { name: "a CHD file (MAME)", text: "MComprHD" },
  { name: "a Nero image", text: "NER5", fromEnd: 12 },
  { name: "a Nero image", text: "NERO", fromEnd: 8 },
  { name: "an Alcohol 120% image", text: "MEDIA DESCRIPTOR" },
  { name: "a compressed ISO (CSO)", text: "CISO" },
  { name: "a compressed ISO (ZSO)", text: "ZISO" },
  { name: "an ISZ file (UltraISO)", text: "IsZ!" },
  { name: "a DAA file (PowerISO)", text: "DAA\0" },
  { name: "an Aaru image", text: "AARUFRMT" },
  { name: "an Apple disk image", text: "koly", fromEnd: 512 },
  { name: "an Expert Witness file (EnCase)", text: "EVF\x09\x0d\x0a\xff\0" },
];

/** The container format that a file is in, where it is none of those that are read. */
export function containerOf(head: Uint8Array, tail: Uint8Array): string | undefined {
  return containers.find(({ text, at = 0, fromEnd }) =>
    fromEnd === undefined
      ? startsWithText(head, text, at)
      : tail.length >= fromEnd && startsWithText(tail, text, tail.length - fromEnd)
  )?.name;
}

const ENCODED = /^(begin [0-7]{3} \S|[A-Za-z0-9+/]{60,80}\r?\n[A-Za-z0-9+/]{60,80}\r?\n)/;

/** The format that bytes begin with, as a phrase, or undefined. */
export function formatOf(head: Uint8Array): string | undefined {
  return signatures.find(({ text, at }) => startsWithText(head, text, at ?? 0))?.name;
}

/** What a file is that holds no volume, by its first bytes: an archive, a web page, text; or undefined. */
export function notAnImage(head: Uint8Array): string | undefined {
  const known = signatures.find(({ text, at, holds }) =>
    holds !== undefined && startsWithText(head, text, at ?? 0)
  );
  if (known !== undefined) return known.name;
  const text = leadingText(head);
  if (/^<!doctype html|^<html/i.test(text)) return "an HTML page";
  if (/^<\?xml/i.test(text)) return "an XML document";
  if (/^d\d+:/.test(text)) return "a torrent file";
  const printable = isPrintable(head);
  if (printable && /^[{[]\s*["{[\]}]/.test(text)) return "JSON text";
  if (printable && ENCODED.test(text)) return "text in base64 or uuencode";
  return printable ? "a text file" : undefined;
}

// The start of the file as text, behind a byte order mark and blanks.
function leadingText(head: Uint8Array): string {
  const from = startsWithText(head, "\xef\xbb\xbf") ? 3 : 0;
  return String.fromCharCode(...head.subarray(from, from + 512)).replace(/^\s+/, "");
}

function isPrintable(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    const control = byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13;
    if (control || byte === 0x7f) return false;
  }
  return bytes.length > 0;
}
