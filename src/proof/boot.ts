// Small reads of what boots: the first bytes of boot images, FAT volumes in them, the code of a boot record.

import { SECTOR } from "../bytes/span.ts";
import { isZero } from "../bytes/text.ts";
import { createDigest } from "../kernel/digest.ts";
import type { BootCodeDigests, BootFacts, BootImageHead } from "../model/boot_facts.ts";
import type { Image } from "../model/image.ts";
import { readFatVolume } from "./fat.ts";

const HEAD = 512;
const CODE = 432;
const OVERWRITTEN = 32;
/** Boot images that are looked into; real catalogues name a handful. */
const IMAGES = 64;

async function readHead(start: number, image: Image): Promise<BootImageHead | undefined> {
  const { bytes, unread } = await image.read(start, HEAD);
  if (unread.length > 0) return undefined;
  const head = bytes.slice();
  const fat = await readFatVolume(start, head, image);
  return { start, head, ...(fat === undefined ? {} : { fat }) };
}

function sha256(bytes: Uint8Array): string {
  const digest = createDigest("sha256", { bytes: bytes.length });
  digest.update(bytes);
  return digest.hex();
}

async function readCode(image: Image): Promise<BootCodeDigests | undefined> {
  const { bytes, unread } = await image.read(0, HEAD);
  const isRecord = bytes.length === HEAD && bytes[510] === 0x55 && bytes[511] === 0xaa;
  const code = bytes.slice(0, CODE);
  if (!isRecord || unread.length > 0 || isZero(code)) return undefined;
  return { all: sha256(code), behindHead: sha256(code.subarray(OVERWRITTEN)) };
}

/** Reads the heads of boot images and the boot code. What cannot be read is left out. */
export async function readBootFacts(image: Image): Promise<BootFacts> {
  const { logicalSize } = image.mapping;
  const starts = new Set(
    image.boot.map(({ sector }) => sector * SECTOR).filter((start) =>
      start > 0 && start < logicalSize
    ),
  );
  const images: BootImageHead[] = [];
  for (const start of [...starts].slice(0, IMAGES)) {
    const head = await readHead(start, image);
    if (head !== undefined) images.push(head);
  }
  const code = await readCode(image);
  return { images, ...(code === undefined ? {} : { code }) };
}
