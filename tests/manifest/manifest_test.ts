import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { type Algorithm, algorithms, DigestSet } from "../../src/kernel/digest.ts";
import { digestImage } from "../../src/manifest/digest_image.ts";
import { manifest, manifestEntries } from "../../src/manifest/manifest.ts";
import type { ManifestResult } from "../../src/manifest/result.ts";
import type { Image } from "../../src/model/image.ts";
import { NotFoundError } from "../../src/model/describe.ts";
import type { ProgressEvent } from "../../src/model/result.ts";
import { corpusEntries, corpusFile, corpusFileName, corpusTest } from "../support/corpus.ts";
import {
  damagedFixtures,
  fixtureExpectation,
  fixtureFileName,
  fixtureImage,
  fixtureNames,
} from "../support/fixtures.ts";
import { buildImage } from "../support/builder.ts";
import type { FileSpec, ImageSpec } from "../support/builder_spec.ts";
import { badRange, CountingSource } from "../support/sources.ts";
import {
  fileAt,
  openBytes,
  openDamaged,
  openFixture,
  surrogateEscaped,
  volumeOf,
} from "./support.ts";

/** What bsdtar, which the expectations come from, does not show as the image has it. */
const exceptions: Readonly<Record<string, string>> = {
  "multisession-genisoimage": "bsdtar reads the first session only; the last one is current",
  "hostile-names": "names with a NUL end there for bsdtar",
  "vcd-vcdimager": "form 2 sectors have more payload than 2048 bytes",
};

/** fixtures/make.py made this link; bsdtar drops a slash where the next SL entry begins, xorriso does not. */
const links: Readonly<Record<string, string>> = {
  "links/deep": Array.from({ length: 30 }, () => "component").join("/"),
};

for (const name of fixtureNames()) {
  Deno.test(`manifest() has the files of ${name} that other programs find`, async () => {
    const expected = await fixtureExpectation(name);
    const volume = volumeOf(expected);
    if (volume === undefined || name in exceptions) return;
    const { files, image } = await manifest(await openFixture(name), { volume, image: true });
    assertEquals(image.hashes?.sha256, expected.sha256);
    const seen = files.filter((file) => file.type === "file").map((file) => [
      surrogateEscaped(file.path, file.pathBytes).slice(1),
      file.bytes,
      file.hashes?.sha256 ?? null,
    ]);
    const wanted = (expected.files ?? []).map(({ path, bytes, sha256 }) => [path, bytes, sha256]);
    assertEquals(seen.map(String).sort(), wanted.map(String).sort());
    assertEquals(
      files.filter((file) => file.type === "symlink").map(({ path, target }) =>
        `${path.slice(1)} -> ${target}`
      ).sort(),
      expected.symlinks.map(({ path, target }) => `${path} -> ${links[path] ?? target}`).sort(),
    );
  });
}

Deno.test("manifest() keeps each of several entries with one path", async () => {
  const { files } = await manifest(await openFixture("apple-genisoimage"));
  const notes = files.filter((file) => file.path === "/Note");
  assertEquals(notes.map(({ bytes, associated }) => [bytes, associated]), [
    [700, true],
    [21, undefined],
  ]);
  assertEquals(new Set(notes.map(({ hashes }) => hashes?.sha256)).size, 2);
});

Deno.test("manifest() lists directories, links and devices without digests", async () => {
  const { files } = await manifest(await openFixture("rr-112-xorriso"));
  const types = new Set(files.map(({ type }) => type));
  for (const type of ["directory", "symlink", "device", "fifo"] as const) assert(types.has(type));
  for (const { type, hashes } of files) assertEquals(hashes !== undefined, type === "file");
});

Deno.test("manifest() gives empty files the digests of no bytes", async () => {
  const { files } = await manifest(await openFixture("zisofs1-xorriso"), {
    algorithms: ["md5", "crc32"],
  });
  assertEquals(fileAt(files, "/empty")?.hashes, {
    md5: "d41d8cd98f00b204e9800998ecf8427e",
    crc32: "00000000",
  });
});

/** Files of the listed extents and regions must tile the file; of raw images the regions alone do. */
function assertCovered(image: Image, { files, regions }: ManifestResult, name: string): void {
  const { mapping } = image;
  const stretches: { start: number; end: number; region: boolean }[] = [];
  for (const { offset, length } of regions ?? []) {
    stretches.push({ start: offset, end: offset + length, region: true });
  }
  for (const { type, extents } of files) {
    if (type !== "file" || mapping.stride !== 2048) continue;
    for (const { offset, length } of extents ?? []) {
      const start = mapping.boundary(mapping.logicalOffset(offset));
      const end = mapping.boundary(mapping.logicalOffset(offset + length - 1) + 1);
      if (end > start) stretches.push({ start, end, region: false });
    }
  }
  stretches.sort((a, b) => a.start - b.start || b.end - a.end);
  let at = 0;
  for (const { start, end, region } of stretches) {
    assert(start <= at, `${name}: nothing has bytes [${at}, ${start})`);
    assert(!region || start === at, `${name}: region at ${start} lies over others`);
    assert(!region || end > start, `${name}: empty region at ${start}`);
    at = Math.max(at, end);
  }
  assertEquals(at, image.source.size, name);
  const regionsEnd = stretches.reduce((sum, { region, end }) => region ? end : sum, 0);
  assert(regionsEnd <= image.source.size, name);
}

async function assertRegions(bytes: Uint8Array, name: string): Promise<void> {
  const image = await openBytes(bytes, name);
  for (const volume of [undefined, "iso9660", "all"] as const) {
    const readable = image.volumes.filter((each) => each.namespace !== undefined);
    if (readable.length === 0 || !readable.some(({ kind }) => kind === "iso9660")) return;
    const result = await manifest(image, { volume, regions: true, image: true });
    assertCovered(image, result, `${name} ${volume ?? "richest"}`);
    const digests = new DigestSet(["sha256"]);
    digests.update(bytes);
    assertEquals(result.image.hashes?.sha256, digests.hex().sha256, name);
    for (const { offset, length, hashes } of result.regions ?? []) {
      const region = new DigestSet(["sha256"]);
      region.update(bytes.subarray(offset, offset + length));
      assertEquals(hashes, region.hex(), `${name} ${offset}`);
    }
  }
}

Deno.test("manifest() with regions covers each byte of every fixture once", async () => {
  for (const name of fixtureNames()) {
    await assertRegions(await fixtureImage(name), fixtureFileName(name));
  }
});

Deno.test("manifest() with regions covers each byte of every damaged fixture once", async () => {
  for (const { name, bytes } of await damagedFixtures()) await assertRegions(bytes, name);
});

corpusTest("manifest() with regions covers each byte of every corpus image once", async () => {
  for (const entry of corpusEntries()) {
    if (entry.kind !== "image") continue;
    await assertRegions(await corpusFile(entry), corpusFileName(entry));
  }
});

Deno.test("manifest() lists the regions of files too where sectors are raw", async () => {
  const names = ["mode1-2352", "mode2-form1-2352", "vcd-vcdimager", "xa1-genisoimage"];
  for (const name of names) {
    const image = await openFixture(name);
    assert(image.mapping.stride !== 2048, name);
    for (const volume of [undefined, "all"] as const) {
      const { regions = [] } = await manifest(image, { volume, regions: true });
      assertEquals(
        regions.map(({ owner, name = "", offset, length }) => [owner, name, offset, length]),
        Array.from(image.regions, (region) => [
          region.owner,
          image.regionName(region),
          region.start,
          region.length,
        ]),
        name,
      );
      const files = regions.filter(({ owner }) => owner === "file");
      assert(files.length > 0 && files.every((file) => file.name?.startsWith("/")), name);
    }
  }
});

Deno.test("manifest() has no digest for raw regions that the storage refuses", async () => {
  const bytes = await fixtureImage("mode1-2352");
  const whole = (await manifest(await openBytes(bytes), { regions: true })).regions ?? [];
  const file = whole.find(({ owner, length }) => owner === "file" && length > 2 * 2352);
  assert(file !== undefined);
  // What is read again by sectors must not reach into the next region.
  const image = await examine(badRange(bytes, file.offset + Math.floor(file.length / 2), 1));
  const { regions = [] } = await manifest(image, { regions: true });
  assertEquals(
    regions,
    whole.map(({ hashes, ...region }) =>
      region.offset === file.offset ? region : { ...region, ...hashes && { hashes } }
    ),
  );
});

Deno.test("manifest() has the same digests for any algorithms and piece size", async () => {
  const images = await Promise.all(
    ["sample", "multi-extent", "mode2-form1-2352", "zisofs2-xorriso"].map(openFixture),
  );
  const full = await Promise.all(images.map((image) => manifest(image, { algorithms })));
  const subset = fc.shuffledSubarray([...algorithms], { minLength: 1 });
  const sizes = fc.constantFrom(1, 63, 64, 65, 2047, 2048, 2049, 4096, 1 << 20);
  await fc.assert(
    fc.asyncProperty(fc.nat(images.length - 1), subset, sizes, async (index, wanted, pieceSize) => {
      const image = images[index];
      const volume = image?.richest();
      assert(image !== undefined && volume?.namespace !== undefined);
      const digests = await digestImage(image, [volume], { algorithms: wanted, pieceSize });
      for (const { path, node, type } of volume.namespace.entries()) {
        if (type !== "file") continue;
        const whole = full[index]?.files.find((file) => file.path === path)?.hashes ?? {};
        const expected = Object.entries(whole).filter(([name]) => wanted.includes(name as Algorithm) // the keys of hashes are algorithms
        );
        assertEquals(digests.of(volume, node).hashes, Object.fromEntries(expected), path);
      }
    }),
    { numRuns: 40, seed: 2 },
  );
});

Deno.test("manifest() reads each byte once, whatever shares or surrounds it", async () => {
  const names = ["sample", "rr-112-hardlinks-xorriso", "zisofs1-xorriso"];
  for (const name of [...names, "mode1-2352", "mode2-form1-2352", "xa1-genisoimage"]) {
    for (const volume of [undefined, "all"] as const) {
      const bytes = await fixtureImage(name);
      const source = new CountingSource(new MemorySource(bytes, fixtureFileName(name)));
      const image = await examine(source);
      source.bytes = 0;
      await manifest(image, { volume, regions: true, image: true });
      assertEquals(source.bytes, bytes.length, `${name} ${volume ?? ""}`);
      source.bytes = 0;
      await manifest(image, { volume });
      assert(source.bytes <= bytes.length, `${name} ${volume ?? ""}`);
      source.bytes = 0;
      await manifest(image, { volume, regions: true });
      assert(source.bytes <= bytes.length, `${name} ${volume ?? ""}`);
    }
  }
});

Deno.test("manifest() joins the reads of files that lie close together", async () => {
  const bytes = await fixtureImage("rr-joliet-many-genisoimage");
  const source = new CountingSource(new MemorySource(bytes));
  const image = await examine(source);
  source.reads = 0;
  const { files } = await manifest(image);
  assert(files.filter((file) => file.type === "file").length > 100);
  assert(source.reads <= 4, `${source.reads} reads`);
});

Deno.test("manifest() has no digest for files that the image is cut before", async () => {
  const { files } = await manifest(await openDamaged("cut-half"));
  const cut = files.filter(({ state }) => state === "cut");
  assert(cut.length > 0);
  for (const { hashes, reason } of cut) {
    assertEquals(hashes, undefined);
    assertMatch(reason ?? "", /^\d+ of \d+ bytes: they lie outside the image$/);
  }
  const expected = await fixtureExpectation("sample");
  for (const { path, hashes, state } of files) {
    const other = expected.files?.find((file) => `/${file.path}` === path);
    if (state === "ok" && other !== undefined) assertEquals(hashes?.sha256, other.sha256 ?? "");
  }
});

Deno.test("manifest() has no digest for what the storage refuses, and all others", async () => {
  const bytes = await fixtureImage("iso-level1-genisoimage");
  const whole = await openBytes(bytes);
  const place = fileAt((await manifest(whole)).files, "/DOCS/GUIDE.TXT")?.extents?.[0];
  assert(place !== undefined);
  const image = await examine(badRange(bytes, place.offset + 100, 1));
  const options = { regions: true, image: true } as const;
  const { files, image: facts, regions } = await manifest(image, options);
  assertEquals(facts.hashes, undefined);
  const bad = files.filter(({ state }) => state === "unreadable");
  assertEquals(bad.map(({ path }) => path), ["/DOCS/GUIDE.TXT"]);
  assertMatch(bad[0]?.reason ?? "", /could not be read/);
  assert((regions ?? []).every(({ hashes }) => hashes !== undefined));
});

Deno.test("digestImage() stops at its limit, and says so of every file after it", async () => {
  const image = await openFixture("sample");
  const volume = image.richest();
  assert(volume?.namespace !== undefined);
  const digests = await digestImage(image, [volume], { limit: 5000 });
  let digested = 0;
  let refused = 0;
  for (const { node, type } of volume.namespace.entries()) {
    if (type !== "file") continue;
    const { state, reason } = digests.of(volume, node);
    if (state === "ok") digested += volume.namespace.contentSize(node);
    else {
      assertMatch(reason ?? "", /^the limit of 5000 bytes of content for this image was reached$/);
      refused++;
    }
  }
  assert(digested <= 5000 && refused > 0);
});

Deno.test("digestImage() reads and digests no more of files over each other than its limit", async () => {
  const size = 3_000_000;
  const real: FileSpec = { name: "REAL.BIN;1", content: { size } };
  const location = (spec: ImageSpec) =>
    (buildImage(spec).extents.get("primary:/REAL.BIN;1")?.[0]?.offset ?? 0) / 2048;
  const over = (at: number): FileSpec[] =>
    Array.from({ length: 1000 }, (_, index) => ({
      name: `F${String(index).padStart(4, "0")}.BIN;1`,
      recorded: { location: at + index % 7, dataLength: size - 2048 * (7 + index) },
    }));
  // Where the real file lies does not depend on where the others say that they do.
  const children = [real, ...over(location({ children: [real, ...over(0)] }))];
  const source = new CountingSource(new MemorySource(buildImage({ children }).bytes()));
  const image = await examine(source);
  const volume = image.richest();
  assert(volume?.namespace !== undefined);
  source.bytes = 0;
  const limit = 20_000_000;
  const digests = await digestImage(image, [volume], { limit });
  const states = Array.from(volume.namespace.entries())
    .filter(({ type }) => type === "file")
    .map(({ node }) => digests.of(volume, node));
  const good = states.filter(({ state }) => state === "ok").length;
  assert(good > 5 && good < 20, `${good} digested`);
  assertEquals(
    states.filter(({ reason = "" }) => reason.startsWith("the limit of")).length,
    1001 - good,
  );
  assert(source.bytes < limit + 2 * source.size, `${source.bytes} read`);
});

Deno.test("manifest() reports progress that ends at its total", async () => {
  const events: ProgressEvent[] = [];
  await manifest(await openFixture("sample"), { onEvent: (event) => events.push(event) });
  const last = events.at(-1);
  assert(last !== undefined && last.total > 0);
  assertEquals(last.done, last.total);
  for (const [index, { done }] of events.entries()) {
    assert(done >= (events[index - 1]?.done ?? 0));
  }
});

Deno.test("manifest() rejects for a signal, a volume that is not there, a wrong algorithm", async () => {
  const image = await openFixture("sample");
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => manifest(image, { signal }), Error, "enough");
  await assertRejects(() => manifest(image, { volume: "udf" }), NotFoundError, "volume udf");
  // A caller without types may name anything.
  const wrong = ["sha3"] as unknown as Algorithm[];
  await assertRejects(() => manifest(image, { algorithms: wrong }), TypeError, "sha3");
  await assertRejects(() => manifest(image, { algorithms: [] }), TypeError, "no algorithm");
});

Deno.test("manifestEntries() yields what manifest() lists", async () => {
  const image = await openFixture("sample");
  const entries = [];
  for await (const entry of manifestEntries(image)) entries.push(entry);
  assertEquals(entries, [...(await manifest(image)).files]);
});

Deno.test("assertCovered() fails on a hole", async () => {
  const image = await openFixture("sample");
  const result = await manifest(image, { regions: true });
  const regions = result.regions?.slice(1) ?? [];
  assertThrows(() => assertCovered(image, { ...result, regions }, "hole"));
});
