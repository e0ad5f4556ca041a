// Mutation cases of the rules about added error correction: headers as dvdisaster 0.79.5 writes them.

import { extended, setText } from "../edits.ts";
import { type RuleCase, ruleCases } from "../rule_cases.ts";

const END = 387_072;

ruleCases(
  "PRF-020",
  ["RS02", "RS03"].map((method): RuleCase => ({
    name: `a header of ${method}`,
    image: "iso-level1-genisoimage",
    mutate(view) {
      const longer = extended(view, 4096);
      const header = new DataView(longer.buffer, END);
      setText(header, 0, `*dvdisaster*${method}`);
      header.setUint32(68, END / 2048, true);
      header.setUint32(76, 189, true);
      header.setUint32(80, 66, true);
      return longer;
    },
    hits: [
      { start: END, length: 4096 },
      { rule: "IMG-004", start: END, length: 4096 },
    ],
  })),
);
