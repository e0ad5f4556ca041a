import { assert, assertEquals } from "@std/assert";
import { SECTOR } from "../../src/bytes/span.ts";
import { StrideMapping } from "../../src/disc/mapping.ts";
import { entryFacts, extentFacts } from "../../src/model/entry.ts";
import type { Image } from "../../src/model/image.ts";
import type { VolumeKind } from "../../src/model/namespace.ts";
import type { EntryFacts } from "../../src/model/result.ts";
import { openDamaged, openFixture } from "../manifest/support.ts";

function factsOf(image: Image, path: string, kind?: VolumeKind): EntryFacts {
  const volume = kind === undefined
    ? image.richest()
    : image.volumes.find((each) => each.kind === kind);
  for (const entry of volume?.namespace?.entries() ?? []) {
    if (volume !== undefined && entry.path === path) return entryFacts(image, volume, entry);
  }
  throw new Error(`Cannot find ${path}: no such entry`);
}

const plain = new StrideMapping({ stride: SECTOR, dataOffset: 0, origin: 0 }, 100 * SECTOR);
const raw = new StrideMapping({ stride: 2352, dataOffset: 16, origin: 0 }, 100 * 2352);
const later = new StrideMapping({ stride: 2352, dataOffset: 16, origin: -10 * 2352 }, 100 * 2352);

const extents: readonly {
  readonly name: string;
  readonly mapping: StrideMapping;
  readonly extents: readonly (readonly [number, number])[];
  readonly facts: readonly (readonly [number, number])[];
}[] = [
  { name: "none", mapping: plain, extents: [], facts: [] },
  { name: "an empty one", mapping: plain, extents: [[2048, 0]], facts: [] },
  {
    name: "two apart",
    mapping: plain,
    extents: [[4096, 5], [2048, 7]],
    facts: [[4096, 5], [2048, 7]],
  },
  {
    name: "two that touch",
    mapping: plain,
    extents: [[2048, 2048], [4096, 7]],
    facts: [[2048, 2055]],
  },
  { name: "a byte of a raw sector", mapping: raw, extents: [[2048, 1]], facts: [[2368, 1]] },
  { name: "a raw sector", mapping: raw, extents: [[2048, 2048]], facts: [[2368, 2048]] },
  { name: "a byte more", mapping: raw, extents: [[2048, 2049]], facts: [[2368, 2353]] },
  {
    name: "raw sectors that touch",
    mapping: raw,
    extents: [[0, 2048], [2048, 9]],
    facts: [[16, 2361]],
  },
  { name: "raw data before the file", mapping: later, extents: [[2048, 9]], facts: [] },
  { name: "raw data of a later part", mapping: later, extents: [[22528, 9]], facts: [[2368, 9]] },
];

for (const { name, mapping, extents: logical, facts } of extents) {
  Deno.test(`extentFacts() of ${name}`, () => {
    const given = logical.map(([start, length]) => ({ start, length }));
    const expected = facts.map(([offset, length]) => ({ offset, length }));
    assertEquals(extentFacts(mapping, given), expected);
  });
}

Deno.test("entryFacts() of a file, its Rock Ridge facts where the volume has them", async () => {
  const image = await openFixture("mode1-2352");
  const facts = {
    path: "/DOCS/GUIDE.TXT",
    type: "file",
    bytes: 5000,
    extents: [{ offset: 70576, length: 5608 }],
    modified: "2023-11-14T13:13:20Z",
    state: "ok",
  } as const;
  assertEquals(factsOf(image, "/DOCS/GUIDE.TXT", "iso9660"), { ...facts, volume: "iso9660" });
  assertEquals(factsOf(image, "/DOCS/GUIDE.TXT", "rockridge"), {
    ...facts,
    volume: "rockridge",
    mode: "0644",
    uid: 0,
    gid: 0,
    links: 1,
  });
});

Deno.test("entryFacts() of a relocated directory are those of the directory itself", async () => {
  const image = await openFixture("rr-deep-genisoimage");
  const path = "/one/two/three/four/five/six/seven/eight";
  const { type, extents, state } = factsOf(image, path);
  assertEquals([type, extents, state], ["directory", [{ offset: 55296, length: 2048 }], "ok"]);
});

Deno.test("entryFacts() of links, devices and compressed files", async () => {
  const posix = await openFixture("rr-112-xorriso");
  const volume = posix.richest();
  assert(volume?.namespace !== undefined);
  const all = [...volume.namespace.entries()].map((entry) => entryFacts(posix, volume, entry));
  const link = all.find(({ type }) => type === "symlink");
  assertEquals([link?.bytes, typeof link?.target, link?.extents], [0, "string", undefined]);
  const device = all.find(({ type }) => type === "device");
  assert(/^\d+,\d+$/.test(device?.device ?? ""));
  const zisofs = factsOf(await openFixture("zisofs1-xorriso"), "/zeros.bin");
  assertEquals(zisofs.bytes, 200000);
  assert((zisofs.storedBytes ?? 1e9) < 200);
});

Deno.test("entryFacts() says what is cut, with its extents as recorded", async () => {
  const image = await openDamaged("file-past-end");
  const facts = factsOf(image, "/CHANGELOG.md");
  assertEquals(facts.state, "cut");
  assert((facts.extents?.[0]?.offset ?? 0) > image.source.size);
});

Deno.test("entryFacts() says which directory could not be read", async () => {
  const facts = factsOf(await openDamaged("directory-zeroed"), "/share/tables");
  assertEquals([facts.type, facts.state], ["directory", "unreadable"]);
});

Deno.test("entryFacts() keeps the bytes of names and attributes of AAIP", async () => {
  const image = await openFixture("aaip-md5-xorriso");
  const volume = image.richest();
  assert(volume?.namespace !== undefined);
  const all = [...volume.namespace.entries()].map((entry) => entryFacts(image, volume, entry));
  assert(all.some(({ attributes }) => attributes?.includes("acl")));
  assert(all.some(({ attributes }) => attributes?.some((name) => name.startsWith("user."))));
});
