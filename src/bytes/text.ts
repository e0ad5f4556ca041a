// Text as discs record it: single-byte identifiers, UCS-2 of Joliet, UTF-8 of Rock Ridge.

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1Chunk = 4096;

/** Text, and whether every byte of its record was valid in the character set. */
export type DecodedText = { readonly text: string; readonly valid: boolean };

/** One character a byte (ISO 8859-1): never fails, never loses a byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  if (bytes.length <= latin1Chunk) return Reflect.apply(String.fromCharCode, undefined, bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += latin1Chunk) {
    text += decodeLatin1(bytes.subarray(at, at + latin1Chunk));
  }
  return text;
}

/** UTF-8 where the bytes are valid UTF-8, else one character a byte and `valid` false. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  if (isAscii(bytes)) return { text: decodeLatin1(bytes), valid: true };
  try {
    return { text: utf8.decode(bytes), valid: true };
  } catch {
    return { text: decodeLatin1(bytes), valid: false };
  }
}

// Loops over bytes count them: an iterator costs several times as much until it is compiled.
function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] ?? 0) >= 0x80) return false;
  return true;
}

/** Joliet's 16-bit units, MSB first; `valid` is false for an odd length or an unpaired surrogate. */
export function decodeUcs2(bytes: Uint8Array): DecodedText {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  }
  return { text, valid: bytes.length % 2 === 0 && isWellFormed(text) };
}

function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    i++;
  }
  return true;
}

/** Lower-case hexadecimal, two digits a byte. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Whether the bytes at `at` are the ASCII text `text`. */
export function startsWithText(bytes: Uint8Array, text: string, at = 0): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Whether two runs of bytes are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether every byte is 0. */
export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
