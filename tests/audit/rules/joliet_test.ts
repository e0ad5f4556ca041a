// Mutation cases of Joliet.

import { buildImage } from "../../support/builder.ts";
import { setBoth32, setText } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const sample = await placesOf(SAMPLE);
const descriptor = sample.descriptor("joliet");

const built = buildImage({
  joliet: 3,
  children: [{ name: "A.TXT;1", content: "a" }, { name: "B.TXT;1", content: "b" }],
});
const image = () => built.bytes();
const wide = built.descriptors.find(({ kind }) => kind === "joliet")?.offset ?? 0;

ruleCases("JOL-001", [
  {
    name: "an escape sequence of no level becomes one of level 3",
    image,
    prepare: (view) => setText(view, wide + 88, "%/X"),
    mutate: (view) => setText(view, wide + 88, "%/E"),
    hits: [{ start: wide + 88, length: 3, volume: "joliet" }],
  },
], structure);

ruleCases("JOL-002", [
  {
    name: "an escape sequence of no level",
    image,
    mutate: (view) => setText(view, wide + 88, "%/X"),
    hits: [
      { start: wide + 88, length: 32 },
      // Read as single bytes, the odd last byte of these fields is one of padding.
      ...[702, 739, 776].map((at) => ({ rule: "ISO-PVD-012", start: wide + at, length: 37 })),
    ],
  },
], structure);

const named = at(built.records.get("joliet:/B.TXT")?.[0]);

ruleCases("JOL-005", [
  {
    name: "one byte less",
    image,
    mutate: (view) => view.setUint8(named.start + 32, 9),
    hits: [
      { start: named.start + 32, length: 1 },
      // The last byte of the name now stands in the system use field.
      { rule: "ISO-DIR-040", start: named.start + 33 + 9, length: named.length - 33 - 9 },
    ],
  },
], structure);

ruleCases("JOL-011", [
  {
    name: "past the end of the image: the path table's root is read",
    image: SAMPLE,
    mutate: (view) => setBoth32(view, descriptor + 156 + 2, 50_000),
    hits: [
      { start: descriptor + 156, length: 34 },
      { rule: "ISO-PVD-022", start: descriptor + 156 + 2, length: 8 },
    ],
  },
], structure);
