// Checksums of GUID partition tables (UEFI 2.10 5.3.2): what the headers and arrays really add up to.

import { SECTOR } from "../bytes/span.ts";
import { createDigest } from "../kernel/digest.ts";
import type { GptTable, Image } from "../model/image.ts";
import type { GptProof } from "../model/proof.ts";

const CRC_AT = 16;
const CRC_END = 20;

/** Computes the checksums of every header and entry array of an image. */
export async function readGptProofs(image: Image): Promise<GptProof[]> {
  const proofs: GptProof[] = [];
  for (const table of image.gpt) {
    const headerCrc = await headerCrcOf(table, image);
    const arrayCrc = await arrayCrcOf(table, image);
    proofs.push({
      header: table.header,
      ...(headerCrc === undefined ? {} : { headerCrc }),
      ...(arrayCrc === undefined ? {} : { arrayCrc }),
    });
  }
  return proofs;
}

// The size of a header is at least that of its fields, at most one block; another cannot be summed.
async function headerCrcOf(
  { header, headerSize, blockSize }: GptTable,
  image: Image,
): Promise<number | undefined> {
  if (headerSize < header.length || headerSize > Math.min(blockSize, SECTOR)) return undefined;
  const { bytes, unread } = await image.read(header.start, headerSize);
  if (bytes.length < headerSize || unread.length > 0) return undefined;
  const summed = bytes.slice();
  summed.fill(0, CRC_AT, CRC_END);
  return crc32(summed);
}

async function arrayCrcOf({ array }: GptTable, image: Image): Promise<number | undefined> {
  if (array === undefined) return undefined;
  const { bytes, unread } = await image.read(array.start, array.length);
  if (bytes.length < array.length || unread.length > 0) return undefined;
  return crc32(bytes);
}

function crc32(bytes: Uint8Array): number {
  const digest = createDigest("crc32", { bytes: bytes.length });
  digest.update(bytes);
  return parseInt(digest.hex(), 16);
}
