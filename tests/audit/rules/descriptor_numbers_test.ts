// Mutation cases of ISO-PVD-001 to 009 and 028 to 030: numbers of descriptors.

import { setBoth16, setBoth32 } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;
const SVD = PVD + 2048;
const LEVEL_1 = "iso-level1-genisoimage";
const JOLIET = "joliet-genisoimage";

ruleCases("ISO-PVD-001", [
  {
    name: "MSB copy",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 84, 401),
    hits: [{ start: PVD + 80, length: 8 }],
  },
  {
    name: "LSB copy, far too large",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 80, 0x7fffffff, true),
    hits: [{ start: PVD + 80, length: 8 }],
  },
  {
    name: "of the Joliet descriptor",
    image: JOLIET,
    mutate: (view) => view.setUint32(SVD + 84, 401),
    hits: [{ start: SVD + 80, length: 8, volume: "joliet" }],
  },
]);

ruleCases("ISO-PVD-002", [
  {
    name: "MSB copy",
    image: LEVEL_1,
    mutate: (view) => view.setUint16(PVD + 130, 4096),
    hits: [
      { start: PVD + 128, length: 4 },
      { rule: "LIM-004", start: PVD + 128, length: 4 },
    ],
  },
]);

ruleCases("ISO-PVD-003", [
  {
    name: "MSB copy",
    image: LEVEL_1,
    mutate: (view) => view.setUint32(PVD + 136, 64),
    hits: [{ start: PVD + 132, length: 8 }],
  },
]);

ruleCases("ISO-PVD-004", [
  {
    name: "MSB copy",
    image: LEVEL_1,
    mutate: (view) => view.setUint16(PVD + 122, 2),
    hits: [{ start: PVD + 120, length: 4 }],
  },
]);

ruleCases("ISO-PVD-005", [
  {
    name: "MSB copy",
    image: LEVEL_1,
    mutate: (view) => view.setUint16(PVD + 126, 2),
    hits: [{ start: PVD + 124, length: 4 }],
  },
]);

ruleCases("ISO-PVD-006", [
  {
    name: "blocks of 12336 bytes",
    image: LEVEL_1,
    mutate: (view) => setBoth16(view, PVD + 128, 12_336),
    hits: [
      { start: PVD + 128, length: 4 },
      { rule: "LIM-004", start: PVD + 128, length: 4 },
    ],
  },
]);

ruleCases("ISO-PVD-007", [
  {
    name: "a size of 0",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, PVD + 80, 0),
    hits: [{ start: PVD + 80, length: 8 }],
  },
  {
    name: "a Joliet volume smaller than the descriptor set",
    image: JOLIET,
    mutate: (view) => setBoth32(view, SVD + 80, 18),
    hits: [{ start: SVD + 80, length: 8 }, { rule: "JOL-009", start: SVD + 80, length: 8 }],
  },
]);

ruleCases("ISO-PVD-008", [
  {
    name: "a set of 0 volumes",
    image: JOLIET,
    mutate: (view) => setBoth16(view, SVD + 120, 0),
    hits: [{ start: SVD + 120, length: 8 }],
  },
]);

ruleCases("ISO-PVD-009", [
  {
    name: "version 2 in a primary descriptor",
    image: LEVEL_1,
    mutate: (view) => view.setUint8(PVD + 881, 2),
    hits: [{ start: PVD + 881, length: 1 }],
  },
]);

ruleCases("ISO-PVD-028", [
  {
    name: "the volume is said to end before its last file does",
    image: LEVEL_1,
    mutate: (view) => setBoth32(view, PVD + 80, 37),
    hits: [
      { start: PVD + 80, length: 8 },
      { rule: "IMG-002", space: "file", start: 37 * 2048, length: 387_072 - 37 * 2048 },
    ],
  },
]);

ruleCases("ISO-PVD-029", [
  {
    name: "volume 1 of 3",
    image: LEVEL_1,
    mutate: (view) => setBoth16(view, PVD + 120, 3),
    hits: [{ start: PVD + 120, length: 4 }],
  },
]);

ruleCases("ISO-PVD-030", [
  {
    name: "three numbers",
    image: LEVEL_1,
    mutate: (view) => {
      view.setUint16(PVD + 122, 2);
      view.setUint16(PVD + 126, 2);
      view.setUint32(PVD + 136, 64);
    },
    hits: [
      { start: PVD, length: 2048 },
      { rule: "ISO-PVD-003", start: PVD + 132, length: 8 },
      { rule: "ISO-PVD-004", start: PVD + 120, length: 4 },
      { rule: "ISO-PVD-005", start: PVD + 124, length: 4 },
    ],
  },
]);
