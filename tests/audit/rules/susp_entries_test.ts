// Mutation cases of the entries of a tree as a whole (SUSP 1.12).

import { buildImage } from "../../support/builder.ts";
import { alternateName, entry } from "../../support/susp_encode.ts";
import { setText } from "../edits.ts";
import { at, Places, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const OLD = "rr-109-genisoimage";
const old = await placesOf(OLD);

const built = buildImage({
  rockRidge: "1.10",
  children: [
    {
      name: "PADDED.TXT;1",
      content: "a",
      systemUse: [entry("PD", new Uint8Array(6)), entry("PD", new Uint8Array(8))],
    },
    {
      name: "ENDED.TXT;1",
      content: "b",
      // An area of its own, so that something can stand behind ST.
      continuation: [[alternateName(""), entry("ST"), entry("PD", new Uint8Array(8))]],
    },
    { name: "CHOSEN.TXT;1", content: "c", systemUse: [entry("ES", new Uint8Array([0]))] },
    {
      name: "TWICE.TXT;1",
      content: "d",
      systemUse: [entry("PD", new Uint8Array(24))],
      continuation: [[entry("PD", new Uint8Array(2))]],
    },
  ],
});
const image = () => built.bytes();
const places = new Places(built.bytes());
const padded = places.entry("/PADDED.TXT;1", "PD");
const ended = places.entry("/ENDED.TXT;1", "ST");
const chosen = places.entry("/CHOSEN.TXT;1", "ES");
const spare = places.entry("/TWICE.TXT;1", "PD");
const leads = places.entry("/TWICE.TXT;1", "CE");

ruleCases("SUS-009", [
  {
    name: "padding becomes a continuation before the other one",
    image,
    // To the area of its own, which the entry behind it names too.
    mutate: (view) => {
      for (let index = 0; index < 28; index++) {
        view.setUint8(spare.offset + index, view.getUint8(leads.offset + index));
      }
    },
    hits: [at(leads)],
  },
], structure);

const announced = old.entry("/.", "ER");

ruleCases("SUS-011", [
  {
    name: "another name",
    image: OLD,
    prepare: (view) => setText(view, announced.offset, "PD"),
    mutate: (view) => setText(view, announced.offset, "ER"),
    hits: [at(announced, 8, 10)],
  },
], structure);

const dot = old.record("/.");
const dotField = { start: dot.offset + 34, length: dot.length - 34 };

ruleCases("SUS-012", [
  {
    name: "the name of another extension",
    image: OLD,
    mutate: (view) => setText(view, announced.offset + 8, "XXXX_1991A"),
    hits: [dotField],
  },
  {
    name: "no ER entry",
    image: OLD,
    mutate: (view) => setText(view, announced.offset, "PD"),
    hits: [
      dotField,
      // The texts of the entry now stand in padding.
      { rule: "SUS-014", ...at(announced, 4, announced.length - 4) },
    ],
  },
], structure);

ruleCases("SUS-013", [
  {
    name: "a byte in what was padding",
    image,
    prepare: (view) => {
      for (let index = 4; index < 16; index++) view.setUint8(ended.offset + index, 0);
    },
    mutate: (view) => view.setUint8(ended.offset + 9, 1),
    hits: [at(ended, 4, 12)],
  },
], structure);

ruleCases("SUS-014", [
  {
    name: "a byte in the second entry",
    image,
    mutate: (view) => view.setUint8(padded.offset + 10 + 6, 7),
    hits: [{ start: padded.offset + 14, length: 8 }],
  },
], structure);

ruleCases("SUS-015", [
  {
    name: "a signature that no extension has",
    image,
    mutate: (view) => setText(view, padded.offset, "QQ"),
    hits: [at(padded)],
  },
], structure);

ruleCases("SUS-016", [
  {
    name: "zero bytes in place of padding",
    image,
    mutate: (view) => {
      for (let index = 0; index < padded.length; index++) view.setUint8(padded.offset + index, 0);
    },
    hits: [at(padded)],
  },
], structure);

ruleCases("SUS-017", [
  {
    name: "the second of one",
    image,
    mutate: (view) => view.setUint8(chosen.offset + 4, 1),
    hits: [at(chosen, 4, 1)],
  },
], structure);
