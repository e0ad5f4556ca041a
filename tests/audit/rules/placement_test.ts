// Mutation cases of IMG-009 and IMG-020.

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../../src/bytes/source.ts";
import { examine } from "../../../src/examine.ts";
import { buildImage } from "../../support/builder.ts";
import { ruleCases, structure } from "../rule_cases.ts";
import { addBase } from "../session_addresses.ts";

const PVD = 32_768;

function bytesOf(view: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** All bytes behind `head`. */
function behind(view: DataView<ArrayBuffer>, head: Uint8Array): Uint8Array {
  const longer = new Uint8Array(head.length + view.byteLength);
  longer.set(head);
  longer.set(bytesOf(view), head.length);
  return longer;
}

const children = [{ name: "SUB", children: [{ name: "A.TXT;1", content: "a".repeat(3000) }] }];
const small = () => buildImage({ children }).bytes();

/** What every audit says of where sectors are. */
const moved = (by: number) =>
  ({ rule: "IMG-007", space: "file", start: PVD + by, length: 2048 }) as const;

ruleCases("IMG-009", [
  {
    name: "7 bytes before the image",
    image: small,
    mutate: (view) => behind(view, new Uint8Array(7).fill(0x78)),
    hits: [{ space: "file", start: PVD + 7, length: 6, severity: "error" }, moved(7)],
  },
  {
    name: "100 bytes of the system area are missing",
    image: small,
    mutate: (view) => bytesOf(view).slice(100),
    hits: [{ space: "file", start: PVD - 100, length: 6, severity: "error" }, moved(-100)],
  },
  {
    name: "a sector comes before the image, and part of its set is still at sector 16",
    image: small,
    mutate: (view) => behind(view, new Uint8Array(2048)),
    hits: [{ space: "file", start: PVD + 2048, length: 6, severity: "error" }, moved(2048)],
  },
  {
    name: "two sectors come before the image",
    image: small,
    mutate: (view) => behind(view, new Uint8Array(4096)),
    hits: [{ space: "file", start: PVD + 4096, length: 6, severity: "error" }, moved(4096)],
  },
  {
    name: "the first sector is missing",
    image: small,
    mutate: (view) => bytesOf(view).slice(2048),
    hits: [{ space: "file", start: PVD - 2048, length: 6, severity: "error" }, moved(-2048)],
  },
  {
    name: "the pregap of the track comes first",
    image: small,
    mutate: (view) => behind(view, new Uint8Array(150 * 2048)),
    hits: [{ space: "file", start: PVD + 307_200, length: 6, severity: "warning" }, moved(307_200)],
  },
  {
    name: "a MacBinary header comes first",
    image: small,
    mutate: (view) => behind(view, new Uint8Array(128).fill(5, 1, 2)),
    hits: [{ space: "file", start: PVD + 128, length: 6, severity: "warning" }, moved(128)],
  },
  {
    name: "raw sectors behind 700 other bytes",
    image: "mode1-2352",
    mutate: (view) => behind(view, new Uint8Array(700).fill(0x41)),
    hits: [
      { space: "file", start: 16 * 2352 + 16 + 700, length: 6, severity: "error" },
      { rule: "IMG-007", space: "file", start: 16 * 2352 + 16 + 700, length: 2352 },
      { rule: "ISO-DIR-038", space: "file", start: 63_980 + 700, length: 8 },
      { rule: "SUS-011", space: "file", start: 65_880 + 700, length: 10 },
      { rule: "ISO-PVD-026", space: "file", start: 38_222 + 700, length: 128 },
    ],
  },
], structure);

Deno.test("a lost first descriptor is not taken for a shift", async () => {
  const bytes = small().slice();
  bytes.copyWithin(PVD + 2048, PVD, PVD + 2048);
  bytes.fill(0, PVD, PVD + 2048);
  const image = await examine(new MemorySource(bytes));
  assertEquals(image.container.shift, undefined);
});

/** Directories enough on either side of a point, a sector each. */
const many = () =>
  buildImage({
    children: Array.from({ length: 9 }, (_, at) => ({
      name: `D${at}`,
      children: [{ name: "F.;1", content: `file ${at}` }],
    })),
  });

/** Sector of the directory D4, from which on the image is shifted. */
const FROM = (many().extents.get("primary:/D4")?.[0]?.offset ?? 0) / 2048;

/** The bytes with others between, or with some left out. */
function slipped(view: DataView<ArrayBuffer>, at: number, by: number): Uint8Array {
  const bytes = bytesOf(view);
  const kept = bytes.subarray(at + Math.max(0, -by));
  const made = new Uint8Array(at + Math.max(0, by) + kept.length);
  made.set(bytes.subarray(0, at));
  made.fill(0, at, at + Math.max(0, by));
  made.set(kept, made.length - kept.length);
  return made;
}

ruleCases("IMG-010", [
  {
    name: "300 bytes inserted between directories",
    image: () => many().bytes(),
    mutate: (view) => slipped(view, FROM * 2048, 300),
    hits: [
      { space: "file", start: FROM * 2048, length: 300, severity: "error" },
      { rule: "ISO-DIR-042", start: FROM * 2048, length: 2048 },
      { rule: "EXT-004", start: 69_932, length: 8198 },
      { rule: "EXT-006", start: 61_740, length: 6 },
      { rule: "IMG-002", space: "file", start: 79_872, length: 300 },
    ],
  },
  {
    name: "100 bytes of a raw dump are missing",
    image: "mode1-2352",
    mutate: (view) => slipped(view, 100 * 2352 + 50, -100),
    hits: [
      { space: "file", start: 100 * 2352 + 16, length: 2 * 2352 - 116, severity: "error" },
      { rule: "CDR-001", space: "file", start: 101 * 2352, length: 87 * 2352 + 12 },
      { rule: "IMG-008", space: "file", start: 101 * 2352, length: 2352 },
      { rule: "CDR-007", space: "file", start: 100 * 2352 + 2064, length: 4 },
      { rule: "CDR-008", space: "file", start: 100 * 2352 + 2076, length: 172 },
      { rule: "CDR-009", space: "file", start: 100 * 2352 + 2248, length: 104 },
      { rule: "EXT-004", space: "file", start: 237_164, length: 209_428 },
      { rule: "IMG-005", space: "file", start: 444_528, length: 2252 },
    ],
  },
  {
    name: "700 bytes inserted into a raw dump",
    image: "mode1-2352",
    mutate: (view) => slipped(view, 100 * 2352 + 50, 700),
    hits: [
      { space: "file", start: 100 * 2352 + 16, length: 2352 + 684, severity: "error" },
      { rule: "CDR-001", space: "file", start: 101 * 2352, length: 88 * 2352 + 12 },
      { rule: "IMG-008", space: "file", start: 101 * 2352, length: 2352 },
      { rule: "CDR-007", space: "file", start: 100 * 2352 + 2064, length: 4 },
      { rule: "EXT-004", space: "file", start: 237_964, length: 207_280 },
      { rule: "IMG-003", space: "file", start: 447_292, length: 288 },
    ],
  },
  {
    name: "a raw sector is missing",
    image: "mode1-2352",
    mutate: (view) => slipped(view, 34 * 2352, -2352),
    hits: [
      { space: "file", start: 32 * 2352 + 16, length: 2 * 2352 - 16, severity: "error" },
      { rule: "CDR-003", space: "file", start: 34 * 2352 + 12, length: 3 },
      { rule: "IMG-001", space: "file", start: 444_528, length: 2352 },
      { rule: "EXT-006", space: "file", start: 87_041, length: 2047 },
    ],
  },
]);

ruleCases("IMG-020", [
  {
    name: "every address counts from sector 11,702 of a disc",
    image: small,
    mutate: (view) => addBase(bytesOf(view), 11_702),
    hits: [
      { space: "file", start: PVD + 158, length: 8 },
      // A session that does not begin at sector 0 is told of.
      { rule: "SES-001", space: "file", start: PVD, length: 2048 },
    ],
  },
], structure);

Deno.test("examine() reads the files of a session image by the addresses of its disc", async () => {
  const bytes = small().slice();
  addBase(bytes, 11_702);
  const image = await examine(new MemorySource(bytes));
  const [file] = image.richest()?.namespace?.find("/SUB/A.TXT") ?? [];
  const { start, length } = image.trees[0]?.extent(file ?? 0, 0) ?? { start: 0, length: 0 };
  const { bytes: content } = await image.read(start, length);
  assertEquals(new TextDecoder().decode(content), "a".repeat(3000));
});
