// Mutation cases of IMG-001 to 005 and 016: where an image ends.

import { cutTo, extended, setBoth32, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

/** Size of iso-level1-genisoimage: 39 sectors of structures and files, 150 of padding. */
const SIZE = 387_072;
/** Record of /README.TXT in the root directory: behind `.`, `..`, DATA, DOCS and EMPTYDIR. */
const README = 47104 + 34 + 34 + 38 + 38 + 42;

ruleCases("IMG-001", [
  {
    name: "the padding is missing: nothing claimed is lost",
    image: "iso-level1-genisoimage",
    mutate: (view) => cutTo(view, SIZE - 307_200),
    hits: [{ space: "file", start: SIZE - 307_200, length: 307_200, severity: "warning" }],
  },
  {
    name: "the last two files are cut off",
    image: "iso-level1-genisoimage",
    mutate: (view) => cutTo(view, 73_728),
    hits: [{ space: "file", start: 73_728, length: SIZE - 73_728, severity: "error" }],
  },
  {
    name: "the size field of a raw image grows by one sector",
    image: "mode1-2352",
    mutate: (view) => setBoth32(view, 16 * 2352 + 16 + 80, 191),
    hits: [
      { space: "file", start: 446_880, length: 2352, severity: "warning" },
      // The sector of the descriptor has its own code.
      { rule: "CDR-007", space: "file", start: 16 * 2352 + 2064, length: 4 },
      { rule: "CDR-008", space: "file", start: 16 * 2352 + 2076, length: 172 },
      { rule: "CDR-009", space: "file", start: 16 * 2352 + 2248, length: 104 },
    ],
  },
]);

ruleCases("IMG-002", [
  {
    name: "150 sectors of zeros are appended",
    image: "iso-level1-genisoimage",
    mutate: (view) => extended(view, 307_200),
    hits: [{ space: "file", start: SIZE, length: 307_200 }],
  },
  {
    name: "100 bytes are inserted into the zeros that end the volume",
    image: "iso-level1-genisoimage",
    mutate: (view) => extended(view, 100),
    hits: [{ space: "file", start: SIZE, length: 100, severity: "warning" }],
  },
  {
    name: "a raw sector of zeros is appended",
    image: "mode1-2352",
    mutate: (view) => {
      const longer = extended(view, 2352);
      longer.set(longer.subarray(0, 16), 446_880);
      return longer;
    },
    hits: [{ space: "file", start: 446_880, length: 2352 }],
  },
]);

ruleCases("IMG-003", [
  {
    name: "text behind the volume",
    image: "iso-level1-genisoimage",
    mutate: (view) => {
      const longer = extended(view, 4096);
      longer.set(new TextEncoder().encode("hidden"), SIZE + 3000);
      return longer;
    },
    hits: [{ start: SIZE + 3000, length: 6 }],
  },
]);

ruleCases("IMG-004", [
  {
    name: "an MBR partition behind the volume",
    image: "iso-level1-genisoimage",
    mutate: (view) => {
      const longer = extended(view, 4096);
      const changed = new DataView(longer.buffer);
      changed.setUint8(446 + 4, 0xef);
      changed.setUint32(446 + 8, SIZE / 512, true);
      changed.setUint32(446 + 12, 8, true);
      changed.setUint16(510, 0x55aa);
      setText(changed, SIZE, "FAT");
      return longer;
    },
    hits: [
      { space: "file", start: SIZE, length: 4096 },
      { rule: "ISO-VDS-013", start: 450, length: 62 },
      { rule: "MBR-001", start: 510, length: 2 },
      { rule: "MBR-009", start: 440, length: 4 },
      { rule: "IMG-017" },
    ],
  },
]);

ruleCases("IMG-005", [
  {
    name: "the last byte is missing",
    image: "iso-level1-genisoimage",
    mutate: (view) => cutTo(view, SIZE - 1),
    hits: [
      { space: "file", start: SIZE - 2048, length: 2047, severity: "warning" },
      { rule: "IMG-001", space: "file", start: SIZE - 1, length: 1, severity: "warning" },
    ],
  },
  {
    name: "it stops inside a file",
    image: "iso-level1-genisoimage",
    mutate: (view) => cutTo(view, 73_729),
    hits: [
      { space: "file", start: 73_728, length: 1, severity: "error" },
      {
        rule: "IMG-001",
        space: "file",
        start: 73_729,
        length: SIZE - 73_729,
        severity: "error",
      },
    ],
  },
]);

ruleCases("IMG-016", [
  {
    name: "a file lies past the end of image and volume",
    image: "iso-level1-genisoimage",
    mutate: (view) => setBoth32(view, README + 2, 500),
    hits: [
      { start: README + 2, length: 16 },
      { rule: "EXT-004", start: 57_344, length: 70 },
    ],
  },
  {
    name: "a file is longer than the rest of the image",
    image: "iso-level1-genisoimage",
    mutate: (view) => setBoth32(view, README + 10, 1_000_000),
    hits: [
      { start: README + 2, length: 16 },
      { rule: "EXT-001", start: 59392, length: 5000 },
    ],
  },
]);
