// Mutation cases of path tables: their two byte orders, their copies, and the tree.

import { buildImage } from "../../support/builder.ts";
import { copy, fill, setBoth32, setText } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const PVD = 32768;
const LEVEL_1 = "iso-level1-genisoimage";
const places = await placesOf(LEVEL_1);
const [L, M] = [places.pathTable("L"), places.pathTable("M")];
const [rootL, dataL, docsL, emptyL, deepL] = L;
const [rootM, dataM, docsM, emptyM, deepM] = M;
const tableM = at(rootM).start;

ruleCases("ISO-PTH-001", [
  {
    name: "past the end of the image",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 140, 50_000, true),
    hits: [{ start: PVD + 140, length: 4 }],
  },
  {
    name: "in the descriptor set",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 140, 17, true),
    hits: [{ start: PVD + 140, length: 4 }],
  },
], structure);

ruleCases("ISO-PTH-002", [
  {
    name: "past the end of the image",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 148, 50_000),
    hits: [{ start: PVD + 148, length: 4, severity: "error" }],
  },
  {
    name: "left out, as WinISO does",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 148, 0),
    hits: [{ start: PVD + 148, length: 4, severity: "warning" }],
  },
], structure);

ruleCases("ISO-PTH-003", [
  {
    name: "another location in Type M",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(at(docsM).start + 2, 26),
    hits: [at(docsM)],
  },
  {
    name: "another name in Type L",
    image: LEVEL_1,
    mutate: (view) => setText(view, at(docsL).start + 8, "DOCT"),
    hits: [at(docsM)],
  },
], structure);

const copies = buildImage({
  optionalPathTables: ["L", "M"],
  children: [{ name: "SUB", children: [] }],
});
const optional = copies.pathTables.get("primary:L optional")?.offset ?? 0;

ruleCases("ISO-PTH-004", [
  {
    name: "another location in the copy",
    image: () => copies.bytes(),
    mutate: (view) => view.setUint32(optional + 10 + 2, 19, true),
    hits: [{ start: optional + 10, length: 11 }],
  },
  {
    name: "the copy past the end of the image",
    image: () => copies.bytes(),
    mutate: (view) => view.setUint32(PVD + 144, 50_000, true),
    hits: [{ start: PVD + 144, length: 4 }],
  },
], structure);

const deep = at(places.record("/DOCS/DEEP"));

ruleCases("ISO-PTH-005", [
  {
    name: "a size that is 4 bytes short: one finding for both tables",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, PVD + 132, view.getUint32(PVD + 132, true) - 4),
    hits: [
      at(deepL, 0, 8),
      { rule: "ISO-PTH-010", start: deep.start, length: 1 },
    ],
  },
  {
    name: "a size with room for zeros that no rounding explains",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, PVD + 132, view.getUint32(PVD + 132, true) * 2),
    hits: [{ start: PVD + 132, length: 8 }],
  },
], structure);

ruleCases("ISO-PTH-006", [
  {
    name: "an identifier of length 0 in both tables",
    image: LEVEL_1,
    mutate: (view) => [docsL, docsM].forEach((place) => view.setUint8(at(place).start, 0)),
    hits: [
      at(docsL, 0, 1),
      // DOCS, EMPTYDIR and DEEP, folded for their one cause.
      { rule: "ISO-PTH-010", ...at(places.record("/DOCS"), 0, 1) },
    ],
  },
], structure);

ruleCases("ISO-PTH-007", [
  {
    name: "another location in both tables",
    image: LEVEL_1,
    mutate: (view) => {
      view.setUint32(at(rootL).start + 2, 99, true);
      view.setUint32(at(rootM).start + 2, 99);
    },
    hits: [at(rootL)],
  },
], structure);

ruleCases("ISO-PTH-008", [
  {
    name: "its own number",
    image: LEVEL_1,
    mutate: (view) => {
      view.setUint16(at(deepL).start + 6, 5, true);
      view.setUint16(at(deepM).start + 6, 5);
    },
    hits: [at(deepL, 6, 2)],
  },
], structure);

function exchange(view: DataView, a: { start: number; length: number }, b: typeof a): void {
  const kept = new Uint8Array(view.buffer, view.byteOffset + a.start, a.length).slice();
  copy(view, b.start, a.start, a.length);
  new Uint8Array(view.buffer, view.byteOffset + b.start, a.length).set(kept);
}

ruleCases("ISO-PTH-009", [
  {
    name: "two records change places in both tables",
    image: LEVEL_1,
    mutate: (view) => {
      exchange(view, at(dataL), at(docsL));
      exchange(view, at(dataM), at(docsM));
    },
    hits: [at(docsL)],
  },
], structure);

ruleCases("ISO-PTH-010", [
  {
    name: "a record taken out of both tables",
    image: LEVEL_1,
    mutate: (view) => {
      const { start, length } = at(emptyL);
      for (const table of [start, at(emptyM).start]) {
        copy(view, table + length, table, 12);
        fill(view, table + 12, length);
      }
      setBoth32(view, PVD + 132, view.getUint32(PVD + 132, true) - length);
    },
    hits: [at(places.record("/EMPTYDIR"), 0, 1)],
  },
], structure);

ruleCases("ISO-PTH-011", [
  {
    name: "the record of a directory taken out of the tree",
    image: LEVEL_1,
    mutate: (view) => {
      const { start, length } = at(places.record("/EMPTYDIR"));
      const next = at(places.record("/README.TXT;1"));
      copy(view, next.start, start, next.length);
      fill(view, start + next.length, length);
    },
    hits: [at(emptyL)],
  },
], structure);

ruleCases("ISO-PTH-012", [
  {
    name: "another name in both tables",
    image: LEVEL_1,
    mutate: (view) => [dataL, dataM].forEach((place) => setText(view, at(place).start + 8, "DATE")),
    hits: [at(dataL, 8, 4)],
  },
], structure);

ruleCases("ISO-PTH-013", [
  {
    name: "an extended attribute record in both tables",
    image: LEVEL_1,
    mutate: (view) => [dataL, dataM].forEach((place) => view.setUint8(at(place).start + 1, 1)),
    hits: [at(dataL, 1, 1), at(dataM, 1, 1)],
  },
  {
    name: "an extended attribute record in the Type M table alone",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(at(dataM).start + 1, 1),
    hits: [at(dataM, 1, 1)],
  },
], structure);

ruleCases("ISO-PTH-014", [
  {
    name: "a size rounded up",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, PVD + 132, view.getUint32(PVD + 132, true) + 8),
    hits: [{ start: at(deepL).start + 12, length: 8 }],
  },
  {
    name: "a size rounded up to a block",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, PVD + 132, 2048),
    hits: [{ start: at(deepL).start + 12, length: at(rootL).start + 2048 - at(deepL).start - 12 }],
  },
], structure);

ruleCases("ISO-PTH-015", [
  {
    name: "the numbers of Type M recorded LSB first",
    image: LEVEL_1,
    mutate: (view) => {
      for (const { offset } of M) {
        view.setUint32(offset + 2, view.getUint32(offset + 2), true);
        view.setUint16(offset + 6, view.getUint16(offset + 6), true);
      }
    },
    hits: [{ start: tableM, length: at(deepM).start + 12 - tableM }],
  },
  {
    name: "its address recorded LSB first",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 148, view.getUint32(PVD + 148), true),
    hits: [{ start: PVD + 148, length: 4 }],
  },
], structure);
