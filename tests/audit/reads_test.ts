// What an audit of the structure reads: descriptors, tables, directories and continuation areas.

import { assert, assertEquals } from "@std/assert";
import { audit } from "../../src/audit/run.ts";
import { type ByteSource, MemorySource } from "../../src/bytes/source.ts";
import { SECTOR } from "../../src/bytes/span.ts";
import { examine } from "../../src/examine.ts";
import { buildImage } from "../support/builder.ts";
import { fixtureFileName, fixtureImage } from "../support/fixtures.ts";

type Range = { readonly start: number; readonly end: number };

/** A source that keeps which bytes it was asked for. */
function recording(inner: MemorySource): { readonly source: ByteSource; readonly ranges: Range[] } {
  const ranges: Range[] = [];
  const { name, size } = inner;
  const read = (offset: number, into: Uint8Array) => {
    ranges.push({ start: offset, end: Math.min(offset + into.length, size) });
    return inner.read(offset, into);
  };
  return { source: { name, size, read }, ranges };
}

/** Read whatever they hold: volumes of other standards are looked for there, and what stands at the end. */
const HEAD = 80 * SECTOR;
const TAIL = 32 * SECTOR;

/** Bytes of content that an audit of the structure reads, those apart that stand behind a directory. */
async function contentRead(bytes: Uint8Array, name: string): Promise<readonly Range[]> {
  const { source, ranges } = recording(new MemorySource(bytes, name));
  const image = await examine(source);
  await audit(image, { structureOnly: true });
  const regions = [...image.regions];
  const ends = new Set(
    regions.filter(({ owner }) => owner === "directory").map(({ start, length }) => start + length),
  );
  return ranges.flatMap((range) =>
    regions.filter(({ owner }) => owner === "file").map(({ start, length }) => ({
      start: Math.max(range.start, start, HEAD),
      end: Math.min(range.end, start + length, bytes.length - TAIL),
    })).filter(({ start, end }) => end > start)
      // Stale records are looked for in the one sector behind a directory.
      .filter(({ start, end }) => !(ends.has(start) && end - start <= SECTOR))
  );
}

for (const name of ["rr-joliet-many-genisoimage", "rr-deep-xorriso", "joliet-xorriso", "sample"]) {
  Deno.test(`audit() of the structure reads no content: ${name}`, async () => {
    assertEquals(await contentRead(await fixtureImage(name), fixtureFileName(name)), []);
  });
}

Deno.test("audit() of the structure reads as much however long the files are", async () => {
  const read = async (size: number) => {
    const children = Array.from({ length: 40 }, (_, at) => ({
      name: `FILE${at}.;1`,
      content: new Uint8Array(size).fill(at),
    }));
    const { source, ranges } = recording(new MemorySource(buildImage({ children }).bytes()));
    await audit(await examine(source), { structureOnly: true });
    return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  };
  const [short, long] = [await read(20_000), await read(200_000)];
  assertEquals(long, short);
  assert(short < 300_000, `${short} bytes`);
});
