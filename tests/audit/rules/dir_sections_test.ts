// Mutation cases of files of several sections.

import { buildImage } from "../../support/builder.ts";
import { setBoth16, setBoth32 } from "../edits.ts";
import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const MULTI = "multi-extent";
const multi = await placesOf(MULTI);
const [section, final] = [...multi.records(multi.descriptor() + 156)].slice(2);

ruleCases("ISO-DIR-033", [
  {
    name: "the final record has the flag too",
    image: MULTI,
    mutate: (view) => view.setUint8(at(final).start + 25, 0x80),
    hits: [at(final, 25, 1)],
  },
], structure);

ruleCases("ISO-DIR-034", [
  {
    name: "another volume sequence number",
    image: MULTI,
    mutate: (view) => setBoth16(view, at(final).start + 28, 0),
    hits: [at(final), { rule: "ISO-DIR-032", ...at(final, 28, 4) }],
  },
  {
    name: "a protection flag in one of them",
    image: MULTI,
    mutate: (view) => view.setUint8(at(final).start + 25, 0x10),
    hits: [at(final), { rule: "ISO-DIR-027", ...at(final, 25, 1) }],
  },
], structure);

ruleCases("ISO-DIR-035", [
  {
    name: "an inner section one byte shorter",
    image: MULTI,
    mutate: (view) => {
      const length = at(section).start + 10;
      setBoth32(view, length, view.getUint32(length, true) - 1);
    },
    hits: [at(section, 10, 8)],
  },
], structure);

const twice = buildImage({
  unsorted: true,
  children: [{ name: "BIG.DAT;1", content: "a" }, { name: "BIG.DAT;2", content: "b" }],
});
const large = at(twice.records.get("primary:/BIG.DAT;1")?.[0]);
const rest = at(twice.records.get("primary:/BIG.DAT;2")?.[0]);

ruleCases("ISO-DIR-036", [
  {
    name: "two records of one name, the first of nearly 4 GiB",
    image: () => twice.bytes(),
    mutate: (view) => {
      setBoth32(view, large.start + 10, 0xfffff800);
      view.setUint8(rest.start + 33 + 8, 0x31);
    },
    hits: [
      rest,
      { rule: "IMG-016", start: large.start + 2, length: 16 },
      { rule: "EXT-001", ...at(twice.extents.get("primary:/BIG.DAT;2")?.[0]) },
    ],
  },
], structure);
