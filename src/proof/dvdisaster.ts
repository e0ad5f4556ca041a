// Error correction that dvdisaster added behind an image (RS02, RS03): its header, and what it is over.

import { logicalSpan, SECTOR } from "../bytes/span.ts";
import { decodeLatin1, startsWithText } from "../bytes/text.ts";
import { createDigest } from "../kernel/digest.ts";
import type { ErrorCorrection } from "../model/error_correction.ts";
import type { Image } from "../model/image.ts";
import type { Prover, ProverContext } from "./prover.ts";

const COOKIE = "*dvdisaster*";
/** Bytes of a header. */
const HEADER = 4096;
/** Sectors behind the volume among which the header is looked for: some volumes leave out their padding. */
const SEARCHED = 512;
/** Fields: the checksum of the header, the value it has while it is summed up, and counts. */
const field = { method: 12, sectors: 68, data: 76, ecc: 80, crc: 96 } as const;
const PRESET = 0x4c5047;

/** Makes the reader of added error correction; undefined where there is none. */
export async function dvdisasterProver(context: ProverContext): Promise<Prover | undefined> {
  const found = await findHeader(context.image, context.volumeEnd);
  if (found === undefined) return undefined;
  return {
    finish(claims) {
      claims.claim({
        kind: "format",
        what: "CRC-32 of the dvdisaster header",
        strength: "checksum",
        holds: found.holds,
        spans: [found.header],
      });
      return { errorCorrection: found };
    },
  };
}

async function findHeader(image: Image, volumeEnd: number): Promise<ErrorCorrection | undefined> {
  const first = Math.ceil(volumeEnd / SECTOR) * SECTOR;
  if (first >= image.mapping.logicalSize) return undefined;
  const { bytes } = await image.read(first, SEARCHED * SECTOR);
  for (let at = 0; at + HEADER <= bytes.length; at += SECTOR) {
    if (!startsWithText(bytes, COOKIE, at)) continue;
    const header = decodeHeader(bytes.slice(at, at + HEADER), first + at);
    if (header !== undefined) return header;
  }
  return undefined;
}

function decodeHeader(bytes: Uint8Array, start: number): ErrorCorrection | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const method = decodeLatin1(bytes.subarray(field.method, field.method + 4));
  if (method !== "RS02" && method !== "RS03") return undefined;
  const recorded = view.getUint32(field.crc, true);
  view.setUint32(field.crc, PRESET, true);
  const digest = createDigest("crc32", { bytes: HEADER });
  digest.update(bytes);
  // Without the inversion that ends the usual CRC-32.
  const computed = 0xffffffff - parseInt(digest.hex(), 16);
  return {
    method,
    header: logicalSpan(start, HEADER),
    holds: computed === recorded,
    sectors: Number(view.getBigUint64(field.sectors, true)),
    data: view.getUint32(field.data, true),
    parity: view.getUint32(field.ecc, true),
  };
}
