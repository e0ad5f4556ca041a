import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { logicalSpan, SECTOR } from "../../src/bytes/span.ts";
import { StrideMapping } from "../../src/disc/mapping.ts";

// Strides of real images with the place of the user data (specs: sector layouts).
const strides = [
  { stride: 2048, dataOffset: 0 },
  { stride: 2056, dataOffset: 8 },
  { stride: 2336, dataOffset: 0 },
  { stride: 2336, dataOffset: 8 },
  { stride: 2352, dataOffset: 16 },
  { stride: 2352, dataOffset: 24 },
  { stride: 2368, dataOffset: 16 },
  { stride: 2448, dataOffset: 24 },
];

const layouts = fc.record({
  layout: fc.constantFrom(...strides),
  // A pregap before LBA 0, none, or a file that begins later on the disc.
  first: fc.constantFrom(150, 1, 0, -16, -11_400),
  sectors: fc.integer({ min: 1, max: 400 }),
  rest: fc.nat(2447),
}).map(({ layout, first, sectors, rest }) => {
  const origin = first * layout.stride;
  const size = Math.max(0, origin) + sectors * layout.stride + rest % layout.stride;
  return { ...layout, origin, size, mapping: new StrideMapping({ ...layout, origin }, size) };
});

const far = fc.double({ min: 0, max: 1, noNaN: true });

function within(mapping: StrideMapping, share: number): number {
  const { logicalStart, logicalSize } = mapping;
  return logicalStart + Math.floor(share * Math.max(0, logicalSize - logicalStart - 1));
}

Deno.test("logicalOffset() takes back what fileOffset() did", () => {
  fc.assert(
    fc.property(layouts, far, ({ mapping }, share) => {
      const at = within(mapping, share);
      return mapping.logicalOffset(mapping.fileOffset(at)) === at;
    }),
  );
});

Deno.test("every logical byte of the image stands inside the file", () => {
  fc.assert(
    fc.property(layouts, far, ({ mapping, size }, share) => {
      if (mapping.logicalSize <= mapping.logicalStart) return true;
      const place = mapping.fileOffset(within(mapping, share));
      return place >= 0 && place < size;
    }),
  );
});

Deno.test("a file byte lies between the boundaries of its logical byte", () => {
  fc.assert(
    fc.property(layouts, far, ({ mapping, size, origin }, share) => {
      const from = Math.max(0, origin);
      const offset = from + Math.floor(share * (size - from - 1));
      const at = mapping.logicalOffset(offset);
      return mapping.boundary(at) <= offset && offset < mapping.boundary(at + 1);
    }),
  );
});

Deno.test("boundaries never descend and never leave the file", () => {
  fc.assert(
    fc.property(layouts, fc.nat(1e6), fc.nat(5000), ({ mapping, size }, at, more) => {
      const [low, high] = [mapping.boundary(at), mapping.boundary(at + more)];
      return low <= high && low >= 0 && high <= size;
    }),
  );
});

Deno.test("a whole sector has the sync and the codes around it", () => {
  const mapping = new StrideMapping({ stride: 2352, dataOffset: 16, origin: 0 }, 10 * 2352);
  assertEquals(mapping.boundary(3 * SECTOR), 3 * 2352);
  assertEquals(mapping.boundary(3 * SECTOR + 1), 3 * 2352 + 17);
  assertEquals(mapping.fileOffset(3 * SECTOR), 3 * 2352 + 16);
});

Deno.test("fileSpans() gives each logical byte once, in order", () => {
  fc.assert(
    fc.property(layouts, far, fc.nat(9000), ({ mapping }, share, length) => {
      const start = within(mapping, share);
      let at = start;
      for (const span of mapping.fileSpans(logicalSpan(start, length))) {
        if (span.start !== mapping.fileOffset(at) || span.length <= 0) return false;
        at += span.length;
      }
      return at === start + length;
    }),
  );
});

const cuts: [string, number, number][] = [
  ["in the sync", 2352 * 2 + 5, 2 * SECTOR],
  ["at the first byte of user data", 2352 * 2 + 16, 2 * SECTOR],
  ["in the user data", 2352 * 2 + 116, 2 * SECTOR + 100],
  ["in the codes", 2352 * 2 + 2300, 3 * SECTOR],
  ["after a whole sector", 2352 * 3, 3 * SECTOR],
];

for (const [where, size, logical] of cuts) {
  Deno.test(`a raw image that is cut ${where} keeps its last bytes`, () => {
    const layout = { stride: 2352, dataOffset: 16, origin: 0 };
    assertEquals(new StrideMapping(layout, size).logicalSize, logical);
  });
}

Deno.test("a file that begins later on the disc keeps the addresses of the disc", () => {
  const layout = { stride: 2352, dataOffset: 24, origin: -11_400 * 2352 };
  const mapping = new StrideMapping(layout, 100 * 2352);
  assertEquals(mapping.logicalStart, 11_400 * SECTOR);
  assertEquals(mapping.logicalSize, 11_500 * SECTOR);
  assertEquals(mapping.fileOffset(11_400 * SECTOR), 24);
});

Deno.test("offsets past 4 GiB are exact", () => {
  const mapping = new StrideMapping({ stride: 2352, dataOffset: 16, origin: 0 }, 2 ** 40);
  const at = 300_000_000 * SECTOR + 77;
  assertEquals(mapping.fileOffset(at), 300_000_000 * 2352 + 16 + 77);
  assertEquals(mapping.logicalOffset(mapping.fileOffset(at)), at);
});
