// Mutation cases of the fields of directory records.

import { buildImage } from "../../support/builder.ts";
import { setBoth16, setBoth32 } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const sample = await placesOf(SAMPLE);
const readme = sample.record("/README.MD;1");
const share = sample.record("/SHARE");
const jolietReadme = sample.record("/README.md", "joliet");

ruleCases("ISO-DIR-004", [
  {
    name: "MSB first copy",
    image: SAMPLE,
    mutate: (view) => view.setUint32(readme.offset + 6, 7),
    hits: [{ ...at(readme, 2, 8), volume: "rockridge" }],
  },
  {
    name: "MSB first copy in the Joliet tree",
    image: SAMPLE,
    mutate: (view) => view.setUint32(jolietReadme.offset + 6, 7),
    hits: [{ ...at(jolietReadme, 2, 8), volume: "joliet" }],
  },
], structure);

ruleCases("ISO-DIR-005", [
  {
    name: "MSB first copy",
    image: SAMPLE,
    mutate: (view) => view.setUint32(readme.offset + 14, 1),
    hits: [at(readme, 10, 8)],
  },
], structure);

ruleCases("ISO-DIR-006", [
  {
    name: "LSB first copy",
    image: SAMPLE,
    mutate: (view) => view.setUint16(readme.offset + 28, 3, true),
    hits: [at(readme, 28, 4)],
  },
], structure);

ruleCases("ISO-DIR-024", [
  {
    name: "month 13",
    image: SAMPLE,
    mutate: (view) => view.setUint8(readme.offset + 19, 13),
    hits: [at(readme, 18, 7)],
  },
  {
    name: "53 quarter hours from UTC",
    image: SAMPLE,
    mutate: (view) => view.setInt8(readme.offset + 24, 53),
    hits: [at(readme, 18, 7)],
  },
  {
    name: "the record of the directory itself",
    image: SAMPLE,
    mutate: (view) => view.setUint8(sample.extent(share.offset) + 21, 24),
    hits: [{ start: sample.extent(share.offset) + 18, length: 7 }],
  },
], structure);

ruleCases("ISO-DIR-025", [
  {
    name: "bit 6",
    image: SAMPLE,
    mutate: (view) => view.setUint8(readme.offset + 25, 0x40),
    hits: [at(readme, 25, 1)],
  },
], structure);

ruleCases("ISO-DIR-026", [
  {
    name: "a directory with the associated flag",
    image: SAMPLE,
    mutate: (view) => view.setUint8(share.offset + 25, 2 + 4),
    hits: [at(share, 25, 1)],
  },
  {
    name: "a directory with the record flag",
    image: SAMPLE,
    mutate: (view) => view.setUint8(share.offset + 25, 2 + 8),
    hits: [at(share, 25, 1)],
  },
], structure);

ruleCases("ISO-DIR-027", [
  {
    name: "protection without a record",
    image: SAMPLE,
    mutate: (view) => view.setUint8(readme.offset + 25, 16),
    hits: [at(readme, 25, 1)],
  },
], structure);

ruleCases("ISO-DIR-028", [
  {
    name: "existence flag",
    image: SAMPLE,
    mutate: (view) => view.setUint8(readme.offset + 25, 1),
    hits: [{ ...at(readme, 25, 1), severity: "note" }],
  },
], structure);

ruleCases("ISO-DIR-029", [
  {
    name: "associated flag on a file",
    image: SAMPLE,
    mutate: (view) => view.setUint8(readme.offset + 25, 4),
    hits: [at(readme, 25, 1)],
  },
], structure);

const spread = buildImage({
  children: [
    { name: "PLAIN.DAT;1", content: "p".repeat(3000) },
    { name: "SPREAD.DAT;1", content: "s".repeat(6000), interleave: { unit: 1, gap: 2 } },
  ],
});
const interleaved = spread.records.get("primary:/SPREAD.DAT;1")?.[0];

ruleCases("ISO-DIR-030", [
  {
    name: "a gap without a unit",
    image: SAMPLE,
    mutate: (view) => view.setUint8(readme.offset + 27, 2),
    hits: [at(readme, 26, 2)],
  },
], structure);

ruleCases("ISO-DIR-031", [
  {
    name: "the fields of an interleaved file come back",
    image: () => spread.bytes(),
    prepare: (view) => view.setUint16(at(interleaved).start + 26, 0),
    mutate: (view) => view.setUint16(at(interleaved).start + 26, 0x0102),
    hits: [at(interleaved, 26, 2)],
  },
], structure);

const second = buildImage({
  volumeSet: { size: 3, sequence: 2 },
  children: [{ name: "A.DAT;1", content: "a", sequence: 2 }],
});
const onSecond = second.records.get("primary:/A.DAT;1")?.[0];

ruleCases("ISO-DIR-032", [
  {
    name: "a later volume",
    image: () => second.bytes(),
    mutate: (view) => setBoth16(view, at(onSecond).start + 28, 3),
    hits: [{ ...at(onSecond, 28, 4), severity: "warning" }],
  },
  {
    name: "an earlier volume of the set",
    image: () => second.bytes(),
    mutate: (view) => setBoth16(view, at(onSecond).start + 28, 1),
    hits: [{ ...at(onSecond, 28, 4), severity: "info" }],
  },
  {
    name: "no number at all",
    image: SAMPLE,
    mutate: (view) => setBoth16(view, readme.offset + 28, 0),
    hits: [{ ...at(readme, 28, 4), severity: "info" }],
  },
], structure);

const plain = buildImage({ children: [{ name: "AB", content: "x" }, { name: "EMPTY.;1" }] });
const even = plain.records.get("primary:/AB")?.[0];
const empty = plain.records.get("primary:/EMPTY.;1")?.[0];

ruleCases("ISO-DIR-037", [
  {
    name: "location 0",
    image: () => plain.bytes(),
    mutate: (view) => setBoth32(view, at(even).start + 2, 0),
    hits: [at(even, 2, 8)],
  },
], structure);

ruleCases("ISO-DIR-038", [
  {
    name: "an empty file gets a location",
    image: () => plain.bytes(),
    prepare: (view) => setBoth32(view, at(empty).start + 2, 0),
    mutate: (view) => setBoth32(view, at(empty).start + 2, 21),
    hits: [{ ...at(empty, 2, 8), severity: "info" }],
  },
], structure);

ruleCases("ISO-DIR-039", [
  {
    name: "a byte that is not zero",
    image: () => plain.bytes(),
    mutate: (view) => view.setUint8(at(even).start + 33 + 2, 0x2e),
    hits: [at(even, 33 + 2, 1)],
  },
], structure);

const used = buildImage({
  children: [{
    name: "ODD.;1",
    content: "x",
    systemUse: [new Uint8Array([0, 0, 0, 0, 0, 0])],
    bare: true,
  }],
});
const withUse = used.records.get("primary:/ODD.;1")?.[0];

ruleCases("ISO-DIR-040", [
  {
    name: "bytes of no scheme",
    image: () => used.bytes(),
    mutate: (view) => view.setUint32(at(withUse).start + 40, 0x51575254),
    hits: [at(withUse, 40, 6)],
  },
], structure);

const marked = buildImage({ xa: true, children: [{ name: "A.DAT;1", content: "x" }] });
const withXa = marked.records.get("primary:/A.DAT;1")?.[0];
const xaAt = 33 + 7;

ruleCases("ISO-DIR-041", [
  {
    name: "both form bits",
    image: () => marked.bytes(),
    mutate: (view) => view.setUint16(at(withXa).start + xaAt + 4, 0x1d55),
    hits: [at(withXa, xaAt, 14)],
  },
  {
    name: "the directory bit on a file",
    image: () => marked.bytes(),
    mutate: (view) => view.setUint16(at(withXa).start + xaAt + 4, 0x8d55),
    hits: [at(withXa, xaAt, 14)],
  },
  {
    name: "bytes at the end",
    image: () => marked.bytes(),
    mutate: (view) => view.setUint8(at(withXa).start + xaAt + 13, 1),
    hits: [at(withXa, xaAt, 14)],
  },
], structure);

const extended = buildImage({
  children: [{
    name: "OWNED.DAT;1",
    content: "x".repeat(100),
    extendedAttributes: { owner: 7, group: 8 },
  }],
});
const owned = extended.records.get("primary:/OWNED.DAT;1")?.[0];
const ownedExtent = extended.extents.get("primary:/OWNED.DAT;1")?.[0];

ruleCases("ISO-DIR-045", [
  {
    name: "the length of the record comes back",
    image: () => extended.bytes(),
    prepare: (view) => view.setUint8(at(owned).start + 1, 0),
    mutate: (view) => view.setUint8(at(owned).start + 1, 1),
    hits: [at(owned, 1, 1)],
  },
], structure);

ruleCases("ISO-XAR-001", [
  {
    name: "a record of 255 blocks",
    image: () => extended.bytes(),
    mutate: (view) => view.setUint8(at(owned).start + 1, 255),
    hits: [at(owned, 1, 1), { rule: "IMG-016", ...at(owned, 2, 16) }],
  },
], structure);

ruleCases("ISO-XAR-002", [
  {
    name: "MSB first copy of the owner",
    image: () => extended.bytes(),
    mutate: (view) => view.setUint16(at(ownedExtent).start - 2048 + 2, 9),
    hits: [at(ownedExtent, -2048, 4)],
  },
], structure);
