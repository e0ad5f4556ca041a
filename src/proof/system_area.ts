// The system area (ECMA-119:1987 6.2.1) as a digest saw it that was made before boot code was written to it.

import { logicalSpan, type Span } from "../bytes/span.ts";
import { startsWithText } from "../bytes/text.ts";
import { firstNonZero, lastNonZero } from "../kernel/digest.ts";

/**
 * Bytes that are not zero at the start of an image, from the first to the last; undefined where they are
 * the boot code or partition tables of a hybrid image, or where there are none.
 */
export function strayBytes(bytes: Uint8Array): Span | undefined {
  const first = firstNonZero(bytes);
  const isBoot = bytes[510] === 0x55 && bytes[511] === 0xaa;
  const isTable = startsWithText(bytes, "EFI PART", 512) || startsWithText(bytes, "PM", 512) ||
    startsWithText(bytes, "PM", 2048);
  if (first < 0 || isBoot || isTable) return undefined;
  return logicalSpan(first, lastNonZero(bytes) + 1 - first);
}
