// Mutation cases of the rules about the checksum tags of libisofs, on images that xorriso made.

import { fill, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const MD5 = "md5-xorriso";
const AAIP = "aaip-md5-xorriso";
/** The tags of the first image: descriptors in sector 18, tree in 27, session in 45. */
const descriptors = { start: 18 * 2048, length: 145 } as const;
const tree = { start: 27 * 2048, length: 147 } as const;
const session = { start: 45 * 2048, length: 134 } as const;

ruleCases("PRF-005", [
  {
    name: "a byte of the descriptor's unused last field",
    image: MD5,
    mutate: (view) => view.setUint8(16 * 2048 + 2000, 1),
    hits: [descriptors, { rule: "ISO-PVD-010", start: 16 * 2048 + 2000, length: 1 }],
  },
  {
    name: "boot code written after the tag",
    image: MD5,
    mutate(view) {
      fill(view, 0, 300, 0xf4);
      view.setUint16(510, 0x55aa);
    },
    hits: [
      { ...descriptors, severity: "warning" },
      { rule: "ISO-VDS-013", start: 0, length: 512 },
      { rule: "MBR-010", start: 0, length: 432 },
    ],
  },
]);

ruleCases("PRF-006", [
  {
    name: "a byte behind the records of a directory",
    image: MD5,
    mutate: (view) => view.setUint8(20 * 2048 - 1, 1),
    hits: [tree, { rule: "ISO-DIR-003", start: 20 * 2048 - 1, length: 1 }],
  },
]);

ruleCases("PRF-007", [
  {
    name: "a byte behind the end of a file",
    image: MD5,
    mutate: (view) => view.setUint8(44 * 2048 - 1, 1),
    hits: [session, { rule: "EXT-006", start: 44 * 2048 - 1, length: 1 }],
  },
]);

ruleCases("PRF-008", [
  {
    name: "a digit of the MD5 in the tree tag: the tags behind it hold with the right one",
    image: MD5,
    mutate: (view) => setText(view, tree.start + 80, "x"),
    hits: [tree],
  },
  {
    name: "the sector of the next tag",
    image: MD5,
    mutate: (view) => setText(view, descriptors.start + 66, "29"),
    // No tag leads to those behind it any more.
    hits: [
      descriptors,
      { rule: "EXT-004", start: 27 * 2048, length: 148 },
      { rule: "EXT-004", start: 45 * 2048, length: 135 },
    ],
  },
  {
    name: "the relocated descriptors name no session",
    image: AAIP,
    mutate: (view) => setText(view, 18 * 2048 + 69, "9"),
    hits: [{ start: 18 * 2048, length: 158 }],
  },
]);
