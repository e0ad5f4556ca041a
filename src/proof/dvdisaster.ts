// Error correction that dvdisaster added behind an image (RS02, RS03): its header, and what it is over.

import { logicalSpan, SECTOR } from "../bytes/span.ts";
import { decodeLatin1, startsWithText } from "../bytes/text.ts";
import { toHex } from "../kernel/hex.ts";
import type { ErrorCorrection } from "../model/error_correction.ts";
import type { Image } from "../model/image.ts";
import { checkSectors, layerOf } from "./dvdisaster_layer.ts";
import { openCrc32, PRESET, SectorSums } from "./dvdisaster_sums.ts";
import type { Prover, ProverContext } from "./prover.ts";

const COOKIE = "*dvdisaster*";
/** Bytes of a header. */
const HEADER = 4096;
/** Sectors behind the volume among which the header is looked for: some volumes leave out their padding. */
const SEARCHED = 512;
/** Fields: the checksum of the header, the value it has while it is summed up, and counts. */
const field = {
  method: 12,
  sectors: 68,
  data: 76,
  ecc: 80,
  crc: 96,
  sum: 100,
  layer: 120,
} as const;

/** Makes the reader of added error correction; undefined where there is none. */
export async function dvdisasterProver(context: ProverContext): Promise<Prover | undefined> {
  const found = await findHeader(context.image, context.volumeEnd);
  if (found === undefined) return undefined;
  const layer = layerOf(found.header, found.sum, context.image);
  const sums = layer === undefined ? undefined : new SectorSums(layer.sectors);
  return {
    ...(sums === undefined ? {} : { clients: [sums] }),
    async finish(claims) {
      claims.claim({
        kind: "format",
        what: "CRC-32 of the dvdisaster header",
        strength: "checksum",
        holds: found.header.holds,
        spans: [found.header.header],
      });
      if (layer === undefined || sums === undefined) return { errorCorrection: found.header };
      const checked = await checkSectors(layer, sums, context, claims);
      return { errorCorrection: { ...found.header, checked } };
    },
  };
}

type Found = {
  readonly header: ErrorCorrection;
  /** MD5 of the checksums of RS02. */
  readonly sum: string;
};

async function findHeader(image: Image, volumeEnd: number): Promise<Found | undefined> {
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

function decodeHeader(bytes: Uint8Array, start: number): Found | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const method = decodeLatin1(bytes.subarray(field.method, field.method + 4));
  if (method !== "RS02" && method !== "RS03") return undefined;
  const recorded = view.getUint32(field.crc, true);
  view.setUint32(field.crc, PRESET, true);
  return {
    sum: toHex(bytes.subarray(field.sum, field.sum + 16)),
    header: {
      method,
      header: logicalSpan(start, HEADER),
      holds: openCrc32(bytes) === recorded,
      sectors: Number(view.getBigUint64(field.sectors, true)),
      data: view.getUint32(field.data, true),
      parity: view.getUint32(field.ecc, true),
      layer: Number(view.getBigUint64(field.layer, true)),
    },
  };
}
