import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ByteSource, MemorySource, SourceError } from "../../src/bytes/source.ts";
import { fileSpan, SECTOR, type Span } from "../../src/bytes/span.ts";
import { StrideMapping } from "../../src/disc/mapping.ts";
import { LogicalReader } from "../../src/disc/reader.ts";
import { badRange, CountingSource, FailingSource } from "../support/sources.ts";
import { rawImage } from "../support/raw_builder.ts";

const plain = { stride: SECTOR, dataOffset: 0, origin: 0 };
const raw = { stride: 2352, dataOffset: 16, origin: 0 };

const logical = Uint8Array.from({ length: 8 * SECTOR }, (_, at) => (at * 7 + at / SECTOR) % 251);

function reader(source: ByteSource, layout = plain): { reader: LogicalReader; unread: Span[] } {
  const unread: Span[] = [];
  const mapping = new StrideMapping(layout, source.size);
  return { reader: new LogicalReader(source, mapping, (span) => unread.push(span)), unread };
}

for (
  const [name, layout, bytes] of [["plain", plain, logical], [
    "raw",
    raw,
    rawImage(logical),
  ]] as const
) {
  Deno.test(`read() of a ${name} image gives the logical bytes at any place`, async () => {
    const { reader: from } = reader(new MemorySource(bytes), layout);
    for (
      const [start, length] of [[0, 1], [2047, 2], [100, 5000], [3 * SECTOR, SECTOR], [
        0,
        8 * SECTOR,
      ]] as const
    ) {
      const { bytes: read, unread } = await from.read(start, length);
      assertEquals(read, logical.slice(start, start + length));
      assertEquals(unread, []);
    }
  });

  Deno.test(`read() of a ${name} image is short at its end, and empty past it`, async () => {
    const { reader: from } = reader(new MemorySource(bytes), layout);
    assertEquals((await from.read(7 * SECTOR + 2000, 500)).bytes.length, 48);
    assertEquals((await from.read(8 * SECTOR, 10)).bytes.length, 0);
    assertEquals((await from.read(2 ** 50, 10)).bytes.length, 0);
    assertEquals((await from.read(0, 0)).bytes.length, 0);
  });

  Deno.test(`read() of a ${name} image asks the source once`, async () => {
    const source = new CountingSource(new MemorySource(bytes));
    await reader(source, layout).reader.read(100, 6 * SECTOR);
    assertEquals(source.reads, 1);
  });
}

Deno.test("a bad sector costs itself only, and is told", async () => {
  const source = badRange(logical, 2 * SECTOR + 5, 10);
  const { reader: from, unread } = reader(source);
  const { bytes, unread: spans } = await from.read(0, 5 * SECTOR);
  const expected = logical.slice(0, 5 * SECTOR).fill(0, 2 * SECTOR, 3 * SECTOR);
  assertEquals(bytes, expected);
  assertEquals(spans, [fileSpan(2 * SECTOR, SECTOR)]);
  assertEquals(unread, [fileSpan(2 * SECTOR, SECTOR)]);
});

Deno.test("bad sectors side by side are one stretch", async () => {
  const source = badRange(logical, 2 * SECTOR, 2 * SECTOR);
  const { unread } = await reader(source).reader.read(0, 8 * SECTOR);
  assertEquals(unread, [fileSpan(2 * SECTOR, 2 * SECTOR)]);
});

Deno.test("a bad raw sector is unread whole, and zero in the logical bytes", async () => {
  const source = badRange(rawImage(logical), 2 * 2352 + 100, 1);
  const { bytes, unread } = await reader(source, raw).reader.read(SECTOR + 10, 3 * SECTOR);
  const expected = logical.slice(SECTOR + 10, 4 * SECTOR + 10);
  assertEquals(bytes, expected.fill(0, SECTOR - 10, 2 * SECTOR - 10));
  assertEquals(unread, [fileSpan(2 * 2352, 2352)]);
});

Deno.test("a read that fails once is made again in single sectors, and then is whole", async () => {
  const source = new FailingSource(logical, ({ number }) => number === 1);
  const { bytes, unread } = await reader(source).reader.read(0, 3 * SECTOR);
  assertEquals(bytes, logical.slice(0, 3 * SECTOR));
  assertEquals(unread, []);
});

Deno.test("an error that is not the storage's is not swallowed", async () => {
  const source = {
    name: "broken",
    size: 100_000,
    read: () => Promise.reject(new TypeError("a mistake")),
  };
  await assertRejects(() => reader(source).reader.read(0, 10), TypeError, "a mistake");
});

Deno.test("a SourceError names its bytes", () => {
  const error = new SourceError(10, 20, "the disc is gone");
  assertEquals(error.message, "Cannot read 20 bytes at offset 10: the disc is gone");
  assert(error instanceof Error);
});
