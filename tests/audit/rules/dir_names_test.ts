// Mutation cases of identifiers: form, length, order, repetition.

import { buildImage, type ImageSpec } from "../../support/builder.ts";
import { copy, setText } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const named = buildImage({
  joliet: 3,
  children: [
    { name: "AAAA.TXT;1", content: "first" },
    { name: "AAAB.TXT;1", content: "second" },
    { name: "AAAC.TXT;1", content: "third" },
    { name: "ZDIR", children: [] },
  ],
});
const image = () => named.bytes();
const primary = (name: string) => at(named.records.get(`primary:/${name}`)?.[0]);
const first = primary("AAAA.TXT;1");
const second = primary("AAAB.TXT;1");
const third = primary("AAAC.TXT;1");
const directory = primary("ZDIR");
const jolietThird = at(named.records.get("joliet:/AAAC.TXT")?.[0]);
const jolietSecond = at(named.records.get("joliet:/AAAB.TXT")?.[0]);
const name = (record: { readonly start: number }, text: string) => (view: DataView) =>
  setText(view, record.start + 33, text);
const identifier = (record: { readonly start: number }, length: number) => ({
  start: record.start + 33,
  length,
});

// A path of seven directories of 31 characters, and a file of 32: 7 * 31 + 7 + 32 = 256.
function below(depth: number): ImageSpec["children"] {
  if (depth === 0) return [{ name: `${"F".repeat(26)}.EXT;1`, content: "x" }];
  return [{ name: `${"D".repeat(30)}${depth}`, children: below(depth - 1) }];
}
const deep = buildImage({ children: below(7) });
const deepPath = [7, 6, 5, 4, 3, 2, 1].map((depth) => `${"D".repeat(30)}${depth}`).join("/");
const deepFile = at(deep.records.get(`primary:/${deepPath}/${"F".repeat(26)}.EXT;1`)?.[0]);

ruleCases("ISO-DIR-016", [
  {
    name: "an identifier of 32 characters where there is room for 31",
    image: () => deep.bytes(),
    prepare: (view) => view.setUint8(deepFile.start + 32, 31),
    mutate: (view) => view.setUint8(deepFile.start + 32, 32),
    hits: [deepFile],
  },
], structure);

ruleCases("ISO-DIR-017", [
  {
    name: "a greater name before a lesser one",
    image,
    mutate: name(second, "ZZZB"),
    // The name in the Joliet tree is another now.
    hits: [third, { rule: "XNS-003", start: jolietSecond.start + 33, length: 16 }],
  },
  {
    name: "an order that fits neither collation in Joliet",
    image,
    mutate: (view) => view.setUint16(jolietSecond.start + 33, 0x7a),
    hits: [
      { ...jolietThird, volume: "joliet" },
      { rule: "XNS-003", start: jolietSecond.start + 33, length: 16 },
    ],
  },
  {
    name: "a higher version after a lower one",
    image,
    mutate: name(second, "AAAA.TXT;3"),
    hits: [
      second,
      { rule: "ISO-DIR-022", ...identifier(second, 10) },
      { rule: "XNS-003", start: jolietSecond.start + 33, length: 16 },
    ],
  },
], structure);

ruleCases("ISO-DIR-018", [
  {
    name: "two files of one identifier",
    image,
    mutate: (view) => copy(view, first.start + 33, second.start + 33, 10),
    hits: [second, { rule: "XNS-003", start: jolietSecond.start + 33, length: 16 }],
  },
], structure);

ruleCases("ISO-DIR-019", [
  {
    name: "lower case",
    image,
    mutate: name(third, "AAAc"),
    hits: [identifier(third, 10)],
  },
  {
    name: "a dot in the identifier of a directory",
    image,
    mutate: name(directory, "ZD.R"),
    hits: [
      identifier(directory, 4),
      {
        rule: "ISO-PTH-012",
        start: (named.pathTables.get("primary:L")?.offset ?? 0) + 10 + 8,
        length: 4,
      },
    ],
  },
], structure);

const long = buildImage({ children: [{ name: `${"N".repeat(31)}.;1`, content: "x" }] });
const longFile = at(long.records.get(`primary:/${"N".repeat(31)}.;1`)?.[0]);
const enhanced = buildImage({
  enhanced: "own",
  children: [{ name: "A.;1", longName: "e".repeat(208), content: "x" }],
});
const enhancedFile = at(enhanced.records.get(`enhanced:/${"e".repeat(208)}`)?.[0]);

ruleCases("ISO-DIR-020", [
  {
    name: "31 characters of name",
    image: () => long.bytes(),
    prepare: (view) => view.setUint8(longFile.start + 32, 30),
    mutate: (view) => view.setUint8(longFile.start + 32, 34),
    hits: [{ start: longFile.start + 32, length: 1 }],
  },
  {
    name: "208 characters in an enhanced tree",
    image: () => enhanced.bytes(),
    prepare: (view) => view.setUint8(enhancedFile.start + 32, 207),
    mutate: (view) => view.setUint8(enhancedFile.start + 32, 208),
    // The letters of the name, which is not that of the primary tree, end one later.
    hits: [
      { start: enhancedFile.start + 32, length: 1, volume: "enhanced" },
      { rule: "XNS-003", start: enhancedFile.start + 33, length: 208 },
    ],
  },
], structure);

ruleCases("ISO-DIR-021", [
  { name: "no version", image, mutate: name(third, "AAAC.TXT_1"), hits: [identifier(third, 10)] },
  { name: "no dot", image, mutate: name(third, "AAAC_TXT;1"), hits: [identifier(third, 10)] },
], structure);

ruleCases("ISO-DIR-022", [
  { name: "version 2", image, mutate: name(third, "AAAC.TXT;2"), hits: [identifier(third, 10)] },
], structure);

ruleCases("ISO-DIR-023", [
  { name: "version 0", image, mutate: name(third, "AAAC.TXT;0"), hits: [identifier(third, 10)] },
  { name: "no number", image, mutate: name(third, "AAAC.TXT;A"), hits: [identifier(third, 10)] },
], structure);

ruleCases("ISO-DIR-043", [
  {
    name: "lower and upper case in Joliet",
    image,
    mutate: (view) =>
      [0x61, 0x61, 0x61, 0x62].forEach((unit, index) =>
        view.setUint16(jolietThird.start + 33 + 2 * index, unit)
      ),
    hits: [
      { ...jolietThird, volume: "joliet" },
      { rule: "XNS-003", start: jolietThird.start + 33, length: 16 },
      { rule: "ISO-DIR-017", ...at(named.records.get("joliet:/ZDIR")?.[0]) },
    ],
  },
], structure);
