// Mutation cases of GUID partition tables.

import { fixtureImage } from "../../support/fixtures.ts";
import { extended, fill } from "../edits.ts";
import { seal } from "../gpt_edits.ts";
import { type RuleCase, ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const PRIMARY = 512;
const original = new DataView((await fixtureImage(SAMPLE)).slice().buffer);
const BACKUP = Number(original.getBigUint64(PRIMARY + 32, true)) * 512;
const ARRAY = Number(original.getBigUint64(PRIMARY + 72, true)) * 512;

ruleCases("GPT-001", [
  {
    name: "another checksum",
    image: SAMPLE,
    mutate: (view) => view.setUint8(PRIMARY + 16, view.getUint8(PRIMARY + 16) ^ 1),
    hits: [{ start: PRIMARY + 16, length: 4 }],
  },
  {
    name: "one bit of the disk GUID in the backup",
    image: SAMPLE,
    mutate: (view) => view.setUint8(BACKUP + 56, view.getUint8(BACKUP + 56) ^ 1),
    hits: [
      { start: BACKUP + 16, length: 4 },
      { rule: "GPT-006", start: BACKUP + 56, length: 16 },
    ],
  },
], structure);

ruleCases("GPT-002", [
  {
    name: "one letter of a name",
    image: SAMPLE,
    mutate: (view) => view.setUint8(ARRAY + 56, 0x51),
    hits: [{ start: PRIMARY + 88, length: 4 }],
  },
  {
    name: "an array past the end of the image",
    image: SAMPLE,
    mutate: (view) => {
      view.setBigUint64(PRIMARY + 72, 99_999_999n, true);
      seal(view, PRIMARY);
    },
    hits: [{ start: PRIMARY + 72, length: 8 }],
  },
], structure);

ruleCases("GPT-003", [
  {
    name: "another revision",
    image: SAMPLE,
    mutate: (view) => {
      view.setUint32(PRIMARY + 8, 0x00020000, true);
      seal(view, PRIMARY);
    },
    hits: [{ start: PRIMARY + 8, length: 4 }],
  },
  {
    name: "a header size of 20",
    image: SAMPLE,
    mutate: (view) => view.setUint32(PRIMARY + 12, 20, true),
    hits: [{ start: PRIMARY + 12, length: 4 }],
  },
  {
    name: "no signature, yet a backup in the last block",
    image: SAMPLE,
    mutate: (view) => fill(view, PRIMARY, 8),
    hits: [
      { start: PRIMARY, length: 8 },
      { rule: "GPT-013", start: BACKUP + 56, length: 16 },
    ],
  },
], structure);

ruleCases("GPT-004", [
  {
    name: "the backup says that it is in block 7",
    image: SAMPLE,
    mutate: (view) => {
      view.setBigUint64(BACKUP + 24, 7n, true);
      seal(view, BACKUP);
    },
    hits: [{ start: BACKUP + 24, length: 8 }],
  },
], structure);

ruleCases("GPT-005", [
  {
    name: "zeros in its place",
    image: SAMPLE,
    mutate: (view) => fill(view, BACKUP, 512),
    hits: [{ start: PRIMARY + 32, length: 8 }],
  },
  {
    name: "an address past the end of the image",
    image: SAMPLE,
    mutate: (view) => {
      view.setBigUint64(PRIMARY + 32, 99_999_999n, true);
      seal(view, PRIMARY);
    },
    hits: [
      { start: PRIMARY + 32, length: 8 },
    ],
  },
], structure);

ruleCases("GPT-006", [
  {
    name: "another last usable block in the backup",
    image: SAMPLE,
    mutate: (view) => {
      view.setBigUint64(BACKUP + 48, view.getBigUint64(BACKUP + 48, true) - 1n, true);
      seal(view, BACKUP);
    },
    hits: [{ start: BACKUP + 48, length: 8 }],
  },
], structure);

ruleCases("GPT-007", [
  {
    name: "a megabyte of zeros behind the image",
    image: SAMPLE,
    mutate: (view) => extended(view, 1 << 20),
    hits: [{ start: PRIMARY + 32, length: 8 }],
  },
], structure);

function bothHeaders(name: string, change: (view: DataView, header: number) => void): RuleCase {
  return {
    name,
    image: SAMPLE,
    mutate: (view) => {
      for (const header of [PRIMARY, BACKUP]) {
        change(view, header);
        seal(view, header);
      }
    },
    hits: [PRIMARY, BACKUP].map((header) => ({ start: header + 80, length: 8 })),
  };
}

ruleCases("GPT-010", [
  bothHeaders("no entries", (view, header) => view.setUint32(header + 80, 0)),
  bothHeaders("entries of 100 bytes", (view, header) => view.setUint32(header + 84, 100, true)),
], structure);

ruleCases("GPT-012", [
  {
    name: "the protective entry gets another type",
    image: "append-partition-xorriso",
    prepare: (view) => view.setUint8(446 + 4, 0xee),
    mutate: (view) => view.setUint8(446 + 4, 0xcd),
    hits: [{ start: 446, length: 64 }],
  },
], structure);

ruleCases("GPT-012", [
  {
    name: "a boot record whose mark is lost",
    image: SAMPLE,
    mutate: (view) => view.setUint16(510, 0),
    hits: [{ start: 510, length: 2, severity: "warning" }],
  },
], structure);
