// What boot images and boot code hold, as far as rules judge it.

import type { Span } from "../bytes/span.ts";

/** A FAT volume by its BIOS parameter block. */
export type FatVolume = {
  readonly sectorBytes: number;
  readonly sectors: number;
  /** The field that the number of sectors is recorded in. */
  readonly sectorsField: Span;
  /** Whether it has a directory \EFI\BOOT; absent where its directories cannot be read. */
  readonly hasEfiBoot?: boolean;
};

/** The first bytes of a boot image, and the volume that begins with them. */
export type BootImageHead = {
  /** Logical byte. */
  readonly start: number;
  /** The first 512 bytes, fewer at the end of the image. */
  readonly head: Uint8Array;
  readonly fat?: FatVolume;
};

/** Digests of the code of a master boot record, in hexadecimal. */
export type BootCodeDigests = {
  /** Of bytes 0 to 431. */
  readonly all: string;
  /** Of bytes 32 to 431: hybrids overwrite the first 32. */
  readonly behindHead: string;
};

/** What a few small reads show. */
export type BootFacts = {
  readonly images: readonly BootImageHead[];
  /** Absent where there is no boot record, or no code in it. */
  readonly code?: BootCodeDigests;
};

/** What all bytes of a boot image come to; absent parts could not be computed. */
export type BootContent = {
  /** Logical byte, and bytes. */
  readonly start: number;
  readonly length: number;
  readonly sha256?: string;
  /** Sum of its words of 32 bits from byte 64 on, as the boot information table has it. */
  readonly sum?: number;
};
