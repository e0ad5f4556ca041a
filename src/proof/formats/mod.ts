// The formats of files whose checksums are proof of their content, one line each.

import { cab } from "./cab.ts";
import { fat } from "./fat.ts";
import type { Format } from "./format.ts";
import { gzip } from "./gzip.ts";
import { png } from "./png.ts";
import { squashfs } from "./squashfs.ts";
import { wim } from "./wim.ts";
import { zisofs } from "./zisofs.ts";

/** Every format, in the order in which they are tried. */
export const formats: readonly Format[] = [
  zisofs,
  gzip,
  png,
  cab,
  wim,
  squashfs,
  fat,
];
