// Mutation cases of ISO-VDS-013 and 014: the system area.

import { setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const LEVEL_1 = "iso-level1-genisoimage";

ruleCases("ISO-VDS-013", [
  {
    name: "text in sector 3",
    image: LEVEL_1,
    mutate: (view) => setText(view, 3 * 2048 + 10, "hidden"),
    hits: [{ start: 3 * 2048 + 10, length: 6 }],
  },
]);

ruleCases("ISO-VDS-014", [
  {
    name: "an ELF file in sector 2",
    image: LEVEL_1,
    mutate: (view) => setText(view, 2 * 2048, "\x7fELF\x02\x01"),
    hits: [
      { start: 2 * 2048, length: 4 },
      { rule: "ISO-VDS-013", start: 2 * 2048, length: 6 },
    ],
  },
  {
    name: "a Windows executable at the start, without an MBR",
    image: LEVEL_1,
    mutate: (view) => setText(view, 0, "MZ"),
    hits: [
      { start: 0, length: 4 },
      { rule: "ISO-VDS-013", start: 0, length: 2 },
    ],
  },
]);
