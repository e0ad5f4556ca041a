// Mutation cases of raw CD sectors. Both images were encoded by another program, with right codes.

import { ruleCases } from "../rule_cases.ts";

const SECTOR = 2352;
/** A sector of /DATA/BLOCK.BIN (xorriso of the plain image), and one of the system area. */
const FILE = 34 * SECTOR;
const SPARE = 3 * SECTOR;

ruleCases("CDR-007", [
  {
    name: "a bit of a file's user data",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(FILE + 1000, view.getUint8(FILE + 1000) ^ 4),
    hits: [{ space: "file", start: FILE + 2064, length: 4 }],
  },
  {
    name: "the code itself, in the system area",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(SPARE + 2064, view.getUint8(SPARE + 2064) ^ 1),
    hits: [{ space: "file", start: SPARE + 2064, length: 4, severity: "warning" }],
  },
]);

ruleCases("CDR-011", [
  {
    name: "a bit of a file's user data",
    image: "mode2-form1-2352",
    mutate: (view) => view.setUint8(FILE + 1000, view.getUint8(FILE + 1000) ^ 4),
    hits: [{ space: "file", start: FILE + 2072, length: 4 }],
  },
]);
