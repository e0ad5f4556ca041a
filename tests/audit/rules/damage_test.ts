// Mutation cases of traces of damage, and of transfers that took the image for text.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { buildImage } from "../../support/builder.ts";
import { digestOf, ListedImage } from "../../support/listed_tree.ts";
import { noise } from "../../support/noise.ts";
import { extended, fill, setText } from "../edits.ts";
import { at } from "../places.ts";
import { auditBytes, ruleCases } from "../rule_cases.ts";

const KIB = 1024;
const SECTOR = 2048;

/** A file that begins like a gzip member, and is dense. */
function packed(length: number, seed: number): Uint8Array {
  const bytes = noise(length, seed);
  bytes.set([0x1f, 0x8b, 8]);
  return bytes;
}

const built = buildImage({
  children: [
    { name: "A.GZ;1", content: packed(1024 * KIB, 1) },
    { name: "B.BIN;1", content: noise(1024 * KIB, 2) },
    { name: "C.GZ;1", content: packed(80 * KIB, 3) },
    { name: "D.BIN;1", content: noise(80 * KIB, 4) },
  ],
});
const image = () => built.bytes();
const [a, b, c, d] = ["A.GZ;1", "B.BIN;1", "C.GZ;1", "D.BIN;1"].map((name) =>
  at(built.extents.get(`primary:/${name}`)?.[0]).start
);
const places = { a: a ?? 0, b: b ?? 0, c: c ?? 0, d: d ?? 0 };

function deadSector(view: DataView, start: number, number: number): void {
  fill(view, start, SECTOR);
  setText(view, start, "dvdisaster dead sector marker\n");
  setText(view, start + 0x160, `${number}`);
  setText(view, start + 0x220, "LABEL");
  setText(view, start + 2012, "dvdisaster dead sector end marker\n");
}

const inA = places.a + 200 * KIB;

ruleCases("DMG-001", [
  {
    name: "a sector that could not be read",
    image,
    mutate: (view) => deadSector(view, inA, inA / SECTOR),
    hits: [{ start: inA, length: SECTOR, severity: "error" }],
  },
  {
    name: "a sector that was marked elsewhere",
    image,
    mutate: (view) => deadSector(view, inA, 7),
    hits: [{ start: inA, length: SECTOR, severity: "note" }],
  },
]);

function repeat(view: DataView, start: number, length: number, text: string): void {
  const whole = text.repeat(Math.ceil(length / text.length)).slice(0, length);
  setText(view, start, whole);
}

ruleCases("DMG-002", [
  {
    name: "a text again and again",
    image,
    mutate: (view) => {
      for (const sector of [0, SECTOR]) repeat(view, inA + sector, SECTOR, "BAD SECTOR");
    },
    hits: [{ start: inA, length: 2 * SECTOR }],
  },
  {
    name: "bytes of 55h amid dense data",
    image,
    mutate: (view) => fill(view, places.b + 100 * KIB, 3 * SECTOR, 0x55),
    hits: [{ start: places.b + 100 * KIB, length: 3 * SECTOR }],
  },
]);

/** Digits, compressed: their bytes are not dense. */
const digits = new Uint8Array(
  gzipSync(Array.from({ length: 200_000 }, (_, number) => `${number}\n`).join("")),
);
const plainImage = buildImage({ children: [{ name: "DIGITS.GZ;1", content: digits }] });
const plainStart = at(plainImage.extents.get("primary:/DIGITS.GZ;1")?.[0]).start + 200 * KIB;

ruleCases("DMG-003", [
  {
    name: "a piece of 64 KiB that never came",
    image,
    mutate: (view) => fill(view, inA, 64 * KIB),
    hits: [{ start: inA, length: 64 * KIB, severity: "warning" }],
  },
  {
    name: "the same in a gzip member of few different bytes, which does not decode",
    image: () => plainImage.bytes(),
    mutate: (view) => fill(view, plainStart, 64 * KIB),
    options: { deep: true },
    hits: [
      { start: plainStart, length: 64 * KIB, severity: "error" },
      { rule: "PRF-017", start: 43_008, length: 333_896 },
    ],
  },
]);

const end = built.size - places.b % SECTOR;

ruleCases("DMG-004", [
  {
    name: "the last two files, one of them compressed",
    image,
    mutate: (view) => fill(view, places.c, end - places.c),
    hits: [{ start: places.c, length: end - places.c, severity: "error" }],
  },
]);

ruleCases("DMG-005", [
  {
    name: "128 KiB twice",
    image,
    mutate: (view) => {
      const bytes = new Uint8Array(view.buffer);
      bytes.copyWithin(places.b + 256 * KIB, places.b + 128 * KIB, places.b + 256 * KIB);
    },
    hits: [{ start: places.b + 256 * KIB, length: 128 * KIB }],
  },
]);

/** Bytes after an image of which each is mapped to others, as a broken transfer does. */
function behind(length: number, change: (byte: number) => readonly number[]): Uint8Array {
  return Uint8Array.from([...noise(length, 9)].flatMap(change));
}

function withTail(view: DataView, tail: Uint8Array): Uint8Array {
  const whole = extended(view, tail.length);
  whole.set(tail, view.byteLength);
  return whole;
}

const small = buildImage({ children: [{ name: "A.TXT;1", content: "a" }] });
const smallImage = () => small.bytes();

const textModes: readonly (readonly [string, (byte: number) => readonly number[], number])[] = [
  ["each LF became CR LF", (byte) => byte === 10 ? [13, 10] : [byte], 1400],
  ["each CR was dropped", (byte) => byte === 13 ? [] : [byte], 1400],
  ["the eighth bit was lost", (byte) => [byte % 128], 1400],
  ["zeros were dropped", (byte) => byte === 0 ? [] : [byte], 1400],
];

/** Where the first line end of a tail is that was changed. */
function pairAt(tail: Uint8Array): number {
  return small.size + tail.findIndex((byte, at) => byte === 13 && tail[at + 1] === 10);
}

ruleCases(
  "IMG-012",
  textModes.map(([name, change, size]) => {
    const tail = behind(size * KIB, change);
    return {
      name,
      image: smallImage,
      mutate: (view) => withTail(view, tail),
      hits: [
        { space: "file", start: name.includes("CR LF") ? pairAt(tail) : 65_536, length: 0 },
        { rule: "IMG-003", space: "file", start: small.size, length: tail.length },
      ],
    };
  }),
);

/** An image as UTF-8, its bytes taken for characters of Latin-1. */
const converted = (view: DataView<ArrayBuffer>) =>
  new TextEncoder().encode(String.fromCharCode(...new Uint8Array(view.buffer)));

ruleCases("IMG-013", [
  {
    name: "Latin-1 became UTF-8 behind the volume descriptors",
    image: () => withTail(new DataView(smallImage().buffer), noise(64 * KIB, 5)),
    mutate: converted,
    hits: [
      { space: "file", start: 34_816, length: 0 },
      { rule: "ISO-VDS-003", start: 32_768, length: SECTOR },
      { rule: "ISO-DIR-042", start: 40_960, length: SECTOR },
      { rule: "ISO-PTH-006", start: 36_864, length: 1 },
      { rule: "IMG-003", space: "file", start: 45_057, length: 98_393 },
      { rule: "EXT-004", start: 34_816, length: 8 },
    ],
  },
]);

const status = "bad sector" as const;

ruleCases("DMG-006", [
  {
    name: "a range of a file that ddrescue could not read, and no proof is over",
    image,
    mutate: () => {},
    options: { rescueLog: { unread: [{ start: inA, length: 4096, status }] } },
    hits: [{ space: "file", start: inA, length: 4096, severity: "warning" }],
  },
]);

const text = "what the list vouches for\n".repeat(200);
const line = `${await digestOf("md5", text)}  a.txt\n`;
const proven = new ListedImage({ "a.txt": text, "b.txt": text.toUpperCase(), "md5sum.txt": line });

async function rescued(start: number, length: number) {
  const options = { rescueLog: { unread: [{ start, length, status }] } };
  const { result } = await auditBytes(proven.bytes(), "built.iso", { options });
  const { message, severity, length: told } =
    result.findings.find(({ rule }) => rule === "DMG-006") ??
      {};
  return { losses: result.losses, message, severity, told };
}

Deno.test("what the rescue did not read is lost, but for what a proof is over", async () => {
  const [a, b] = [proven.place("a.txt"), proven.place("b.txt")];
  const held = await rescued(a.start, a.length);
  assertEquals([held.severity, held.losses], ["info", []]);
  assertStringIncludes(held.message ?? "", "; what stands there is proven");
  const lost = await rescued(b.start + 1000, 512);
  assertEquals(lost.severity, "warning");
  assertEquals(lost.losses.map(({ path, lost, state }) => [path, lost, state]), [
    ["/b.txt", 512, "cut"],
  ]);
});

Deno.test("ranges of a rescue log end where the image ends, and name all whose bytes they have", async () => {
  const { message, told, losses } = await rescued(0, 2 ** 40);
  assertEquals(told, proven.bytes().length);
  assertMatch(message ?? "", /^bad sector: \d+ bytes in .+, .+, .+ and \d+ more; no proof is over/);
  assertEquals(losses.map(({ path }) => path).sort(), ["/b.txt", "/md5sum.txt"]);
  const behind = await rescued(proven.bytes().length, 4096);
  assertEquals([behind.message, behind.losses], [undefined, []]);
});
