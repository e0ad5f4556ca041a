// Mutation cases of the names of a Joliet tree, and of its descriptors beside each other.

import { buildImage } from "../../support/builder.ts";
import { setBoth32 } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const long = "n".repeat(64);
const built = buildImage({
  joliet: 3,
  partition: { name: "PART", location: 40, size: 1 },
  children: [
    { name: "A.TXT;1", content: "a", longName: "a.txt" },
    { name: "B.TXT;1", content: "b", longName: "b.txtxx" },
    { name: "C.TXT;1", content: "c", longName: long },
  ],
});
const image = () => built.bytes();
const wide = built.descriptors.find(({ kind }) => kind === "joliet")?.offset ?? 0;
const other = built.descriptors.find(({ kind }) => kind === "partition")?.offset ?? 0;
const [first, second, third] = ["a.txt", "b.txtxx", long].map((name) =>
  at(built.records.get(`joliet:/${name}`)?.[0])
);
const place = (record: typeof first, offset: number, length: number) => ({
  start: (record?.start ?? 0) + offset,
  length,
});
const unit = (record: typeof first, index: number) => (record?.start ?? 0) + 33 + 2 * index;

ruleCases("JOL-003", [
  {
    name: "bit 0 set",
    image,
    mutate: (view) => view.setUint8(wide + 7, 1),
    hits: [{ start: wide + 7, length: 1, volume: "joliet" }],
  },
], structure);

ruleCases("JOL-004", [
  {
    name: "the partition descriptor becomes one of Joliet, with the primary root",
    image,
    mutate: (view) => {
      const bytes = new Uint8Array(view.buffer);
      bytes.copyWithin(other, wide, wide + 2048);
      const length = view.getUint32(wide + 156 + 10, true);
      bytes.copyWithin(other + 156 + 2, 32768 + 156 + 2, 32768 + 156 + 18);
      view.setUint32(other + 156 + 10, length, true);
      view.setUint32(other + 156 + 14, length);
    },
    hits: [
      { start: wide, length: 2048 },
      { start: other, length: 2048 },
      { rule: "JOL-001", start: other + 88, length: 3 },
    ],
  },
], structure);

ruleCases("JOL-006", [
  {
    name: "an asterisk",
    image,
    mutate: (view) => view.setUint16(unit(first, 3), 0x2a),
    hits: [place(first, 33, 10)],
  },
  {
    name: "a semicolon that ends no name",
    image,
    mutate: (view) => view.setUint16(unit(first, 3), 0x3b),
    hits: [place(first, 33, 10)],
  },
], structure);

const longer = {
  name: "one unit more",
  image,
  mutate: (view: DataView<ArrayBuffer>) => {
    const { start = 0, length = 0 } = third ?? {};
    view.setUint8(start, length + 2);
    view.setUint8(start + 32, 130);
    view.setUint16(start + 33 + 128, 0x6e);
  },
};

ruleCases(
  "JOL-007",
  [{
    ...longer,
    hits: [
      { ...place(third, 32, 1), severity: "info" },
      // The letters of the name are none of the primary tree's.
      { rule: "XNS-003", ...place(third, 33, 130) },
    ],
  }],
  structure,
);

ruleCases("JOL-008", [
  {
    name: "a pair",
    image,
    mutate: (view) => view.setUint32(unit(first, 3), 0xd83d_de00),
    hits: [{ ...place(first, 33, 10), severity: "info" }],
  },
  {
    name: "half a pair",
    image,
    mutate: (view) => view.setUint16(unit(first, 3), 0xd83d),
    hits: [
      { ...place(first, 33, 10), severity: "warning" },
      { rule: "SEC-002", ...place(first, 33, 10) },
    ],
  },
], structure);

ruleCases("JOL-009", [
  {
    name: "one block less",
    image,
    mutate: (view) => setBoth32(view, wide + 80, view.getUint32(wide + 80, true) - 1),
    hits: [{ start: wide + 80, length: 8, volume: "joliet" }],
  },
], structure);

ruleCases("JOL-010", [
  {
    name: "one name of three ends in ;1",
    image,
    mutate: (view) => {
      view.setUint16(unit(second, 5), 0x3b);
      view.setUint16(unit(second, 6), 0x31);
    },
    hits: [place(second, 33, 14)],
  },
], structure);

const stub = buildImage({
  joliet: 3,
  children: [
    { name: "A.TXT;1", content: "a" },
    { name: "B.TXT;1", content: "b", only: ["primary"] },
  ],
});
const stubRoot = at(stub.extents.get("joliet:/")?.[0]);
const stubFile = at(stub.records.get("joliet:/A.TXT")?.[0]);

ruleCases("JOL-012", [
  {
    name: "the only file is taken out",
    image: () => stub.bytes(),
    mutate: (view) => {
      for (let index = 0; index < stubFile.length; index++) {
        view.setUint8(stubFile.start + index, 0);
      }
    },
    hits: [stubRoot],
  },
], structure);
