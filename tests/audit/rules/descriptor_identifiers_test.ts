// Mutation cases of ISO-PVD-011, 013, 014 and 027: identifiers of descriptors.

import { setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;
const SVD = PVD + 2048;
const LEVEL_1 = "iso-level1-genisoimage";
const JOLIET = "joliet-genisoimage";
const LABEL = PVD + 40;
const COPYRIGHT = PVD + 702;
const ABSTRACT = PVD + 739;

ruleCases("ISO-PVD-011", [
  {
    name: "a control character in the publisher",
    image: LEVEL_1,
    mutate: (view) => setText(view, PVD + 318, "ABC\x07"),
    hits: [{ start: PVD + 321, length: 1, severity: "warning" }],
  },
  {
    name: "a letter with an accent in the label",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(LABEL + 2, 0xc9),
    hits: [{ start: LABEL + 2, length: 1, severity: "warning" }],
  },
  {
    name: "lower case and a space in the label, which is usual",
    image: LEVEL_1,
    mutate: (view) => setText(view, LABEL, "My disc 1-2"),
    hits: [{ start: LABEL + 1, length: 1, severity: "info" }],
  },
]);

ruleCases("ISO-PVD-013", [
  {
    name: "the copyright file is not in the root",
    image: LEVEL_1,
    mutate: (view) => setText(view, COPYRIGHT, "NOWHERE.TXT;1"),
    hits: [{ start: COPYRIGHT, length: 37, severity: "warning" }],
  },
  {
    name: "nor in the root of the Joliet tree",
    image: JOLIET,
    mutate: (view) => {
      for (const [at, letter] of [..."GONE"].entries()) {
        view.setUint16(SVD + 702 + 2 * at, letter.charCodeAt(0));
      }
    },
    hits: [{ start: SVD + 702, length: 37, volume: "joliet" }],
  },
]);

ruleCases("ISO-PVD-014", [
  {
    name: "an abstract file with a long name",
    image: LEVEL_1,
    mutate: (view) => setText(view, ABSTRACT, "ABSTRACTOFTHEDISC.TXT"),
    hits: [
      { start: ABSTRACT, length: 37, severity: "warning" },
      { rule: "ISO-PVD-013", start: ABSTRACT, length: 37 },
    ],
  },
]);

ruleCases("ISO-PVD-027", [
  {
    name: "no label",
    image: LEVEL_1,
    mutate: (view) => setText(view, LABEL, " ".repeat(32)),
    hits: [{ start: LABEL, length: 32, severity: "info" }],
  },
  {
    name: "the default of mkisofs",
    image: LEVEL_1,
    mutate: (view) => setText(view, LABEL, "CDROM".padEnd(32)),
    hits: [{ start: LABEL, length: 32 }],
  },
]);
