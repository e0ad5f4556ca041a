// Mutation cases of ISO-PVD-019 and 024 to 026: use and maker of descriptors.

import { buildImage } from "../../support/builder.ts";
import { ascii } from "../../support/iso_encode.ts";
import { setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;
const LEVEL_1 = "iso-level1-genisoimage";
const EXPIRES = PVD + 847;
const EFFECTIVE = PVD + 864;
const USE = PVD + 883;
const NOON_2026 = Date.UTC(2026, 0, 1, 12);

function xaImage(attributes: number): Uint8Array {
  return buildImage({
    children: [{ name: "VIDEO.DAT;1", content: "frames", xa: { attributes } }],
  }).bytes();
}

ruleCases("ISO-PVD-019", [
  {
    name: "the volume has expired",
    image: LEVEL_1,
    options: { now: NOON_2026 },
    mutate: (view) => setText(view, EXPIRES, "2025123123595900\0"),
    hits: [{ start: EXPIRES, length: 17, severity: "info" }],
  },
  {
    name: "the volume is not yet effective",
    image: LEVEL_1,
    options: { now: NOON_2026 },
    mutate: (view) => setText(view, EFFECTIVE, "2026010112000100\0"),
    hits: [{ start: EFFECTIVE, length: 17 }],
  },
]);

ruleCases("ISO-PVD-024", [
  {
    name: "text of an authoring tool",
    image: LEVEL_1,
    mutate: (view) => setText(view, USE, "AUTHORED BY HAND"),
    hits: [{ start: USE, length: 512, severity: "info" }],
  },
  {
    name: "the marker of CD-ROM XA where all files are of form 1",
    image: () => xaImage(0x0d55),
    mutate: (view) => setText(view, PVD + 1024, "CD-XA001"),
    hits: [{ start: USE, length: 512 }],
  },
]);

ruleCases("ISO-PVD-025", [
  {
    name: "the marker, and a file of form 2 sectors",
    image: () => xaImage(0x1555),
    mutate: (view) => setText(view, PVD + 1024, "CD-XA001"),
    hits: [
      { start: PVD + 1024, length: 8, severity: "warning" },
      { rule: "ISO-PVD-024", start: USE, length: 512 },
    ],
  },
]);

ruleCases("ISO-PVD-026", [
  {
    name: "a program names itself",
    image: () => buildImage({ children: [{ name: "A.TXT;1", content: ascii("a") }] }).bytes(),
    mutate: (view) => setText(view, PVD + 574, "CDIMAGE 2.54 (01/01/2000 TM)"),
    hits: [{ start: PVD + 574, length: 128, severity: "note" }],
  },
]);
