// Raw sectors that stand in the place of others: swapped, or copied over them (ECMA-130:1996 14.2). Their codes
// hold, so only their addresses tell, beside what stands where those lead.

import { fileSpan, type Span } from "../bytes/span.ts";
import { equalBytes } from "../bytes/text.ts";
import type { Image } from "../model/image.ts";
import { RAW_SECTOR, type RawFacts } from "../model/raw_sectors.ts";

/** Sectors that are compared at most: a disc with more of them was authored so. */
const COMPARED = 4096;

function addressOf(bytes: Uint8Array): number {
  const [minute = NaN, second = NaN, frame = NaN] = [12, 13, 14].map((at) => {
    const byte = bytes[at] ?? 255;
    return byte % 16 > 9 || byte > 0x99 ? NaN : Math.floor(byte / 16) * 10 + byte % 16;
  });
  return (minute * 60 + second) * 75 + frame - 150;
}

/**
 * Stretches of the file whose sectors belong elsewhere: the one at their address has theirs, or is the same.
 * An address that alone is wrong is none of them.
 */
export async function readDisplaced(image: Image, raw: RawFacts): Promise<Span[]> {
  const spans: Span[] = [];
  let left = COMPARED;
  for (const { problem, offset, sectors, recorded, expected, repair } of raw.runs) {
    if (problem !== "sequence" || recorded === undefined || expected === undefined) continue;
    if (repair !== undefined) continue;
    for (let sector = 0; sector < sectors && left > 0; sector++, left--) {
      const at = offset + sector * raw.stride;
      if (await isDisplaced(image, raw.stride, at, expected + sector)) {
        spans.push(fileSpan(at, raw.stride));
      }
    }
  }
  return spans;
}

async function isDisplaced(
  image: Image,
  stride: number,
  at: number,
  due: number,
): Promise<boolean> {
  const { bytes } = await image.readFile(at, new Uint8Array(RAW_SECTOR));
  const own = addressOf(bytes);
  const home = at + (own - due) * stride;
  if (Number.isNaN(own) || own === due || home < 0) return false;
  const { bytes: other } = await image.readFile(home, new Uint8Array(RAW_SECTOR));
  if (other.length < RAW_SECTOR) return false;
  return addressOf(other) === due || equalBytes(bytes, other);
}
