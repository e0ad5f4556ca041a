// Mutation cases of the rules about the checksum array of libisofs, on images that xorriso made.

import { setText } from "../edits.ts";
import { placesOf } from "../places.ts";
import { ruleCases } from "../rule_cases.ts";

const MD5 = "md5-xorriso";
const places = await placesOf(MD5);
const file = places.extent(places.record("/DATA/BLOCK.BIN;1").offset);
/** Ten items of 16 bytes in sector 44: the session, eight files, the array. */
const array = { start: 44 * 2048, length: 160 } as const;
/** The tag of the session, which is over all of them. */
const session = { rule: "PRF-007", start: 45 * 2048, length: 134 } as const;

ruleCases("PRF-009", [
  {
    name: "a bit of a file",
    image: MD5,
    mutate: (view) => view.setUint8(file + 100, view.getUint8(file + 100) ^ 1),
    hits: [{ start: file, length: 2048 }, session],
  },
]);

ruleCases("PRF-010", [
  {
    name: "an item of a file: the files are whole",
    image: MD5,
    mutate: (view) => setText(view, array.start + 18, "x"),
    hits: [{ ...array, severity: "warning" }, session],
  },
  {
    name: "the item of the array",
    image: MD5,
    mutate: (view) => setText(view, array.start + 150, "x"),
    hits: [{ ...array, severity: "error" }, session],
  },
]);
