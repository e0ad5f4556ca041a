// Mutation cases of raw CD sectors. The fixtures were encoded by other programs, with right codes; what is
// encoded anew here goes through the raw builder, which tests compare with theirs.

import { rawSector, type SectorMode } from "../../support/raw_builder.ts";
import { ruleCases } from "../rule_cases.ts";

const SECTOR = 2352;
/** A sector of /DATA/BLOCK.BIN (xorriso of the plain image), one of the system area, and padding. */
const FILE = 34;
const SPARE = 3;
const PADDING = 60;
/** Sectors of the image. */
const COUNT = 190;
/** Of the Video CD: a sector of /MPEGAV/AVSEQ01.DAT and one of the margin behind it. */
const MPEG = 480;
const MARGIN = 600;

function sector(view: DataView, number: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + number * SECTOR, SECTOR);
}

/** Encodes the user data of a sector anew. */
function encode(
  view: DataView,
  number: number,
  { lba = number, mode = "mode1" }: { readonly lba?: number; readonly mode?: SectorMode },
): void {
  const old = sector(view, number).slice();
  const data = old[15] === 1 ? old.subarray(16, 2064) : old.subarray(24, 2072);
  sector(view, number).set(rawSector(data, lba, mode));
}

function flip(view: DataView, number: number, at: number, bits = 4): void {
  const bytes = sector(view, number);
  bytes[at] = (bytes[at] ?? 0) ^ bits;
}

type Sign = { readonly rule: string; readonly at: number; readonly length: number };

const sync: Sign = { rule: "CDR-001", at: 0, length: 12 };
const address: Sign = { rule: "CDR-002", at: 12, length: 3 };
const sequence: Sign = { rule: "CDR-003", at: 12, length: 3 };
const mode: Sign = { rule: "CDR-004", at: 15, length: 1 };
const change: Sign = { rule: "CDR-005", at: 15, length: 1 };
const edc1: Sign = { rule: "CDR-007", at: 2064, length: 4 };
const p1: Sign = { rule: "CDR-008", at: 2076, length: 172 };
const q1: Sign = { rule: "CDR-009", at: 2248, length: 104 };
const edc2: Sign = { rule: "CDR-011", at: 2072, length: 4 };
const parity2: Sign = { rule: "CDR-012", at: 2076, length: 276 };
const edcForm2: Sign = { rule: "CDR-014", at: 2348, length: 4 };

/** The finding of a run of sectors. */
function hit({ rule, at, length }: Sign, severity: string, number: number, sectors = 1) {
  return {
    rule,
    space: "file",
    start: number * SECTOR + at,
    length: (sectors - 1) * SECTOR + length,
    severity,
  } as const;
}

ruleCases("CDR-001", [
  {
    name: "one bit of the pattern; the code holds with the right one",
    image: "mode1-2352",
    mutate: (view) => flip(view, FILE, 5),
    hits: [hit(sync, "warning", FILE), hit(edc1, "warning", FILE)],
  },
  {
    name: "half of the pattern; the code holds with the right one",
    image: "mode1-2352",
    mutate: (view) => void sector(view, FILE).fill(0, 1, 7),
    hits: [hit(sync, "warning", FILE), hit(edc1, "warning", FILE)],
  },
  {
    name: "half of the pattern of a form 1 sector, whose code is not over it",
    image: "mode2-form1-2352",
    mutate: (view) => void sector(view, FILE).fill(0, 1, 7),
    hits: [hit(sync, "warning", FILE)],
  },
  {
    name: "the pattern and the data",
    image: "mode1-2352",
    mutate(view) {
      flip(view, FILE, 5);
      flip(view, FILE, 1000);
    },
    hits: [
      hit(sync, "error", FILE),
      hit(edc1, "error", FILE),
      hit(p1, "warning", FILE),
      hit(q1, "warning", FILE),
    ],
  },
  {
    name: "a file's sectors are zeros",
    image: "mode1-2352",
    mutate: (view) => void sector(view, FILE).fill(0),
    hits: [hit(sync, "error", FILE)],
  },
  {
    name: "five sectors of padding are zeros",
    image: "mode1-2352",
    mutate(view) {
      for (let at = 0; at < 5; at++) sector(view, PADDING + at).fill(0);
    },
    hits: [hit(sync, "warning", PADDING, 5)],
  },
  {
    name: "the last two sectors, which a drive may fail to read, are zeros",
    image: "mode1-2352",
    mutate(view) {
      for (let at = 1; at <= 2; at++) sector(view, COUNT - at).fill(0);
    },
    hits: [hit(sync, "info", COUNT - 2, 2)],
  },
]);

ruleCases("CDR-002", [
  {
    name: "the frame of Mode 1; the code holds with the one that is due",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 14, 0x7f),
    hits: [
      hit(address, "warning", FILE),
      hit(edc1, "warning", FILE),
      hit(p1, "warning", FILE),
      hit(q1, "warning", FILE),
    ],
  },
  {
    name: "the frame and the data of Mode 1",
    image: "mode1-2352",
    mutate(view) {
      view.setUint8(FILE * SECTOR + 14, 0x7f);
      flip(view, FILE, 1000);
    },
    hits: [
      hit(address, "error", FILE),
      hit(edc1, "error", FILE),
      hit(p1, "warning", FILE),
      hit(q1, "warning", FILE),
    ],
  },
  {
    name: "seconds of 60 in Mode 2, over whose header is no code",
    image: "mode2-form1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 13, 0x60),
    hits: [hit(address, "error", FILE)],
  },
]);

ruleCases("CDR-003", [
  {
    name: "one frame more in Mode 2",
    image: "mode2-form1-2352",
    mutate: (view) => view.setUint8(22 * SECTOR + 14, 0x23),
    hits: [hit(sequence, "warning", 22)],
  },
  {
    name: "one frame more in Mode 1; the code holds with the address that is due",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(22 * SECTOR + 14, 0x23),
    hits: [
      hit(sequence, "warning", 22),
      hit(edc1, "warning", 22),
      hit(p1, "warning", 22),
      hit(q1, "warning", 22),
    ],
  },
  {
    name: "one sector was recorded with another address",
    image: "mode1-2352",
    mutate: (view) => encode(view, FILE, { lba: 20 }),
    hits: [hit(sequence, "warning", FILE)],
  },
  {
    name: "two sectors of a file are swapped",
    image: "mode1-2352",
    mutate(view) {
      const kept = sector(view, FILE).slice();
      sector(view, FILE).set(sector(view, FILE + 3));
      sector(view, FILE + 3).set(kept);
    },
    hits: [
      hit(sequence, "error", FILE),
      hit(sequence, "error", FILE + 3),
      { rule: "EXT-006", space: "file", start: 87_041, length: 2047 },
    ],
  },
  {
    name: "a sector of a file is written over the next one",
    image: "mode1-2352",
    mutate: (view) => sector(view, FILE + 1).set(sector(view, FILE)),
    hits: [hit(sequence, "error", FILE + 1)],
  },
  {
    name: "from one sector on all are seven further",
    image: "mode1-2352",
    mutate(view) {
      for (let at = 100; at < COUNT; at++) encode(view, at, { lba: at + 7 });
    },
    hits: [hit(sequence, "warning", 100)],
  },
  {
    name: "twenty sectors repeat the address before them",
    image: "mode1-2352",
    mutate(view) {
      for (let at = 60; at < 80; at++) encode(view, at, { lba: 59 });
    },
    hits: [hit(sequence, "warning", 60, 20)],
  },
  {
    name: "the first sectors have the addresses of others",
    image: "mode1-2352",
    mutate(view) {
      for (let at = 0; at < 3; at++) encode(view, at, { lba: at + 1000 });
    },
    hits: [hit(sequence, "warning", 0, 3)],
  },
]);

ruleCases("CDR-004", [
  {
    name: "mode 3 in a sector of Mode 1",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 15, 3),
    hits: [hit(mode, "error", FILE)],
  },
  {
    name: "mode 3, and the data are damaged",
    image: "mode1-2352",
    mutate(view) {
      view.setUint8(FILE * SECTOR + 15, 3);
      flip(view, FILE, 1000);
    },
    hits: [hit(mode, "error", FILE), hit(edc1, "error", FILE)],
  },
  {
    name: "a reserved bit in a sector of Mode 2",
    image: "mode2-form1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 15, 6),
    hits: [hit(mode, "error", FILE)],
  },
  {
    name: "mode 0 and codes of Mode 1",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 15, 0),
    hits: [hit(mode, "warning", FILE)],
  },
  {
    name: "mode 1 and codes of form 1",
    image: "mode2-form1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 15, 1),
    hits: [hit(mode, "warning", FILE)],
  },
  {
    name: "one bit makes a block indicator, against the code",
    image: "mode1-2352",
    mutate: (view) => view.setUint8(FILE * SECTOR + 15, 0x21),
    hits: [hit(mode, "warning", FILE)],
  },
  {
    name: "two run-out blocks at the end, codes and all unlike those of data",
    image: "mode2-form1-2352",
    mutate(view) {
      for (const [at, byte] of [[COUNT - 2, 0xe2], [COUNT - 1, 0xc2]] as const) {
        sector(view, at).fill(0, 2072).fill(byte, 15, 16);
      }
    },
    hits: [hit(mode, "info", COUNT - 2)],
  },
]);

ruleCases("CDR-005", [
  {
    name: "two sectors of Mode 2 in a track of Mode 1",
    image: "mode1-2352",
    mutate(view) {
      for (const at of [34, 35]) encode(view, at, { mode: "form1" });
    },
    hits: [hit(change, "warning", 34, 2)],
  },
]);

ruleCases("CDR-007", [
  {
    name: "a bit of a file's user data",
    image: "mode1-2352",
    mutate: (view) => flip(view, FILE, 1000),
    hits: [hit(edc1, "error", FILE), hit(p1, "warning", FILE), hit(q1, "warning", FILE)],
  },
  {
    name: "the code itself, in the system area",
    image: "mode1-2352",
    mutate: (view) => flip(view, SPARE, 2064, 1),
    hits: [hit(edc1, "warning", SPARE), hit(p1, "warning", SPARE), hit(q1, "warning", SPARE)],
  },
  {
    name: "sectors of files and padding: one range of each",
    image: "mode1-2352",
    mutate(view) {
      for (let at = 38; at < 50; at++) flip(view, at, 2064, 1);
    },
    hits: [
      hit(edc1, "error", 38, 2),
      hit(edc1, "warning", 40, 10),
      hit(p1, "warning", 38, 12),
      hit(q1, "warning", 38, 12),
    ],
  },
  {
    name: "no code at all in one sector, where all others have theirs",
    image: "mode1-2352",
    mutate: (view) => void sector(view, FILE).fill(0, 2064),
    hits: [hit(edc1, "error", FILE)],
  },
]);

ruleCases("CDR-008", [
  {
    name: "a byte of P, over which Q is",
    image: "mode1-2352",
    mutate: (view) => flip(view, FILE, 2100),
    hits: [hit(p1, "warning", FILE), hit(q1, "warning", FILE)],
  },
]);

ruleCases("CDR-009", [
  {
    name: "a byte of Q",
    image: "mode1-2352",
    mutate: (view) => flip(view, FILE, 2300),
    hits: [hit(q1, "warning", FILE)],
  },
]);

ruleCases("CDR-011", [
  {
    name: "a bit of a file's user data",
    image: "mode2-form1-2352",
    mutate: (view) => flip(view, FILE, 1000),
    hits: [hit(edc2, "error", FILE), hit(parity2, "warning", FILE)],
  },
  {
    name: "one copy of the sub-header, where the other sectors have codes",
    image: "mode2-form1-2352",
    mutate: (view) => flip(view, FILE, 17),
    hits: [hit(edc2, "error", FILE)],
  },
  {
    name: "a form 1 sector among those of form 2, in the system area",
    image: "vcd-vcdimager",
    mutate: (view) => flip(view, SPARE, 2073),
    hits: [hit(edc2, "warning", SPARE), hit(parity2, "warning", SPARE)],
  },
]);

ruleCases("CDR-012", [
  {
    name: "a byte of P",
    image: "mode2-form1-2352",
    mutate: (view) => flip(view, FILE, 2100),
    hits: [hit(parity2, "warning", FILE)],
  },
  {
    name: "a byte of Q",
    image: "mode2-form1-2352",
    mutate: (view) => flip(view, FILE, 2300),
    hits: [hit(parity2, "warning", FILE)],
  },
]);

ruleCases("CDR-014", [
  {
    name: "a bit of a file's user data",
    image: "vcd-vcdimager",
    mutate: (view) => flip(view, MPEG, 1000),
    hits: [hit(edcForm2, "error", MPEG)],
  },
  {
    name: "the code itself, outside every file",
    image: "vcd-vcdimager",
    mutate: (view) => flip(view, MARGIN, 2349),
    hits: [hit(edcForm2, "warning", MARGIN)],
  },
]);

ruleCases("CDR-015", [
  {
    name: "the code is zero in every sector of form 2",
    image: "vcd-vcdimager",
    mutate(view) {
      for (let at = 300; at < 716; at++) view.setUint32(at * SECTOR + 2348, 0);
    },
    hits: [{
      space: "file",
      start: 300 * SECTOR + 2348,
      length: 4,
      severity: "info",
    }],
  },
]);
