// Mutation cases of directories as a whole: records in their sectors, places, hierarchy.

import { buildImage } from "../../support/builder.ts";
import { copy, fill, setBoth32 } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const sample = await placesOf(SAMPLE);
const LEVEL_1 = "iso-level1-genisoimage";
const level1 = await placesOf(LEVEL_1);

const main = sample.record("/LIB/LANTERN/MAIN.PY;1");
const docs = level1.record("/DOCS");
const data = level1.record("/DATA");
const blockBin = level1.record("/DATA/BLOCK.BIN;1");

ruleCases("ISO-DIR-001", [
  {
    name: "shorter than its identifier",
    image: SAMPLE,
    mutate: (view) => view.setUint8(main.offset, 10),
    hits: [{ start: main.offset, length: 1 }],
  },
  {
    name: "so long that it swallows the next record",
    image: SAMPLE,
    mutate: (view) => view.setUint8(main.offset, 255),
    hits: [{ start: main.offset, length: 1 }],
  },
  {
    name: "an identifier longer than the record",
    image: SAMPLE,
    mutate: (view) => view.setUint8(main.offset + 32, 200),
    // The record cannot be read at all, so its file is in no namespace but Joliet.
    hits: [
      { start: main.offset, length: 1 },
      { rule: "XNS-001", start: 84_140, length: 33, volume: "joliet" },
    ],
  },
], structure);

const many = buildImage({
  children: Array.from({ length: 60 }, (_, number) => ({
    name: `FILE${String(number).padStart(4, "0")}.DAT;1`,
    content: "x",
  })),
});
const rootExtent = many.extents.get("primary:/")?.[0]?.offset ?? 0;
const inFirstSector = [...many.records].filter(([key, [place]]) =>
  key.startsWith("primary:/FILE") && (place?.offset ?? 0) < rootExtent + 2048
);
const last = at(inFirstSector.at(-1)?.[1][0]);

ruleCases("ISO-DIR-002", [
  {
    name: "the last record of a sector reaches into the next one",
    image: () => many.bytes(),
    mutate: (view) => view.setUint8(last.start, 200),
    hits: [{ start: last.start, length: 200 }],
  },
], structure);

ruleCases("ISO-DIR-003", [
  {
    name: "bytes behind the last record",
    image: LEVEL_1,
    mutate: (view) => fill(view, level1.extent(docs.offset) + 1024, 100, 0x41),
    hits: [{ start: level1.extent(docs.offset) + 1024, length: 100 }],
  },
  {
    name: "a length byte of 0 in mid-sector",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(blockBin.offset, 0),
    hits: [{
      start: blockBin.offset,
      length: [...level1.records(data.offset)].filter(({ offset }) => offset >= blockBin.offset)
        .reduce((sum, { length }) => sum + length, 0) - 1,
      severity: "warning",
    }],
  },
], structure);

ruleCases("ISO-DIR-007", [
  {
    name: "identifier length 0",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(blockBin.offset + 32, 0),
    hits: [{ start: blockBin.offset + 32, length: 1 }],
  },
], structure);

const docsExtent = level1.extent(docs.offset);

ruleCases("ISO-DIR-008", [
  {
    name: "the first record has another identifier",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(docsExtent + 33, 0x41),
    hits: [
      { start: docsExtent, length: 34 },
      // What was "." now is a directory that leads back.
      { rule: "ISO-DIR-013", start: docsExtent + 2, length: 8 },
      { rule: "SEC-003" },
    ],
  },
], structure);

ruleCases("ISO-DIR-009", [
  {
    name: "another extent",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, docsExtent + 2, level1.extent(data.offset) / 2048),
    hits: [{ start: docsExtent + 2, length: 8 }],
  },
  {
    name: "a length that hides records",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, docsExtent + 10, 100),
    hits: [{ start: docsExtent + 10, length: 8 }],
  },
], structure);

ruleCases("ISO-DIR-010", [
  {
    name: "another directory",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, docsExtent + 34 + 2, level1.extent(data.offset) / 2048),
    hits: [{ start: docsExtent + 34 + 2, length: 8, severity: "warning" }],
  },
  {
    name: "the directory itself, as libisofs writes in Joliet",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, docsExtent + 34 + 2, docsExtent / 2048),
    hits: [{ start: docsExtent + 34 + 2, length: 8, severity: "info" }],
  },
], structure);

ruleCases("ISO-DIR-011", [
  {
    name: "the sum of the records, as ImgBurn writes",
    image: LEVEL_1,
    mutate: (view) => {
      const length = [...level1.records(docs.offset)].reduce((sum, each) => sum + each.length, 0);
      setBoth32(view, docs.offset + 10, length);
      setBoth32(view, docsExtent + 10, length);
    },
    hits: [{ start: docs.offset + 10, length: 8 }],
  },
], structure);

ruleCases("ISO-DIR-012", [
  {
    name: "past the end of the image",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, docs.offset + 2, 50_000),
    hits: [
      { start: docs.offset + 2, length: 8 },
      // The path table still names the true place, and the directory below it; folded into one.
      { rule: "ISO-PTH-011", ...at(level1.pathRecord("L", "DOCS")) },
    ],
  },
], structure);

const chapter = sample.record("/SHARE/DOC/MANUAL/CHAPTER_1");
const share = sample.record("/SHARE");

ruleCases("ISO-DIR-013", [
  {
    name: "an ancestor",
    image: SAMPLE,
    mutate: (view) => copy(view, share.offset + 2, chapter.offset + 2, 16),
    hits: [
      { start: chapter.offset + 2, length: 8 },
      { rule: "ISO-PTH-011", ...at(sample.pathRecord("L", "CHAPTER_1")) },
      { rule: "SEC-003" },
    ],
  },
], structure);

ruleCases("ISO-DIR-014", [
  {
    name: "the extent of a directory beside it",
    image: LEVEL_1,
    mutate: (view) => copy(view, data.offset + 2, level1.record("/EMPTYDIR").offset + 2, 16),
    hits: [
      { start: level1.record("/EMPTYDIR").offset + 2, length: 8 },
      { rule: "ISO-PTH-011", ...at(level1.pathRecord("L", "EMPTYDIR")) },
    ],
  },
], structure);

function nested(depth: number): Parameters<typeof buildImage>[0]["children"] {
  return depth === 0 ? [] : [{ name: `D${depth}`, children: nested(depth - 1) }];
}
const deep = buildImage({ children: nested(8) });
const deepest = at(deep.records.get("primary:/D8/D7/D6/D5/D4/D3/D2/D1")?.[0]);

ruleCases("ISO-DIR-015", [
  {
    name: "the directory at level 9 gets its flag",
    image: () => deep.bytes(),
    prepare: (view) => view.setUint8(deepest.start + 25, 0),
    mutate: (view) => view.setUint8(deepest.start + 25, 2),
    hits: [{ ...deepest, severity: "warning" }],
  },
], structure);

const MANY = "rr-joliet-many-genisoimage";
/** Extent of /files in its primary tree: eleven sectors (isoinfo -l). */
const MANY_FILES = 257 * 2048;

ruleCases("ISO-DIR-042", [
  {
    name: "zeros",
    image: LEVEL_1,
    mutate: (view) => fill(view, level1.extent(data.offset), 2048),
    hits: [{ start: level1.extent(data.offset), length: 2048 }],
  },
  {
    name: "foreign bytes",
    image: LEVEL_1,
    mutate: (view) => fill(view, level1.extent(data.offset), 2048, 0x5a),
    hits: [{ start: level1.extent(data.offset), length: 2048 }],
  },
  {
    name: "zeros in the fourth of eleven sectors",
    image: MANY,
    mutate: (view) => fill(view, MANY_FILES + 3 * 2048, 2048),
    // What stood there is in the Joliet tree still.
    hits: [
      { start: MANY_FILES + 3 * 2048, length: 2048 },
      { rule: "XNS-001", start: 997_128, length: 33, volume: "joliet" },
    ],
  },
  {
    name: "zeros in the last of eleven sectors, where a writer may have kept room",
    image: MANY,
    mutate: (view) => fill(view, MANY_FILES + 10 * 2048, 2048),
    hits: [
      { start: MANY_FILES + 10 * 2048, length: 2048, severity: "warning" },
      { rule: "XNS-001", start: 998_384, length: 33, volume: "joliet" },
    ],
  },
], structure);

const single = buildImage({ children: [{ name: "A", content: "a" }] });
const singleFile = at(single.records.get("primary:/A")?.[0]);

ruleCases("ISO-DIR-044", [
  {
    name: "a file under the identifier of the parent",
    image: () => single.bytes(),
    mutate: (view) => view.setUint8(singleFile.start + 33, 1),
    hits: [{ start: singleFile.start + 33, length: 1 }],
  },
], structure);

const dot = at(many.records.get("primary:/.")?.[0]);

ruleCases("ISO-DIR-046", [
  {
    name: "root and its own record are one sector shorter",
    image: () => many.bytes(),
    mutate: (view) => {
      const length = view.getUint32(dot.start + 10, true) - 2048;
      setBoth32(view, dot.start + 10, length);
      setBoth32(view, 16 * 2048 + 156 + 10, length);
    },
    hits: [{ start: rootExtent + 2048, length: 2048 }],
  },
], structure);
