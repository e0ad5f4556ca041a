// Mutation cases of Rock Ridge.

import { fixtureImage } from "../../support/fixtures.ts";
import { setBoth32, setText } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const sample = await placesOf(SAMPLE);
const OLD = "rr-109-genisoimage";
const old = await placesOf(OLD);
const DEEP = "rr-deep-genisoimage";
const deep = await placesOf(DEEP);
const NEW = "rr-112-xorriso";
const latest = await placesOf(NEW);

const readme = "/README.MD;1";
const placeholder = "/ONE/TWO/THREE/FOUR/FIVE/SIX/SEVEN/EIGHT";
const child = deep.entry(placeholder, "CL");
const parent = deep.entry("/RR_MOVED/EIGHT/..", "PL");
const relocated = deep.entry("/RR_MOVED/EIGHT", "RE");

function firstFile(): string {
  for (const { identifier } of latest.records(latest.descriptor() + 156)) {
    const name = String.fromCharCode(...identifier);
    if (name.endsWith(";1")) return `/${name}`;
  }
  throw new RangeError(`Cannot find a file in ${NEW}`);
}

ruleCases("RRP-001", [
  {
    name: "MSB first copy of the mode",
    image: SAMPLE,
    mutate: (view) => view.setUint32(at(sample.entry(readme, "PX")).start + 8, 0o100600),
    hits: [at(sample.entry(readme, "PX"), 4, 8)],
  },
  {
    name: "MSB first copy of the serial number of RRIP 1.12",
    image: NEW,
    mutate: (view) => view.setUint32(at(latest.entry(firstFile(), "PX")).start + 40, 99),
    hits: [at(latest.entry(firstFile(), "PX"), 36, 8)],
  },
], structure);

ruleCases("RRP-003", [
  {
    name: "a file with the mode of a directory",
    image: SAMPLE,
    mutate: (view) => setBoth32(view, at(sample.entry(readme, "PX")).start + 4, 0o040755),
    hits: [at(sample.entry(readme, "PX"), 4, 8)],
  },
  {
    name: "a directory with the mode of a file",
    image: SAMPLE,
    mutate: (view) => setBoth32(view, at(sample.entry("/SHARE", "PX")).start + 4, 0o100644),
    hits: [at(sample.entry("/SHARE", "PX"), 4, 8)],
  },
], structure);

const link = old.entry("/LINKS/RELATIVE.;1", "SL");
const component = 2 + ((await fixtureImage(OLD))[link.offset + 6] ?? 0);

ruleCases("RRP-008", [
  {
    name: "a component past its entry",
    image: OLD,
    mutate: (view) => view.setUint8(link.offset + 6, 200),
    hits: [{ ...at(link, 5, link.length - 5), severity: "error" }],
  },
  {
    name: "reserved flags",
    image: OLD,
    mutate: (view) => view.setUint8(link.offset + 5, view.getUint8(link.offset + 5) + 0x40),
    hits: [{ start: link.offset + 5, length: component, severity: "error" }],
  },
], structure);

ruleCases("RRP-014", [
  {
    name: "a reserved flag",
    image: SAMPLE,
    mutate: (view) => view.setUint8(at(sample.entry(readme, "NM")).start + 4, 0x08),
    hits: [{ ...at(sample.entry(readme, "NM"), 4, 1), severity: "error" }],
  },
  {
    name: "both . and ..",
    image: SAMPLE,
    mutate: (view) => view.setUint8(at(sample.entry(readme, "NM")).start + 4, 0x06),
    hits: [{ ...at(sample.entry(readme, "NM"), 4, 1), severity: "error" }],
  },
  {
    name: "the historical host name",
    image: SAMPLE,
    mutate: (view) => view.setUint8(at(sample.entry(readme, "NM")).start + 4, 0x20),
    hits: [{ ...at(sample.entry(readme, "NM"), 4, 1), severity: "info" }],
  },
], structure);

/** What such a name is to whoever extracts it. */
const leadsOut = { rule: "SEC-001", ...at(sample.record(readme), 33, 11) };

ruleCases("RRP-016", [
  {
    name: "a slash",
    image: SAMPLE,
    mutate: (view) => view.setUint8(at(sample.entry(readme, "NM")).start + 7, 0x2f),
    hits: [at(sample.entry(readme, "NM"), 5, "README.md".length), leadsOut],
  },
  {
    name: "a NUL",
    image: SAMPLE,
    mutate: (view) => view.setUint8(at(sample.entry(readme, "NM")).start + 7, 0),
    hits: [at(sample.entry(readme, "NM"), 5, "README.md".length), leadsOut],
  },
], structure);

ruleCases("RRP-017", [
  {
    name: "the name of another file",
    image: SAMPLE,
    mutate: (view) => setText(view, at(sample.entry("/BIN", "NM")).start + 5, "lib"),
    hits: [at(sample.entry("/LIB", "NM"))],
  },
], structure);

ruleCases("RRP-019", [
  {
    name: "no directory there",
    image: DEEP,
    mutate: (view) => setBoth32(view, child.offset + 4, 17),
    hits: [
      at(child, 4, 8),
      { rule: "RRP-021", ...at(deep.record("/RR_MOVED/EIGHT")) },
    ],
  },
  {
    name: "no RE entry in the record of the directory",
    image: DEEP,
    mutate: (view) => setText(view, relocated.offset, "PD"),
    hits: [
      at(child, 4, 8),
      { rule: "RRP-027", ...at(deep.entry("/RR_MOVED/EIGHT", "RR"), 4, 1) },
    ],
  },
  {
    name: "no PL entry in the directory",
    image: DEEP,
    mutate: (view) => setText(view, parent.offset, "PD"),
    hits: [
      at(child, 4, 8),
      { rule: "RRP-027", ...at(deep.entry("/RR_MOVED/EIGHT/..", "RR"), 4, 1) },
      { rule: "SUS-014", ...at(parent, 4, 8) },
    ],
  },
], structure);

ruleCases("RRP-020", [
  {
    name: "another directory",
    image: DEEP,
    mutate: (view) =>
      setBoth32(view, parent.offset + 4, deep.extent(deep.descriptor() + 156) / 2048),
    hits: [at(parent, 4, 8)],
  },
], structure);

ruleCases("RRP-022", [
  {
    name: "MSB first copy of a child link",
    image: DEEP,
    mutate: (view) => view.setUint32(child.offset + 8, 3),
    hits: [at(child, 4, 8)],
  },
  {
    name: "LSB first copy of a parent link",
    image: DEEP,
    mutate: (view) => view.setUint32(parent.offset + 4, 3, true),
    hits: [at(parent, 4, 8)],
  },
], structure);
