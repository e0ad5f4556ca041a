// The text of gzip files (RFC 1952), a piece at a time; the CRC-32 and size of a single member are verified.

import { Gunzip } from "fflate";
import { createDigest } from "../../kernel/digest.ts";
import type { Budget, TextPiece, TextSource } from "./line_reader.ts";

/** Compressed bytes at a time: they come to 4 MiB at most. */
const STEP = 4096;
/** CRC-32 and size (RFC 1952 2.3.1). */
const TRAILER = 8;

/** What the stored bytes of a gzip file come to; false where they are cut, broken, or past the budget. */
export async function* inflatedText(stored: TextSource, budget: Budget): TextSource {
  const out: Uint8Array[] = [];
  let others = 0;
  const gunzip = new Gunzip((bytes) => void out.push(bytes));
  // Called for each member but the first.
  gunzip.onmember = () => others++;
  const sum = createDigest("crc32", "wasm");
  let size = 0;
  let last = new Uint8Array(0);
  for (;;) {
    const { done, value } = await stored.next();
    const { bytes } = done === true ? { bytes: new Uint8Array(0) } : value;
    if (done === true && !value) return false;
    last = joinedEnd(last, bytes);
    for (let at = 0; at < bytes.length || done === true; at += STEP) {
      try {
        gunzip.push(bytes.slice(at, at + STEP), done === true);
      } catch {
        return false;
      }
      for (const piece of out.splice(0)) {
        budget.left -= piece.length;
        if (budget.left < 0) return false;
        sum.update(piece);
        size += piece.length;
        const text: TextPiece = { bytes: piece, at: -1 };
        yield text;
      }
      if (done === true) break;
    }
    if (done === true) break;
  }
  return others > 0 || holds(last, parseInt(sum.hex(), 16), size);
}

function joinedEnd(before: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(Math.min(TRAILER, before.length) + bytes.length);
  joined.set(before.subarray(-TRAILER));
  joined.set(bytes, joined.length - bytes.length);
  return joined.slice(-TRAILER);
}

function holds(trailer: Uint8Array, sum: number, size: number): boolean {
  if (trailer.length < TRAILER) return false;
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER);
  return view.getUint32(0, true) === sum && view.getUint32(4, true) === size % 0x1_0000_0000;
}
