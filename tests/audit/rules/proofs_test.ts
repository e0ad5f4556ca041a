// Mutation cases of the rules about all proofs of an image together.

import { setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const TEXT = 16 * 2048 + 883;

ruleCases("PRF-022", [
  {
    name: "a digit of a fragment sum, of an image whose whole digest holds",
    image: "isomd5-genisoimage",
    mutate: (view) => setText(view, TEXT + 94 + 5, "0"),
    hits: [{ start: TEXT, length: 512 }],
  },
]);
