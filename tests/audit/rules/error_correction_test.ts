// Mutation cases of the rules about added error correction: headers as dvdisaster 0.79.5 writes them.

import { extended, setText } from "../edits.ts";
import { DATA, rs02Image, rs03Image } from "../../support/dvdisaster.ts";
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

const rs02 = await rs02Image();
const rs03 = await rs03Image();
const sector = (number: number, sectors = 1) => ({
  start: number * 2048,
  length: sectors * 2048,
  severity: "error",
});
/** Sectors of padding of the fixture, which no file and no structure needs. */
const PADDING = 60;

function changed(view: DataView<ArrayBuffer>, ...sectors: readonly number[]): void {
  for (const number of sectors) view.setUint8(number * 2048 + 9, 0x5a);
}

ruleCases("PRF-021", [
  {
    name: "sectors of an image with RS02",
    image: () => rs02,
    mutate: (view) => changed(view, PADDING, PADDING + 1, PADDING + 9),
    hits: [
      sector(PADDING, 2),
      sector(PADDING + 9),
      { rule: "EXT-004", start: PADDING * 2048 + 9, length: 9 * 2048 + 1 },
    ],
  },
  {
    name: "one checksum of RS02",
    image: () => rs02,
    mutate: (view) => changed(view, DATA + 2),
    hits: [{ ...sector(DATA + 2), severity: "warning" }],
  },
  {
    name: "all checksums of RS02",
    image: () => rs02,
    mutate(view) {
      for (let at = 0; at < 2048; at++) view.setUint8((DATA + 2) * 2048 + at, 0x77);
      changed(view, PADDING);
    },
    hits: [
      { ...sector(DATA + 2), severity: "warning" },
      { rule: "EXT-004", start: PADDING * 2048 + 9, length: 1 },
    ],
  },
  {
    name: "sectors of an image with RS03",
    image: () => rs03,
    mutate: (view) => changed(view, PADDING),
    hits: [sector(PADDING), { rule: "EXT-004", start: PADDING * 2048 + 9, length: 1 }],
  },
  {
    name: "a block of checksums of RS03",
    image: () => rs03,
    mutate(view) {
      changed(view, 64 * 3 + 1);
      // Its checksum is in that block.
      changed(view, 20 * 3 + 2);
    },
    hits: [
      { ...sector(64 * 3 + 1), severity: "warning" },
      { rule: "EXT-004", start: (20 * 3 + 2) * 2048 + 9, length: 1 },
    ],
  },
]);
