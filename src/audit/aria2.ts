// The control file of aria2, version 1: which pieces of a download are there (doc/technical-notes of aria2).

import { fileSpan, type Span } from "../bytes/span.ts";

/** What a control file says. */
export type Aria2Control = {
  readonly total: number;
  readonly pieceLength: number;
  /** Ranges of the file that were not downloaded, in order. */
  readonly missing: readonly Span[];
};

/** Pieces of a download: more than any has. */
const PIECES = 8 * 1024 * 1024;

/** Decodes a control file; undefined where it is none of version 1, or cut off. */
export function decodeAria2(bytes: Uint8Array): Aria2Control | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 10 || view.getUint16(0) !== 1) return undefined;
  // Version, extension, length of the info hash, and the hash.
  const head = 10 + view.getUint32(6);
  if (head + 24 > bytes.length) return undefined;
  const pieceLength = view.getUint32(head);
  const total = Number(view.getBigUint64(head + 4));
  const bitfield = bytes.subarray(head + 24, head + 24 + view.getUint32(head + 20));
  const pieces = Math.ceil(total / pieceLength);
  const isSound = pieceLength > 0 && Number.isSafeInteger(total) && pieces <= PIECES &&
    bitfield.length >= Math.ceil(pieces / 8);
  if (!isSound) return undefined;
  const missing: { start: number; end: number }[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const bit = 0x80 >> (piece % 8);
    if (((bitfield[Math.floor(piece / 8)] ?? 0) & bit) !== 0) continue;
    const start = piece * pieceLength;
    const end = Math.min(total, start + pieceLength);
    const last = missing.at(-1);
    if (last !== undefined && last.end === start) last.end = end;
    else missing.push({ start, end });
  }
  const spans = missing.map(({ start, end }) => fileSpan(start, end - start));
  return { total, pieceLength, missing: spans };
}
