// Mutation cases of the master boot record.

import { ruleCases, structure } from "../rule_cases.ts";

ruleCases("MBR-001", [
  {
    name: "an entry of type 00 gets a block count",
    image: "iso-level1-genisoimage",
    prepare: (view) => {
      view.setUint8(0, 0xfa);
      view.setUint16(510, 0x55aa);
    },
    mutate: (view) => view.setUint32(446 + 12, 100, true),
    hits: [{ start: 510, length: 2 }],
  },
], structure);

const ENTRY = 446;

ruleCases("MBR-002", [
  {
    name: "three times the size of the image",
    image: "sample",
    mutate: (view) => view.setUint32(ENTRY + 12, Math.ceil(view.byteLength / 512) * 3, true),
    hits: [{ start: ENTRY + 8, length: 8 }],
  },
], structure);
