// Mutation cases of the fields of Extended Attribute Records.

import { buildImage } from "../../support/builder.ts";
import { setBoth16 } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const built = buildImage({
  children: [{ name: "A.TXT;1", content: "a", extendedAttributes: { owner: 1, group: 1 } }],
});
const image = () => built.bytes();
const record = at(built.extents.get("primary:/A.TXT;1")?.[0]).start - 2048;

ruleCases("ISO-XAR-003", [
  {
    name: "bit 1",
    image,
    mutate: (view) => view.setUint16(record + 8, 0xaaa8),
    hits: [{ start: record + 8, length: 2 }],
  },
], structure);

ruleCases("ISO-XAR-004", [
  {
    name: "version 0",
    image,
    mutate: (view) => view.setUint8(record + 180, 0),
    hits: [{ start: record + 180, length: 1 }],
  },
  {
    name: "a reserved record format",
    image,
    mutate: (view) => view.setUint8(record + 78, 4),
    hits: [{ start: record + 78, length: 1 }],
  },
  {
    name: "more application use than its block holds",
    image,
    mutate: (view) => setBoth16(view, record + 246, 1799),
    hits: [{ start: record + 246, length: 4 }],
  },
], structure);
