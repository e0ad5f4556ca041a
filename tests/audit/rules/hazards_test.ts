// Mutation cases of SEC-001 to 003 and SEC-006: names and sizes that endanger whoever extracts.

import { buildImage } from "../../support/builder.ts";
import type { ImageSpec, Place } from "../../support/builder_spec.ts";
import { setBoth32, setText } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const spec: ImageSpec = {
  joliet: 3,
  children: [
    { name: "REPORT.TXT;1", longName: "report.pdf.txt", content: "text" },
    { name: "SUB", longName: "subfolder", children: [{ name: "B.BIN;1", content: "bytes" }] },
    ...Array.from({ length: 12 }, (_, index) => ({
      name: `PART${String(index).padStart(2, "0")}.BIN;1`,
      longName: `part-${String(index).padStart(2, "0")}.bin`,
      content: { size: 65_536 },
    })),
  ],
};
const built = buildImage(spec);
const image = () => built.bytes();

function record(key: string): Place {
  const found = built.records.get(key)?.[0];
  if (found === undefined) throw new RangeError(`Cannot find ${key}`);
  return found;
}

function setWide(view: DataView, offset: number, text: string): void {
  for (const [index, letter] of [...text].entries()) {
    view.setUint16(offset + 2 * index, letter.charCodeAt(0));
  }
}

const wide = (name: string) => record(`joliet:/${name}`);

/** What the new name of a directory does beside. */
const renamed = [
  { rule: "ISO-PTH-012", start: 43_026, length: 18 },
  { rule: "ISO-DIR-017", ...at(wide("subfolder")) },
];

ruleCases("SEC-001", [
  {
    name: "a Joliet name with a backslash",
    image,
    mutate: (view) => setWide(view, wide("part-11.bin").offset + 33, "part\\11.bin"),
    hits: [
      { ...at(wide("part-11.bin"), 33, 22), severity: "warning", volume: "joliet" },
      { rule: "JOL-006", ...at(wide("part-11.bin"), 33, 22) },
    ],
  },
  {
    name: "the letter of a drive",
    image,
    mutate: (view) => setWide(view, wide("subfolder").offset + 33, "C:"),
    hits: [
      { ...at(wide("subfolder"), 33, 18), volume: "joliet" },
      ...renamed,
      { rule: "JOL-006", ...at(wide("subfolder"), 33, 18) },
    ],
  },
  {
    name: "a symbolic link out of the image and a directory have one name",
    image: () =>
      buildImage({
        rockRidge: "1.12",
        children: [
          { name: "LINK.;1", posixName: "link", target: "/tmp/elsewhere" },
          { name: "LINKS", posixName: "lin_", children: [{ name: "X.;1", content: "x" }] },
        ],
      }).bytes(),
    mutate: (view) => {
      for (let at = 0; at + 4 <= view.byteLength; at++) {
        const name = [0, 1, 2, 3].map((i) => String.fromCharCode(view.getUint8(at + i))).join("");
        if (name === "lin_") setText(view, at, "link");
      }
    },
    hits: [
      { start: 41_227, length: 7, severity: "warning", volume: "rockridge" },
      { rule: "RRP-017", start: 41_418, length: 9 },
    ],
  },
], structure);

ruleCases("SEC-002", [
  {
    name: "a right-to-left override",
    image,
    mutate: (view) => setWide(view, wide("report.pdf.txt").offset + 33, "rep\u202eort"),
    hits: [{ ...at(wide("report.pdf.txt"), 33, 28), severity: "warning", volume: "joliet" }],
  },
  {
    name: "the name of a device, which is only noted",
    image,
    mutate: (view) => setWide(view, wide("subfolder").offset + 33, "aux.folde"),
    hits: [
      { ...at(wide("subfolder"), 33, 18), severity: "note", volume: "joliet" },
      ...renamed,
    ],
  },
], structure);

ruleCases("SEC-003", [
  {
    name: "each of many files goes on to the end of the image",
    image,
    mutate: (view) => {
      for (let index = 0; index < 12; index++) {
        const number = String(index).padStart(2, "0");
        for (const key of [`primary:/PART${number}.BIN;1`, `joliet:/part-${number}.bin`]) {
          const { offset } = record(key);
          setBoth32(view, offset + 10, view.byteLength - view.getUint32(offset + 2, true) * 2048);
        }
      }
    },
    hits: [
      { severity: "warning", volume: "iso9660" },
      { severity: "warning", volume: "joliet" },
      { rule: "EXT-001", start: 120_832, length: 724_992 },
    ],
  },
], structure);

ruleCases("SEC-006", [
  {
    name: "a program behind the extension of a document",
    image,
    mutate: (view) => setWide(view, wide("report.pdf.txt").offset + 33 + 22, "exe"),
    hits: [
      { ...at(wide("report.pdf.txt"), 33, 28), severity: "note", volume: "joliet" },
      { rule: "XNS-003", ...at(wide("report.pdf.txt"), 33, 28) },
    ],
  },
], structure);
