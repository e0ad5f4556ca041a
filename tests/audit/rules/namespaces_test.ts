// Mutation cases of XNS-001 to 007: what trees of one disc show differently.

import { buildImage } from "../../support/builder.ts";
import type { BuiltImage, ImageSpec, Place } from "../../support/builder_spec.ts";
import { setBoth32, setText } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const PVD = 16 * 2048;
const SVD = PVD + 2048;
const MIB = 1024 * 1024;

const spec: ImageSpec = {
  joliet: 3,
  children: [
    { name: "FIRST.TXT;1", longName: "first.txt", content: "first" },
    { name: "SECOND.TXT;1", longName: "second file.txt", content: "second" },
    { name: "LARGE.BIN;1", longName: "large.bin", content: { size: 2 * MIB } },
  ],
};
const built: BuiltImage = buildImage(spec);

function place(places: ReadonlyMap<string, readonly Place[]>, key: string): Place {
  const found = places.get(key)?.[0];
  if (found === undefined) throw new RangeError(`Cannot find ${key}`);
  return found;
}

const joliet = (name: string) => place(built.records, `joliet:/${name}`);
const large = place(built.extents, "primary:/LARGE.BIN;1");
const second = place(built.extents, "primary:/SECOND.TXT;1");
const image = () => built.bytes();

ruleCases("XNS-001", [
  {
    name: "a file of the Joliet tree has data of its own",
    image,
    mutate: (view) => setBoth32(view, joliet("first.txt").offset + 2, large.offset / 2048 + 1),
    hits: [
      { ...at(joliet("first.txt"), 2, 8), severity: "warning", volume: "joliet" },
      { rule: "EXT-001", start: large.offset + 2048, length: 5 },
    ],
  },
], structure);

ruleCases("XNS-002", [
  {
    name: "a file of the Joliet tree is shorter",
    image,
    mutate: (view) => setBoth32(view, joliet("second file.txt").offset + 10, 3),
    hits: [
      { ...at(joliet("second file.txt"), 10, 8), severity: "warning", volume: "joliet" },
      { rule: "EXT-001", start: second.offset, length: 3 },
    ],
  },
], structure);

ruleCases("XNS-003", [
  {
    name: "a Joliet name with other letters",
    image,
    mutate: (view) => {
      for (const [index, letter] of [..."qwxyz"].entries()) {
        view.setUint16(joliet("first.txt").offset + 33 + 2 * index, letter.charCodeAt(0));
      }
    },
    hits: [
      { ...at(joliet("first.txt"), 33, 18), severity: "note" },
      { rule: "ISO-DIR-017", ...at(joliet("large.bin")) },
    ],
  },
], structure);

ruleCases("XNS-004", [
  {
    name: "the Joliet volume has another label",
    image,
    mutate: (view) => view.setUint16(SVD + 40, 0x51),
    hits: [{ start: SVD, length: 2048, severity: "info", volume: "joliet" }],
  },
], structure);

ruleCases("XNS-005", [
  {
    name: "the Joliet record is a day older",
    image,
    mutate: (view) => view.setUint8(joliet("first.txt").offset + 20, 1),
    hits: [
      { ...at(joliet("first.txt"), 18, 7), severity: "note" },
      // Before, all times were equal.
      { rule: "TIM-007" },
    ],
  },
], structure);

ruleCases("XNS-006", [
  {
    name: "an ISO tree of one text, on a disc with UDF",
    image: () =>
      buildImage({
        boot: [{ system: "NONE", use: new Uint8Array(1) }],
        children: [{ name: "README.TXT;1", content: "This disc is UDF" }],
        trailer: new Uint8Array(2 * MIB),
      }).bytes(),
    // Behind the descriptors stands the path table, of which the first record is damaged by it.
    mutate: (view) => setText(view, 19 * 2048, "\0NSR02\x01"),
    hits: [
      { start: 21 * 2048, length: 2048, severity: "info" },
      { rule: "LIM-001", start: 19 * 2048, length: 2048 },
      { rule: "ISO-PTH-006", start: 19 * 2048, length: 1 },
    ],
  },
], structure);

ruleCases("XNS-007", [
  {
    name: "a large file is hidden from the Joliet tree",
    image,
    mutate: () =>
      buildImage({
        ...spec,
        children: spec.children.map((child) =>
          child.name === "LARGE.BIN;1" ? { ...child, only: ["primary"] } : child
        ),
      }).bytes(),
    hits: [
      { start: SVD, length: 2048, severity: "warning", volume: "joliet" },
      { rule: "XNS-001", start: 47_216, length: 33, volume: "iso9660" },
      // Of two files equal times mean less.
      { rule: "TIM-007" },
    ],
  },
], structure);
