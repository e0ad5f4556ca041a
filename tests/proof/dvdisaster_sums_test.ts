// CRC-32 of sectors, in whatever pieces they pass by, beside other digests that are under way.

import { assertEquals } from "@std/assert";
import { logicalSpan } from "../../src/bytes/span.ts";
import { crc32Of, createDigest } from "../../src/kernel/digest.ts";
import { openCrc32, SectorSums } from "../../src/proof/dvdisaster_sums.ts";

const bytes = Uint8Array.from({ length: 8 * 2048 }, (_, at) => at % 251);

Deno.test("crc32Of() is the CRC-32 of a stream, and leaves other streams alone", () => {
  const stream = createDigest("crc32");
  stream.update(bytes.subarray(0, 100));
  assertEquals(crc32Of(new TextEncoder().encode("123456789")), 0xcbf43926);
  stream.update(bytes.subarray(100));
  assertEquals(parseInt(stream.hex(), 16), crc32Of(bytes));
  assertEquals(crc32Of(new Uint8Array(0)), 0);
});

for (const size of [1000, 2048, 5000, 8 * 2048]) {
  Deno.test(`SectorSums takes pieces of ${size} bytes`, () => {
    const sums = new SectorSums(7);
    for (let start = 0; start < bytes.length; start += size) {
      const end = Math.min(bytes.length, start + size);
      sums.want({ start, end, bytes: bytes.subarray(start, end), unread: [] });
    }
    for (let sector = 0; sector < 7; sector++) {
      const expected = openCrc32(bytes.subarray(sector * 2048, sector * 2048 + 2048));
      assertEquals(sums.of(sector), expected);
    }
    assertEquals(sums.of(7), undefined);
  });
}

Deno.test("SectorSums knows nothing of sectors of which bytes are missing", () => {
  const sums = new SectorSums(8);
  const unread = [logicalSpan(2048 + 100, 100)];
  sums.want({ start: 0, end: 3000, bytes: bytes.subarray(0, 3000), unread });
  sums.want({ start: 3000, end: 5000, bytes: bytes.subarray(3000, 5000), unread: [] });
  sums.want({ start: 9000, end: 16384, bytes: bytes.subarray(9000), unread: [] });
  const known = Array.from({ length: 8 }, (_, sector) => sums.of(sector) !== undefined);
  assertEquals(known, [true, false, false, false, false, true, true, true]);
});
