// Recognises error correction that dvdisaster added behind an image (RS02, RS03).

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { decode, valuesOf } from "../../bytes/struct.ts";
import { decodeLatin1, isZero } from "../../bytes/text.ts";
import type { Reading } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import { errorCorrectionHeader } from "./layout.ts";

/** Where to read. */
export type ErrorCorrectionContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly logicalSize: number;
  readonly out: ImageRecorder;
};

/** Sectors of padding that some volumes do not count, in front of the header. */
const SEARCHED = 512;
const AT_ONCE = 32;
/** Layers of an image with RS03: one for each byte of a code word. */
const LAYERS = 255;

/** Claims added error correction for `trailer`, from its header on. */
export async function readErrorCorrection(
  volumeEnd: number,
  { read, logicalSize, out }: ErrorCorrectionContext,
): Promise<void> {
  const first = Math.ceil(volumeEnd / SECTOR) * SECTOR;
  const last = Math.min(logicalSize, first + SEARCHED * SECTOR);
  if (volumeEnd === 0) return;
  for (let start = first; start < last; start += AT_ONCE * SECTOR) {
    const { bytes } = await read(start, AT_ONCE * SECTOR);
    for (let at = 0; at < bytes.length; at += SECTOR) {
      if (isZero(bytes.subarray(at, at + SECTOR))) continue;
      return await claimFrom(start + at, { read, logicalSize, out });
    }
    if (bytes.length < AT_ONCE * SECTOR) return;
  }
}

async function claimFrom(start: number, { read, logicalSize, out }: ErrorCorrectionContext) {
  const { bytes } = await read(start, errorCorrectionHeader.size);
  const value = valuesOf(errorCorrectionHeader, bytes);
  if (value === undefined || decodeLatin1(value.cookie) !== "*dvdisaster*") return;
  const method = decodeLatin1(value.method);
  if (method !== "RS02" && method !== "RS03") return;
  decode(errorCorrectionHeader, { bytes, space: "logical", start }, "trailer", out);
  const counted = method === "RS02"
    ? start / SECTOR + Number(value.sectorsAddedByEcc)
    : LAYERS * Number(value.sectorsPerLayer);
  const end = counted * SECTOR > start ? Math.min(logicalSize, counted * SECTOR) : logicalSize;
  const from = start + errorCorrectionHeader.size;
  const name = `dvdisaster ${method} error correction`;
  out.claim(logicalSpan(from, end - from), "trailer", { name });
}
