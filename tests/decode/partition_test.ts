// Partition tables of the fixtures against what mmls of The Sleuth Kit 4.11.1 prints of them, in units
// of 512 bytes. It leaves out GPT entries that begin at block 0, and does not find Apple maps of
// 2048-byte blocks: those are from the system area report of xorriso 1.5.4.

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { gptEntry, gptHeader } from "../../src/decode/partition/layout.ts";
import { examine } from "../../src/examine.ts";
import { fixtureImage } from "../support/fixtures.ts";

type Row = readonly [scheme: string, type: string, name: string, first: number, count: number];

const BASIC_DATA = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7";
const EFI_SYSTEM = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

const tables: [string, readonly Row[]][] = [
  ["append-partition-xorriso", [
    ["mbr", "0xee", "", 1, 4155],
    ["gpt", BASIC_DATA, "ISO9660", 64, 3300],
    ["gpt", EFI_SYSTEM, "Appended2", 3364, 128],
    ["gpt", BASIC_DATA, "Gap1", 3492, 600],
  ]],
  ["isohybrid-mbr-syslinux", [["mbr", "0x17", "", 0, 4096]]],
  ["isohybrid-syslinux", [
    ["mbr", "0x00", "", 0, 4096],
    ["mbr", "0xef", "", 116, 128],
    ["gpt", BASIC_DATA, "ISOHybrid ISO", 0, 3856],
    ["gpt", BASIC_DATA, "ISOHybrid", 116, 128],
  ]],
  ["sample", [
    ["mbr", "0x00", "", 0, 856],
    ["mbr", "0xef", "", 216, 128],
    ["gpt", BASIC_DATA, "ISOHybrid", 0, 792],
    ["gpt", BASIC_DATA, "ISOHybrid1", 216, 128],
  ]],
  ["hfs-part-genisoimage", [
    ["apm", "Apple_partition_map", "Apple", 1, 2],
    ["apm", "Apple_HFS", "HFSPART", 16, 1748],
  ]],
  ["hfsplus-xorriso", [
    ["apm", "Apple_partition_map", "Apple", 4, 16],
    ["apm", "ISO9660_data", "Gap0", 64, 64],
    ["apm", "Apple_HFS", "HFSPLUS_Hybrid", 128, 108],
    ["apm", "ISO9660_data", "Gap1", 236, 600],
  ]],
  ["joliet-genisoimage", []],
];

for (const [fixture, rows] of tables) {
  Deno.test(`${fixture}: partitions are those that other programs print`, async () => {
    const image = await examine(new MemorySource(await fixtureImage(fixture)));
    const found = image.partitions.map(({ scheme, type, name, start, length }) =>
      [scheme, type, name ?? "", start / 512, length / 512] as const
    );
    assertEquals(found, [...rows]);
  });
}

Deno.test("a GPT whose primary header is destroyed is read from the backup", async () => {
  const bytes = await fixtureImage("sample");
  const whole = await examine(new MemorySource(bytes));
  bytes.fill(0, 512, 1024);
  const image = await examine(new MemorySource(bytes));
  const places = (of: typeof image) =>
    of.partitions.filter(({ scheme }) => scheme === "gpt").map((
      { start, length },
    ) => [start, length]);
  assertEquals(places(image), places(whole));
  assertEquals(image.gpt.map(({ role }) => role), ["backup"]);
  assertEquals(whole.gpt.map(({ role }) => role), ["primary", "backup"]);
});

Deno.test("headers, arrays and the boot record own their bytes", async () => {
  const image = await examine(new MemorySource(await fixtureImage("sample")));
  const headers = image.structuresOf(gptHeader);
  assertEquals(headers.length, 2);
  const entries = image.structuresOf(gptEntry);
  for (const { span } of [...headers, ...entries]) {
    assertEquals(image.regions.at(span.start)?.owner, "partition-table");
  }
  assertEquals(image.regions.at(0)?.owner, "partition-table");
});
