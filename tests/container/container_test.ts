import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ByteSource, MemorySource } from "../../src/bytes/source.ts";
import { SECTOR } from "../../src/bytes/span.ts";
import { ContainerError } from "../../src/container/container.ts";
import { parseCue } from "../../src/container/cue.ts";
import { openContainer } from "../../src/container/probe.ts";
import { examine } from "../../src/examine.ts";
import { buildImage } from "../support/builder.ts";
import { fixtureFileName, fixtureImage, fixtureNames, fixtureSheet } from "../support/fixtures.ts";
import { cueSheet, rawImage, type RawOptions, type SectorMode } from "../support/raw_builder.ts";
import { badRange, FailingSource } from "../support/sources.ts";

const none = () => Promise.resolve(undefined);
const built = buildImage({
  rockRidge: "1.10",
  children: [
    { name: "A.TXT;1", content: "hello" },
    { name: "B.BIN;1", content: Uint8Array.from({ length: 9000 }, (_, at) => at % 251) },
  ],
}).bytes();

async function contentOf(source: ByteSource, path: string): Promise<Uint8Array> {
  const image = await examine(source);
  const volume = image.richest();
  const [node] = volume?.namespace?.find(path) ?? [];
  assert(volume?.namespace !== undefined && node !== undefined, `${path} is not in the image`);
  const parts: number[] = [];
  for (const { start, length } of volume.namespace.extents(node)) {
    parts.push(...(await image.read(start, length)).bytes);
  }
  return new Uint8Array(parts);
}

// Layouts, the container that must be found, and how it lies.
const layouts: [string, RawOptions, { stride: number; dataOffset: number; mode?: 1 | 2 }][] = [
  ["Mode 1", {}, { stride: 2352, dataOffset: 16, mode: 1 }],
  ["Mode 2 form 1", { mode: () => "form1" }, { stride: 2352, dataOffset: 24, mode: 2 }],
  ["Mode 1 with sub-channel", { stride: 2448 }, { stride: 2448, dataOffset: 16, mode: 1 }],
  ["Mode 1 with Q", { stride: 2368 }, { stride: 2368, dataOffset: 16, mode: 1 }],
  [
    "Mode 2 form 1 with sub-channel",
    { mode: () => "form1", stride: 2448 },
    { stride: 2448, dataOffset: 24, mode: 2 },
  ],
  [
    "Mode 2 without sync and header",
    { mode: () => "form1", stride: 2336 },
    { stride: 2336, dataOffset: 8 },
  ],
];

for (const [name, options, expected] of layouts) {
  // The name says nothing, or the wrong thing: the content decides.
  for (const file of ["image.bin", "image.iso", "noextension"]) {
    Deno.test(`${name} sectors are found by evidence in ${file}`, async () => {
      const bytes = rawImage(built, options);
      const { layout, facts } = await openContainer(new MemorySource(bytes, file), none);
      assertEquals(facts.name, "bin");
      const found = { stride: layout.stride, dataOffset: layout.dataOffset };
      assertEquals(facts.mode === undefined ? found : { ...found, mode: facts.mode }, expected);
      assertEquals(facts.sectorSize, expected.stride);
      assert(facts.evidence.length > 0);
    });
  }

  Deno.test(`${name} sectors give the same files as plain ones`, async () => {
    const source = new MemorySource(rawImage(built, options), "image.bin");
    for (const path of ["/A.TXT", "/B.BIN"]) {
      const expected = await contentOf(new MemorySource(built), path);
      assertEquals(await contentOf(source, path), expected);
    }
  });
}

Deno.test("plain sectors are plain under any name", async () => {
  for (const file of ["image.iso", "image.bin", "image.cue", "x"]) {
    const { layout, facts } = await openContainer(new MemorySource(built, file), none);
    assertEquals([facts.name, layout.stride, layout.origin], ["iso", SECTOR, 0]);
  }
});

Deno.test("form 2 sectors among form 1 leave the file system readable", async () => {
  const mode = (sector: number): SectorMode => sector > 30 && sector % 2 === 0 ? "form2" : "form1";
  const source = new MemorySource(rawImage(built, { mode }), "mixed.bin");
  const expected = await contentOf(new MemorySource(built), "/A.TXT");
  assertEquals(await contentOf(source, "/A.TXT"), expected);
});

Deno.test("a pregap before LBA 0 is stepped over", async () => {
  const bytes = rawImage(built, { pregap: 150 });
  const { layout } = await openContainer(new MemorySource(bytes), none);
  assertEquals(layout.origin, 150 * 2352);
  const expected = await contentOf(new MemorySource(built), "/B.BIN");
  assertEquals(await contentOf(new MemorySource(bytes), "/B.BIN"), expected);
});

Deno.test("a cut raw sector at the end, and damaged syncs, do not hide the layout", async () => {
  const bytes = rawImage(built).slice(0, -1000);
  for (const sector of [1, 4, 9]) bytes.fill(0x55, sector * 2352, sector * 2352 + 12);
  const { layout } = await openContainer(new MemorySource(bytes), none);
  assertEquals(layout.stride, 2352);
});

Deno.test("raw sectors are found though the first ones are unreadable or zero", async () => {
  const bytes = rawImage(built);
  const unreadable = badRange(bytes, 0, 3 * 2352);
  assertEquals((await openContainer(unreadable, none)).layout.stride, 2352);
  bytes.fill(0, 0, 3 * 2352);
  const zero = await openContainer(new MemorySource(bytes), none);
  assertEquals([zero.layout.stride, zero.layout.dataOffset], [2352, 16]);
});

Deno.test("a cue sheet opens the data that it names", async () => {
  const data = new MemorySource(rawImage(built), "Data File.bin");
  const sheet = new MemorySource(cueSheet("Data File.bin"), "disc.cue");
  const asked: string[] = [];
  const sidecars = (name: string) => {
    asked.push(name);
    return Promise.resolve(name === "Data File.bin" ? data : undefined);
  };
  const { source, facts } = await openContainer(sheet, sidecars);
  assertEquals([facts.name, facts.dataPath, facts.notes], ["cue", "Data File.bin", []]);
  assertEquals([source, asked], [data, ["Data File.bin"]]);
});

Deno.test("a cue sheet over plain sectors, and one that states another size, are opened", async () => {
  const sidecars = () => Promise.resolve(new MemorySource(built, "plain.iso"));
  const plain = new MemorySource(cueSheet("plain.iso", "MODE1/2048"), "disc.cue");
  assertEquals((await openContainer(plain, sidecars)).facts.notes, []);
  const wrong = new MemorySource(cueSheet("plain.iso", "MODE1/2352"), "disc.cue");
  const { layout, facts } = await openContainer(wrong, sidecars);
  assertEquals(layout.stride, 2048);
  assertStringIncludes(facts.notes.join(), "2352");
});

Deno.test("a cue sheet without its data is an error that names the data", async () => {
  const sheet = new MemorySource(cueSheet("gone.bin"), "disc.cue");
  await assertRejects(() => openContainer(sheet, none), ContainerError, "gone.bin");
  await assertRejects(() => examine(sheet), ContainerError, "gone.bin");
});

Deno.test("parseCue() reads quoted and bare names, tracks and indexes", () => {
  const text = 'REM x\r\nFILE "a b.bin" BINARY\n TRACK 01 MODE1/2352\n  INDEX 00 00:00:00\r' +
    "  INDEX 01 00:02:10\nTRACK 2 AUDIO\n INDEX 01 01:00:00\nfile c.wav wave\n track 03 audio\n";
  assertEquals(parseCue(text), [
    {
      name: "a b.bin",
      type: "BINARY",
      tracks: [
        { number: 1, mode: "MODE1/2352", start: 160, pause: 0 },
        { number: 2, mode: "AUDIO", start: 4500 },
      ],
    },
    { name: "c.wav", type: "WAVE", tracks: [{ number: 3, mode: "AUDIO", start: 0 }] },
  ]);
});

for (const name of fixtureNames()) {
  const file = fixtureFileName(name);
  if (!file.endsWith(".bin")) continue;
  Deno.test(`fixture ${name} is raw, bare and behind its sheet`, async () => {
    const data = new MemorySource(await fixtureImage(name), file);
    const bare = await openContainer(data, none);
    assertEquals(bare.facts.name, "bin");
    const text = await fixtureSheet(name);
    assert(text !== undefined);
    const sheet = new MemorySource(new TextEncoder().encode(text), `${name}.cue`);
    const behind = await openContainer(sheet, () => Promise.resolve(data));
    assertEquals([behind.facts.name, behind.layout], ["cue", bare.layout]);
  });
}

Deno.test("opening survives a source that fails at the nth read, for every n", async () => {
  for (
    const bytes of [
      built,
      rawImage(built),
      rawImage(built, { stride: 2336, mode: () => "form1" }),
    ]
  ) {
    for (let nth = 1; nth < 90; nth++) {
      const source = new FailingSource(bytes, ({ number }) => number === nth);
      await openContainer(source, none);
      if (source.reads < nth) break;
    }
    const dead = new FailingSource(bytes, () => true);
    assertEquals((await openContainer(dead, none)).facts.name, "iso");
  }
});

Deno.test("what is no image is read as plain sectors", async () => {
  for (
    const bytes of [
      new Uint8Array(0),
      new Uint8Array(1),
      new TextEncoder().encode("FILE me"),
      new Uint8Array(5000).fill(0xff),
    ]
  ) {
    const { facts } = await openContainer(new MemorySource(bytes, "x"), none);
    assertEquals(facts.name, "iso");
  }
});
