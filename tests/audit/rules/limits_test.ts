// Mutation cases of the LIM family: what the audit did not do.

import { badRange } from "../../support/sources.ts";
import { setBoth16, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const LEVEL_1 = "iso-level1-genisoimage";

ruleCases("LIM-001", [
  {
    name: "a UDF recognition sequence beside the volume",
    image: LEVEL_1,
    mutate: (view) => {
      setText(view, 18 * 2048 + 1, "BEA01");
      setText(view, 40 * 2048 + 1, "NSR02");
    },
    hits: [{ start: 40 * 2048, length: 2048 }],
  },
]);

ruleCases("LIM-003", [
  {
    name: "padding that cannot be read",
    image: LEVEL_1,
    mutate: () => {},
    source: (bytes, name) => badRange(bytes, 102_400, 4096, name),
    hits: [{}, { rule: "IMG-023", space: "file", start: 102_400, length: 4096 }],
  },
]);

ruleCases("LIM-004", [
  {
    name: "an impossible block size",
    image: "joliet-genisoimage",
    mutate: (view) => setBoth16(view, 34816 + 128, 0),
    hits: [
      { start: 34816 + 128, length: 4, volume: "joliet" },
      { rule: "ISO-PVD-006", start: 34816 + 128, length: 4 },
    ],
  },
]);
