// Who owns what stands behind files and volumes to check them by: libisofs' checksums, dvdisaster's data.

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { setText } from "../audit/edits.ts";
import { fixtureImage } from "../support/fixtures.ts";

async function regionsOf(bytes: Uint8Array, names: RegExp) {
  const image = await examine(new MemorySource(bytes, "image.iso"));
  return [...image.regions].map((region) =>
    [region.owner, image.regionName(region), region.start, region.length] as const
  ).filter(([, name]) => names.test(name));
}

Deno.test("examine() gives checksum tags and the MD5 array of libisofs to descriptors", async () => {
  assertEquals(await regionsOf(await fixtureImage("sample"), /^libisofs/), [
    ["descriptor", "libisofs checksum tag", 40_960, 2048],
    ["descriptor", "libisofs checksum tag", 73_728, 2048],
    ["descriptor", "libisofs MD5 array", 401_408, 400],
    ["descriptor", "libisofs checksum tag", 403_456, 2048],
  ]);
});

for (
  const { method, field, value, owned } of [
    { method: "RS02", field: 128, value: 20, owned: 20 },
    { method: "RS02", field: 128, value: 0, owned: 29 },
    { method: "RS03", field: 120, value: 1, owned: 29 },
  ]
) {
  Deno.test(`examine() gives ${method} of ${value} sectors to the trailer`, async () => {
    const END = 387_072;
    const bytes = new Uint8Array(END + 30 * 2048);
    bytes.set(await fixtureImage("iso-level1-genisoimage"));
    const header = new DataView(bytes.buffer, END + 2048);
    setText(header, 0, `*dvdisaster*${method}`);
    header.setUint32(field, value, true);
    const regions = await regionsOf(bytes, /^dvdisaster/);
    assertEquals(regions, [
      ["trailer", "dvdisaster Header", END + 2048, 4096],
      ["trailer", `dvdisaster ${method} error correction`, END + 6144, owned * 2048 - 4096],
    ]);
  });
}
