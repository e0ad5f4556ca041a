// Calibration: genuine images that break rules about the volume, its descriptors and the end of the file.

import { assertEquals } from "@std/assert";
import { buildImage } from "../../support/builder.ts";
import type { ImageSpec } from "../../support/builder_spec.ts";
import { rawImage } from "../../support/raw_builder.ts";
import { setText } from "../edits.ts";
import { auditBytes } from "../rule_cases.ts";

const PVD = 16 * 2048;

const spec: ImageSpec = {
  children: [
    { name: "A.TXT;1", content: "a" },
    { name: "SUB", children: [{ name: "B.TXT;1", content: "b" }] },
  ],
};

async function findingsOf(bytes: Uint8Array, name = "calibration.iso"): Promise<string[]> {
  const { result } = await auditBytes(bytes, name);
  return result.findings.map(({ rule, severity }) => `${rule} ${severity}`);
}

type Row = {
  readonly name: string;
  readonly expected: readonly string[];
  readonly image: () => Uint8Array;
  readonly file?: string;
  /** What must not be said. */
  readonly never?: readonly string[];
};

function changed(change: (view: DataView) => void, from: ImageSpec = spec): () => Uint8Array {
  return () => {
    const bytes = buildImage(from).bytes();
    change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    return bytes;
  };
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  const whole = new Uint8Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}

/** Makes the descriptor count more sectors than the image has. */
function addSectors(view: DataView, count: number): void {
  const blocks = view.getUint32(PVD + 80, true) + count;
  view.setUint32(PVD + 80, blocks, true);
  view.setUint32(PVD + 84, blocks);
}

const rows: readonly Row[] = [
  {
    name: "MagicISO output: NUL in date digits",
    expected: ["ISO-PVD-016 info"],
    image: changed((view) => {
      for (let at = 0; at < 16; at++) view.setUint8(PVD + 847 + at, 0);
    }),
  },
  {
    name: "Tribes Vengeance CD 1: text in reserved descriptor bytes",
    expected: ["ISO-PVD-010 note"],
    image: changed((view) => setText(view, PVD + 1395, "TRIBES VENGEANCE")),
  },
  {
    name: "makeps3iso output: terminator version 0",
    expected: ["ISO-VDS-006 warning"],
    image: changed((view) => view.setUint8(PVD + 2048 + 6, 0)),
  },
  {
    name: "WinISO output: no type M path table",
    expected: ["ISO-PTH-002 warning"],
    image: changed((view) => view.setUint32(PVD + 148, 0)),
  },
  {
    name: "Windows XP masters: file names without version",
    expected: ["ISO-DIR-021 info"],
    image: () =>
      buildImage({
        children: [{ name: "SETUP.EXE", content: "x" }, { name: "WIN.INI", content: "y" }],
      }).bytes(),
  },
  {
    name: "bare mixed-mode BIN: data turns to audio in one file",
    expected: ["IMG-008 info"],
    never: ["IMG-003"],
    file: "disc.bin",
    image: () =>
      joined(
        rawImage(buildImage(spec).bytes()),
        Uint8Array.from({ length: 400 * 2352 }, (_, at) => (at * 31 + at / 7) % 251),
      ),
  },
  {
    name: "DVD readers' images: trailing sectors after the volume",
    expected: ["IMG-002 info"],
    image: () => joined(buildImage(spec).bytes(), new Uint8Array(14 * 2048)),
  },
  {
    name: "an image saved without its final pad: 150 sectors missing, nothing claimed lost",
    expected: ["IMG-001 warning"],
    image: changed((view) => addSectors(view, 150)),
  },
  {
    name: "genisoimage and mkisofs trees with empty files: extent past the end of the image",
    expected: ["ISO-DIR-038 info"],
    never: ["IMG-016"],
    image: () =>
      buildImage({
        children: [
          { name: "A.TXT;1", content: "a" },
          { name: "EMPTY.TXT;1", content: "", recorded: { location: 9000 } },
        ],
      }).bytes(),
  },
  {
    name: "NSRL RDS modern image: one file in several extents",
    expected: ["ISO-PVD-024 info"],
    never: [
      "ISO-DIR-031",
      "ISO-DIR-032",
      "ISO-DIR-033",
      "ISO-DIR-034",
      "ISO-DIR-035",
      "ISO-DIR-036",
    ],
    image: changed((view) => setText(view, PVD + 883, "NSRL"), {
      children: [{
        name: "LARGE.DB;1",
        content: { size: 5 * 2048 + 7 },
        sections: [2 * 2048, 2 * 2048],
      }],
    }),
  },
];

for (const { name, expected, image, file, never = [] } of rows) {
  Deno.test(name, async () => {
    const found = await findingsOf(image(), file);
    for (const each of expected) assertEquals(found.includes(each), true, found.join(", "));
    assertEquals(found.filter((each) => each.endsWith(" error")), []);
    for (const id of never) assertEquals(found.some((each) => each.startsWith(id)), false, id);
  });
}

Deno.test("Tribes Vengeance disc 1 of 4: lists files past its own end", async () => {
  const volumeSet = { size: 4, sequence: 1 };
  const children = [
    { name: "A.TXT;1", content: "a" },
    { name: "LATER.CAB;1", content: "b", sequence: 2, recorded: { location: 9000 } },
  ];
  const found = await findingsOf(buildImage({ volumeSet, children }).bytes());
  assertEquals(found.includes("ISO-DIR-032 info") || found.includes("ISO-PVD-029 info"), true);
  assertEquals(found.filter((each) => each.startsWith("IMG-016") || each.endsWith(" error")), []);
});

Deno.test("MissionForce: Cyberstorm: path table unreadable, the tree is whole", async () => {
  const bytes = buildImage(spec).bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = view.getUint32(PVD + 140, true) * 2048;
  // The second record has no name: what follows cannot be read.
  view.setUint8(table + 10, 0);
  const { image, result } = await auditBytes(bytes, "calibration.iso");
  assertEquals(result.findings.some(({ rule }) => rule === "ISO-PTH-006"), true);
  assertEquals(result.findings.filter(({ severity }) => severity === "error"), []);
  assertEquals(image.trees[0]?.count, 4);
});
