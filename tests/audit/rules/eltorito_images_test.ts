// Mutation cases of what boot images hold.

import { fixtureImage } from "../../support/fixtures.ts";
import { fill } from "../edits.ts";
import { placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const CATALOG = (await placesOf(SAMPLE)).catalog();
const HEADER = CATALOG + 64;
const ENTRY = CATALOG + 96;
/** The boot images for a BIOS and for EFI. */
const BIOS = 53 * 2048;
const EFI = 54 * 2048;

const PLAIN = "eltorito-genisoimage";
const PLAIN_CATALOG = (await placesOf(PLAIN)).catalog();
const plain = await fixtureImage(PLAIN);
const PLAIN_BIOS = 28 * 2048;
const PLAIN_EFI = 29 * 2048;

async function find(fixture: string, text: string, from: number): Promise<number> {
  const bytes = await fixtureImage(fixture);
  const wanted = [...text].map((letter) => letter.charCodeAt(0));
  for (let at = from; at < bytes.length; at++) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  throw new RangeError(`Cannot find ${text}`);
}

ruleCases("ELT-015", [
  {
    name: "1 block",
    image: SAMPLE,
    mutate: (view) => view.setUint16(ENTRY + 6, 1, true),
    hits: [{ start: ENTRY + 6, length: 2 }],
  },
], structure);

ruleCases("ELT-016", [
  {
    name: "1.44 MB as 2.88 MB",
    image: "eltorito-floppy-genisoimage",
    mutate: (view) => view.setUint8(PLAIN_CATALOG + 33, 3),
    hits: [{ start: PLAIN_BIOS, length: 1_474_560 }],
  },
], structure);

const TABLE = PLAIN_BIOS + 446;

ruleCases("ELT-017", [
  {
    name: "another type in the catalog",
    image: "eltorito-disk-genisoimage",
    mutate: (view) => view.setUint8(PLAIN_CATALOG + 36, 7),
    hits: [{ start: TABLE, length: 64 }],
  },
  {
    name: "two partitions",
    image: "eltorito-disk-genisoimage",
    mutate: (view) => view.setUint32(TABLE + 16 + 12, 1, true),
    hits: [{ start: TABLE, length: 64 }],
  },
  {
    name: "no boot record",
    image: "eltorito-disk-genisoimage",
    mutate: (view) => view.setUint16(PLAIN_BIOS + 510, 0),
    hits: [{ start: TABLE, length: 64 }],
  },
], structure);

ruleCases("ELT-025", [
  {
    name: "one bit of the boot file",
    image: PLAIN,
    mutate: (view) => view.setUint8(PLAIN_BIOS + 200, view.getUint8(PLAIN_BIOS + 200) ^ 1),
    hits: [{ start: PLAIN_BIOS + 8, length: 16 }],
  },
  {
    name: "another length",
    image: PLAIN,
    mutate: (view) => view.setUint32(PLAIN_BIOS + 16, 2047, true),
    hits: [{ start: PLAIN_BIOS + 8, length: 16 }],
    structureOnly: true,
  },
]);

const efiDirectory = await find(SAMPLE, "EFI        ", EFI + 512);
const bootDirectory = await find(SAMPLE, "BOOT       ", EFI + 512);

ruleCases("ELT-026", [
  {
    name: "no mark of a boot sector",
    image: SAMPLE,
    mutate: (view) => view.setUint16(EFI + 510, 0),
    hits: [{ start: EFI, length: 512 }],
  },
  ...[efiDirectory, bootDirectory].map((at) => ({
    name: `another name at ${at - EFI}`,
    image: SAMPLE,
    mutate: (view: DataView) => view.setUint8(at, 0x58),
    hits: [{ start: EFI, length: 512 }],
  })),
], structure);

ruleCases("ELT-027", [
  {
    name: "200 sectors in the room of 128",
    image: SAMPLE,
    mutate: (view) => view.setUint16(EFI + 19, 200, true),
    hits: [
      { start: EFI + 19, length: 2 },
      { rule: "ELT-015", start: ENTRY + 6, length: 2 },
    ],
  },
], structure);

ruleCases("ELT-028", [
  {
    name: "platform 0 of an EFI volume",
    image: SAMPLE,
    mutate: (view) => view.setUint8(HEADER + 1, 0),
    hits: [{ start: HEADER + 1, length: 1 }],
  },
  {
    name: "platform EF of code for a BIOS",
    image: SAMPLE,
    mutate: (view) => {
      view.setUint32(ENTRY + 8, BIOS / 2048, true);
      view.setUint16(ENTRY + 6, 4, true);
    },
    hits: [
      { start: HEADER + 1, length: 1 },
      { rule: "ELT-026", start: BIOS, length: 512 },
      { rule: "MBR-011", start: 462 + 8, length: 8 },
    ],
  },
], structure);

ruleCases("ELT-030", [
  {
    name: "a section with another boot image",
    image: PLAIN,
    prepare: (view) => fill(view, PLAIN_CATALOG + 64, 64),
    mutate: (view) => {
      for (let at = PLAIN_CATALOG + 64; at < PLAIN_CATALOG + 128; at++) {
        view.setUint8(at, plain[at] ?? 0);
      }
    },
    hits: [{ start: PLAIN_EFI, length: 65_536 }],
  },
]);
