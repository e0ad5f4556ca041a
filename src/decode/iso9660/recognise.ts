// What a file without a descriptor set is: a High Sierra volume, another kind of volume, or nothing known.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { valuesOf } from "../../bytes/struct.ts";
import { decodeUtf8, startsWithText } from "../../bytes/text.ts";
import type { Recognised } from "../../model/image.ts";
import type { Context } from "./context.ts";
import { highSierraDescriptor } from "./layout.ts";

/** A High Sierra volume at sector 16, if there is one. */
export async function recogniseHighSierra(
  { read, logicalStart, out }: Context,
): Promise<Recognised[]> {
  const { bytes } = await read(logicalStart + 16 * SECTOR, SECTOR);
  const start = logicalStart + 16 * SECTOR;
  if (startsWithText(bytes, "CDROM", 9)) {
    const span = logicalSpan(start, highSierraDescriptor.size);
    const value = valuesOf(highSierraDescriptor, bytes);
    out.claim(logicalSpan(start, SECTOR), "descriptor", {
      name: highSierraDescriptor.title,
    });
    if (value !== undefined) {
      out.structures.add({
        layout: highSierraDescriptor,
        span,
        value,
        owner: "descriptor",
      });
    }
    const label = value === undefined ? "" : decodeUtf8(value.volumeIdentifier).text.trimEnd();
    return [{ kind: "highsierra", what: "High Sierra volume", span, label }];
  }
  return [];
}

/** Whether a file without descriptors holds nothing else that is known: only then it is searched for directories. */
export async function isUnknown({ read, logicalStart }: Context): Promise<boolean> {
  const { bytes: head } = await read(logicalStart, SECTOR);
  const { bytes } = await read(logicalStart + 16 * SECTOR, 3 * SECTOR);
  const isOther = otherVolumes.some(([text, at]) => startsWithText(head, text, at));
  const isUdf = ["BEA01", "NSR02", "NSR03", "CD-I "].some((text) =>
    [0, 1, 2].some((sector) => startsWithText(bytes, text, sector * SECTOR + 1))
  );
  return !isOther && !isUdf;
}

/** First bytes of volumes and containers without ISO 9660 structures of their own, and where they stand. */
const otherVolumes = [
  ["BD", 1024],
  ["H+\0\x04", 1024],
  ["HX\0\x05", 1024],
  ["MComprHD", 0],
  ["MEDIA DESCRIPTOR", 0],
  ["CISO", 0],
  ["ZISO", 0],
  ["IsZ!", 0],
  ["DAA\0", 0],
  ["AARUFRMT", 0],
] as const;
