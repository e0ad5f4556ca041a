// The formats of files whose checksums are proof of their content, one line each.

import { cab } from "./cab.ts";
import { fat } from "./fat.ts";
import type { Format } from "./format.ts";
import { debOf } from "./ar.ts";
import { bzip2 } from "./bzip2.ts";
import { cpioOf } from "./cpio.ts";
import { gzip } from "./gzip.ts";
import { lz4 } from "./lz4.ts";
import { png } from "./png.ts";
import { squashfs } from "./squashfs.ts";
import { wim } from "./wim.ts";
import { elf, pe } from "./programs.ts";
import { rpm } from "./rpm.ts";
import { xz } from "./xz.ts";
import { zip } from "./zip.ts";
import { zisofs } from "./zisofs.ts";
import { zstd } from "./zstd.ts";

/** Compressions of one stream, which other formats have inside. */
const compressions: readonly Format[] = [
  gzip,
  xz,
  bzip2,
  zstd,
  lz4,
];

/** Every format, in the order in which they are tried. */
export const formats: readonly Format[] = [
  zisofs,
  ...compressions,
  zip,
  png,
  cab,
  wim,
  squashfs,
  fat,
  debOf(compressions),
  rpm,
  cpioOf(compressions),
  elf,
  pe,
];
