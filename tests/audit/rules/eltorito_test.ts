// Mutation cases of the El Torito boot catalogue.

import { placesOf } from "../places.ts";
import { type RuleCase, ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const catalog = (await placesOf(SAMPLE)).catalog();
const BOOT_RECORD = 17 * 2048;
const INITIAL = catalog + 32;
const SECTION = catalog + 64;

/** Adds to a word of the validation entry and takes the same from its checksum. */
function addToWord(view: DataView, word: number, value: number): void {
  for (const [at, change] of [[word, value], [28, -value]] as const) {
    view.setUint16(catalog + at, view.getUint16(catalog + at, true) + change, true);
  }
}

function byte(name: string, at: number, value: number, more: RuleCase["hits"] = []): RuleCase {
  return {
    name,
    image: SAMPLE,
    mutate: (view) => view.setUint8(at, value),
    hits: [{ start: at, length: 1 }, ...more],
  };
}

ruleCases("ELT-004", [
  {
    name: "past the end of the image",
    image: SAMPLE,
    mutate: (view) => view.setUint32(BOOT_RECORD + 71, 50_000, true),
    hits: [{ start: BOOT_RECORD + 71, length: 4 }],
  },
  {
    name: "sector 0",
    image: SAMPLE,
    mutate: (view) => view.setUint32(BOOT_RECORD + 71, 0, true),
    hits: [{ start: BOOT_RECORD + 71, length: 4 }],
  },
], structure);

const CHECKSUM = { rule: "ELT-006", start: catalog + 28, length: 2 };

ruleCases("ELT-005", [byte("header 2", catalog, 2, [CHECKSUM])], structure);

ruleCases("ELT-006", [
  {
    name: "another checksum",
    image: SAMPLE,
    mutate: (view) => view.setUint8(catalog + 28, view.getUint8(catalog + 28) + 1),
    hits: [{ start: catalog + 28, length: 2 }],
  },
], structure);

ruleCases("ELT-007", [
  {
    name: "AA 55",
    image: SAMPLE,
    mutate: (view) => view.setUint16(catalog + 30, 0xaa55),
    hits: [{ start: catalog + 30, length: 2 }, CHECKSUM],
  },
], structure);

ruleCases("ELT-008", [
  {
    name: "platform 3 in the validation entry",
    image: SAMPLE,
    mutate: (view) => addToWord(view, 0, 0x0300),
    hits: [{ start: catalog + 1, length: 1 }],
  },
  byte("platform 3 in a section header", SECTION + 1, 3),
], structure);

ruleCases("ELT-009", [
  {
    name: "one of the two bytes",
    image: SAMPLE,
    mutate: (view) => addToWord(view, 2, 7),
    hits: [{ start: catalog + 2, length: 2 }],
  },
], structure);

ruleCases("ELT-010", [byte("77", INITIAL, 0x77)], structure);

ruleCases("ELT-011", [byte("00", INITIAL, 0)], structure);

ruleCases("ELT-012", [
  byte("medium 5", INITIAL + 1, 5),
  byte("bit 5 in the initial entry", INITIAL + 1, 0x20),
  byte("bit 4 in a section entry", SECTION + 32 + 1, 0x10),
], structure);

ruleCases("ELT-013", [
  ...[0, 18, 50_000].map((sector): RuleCase => ({
    name: `sector ${sector}`,
    image: SAMPLE,
    mutate: (view) => view.setUint32(INITIAL + 8, sector, true),
    hits: [
      { start: INITIAL + 8, length: 4 },
      { rule: "MBR-008", start: 432, length: 8 },
    ],
  })),
], structure);

ruleCases("ELT-014", [
  {
    name: "65535 blocks",
    image: SAMPLE,
    mutate: (view) => view.setUint16(INITIAL + 6, 0xffff, true),
    hits: [{ start: INITIAL + 6, length: 2 }],
  },
], structure);
