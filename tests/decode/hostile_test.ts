// Images made to harm a reader: every one ends soon, within bounds, with a fault that says why.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { defaultLimits, type Limits } from "../../src/bytes/limits.ts";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import type { Image } from "../../src/model/image.ts";
import { tilingProblem } from "../fuzz/hunt.ts";
import {
  buildImage,
  type DirectorySpec,
  type FileSpec,
  type ImageSpec,
} from "../support/builder.ts";
import {
  bootEntry,
  both32,
  concat,
  sectionHeader,
  validationEntry,
} from "../support/iso_encode.ts";
import { alternateName, attributeList, component, entry, link } from "../support/susp_encode.ts";
import { badRange, FailingSource, HUGE, SparseSource } from "../support/sources.ts";
import { built, contentAt, faultKinds, nodeAt, pathsOf, pattern, volumeOf } from "./content.ts";

function nested(levels: number): (FileSpec | DirectorySpec)[] {
  let children: (FileSpec | DirectorySpec)[] = [{ name: "END.;1", content: "x" }];
  for (let level = 0; level < levels; level++) children = [{ name: "D", children }];
  return children;
}

function files(count: number, more: Partial<FileSpec> = {}): FileSpec[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `F${String(at).padStart(5, "0")}.;1`,
    content: "x",
    ...more,
  }));
}

function limitFaults(image: Image): string[] {
  return image.faults.filter(({ kind }) => kind === "limit").map(({ message }) => message);
}

const bytes512 = (value: number) => new Uint8Array(512).fill(value);

function appleMap(count: number): Uint8Array {
  const area = new Uint8Array(16 * 2048);
  area.set([0x45, 0x52, 2, 0]);
  const view = new DataView(area.buffer);
  for (let block = 1; block <= Math.min(count, 60); block++) {
    area.set([0x50, 0x4d], block * 512);
    view.setUint32(block * 512 + 4, count);
    view.setUint32(block * 512 + 8, block);
    view.setUint32(block * 512 + 12, 1);
  }
  return area;
}

// Each limit, an image that reaches it, and the tree's own word where counts are "at least" then.
const reached: [keyof Limits, number, ImageSpec, boolean, Uint8Array?][] = [
  ["records", 20, { children: files(40) }, true],
  ["depth", 8, { children: nested(20) }, true],
  ["directoryBytes", 4096, { children: files(200) }, false],
  [
    "allDirectoryBytes",
    6144,
    { children: ["A", "B", "C", "D"].map((name) => ({ name, children: files(3) })) },
    true,
  ],
  ["interleavedExtents", 10, {
    children: files(4, { content: pattern(20_000), interleave: { unit: 1, gap: 1 } }),
  }, true],
  ["pathTableBytes", 64, {
    children: files(12).map(({ name }) => ({ name: String(name).slice(0, 6), children: [] })),
  }, false],
  ["pathTableRecords", 4, {
    children: files(12).map(({ name }) => ({ name: String(name).slice(0, 6), children: [] })),
  }, false],
  ["descriptors", 3, { primaries: 6, children: [] }, false],
  ["continuations", 2, {
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      continuation: Array.from({ length: 5 }, () => [alternateName("x", 1)]),
    }],
  }, false],
  ["allContinuationBytes", 100, {
    rockRidge: "1.10",
    children: files(9, { continuation: [[alternateName("y".repeat(20), 0)]] }),
  }, true],
  ["systemUseEntries", 10, {
    rockRidge: "1.10",
    children: [{ name: "A.;1", continuation: [new Array(30).fill(entry("PD"))] }],
  }, false],
  ["attributes", 2, {
    rockRidge: "1.10",
    children: files(6, {
      systemUse: [attributeList([component(0, "\x03n"), component(0, "v")])],
    }),
  }, true],
  ["catalogs", 2, {
    boot: Array.from({ length: 5 }, () => ({
      catalog: () => [validationEntry(), bootEntry({ sector: 30 })],
    })),
    children: [],
  }, false],
  ["catalogSectors", 1, {
    boot: [{
      catalog: () => [
        validationEntry(),
        bootEntry({ sector: 30 }),
        sectionHeader({ platform: 0, count: 500 }),
        ...new Array(500).fill(bootEntry({ sector: 31 })),
      ],
    }],
    children: [],
  }, false],
  ["partitions", 5, { children: [] }, false, appleMap(40)],
  ["structuresPerLayout", 4, { children: files(9, { extendedAttributes: {} }) }, false],
];

for (const [name, limit, spec, counts, systemArea] of reached) {
  Deno.test(`the limit ${name} is a fault where it is reached, and only there`, async () => {
    const bytes = buildImage(spec).bytes();
    if (systemArea !== undefined) bytes.set(systemArea);
    const image = await examine(new MemorySource(bytes), { limits: { [name]: limit } });
    const said = limitFaults(image);
    assert(said.length > 0, `no limit among ${faultKinds(image).join()}`);
    assert(said.some((message) => message.includes(String(limit))), said.join("\n"));
    if (counts) assertEquals(image.trees[0]?.limited, true);
    assertEquals(tilingProblem(image), undefined);
    const whole = await examine(new MemorySource(bytes));
    assertEquals(limitFaults(whole), []);
    assertEquals(whole.trees[0]?.limited, false);
  });
}

Deno.test("every limit has a test that reaches it", () => {
  const tested = new Set<string>(reached.map(([name]) => name));
  // Faults themselves are counted below; sessions need an image of their own. What is searched where
  // something is broken: tests/decode/recover_test.ts.
  const others = ["faultsPerKind", "sessions", "recoverySectors", "blindSectors", "orphans"];
  const missing = Object.keys(defaultLimits).filter((name) => !tested.has(name));
  assertEquals(missing.filter((name) => !others.includes(name)), []);
});

Deno.test("the limit sessions is a fault where it is reached", async () => {
  const one = buildImage({ children: files(2) }).bytes();
  const sectors = one.length / 2048;
  const many = new Uint8Array(one.length * 6);
  for (let session = 0; session < 6; session++) {
    const copy = one.slice();
    // Addresses count from the start of the disc.
    const view = new DataView(copy.buffer);
    const root = view.getUint32(16 * 2048 + 158, true) + session * sectors;
    view.setUint32(16 * 2048 + 158, root, true);
    view.setUint32(16 * 2048 + 162, root);
    many.set(copy, session * one.length);
  }
  const image = await examine(new MemorySource(many), { limits: { sessions: 3 } });
  assertEquals(image.sessions.length, 3);
  assertEquals(limitFaults(image).length, 1);
});

Deno.test("faults of one kind are counted, and kept up to a limit", async () => {
  const { image } = await built(
    {
      rockRidge: "1.10",
      children: files(40, { systemUse: [entry("CE", new Uint8Array(24).fill(255))] }),
    },
    { limits: { faultsPerKind: 7 } },
  );
  assertEquals(image.faultCount("continuation-outside"), 40);
  assertEquals(faultKinds(image).length, 7);
});

/** Examines within a time that a loop without end would not keep. */
async function soon(bytes: Uint8Array): Promise<Image> {
  const begin = performance.now();
  const image = await examine(new MemorySource(bytes));
  assert(performance.now() - begin < 5000);
  assertEquals(tilingProblem(image), undefined);
  for (const { namespace } of image.volumes) namespace?.count();
  return image;
}

/** Rewrites the both-endian number at `offset`. */
function setBoth(bytes: Uint8Array, offset: number, value: number): void {
  bytes.set(both32(value), offset);
}

const loop: ImageSpec = {
  children: [{ name: "A", children: [{ name: "B", children: [{ name: "F.;1", content: "x" }] }] }],
};

// Where the extent of B leads instead of its own place.
const loops: [string, string, string][] = [
  ["itself's parent", "/A", "directory-loop"],
  ["the root", "/", "directory-loop"],
];

for (const [where, target, kind] of loops) {
  Deno.test(`a directory that leads to ${where} is a loop, and its children are not shown twice`, async () => {
    const made = buildImage(loop);
    const bytes = made.bytes();
    const record = made.records.get("primary:/A/B")?.[0]?.offset ?? 0;
    setBoth(bytes, record + 2, (made.extents.get(`primary:${target}`)?.[0]?.offset ?? 0) / 2048);
    const image = await soon(bytes);
    assertEquals(faultKinds(image), [kind]);
    // The path table still has the place of B.
    assertEquals(pathsOf(image, "iso9660"), ["/A", "/A/B", "/A/B/F"]);
    assertEquals([...image.trees[0]?.found.values() ?? []], ["path-table L"]);
  });
}

Deno.test("two records that lead to one directory: the second is said to be shared", async () => {
  const made = buildImage({
    children: [
      { name: "A", children: files(2) },
      { name: "B", children: [] },
    ],
  });
  const bytes = made.bytes();
  const record = made.records.get("primary:/B")?.[0]?.offset ?? 0;
  setBoth(bytes, record + 2, (made.extents.get("primary:/A")?.[0]?.offset ?? 0) / 2048);
  assertEquals(faultKinds(await soon(bytes)), ["directory-shared"]);
});

Deno.test("directories that lie over each other cost no more than twice the image", async () => {
  // Every directory begins one sector after the one before it and claims all the rest.
  const made = buildImage({
    children: files(1500).map(({ name }) => ({ name: String(name).slice(0, 6), children: [] })),
  });
  const bytes = made.bytes();
  for (const [key, places] of made.records) {
    if (key.endsWith("/.") || key.endsWith("/..")) continue;
    for (const { offset } of places) setBoth(bytes, offset + 10, bytes.length);
  }
  const image = await soon(bytes);
  assert(faultKinds(image).includes("limit") || faultKinds(image).includes("directory-overrun"));
});

// Numbers of the root record, the path table and a file at the edges of what they can say.
const extremes = [0, 1, 15, 16, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const numbers: [string, (made: ReturnType<typeof buildImage>) => number][] = [
  ["the root's location", () => 16 * 2048 + 158],
  ["the root's length", () => 16 * 2048 + 166],
  ["the volume space size", () => 16 * 2048 + 80],
  ["the path table size", () => 16 * 2048 + 132],
  ["the location of a directory", (made) => (made.records.get("primary:/A")?.[0]?.offset ?? 0) + 2],
  ["the length of a directory", (made) => (made.records.get("primary:/A")?.[0]?.offset ?? 0) + 10],
  ["the location of a file", (made) => (made.records.get("primary:/F.;1")?.[0]?.offset ?? 0) + 2],
  ["the length of a file", (made) => (made.records.get("primary:/F.;1")?.[0]?.offset ?? 0) + 10],
];

for (const [what, offsetOf] of numbers) {
  Deno.test(`${what} may be any number`, async () => {
    const made = buildImage({
      rockRidge: "1.10",
      joliet: 3,
      children: [
        { name: "A", children: files(2) },
        { name: "F.;1", content: pattern(5000) },
      ],
    });
    for (const value of extremes) {
      const bytes = made.bytes();
      setBoth(bytes, offsetOf(made), value);
      await soon(bytes);
    }
  });
}

Deno.test("interleave of any unit and gap ends", async () => {
  for (const [unit, gap] of [[1, 255], [255, 1], [255, 255], [1, 1]] as const) {
    for (const dataLength of [0xffffffff, 0x80000000, 5000]) {
      const { image } = await built({
        blockSize: 512,
        children: files(20, { interleave: { unit, gap }, recorded: { dataLength } }),
      });
      assertEquals(tilingProblem(image), undefined);
    }
  }
});

Deno.test("many files interleaved over all of an image share one budget", async () => {
  const made = buildImage({
    blockSize: 512,
    children: files(400, {
      interleave: { unit: 1, gap: 1 },
      recorded: { location: 64, dataLength: 0xffffffff },
    }),
    trailer: new Uint8Array(8 * 1024 * 1024),
  });
  const image = await soon(made.bytes());
  assertEquals(limitFaults(image).length, 1);
  assert(image.regions.count < 2_100_000);
});

Deno.test("GPT arrays of absurd size and place are faults", async () => {
  const header = (lba: bigint, count: number, size: number) => {
    const bytes = bytes512(0);
    bytes.set(new TextEncoder().encode("EFI PART"));
    const view = new DataView(bytes.buffer);
    view.setBigUint64(24, 1n, true);
    view.setBigUint64(32, 0xffffffffffffffffn, true);
    view.setBigUint64(72, lba, true);
    view.setUint32(80, count, true);
    view.setUint32(84, size, true);
    return bytes;
  };
  const cases: [bigint, number, number][] = [
    [2n, 0xffffffff, 128],
    [2n, 128, 0xffffffff],
    [2n, 0xffffffff, 0xffffffff],
    [0xffffffffffffffffn, 4, 128],
    [1n << 44n, 4, 128],
    [2n, 0, 128],
    [2n, 4, 0],
    [2n, 4, 127],
  ];
  for (const [lba, count, size] of cases) {
    const bytes = buildImage({ children: [] }).bytes();
    bytes.set(header(lba, count, size), 512);
    assertEquals(faultKinds(await soon(bytes)), ["gpt-array"], `${lba} ${count} ${size}`);
  }
});

Deno.test("GPT entries of any place are partitions, and claim nothing outside the image", async () => {
  const bytes = buildImage({ children: files(3) }).bytes();
  const header = bytes512(0);
  header.set(new TextEncoder().encode("EFI PART"));
  const view = new DataView(header.buffer);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(72, 2n, true);
  view.setUint32(80, 3, true);
  view.setUint32(84, 128, true);
  bytes.set(header, 512);
  const places: [bigint, bigint][] = [
    [0n, 0xffffffffffffffffn],
    [0xfffffffffffffff0n, 0xffffffffffffffffn],
    [100n, 50n],
  ];
  for (const [index, [first, last]] of places.entries()) {
    const entryView = new DataView(bytes.buffer, 1024 + index * 128, 128);
    entryView.setUint8(0, 1);
    entryView.setBigUint64(32, first, true);
    entryView.setBigUint64(40, last, true);
  }
  const image = await soon(bytes);
  assertEquals(image.partitions.filter(({ scheme }) => scheme === "gpt").length, 3);
  assert(image.partitions.every(({ length }) => length >= 0 && Number.isSafeInteger(length)));
});

Deno.test("a boot catalogue may be anywhere and of anything", async () => {
  for (const sector of [0, 1, 16, 17, 22, 0x7fffffff, 0xffffffff]) {
    const made = buildImage({ boot: [{ catalog: () => [validationEntry()] }], children: [] });
    const bytes = made.bytes();
    new DataView(bytes.buffer).setUint32(17 * 2048 + 71, sector, true);
    await soon(bytes);
  }
  const headers = new Array(3000).fill(sectionHeader({ platform: 0, count: 0xffff, last: false }));
  const { image } = await built({
    boot: [{ catalog: () => [validationEntry(), bootEntry({ sector: 0xffffffff }), ...headers] }],
    children: [],
  });
  assertEquals(limitFaults(image).length, 1);
});

Deno.test("a path table that covers the whole of a large image is read to its limit", async () => {
  const made = buildImage({ children: files(2) });
  const source = new SparseSource(5 * 2 ** 30, made.parts);
  const whole = made.bytes();
  setBoth(whole, 16 * 2048 + 132, 0xfffffff0);
  const parts = [{ at: 0, bytes: whole }];
  const image = await examine(new SparseSource(source.size, parts));
  assertEquals(limitFaults(image).length, 2);
});

Deno.test("an image of 128 GiB: extents past 4 GiB are read and owned where they are", async () => {
  const made = buildImage({
    children: [
      { name: "BIG1.BIN;1", content: { size: 0xfffff800 } },
      {
        name: "BIG2.BIN;1",
        content: { size: 3 * 0xfffff800 + 77 },
        sections: [0xfffff800, 0xfffff800],
      },
      { name: "LAST.TXT;1", content: "at the end" },
    ],
  });
  assert(made.size > 16 * 2 ** 30);
  const image = await examine(new SparseSource(HUGE, made.parts));
  assertEquals(image.faults, []);
  const { namespace } = volumeOf(image, "iso9660");
  assertEquals(namespace.tree.size(nodeAt(image, "iso9660", "/BIG2.BIN")), 3 * 0xfffff800 + 77);
  const text = new TextDecoder().decode(await contentAt(image, "iso9660", "/LAST.TXT"));
  assertEquals(text, "at the end");
  const [last] = made.extents.get("primary:/LAST.TXT;1") ?? [];
  assert(last !== undefined && last.offset > 2 ** 34);
  const node = nodeAt(image, "iso9660", "/LAST.TXT");
  assertEquals(image.regions.at(last.offset)?.ref, { tree: 0, node });
  assertEquals(tilingProblem(image), undefined);
  assertEquals(image.regions.at(HUGE - 1)?.owner, "unclaimed");
});

const storage = buildImage({
  rockRidge: "1.10",
  joliet: 3,
  boot: [{ catalog: (locate) => [validationEntry(), bootEntry({ sector: locate("/F00000.;1") })] }],
  children: [
    ...files(4),
    { name: "D", children: files(70) },
    { name: "X.;1", extendedAttributes: {}, content: "x", continuation: [[alternateName("y")]] },
  ],
});

Deno.test("a source that fails at the nth read never makes examine() throw, for every n", async () => {
  const bytes = storage.bytes();
  const healthy = new FailingSource(bytes, () => false);
  await examine(healthy);
  for (let nth = 1; nth <= healthy.reads + 1; nth++) {
    const image = await examine(new FailingSource(bytes, ({ number }) => number >= nth));
    assertEquals(tilingProblem(image), undefined);
    // One failure alone is made good by the second try.
    const once = await examine(new FailingSource(bytes, ({ number }) => number === nth));
    assertEquals(tilingProblem(once), undefined);
  }
});

Deno.test("bytes that cannot be read are told exactly, and the rest is read", async () => {
  const bytes = storage.bytes();
  const directory = storage.extents.get("primary:/D")?.[0];
  assert(directory !== undefined && directory.length >= 3 * 2048);
  const image = await examine(badRange(bytes, directory.offset + 2048 + 100, 10));
  const told = image.faults.filter(({ kind }) => kind === "read-error").map(({ span }) => span);
  assertEquals(told[0], { space: "file", start: directory.offset + 2048, length: 2048 });
  const { namespace } = volumeOf(image, "rockridge");
  const all = [...namespace.children(nodeAt(image, "rockridge", "/D"))];
  const read = all.filter((node) => namespace.tree.foundBy(node) === undefined).length;
  assert(read > 20 && read < 70, `${read} of 70`);
  // The others are those that only the Joliet tree still has.
  assertEquals(all.length, 70);
  assert(namespace.tree.unreadable.size === 1);
  assertEquals(
    [...volumeOf(image, "joliet").namespace.children(nodeAt(image, "joliet", "/D"))].length,
    70,
  );
});

Deno.test("an aborted signal ends the work with its reason, before and during the walk", async () => {
  const bytes = storage.bytes();
  const reason = new Error("enough");
  const before = AbortSignal.abort(reason);
  await assertRejects(() => examine(new MemorySource(bytes), { signal: before }), Error, "enough");
  const all = new FailingSource(bytes, () => false);
  await examine(all);
  for (let nth = 40; nth <= all.reads; nth += 3) {
    const controller = new AbortController();
    const source = new FailingSource(bytes, ({ number }) => {
      if (number === nth) controller.abort(reason);
      return false;
    });
    const work = examine(source, { signal: controller.signal });
    await assertRejects(() => work, Error, "enough");
    assert(source.reads <= nth + 1, `${source.reads} reads, aborted at ${nth}`);
  }
});

Deno.test("a child link chain of any length ends", async () => {
  const count = 300;
  const children: DirectorySpec[] = Array.from({ length: count }, (_, at) => ({
    name: `D${String(at).padStart(4, "0")}`,
    children: [{
      name: "L.;1",
      posix: { mode: 0o40755 },
      systemUse: [link("CL", `/D${String((at + 1) % count).padStart(4, "0")}`)],
    }],
  }));
  const { image } = await built({ rockRidge: "1.10", children });
  volumeOf(image, "rockridge").namespace.count();
  const paths = pathsOf(image, "rockridge");
  assert(paths.length <= 2 * count);
});

Deno.test("descriptor sets of nothing but trees stay small", async () => {
  const made = buildImage({ joliet: 3, children: [] }).bytes();
  const sets = new Uint8Array(made.length + 100 * 2048);
  sets.set(made);
  const joliet = made.slice(17 * 2048, 18 * 2048);
  const terminator = made.slice(18 * 2048, 19 * 2048);
  const root = made.slice(new DataView(joliet.buffer).getUint32(158, true) * 2048).slice(0, 2048);
  for (let number = 0; number < 60; number++) {
    const block = made.length / 2048 + number;
    setBoth(joliet, 158, block);
    sets.set(joliet, (17 + number) * 2048);
    sets.set(root, block * 2048);
  }
  sets.set(terminator, 77 * 2048);
  const image = await soon(sets);
  assert(image.trees.length <= 64);
});

Deno.test("what is no text is read as one character a byte, and said", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [{
      name: concat(new Uint8Array([0xff, 0x41]), new Uint8Array([0x3b, 0x31])),
      posixName: new Uint8Array([0x62, 0xe4]),
    }],
  });
  const entries = [...volumeOf(image, "rockridge").namespace.entries()];
  assertEquals(entries.map(({ path, pathBytes }) => [path, pathBytes]), [
    ["/b\u00e4", new Uint8Array([0x2f, 0x62, 0xe4])],
  ]);
});

Deno.test("an alternate name of thousands of bytes is cut, and said to be", async () => {
  const parts = Array.from({ length: 8 }, () => alternateName("n".repeat(240), 1));
  const made = buildImage({
    rockRidge: "1.10",
    children: [{ name: "LONG.;1", content: "x", continuation: [parts] }],
  });
  const image = await soon(made.bytes());
  const [path = ""] = pathsOf(image, "rockridge");
  assertEquals(path.length, 1 + 1020);
  assert(limitFaults(image).some((message) => message.includes("1020 bytes")));
});
