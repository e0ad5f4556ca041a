// Mutation cases of HFS and HFS Plus volumes.

import { fill, setText } from "../edits.ts";
import { ruleCases, structure } from "../rule_cases.ts";

/** HFS from byte 0 on, by genisoimage. */
const HFS = "hfs-genisoimage";
const BLOCK = 1024;
const CATALOG = 843_776;
const ALTERNATE = 901_120;

/** HFS Plus in an Apple partition, by libisofs. */
const PLUS = "hfsplus-xorriso";
const START = 65_536;
const HEADER = START + 1024;
const PLUS_CATALOG = START + 2048;
const PLUS_ALTERNATE = START + 27 * 2048 - 1024;

ruleCases("HFS-001", [
  {
    name: "no signature",
    image: PLUS,
    mutate: (view) => fill(view, HEADER, 2),
    hits: [{ start: HEADER, length: 2 }],
  },
  {
    name: "a FAT volume",
    image: PLUS,
    mutate: (view) => {
      fill(view, HEADER, 2);
      view.setUint16(START + 11, 512, true);
      view.setUint8(START + 16, 2);
      view.setUint16(START + 510, 0x55aa);
    },
    hits: [{ start: HEADER, length: 2, severity: "info" }],
  },
], structure);

ruleCases("HFS-002", [
  {
    name: "no second header",
    image: PLUS,
    mutate: (view) => fill(view, PLUS_ALTERNATE, 2),
    hits: [{ start: PLUS_ALTERNATE, length: 512 }],
  },
  {
    name: "another number of blocks",
    image: PLUS,
    mutate: (view) => view.setUint32(PLUS_ALTERNATE + 44, 28),
    hits: [{ start: PLUS_ALTERNATE + 44, length: 4 }],
  },
  {
    name: "another number of blocks, HFS",
    image: HFS,
    mutate: (view) => view.setUint16(ALTERNATE + 18, 441),
    hits: [{ start: ALTERNATE + 18, length: 2, severity: "info" }],
  },
], structure);

ruleCases("HFS-003", [
  {
    name: "100000 blocks",
    image: PLUS,
    mutate: (view) => view.setUint32(HEADER + 44, 100_000),
    hits: [
      { start: HEADER + 44, length: 4 },
    ],
  },
  {
    name: "60000 blocks, HFS",
    image: HFS,
    mutate: (view) => view.setUint16(BLOCK + 18, 60_000),
    hits: [
      { start: BLOCK + 18, length: 2 },
    ],
  },
], structure);

ruleCases("HFS-004", [
  {
    name: "28 of 27",
    image: PLUS,
    mutate: (view) => view.setUint32(HEADER + 48, 28),
    hits: [{ start: HEADER + 48, length: 4 }],
  },
  {
    name: "441 of 440, HFS",
    image: HFS,
    mutate: (view) => view.setUint16(BLOCK + 34, 441),
    hits: [{ start: BLOCK + 34, length: 2 }],
  },
], structure);

ruleCases("HFS-005", [
  {
    name: "another kind of node",
    image: PLUS,
    mutate: (view) => view.setUint8(PLUS_CATALOG + 8, 0),
    hits: [{ start: PLUS_CATALOG + 8, length: 1 }],
  },
  {
    name: "nodes of 513 bytes, HFS",
    image: HFS,
    mutate: (view) => view.setUint16(CATALOG + 32, 513),
    hits: [{ start: CATALOG + 32, length: 2 }],
  },
  {
    name: "a root past the last node",
    image: HFS,
    mutate: (view) => view.setUint32(CATALOG + 16, 96),
    hits: [{ start: CATALOG + 16, length: 4 }],
  },
], structure);

ruleCases("HFS-006", [
  {
    name: "bit 8 of the attributes is clear",
    image: HFS,
    mutate: (view) => view.setUint16(BLOCK + 10, 0x8080),
    hits: [{ start: BLOCK + 10, length: 2 }],
  },
], structure);

ruleCases("HFS-007", [
  {
    name: "past the last block of the wrapper",
    image: HFS,
    mutate: (view) => {
      setText(view, BLOCK + 124, "H+");
      view.setUint16(BLOCK + 126, 430);
      view.setUint16(BLOCK + 128, 20);
    },
    hits: [{ start: BLOCK + 126, length: 4 }],
  },
], structure);

ruleCases("HFS-008", [
  {
    name: "the leaves of a catalog are found again",
    image: HFS,
    prepare: (view) => view.setUint32(CATALOG + 24, 0),
    mutate: (view) => view.setUint32(CATALOG + 24, 1),
    hits: [{ start: CATALOG, length: 44, volume: "hfs" }],
  },
], structure);
