// Mutation cases of the System Use Sharing Protocol.

import { buildImage } from "../../support/builder.ts";
import { alternateName } from "../../support/susp_encode.ts";
import { setBoth32, setText } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const sample = await placesOf(SAMPLE);
const OLD = "rr-109-genisoimage";
const old = await placesOf(OLD);
const indicator = old.entry("/.", "SP");
const dot = old.record("/.");

ruleCases("SUS-001", [
  {
    name: "length 0 in mid-record",
    image: SAMPLE,
    mutate: (view) => view.setUint8(at(sample.entry("/README.MD;1", "PX")).start + 2, 0),
    hits: [at(sample.entry("/README.MD;1", "PX"), 2, 1)],
  },
  {
    name: "past the record",
    image: OLD,
    mutate: (view) => view.setUint8(at(old.entry("/PLAIN.TXT;1", "TF")).start + 2, 200),
    hits: [at(old.entry("/PLAIN.TXT;1", "TF"), 2, 1)],
  },
], structure);

ruleCases("SUS-002", [
  {
    name: "version 2",
    image: OLD,
    mutate: (view) => view.setUint8(at(old.entry("/PLAIN.TXT;1", "TF")).start + 3, 2),
    hits: [at(old.entry("/PLAIN.TXT;1", "TF"), 3, 1)],
  },
], structure);

ruleCases("SUS-003", [
  {
    name: "another signature in the root's own record",
    image: OLD,
    mutate: (view) => setText(view, indicator.offset, "XX"),
    hits: [
      { start: indicator.offset, length: dot.offset + dot.length - indicator.offset },
      { rule: "SUS-015", ...at(indicator) },
    ],
  },
], structure);

ruleCases("SUS-004", [
  {
    name: "wrong check bytes",
    image: OLD,
    mutate: (view) => view.setUint16(indicator.offset + 4, 0xbeee),
    hits: [at(indicator, 4, 3)],
  },
  {
    name: "version 0",
    image: OLD,
    mutate: (view) => view.setUint8(indicator.offset + 3, 0),
    hits: [at(indicator, 4, 3)],
  },
], structure);

const chained = buildImage({
  rockRidge: "1.10",
  children: [
    {
      name: "FIRST.TXT;1",
      content: "1",
      continuation: [[alternateName("a".repeat(40), 1)], [alternateName("b".repeat(40), 1)]],
    },
    { name: "SECOND.TXT;1", content: "2", continuation: [[alternateName("c".repeat(40), 1)]] },
  ],
});
const image = () => chained.bytes();
const bytes = new DataView(chained.bytes().buffer);
const areas = chained.continuations.filter(({ offset }) =>
  bytes.getUint8(offset) === 0x4e && bytes.getUint8(offset + 1) === 0x4d
);
const [firstArea, nextArea, secondArea] = areas;
const inRecord = (path: string) => {
  const { start, length } = at(chained.records.get(path)?.[0]);
  for (let offset = start + 33; offset < start + length; offset++) {
    const entry = bytes.getUint16(offset) === 0x4345 && bytes.getUint8(offset + 2) === 28;
    if (entry) return { offset, length: 28 };
  }
  throw new RangeError(`Cannot find entry CE of ${path}`);
};
const first = inRecord("primary:/FIRST.TXT;1");
const second = inRecord("primary:/SECOND.TXT;1");

ruleCases("SUS-005", [
  {
    name: "MSB first copy of the block",
    image,
    mutate: (view) => view.setUint32(first.offset + 8, 3),
    hits: [at(first, 4, 8)],
  },
  {
    name: "MSB first copy of the length",
    image,
    mutate: (view) => view.setUint32(first.offset + 24, 3),
    hits: [at(first, 20, 8)],
  },
], structure);

ruleCases("SUS-006", [
  {
    name: "past the end of the image",
    image,
    mutate: (view) => setBoth32(view, first.offset + 4, 50_000),
    hits: [at(first, 4, 24)],
  },
], structure);

const onward = { offset: at(firstArea).start + at(firstArea).length - 28, length: 28 };

ruleCases("SUS-007", [
  {
    name: "the first area leads on to itself",
    image,
    mutate: (view) => {
      setBoth32(view, onward.offset + 4, Math.floor(at(firstArea).start / 2048));
      setBoth32(view, onward.offset + 12, at(firstArea).start % 2048);
    },
    hits: [at(onward)],
  },
], structure);

ruleCases("SUS-008", [
  {
    name: "the second file names the area of the first",
    image,
    mutate: (view) => {
      const { start, length } = at(firstArea);
      setBoth32(view, second.offset + 4, Math.floor(start / 2048));
      setBoth32(view, second.offset + 12, start % 2048);
      setBoth32(view, second.offset + 20, length);
    },
    // The first area leads on to another one, which is shared with it.
    hits: [at(firstArea), at(nextArea), { rule: "RRP-015", ...at(nextArea, 4, 1) }],
  },
], structure);

ruleCases("SUS-010", [
  {
    name: "an identifier of 250 bytes",
    image: OLD,
    mutate: (view) => view.setUint8(at(old.entry("/.", "ER")).start + 4, 250),
    hits: [at(old.entry("/.", "ER"), 4, 3)],
  },
], structure);

ruleCases("SUS-018", [
  {
    name: "counted from the block before",
    image,
    mutate: (view) => {
      const { start } = at(secondArea);
      setBoth32(view, second.offset + 4, Math.floor(start / 2048) - 1);
      setBoth32(view, second.offset + 12, start % 2048 + 2048);
    },
    hits: [at(second, 12, 8)],
  },
], structure);
