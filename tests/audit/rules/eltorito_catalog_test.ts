// Mutation cases of boot records and of the sections of boot catalogues.

import { assertEquals } from "@std/assert";
import { buildImage } from "../../support/builder.ts";
import { fixtureImage } from "../../support/fixtures.ts";
import { bootEntry, validationEntry } from "../../support/iso_encode.ts";
import { copy, fill, setText } from "../edits.ts";
import { placesOf } from "../places.ts";
import { auditBytes, type RuleCase, ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const BOOT_RECORD = 17 * 2048;
/** The validation entry, the initial entry, a section header, its entry, and zeros. */
const CATALOG = (await placesOf(SAMPLE)).catalog();
const [INITIAL, HEADER, ENTRY, REST] = [1, 2, 3, 4].map((number) => CATALOG + 32 * number) as [
  number,
  number,
  number,
  number,
]; // Four numbers make four.

function byte(name: string, at: number, value: number, start = at, length = 1): RuleCase {
  return {
    name,
    image: SAMPLE,
    mutate: (view) => view.setUint8(at, value),
    hits: [{ start, length }],
  };
}

ruleCases("ELT-001", [
  byte("a letter behind the text", BOOT_RECORD + 7 + 25, 0x58, BOOT_RECORD + 7, 32),
], structure);

ruleCases("ELT-002", [
  {
    name: "it changes places with the Joliet descriptor",
    image: SAMPLE,
    mutate: (view) => {
      const record = new Uint8Array(view.buffer, view.byteOffset + BOOT_RECORD, 2048).slice();
      copy(view, BOOT_RECORD + 2048, BOOT_RECORD, 2048);
      new Uint8Array(view.buffer, view.byteOffset + BOOT_RECORD + 2048, 2048).set(record);
    },
    hits: [
      { start: BOOT_RECORD + 2048, length: 2048 },
      // It says which level of UCS-2 there is, now at another place.
      { rule: "JOL-001", start: BOOT_RECORD + 88, length: 3 },
    ],
  },
], structure);

Deno.test("the boot record stays in its place where the primary descriptor is blank", async () => {
  const bytes = (await fixtureImage(SAMPLE)).slice();
  bytes.fill(0, 16 * 2048, 17 * 2048);
  const { result } = await auditBytes(bytes, "blank.iso", { structureOnly: true });
  assertEquals(result.findings.filter(({ rule }) => rule === "ELT-002"), []);
});

ruleCases("ELT-003", [
  byte("the boot identifier", BOOT_RECORD + 39, 7),
  byte("a byte near the end", BOOT_RECORD + 2000, 7),
], structure);

ruleCases("ELT-018", [
  {
    name: "1000",
    image: SAMPLE,
    mutate: (view) => view.setUint16(INITIAL + 2, 0x1000, true),
    hits: [{ start: INITIAL + 2, length: 2 }],
  },
], structure);

ruleCases("ELT-019", [
  byte("the last header says that more follow", HEADER, 0x90, HEADER, 32),
  byte("92", HEADER, 0x92, HEADER, 32),
  {
    name: "another header behind the last",
    image: SAMPLE,
    mutate: (view) => view.setUint8(REST, 0x91),
    hits: [{ start: HEADER, length: 32 }],
  },
  {
    name: "entries without a header",
    image: SAMPLE,
    mutate: (view) => copy(view, ENTRY, HEADER, 32),
    hits: [
      { start: HEADER, length: 32 },
      { start: ENTRY, length: 32 },
      { rule: "ELT-028", start: CATALOG + 1, length: 1 },
    ],
  },
], structure);

ruleCases("ELT-020", [byte("2", HEADER + 2, 2, HEADER + 2, 2)], structure);

ruleCases("ELT-021", [
  byte("zeros behind an entry that has an extension", ENTRY + 1, 0x20, ENTRY, 32),
  {
    name: "an extension that has another",
    image: SAMPLE,
    prepare: (view) => {
      view.setUint8(ENTRY + 1, 0x20);
      view.setUint8(REST, 0x44);
    },
    mutate: (view) => view.setUint8(REST + 1, 0x20),
    hits: [{ start: REST, length: 32 }],
  },
], structure);

ruleCases("ELT-022", [byte("a byte", REST + 5, 7)], structure);

ruleCases("ELT-023", [
  byte("byte 5 of the initial entry", INITIAL + 5, 7),
  byte("byte 20 of the initial entry", INITIAL + 20, 7),
  byte("criteria without a type", ENTRY + 15, 7),
], structure);

const APPENDED = "append-partition-xorriso";
const APPENDED_ENTRY = (await placesOf(APPENDED)).catalog() + 96;

ruleCases("ELT-024", [
  {
    name: "the partition behind the volume, and no more the file",
    image: APPENDED,
    prepare: (view) => view.setUint32(APPENDED_ENTRY + 8, 180_224 / 2048, true),
    mutate: (view) => view.setUint32(APPENDED_ENTRY + 8, 841, true),
    hits: [{ start: APPENDED_ENTRY + 8, length: 4 }],
  },
], structure);

/** An image with an El Torito boot record and one of another system. */
function twoRecords(): Uint8Array {
  return buildImage({
    children: [{ name: "BOOT.BIN;1", content: new Uint8Array(2048).fill(0x90) }],
    boot: [
      {
        catalog: (locate) => [
          validationEntry(),
          bootEntry({ sector: locate("/BOOT.BIN;1"), count: 4 }),
        ],
      },
      { system: "OTHER SYSTEM", use: new Uint8Array(0) },
    ],
  }).bytes();
}

ruleCases("ELT-029", [
  {
    name: "the second becomes El Torito's",
    image: twoRecords,
    mutate: (view) => {
      fill(view, BOOT_RECORD + 2048 + 7, 32);
      setText(view, BOOT_RECORD + 2048 + 7, "EL TORITO SPECIFICATION");
      view.setUint32(BOOT_RECORD + 2048 + 71, view.getUint32(BOOT_RECORD + 71, true), true);
    },
    hits: [BOOT_RECORD, BOOT_RECORD + 2048].map((start) => ({ start, length: 2048 })),
  },
], structure);
