// Mutation cases of AAIP: attribute lists, and the checksums of libisofs.

import { buildImage } from "../../support/builder.ts";
import { ascii, concat } from "../../support/iso_encode.ts";
import { attributeList, component } from "../../support/susp_encode.ts";
import { at, Places } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const ISOFS = 4;
const USER = 3;
const named = (prefix: number, name: string) =>
  component(0, concat(new Uint8Array([prefix]), ascii(name)));

// Blocks 0 to 30, 4 checksums of 16 bytes.
const area = new Uint8Array([1, 0, 1, 30, 1, 4, 1, 16, 0x4d, 0x44, 0x35]);
const built = buildImage({
  rockRidge: "1.10",
  root: { dot: [attributeList([named(ISOFS, "ca"), component(0, area)])] },
  children: [
    {
      name: "A.TXT;1",
      content: "a".repeat(20_000),
      systemUse: [attributeList([named(ISOFS, "cx"), component(0, new Uint8Array([1]))])],
    },
    {
      name: "B.TXT;1",
      content: "b",
      systemUse: [attributeList([named(ISOFS, "hb"), component(0, "value")])],
    },
  ],
});
const image = () => built.bytes();
const places = new Places(built.bytes());
const root = places.entry("/.", "AL");
const indexed = places.entry("/A.TXT;1", "AL");
const other = places.entry("/B.TXT;1", "AL");

ruleCases("AIP-001", [
  {
    name: "the list goes on",
    image,
    mutate: (view) => view.setUint8(other.offset + 4, 1),
    hits: [at(other, 4, 1)],
  },
  {
    name: "a value longer than its entry",
    image,
    mutate: (view) => view.setUint8(other.offset + 5 + 5 + 1, 9),
    hits: [at(other)],
  },
  {
    name: "name and value are one component",
    image,
    mutate: (view) => view.setUint8(other.offset + 5, 1),
    hits: [at(other)],
  },
], structure);

const value = root.offset + 5 + 5 + 2;

ruleCases("AIP-002", [
  {
    name: "behind the end of the image",
    image,
    mutate: (view) => view.setUint8(value + 3, 200),
    hits: [at(root)],
  },
  {
    name: "one checksum",
    image,
    mutate: (view) => view.setUint8(value + 5, 1),
    // One checksum still owns its bytes, which lie in a file here.
    hits: [at(root), { rule: "EXT-003", start: 61_440, length: 16 }],
  },
  {
    name: "checksums of 20 bytes",
    image,
    mutate: (view) => view.setUint8(value + 7, 20),
    hits: [at(root)],
  },
  {
    name: "no number",
    image,
    mutate: (view) => view.setUint8(value, 0),
    hits: [at(root)],
  },
], structure);

ruleCases("AIP-003", [
  {
    name: "that of the array itself",
    image,
    mutate: (view) => view.setUint8(indexed.offset + indexed.length - 1, 3),
    hits: [at(indexed)],
  },
  {
    name: "that of the session",
    image,
    mutate: (view) => view.setUint8(indexed.offset + indexed.length - 1, 0),
    hits: [at(indexed)],
  },
], structure);

ruleCases("AIP-004", [
  {
    name: "an attribute of users",
    image,
    mutate: (view) => view.setUint8(other.offset + 5 + 2, USER),
    hits: [at(other)],
  },
], structure);
