// Structures that no mastering tool makes, built by hand: what is recorded is what is read.

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import {
  bootRecord,
  extendedAttributeRecord,
  highSierraDescriptor,
  volumePartitionDescriptor,
} from "../../src/decode/iso9660/layout.ts";
import { examine } from "../../src/examine.ts";
import { tilingProblem } from "../fuzz/hunt.ts";
import { buildImage, type FileSpec, type ImageSpec } from "../support/builder.ts";
import { fixtureExpectation, fixtureImage } from "../support/fixtures.ts";
import {
  bootEntry,
  buildHighSierra,
  sectionHeader,
  validationEntry,
} from "../support/iso_encode.ts";
import { built, contentAt, faultKinds, nodeAt, pathsOf, pattern, volumeOf } from "./content.ts";

const content = pattern(9000, 3);

// One file each, recorded in every way that 6.4 and 6.5 allow.
const ways: [string, Partial<FileSpec>][] = [
  ["in one extent", {}],
  ["in three sections", { sections: [4096, 2048] }],
  ["in sections of which one is empty", { sections: [4096, 0] }],
  ["in sections that are no whole blocks", { sections: [1000, 3000] }],
  ["interleaved, unit 1 gap 2", { interleave: { unit: 1, gap: 2 } }],
  ["interleaved, unit 3 gap 1", { interleave: { unit: 3, gap: 1 } }],
  ["interleaved, unit larger than the file", { interleave: { unit: 20, gap: 1 } }],
  ["behind an extended attribute record", { extendedAttributes: { owner: 7 } }],
  [
    "behind a long extended attribute record",
    { extendedAttributes: { applicationUse: pattern(3000) } },
  ],
  [
    "interleaved behind an extended attribute record",
    { interleave: { unit: 2, gap: 3 }, extendedAttributes: { group: 1 } },
  ],
];

for (const blockSize of [2048, 1024, 512] as const) {
  for (const [how, more] of ways) {
    Deno.test(`a file ${how} is read whole from blocks of ${blockSize}`, async () => {
      const file = { name: "FILE.BIN;1", content, ...more };
      const { built: made, image } = await built({
        blockSize,
        children: [
          { name: "AHEAD.BIN;1", content: pattern(100) },
          file,
          { name: "LAST.BIN;1", content: pattern(300, 7) },
        ],
      });
      assertEquals(image.faults, []);
      assertEquals(await contentAt(image, "iso9660", "/FILE.BIN"), content);
      assertEquals(await contentAt(image, "iso9660", "/LAST.BIN"), pattern(300, 7));
      const node = nodeAt(image, "iso9660", "/FILE.BIN");
      assertEquals(image.trees[0]?.size(node), content.length);
      for (const { offset, length } of made.extents.get("primary:/FILE.BIN;1") ?? []) {
        if (length === 0) continue;
        for (const at of [offset, offset + length - 1]) {
          assertEquals(image.regions.at(at)?.ref, { tree: 0, node }, `byte ${at}`);
        }
      }
      assertEquals([image.regions.overlapCount, tilingProblem(image)], [0, undefined]);
    });
  }
}

Deno.test("gaps of an interleaved file belong to nobody, or to the file that fills them", async () => {
  const { built: made, image } = await built({
    children: [{ name: "A.;1", content, interleave: { unit: 1, gap: 2 } }],
  });
  const [first] = made.extents.get("primary:/A.;1") ?? [];
  assert(first !== undefined);
  assertEquals(image.regions.at(first.offset + 2048)?.owner, "unclaimed");
});

Deno.test("an extended attribute record is decoded, and belongs to its file", async () => {
  const { built: made, image } = await built({
    children: [
      {
        name: "A.;1",
        content: "x",
        extendedAttributes: { owner: 7, group: 8, recordFormat: 1, recordLength: 80 },
      },
      { name: "D", extendedAttributes: { owner: 9 }, children: [{ name: "B.;1", content: "y" }] },
    ],
  });
  const [file, directory] = image.structuresOf(extendedAttributeRecord);
  assertEquals(file?.value.ownerIdentification, { le: 7, be: 7 });
  assertEquals(file?.value.recordLength, { le: 80, be: 80 });
  assertEquals(directory?.value.ownerIdentification, { le: 9, be: 9 });
  assertEquals(await contentAt(image, "iso9660", "/D/B"), new TextEncoder().encode("y"));
  const [data] = made.extents.get("primary:/A.;1") ?? [];
  const node = nodeAt(image, "iso9660", "/A");
  assertEquals(image.regions.at((data?.offset ?? 0) - 2048)?.ref, { tree: 0, node });
  assertEquals([image.faults, image.regions.overlapCount], [[], 0]);
});

Deno.test("an associated file and its main file are two nodes", async () => {
  const { image } = await built({
    children: [
      { name: "A.TXT;1", content: "main" },
      { name: "A.TXT;1", content: "fork!", associated: true },
    ],
  });
  const { namespace } = volumeOf(image, "iso9660");
  const nodes = namespace.find("/A.TXT");
  const sizes = nodes.map((node) => [namespace.tree.isAssociated(node), namespace.tree.size(node)]);
  assertEquals(sizes, [[true, 5], [false, 4]]);
  assertEquals(namespace.count(), { files: 1, directories: 0 });
});

Deno.test("associated files and main files with sections each keep theirs", async () => {
  const { image } = await built({
    children: [
      { name: "A.;1", content, sections: [2048] },
      { name: "A.;1", content: pattern(5000), sections: [4096], associated: true },
    ],
  });
  const { namespace } = volumeOf(image, "iso9660");
  assertEquals(namespace.find("/A").map((node) => namespace.tree.size(node)), [5000, 9000]);
  assertEquals(image.faults, []);
});

Deno.test("versions of a file are files of their own", async () => {
  const { image } = await built({
    children: [
      { name: "A.TXT;1", content: "one" },
      { name: "A.TXT;2", content: "two!" },
    ],
  });
  assertEquals(pathsOf(image, "iso9660"), ["/A.TXT;2", "/A.TXT"]);
  assertEquals(await contentAt(image, "iso9660", "/A.TXT"), new TextEncoder().encode("one"));
  assertEquals(await contentAt(image, "iso9660", "/A.TXT;2"), new TextEncoder().encode("two!"));
});

Deno.test("the existence bit hides a file from users and not from us", async () => {
  const { image } = await built({ children: [{ name: "A.;1", content: "x", flags: 1 }] });
  const { namespace } = volumeOf(image, "iso9660");
  assertEquals(namespace.isHidden(nodeAt(image, "iso9660", "/A")), true);
});

Deno.test("all four path tables are read and agree with the tree", async () => {
  const { built: made, image } = await built({
    optionalPathTables: ["L", "M"],
    children: [
      { name: "D1", children: [{ name: "D3", children: [] }] },
      { name: "D2", children: [] },
    ],
  });
  const names = image.pathTables.map(({ type, optional }) =>
    `${type}${optional ? " optional" : ""}`
  );
  assertEquals(names, ["L", "L optional", "M", "M optional"]);
  for (const table of image.pathTables) {
    const records = Array.from({ length: table.count }, (_, index) => table.record(index));
    assertEquals(records.map(({ parent }) => parent), [1, 1, 1, 2]);
    const places = ["/", "/D1", "/D2", "/D1/D3"].map((path) =>
      (made.extents.get(`primary:${path}`)?.[0]?.offset ?? 0) / 2048
    );
    assertEquals(records.map(({ location }) => location), places);
  }
  assertEquals(image.faults, []);
});

for (const level of [1, 2, 3] as const) {
  Deno.test(`Joliet level ${level} has its names, and shares the extents`, async () => {
    const { image } = await built({
      joliet: level,
      volumeIdentifier: "Gr\u00f6\u00dfe",
      children: [{
        name: "LONGNAME.TXT;1",
        longName: "Ein l\u00e4ngerer Name \u263a.txt",
        content,
      }],
    });
    assertEquals(volumeOf(image, "joliet").label, "Gr\u00f6\u00dfe");
    assertEquals(pathsOf(image, "joliet"), ["/Ein l\u00e4ngerer Name \u263a.txt"]);
    const path = "/Ein l\u00e4ngerer Name \u263a.txt";
    assertEquals(await contentAt(image, "joliet", path), content);
    assertEquals(faultKinds(image), []);
  });
}

Deno.test("an enhanced volume has a tree of its own, or the primary one", async () => {
  const children = [{ name: "A.TXT;1", longName: "a lower; name.tar.gz", content: "x" }];
  const own = await built({ enhanced: "own", children });
  assertEquals(pathsOf(own.image, "enhanced"), ["/a lower; name.tar.gz"]);
  assertEquals(own.image.trees.length, 2);
  const shared = await built({ enhanced: "shared", children });
  assertEquals(pathsOf(shared.image, "enhanced"), ["/A.TXT;1"]);
  assertEquals(shared.image.trees.length, 1);
});

Deno.test("every descriptor of a set is read: primaries, boot records, partition", async () => {
  const { built: made, image } = await built({
    primaries: 3,
    boot: [
      { system: "SOME SYSTEM", use: new Uint8Array([1, 2, 3]) },
      { catalog: () => [validationEntry(), bootEntry({ sector: 30 })] },
    ],
    partition: { name: "PART", location: 20, size: 4 },
    joliet: 3,
    enhanced: "own",
    children: [{ name: "A.;1", content: "x" }],
  });
  assertEquals(made.descriptors.length, 9);
  for (const { offset } of made.descriptors) {
    assertEquals(image.regions.at(offset)?.owner, "descriptor");
  }
  assertEquals(image.volumes.map(({ kind }) => kind), ["iso9660", "joliet", "enhanced"]);
  assertEquals(image.structuresOf(bootRecord).length, 2);
  const [partition] = image.structuresOf(volumePartitionDescriptor);
  assertEquals(partition?.value.volumePartitionSize, { le: 4, be: 4 });
  assertEquals(image.boot.length, 1);
});

Deno.test("a file on another volume of the set has no bytes here", async () => {
  const { built: made, image } = await built({
    volumeSet: { size: 2, sequence: 1 },
    children: [
      { name: "A.;1", content: "here" },
      { name: "B.;1", content: pattern(4096), sequence: 2 },
    ],
  });
  const tree = image.trees[0];
  assertEquals(tree?.elsewhere.has(nodeAt(image, "iso9660", "/B")), true);
  assertEquals(tree?.elsewhere.has(nodeAt(image, "iso9660", "/A")), false);
  const [place] = made.extents.get("primary:/B.;1") ?? [];
  assertEquals(image.regions.at(place?.offset ?? 0)?.owner, "unclaimed");
});

Deno.test("files stay here where one order of the volume's number is impossible", async () => {
  const bytes = buildImage({ children: [{ name: "A.;1", content: "here" }] }).bytes();
  bytes[16 * 2048 + 124] = 17;
  const image = await examine(new MemorySource(bytes, "number.iso"));
  assertEquals(image.trees.map(({ elsewhere }) => elsewhere.size), [0]);
});

Deno.test("a node knows where its record is", async () => {
  const { built: made, image } = await built({
    children: [{ name: "D", children: [{ name: "A.;1", content: "x" }] }],
  });
  for (const [path, shown] of [["/D", "/D"], ["/D/A.;1", "/D/A"]] as const) {
    const record = image.trees[0]?.record(nodeAt(image, "iso9660", shown));
    assertEquals(record, made.records.get(`primary:${path}`)?.[0]?.offset);
  }
});

Deno.test("a directory of many sectors keeps its order and its children", async () => {
  const names = Array.from({ length: 400 }, (_, at) => `F${String(at).padStart(4, "0")}.;1`);
  const { image } = await built({
    children: [{ name: "D", children: names.map((name) => ({ name, content: name })) }],
  });
  const expected = names.map((name) => `/D/${name.slice(0, 5)}`);
  assertEquals(pathsOf(image, "iso9660"), ["/D", ...expected]);
});

const entries: [string, ImageSpec][] = [
  ["an empty volume", { children: [] }],
  ["an empty directory", { children: [{ name: "D", children: [] }] }],
  ["an empty file", { children: [{ name: "A.;1" }] }],
];

for (const [name, spec] of entries) {
  Deno.test(`${name} is read without a fault`, async () => {
    const { image } = await built(spec);
    assertEquals([image.faults, tilingProblem(image)], [[], undefined]);
  });
}

Deno.test("High Sierra is recognised by name, and its descriptor decoded", async () => {
  const image = await examine(new MemorySource(buildHighSierra("OLDDISC")));
  assertEquals(image.volumes.map(({ kind, label }) => [kind, label]), [["highsierra", "OLDDISC"]]);
  const [descriptor] = image.structuresOf(highSierraDescriptor);
  assertEquals(descriptor?.value.volumeSpaceSize, { le: 32, be: 32 });
  assertEquals(image.regions.at(16 * 2048)?.owner, "descriptor");
});

const recognised: [string, string[]][] = [
  ["udf-102-dvd-mkudffs", ["udf"]],
  ["udf-250-bdr-mkudffs", ["udf"]],
  ["udf-201-hd512-mkudffs", ["udf"]],
  ["udf-201-hd4096-mkudffs", ["udf"]],
  ["udf-201-udfclient", ["udf"]],
  ["hfs-genisoimage", ["iso9660", "rockridge", "joliet", "hfs"]],
  ["hfs-part-genisoimage", ["iso9660", "rockridge", "joliet", "hfs"]],
  ["hfsplus-xorriso", ["iso9660", "rockridge", "joliet", "hfsplus"]],
  ["udf-bridge-genisoimage", ["iso9660", "rockridge", "joliet", "udf"]],
];

for (const [fixture, kinds] of recognised) {
  Deno.test(`${fixture}: ${kinds.at(-1)} is recognised by name`, async () => {
    const image = await examine(new MemorySource(await fixtureImage(fixture)));
    const found = image.volumes.map(({ kind }) => kind);
    assertEquals(found.includes(kinds.at(-1) as typeof found[number]), true, found.join());
    const read = image.volumes.filter(({ namespace }) => namespace !== undefined);
    assertEquals(read.length > 0, kinds.length > 1);
  });
}

// Other programs read the set at sector 16: with libisofs' emulation that is the last session's, with
// sessions one after the other it is the first one's.
const sessions: [string, string[], number][] = [
  ["multisession-xorriso", ["SESSION1", "SESSION2", "SESSION3"], 3],
  ["multisession-genisoimage", ["FIRST", "SECOND"], 1],
];

for (const [fixture, labels, seen] of sessions) {
  Deno.test(`${fixture}: sessions are found, and each shows its own tree`, async () => {
    const bytes = await fixtureImage(fixture);
    const last = await examine(new MemorySource(bytes));
    assertEquals(last.sessions.map(({ label }) => label), labels);
    assertEquals(last.session, labels.length);
    for (const [index, label] of labels.entries()) {
      const image = await examine(new MemorySource(bytes), { session: index + 1 });
      assertEquals([image.session, image.volumes[0]?.label], [index + 1, label]);
    }
    const { files } = await fixtureExpectation(fixture);
    const expected = files?.map(({ path }) => `/${path}`).sort();
    const image = await examine(new MemorySource(bytes), { session: seen });
    const { namespace } = volumeOf(image, image.richest()?.kind ?? "iso9660");
    const found = [...namespace.entries()].filter(({ type }) => type === "file");
    assertEquals(found.map(({ path }) => path).sort(), expected);
  });
}

Deno.test("an image in a file at block 32 is no session of the image around it", async () => {
  const nested = buildImage({
    volumeIdentifier: "INNER",
    rockRidge: "1.10",
    children: [{ name: "IN.TXT;1", content: "inner" }],
  }).bytes();
  const { built: made, image } = await built({
    volumeIdentifier: "OUTER",
    children: [
      { name: "A.;1", content: pattern(11 * 2048) },
      { name: "B.ISO;1", content: nested },
    ],
  });
  assertEquals(made.extents.get("primary:/B.ISO;1")?.[0]?.offset, 32 * 2048);
  assertEquals(image.sessions.map(({ label }) => label), ["OUTER"]);
  assertEquals(await contentAt(image, "iso9660", "/B.ISO"), nested);
});

Deno.test("El Torito sections, their platforms and extensions are read in order", async () => {
  const bytes = pattern(4096);
  const { image } = await built({
    boot: [{
      catalog: (locate) => [
        validationEntry(0, "TEST"),
        bootEntry({ sector: locate("/BOOT.IMG;1"), count: 8 }),
        sectionHeader({ platform: 0xef, count: 2, last: false }),
        bootEntry({ sector: locate("/EFI.IMG;1"), count: 1 }),
        bootEntry({ sector: locate("/EFI.IMG;1"), count: 2, media: 0x20 }),
        new Uint8Array(32).fill(0x44, 0, 1),
        sectionHeader({ platform: 1, count: 1 }),
        bootEntry({ sector: 9999, count: 3, bootable: false, media: 0 }),
      ],
    }],
    children: [
      { name: "BOOT.IMG;1", content: bytes },
      { name: "EFI.IMG;1", content: pattern(6000) },
    ],
  });
  const found = image.boot.map((
    { platform, bootable, bytes, sizeFrom, path },
  ) => [platform, bootable, bytes, sizeFrom, path]);
  assertEquals(found, [
    [0, true, 4096, "file", "/BOOT.IMG"],
    [0xef, true, 6000, "file", "/EFI.IMG"],
    [0xef, true, 6000, "file", "/EFI.IMG"],
    [1, false, 1536, "count", undefined],
  ]);
});
