// Mutation cases of IMG-014, 015 and 021: what the storage around an image says. Nothing in the bytes changes.

import { assertEquals } from "@std/assert";
import { decodeAria2 } from "../../../src/audit/aria2.ts";
import { auditBytes, ruleCases, structure } from "../rule_cases.ts";
import { buildImage } from "../../support/builder.ts";
import { fixtureImage } from "../../support/fixtures.ts";

const LEVEL_1 = "iso-level1-genisoimage";
const same = () => {};
const { length: size } = await fixtureImage(LEVEL_1);

/** A control file of version 1 over pieces of 64 KiB: those in `have` are there. */
function control(total: number, have: (piece: number) => boolean): Uint8Array {
  const pieces = Math.ceil(total / 65_536);
  const bitfield = new Uint8Array(Math.ceil(pieces / 8));
  for (let piece = 0; piece < pieces; piece++) {
    if (have(piece)) bitfield[piece >> 3] = (bitfield[piece >> 3] ?? 0) | (0x80 >> (piece % 8));
  }
  const bytes = new Uint8Array(10 + 20 + 24 + bitfield.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 1);
  view.setUint32(6, 20);
  view.setUint32(30, 65_536);
  view.setBigUint64(34, BigInt(total));
  view.setUint32(50, bitfield.length);
  bytes.set(bitfield, 54);
  return bytes;
}

Deno.test("decodeAria2() lists what is missing, joined, and cut off with the file", () => {
  const found = decodeAria2(control(300_000, (piece) => piece === 1));
  assertEquals(found?.missing.map(({ start, length }) => [start, length]), [
    [0, 65_536],
    [131_072, 168_928],
  ]);
});

Deno.test("decodeAria2() of other bytes is undefined, and throws nothing", () => {
  const whole = control(300_000, () => true);
  for (let length = 0; length < 55; length++) {
    assertEquals(decodeAria2(whole.subarray(0, length)), undefined);
  }
  const wild = whole.slice();
  new DataView(wild.buffer).setUint32(30, 0);
  assertEquals(decodeAria2(wild), undefined);
  new DataView(wild.buffer).setBigUint64(34, 2n ** 63n);
  assertEquals(decodeAria2(wild), undefined);
});

ruleCases("IMG-014", [
  {
    name: "aria2 has not fetched one piece",
    image: LEVEL_1,
    mutate: same,
    options: {
      host: {
        beside: [{ name: "iso-level1-genisoimage.iso.aria2", size: 80 }],
        aria2: control(size, (piece) => piece !== 2),
      },
    },
    hits: [{ space: "file", start: 131_072, length: 65_536, severity: "warning" }],
  },
  {
    name: "a browser still writes the file",
    image: LEVEL_1,
    mutate: same,
    options: { host: { beside: [{ name: "iso-level1-genisoimage.iso.part" }] } },
    hits: [{ severity: "warning" }],
  },
], structure);

ruleCases("IMG-015", [
  {
    name: "less storage than bytes",
    image: () =>
      buildImage({ children: [{ name: "A.BIN;1", content: { size: 2_000_000 } }] }).bytes(),
    mutate: same,
    options: { host: { allocated: 65_536 } },
    hits: [{ severity: "info" }],
  },
], structure);

Deno.test("IMG-015 says nothing of less than 1 MiB, which any compression saves", async () => {
  const bytes = await fixtureImage(LEVEL_1);
  const { result } = await auditBytes(bytes, "x.iso", { options: { host: { allocated: 0 } } });
  assertEquals(result.findings.some(({ rule }) => rule === "IMG-015"), false);
});

async function partFindings(
  own: string,
  beside: readonly { readonly name: string; readonly size: number }[],
  bytes: Uint8Array,
): Promise<string[]> {
  const { result } = await auditBytes(bytes, own, {
    structureOnly: true,
    options: { host: { beside } },
  });
  return result.findings.filter(({ rule }) => rule === "IMG-021").map(({ message }) => message);
}

ruleCases("IMG-021", [
  {
    name: "the volume goes on behind the last part",
    image: LEVEL_1,
    // The name of the fixture has no number: this case is of the tests below.
    prepare: (view) => view.setUint8(0, 0),
    source: (bytes) => ({
      name: "disc.iso.001",
      size: bytes.length,
      read: (offset, into) => {
        const part = bytes.subarray(offset, offset + into.length);
        into.set(part);
        return Promise.resolve(part.length);
      },
    }),
    mutate: same,
    options: { host: { beside: [{ name: "disc.iso.003", size: 70_000 }] } },
    hits: [{ severity: "error" }],
  },
], structure);

Deno.test("IMG-021 tells a gap, a short part and a missing end apart from a whole set", async () => {
  const bytes = (await fixtureImage(LEVEL_1)).subarray(0, 200_704);
  const part = (number: number, length: number) => ({ name: `d.iso.00${number}`, size: length });
  assertEquals(await partFindings("d.iso.001", [part(2, 200_704), part(3, 100)], bytes), []);
  const gap = await partFindings("d.iso.001", [part(3, 100)], bytes);
  assertEquals(gap.map((each) => /missing: 2/.test(each)), [true]);
  const short = await partFindings("d.iso.001", [part(2, 2048), part(3, 200_704)], bytes);
  assertEquals(short.map((each) => /"d.iso.002" has 2048 bytes/.test(each)), [true]);
  const end = await partFindings("d.iso.001", [], bytes);
  assertEquals(end.map((each) => /what follows part 1 is missing/.test(each)), [true]);
});
