// Where the volume ends, as its descriptors say it (ECMA-119:1987 8.4.8).

import { SECTOR, type Span } from "../bytes/span.ts";
import { primaryVolumeDescriptor } from "../decode/iso9660/layout.ts";
import type { Image } from "../model/image.ts";

/**
 * The logical byte after the volume over all sessions; 0 where there is none. Where the two byte orders of
 * a size differ, the smaller one that is not 0 counts: a damaged field is no proof of missing data.
 */
export function declaredEnd(image: Image): number {
  let end = 0;
  let doubtful = false;
  for (const { span, value } of image.structuresOf(primaryVolumeDescriptor)) {
    const { le, be } = value.volumeSpaceSize;
    doubtful ||= le !== be;
    const sizes = [le, be].filter((size) => size > 0);
    const blocks = sizes.length === 0 ? 0 : Math.min(...sizes);
    end = Math.max(end, sessionStart(image, span) + blocks * blockSize(image, span));
  }
  return doubtful ? end : image.volumeEnd;
}

/** Logical byte at which the session of a descriptor begins. */
export function sessionStart({ sessions }: Image, { start }: Span): number {
  const sector = start / SECTOR;
  const session = sessions.findLast((each) => each.start + 16 <= sector);
  return (session?.start ?? 0) * SECTOR;
}

function blockSize({ sessions }: Image, { start }: Span): number {
  const session = sessions.findLast((each) => each.start + 16 <= start / SECTOR);
  return session?.blockSize ?? SECTOR;
}
