// Mutation cases of boot code, and of the EFI partition of a boot record.

import { fill } from "../edits.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
const EFI_ENTRY = 446 + 16;
const BOOT_IMAGE = 53 * 2048;

ruleCases("MBR-008", [
  {
    name: "four blocks further",
    image: SAMPLE,
    mutate: (view) => view.setUint32(432, view.getUint32(432, true) + 4, true),
    hits: [{ start: 432, length: 8 }],
  },
  {
    name: "no boot image has the mark that the code looks for",
    image: SAMPLE,
    prepare: (view) => view.setUint32(BOOT_IMAGE + 64, 0),
    mutate: (view) => view.setUint32(432, view.getUint32(432, true) + 8, true),
    hits: [{ start: 432, length: 8 }],
  },
], structure);

ruleCases("MBR-010", [
  {
    name: "code where none was",
    image: SAMPLE,
    prepare: (view) => fill(view, 0, 432),
    mutate: (view) => view.setUint8(100, 0x90),
    // The system area is in use to the end of the second GPT entry's name.
    hits: [
      { start: 0, length: 432 },
      { rule: "ISO-VDS-013", start: 100, length: 1127 },
    ],
  },
], structure);

ruleCases("MBR-011", [
  {
    name: "four blocks further",
    image: SAMPLE,
    mutate: (view) => view.setUint32(EFI_ENTRY + 8, view.getUint32(EFI_ENTRY + 8, true) + 4, true),
    hits: [{ start: EFI_ENTRY + 8, length: 8 }],
  },
  {
    name: "half as long",
    image: SAMPLE,
    mutate: (view) => view.setUint32(EFI_ENTRY + 12, 64, true),
    hits: [{ start: EFI_ENTRY + 8, length: 8 }],
  },
], structure);
