// Mutation cases of Rock Ridge that need more than one entry: attributes, links, names, times of a tree.

import { buildImage } from "../../support/builder.ts";
import { concat, date7 } from "../../support/iso_encode.ts";
import {
  alternateName,
  deviceNumber,
  entry,
  posixAttributes,
  timeStamps,
} from "../../support/susp_encode.ts";
import { setBoth32, setText } from "../edits.ts";
import { at, Places, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const sample = await placesOf(SAMPLE);
const OLD = "rr-109-genisoimage";
const old = await placesOf(OLD);
const DEEP = "rr-deep-genisoimage";
const deep = await placesOf(DEEP);

const sparseEntry = entry("SF", concat(new Uint8Array(16), new Uint8Array([1])));
const made = [posixAttributes({ mode: 0o100644 }), alternateName("made.txt"), timeStamps(0x0f)];
const built = buildImage({
  rockRidge: "1.10",
  children: [
    { name: "A.TXT;1", content: "a" },
    { name: "LINK.;1", target: "./A.TXT" },
    { name: "NODE.;1", posix: { mode: 0o020644 }, systemUse: [deviceNumber(1, 3)] },
    { name: "SPARSE.;1", content: "b", systemUse: [sparseEntry] },
    { name: "MADE.TXT;1", content: "c", bare: true, systemUse: made },
  ],
});
const image = () => built.bytes();
const places = new Places(built.bytes());
const latest = buildImage({ rockRidge: "1.12", children: [{ name: "A.TXT;1", content: "a" }] });
const latestPlaces = new Places(latest.bytes());

const readme = "/README.MD;1";
const attributes = sample.entry(readme, "PX");
const plain = places.entry("/A.TXT;1", "PX");

ruleCases("RRP-002", [
  {
    name: "announced as RRIP 1.12",
    image: OLD,
    mutate: (view) => setText(view, old.entry("/.", "ER").offset + 8, "IEEE_P1282"),
    hits: [at(old.entry("/.", "PX"), 2, 1)],
  },
], structure);

ruleCases("RRP-004", [
  {
    name: "PX becomes padding",
    image: SAMPLE,
    mutate: (view) => setText(view, attributes.offset, "PD"),
    hits: [
      at(sample.record(readme)),
      { rule: "SUS-014", ...at(attributes, 4, attributes.length - 4) },
    ],
  },
], structure);

ruleCases("RRP-005", [
  {
    name: "five links of one file",
    image,
    mutate: (view) => setBoth32(view, plain.offset + 12, 5),
    hits: [at(plain, 12, 8)],
  },
], structure);

ruleCases("RRP-006", [
  {
    name: "set-user-id",
    image,
    mutate: (view) => setBoth32(view, plain.offset + 4, 0o104755),
    hits: [at(plain, 4, 8)],
  },
], structure);

const device = places.entry("/NODE.;1", "PN");
const deviceMode = places.entry("/NODE.;1", "PX");

ruleCases("RRP-007", [
  {
    name: "a file with a device number",
    image,
    mutate: (view) => setBoth32(view, deviceMode.offset + 4, 0o100644),
    hits: [at(device)],
  },
  {
    name: "a device without one",
    image,
    mutate: (view) => setText(view, device.offset, "PD"),
    hits: [at(deviceMode, 4, 8), { rule: "SUS-014", ...at(device, 4, 16) }],
  },
  {
    name: "MSB first copy of the low word",
    image,
    mutate: (view) => view.setUint32(device.offset + 16, 4),
    hits: [at(device, 12, 8)],
  },
], structure);

const link = places.entry("/LINK.;1", "SL");
const linkMode = places.entry("/LINK.;1", "PX");

ruleCases("RRP-009", [
  {
    name: "the only entry goes on",
    image,
    mutate: (view) => view.setUint8(link.offset + 4, 1),
    hits: [at(link, 4, 1)],
  },
], structure);

ruleCases("RRP-010", [
  {
    name: "the mode of a file",
    image,
    mutate: (view) => setBoth32(view, linkMode.offset + 4, 0o100755),
    hits: [at(link)],
  },
  {
    name: "the mode of a link without a target",
    image,
    mutate: (view) => setBoth32(view, plain.offset + 4, 0o120777),
    hits: [at(plain, 4, 8)],
  },
], structure);

ruleCases("RRP-011", [
  {
    name: "the first component becomes the root",
    image,
    mutate: (view) => view.setUint8(link.offset + 5, 8),
    hits: [at(link, 5, link.length - 5)],
  },
], structure);

ruleCases("RRP-012", [
  {
    name: "the first component becomes the parent of the root",
    image,
    mutate: (view) => view.setUint8(link.offset + 5, 4),
    hits: [at(link, 5, link.length - 5)],
  },
], structure);

ruleCases("RRP-013", [
  {
    name: "another name",
    image,
    mutate: (view) => setText(view, link.offset + 9, "X"),
    hits: [at(link, 5, link.length - 5)],
  },
], structure);

const name = places.entry("/A.TXT;1", "NM");

ruleCases("RRP-015", [
  {
    name: "the only entry goes on",
    image,
    mutate: (view) => view.setUint8(name.offset + 4, 1),
    hits: [at(name, 4, 1)],
  },
], structure);

ruleCases("RRP-018", [
  {
    name: "a byte of Latin-1",
    image: SAMPLE,
    mutate: (view) => view.setUint8(sample.entry(readme, "NM").offset + 5, 0xe9),
    hits: [at(sample.entry(readme, "NM"), 5, "README.md".length)],
  },
], structure);

const placeholder = "/ONE/TWO/THREE/FOUR/FIVE/SIX/SEVEN/EIGHT";
const child = deep.entry(placeholder, "CL");

ruleCases("RRP-021", [
  {
    name: "the child link names another place",
    image: DEEP,
    mutate: (view) => setBoth32(view, child.offset + 4, 17),
    hits: [at(deep.record("/RR_MOVED/EIGHT")), { rule: "RRP-019", ...at(child, 4, 8) }],
  },
], structure);

const stamps = places.entry("/A.TXT;1", "TF");

ruleCases("RRP-023", [
  {
    name: "month 13 of the access",
    image,
    mutate: (view) => view.setUint8(stamps.offset + 5 + 7 + 1, 13),
    hits: [at(stamps, 12, 7)],
  },
  {
    name: "the long form",
    image,
    mutate: (view) => view.setUint8(stamps.offset + 4, 0x8e),
    hits: [at(stamps, 5, 21)],
  },
], structure);

ruleCases("RRP-024", [
  {
    name: "modified a second earlier",
    image,
    mutate: (view) => view.setUint8(stamps.offset + 5 + 5, (date7[5] ?? 0) - 1),
    // The files are then no longer all of one time.
    hits: [at(places.record("/A.TXT;1"), 18, 7), { rule: "TIM-007" }],
  },
], structure);

const all = places.entry("/MADE.TXT;1", "TF");

ruleCases("RRP-025", [
  {
    name: "made a year later",
    image,
    mutate: (view) => view.setUint8(all.offset + 5, (date7[0] ?? 0) + 1),
    hits: [at(all, 5, 7)],
  },
], structure);

const sparse = places.entry("/SPARSE.;1", "SF");

ruleCases("RRP-026", [
  {
    name: "no level of tables",
    image,
    mutate: (view) => view.setUint8(sparse.offset + 20, 0),
    hits: [at(sparse, 20, 1)],
  },
  {
    name: "MSB first copy of the size",
    image,
    mutate: (view) => view.setUint32(sparse.offset + 16, 4096),
    hits: [at(sparse, 12, 8)],
  },
  {
    name: "a length of neither version",
    image,
    mutate: (view) => {
      view.setUint8(sparse.offset + 2, 17);
      view.setUint32(sparse.offset + 17, 0);
    },
    hits: [at(sparse, 2, 1)],
  },
], structure);

const index = old.entry("/PLAIN.TXT;1", "RR");

ruleCases("RRP-027", [
  {
    name: "a link that is not there",
    image: OLD,
    mutate: (view) => view.setUint8(index.offset + 4, view.getUint8(index.offset + 4) + 4),
    hits: [at(index, 4, 1)],
  },
], structure);

const new112 = latestPlaces.entry("/A.TXT;1", "PX");

ruleCases("RRP-028", [
  {
    name: "PX loses its serial number to padding",
    image: () => latest.bytes(),
    mutate: (view) => {
      view.setUint8(new112.offset + 2, 36);
      setText(view, new112.offset + 36, "PD\x08\x01\0\0\0\0");
    },
    hits: [at({ ...new112, length: 36 }), { rule: "RRP-002", ...at(new112, 2, 1) }],
  },
], structure);

ruleCases("RRP-029", [
  {
    name: "a user",
    image,
    mutate: (view) => setBoth32(view, plain.offset + 20, 1000),
    hits: [{}],
  },
], structure);
