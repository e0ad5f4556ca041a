// Threads, pieces and engines never change a report; odd extents are served by the one pass.

import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  audit,
  digestImage,
  engineNames,
  examine,
  type Image,
  manifest,
  MemorySource,
  useNative,
} from "../../src/mod.ts";
import { nodeEngine } from "../../src/platform/native.ts";
import { Threads } from "../../src/platform/worker_pool.ts";
import { buildImage } from "../support/builder.ts";
import { corpusEntries, corpusFile, corpusFileName, corpusTest } from "../support/corpus.ts";
import { fixtureFileName, fixtureImage } from "../support/fixtures.ts";
import { badRange, CountingSource } from "../support/sources.ts";

useNative(nodeEngine());

const algorithms = ["md5", "sha1", "sha256", "sha512", "blake3", "crc32"] as const;

const names = [
  ...["sample", "zisofs1-xorriso", "mode1-2352", "mode2-form1-2352", "xa1-genisoimage"],
  ...["rr-112-hardlinks-xorriso", "rr-joliet-many-genisoimage", "iso-level1-genisoimage"],
];

async function open(name: string): Promise<Image> {
  return await examine(new MemorySource(await fixtureImage(name), fixtureFileName(name)));
}

Deno.test("manifest() says the same of an image for any threads, pieces and engines", async (t) => {
  for (const name of names) {
    await t.step(name, async () => {
      const image = await open(name);
      const what = { algorithms, volume: "all", regions: true, image: true } as const;
      const known = JSON.stringify(await manifest(image, what));
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 3 }),
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.constantFrom(...engineNames),
          fc.boolean(),
          async (threads, pieceSize, engine, crossCheck) => {
            const workers = threads === 0 ? undefined : new Threads(threads, 0);
            const options = { ...what, pieceSize, engines: { engine, crossCheck } };
            const seen = await manifest(image, workers ? { ...options, workers } : options);
            workers?.close();
            assertEquals(JSON.stringify(seen), known);
          },
        ),
        { numRuns: 6, seed: 11 },
      );
    });
  }
});

Deno.test("audit() says the same of an image for any threads and engines", async (t) => {
  for (const name of names) {
    await t.step(name, async () => {
      const known = JSON.stringify(await audit(await open(name), { hashes: algorithms }));
      for (const engine of engineNames) {
        const workers = new Threads(2, 0);
        const options = { hashes: algorithms, engines: { engine }, workers };
        assertEquals(JSON.stringify(await audit(await open(name), options)), known);
        workers.close();
      }
    });
  }
});

corpusTest("threads change no report of the corpus", async () => {
  const workers = new Threads(2, 0);
  for (const entry of corpusEntries()) {
    if (entry.file.includes(".cue")) continue; // The sheet alone is no image
    const bytes = await corpusFile(entry);
    const alone = await examine(new MemorySource(bytes, corpusFileName(entry)));
    const shared = await examine(new MemorySource(bytes, corpusFileName(entry)));
    const known = await audit(alone);
    assertEquals(
      JSON.stringify(await audit(shared, { workers })),
      JSON.stringify(known),
      entry.file,
    );
    if (alone.richest() === undefined) continue;
    const digests = { volume: "all", algorithms: ["md5", "sha256"] } as const;
    assertEquals(
      JSON.stringify(await manifest(shared, { ...digests, workers })),
      JSON.stringify(await manifest(alone, digests)),
      entry.file,
    );
  }
  workers.close();
});

/** Noise that is different in every sector. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

const sections = [20 * 2048, 30 * 2048, 5000];

/** An image with a file of three sections, whose first two lie in the other order. */
function outOfOrder(): { readonly bytes: Uint8Array; readonly content: Uint8Array } {
  const content = noise(sections.reduce((sum, length) => sum + length, 0), 5);
  const file = { name: "BIG.BIN;1", content, sections };
  const children = [file, { name: "END.BIN;1", content: noise(9000, 6) }];
  const built = buildImage({ children });
  const bytes = built.bytes();
  const places = built.extents.get("primary:/BIG.BIN;1") ?? [];
  const [first, second] = places;
  assert(first !== undefined && second !== undefined);
  const one = bytes.slice(first.offset, first.offset + first.length);
  const other = bytes.slice(second.offset, second.offset + second.length);
  bytes.set(other, first.offset);
  bytes.set(one, first.offset + other.length);
  const moved = new Map([
    [first.offset / 2048, (first.offset + other.length) / 2048],
    [second.offset / 2048, first.offset / 2048],
  ]);
  const view = new DataView(bytes.buffer);
  const lengths: readonly number[] = [first.length, second.length];
  // The records of the root directory: location and data length (ECMA-119:1987 9.1.3, 9.1.4)
  const root = view.getUint32(16 * 2048 + 158, true) * 2048;
  for (let at = root; (bytes[at] ?? 0) > 0; at += bytes[at] ?? 1) {
    const to = moved.get(view.getUint32(at + 2, true));
    if (to === undefined || !lengths.includes(view.getUint32(at + 10, true))) continue;
    view.setUint32(at + 2, to, true);
    view.setUint32(at + 6, to);
  }
  return { bytes, content };
}

Deno.test("digestImage() serves extents out of order from the bytes that passed by", async () => {
  const { bytes, content } = outOfOrder();
  const expected = createHash("sha256").update(content).digest("hex");
  for (const pieceSize of [1, 100_000, 1_000_000]) {
    for (const threads of [0, 2]) {
      const workers = new Threads(2, 0);
      const source = new CountingSource(new MemorySource(bytes));
      const image = await examine(source);
      const volume = image.richest();
      assert(volume?.namespace !== undefined);
      source.bytes = 0;
      const options = { image: true, pieceSize, ...(threads === 0 ? {} : { workers }) };
      const digests = await digestImage(image, [volume], options);
      assertEquals(source.bytes, bytes.length);
      const entry = [...volume.namespace.entries()].find(({ path }) => path === "/BIG.BIN");
      assertEquals(digests.of(volume, entry?.node ?? -1).hashes?.sha256, expected);
      assertEquals(digests.reread, 0);
      workers.close();
    }
  }
});

Deno.test("digestImage() serves interleaved files and extents that files share", async () => {
  const interleave = { unit: 2, gap: 3 };
  const contents = [noise(70_000, 1), noise(65_000, 2)];
  const children = contents.map((content, index) => ({
    name: `I${index}.BIN;1`,
    content,
    interleave,
  }));
  const image = await examine(new MemorySource(buildImage({ children }).bytes()));
  const volume = image.richest();
  assert(volume?.namespace !== undefined);
  for (const pieceSize of [1, 6000, 1_000_000]) {
    const digests = await digestImage(image, [volume], { pieceSize });
    for (const { path, node } of volume.namespace.entries()) {
      const content = contents[Number(path.at(2))];
      const expected = createHash("sha256").update(content ?? "").digest("hex");
      assertEquals(digests.of(volume, node).hashes?.sha256, expected, path);
    }
  }
});

Deno.test("digestImage() gives long files to threads of their own, and reads each byte once", async () => {
  const sizes = [5_000_000, 4_194_304, 9000, 4_500_001, 1, 6_000_000, 70_000];
  const contents = sizes.map((size, index) => noise(size, index + 1));
  const children = contents.map((content, index) => ({ name: `F${index}.BIN;1`, content }));
  const built = buildImage({ children });
  const bad = built.extents.get("primary:/F3.BIN;1")?.[0]?.offset ?? 0;
  const workers = new Threads(2, 0);
  for (const isBad of [false, true]) {
    const bytes = built.bytes();
    const source = new CountingSource(
      isBad ? badRange(bytes, bad + 3_000_000, 1) : new MemorySource(bytes),
    );
    const image = await examine(source);
    const volume = image.richest();
    assert(volume?.namespace !== undefined);
    source.bytes = 0;
    const digests = await digestImage(image, [volume], { workers });
    const wanted = sizes.reduce((sum, size) => sum + size, 0);
    if (!isBad) assert(source.bytes < wanted + sizes.length * 2048, `${source.bytes} read`);
    for (const { path, node } of volume.namespace.entries()) {
      const { hashes, state, reason } = digests.of(volume, node);
      const content = contents[Number(path.at(2))] ?? new Uint8Array(0);
      const expected = createHash("sha256").update(content).digest("hex");
      if (!isBad || path !== "/F3.BIN") assertEquals([path, hashes?.sha256], [path, expected]);
      else {
        const sector = Math.floor((bad + 3_000_000) / 2048) * 2048;
        const left = content.length - (sector - bad);
        assertEquals([state, hashes], ["unreadable", undefined]);
        assertEquals(
          reason,
          `${left} of ${content.length} bytes: offset ${sector} of the image file could not be read`,
        );
      }
    }
  }
  workers.close();
});
