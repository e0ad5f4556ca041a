// Boot images and boot code: digests against the platform's, FAT volumes against what mdir of mtools 4.0.33
// lists, HFS against its fields read by hand; and all of it on bytes that were made to be read wrongly.

import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { audit } from "../../src/audit/run.ts";
import { examine } from "../../src/examine.ts";
import { readProofFacts } from "../../src/proof/facts.ts";
import { fixtureFileName, fixtureImage } from "../support/fixtures.ts";
import { rawImage } from "../support/raw_builder.ts";

async function factsOf(bytes: Uint8Array, name = "x.iso") {
  const image = await examine(new MemorySource(bytes, name));
  return { image, facts: await readProofFacts(image) };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

Deno.test("readProofFacts() digests the code of a boot record with and without its first bytes", async () => {
  const bytes = await fixtureImage("isohybrid-syslinux");
  const { facts } = await factsOf(bytes);
  assertEquals(facts.boot.code, {
    all: sha256(bytes.subarray(0, 432)),
    behindHead: sha256(bytes.subarray(32, 432)),
  });
});

Deno.test("readProofFacts() finds the FAT volume for EFI, and \\EFI\\BOOT in it", async () => {
  const { facts } = await factsOf(await fixtureImage("sample"));
  const volumes = facts.boot.images.map(({ start, fat }) => [
    start / 2048,
    fat === undefined ? undefined : [fat.sectors, fat.sectorBytes, fat.hasEfiBoot],
  ]);
  assertEquals(volumes, [[53, undefined], [54, [128, 512, true]]]);
});

Deno.test("the pass digests boot images, and claims the sum of a boot file", async () => {
  const bytes = await fixtureImage("eltorito-genisoimage");
  const { findings, proof } = await audit(await examine(new MemorySource(bytes, "x.iso")));
  const digests = findings.filter(({ rule }) => rule === "ELT-030").map(({ recorded }) => recorded);
  assertEquals(digests, [
    sha256(bytes.subarray(28 * 2048, 29 * 2048)),
    sha256(bytes.subarray(29 * 2048, 29 * 2048 + 65_536)),
  ]);
  assertEquals(findings.filter(({ rule }) => rule === "ELT-025"), []);
  // The validation entry, and the boot file behind byte 64.
  assertEquals(proof.by.format, 32 + 2048 - 64);
});

Deno.test("boot images of raw sectors are those of their user data", async () => {
  const user = await fixtureImage("eltorito-genisoimage");
  const { findings } = await audit(await examine(new MemorySource(rawImage(user), "x.bin")));
  const digests = findings.filter(({ rule }) => rule === "ELT-030").map(({ recorded }) => recorded);
  assertEquals(digests[0], sha256(user.subarray(28 * 2048, 29 * 2048)));
  assertEquals(findings.filter(({ rule }) => rule === "ELT-025"), []);
});

const hfs: readonly (readonly [name: string, kind: string, numbers: readonly number[]])[] = [
  // Start, block size, blocks, end, second header.
  ["hfs-genisoimage", "hfs", [0, 2048, 440, 903_168, 901_120]],
  ["hfs-part-genisoimage", "hfs", [8192, 2048, 436, 903_168, 901_120]],
  ["hfsplus-xorriso", "hfsplus", [65_536, 2048, 27, 120_832, 119_808]],
];

for (const [name, kind, numbers] of hfs) {
  Deno.test(`examine() sizes the HFS volume of ${name}, and owns its files`, async () => {
    const { image } = await factsOf(await fixtureImage(name), fixtureFileName(name));
    const found = image.hfs.volumes.map(({ start, blockSize, blocks, end, alternate }) => [
      start,
      blockSize,
      blocks,
      end,
      alternate?.start,
    ]);
    assertEquals(found, [[...numbers]]);
    assertEquals(image.hfs.volumes[0]?.kind, kind);
    assertEquals(image.hfs.missing, []);
    const names = new Set(
      [...image.regions].filter(({ owner }) => owner === "hfs").map((each) =>
        image.regionName(each)
      ),
    );
    for (const file of ["catalog", "extents"]) assert(names.has(`HFS ${file} file`), file);
  });
}

Deno.test("readProofFacts() counts types and resource forks in the leaves of a catalog", async () => {
  const { facts } = await factsOf(await fixtureImage("hfs-genisoimage"));
  const [catalog] = facts.hfs;
  assertEquals([catalog?.files, catalog?.typed, catalog?.forks, catalog?.forkBytes], [
    6,
    6,
    2,
    2800,
  ]);
  assertEquals(catalog?.isPartial, false);
});

Deno.test("a chain of leaves that runs in a circle ends", async () => {
  const bytes = (await fixtureImage("hfs-genisoimage")).slice();
  const view = new DataView(bytes.buffer);
  // The first leaf is node 1 of 512 bytes; it names itself as the next.
  view.setUint32(843_776 + 512, 1);
  const { facts } = await factsOf(bytes);
  assertEquals(facts.hfs[0]?.isPartial, true);
});

Deno.test("a chain of clusters that runs in a circle ends", async () => {
  const bytes = (await fixtureImage("sample")).slice();
  const start = 54 * 2048;
  // Without a fixed root directory and at cluster 2, whose entry of 12 bits names itself.
  const view = new DataView(bytes.buffer, start);
  view.setUint16(17, 0);
  view.setUint32(44, 2, true);
  bytes.fill(0xe5, start + 3 * 512, start + 65_536);
  bytes.set([0x02, 0x00], start + 512 + 3);
  const { facts } = await factsOf(bytes);
  assertEquals(facts.boot.images[1]?.fat?.hasEfiBoot, false);
});

/** Stretches that the readers of this file go by. */
const hunted:
  readonly (readonly [name: string, stretches: readonly (readonly [number, number])[]])[] = [
    ["hfs-genisoimage", [[1024, 162], [843_776, 44], [844_288, 1024]]],
    ["hfsplus-xorriso", [[0, 18], [2048, 8192], [66_560, 512], [67_584, 4096]]],
    ["sample", [[0, 1024], [17 * 2048, 80], [106_496, 160], [54 * 2048, 2048]]],
  ];

for (const [name, stretches] of hunted) {
  Deno.test(`damage to boot structures of ${name} never throws and takes no time`, async () => {
    const original = await fixtureImage(name);
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor(state / 65_536) % below;
    };
    for (let round = 0; round < 150; round++) {
      const bytes = original.slice();
      for (let change = 0; change < 1 + random(6); change++) {
        const [start, length] = stretches[random(stretches.length)] ?? [0, 1];
        bytes[start + random(length)] = random(3) === 0 ? 0xff : random(256);
      }
      const image = await examine(new MemorySource(bytes, fixtureFileName(name)));
      const result = await audit(image, { structureOnly: true });
      const sum = Object.values(result.accounting.owners).reduce((all, each) => all + each, 0);
      assertEquals(sum, bytes.length);
      for (const { offset = 0, message } of result.findings) {
        assert(offset >= 0 && !message.includes("NaN") && !message.includes("undefined"), message);
      }
    }
  });
}
