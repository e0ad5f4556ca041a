// Mutation cases of Apple partition maps.

import { setText } from "../edits.ts";
import { ruleCases, structure } from "../rule_cases.ts";

/** Four entries, one every 2048 bytes, as libisofs writes them. */
const MAP = "hfsplus-xorriso";
const LAST = 4 * 2048;

ruleCases("APM-001", [
  {
    name: "the driver descriptor says 512",
    image: MAP,
    mutate: (view) => view.setUint16(2, 512),
    hits: [{ start: 2, length: 2 }],
  },
  {
    name: "a count in blocks of 512 bytes",
    image: MAP,
    mutate: (view) => view.setUint32(LAST + 12, 600),
    hits: [{ start: LAST + 8, length: 8 }],
  },
], structure);

ruleCases("APM-002", [
  {
    name: "the last entry says 5",
    image: MAP,
    mutate: (view) => view.setUint32(LAST + 4, 5),
    hits: [{ start: LAST + 4, length: 4 }],
  },
], structure);

ruleCases("APM-003", [
  {
    name: "99999 blocks",
    image: MAP,
    mutate: (view) => view.setUint32(LAST + 12, 99_999),
    hits: [{ start: LAST + 8, length: 8 }],
  },
], structure);

ruleCases("APM-004", [
  {
    name: "the last entry has no signature",
    image: MAP,
    mutate: (view) => view.setUint16(LAST, 0),
    hits: [{ start: LAST, length: 136 }],
  },
  {
    name: "a mock over the code of a boot record",
    image: "sample",
    mutate: (view) => {
      setText(view, 0, "ER");
      view.setUint16(2, 2048);
      view.setUint32(4, 0x00009090);
    },
    hits: [{ start: 2048, length: 2, severity: "info" }],
  },
], structure);

ruleCases("APM-005", [
  {
    name: "the last partition begins inside the one before it",
    image: MAP,
    mutate: (view) => {
      view.setUint32(LAST + 8, 50);
      view.setUint32(LAST + 12, 159);
    },
    hits: [{ start: LAST + 8, length: 8 }],
  },
], structure);

ruleCases("APM-006", [
  {
    name: "100 blocks",
    image: MAP,
    mutate: (view) => view.setUint32(4, 100),
    hits: [{ start: 4, length: 4 }],
  },
], structure);
