// Mutation cases of SES-001 to 006, and of the session that libisofs' emulation passes over
// (ISO-VDS-001, ISO-VDS-016).

import { fixtureImage } from "../../support/fixtures.ts";
import { rawImage } from "../../support/raw_builder.ts";
import { fill, setBoth32, setText } from "../edits.ts";
import { ruleCases, structure } from "../rule_cases.ts";
import { Places } from "../places.ts";

const SECTOR = 2048;
const GENISOIMAGE = "multisession-genisoimage";
const XORRISO = "multisession-xorriso";
/** Descriptors of the sessions of the two fixtures. */
const SECOND_GENISOIMAGE = 224 * SECTOR;
const FIRST_XORRISO = 48 * SECTOR;
const SECOND_XORRISO = 112 * SECTOR;
const THIRD_XORRISO = 144 * SECTOR;

const genisoimage = await fixtureImage(GENISOIMAGE);
const xorriso = new Places(await fixtureImage(XORRISO));

ruleCases("SES-001", [
  {
    name: "a second session shows",
    image: GENISOIMAGE,
    prepare: (view) => fill(view, SECOND_GENISOIMAGE, 2 * SECTOR),
    mutate: () => genisoimage,
    hits: [
      { start: 16 * SECTOR, length: SECTOR, severity: "info" },
      { start: SECOND_GENISOIMAGE, length: SECTOR, severity: "info" },
      // What the records of the second session say by themselves.
      { rule: "ISO-DIR-019", start: 474_051, length: 12 },
      { rule: "ISO-DIR-038", start: 485_836, length: 8 },
      { rule: "SUS-011", start: 493_576, length: 10 },
      { rule: "LIM-001" },
    ],
  },
]);

ruleCases("SES-002", [
  {
    name: "a session that was copied alone",
    // Nothing is in a file of zeros; of the session all findings are new.
    image: () => new Uint8Array(64 * SECTOR),
    mutate: () => rawImage(genisoimage.slice(208 * SECTOR), { firstLba: 208 }),
    hits: [
      { space: "file", start: 55_884, length: 8, severity: "error" },
      { rule: "IMG-020", space: "file", start: 37_806, length: 8 },
      { rule: "SES-001", start: SECOND_GENISOIMAGE, length: SECTOR },
      { rule: "IMG-007", space: "file", start: 0, length: 2352 },
      { rule: "ISO-PVD-026", start: SECOND_GENISOIMAGE + 574, length: 128 },
      { rule: "ISO-DIR-019", start: 474_051, length: 12 },
      { rule: "ISO-DIR-038", start: 485_836, length: 8 },
      { rule: "SUS-011", start: 493_576, length: 10 },
      { rule: "EXT-009" },
      { rule: "TIM-007" },
    ],
  },
], structure);

ruleCases("SES-003", [
  {
    name: "a file is renamed in the third session",
    image: XORRISO,
    mutate: (view) => setText(view, xorriso.entry("ADDED.TXT;1", "NM").offset + 5, "OTHER"),
    hits: [{ start: 235_748, length: 33, severity: "note" }],
  },
], structure);

ruleCases("SES-004", [
  {
    name: "a file has other data in the third session",
    image: XORRISO,
    mutate: (view) => setBoth32(view, xorriso.record("ADDED.TXT;1").offset + 2, 127),
    hits: [
      { start: 235_748, length: 33, severity: "note" },
      { rule: "EXT-003", start: 127 * SECTOR, length: 1500 },
    ],
  },
], structure);

ruleCases("SES-005", [
  {
    name: "the copy names another root directory",
    image: XORRISO,
    mutate: (view) => setText(view, 16 * SECTOR + 40, "OTHER"),
    hits: [{ start: 16 * SECTOR + 40, length: 32, severity: "warning" }],
  },
  {
    name: "the set of the last session is gone",
    image: XORRISO,
    mutate: (view) => fill(view, THIRD_XORRISO, 2 * SECTOR),
    hits: [
      { start: 16 * SECTOR + 80, length: 8 },
      // Now a file of the session before is shown.
      { rule: "ISO-DIR-038", start: 240_086, length: 8 },
      { rule: "SUS-011", start: 237_576, length: 10 },
    ],
  },
], structure);

ruleCases("SES-006", [
  {
    name: "the third session is dated before the second",
    image: XORRISO,
    mutate: (view) => setText(view, THIRD_XORRISO + 830, "2001"),
    hits: [
      { start: THIRD_XORRISO + 830, length: 17, severity: "note" },
      { rule: "ISO-PVD-018", start: THIRD_XORRISO + 830, length: 17 },
      { rule: "SES-005", start: 16 * SECTOR + 830, length: 17 },
    ],
  },
  {
    name: "the labels count backwards",
    image: XORRISO,
    mutate: (view) => setText(view, SECOND_XORRISO + 40, "SESSION4"),
    hits: [{ start: THIRD_XORRISO + 40, length: 32 }],
  },
], structure);

ruleCases("ISO-VDS-016", [
  {
    name: "the descriptors of the second of three sessions are zero",
    image: XORRISO,
    mutate: (view) => fill(view, SECOND_XORRISO, 2 * SECTOR),
    hits: [
      { start: SECOND_XORRISO, length: SECTOR, severity: "error" },
      // The third session is compared with the first now.
      { rule: "SES-003", start: 105_014, length: 33 },
      { rule: "SES-004", start: 110_894, length: 33 },
    ],
  },
], structure);

ruleCases("ISO-VDS-001", [
  {
    name: "the identifier of the first of three sessions is damaged",
    image: XORRISO,
    mutate: (view) => setText(view, FIRST_XORRISO + 1, "DD"),
    hits: [{ start: FIRST_XORRISO, length: 5 }],
  },
  {
    name: "the identifier of the second of three sessions is damaged",
    image: XORRISO,
    mutate: (view) => setText(view, SECOND_XORRISO + 1, "DD"),
    hits: [{ start: SECOND_XORRISO, length: 5 }],
  },
], structure);
