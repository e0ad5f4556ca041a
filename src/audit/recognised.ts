// What a file is in which no volume was found: some of it is known by name, and cannot be read yet.

import type { Image } from "../model/image.ts";
import type { ProofFacts } from "../model/proof.ts";
import { containerOf } from "./signatures.ts";

/** Bytes of a raw CD sector, and of one of CD audio (ECMA-130:1996 14, IEC 60908). */
const RAW = 2352;

/** Whether a volume descriptor, or the first block of another volume, was found. */
export function hasVolume({ sessions, recognised }: Image): boolean {
  return sessions.length > 0 || recognised.length > 0;
}

/**
 * What a file without a volume is, where that is no fault of the file: a container that is not read, or
 * whole sectors of what may be audio. Undefined where nothing excuses the missing volume.
 */
export function excuseOf(image: Image, { head, tail, data }: ProofFacts): string | undefined {
  if (hasVolume(image) || head === undefined || tail === undefined) return undefined;
  const container = containerOf(head, tail);
  if (container !== undefined) return container;
  const { size } = image.source;
  const isAudio = size > 0 && size % RAW === 0 && image.container.mode === undefined &&
    (data?.descriptors.count ?? 0) === 0 && size >= 300 * RAW;
  return isAudio
    ? `${size / RAW} sectors of ${RAW} bytes without sync, as CD audio has them`
    : undefined;
}
