// Digests that isomd5sum, or the media tags of SUSE, wrote into the first primary descriptor of an image.

import { SECTOR } from "../bytes/span.ts";
import { decodeLatin1, startsWithText } from "../bytes/text.ts";
import type { Image } from "../model/image.ts";
import { type ImplantPlace, parseImplanted, parseMediaTag, textArea } from "./implanted_text.ts";
import { isomd5Prover } from "./isomd5.ts";
import { mediaTagProver } from "./media_tag.ts";
import type { Prover, ProverContext } from "./prover.ts";

/** Sectors among which both tools look for the first primary descriptor. */
const DESCRIPTORS = { first: 16, count: 100 } as const;
/** Volume Space Size, the copy that is MSB first (ECMA-119:1987 8.4.8). */
const SPACE_SIZE = 84;

/** Makes the reader of implanted digests; undefined where the image has none. */
export async function implantedProver(context: ProverContext): Promise<Prover | undefined> {
  const found = await findText(context.image);
  if (found === undefined) return undefined;
  const { text, place } = found;
  const implanted = parseImplanted(text);
  if (implanted !== undefined) return isomd5Prover(context, implanted, place);
  const tag = parseMediaTag(text);
  return tag === undefined ? undefined : mediaTagProver(context, tag, place);
}

/** The text and its place; undefined where the image has no primary descriptor. */
async function findText(
  image: Image,
): Promise<{ readonly text: string; readonly place: ImplantPlace } | undefined> {
  for (let sector = 0; sector < DESCRIPTORS.count; sector++) {
    const start = (DESCRIPTORS.first + sector) * SECTOR;
    const { bytes, unread } = await image.read(start, SECTOR);
    if (bytes.length < SECTOR || unread.length > 0) return undefined;
    if (!startsWithText(bytes, "CD001", 1)) return undefined;
    if (bytes[0] === 255) return undefined;
    if (bytes[0] !== 1) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, SECTOR);
    const { offset, length } = textArea;
    return {
      text: decodeLatin1(bytes.subarray(offset, offset + length)),
      place: { text: start + offset, volume: view.getUint32(SPACE_SIZE) * SECTOR },
    };
  }
  return undefined;
}
