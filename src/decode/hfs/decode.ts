// HFS and HFS Plus volumes are recognised by their first block and not read yet.

import { logicalSpan } from "../../bytes/span.ts";
import { decode } from "../../bytes/struct.ts";
import { decodeLatin1, startsWithText } from "../../bytes/text.ts";
import type { Partition, Reading, Recognised } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import { hfsPlusVolumeHeader, masterDirectoryBlock } from "./layout.ts";

const HEADER = 1024; // bytes from the start of the volume

/** Looks for a volume at the start of the image and of each Apple_HFS partition. */
export async function recogniseHfs(
  read: (start: number, length: number) => Promise<Reading>,
  partitions: readonly Partition[],
  out: ImageRecorder,
): Promise<Recognised[]> {
  const apple = partitions.filter((each) =>
    each.scheme === "apm" && each.type.startsWith("Apple_HFS")
  );
  const found: Recognised[] = [];
  for (const base of new Set([0, ...apple.map((each) => each.start)])) {
    const start = base + HEADER;
    const { bytes } = await read(start, 512);
    const slice = { bytes, space: "logical" as const, start };
    const span = logicalSpan(start, 512);
    if (startsWithText(bytes, "BD")) {
      const value = decode(masterDirectoryBlock, slice, "hfs", out);
      // The signature alone is two letters: a real block also has a size and a name that fits.
      const length = value?.volumeName[0] ?? 0;
      const plausible = value !== undefined && value.allocationBlockSize % 512 === 0 &&
        value.allocationBlockSize > 0 && length >= 1 && length <= 27;
      if (!plausible) continue;
      out.claim(span, "hfs", { name: masterDirectoryBlock.title });
      const label = decodeLatin1(value.volumeName.subarray(1, 1 + length));
      found.push({ kind: "hfs", what: "HFS volume", span, label });
    } else if (startsWithText(bytes, "H+") || startsWithText(bytes, "HX")) {
      const version = bytes[3] ?? 0;
      if (bytes[2] !== 0 || (version !== 4 && version !== 5)) continue;
      decode(hfsPlusVolumeHeader, slice, "hfs", out);
      found.push({ kind: "hfsplus", what: "HFS Plus volume", span });
    }
  }
  return found;
}
