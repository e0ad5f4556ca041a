// Mutation cases of the EXT family: overlaps, shared extents, and what nobody owns.

import { copy, fill, setBoth32, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const LEVEL_1 = "iso-level1-genisoimage";
/** Record of /README.TXT in the root directory: behind `.`, `..`, DATA, DOCS and EMPTYDIR. */
const README = 47104 + 34 + 34 + 38 + 38 + 42;
/** Where the image has bytes that nobody owns. */
const GAPS = [[36_864, 2048], [38_974, 4034], [43_070, 4034], [79_872, 307_200]];

ruleCases("EXT-001", [
  {
    name: "a file grows into the next one",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, README + 10, 3000),
    hits: [{ start: 59392, length: 952 }],
  },
]);

ruleCases("EXT-002", [
  {
    name: "a file becomes a second name of another",
    image: LEVEL_1,
    mutate: (view) => {
      setBoth32(view, README + 2, 29);
      setBoth32(view, README + 10, 5000);
    },
    hits: [
      { start: 59392, length: 5000 },
      { rule: "EXT-004", start: 57344, length: 70 },
    ],
  },
]);

ruleCases("EXT-003", [
  {
    name: "a file lies over a directory",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, README + 2, 27),
    hits: [
      { start: 55296, length: 70 },
      { rule: "EXT-004", start: 57344, length: 70 },
    ],
  },
]);

ruleCases("EXT-004", [
  {
    name: "text in the padding",
    image: LEVEL_1,
    mutate: (view) => setText(view, 100_000, "hidden"),
    hits: [{ start: 100_000, length: 6 }],
  },
]);

ruleCases("EXT-005", [
  {
    name: "a gap of zeros in an image whose gaps are all in use",
    image: LEVEL_1,
    prepare: (view) => {
      for (const [at = 0, length = 0] of GAPS) fill(view, at, length, 1);
    },
    mutate: (view) => fill(view, 38_974, 4034),
    hits: [{}],
  },
]);

ruleCases("EXT-006", [
  {
    name: "text behind a file",
    image: LEVEL_1,
    mutate: (view) => setText(view, 57_500, "hidden"),
    hits: [{ start: 57_500, length: 6 }],
  },
]);

ruleCases("EXT-007", [
  {
    name: "a directory is said to be shorter than its records",
    image: LEVEL_1,
    mutate: (view) => {
      copy(view, 55296 + 34, 55296 + 600, 34);
      for (const at of [47104 + 68, 55296]) setBoth32(view, at + 10, 512);
    },
    hits: [
      { start: 55296 + 600, length: 34 },
      { rule: "ISO-DIR-011", start: 47104 + 68 + 10, length: 8 },
    ],
  },
]);
