// Mutation cases of ISO-PVD-010, 012 and 015 to 018: reserved bytes, fillers and dates of descriptors.

import { fill, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;
const SVD = PVD + 2048;
const LEVEL_1 = "iso-level1-genisoimage";
const JOLIET = "joliet-genisoimage";
const CREATION = PVD + 813;

ruleCases("ISO-PVD-010", [
  ...[[7, 1], [72, 8], [88, 32], [882, 1], [1395, 653]].map(([at = 0, size = 0]) => ({
    name: `byte ${at} of the primary descriptor`,
    image: LEVEL_1,
    mutate: (view: DataView) => fill(view, PVD + at, Math.min(size, 5), 0x58),
    hits: [{ start: PVD + at, length: Math.min(size, 5) }],
  })),
  {
    name: "volume flags of the Joliet descriptor",
    image: JOLIET,
    mutate: (view) => view.setUint8(SVD + 7, 2),
    hits: [{ start: SVD + 7, length: 1, volume: "joliet" }],
  },
]);

ruleCases("ISO-PVD-012", [
  {
    name: "the publisher is all zeros",
    image: LEVEL_1,
    mutate: (view) => fill(view, PVD + 318, 128),
    hits: [{ start: PVD + 318, length: 128 }],
  },
]);

ruleCases("ISO-PVD-015", [
  {
    name: "month 13",
    image: LEVEL_1,
    mutate: (view) => setText(view, CREATION + 4, "13"),
    hits: [{ start: CREATION, length: 17 }],
  },
  {
    name: "letters in the expiration date",
    image: LEVEL_1,
    mutate: (view) => setText(view, CREATION + 34, "20X0"),
    hits: [{ start: CREATION + 34, length: 17 }],
  },
]);

ruleCases("ISO-PVD-016", [
  {
    name: "NUL in place of some digits",
    image: LEVEL_1,
    mutate: (view) => fill(view, CREATION + 34, 3),
    hits: [{ start: CREATION + 34, length: 17 }],
  },
  {
    name: "an offset on an unset date",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(CREATION + 34 + 16, 4),
    hits: [{ start: CREATION + 34, length: 17 }],
  },
]);

ruleCases("ISO-PVD-017", [
  {
    name: "53 quarter hours",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(CREATION + 16, 53),
    hits: [{ start: CREATION + 16, length: 1 }],
  },
]);

ruleCases("ISO-PVD-018", [
  {
    name: "modified in 1999",
    image: LEVEL_1,
    mutate: (view) => setText(view, CREATION + 17, "1999"),
    hits: [{ start: CREATION + 17, length: 17 }],
  },
]);
