// Mutation cases of the master boot record.

import { ruleCases, structure } from "../rule_cases.ts";

ruleCases("MBR-001", [
  {
    name: "an entry of type 00 gets a block count",
    image: "iso-level1-genisoimage",
    prepare: (view) => {
      view.setUint8(0, 0xfa);
      view.setUint16(510, 0x55aa);
    },
    mutate: (view) => view.setUint32(446 + 12, 100, true),
    hits: [
      { start: 510, length: 2 },
      { rule: "MBR-007", start: 446 + 8, length: 8 },
      { rule: "MBR-009", start: 440, length: 4 },
      { rule: "IMG-017" },
    ],
  },
], structure);

const ENTRY = 446;
const SECOND = ENTRY + 16;

ruleCases("MBR-002", [
  {
    name: "three times the size of the image",
    image: "sample",
    mutate: (view) => view.setUint32(ENTRY + 12, Math.ceil(view.byteLength / 512) * 3, true),
    hits: [
      { start: ENTRY + 8, length: 8 },
      { rule: "MBR-005", start: ENTRY + 5, length: 3 },
    ],
  },
], structure);

ruleCases("MBR-003", [
  {
    name: "the first ends inside the second",
    image: "sample",
    mutate: (view) => {
      view.setUint32(ENTRY + 8, 32, true);
      view.setUint32(ENTRY + 12, 200, true);
    },
    hits: [
      { start: SECOND + 8, length: 8 },
      { rule: "MBR-005", start: ENTRY + 1, length: 3 },
      { rule: "IMG-017" },
    ],
  },
], structure);

ruleCases("MBR-004", [
  {
    name: "7F",
    image: "sample",
    mutate: (view) => view.setUint8(SECOND, 0x7f),
    hits: [{ start: SECOND, length: 1 }],
  },
  {
    name: "two are active",
    image: "sample",
    mutate: (view) => view.setUint8(SECOND, 0x80),
    hits: [{ start: SECOND, length: 1 }],
  },
], structure);

ruleCases("MBR-005", [
  {
    name: "another head at the end",
    image: "sample",
    mutate: (view) => view.setUint8(ENTRY + 5, 5),
    hits: [{ start: ENTRY + 5, length: 3 }],
  },
], structure);

ruleCases("MBR-006", [
  {
    name: "one block more than there is",
    image: "append-partition-xorriso",
    mutate: (view) => view.setUint32(ENTRY + 12, view.getUint32(ENTRY + 12, true) + 1, true),
    hits: [
      { start: ENTRY + 12, length: 4 },
      { rule: "MBR-005", start: ENTRY + 5, length: 3 },
    ],
  },
], structure);

ruleCases("MBR-007", [
  {
    name: "type 17",
    image: "sample",
    prepare: (view) => view.setUint8(ENTRY + 4, 0xda),
    mutate: (view) => view.setUint8(ENTRY + 4, 0x17),
    hits: [{ start: ENTRY + 8, length: 8 }],
  },
], structure);

ruleCases("MBR-009", [
  {
    name: "an entry gets a block count",
    image: "sample",
    prepare: (view) => {
      view.setUint32(ENTRY + 12, 0);
      view.setUint32(SECOND + 12, 0);
    },
    mutate: (view) => {
      view.setUint32(ENTRY + 8, 1, true);
      view.setUint32(ENTRY + 12, 855, true);
      view.setUint8(ENTRY + 2, 2);
    },
    hits: [
      { start: 440, length: 4 },
      { rule: "MBR-001", start: 510, length: 2 },
    ],
  },
], structure);
