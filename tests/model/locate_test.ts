// What holds a byte: total over every image, in step with the region map, exact on known structures.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { hex } from "../../src/bytes/text.ts";
import type { RecordView } from "../../src/model/directory.ts";
import type { Image } from "../../src/model/image.ts";
import { type Located, Locator, why } from "../../src/model/locate.ts";
import {
  damagedFixtures,
  fixtureFileName,
  fixtureImage,
  fixtureNames,
} from "../support/fixtures.ts";

async function open(bytes: Uint8Array, name: string): Promise<Image> {
  return await examine(new MemorySource(bytes, name));
}

function checkLocated(image: Image, offset: number, located: Located): void {
  assertEquals(located.region, image.regions.at(offset));
  assertEquals(located.name, image.regionName(located.region));
  const { place, logical, rawPart } = located;
  if (rawPart !== undefined) assertEquals(place, undefined);
  if (place === undefined) return;
  const { span, fieldSpan } = place;
  const where = `byte ${offset}, ${place.structure}`;
  assert(logical >= span.start && logical < span.start + span.length, where);
  if (fieldSpan === undefined) return;
  const within = logical >= fieldSpan.start && logical < fieldSpan.start + fieldSpan.length;
  assert(within, `${where}, ${place.field}`);
  assert(fieldSpan.start >= span.start, where);
  assert(fieldSpan.start + fieldSpan.length <= span.start + span.length, where);
  assertEquals(typeof place.value?.(), place.value === undefined ? "undefined" : "string");
}

/** Every byte of what is no file, in steps; the first and last byte of every region. */
function* sampled(image: Image, step: number): Generator<number> {
  let last = -1;
  for (const { start, length, owner } of image.regions) {
    const stride = owner === "file" || owner === "unclaimed" || length > 65536 ? 1021 : step;
    for (let at = start; at < start + length; at += stride) yield last = at;
    if (last !== start + length - 1) yield last = start + length - 1;
  }
}

async function checkTotal(bytes: Uint8Array, name: string): Promise<void> {
  const image = await open(bytes, name);
  const locator = new Locator(image);
  for (const offset of sampled(image, 7)) {
    checkLocated(image, offset, await locator.at(offset));
  }
}

Deno.test("Locator.at() is total and agrees with the region map on every fixture", async (t) => {
  for (const name of fixtureNames()) {
    await t.step(name, async () => {
      await checkTotal(await fixtureImage(name), fixtureFileName(name));
    });
  }
});

Deno.test("Locator.at() is total and agrees with the region map on damaged fixtures", async (t) => {
  for (const { name, bytes } of await damagedFixtures()) {
    await t.step(name, () => checkTotal(bytes, `${name}.iso`));
  }
});

const SECTOR = 2048;

async function checkParts(image: Image): Promise<void> {
  for (const [number, tree] of image.trees.entries()) {
    for (let node = 0; node < tree.count; node++) {
      if (!tree.isDirectory(node)) continue;
      const whole = await image.readDirectory(number, node);
      for (const size of [SECTOR, 3 * SECTOR]) {
        const records: RecordView[] = [];
        for (let from = 0; from < whole.bytes.length; from += size) {
          const part = await image.readDirectoryPart(number, node, from, from + size);
          records.push(...part.records);
        }
        const facts = ({ span, node, reserved, bytes, systemUse }: RecordView) => [
          span.start,
          node,
          reserved,
          hex(bytes),
          systemUse.map((entry) => entry.span.start),
        ];
        assertEquals(records.map(facts), whole.records.map(facts), `directory ${node}`);
      }
    }
  }
}

Deno.test("Image.readDirectoryPart() gives the same records as readDirectory()", async (t) => {
  for (const name of fixtureNames()) {
    await t.step(name, async () => {
      await checkParts(await open(await fixtureImage(name), fixtureFileName(name)));
    });
  }
  for (const { name, bytes } of await damagedFixtures()) {
    await t.step(name, async () => await checkParts(await open(bytes, `${name}.iso`)));
  }
});

/** Offset of `text` in an image, from `from` on. */
function find(bytes: Uint8Array, text: string, from = 0): number {
  for (let at = from; at + text.length <= bytes.length; at++) {
    if ([...text].every((char, index) => bytes[at + index] === char.charCodeAt(0))) return at;
  }
  throw new RangeError(`Cannot find ${text}: not in the image`);
}

type Case = {
  readonly name: string;
  readonly image: string;
  readonly at: (bytes: Uint8Array) => number;
  readonly expected: Record<string, unknown>;
};

const cases: readonly Case[] = [
  {
    name: "a date of the primary descriptor",
    image: "sample",
    at: () => 16 * SECTOR + 813 + 5,
    expected: {
      owner: "descriptor",
      structure: "Primary Volume Descriptor",
      structureOffset: 16 * SECTOR,
      field: "volumeCreationDateAndTime",
      fieldOffset: 16 * SECTOR + 813,
      fieldLength: 17,
      value: "2023-11-14T22:13:20Z",
      clause: "8.4.26",
      sector: 16,
    },
  },
  {
    name: "the disk signature of the MBR",
    image: "sample",
    at: () => 441,
    expected: { owner: "partition-table", structure: "Master Boot Record", field: "diskSignature" },
  },
  {
    name: "the type byte of the first partition, innermost of two structures",
    image: "sample",
    at: () => 446 + 4,
    expected: { structure: "MBR Partition Record", field: "osType", fieldOffset: 450 },
  },
  {
    name: "the CRC of the GPT header",
    image: "sample",
    at: () => 512 + 16,
    expected: { structure: "GPT Header", field: "headerCrc32", fieldLength: 4 },
  },
  {
    name: "the content of a file",
    image: "sample",
    at: (bytes) => find(bytes, "# Lantern 1.4") + 4,
    expected: { owner: "file", path: "/README.md", pathOffset: 4, volume: "rockridge" },
  },
  {
    name: "a name in an NM entry",
    image: "sample",
    at: (bytes) => find(bytes, "NM") + 6,
    expected: { owner: "directory", structure: "Alternate Name (NM)", field: "name" },
  },
  {
    name: "the second stamp of a TF entry",
    image: "dates-a-genisoimage",
    at: (bytes) => find(bytes, "TF\x1a\x01\x0e", find(bytes, "NM")) + 5 + 7,
    expected: {
      structure: "Time Stamps (TF)",
      field: "access",
      fieldLength: 7,
      value: "2023-11-14T22:13:20Z",
    },
  },
  {
    name: "a name in a continuation area",
    image: "rr-109-genisoimage",
    at: (bytes) => find(bytes, "nnnnnnnnnnnnnnnn", 26 * SECTOR),
    expected: { owner: "continuation", structure: "Alternate Name (NM)", field: "name" },
  },
  {
    name: "the sync of a raw sector",
    image: "mode1-2352",
    at: () => 16 * 2352 + 3,
    expected: { owner: "descriptor", rawPart: "sync", sector: 16 },
  },
  {
    name: "the header of a raw sector",
    image: "mode1-2352",
    at: () => 16 * 2352 + 13,
    expected: { owner: "descriptor", rawPart: "header", sector: 16 },
  },
  {
    name: "the subheader of a raw sector",
    image: "mode2-form1-2352",
    at: () => 16 * 2352 + 20,
    expected: { owner: "descriptor", rawPart: "subheader", sector: 16 },
  },
  {
    name: "the codes of a raw sector",
    image: "mode1-2352",
    at: () => 16 * 2352 + 2340,
    expected: { owner: "descriptor", rawPart: "codes", sector: 16 },
  },
  {
    name: "a field behind the header of a raw sector",
    image: "mode1-2352",
    at: () => 16 * 2352 + 16 + 813,
    expected: { field: "volumeCreationDateAndTime", fieldOffset: 16 * 2352 + 16 + 813 },
  },
];

Deno.test("why() names the structure and the field of a byte", async (t) => {
  for (const { name, image, at, expected } of cases) {
    await t.step(name, async () => {
      const bytes = await fixtureImage(image);
      const offset = at(bytes);
      const result = await why(await open(bytes, fixtureFileName(image)), offset);
      const shown: Record<string, unknown> = { ...result };
      for (const [key, value] of Object.entries(expected)) assertEquals(shown[key], value, key);
      assertEquals(result.offset, offset);
    });
  }
});

Deno.test("why() finds the path of every record of a path table", async () => {
  const bytes = await fixtureImage("sample");
  const image = await open(bytes, "sample.iso");
  const locator = new Locator(image);
  for (const table of image.pathTables) {
    const paths = new Set<string>();
    for (let index = 0; index < table.count; index++) {
      const { path, place } = await locator.at(table.record(index).start + 2);
      assertEquals(place?.field, "locationOfExtent");
      assertEquals(place?.value?.(), String(table.record(index).location));
      paths.add(path ?? "");
    }
    assertEquals(paths.size, table.count);
  }
});

Deno.test("why() refuses an offset outside the image", async () => {
  const image = await open(await fixtureImage("sample"), "sample.iso");
  for (const offset of [-1, 0.5, image.source.size, NaN]) {
    await assertRejects(() => why(image, offset), RangeError, "Cannot locate byte");
  }
});
