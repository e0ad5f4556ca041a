// Mutation cases of ISO-VDS-001 to 012, 015 and 016: the volume descriptor set.

import { copy, cutTo, extended, fill, setBoth32, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;
const SECTOR = 2048;
const LEVEL_1 = "iso-level1-genisoimage";
const JOLIET = "joliet-genisoimage";

/** Makes room behind the set: the unclaimed sector that follows it becomes the terminator. */
function insert(view: DataView, at: number, terminator: number): void {
  copy(view, terminator, terminator + SECTOR, SECTOR);
  if (at !== terminator) copy(view, at, terminator, SECTOR);
}

ruleCases("ISO-VDS-001", [
  {
    name: "the identifier of the primary descriptor is damaged",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(PVD + 2, 0x45),
    hits: [{ start: PVD, length: 5 }],
  },
  {
    name: "the set is blank",
    image: LEVEL_1,
    mutate: (view) => fill(view, PVD, 2 * SECTOR),
    hits: [{ start: PVD, length: SECTOR }],
  },
]);

ruleCases("ISO-VDS-002", [
  {
    name: "CDROM at byte 9",
    image: LEVEL_1,
    mutate: (view) => {
      fill(view, PVD, 2 * SECTOR);
      setText(view, PVD + 9, "CDROM");
    },
    hits: [
      { start: PVD + 9, length: 5 },
      { rule: "LIM-001", start: PVD, length: 96 },
    ],
  },
]);

ruleCases("ISO-VDS-003", [
  {
    name: "the terminator is blank",
    image: LEVEL_1,
    mutate: (view) => fill(view, PVD + SECTOR, SECTOR),
    hits: [{ start: PVD, length: SECTOR }],
  },
  {
    name: "the image ends inside the terminator",
    image: LEVEL_1,
    mutate: (view) => cutTo(view, PVD + SECTOR + 7),
    hits: [
      { start: PVD + SECTOR, length: 7 },
      {
        rule: "IMG-001",
        space: "file",
        start: PVD + SECTOR + 7,
        length: 387_072 - PVD - SECTOR - 7,
      },
      { rule: "IMG-005", space: "file", start: PVD + SECTOR, length: 7 },
      { rule: "ISO-PVD-021", start: PVD + 158, length: 16 },
      { rule: "ISO-PTH-001", start: PVD + 140, length: 4 },
      { rule: "ISO-PTH-002", start: PVD + 148, length: 4 },
    ],
  },
]);

ruleCases("ISO-VDS-004", [
  {
    name: "the primary descriptor becomes a boot record of no known system",
    image: JOLIET,
    mutate: (view) => view.setUint8(PVD, 0),
    // Its tree and tables are found without it.
    hits: [
      { start: PVD, length: SECTOR },
    ],
  },
]);

ruleCases("ISO-VDS-005", [
  {
    name: "a second primary descriptor with another label",
    image: LEVEL_1,
    mutate: (view) => {
      insert(view, PVD, PVD + SECTOR);
      setText(view, PVD + SECTOR + 40, "OTHER");
    },
    hits: [{ start: PVD + SECTOR + 40, length: 32 }],
  },
]);

ruleCases("ISO-VDS-006", [
  {
    name: "version 0",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(PVD + SECTOR + 6, 0),
    hits: [{ start: PVD + SECTOR + 6, length: 1 }],
  },
]);

ruleCases("ISO-VDS-007", [
  {
    name: "version 3 of the primary descriptor",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(PVD + 6, 3),
    hits: [{ start: PVD + 6, length: 1 }],
  },
  {
    name: "version 0 of the Joliet descriptor",
    image: JOLIET,
    mutate: (view) => view.setUint8(PVD + SECTOR + 6, 0),
    hits: [{ start: PVD + SECTOR + 6, length: 1 }],
  },
]);

ruleCases("ISO-VDS-008", [
  {
    name: "a descriptor of type 4",
    image: LEVEL_1,
    mutate: (view) => {
      insert(view, PVD, PVD + SECTOR);
      view.setUint8(PVD + SECTOR, 4);
    },
    hits: [{ start: PVD + SECTOR, length: 1 }],
  },
]);

ruleCases("ISO-VDS-009", [
  {
    name: "text in the terminator",
    image: LEVEL_1,
    mutate: (view) => setText(view, PVD + SECTOR + 500, "hidden"),
    hits: [{ start: PVD + SECTOR + 500, length: 6 }],
  },
]);

ruleCases("ISO-VDS-010", [
  {
    name: "a boot record comes first",
    image: LEVEL_1,
    mutate: (view) => {
      insert(view, PVD, PVD + SECTOR);
      fill(view, PVD + 7, SECTOR - 7);
      view.setUint8(PVD, 0);
    },
    hits: [
      { start: PVD + SECTOR, length: SECTOR },
      // The descriptor names its tool at its new place.
      { rule: "ISO-PVD-026", start: PVD + SECTOR + 574, length: 128 },
    ],
  },
]);

function partition(view: DataView, location: number, size: number): void {
  insert(view, PVD + SECTOR, PVD + SECTOR);
  fill(view, PVD + SECTOR + 7, SECTOR - 7);
  view.setUint8(PVD + SECTOR, 3);
  setBoth32(view, PVD + SECTOR + 72, location);
  setBoth32(view, PVD + SECTOR + 80, size);
}

ruleCases("ISO-VDS-011", [
  {
    name: "a partition past the end of the volume",
    image: LEVEL_1,
    mutate: (view) => partition(view, 100, 100),
    hits: [{ start: PVD + SECTOR + 72, length: 16 }],
  },
  {
    name: "its location differs in the two orders",
    image: LEVEL_1,
    mutate: (view) => {
      partition(view, 100, 10);
      view.setUint32(PVD + SECTOR + 76, 101);
    },
    hits: [{ start: PVD + SECTOR + 72, length: 8 }],
  },
]);

ruleCases("ISO-VDS-012", [
  {
    name: "the primary descriptor again, as an enhanced one",
    image: LEVEL_1,
    mutate: (view) => {
      insert(view, PVD, PVD + SECTOR);
      view.setUint8(PVD + SECTOR, 2);
      view.setUint8(PVD + SECTOR + 6, 2);
      view.setUint8(PVD + SECTOR + 881, 2);
    },
    hits: [{ start: PVD + SECTOR, length: SECTOR }],
  },
]);

ruleCases("ISO-VDS-015", [
  {
    name: "two descriptors in the padding",
    image: LEVEL_1,
    mutate: (view) => copy(view, PVD, 200_704, 2 * SECTOR),
    hits: [
      { start: 200_704, length: 2 * SECTOR },
      { rule: "EXT-004", start: 200_704, length: 2055 },
    ],
  },
  {
    name: "an image behind the volume",
    image: LEVEL_1,
    mutate: (view) => {
      const longer = extended(view, SECTOR);
      longer.set(longer.subarray(PVD, PVD + SECTOR), 387_072);
      return longer;
    },
    hits: [
      { start: 387_072, length: SECTOR },
      { rule: "IMG-003", start: 387_072, length: 1395 },
    ],
  },
]);

/** Path tables and directories of the Joliet tree, which nothing names any more. */
const jolietLost = [
  { rule: "EXT-004", start: 49_152, length: 4218 },
  { rule: "EXT-004", start: 67_584, length: 8319 },
];

ruleCases("ISO-VDS-016", [
  {
    name: "the Joliet descriptor is blank",
    image: JOLIET,
    mutate: (view) => fill(view, PVD + SECTOR, SECTOR),
    // What nobody owns without it is one finding, by its first place.
    hits: [{ start: PVD + SECTOR, length: SECTOR }, ...jolietLost.slice(0, 1)],
  },
  {
    name: "the identifier of the Joliet descriptor is damaged",
    image: JOLIET,
    mutate: (view) => view.setUint8(PVD + SECTOR + 1, 0),
    hits: [
      { start: PVD + SECTOR, length: 5 },
      { rule: "EXT-004", start: PVD + SECTOR, length: 1395 },
    ],
  },
]);
