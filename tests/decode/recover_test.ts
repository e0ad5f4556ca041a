// Recovery by the healthier index: each index of an image is destroyed in turn, and what is still listed is
// held against what other programs find in the intact image (fixtures/*.json).

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { hex } from "../../src/bytes/text.ts";
import { examine } from "../../src/examine.ts";
import type { Image } from "../../src/model/image.ts";
import type { VolumeKind } from "../../src/model/namespace.ts";
import { Places } from "../audit/places.ts";
import { buildImage } from "../support/builder.ts";
import { fixtureExpectation, fixtureImage } from "../support/fixtures.ts";
import { CountingSource } from "../support/sources.ts";

const SECTOR = 2048;
const SET = 16 * SECTOR;

/** Files of a namespace, by path without its slash, with their digests. */
async function filesOf(image: Image, kind?: VolumeKind): Promise<Map<string, string>> {
  const volume = kind === undefined
    ? image.richest()
    : image.volumes.find((each) => each.kind === kind);
  const files = new Map<string, string>();
  const { namespace } = volume ?? {};
  if (namespace === undefined) return files;
  for (const { node, path, type } of namespace.entries()) {
    if (type !== "file") continue;
    const parts: Uint8Array[] = [];
    for (const { start, length } of namespace.extents(node)) {
      parts.push((await image.read(start, length)).bytes);
    }
    const content = await new Blob(parts.map((part) => part.slice())).arrayBuffer();
    const digest = await crypto.subtle.digest("SHA-256", content);
    files.set(path.slice(1), hex(new Uint8Array(digest)));
  }
  return files;
}

async function expected(fixture: string): Promise<Map<string, string>> {
  const { files } = await fixtureExpectation(fixture);
  return new Map((files ?? []).map(({ path, sha256 }) => [path, sha256 ?? ""]));
}

function zero(bytes: Uint8Array, start: number, length: number): void {
  bytes.fill(0, start, start + length);
}

function tableLength(bytes: Uint8Array, descriptor: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(descriptor + 132, true);
}

/** Zeroes both path tables of every descriptor. */
function zeroTables(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = SET; bytes[at] !== 255; at += SECTOR) {
    if (bytes[at] !== 1 && bytes[at] !== 2) continue;
    const length = tableLength(bytes, at);
    zero(bytes, view.getUint32(at + 140, true) * SECTOR, length);
    zero(bytes, view.getUint32(at + 148) * SECTOR, length);
  }
}

function zeroRoot(bytes: Uint8Array): void {
  const places = new Places(bytes);
  const { offset } = places.record("/");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset + 10, true);
  zero(bytes, places.extent(offset), length);
}

function zeroSet(bytes: Uint8Array): void {
  let at = SET;
  while (bytes[at] !== 255) at += SECTOR;
  zero(bytes, SET, at + SECTOR - SET);
}

const withRockRidge = ["rr-112-xorriso", "rr-joliet-many-genisoimage", "rr-deep-genisoimage"];

const unharmed: readonly (readonly [string, (bytes: Uint8Array) => void])[] = [
  ["every descriptor", zeroSet],
  ["the primary descriptor", (bytes) => zero(bytes, SET, SECTOR)],
  ["the signature of the primary descriptor", (bytes) => zero(bytes, SET, 8)],
  ["all numbers of the primary descriptor", (bytes) => zero(bytes, SET + 80, 110)],
  ["the root record", (bytes) => zero(bytes, SET + 156, 34)],
  ["the root record and both path tables", (bytes) => {
    zeroTables(bytes);
    zero(bytes, SET + 156, 34);
  }],
  ["every path table", zeroTables],
  ["every path table and descriptor", (bytes) => {
    zeroTables(bytes);
    zeroSet(bytes);
  }],
];

for (const fixture of withRockRidge) {
  for (const [what, destroy] of unharmed) {
    Deno.test(`examine() lists every file of ${fixture} without ${what}`, async () => {
      const bytes = (await fixtureImage(fixture)).slice();
      destroy(bytes);
      const image = await examine(new MemorySource(bytes));
      assertEquals(await filesOf(image), await expected(fixture));
      assertEquals(image.regions.size, bytes.length);
    });
  }
}

/** Files of directories below the root: those that do not hang on its records. */
function below(files: ReadonlyMap<string, string>): string[] {
  return [...files].filter(([path]) => path.includes("/")).map(([, digest]) => digest).sort();
}

const rootLess: readonly (readonly [string, (bytes: Uint8Array) => void, found: RegExp])[] = [
  ["the root directory", zeroRoot, /^path-table L$/],
  ["the root directory and the Type L path table", (bytes) => {
    zeroRoot(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    zero(bytes, view.getUint32(SET + 140, true) * SECTOR, tableLength(bytes, SET));
  }, /^path-table M$/],
  ["the root directory and every path table", (bytes) => {
    zeroRoot(bytes);
    zeroTables(bytes);
  }, /^orphan record at sector \d+$/],
  ["the root directory, every path table and descriptor", (bytes) => {
    zeroRoot(bytes);
    zeroTables(bytes);
    zeroSet(bytes);
  }, /^orphan record at sector \d+$|^"\.\." of directories, at sector \d+$/],
];

for (const fixture of ["rr-112-xorriso", "rr-deep-genisoimage"]) {
  for (const [what, destroy, found] of rootLess) {
    Deno.test(`examine() finds the folders of ${fixture} without ${what}`, async () => {
      const bytes = (await fixtureImage(fixture)).slice();
      destroy(bytes);
      const image = await examine(new MemorySource(bytes));
      const files = await filesOf(image);
      assertEquals(below(files), below(await expected(fixture)));
      const { namespace } = image.richest() ?? {};
      for (const { node, type } of namespace?.entries() ?? []) {
        if (type === "file") assert(found.test(namespace?.tree.foundBy(node) ?? ""));
      }
    });
  }
}

Deno.test("a Joliet tree gives lost directories their names and files", async () => {
  const whole = await expected("sample");
  const losses: readonly ((bytes: Uint8Array) => void)[] = [
    zeroRoot,
    (bytes) => {
      zeroRoot(bytes);
      zeroTables(bytes);
    },
    (bytes) => {
      zeroRoot(bytes);
      zeroTables(bytes);
      zeroSet(bytes);
    },
    // The only sector of /share/tables.
    (bytes) => zero(bytes, 67_584, SECTOR),
  ];
  for (const destroy of losses) {
    const bytes = (await fixtureImage("sample")).slice();
    destroy(bytes);
    const image = await examine(new MemorySource(bytes));
    assertEquals(image.richest()?.kind, "rockridge");
    const files = await filesOf(image);
    assertEquals([...files].sort(), [...whole].sort());
  }
});

const nested = {
  children: [
    { name: "A", children: [{ name: "B", children: [{ name: "F.;1", content: "f" }] }] },
    { name: "C", children: [{ name: "G.;1", content: "g" }] },
  ],
};

Deno.test("a directory whose parents are lost stands in a folder that no name of the root has", async () => {
  const made = buildImage({
    children: [...nested.children, { name: "orphaned-directories", children: [] }],
  });
  const bytes = made.bytes().slice();
  const at = made.extents.get("primary:/A")?.[0]?.offset ?? 0;
  const inner = made.extents.get("primary:/A/B")?.[0]?.offset ?? 0;
  zeroTables(bytes);
  zero(bytes, at, SECTOR);
  // B names a parent that is not there at all.
  new DataView(bytes.buffer).setUint32(inner + 34 + 2, 9999, true);
  new DataView(bytes.buffer).setUint32(inner + 34 + 6, 9999);
  const image = await examine(new MemorySource(bytes));
  const paths = [...image.richest()?.namespace?.entries() ?? []].map(({ path }) => path);
  const folder = `/orphaned-directories-2/sector-${inner / SECTOR}`;
  assertEquals(paths.filter((path) => path.startsWith("/orphaned-directories-2")), [
    "/orphaned-directories-2",
    folder,
    `${folder}/F`,
  ]);
  assert(paths.includes("/C/G"));
});

Deno.test("path tables of an image that is itself a file give no names", async () => {
  const inner = buildImage({
    children: [{ name: "FALSE", children: [{ name: "X.;1", content: "x" }] }],
  }).bytes();
  const made = buildImage({
    children: [
      ...nested.children,
      { name: "D", children: [{ name: "INNER.ISO;1", content: inner }] },
    ],
  });
  const bytes = made.bytes().slice();
  const root = made.extents.get("primary:/")?.[0]?.offset ?? 0;
  zeroTables(bytes);
  zero(bytes, root, SECTOR);
  const image = await examine(new MemorySource(bytes));
  const paths = [...image.richest()?.namespace?.entries() ?? []].map(({ path }) => path);
  assert(!paths.some((path) => path.includes("FALSE")), paths.join());
  assert(paths.some((path) => path.endsWith("/INNER.ISO")), paths.join());
});

Deno.test("a lost root whose tables name no directory does not end the search", async () => {
  const made = buildImage({ children: [{ name: "F.;1", content: "f" }] });
  const inner = buildImage(nested);
  const at = inner.extents.get("primary:/A/B")?.[0]?.offset ?? 0;
  const bytes = new Uint8Array(80 * SECTOR);
  bytes.set(made.bytes());
  zero(bytes, made.extents.get("primary:/")?.[0]?.offset ?? 0, SECTOR);
  const lost = inner.bytes().slice(at, at + SECTOR);
  const view = new DataView(lost.buffer);
  for (const [record, block] of [[0, 60], [34, 61]] as const) {
    view.setUint32(record + 2, block, true);
    view.setUint32(record + 6, block);
  }
  bytes.set(lost, 60 * SECTOR);
  const image = await examine(new MemorySource(bytes));
  const paths = [...image.richest()?.namespace?.entries() ?? []].map(({ path }) => path);
  assert(paths.includes("/orphaned-directories/sector-60"), paths.join());
});

Deno.test("what is searched where something is broken has an end, and says so", async () => {
  const cases = [
    ["recoverySectors", 2, "the limit of 2 sectors"],
    ["orphans", 1, "the limit of 1"],
  ] as const;
  for (const [name, limit, said] of cases) {
    const bytes = buildImage(nested).bytes().slice();
    zeroTables(bytes);
    zeroRoot(bytes);
    const image = await examine(new MemorySource(bytes), { limits: { [name]: limit } });
    const limits = image.faults.filter(({ kind }) => kind === "limit").map((each) => each.message);
    assert(limits.some((message) => message.includes(said)), `${name}: ${limits.join()}`);
  }
  const nothing = new Uint8Array(100 * SECTOR).fill(0x41);
  const blind = await examine(new MemorySource(nothing), { limits: { blindSectors: 3 } });
  assertEquals(blind.faults.map(({ message }) => /limit of 3 sectors/.test(message)), [true]);
});

Deno.test("no name is empty where the roots of both trees and all descriptors are lost", async () => {
  const bytes = (await fixtureImage("sample")).slice();
  for (const tree of ["primary", "joliet"] as const) {
    const places = new Places(bytes);
    zero(bytes, places.extent(places.descriptor(tree) + 156), SECTOR);
  }
  zeroSet(bytes);
  const image = await examine(new MemorySource(bytes, "sample.iso"));
  const { namespace } = image.richest() ?? {};
  assert(namespace !== undefined);
  const paths = Array.from(namespace.entries(), ({ path }) => path);
  assertEquals(paths.filter((path) => path.includes("//") || path.endsWith("/")), []);
  assert(paths.includes("/BIN/lantern"), paths.join(" "));
});

Deno.test("an image with nothing broken is not searched", async () => {
  for (const fixture of ["rr-112-xorriso", "joliet-genisoimage"]) {
    const bytes = await fixtureImage(fixture);
    const readBy = async (limits: { recoverySectors: number; blindSectors: number }) => {
      const source = new CountingSource(new MemorySource(bytes));
      await examine(source, { limits });
      return [source.reads, source.bytes];
    };
    assertEquals(
      await readBy({ recoverySectors: 0, blindSectors: 0 }),
      await readBy({ recoverySectors: 1e6, blindSectors: 1e6 }),
    );
  }
});
