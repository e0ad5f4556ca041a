// UDF is recognised by its volume recognition sequence (ECMA-167 2/9.1) and not read yet.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { decode } from "../../bytes/struct.ts";
import { decodeLatin1 } from "../../bytes/text.ts";
import type { Reading, Recognised } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import { volumeStructureDescriptor } from "./layout.ts";

const SEARCHED = 64; // sectors from 16 on: descriptors of ISO 9660 may come first
const identifiers = new Set(["BEA01", "NSR02", "NSR03", "TEA01", "BOOT2"]);

/** Finds a recognition sequence that names UDF; its sectors are claimed for `udf`. */
export async function recogniseUdf(
  read: (start: number, length: number) => Promise<Reading>,
  out: ImageRecorder,
): Promise<Recognised | undefined> {
  let found: Recognised | undefined;
  for (let sector = 16; sector < 16 + SEARCHED; sector++) {
    const start = sector * SECTOR;
    const { bytes } = await read(start, SECTOR);
    const identifier = decodeLatin1(bytes.subarray(1, 6));
    if (!identifiers.has(identifier)) {
      // Volumes with blocks of 4096 bytes or more have their descriptors that far apart.
      continue;
    }
    decode(volumeStructureDescriptor, { bytes, space: "logical", start }, "udf", out);
    if (!identifier.startsWith("NSR")) continue;
    found = { kind: "udf", what: `UDF volume (${identifier})`, span: logicalSpan(start, SECTOR) };
  }
  return found;
}
