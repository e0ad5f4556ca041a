// Mutation cases of ISO-PVD-020 to 023: the root directory record.

import { setBoth32 } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;
const ROOT = PVD + 156;
const LEVEL_1 = "iso-level1-genisoimage";

ruleCases("ISO-PVD-020", [
  {
    name: "a length of 36",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(ROOT, 36),
    hits: [{ start: ROOT, length: 1 }],
  },
  {
    name: "identifier 01",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(ROOT + 33, 1),
    hits: [{ start: ROOT + 33, length: 1 }],
  },
]);

ruleCases("ISO-PVD-021", [
  {
    name: "the location names a block without records: the path table's is taken",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, ROOT + 2, 100),
    hits: [
      { start: ROOT, length: 34 },
      { rule: "ISO-PVD-022", start: ROOT + 2, length: 8 },
    ],
  },
  {
    name: "no directory flag",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(ROOT + 25, 0),
    hits: [{ start: ROOT + 2, length: 16 }],
  },
]);

ruleCases("ISO-PVD-022", [
  {
    name: "the root is said to have two sectors",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, ROOT + 10, 4096),
    hits: [
      { start: ROOT + 10, length: 8 },
      { rule: "ISO-DIR-042", start: 49_152, length: 2048 },
    ],
  },
]);

ruleCases("ISO-PVD-023", [
  {
    name: "another day",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(ROOT + 20, view.getUint8(ROOT + 20) % 28 + 1),
    hits: [{ start: ROOT + 18, length: 7 }],
  },
]);
