import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { type Algorithm, algorithms } from "../../src/kernel/digest.ts";
import { ParsedManifest } from "../../src/manifest/listed.ts";
import { manifest } from "../../src/manifest/manifest.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import type { VerifyResult } from "../../src/manifest/result.ts";
import { summarise, verify, type VerifyOptions } from "../../src/manifest/verify.ts";
import { NotFoundError } from "../../src/model/describe.ts";
import type { Image } from "../../src/model/image.ts";
import type { VolumeKind } from "../../src/model/namespace.ts";
import { checksumLine, nameBytes } from "../../src/report/checksum.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { CountingSource } from "../support/sources.ts";
import { fileAt, openDamaged, openFixture } from "./support.ts";

const zeroCounts = { ok: 0, mismatch: 0, missing: 0, extra: 0, unreadable: 0, renamed: 0 };

function parsed(list: Uint8Array | string): ParsedManifest {
  const result = parseManifest(list);
  assert(result instanceof ParsedManifest, JSON.stringify(result));
  return result;
}

/** The lines of a manifest as the report writes them. */
async function listOf(
  image: Image,
  format: "gnu" | "bsd" = "gnu",
  algorithm: Algorithm = "sha256",
  volume?: VolumeKind,
): Promise<Uint8Array<ArrayBuffer>> {
  const { files } = await manifest(image, { algorithms: [algorithm], volume });
  const lines = files.flatMap(({ path, pathBytes, hashes, associated }) => {
    const digest = hashes?.[algorithm];
    if (digest === undefined || associated) return [];
    return [checksumLine({ name: nameBytes(path, pathBytes), algorithm, digest }, format).slice()];
  });
  return new Uint8Array(await new Blob(lines).arrayBuffer());
}

function named(result: VerifyResult, state: string): string[] {
  return result.entries.filter((entry) => entry.state === state).map(({ path }) => path);
}

async function verified(
  image: Image,
  list: Uint8Array | string,
  options?: VerifyOptions,
): Promise<VerifyResult> {
  const result = await verify(image, parsed(list), options);
  assertEquals(result.summary, summarise(result.entries));
  return result;
}

for (const name of ["sample", "hostile-names", "mode1-2352", "zisofs2-xorriso"]) {
  for (const format of ["gnu", "bsd"] as const) {
    for (const algorithm of algorithms) {
      Deno.test(`verify() finds ${name} ok by its own ${format} list of ${algorithm}`, async () => {
        const image = await openFixture(name);
        const result = await verified(image, await listOf(image, format, algorithm));
        const { files } = await manifest(image);
        const count = files.filter(({ type }) => type === "file").length;
        assertEquals(result.summary, { ...zeroCounts, ok: count });
        assertEquals(new Set(result.entries.map((entry) => entry.algorithm)).size, 1);
        assertEquals(result.entries[0]?.algorithm, algorithm);
      });
    }
  }
}

Deno.test("verify() finds the volume that the paths belong to", async () => {
  const image = await openFixture("sample");
  for (const kind of ["iso9660", "joliet", "rockridge"] as const) {
    const { summary } = await verified(image, await listOf(image, "gnu", "md5", kind));
    assertEquals(summary, { ...zeroCounts, ok: summary.ok }, kind);
  }
  const list = await listOf(image, "gnu", "md5", "iso9660");
  const { summary } = await verified(image, list, { volume: "joliet" });
  assert(summary.ok < summary.renamed + summary.missing);
  await assertRejects(() => verified(image, list, { volume: "udf" }), NotFoundError);
});

Deno.test("verify() takes paths with ./ and / before them", async () => {
  const image = await openFixture("sample");
  const lines = new TextDecoder().decode(await listOf(image)).trimEnd().split("\n");
  const prefixes = ["./", "/", "", ".//"];
  const list = lines.map((line, index) => line.replace("  ", `  ${prefixes[index % 4]}`));
  const { summary } = await verified(image, list.join("\n"));
  assertEquals(summary, { ...zeroCounts, ok: lines.length });
});

Deno.test("verify() names what changed between two builds", async () => {
  const list = await listOf(await openFixture("sample"));
  const result = await verified(await openFixture("sample2"), list);
  assertEquals(named(result, "mismatch"), [
    "/CHANGELOG.md",
    "/SHA256SUMS",
    "/share/tables/cuxhaven.dat",
  ]);
  assertEquals(named(result, "extra"), ["/share/doc/errata.txt"]);
  const renamed = result.entries.filter(({ state }) => state === "renamed");
  assertEquals(
    renamed.map(({ path, renamedTo }) => [path.split("/").at(-1), renamedTo?.split("/").at(-1)]),
    [["front.png", "cover.png"], ["brest.dat", "brest.dat"]],
  );
  assert(named(result, "missing").every((path) => path.includes("chapter-3")));
  for (const { state, recorded, computed } of result.entries) {
    if (state === "mismatch") assert(recorded !== computed && computed !== undefined);
    if (state === "ok") assertEquals(recorded, computed);
  }
});

Deno.test("verify() finds one flipped bit, and only that", async () => {
  const list = await listOf(await openFixture("sample"));
  const result = await verified(await openDamaged("file-bit"), list);
  assertEquals(named(result, "mismatch").map((path) => path.split("/").at(-1)), ["helgoland.dat"]);
  assertEquals(result.summary.ok, result.entries.length - 1);
});

Deno.test("verify() says which files a cut made unreadable", async () => {
  const list = await listOf(await openFixture("sample"));
  const image = await openDamaged("cut-half");
  const result = await verified(image, list);
  const { files } = await manifest(image);
  const cut = files.filter(({ state, type }) => state === "cut" && type === "file");
  assertEquals(new Set(named(result, "unreadable")), new Set(cut.map(({ path }) => path)));
  const [entry] = result.entries.filter(({ state }) => state === "unreadable");
  assertMatch(entry?.reason ?? "", /^cut: \d+ of \d+ bytes/);
});

Deno.test("verify() checks the image file by the line with its name", async () => {
  const bytes = await fixtureImage("sample");
  const image = await examine(new MemorySource(bytes, "/pub/sample.iso"));
  for (const algorithm of ["sha256", "blake3", "md5"] as const) {
    const { image: facts } = await manifest(image, { algorithms: [algorithm], image: true });
    const digest = facts.hashes?.[algorithm] ?? "";
    const other = "0".repeat(digest.length);
    const list = `${other}  other.iso\n${digest} *./sample.iso\n`;
    const result = await verified(image, list);
    assertEquals(result.entries, [{
      path: "sample.iso",
      image: true,
      state: "ok",
      algorithm,
      recorded: digest,
      computed: digest,
    }]);
    const wrong = await verified(image, `${other}  sample.iso\n`);
    assertEquals(wrong.summary, { ...zeroCounts, mismatch: 1 });
    const joined = new TextDecoder().decode(await listOf(image, "gnu", algorithm)) +
      `${digest}  sample.iso\n`;
    const both = await verified(image, joined);
    assertEquals(both.summary, { ...zeroCounts, ok: both.entries.length });
  }
});

Deno.test("verify() checks every digest, region and volume of discern's JSON", async () => {
  const bytes = await fixtureImage("sample");
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const options = { algorithms: ["md5", "blake3"], regions: true, image: true } as const;
  const document = await manifest(image, { ...options, volume: "all" });
  const { summary } = await verified(image, JSON.stringify(document));
  const count = document.files.filter(({ type }) => type === "file").length;
  assertEquals(summary, { ...zeroCounts, ok: count + (document.regions?.length ?? 0) + 1 });

  const [place] = fileAt(document.files, "/README.md")?.extents ?? [];
  const changed = bytes.slice();
  changed.set([0x58], place?.offset);
  changed.set([0x58], 5); // system area
  const other = await examine(new MemorySource(changed, "sample.iso"));
  const result = await verified(other, JSON.stringify(document));
  const bad = result.entries.filter(({ state }) => state !== "ok");
  assertEquals(new Set(bad.map(({ state }) => state)), new Set(["mismatch"]));
  assertEquals(bad.filter(({ offset }) => offset !== undefined).length, 1);
  assertEquals(bad.filter(({ path }) => path.toUpperCase() === "/README.MD").length, 3);
});

Deno.test("verify() finds a flipped bit of a raw sector outside of the user data", async () => {
  for (const name of ["mode1-2352", "mode2-form1-2352"]) {
    const bytes = await fixtureImage(name);
    const image = await examine(new MemorySource(bytes, "disc.bin"));
    const document = await manifest(image, { volume: "all", regions: true });
    const list = JSON.stringify(document);
    const { summary } = await verified(image, list);
    assertEquals(summary.ok, Object.values(summary).reduce((sum, each) => sum + each));
    const file = document.regions?.find(({ owner, length }) =>
      owner === "file" && length > 2 * 2352
    );
    assert(file !== undefined);
    for (const place of [0, 12, 2340]) { // sync, header, parity
      const changed = bytes.slice();
      changed[file.offset + place] = (changed[file.offset + place] ?? 0) ^ 1;
      const result = await verified(await examine(new MemorySource(changed, "disc.bin")), list);
      const bad = result.entries.filter(({ state }) => state !== "ok");
      assertEquals(bad.map(({ path, state, offset }) => [path, state, offset]), [
        [`[file] ${file.name}`, "mismatch", file.offset],
      ]);
    }
  }
});

const joinedKinds = ["iso9660", "joliet", "rockridge"] as const;

for (const format of ["gnu", "bsd"] as const) {
  Deno.test(`verify() finds every namespace of a ${format} list ok`, async () => {
    const image = await openFixture("sample");
    const lists = await Promise.all(joinedKinds.map((kind) => listOf(image, format, "md5", kind)));
    const list = new Uint8Array(await new Blob(lists).arrayBuffer());
    for (const options of [{}, { volume: "all" }] as const) {
      const result = await verified(image, list, options);
      const count = (await manifest(image, { volume: "all" })).files
        .filter(({ type }) => type === "file").length;
      assertEquals(result.summary, { ...zeroCounts, ok: count });
      assertEquals(new Set(result.entries.map(({ volume }) => volume)).size >= 2, true);
    }
    const one = await verified(image, list, { volume: "joliet" });
    assert(one.summary.missing + one.summary.renamed > 0);
  });
}

Deno.test("verify() looks a path up in the other namespaces before it is missing", async () => {
  const image = await openFixture("sample");
  const rockRidge = new TextDecoder().decode(await listOf(image, "gnu", "md5"));
  const iso = new TextDecoder().decode(await listOf(image, "gnu", "md5", "iso9660"));
  const line = iso.split("\n").find((each) => each.endsWith("  README.MD")) ?? "";
  const result = await verified(image, `${rockRidge}${line}\n${line.slice(0, 32)}  NOWHERE\n`);
  assertEquals(named(result, "missing"), ["/NOWHERE"]);
  assertEquals(result.summary, { ...zeroCounts, ok: result.entries.length - 1, missing: 1 });
  assertEquals(result.entries.find(({ path }) => path === "/README.MD")?.volume, "iso9660");
});

Deno.test("verify() takes one path of two namespaces for two files", async () => {
  const image = await openFixture("sample");
  const { files } = await manifest(image, { volume: "all", algorithms: ["md5"] });
  const [one, two] = files.filter(({ volume, bytes }) => volume === "rockridge" && bytes > 0);
  const digests = [one, two].map((file) => file?.hashes?.md5);
  const index = files.findIndex(({ volume, path }) => volume === "joliet" && path === one?.path);
  assert(index >= 0);
  // The list of an image whose Joliet file of that name has the other content.
  const list = `${digests[0]}  ${one?.path}\n${digests[1]}  ${one?.path}\n`;
  const { entries } = await verified(image, list);
  assertEquals(entries.slice(0, 2).map(({ state }) => state), ["ok", "mismatch"]);
});

Deno.test("verify() holds a listed volume to its own paths", async () => {
  const image = await openFixture("sample");
  const document = await manifest(image, { volume: "rockridge" });
  const listed = (volume: string, path: string) =>
    JSON.stringify({
      ...document,
      files: document.files.filter((file) => file.path === "/README.md")
        .map((file) => ({ ...file, volume, path })),
    });
  const strict = await verified(image, listed("iso9660", "/README.md"));
  assertEquals([strict.summary.ok, strict.summary.renamed], [0, 1]);
  const gone = await verified(image, listed("udf", "/README.md"));
  assertEquals(gone.summary.ok, 1);
});

Deno.test("verify() takes a list for one of the image itself where asked to", async () => {
  const bytes = await fixtureImage("sample");
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const sha256 = (await manifest(image, { image: true })).image.hashes?.sha256 ?? "";
  const zeros = "0".repeat(64);
  const cases: readonly (readonly [string, boolean, string])[] = [
    [sha256, true, "ok"],
    [sha256.toUpperCase(), false, "ok"],
    [`${sha256}  download.tmp\n`, true, "ok"],
    [`${sha256}  download.tmp\n`, false, "renamed"],
    [`${zeros}  other.iso\n${sha256}  download.tmp\n`, true, "renamed"],
    [`${zeros}  other.iso\n${sha256}  sample.iso\n`, true, "ok"],
    [zeros, true, "mismatch"],
    [`${zeros}  download.tmp\n`, true, "mismatch"],
    [`${zeros}  README.md\n`, true, "mismatch"],
  ];
  for (const [list, aboutImage, state] of cases) {
    const result = await verified(image, list, { image: aboutImage });
    assertEquals(result.entries.map((entry) => entry.state), [state], list);
    assertEquals(result.entries[0]?.image, true);
    if (state === "renamed") assertEquals(result.entries[0]?.renamedTo, "sample.iso");
  }
  const none = await verified(image, `${zeros}  a\n${zeros}  b\n`, { image: true });
  assertEquals(none.entries, []);
});

Deno.test("verify() passes over no line but those of other images, and counts them", async () => {
  const bytes = await fixtureImage("sample");
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const sha256 = (await manifest(image, { image: true })).image.hashes?.sha256 ?? "";
  const own = `${sha256}  sample.iso\n`;
  const zeros = "0".repeat(64);
  const others = ["a.iso", "b/c.img.xz", "d.TORRENT"].map((name) => `${zeros}  ${name}\n`).join("");
  const cases: readonly (readonly [string, Partial<VerifyResult["summary"]>, number?])[] = [
    [own, { ok: 1 }],
    [own + others, { ok: 1 }, 3],
    [`${own}${zeros}  missing.txt\n`, { ok: 1, missing: 1 }],
    [`${own}${zeros}  missing.txt\n${others}`, { ok: 1, missing: 1 }, 3],
    [`${sha256}  old.iso\n${others}`, { renamed: 1 }, 3],
    [`${sha256}  old.iso\n${zeros}  missing.txt\n`, { renamed: 1, missing: 1 }],
    [`${own}# ${zeros}  [system-area] Area 0+32768\n`, { ok: 1, mismatch: 1 }],
  ];
  for (const [list, summary, passedOver] of cases) {
    const result = await verified(image, list);
    assertEquals(result.summary, { ...zeroCounts, ...summary }, list);
    assertEquals(result.passedOver, passedOver, list);
  }
  const readme = fileAt((await manifest(image)).files, "/README.md")?.hashes?.sha256;
  const mixed = await verified(image, `${own}${readme}  README.md\n${zeros}  a.iso\n`);
  assertEquals([mixed.summary.ok, named(mixed, "missing")], [2, ["/a.iso"]]);
  const moved = await verified(image, `${own}${readme}  README.old\n`);
  assertEquals([moved.summary.renamed, moved.summary.extra > 5], [1, true]);
  const only = await verified(image, `${own}${readme}  README.md\n# ${zeros}  [unclaimed] 0+5\n`, {
    image: true,
  });
  assertEquals([only.summary, only.passedOver], [{ ...zeroCounts, ok: 1 }, 2]);
});

Deno.test("verify() takes no file of discern's JSON for an image", async () => {
  const bytes = await fixtureImage("sample");
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const document = await manifest(image, { image: true });
  const [file] = document.files.filter(({ type }) => type === "file");
  const hashes = document.image.hashes ?? {};
  const { hashes: _, ...facts } = document.image;
  const paths = ["/sample.iso", "/other.iso", "/boot/sample.iso"];
  const files = paths.map((path) => ({ ...file, path, hashes }));
  const listed = await verified(image, JSON.stringify({ ...document, image: facts, files }));
  assertEquals(named(listed, "missing"), paths);
  assertEquals([listed.summary.ok, listed.passedOver], [0, undefined]);
  const both = await verified(image, JSON.stringify({ ...document, files }));
  assertEquals([both.summary.ok, named(both, "missing")], [1, paths]);
  const asked = await verified(image, JSON.stringify({ ...document, files }), { image: true });
  assertEquals([asked.summary, asked.passedOver], [{ ...zeroCounts, ok: 1 }, 3]);
  const none = JSON.stringify({ ...document, image: facts, files: files.slice(0, 1) });
  assertEquals((await verified(image, none, { image: true })).entries, []);
});

Deno.test("verify() says that a cut image is why its digest is another", async () => {
  const image = await examine(
    new MemorySource((await fixtureImage("sample")).subarray(0, 300_000), "sample.iso"),
  );
  const { entries } = await verified(image, "0".repeat(32));
  assertEquals(entries.map(({ state }) => state), ["mismatch"]);
  assertEquals(entries[0]?.reason, "the image ends 138272 bytes before its volume does");
});

Deno.test("verify() checks the regions of lines, of whichever algorithm", async () => {
  const bytes = await fixtureImage("sample");
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const changed = bytes.slice();
  changed.set([0x58], 5); // system area
  const other = await examine(new MemorySource(changed, "sample.iso"));
  for (const algorithm of ["sha256", "blake3", "crc32"] as const) {
    const { regions = [] } = await manifest(image, { algorithms: [algorithm], regions: true });
    for (const bsd of [true, false]) {
      const lines = regions.map(({ owner, name = "", offset, length, hashes }) => {
        const place = `[${owner}] ${name}${name === "" ? "" : " "}${offset}+${length}`;
        const digest = hashes?.[algorithm] ?? "";
        return bsd
          ? `# ${algorithm.toUpperCase()} (${place}) = ${digest}\n`
          : `# ${digest}  ${place}\n`;
      });
      const list = lines.join("");
      const same = await verified(image, list);
      assertEquals(same.summary, { ...zeroCounts, ok: regions.length }, `${algorithm} ${bsd}`);
      assertEquals((await verified(other, list)).summary.mismatch, 1);
    }
  }
});

Deno.test("verify() refuses a volume that is not read, but for the image itself", async () => {
  const image = await openFixture("udf-102-dvd-mkudffs");
  const md5 = (await manifest(image, { image: true, algorithms: ["md5"] })).image.hashes?.md5 ?? "";
  await assertRejects(
    () => verified(image, `${"0".repeat(32)}  a\n`),
    NotFoundError,
    "not read yet",
  );
  assertEquals((await verified(image, md5)).summary.ok, 1);
  assertEquals((await verified(image, `${md5}  any.iso\n`)).summary.renamed, 1);
});

Deno.test("verify() never says that a file listed without a digest is ok", async () => {
  const document = await manifest(await openDamaged("cut-half"));
  const result = await verified(await openFixture("sample"), JSON.stringify(document));
  const cut = document.files.filter(({ state, type }) => state === "cut" && type === "file");
  assert(cut.length > 0);
  assertEquals(named(result, "unreadable"), cut.map(({ path }) => path));
});

Deno.test("verify() reads only the files that the list needs", async () => {
  const bytes = await fixtureImage("sample");
  const source = new CountingSource(new MemorySource(bytes, "sample.iso"));
  const image = await examine(source);
  const { files } = await manifest(image, { algorithms: ["md5"] });
  const file = fileAt(files, "/README.md");
  source.bytes = 0;
  const { summary } = await verified(image, `${file?.hashes?.md5}  README.md\n`);
  assertEquals([summary.ok, summary.extra > 5], [1, true]);
  assertEquals(source.bytes, file?.bytes);
});
