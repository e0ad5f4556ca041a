// Mutation cases of what files are by their first bytes.

import { createHash } from "node:crypto";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { buildImage } from "../../support/builder.ts";
import { noise } from "../../support/noise.ts";
import { setText } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases } from "../rule_cases.ts";

const built = buildImage({
  children: [
    { name: "AUTORUN.INF;1", content: "[autorun]\r\nicon=x.ico\r\n; a comment, long enough\r\n" },
    { name: "INVOICE.PDF;1", content: "%PDF-1.7 ".padEnd(2100, "x") },
    { name: "LINK.LNK;1", content: "nothing".padEnd(100, " ") },
    { name: "RUN.DAT;1", content: "nothing".padEnd(300, " "), flags: 1 },
    { name: "DISC.IMG;1", content: "nothing".padEnd(40_000, " ") },
  ],
  trailer: new Uint8Array(2048),
});
const image = () => built.bytes();

function placeOf(name: string): { readonly start: number; readonly length: number } {
  return at(built.extents.get(`primary:/${name}`)?.[0]);
}

/** The least of a Windows program: MZ, and where its header stands. */
function setProgram(view: DataView, start: number): void {
  setText(view, start, "MZ");
  view.setUint32(start + 60, 128, true);
  setText(view, start + 128, "PE\0\0");
}

const invoice = placeOf("INVOICE.PDF;1");

ruleCases("SEC-004", [
  {
    name: "a program named .PDF",
    image,
    mutate: (view) => setProgram(view, invoice.start),
    hits: [invoice],
  },
]);

ruleCases("SEC-005", [
  {
    name: "a shortcut beside a hidden program",
    image,
    mutate: (view) => {
      setText(view, placeOf("LINK.LNK;1").start, "L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0");
      setProgram(view, placeOf("RUN.DAT;1").start);
    },
    hits: [placeOf("LINK.LNK;1")],
  },
]);

ruleCases("SEC-007", [
  {
    name: "a command in AUTORUN.INF",
    image,
    mutate: (view) => setText(view, placeOf("AUTORUN.INF;1").start + 23, "open=setup.exe /s      "),
    hits: [placeOf("AUTORUN.INF;1")],
  },
]);

ruleCases("SEC-008", [
  {
    name: "a zip archive at the end",
    image,
    mutate: (view) => setText(view, view.byteLength - 22, "PK\x05\x06"),
    hits: [
      { space: "file", start: built.size - 22, length: 22 },
      { rule: "IMG-003", start: built.size - 22, length: 4 },
    ],
  },
  {
    name: "a PDF document at the start",
    image,
    mutate: (view) => setText(view, 0, "%PDF-1.4"),
    hits: [
      { space: "file", start: 0, length: 0 },
      { rule: "ISO-VDS-013", start: 0, length: 8 },
      { rule: "ISO-VDS-014", start: 0, length: 4 },
    ],
  },
]);

ruleCases("SEC-009", [
  {
    name: "a volume descriptor at sector 16 of a file",
    image,
    mutate: (view) => setText(view, placeOf("DISC.IMG;1").start + 32_769, "CD001"),
    hits: [
      placeOf("DISC.IMG;1"),
      { rule: "ISO-VDS-015", start: placeOf("DISC.IMG;1").start + 32_768, length: 2048 },
    ],
  },
]);

const pictures = buildImage({
  children: Array.from({ length: 24 }, (_, number) => ({
    name: `P${String(number).padStart(2, "0")}.PNG;1`,
    content: `\x89PNG\r\n\x1a\n${"x".repeat(3000)}`,
  })),
});
const place = (number: number) =>
  at(pictures.extents.get(`primary:/P${String(number).padStart(2, "0")}.PNG;1`)?.[0]).start;

ruleCases("DMG-007", [
  {
    name: "noise from the fifteenth picture on",
    image: () => pictures.bytes(),
    mutate: (view) => {
      for (let number = 14; number < 24; number++) {
        new Uint8Array(view.buffer).set(noise(100, number), place(number));
      }
    },
    hits: [{ start: place(14), length: 0 }],
  },
]);

/** A set of digests as the command line hands it in. */
function setOf(text: string) {
  const list = parseManifest(text);
  if ("error" in list) throw new Error(list.error);
  return { name: "known.txt", list };
}

ruleCases("SEC-010", [
  {
    name: "the digest of a file of 100 bytes",
    image,
    mutate: () => {},
    options: {
      hashSet: setOf(
        `${"0".repeat(64)}  other.bin\n` +
          `${createHash("sha256").update("nothing".padEnd(100, " ")).digest("hex")}  tool.exe\n`,
      ),
    },
    hits: [placeOf("LINK.LNK;1")],
  },
]);
