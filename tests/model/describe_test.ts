// What `list`, `where`, `map` and `info` say, against what other programs find in the fixtures.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { info, list, map, NotFoundError, where } from "../../src/model/describe.ts";
import type { Image } from "../../src/model/image.ts";
import type { EntryFacts } from "../../src/model/result.ts";
import {
  damagedFixtures,
  fixtureExpectation,
  fixtureFileName,
  fixtureImage,
  fixtureNames,
} from "../support/fixtures.ts";

async function open(name: string): Promise<Image> {
  return await examine(new MemorySource(await fixtureImage(name), fixtureFileName(name)));
}

const kinds = {
  "rock-ridge": "rockridge",
  joliet: "joliet",
  iso9660: "iso9660",
  udf: undefined,
} as const;

/** A path as the expectations have it: a byte that is no UTF-8 as a surrogate from U+DC80 on. */
function expectedPath({ path, pathBytes }: EntryFacts): string {
  if (pathBytes === undefined) return path.slice(1);
  const bytes = Uint8Array.fromHex(pathBytes).subarray(1);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    try {
      text += decoder.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += String.fromCharCode(0xdc00 + byte);
      at++;
    }
  }
  return text;
}

// The expectations are of the set at sector 16, and of the last one where that is a copy of it; and
// vcdimager's images have files of form 2 sectors, which have more data than 2048 bytes a sector.
const otherwise = new Set(["multisession-genisoimage", "multisession-xorriso", "vcd-vcdimager"]);

for (const name of fixtureNames()) {
  Deno.test(`list() has the files of ${name}`, async () => {
    const expected = await fixtureExpectation(name);
    const volume = kinds[expected.names];
    const image = await open(name);
    if (volume === undefined || expected.files === null || otherwise.has(name)) {
      assert(info(image).volumes.length > 0);
      return;
    }
    const { entries } = list(image, { volume });
    // The program that made the expectations ends a name at a NUL, and forgets the slash where the
    // components of a link go on in a second SL entry; make.py says what was put on the image.
    const files = entries.filter((entry) => entry.type === "file" && entry.associated !== true);
    const sizes = files.map((entry) => `${expectedPath(entry).replace(/\0.*/, "")} ${entry.bytes}`);
    // An associated file has the path of its main file and comes before it.
    const others = entries.filter((entry) => entry.associated === true).length;
    const wanted = expected.files.map(({ path, bytes }) => `${path} ${bytes}`);
    assertEquals(files.length + others, wanted.length);
    if (others === 0) assertEquals(sizes.sort(), wanted.sort());
    const links = entries.filter((entry) => entry.type === "symlink")
      .map((entry) => `${expectedPath(entry)} -> ${entry.target}`);
    const targets = expected.symlinks.map(({ path, target }) =>
      `${path} -> ${target.replaceAll("componentcomponent", "component/component")}`
    );
    assertEquals(links.sort(), targets.sort());
    const { directories } = expected;
    const folders = entries.filter((entry) => entry.type === "directory").length;
    if (directories !== null) assertEquals(folders, directories);
  });
}

Deno.test("where() and list() agree on every extent", async () => {
  const image = await open("sample");
  for (const volume of ["rockridge", "joliet", "iso9660"] as const) {
    for (const entry of list(image, { volume }).entries) {
      const found = await where(image, { volume, path: entry.path });
      assertEquals(found.extents, entry.extents ?? []);
      const region = image.regions.at(found.record.offset);
      assertEquals(region?.owner, "directory");
    }
  }
});

Deno.test("where() of raw sectors counts from the first to the last byte of user data", async () => {
  const image = await open("mode1-2352");
  const bytes = await fixtureImage("mode1-2352");
  const file = list(image).entries.find((entry) => entry.bytes > 4096);
  const [extent] = file?.extents ?? [];
  assert(file !== undefined && extent !== undefined);
  assertEquals(extent.offset % 2352, 16);
  const sectors = Math.ceil(file.bytes / 2048);
  const last = file.bytes - (sectors - 1) * 2048;
  assertEquals(extent.length, (sectors - 1) * 2352 + last);
  assert(extent.offset + extent.length <= bytes.length);
});

Deno.test("map() tiles every fixture and every damaged one", async () => {
  const check = (image: Image) => {
    let at = 0;
    for (const run of map(image).runs) {
      assertEquals(run.offset, at);
      assert(run.length > 0);
      at += run.length;
    }
    assertEquals(at, image.source.size);
  };
  for (const name of fixtureNames()) check(await open(name));
  for (const { bytes } of await damagedFixtures()) check(await examine(new MemorySource(bytes)));
});

Deno.test("queries say what is not there", async () => {
  const image = await open("sample");
  assertThrows(() => list(image, { volume: "udf" }), NotFoundError, "it has iso9660, rockridge");
  assertThrows(() => list(image, { path: "/nowhere" }), NotFoundError, "/nowhere");
  const udf = await open("udf-102-dvd-mkudffs");
  assertThrows(() => list(udf), NotFoundError, "not read yet");
  const text = await examine(new MemorySource(new TextEncoder().encode("text")));
  assertThrows(() => list(text), NotFoundError, "no volume is found");
});

Deno.test("info() names what the descriptor says and where boot images are", async () => {
  const result = info(await open("sample"));
  assertEquals(result.volumes.map(({ kind }) => kind), ["iso9660", "rockridge", "joliet"]);
  assertEquals(result.volumes[0]?.publisher, "LANTERN PROJECT");
  assertEquals(result.boot.map(({ platform, offset, path }) => [platform, offset, path]), [
    ["x86", 108_544, "/boot/bios.img"],
    ["efi", 110_592, "/boot/efi.img"],
  ]);
  assertEquals(result.partitions.map(({ scheme }) => scheme), ["mbr", "mbr", "gpt", "gpt"]);
  assertEquals(result.sessions.length, 1);
});
