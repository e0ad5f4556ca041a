// Comparisons of whole images: verdicts, files and fields of known pairs, and what holds for any pair.

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { compare, compareExit } from "../../src/compare/compare.ts";
import { examine } from "../../src/examine.ts";
import {
  damagedFixtures,
  fixtureFileName,
  fixtureImage,
  fixtureNames,
} from "../support/fixtures.ts";
import { FailingSource } from "../support/sources.ts";
import {
  changesOf,
  checkAgainstBytes,
  compareBytes,
  fieldNames,
  mirrored,
  open,
  plain,
} from "./support.ts";

const times = [
  "Directory Record.recordingDateAndTime",
  "Joliet Volume Descriptor.rootRecordingDateAndTime",
  "Joliet Volume Descriptor.volumeCreationDateAndTime",
  "Joliet Volume Descriptor.volumeModificationDateAndTime",
  "Primary Volume Descriptor.rootRecordingDateAndTime",
  "Primary Volume Descriptor.volumeCreationDateAndTime",
  "Primary Volume Descriptor.volumeModificationDateAndTime",
  "Time Stamps (TF).access",
  "Time Stamps (TF).attributes",
  "Time Stamps (TF).modification",
];
const effective = [
  "Joliet Volume Descriptor.volumeEffectiveDateAndTime",
  "Primary Volume Descriptor.volumeEffectiveDateAndTime",
];

Deno.test("compare() of two builds that differ in dates names the times", async (t) => {
  const cases = [["xorriso", times], ["genisoimage", [...times, ...effective].sort()]] as const;
  for (const [program, names] of cases) {
    await t.step(program, async () => {
      const a = await fixtureImage(`dates-a-${program}`);
      const b = await fixtureImage(`dates-b-${program}`);
      const result = await compareBytes(a, b);
      assertEquals(result.verdict, "same-except-times");
      assertEquals(fieldNames(result), names);
      assert(result.fields.every(({ role }) => role === "time"));
      assertEquals(result.summary.metadata, 12);
      assert(result.files.every(({ fields }) => fields?.join() === "modified"));
      checkAgainstBytes(a, b, result);
    });
  }
});

Deno.test("compare() tells how the next build of a release differs", async () => {
  const [a, b] = [await fixtureImage("sample"), await fixtureImage("sample2")];
  const result = await compareBytes(a, b);
  assertEquals(result.verdict, "different");
  assertEquals(changesOf(result, "content"), [
    "content /CHANGELOG.md",
    "content /SHA256SUMS",
    "content /share/tables/cuxhaven.dat",
  ]);
  assertEquals(changesOf(result, "added", "removed", "renamed"), [
    "added /share/doc/errata.txt",
    "renamed /share/doc/front.png /share/doc/cover.png",
    "removed /share/doc/manual/chapter-3",
    "removed /share/doc/manual/chapter-3/old-formats.html",
    "added /share/tables/archive",
    "renamed /share/tables/brest.dat /share/tables/archive/brest.dat",
  ]);
  assertEquals(result.summary, {
    added: 2,
    removed: 2,
    content: 3,
    metadata: 31,
    moved: 0,
    renamed: 2,
    unchanged: 0,
  });
  const mode = result.files.find(({ path }) => path === "/bin/lantern-check");
  assertEquals(mode?.fields, ["mode", "modified"]);
  assertEquals([mode?.a?.mode, mode?.b?.mode], ["0755", "0700"]);
  const px = result.fields.filter(({ field }) => field === "fileMode");
  assertEquals(px.map(({ path, volume }) => [path, volume]), [["/bin/lantern-check", "rockridge"]]);
  assertEquals(result.files.filter(({ volume }) => volume !== "rockridge"), []);
  checkAgainstBytes(a, b, result);
});

Deno.test("compare() of an image with itself finds nothing", async (t) => {
  for (const name of fixtureNames()) {
    await t.step(name, async () => {
      const bytes = await fixtureImage(name);
      const image = await open(bytes, fixtureFileName(name));
      const result = await compare(image, image);
      assertEquals(result.verdict, "identical");
      assertEquals(result.fields, []);
      assertEquals(result.files, []);
      assertEquals(result.sectors.ranges, []);
      assertEquals(result.sectors.differentBytes, 0);
      const { unchanged, ...rest } = result.summary;
      assertEquals(Object.values(rest), [0, 0, 0, 0, 0, 0]);
      assertEquals(unchanged, [...image.richest()?.namespace?.entries() ?? []].length);
      assertEquals(compareExit(result), 0);
    });
  }
});

Deno.test("compare() tells a pair and its mirror alike", async (t) => {
  const pairs = [
    ["sample", "sample2"],
    ["dates-a-xorriso", "dates-b-xorriso"],
    ["joliet-xorriso", "joliet-genisoimage"],
    ["rr-109-genisoimage", "rr-110-xorriso"],
    ["rr-110-xorriso", "rr-112-xorriso"],
    ["rr-deep-genisoimage", "rr-deep-xorriso"],
    ["rr-deep-xorriso", "rr-deep-kept-xorriso"],
    ["bsdtar", "bsdtar-level4"],
    ["zisofs1-xorriso", "zisofs2-xorriso"],
    ["multisession-xorriso", "multisession-genisoimage"],
    ["iso-level1-genisoimage", "iso-level3-xorriso"],
    ["mode1-2352", "mode2-form1-2352"],
    ["sample", "udf-102-dvd-mkudffs"],
  ];
  for (const [one = "", other = ""] of pairs) {
    await t.step(`${one} and ${other}`, async () => {
      const a = await open(await fixtureImage(one), fixtureFileName(one));
      const b = await open(await fixtureImage(other), fixtureFileName(other));
      assertEquals(mirrored(await compare(a, b)), plain(await compare(b, a)));
    });
  }
});

Deno.test("compare() finds the same contents under other layouts", async (t) => {
  const cases = [
    // One tree by two programs each: other places, other extensions, device numbers in other forms.
    ["rr-109-genisoimage", "rr-110-xorriso"],
    ["iso-level1-genisoimage", "iso-level3-xorriso"],
  ];
  for (const [one = "", other = ""] of cases) {
    await t.step(`${one} and ${other}`, async () => {
      const [a, b] = [await fixtureImage(one), await fixtureImage(other)];
      const result = await compareBytes(a, b);
      assertEquals(changesOf(result, "content", "renamed", "added", "removed"), []);
      assertEquals(result.verdict, "same-content");
      checkAgainstBytes(a, b, result);
    });
  }
});

Deno.test("compare() takes another target of a link for another content", async () => {
  const result = await compareBytes(
    await fixtureImage("bsdtar-posix"),
    await fixtureImage("rr-110-xorriso"),
  );
  const metadata = result.files.filter(({ change }) => change === "metadata");
  // libarchive keeps the slash at the end of the target, libisofs drops it.
  assertEquals(metadata.map(({ path, a, b }) => [path, a?.target, b?.target]), [
    ["/links/trailing", "long/", "long"],
  ]);
  assertEquals(result.verdict, "different");
});

Deno.test("compare() takes compressed content for what it expands to in Rock Ridge only", async () => {
  const [a, b] = [await fixtureImage("zisofs1-xorriso"), await fixtureImage("zisofs2-xorriso")];
  const result = await compareBytes(a, b);
  const content = result.files.filter(({ change }) => change === "content");
  assert(content.length > 0 && content.every(({ volume }) => volume === "iso9660"));
  const stored = result.files.filter(({ volume }) => volume === "rockridge");
  assertEquals(
    stored.map(({ change, fields }) => [change, fields?.[0]]),
    stored.map(() => ["metadata", "storedBytes"]),
  );
  assertEquals(result.verdict, "different");
  checkAgainstBytes(a, b, result);
});

Deno.test("compare() says same-content where only the padding differs", async () => {
  const a = await fixtureImage("rr-110-xorriso");
  const b = new Uint8Array(a.length + 150 * 2048);
  b.set(a);
  const result = await compareBytes(a, b);
  assertEquals(result.verdict, "same-content");
  assertEquals(result.files, []);
  assertEquals(result.fields, []);
  assertEquals(result.sectors.onlyB, 150);
  assertEquals(result.sectors.differentBytes, 0);
  checkAgainstBytes(a, b, result);
});

Deno.test("compare() of a raw image with its user data says same-content, and why not more", async () => {
  const raw = await fixtureImage("mode1-2352");
  const sectors = Math.floor(raw.length / 2352);
  const data = new Uint8Array(sectors * 2048);
  for (let sector = 0; sector < sectors; sector++) {
    data.set(raw.subarray(sector * 2352 + 16, sector * 2352 + 16 + 2048), sector * 2048);
  }
  const result = await compare(await open(raw, "a.bin"), await open(data, "b.iso"));
  assertEquals(result.verdict, "same-content");
  assertEquals(result.sectors.differentBytes, 0);
  assertEquals(result.sectors.size, 2048);
  assertEquals(result.summary.moved, 0);
  assert(result.notes?.some((note) => note.includes("the containers differ")));
  const changed = data.slice();
  changed[20 * 2048 + 5] = (changed[20 * 2048 + 5] ?? 0) ^ 1;
  const other = await compare(await open(raw, "a.bin"), await open(changed, "b.iso"));
  assertEquals(other.sectors.differentBytes, 1);
  const [range] = other.sectors.ranges;
  assertEquals([range?.offsetA, range?.offsetB], [20 * 2352 + 16 + 5, 20 * 2048 + 5]);
});

Deno.test("compare() of raw images takes the codes of a sector for derived from its times", async () => {
  const a = await fixtureImage("mode1-2352");
  const b = a.slice();
  const sector = 16 * 2352;
  b[sector + 16 + 813 + 3] = 0x39; // a digit of the year
  b[sector + 2064] = (b[sector + 2064] ?? 0) ^ 1;
  assertEquals(
    (await compare(await open(a, "a.bin"), await open(b, "b.bin"))).verdict,
    "same-except-times",
  );
  const c = a.slice();
  c[sector + 2064] = (c[sector + 2064] ?? 0) ^ 1;
  assertEquals(
    (await compare(await open(a, "a.bin"), await open(c, "c.bin"))).verdict,
    "same-content",
  );
});

Deno.test("compare() finds any single flipped byte, once, with its owner", async (t) => {
  for (
    const name of [
      "sample",
      "rr-109-genisoimage",
      "joliet-xorriso",
      "mode2-form1-2352",
      "udf-bridge-genisoimage",
    ]
  ) {
    await t.step(name, async () => {
      const a = await fixtureImage(name);
      const fileName = fixtureFileName(name);
      const imageA = await open(a, fileName);
      const places = fc.oneof(
        fc.integer({ min: 0, max: a.length - 1 }),
        fc.integer({ min: 0, max: Math.min(a.length, 120 * 2352) - 1 }),
      );
      await fc.assert(
        fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, bits) => {
          const b = a.slice();
          b[at] = (b[at] ?? 0) ^ bits;
          const result = await compare(imageA, await open(b, fileName));
          assert(result.verdict !== "identical");
          assertEquals(result.sectors.different, 1);
          const [range, ...more] = result.sectors.ranges;
          assertEquals(more, []);
          assertEquals([range?.offsetA, range?.length, range?.different], [at, 1, 1]);
          assertEquals(range?.ownerA, imageA.regions.at(at)?.owner);
        }),
        { seed: 7, numRuns: 60 },
      );
    });
  }
});

Deno.test("compare() of a damaged image with the whole one accounts for every byte", async (t) => {
  for (const { name, origin, bytes } of await damagedFixtures()) {
    if (origin === undefined) continue;
    await t.step(name, async () => {
      const whole = await fixtureImage(origin);
      const fileName = fixtureFileName(origin);
      const [a, b] = [await open(whole, fileName), await open(bytes, fileName)];
      const result = await compare(a, b);
      assert(result.verdict !== "identical" && result.verdict !== "same-except-times");
      checkAgainstBytes(whole, bytes, result);
      assertEquals(mirrored(await compare(b, a)), plain(result));
    });
  }
});

Deno.test("compare() ends well on mutants", async (t) => {
  for (const name of ["sample", "rr-deep-genisoimage", "aaip-md5-xorriso", "mode1-2352"]) {
    await t.step(name, async () => {
      const a = await fixtureImage(name);
      const fileName = fixtureFileName(name);
      const imageA = await open(a, fileName);
      const zeros = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 4096 }));
      const flips = fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 12 });
      const cut = fc.integer({ min: 1, max: a.length });
      await fc.assert(
        fc.asyncProperty(zeros, flips, cut, async ([sector, length], places, size) => {
          const b = a.slice(0, size);
          b.fill(0, (16 + sector) * 2048, (16 + sector) * 2048 + length);
          for (const at of places) if (at < b.length) b[at] = ~(b[at] ?? 0);
          const result = await compare(imageA, await open(b, fileName));
          if (result.sectors.size === imageA.mapping.stride) checkAgainstBytes(a, b, result);
        }),
        { seed: 17, numRuns: 25 },
      );
    });
  }
});

Deno.test("compare() names the field of a flipped byte in a descriptor, a table or a record", async (t) => {
  const SECTOR = 2048;
  const cases = [
    ["volume identifier", 16 * SECTOR + 40, "Primary Volume Descriptor", "volumeIdentifier"],
    ["MBR boot code", 10, "Master Boot Record", "bootCode"],
    ["MBR entry", 446 + 4, "MBR Partition Record", "osType"],
    ["GPT CRC", 512 + 16, "GPT Header", "headerCrc32"],
  ] as const;
  const a = await fixtureImage("sample");
  for (const [name, at, structure, field] of cases) {
    await t.step(name, async () => {
      const b = a.slice();
      b[at] = (b[at] ?? 0) ^ 1;
      const result = await compareBytes(a, b);
      const found = result.fields.map((each) => [each.structure, each.field]);
      assertEquals(found, [[structure, field]]);
      assert((result.fields[0]?.offsetA ?? Infinity) <= at);
      assertEquals(result.verdict, "same-content");
    });
  }
});

Deno.test("compare() takes a checksum without any time beside it for no time", async () => {
  const a = await fixtureImage("sample");
  const b = a.slice();
  b[512 + 16] = (b[512 + 16] ?? 0) ^ 1;
  assertEquals((await compareBytes(a, b)).verdict, "same-content");
  b[16 * 2048 + 813 + 15] = 0x31;
  // The CRC covers no time, and no GUID differs.
  assertEquals((await compareBytes(a, b)).verdict, "same-content");
  b[512 + 56] = (b[512 + 56] ?? 0) ^ 1;
  assertEquals((await compareBytes(a, b)).verdict, "same-except-times");
});

/** Offset of the first byte of a file in an image. */
async function fileOffset(bytes: Uint8Array, path: string): Promise<number> {
  const namespace = (await open(bytes)).richest()?.namespace;
  const [node = 0] = namespace?.find(path) ?? [];
  return namespace?.extents(node)[0]?.start ?? 0;
}

Deno.test("compare() takes implanted digests for derived from the times they cover", async () => {
  const a = await fixtureImage("isomd5-genisoimage");
  const b = a.slice();
  const use = 16 * 2048 + 883;
  b[use + 13] = a[use + 13] === 0x30 ? 0x31 : 0x30; // a digit of the digest
  assertEquals((await compareBytes(a, b)).verdict, "same-content");
  b[16 * 2048 + 813 + 15] = 0x31; // a digit of a date
  const result = await compareBytes(a, b);
  assertEquals(result.verdict, "same-except-times");
  assertEquals(fieldNames(result), [
    "Implanted digest.isoMd5sum",
    "Primary Volume Descriptor.volumeCreationDateAndTime",
  ]);
  // Anything else in the same text is no digest.
  const text = new TextDecoder().decode(a.subarray(use, use + 512));
  const status = use + text.indexOf("RHLISOSTATUS=") + "RHLISOSTATUS=".length;
  b[status] = b[status] === 0x30 ? 0x31 : 0x30;
  const other = await compareBytes(a, b);
  assertEquals(other.verdict, "same-content");
  assert(fieldNames(other).includes("Implanted digest.rhlisostatus"));
});

Deno.test("compare() tells the first byte that differs in a file", async () => {
  const a = await fixtureImage("sample");
  const start = await fileOffset(a, "/share/tables/helgoland.dat");
  const b = a.slice();
  b[start + 5000] = (b[start + 5000] ?? 0) ^ 4;
  const result = await compareBytes(a, b);
  assertEquals(result.verdict, "different");
  assertEquals(changesOf(result, "content"), ["content /share/tables/helgoland.dat"]);
  assertEquals(result.files[0]?.firstDifference, 5000);
  assertEquals(result.files[0]?.fields, ["hashes"]);
  assertEquals(result.files.length, 1);
  const [range] = result.sectors.ranges;
  assertEquals([range?.name, range?.ownerA], ["/share/tables/helgoland.dat", "file"]);
});

Deno.test("compare() of a cut image says what is lost", async () => {
  const a = await fixtureImage("sample");
  const b = a.slice(0, 300_000);
  const result = await compareBytes(a, b);
  assertEquals(result.verdict, "different");
  checkAgainstBytes(a, b, result);
  const cut = result.files.filter((file) => file.a?.state === "ok" && file.b?.state === "cut");
  assert(cut.length > 3);
  assert(cut.every(({ change, fields }) => change === "content" && fields?.includes("state")));
});

Deno.test("compareExit() is 0 for identical images and for what --ignore names", async (t) => {
  const a = await fixtureImage("dates-a-xorriso");
  const b = await fixtureImage("dates-b-xorriso");
  const c = (await fixtureImage("sample")).slice();
  const d = c.slice();
  d[16 * 2048 + 41] = 0x58;
  const e = c.slice();
  const inFile = await fileOffset(c, "/share/tables/helgoland.dat") + 7;
  e[inFile] = (e[inFile] ?? 0) ^ 1;
  const cases = [
    [a, a, [], 0],
    [a, b, [], 1],
    [a, b, ["times"], 0],
    [a, b, ["Times"], 0],
    [a, b, ["descriptor"], 1],
    [a, b, ["descriptor", "directory"], 0],
    [c, d, ["times"], 1],
    [c, d, ["volumeIdentifier"], 0],
    [c, d, ["Primary Volume Descriptor.volumeIdentifier"], 0],
    [c, d, ["primary volume descriptor"], 0],
    [c, d, ["descriptor"], 0],
    [c, d, ["file"], 1],
    [c, e, ["file"], 0],
    [c, e, ["/share/tables/helgoland.dat"], 0],
    [c, e, ["/share"], 0],
    [c, e, ["/share/tab"], 1],
    [c, c.slice(0, c.length - 2048), ["partition-table"], 0],
    [c, c.slice(0, c.length - 2048), ["file"], 1],
  ] as const;
  for (const [one, other, ignore, status] of cases) {
    await t.step(`${ignore.join(", ") || "nothing"}: ${status}`, async () => {
      const result = await compareBytes(one, other, { ignore });
      assertEquals(compareExit(result, ignore), status);
    });
  }
});

Deno.test("compare() counts what the storage refuses as different, and says so", async () => {
  const bytes = await fixtureImage("rr-110-xorriso");
  let broken = false;
  const refuses = ({ offset, length }: { offset: number; length: number }) =>
    broken && offset < 100 * 2048 + 1 && offset + length > 100 * 2048;
  const a = await examine(new FailingSource(bytes, refuses));
  const b = await open(bytes);
  broken = true;
  const result = await compare(a, b);
  assertEquals(result.sectors.differentBytes, 2048);
  assertEquals(result.sectors.different, 1);
  assert(result.verdict !== "identical" && result.verdict !== "same-except-times");
  assert(result.notes?.some((note) => note.startsWith("2048 bytes of the first image could not")));
});

Deno.test("compare() stops at its signal", async () => {
  const image = await open(await fixtureImage("sample"));
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await assertRejects(() => compare(image, image, { signal }), Error, "enough");
});

Deno.test("compare() tells of its progress up to the end", async () => {
  const image = await open(await fixtureImage("sample"));
  const done: number[] = [];
  await compare(image, image, { onEvent: (event) => done.push(event.done) });
  assertEquals(done.at(-1), image.source.size);
});
