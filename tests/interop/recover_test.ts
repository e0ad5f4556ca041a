// Recovery against other programs: images by xorriso and genisoimage, each index destroyed in turn, listed beside
// what bsdtar extracts from the intact image.

import { assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { hex } from "../../src/bytes/text.ts";
import { examine } from "../../src/examine.ts";
import { available, treeSeenBy } from "../support/oracles.ts";

const SECTOR = 2048;
const SET = 16 * SECTOR;

const makers = {
  xorriso: (image: string, folder: string) => [
    "xorriso",
    "-as",
    "mkisofs",
    "-quiet",
    "-J",
    "-R",
    "-o",
    image,
    folder,
  ],
  genisoimage: (image: string, folder: string) => [
    "genisoimage",
    "-quiet",
    "-J",
    "-R",
    "-o",
    image,
    folder,
  ],
};

async function made([command = "", ...args]: string[], image: string): Promise<Uint8Array> {
  const { success } = await new Deno.Command(command, {
    args,
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(success, true, command);
  return await Deno.readFile(image);
}

async function fill(folder: string): Promise<void> {
  for (let at = 0; at < 30; at++) {
    const below = `${folder}/part-${at % 5}/of ${at % 3}`;
    await Deno.mkdir(below, { recursive: true });
    await Deno.writeTextFile(`${below}/file number ${at}.txt`, `${at} `.repeat(100 + 40 * at));
  }
  await Deno.writeTextFile(`${folder}/at the root.txt`, "root\n");
}

const number = (bytes: Uint8Array, at: number, little = true) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, little);

/** Zeroes what a descriptor at `at` names. */
const losses: Readonly<Record<string, (bytes: Uint8Array) => void>> = {
  "the descriptors": (bytes) => {
    let end = SET;
    while (bytes[end] !== 255) end += SECTOR;
    bytes.fill(0, SET, end + SECTOR);
  },
  "the primary descriptor": (bytes) => void bytes.fill(0, SET, SET + SECTOR),
  "the root directory": (bytes) => {
    const start = number(bytes, SET + 158) * SECTOR;
    bytes.fill(0, start, start + number(bytes, SET + 166));
  },
  "the path tables": (bytes) => {
    const length = number(bytes, SET + 132);
    for (const block of [number(bytes, SET + 140), number(bytes, SET + 148, false)]) {
      bytes.fill(0, block * SECTOR, block * SECTOR + length);
    }
  },
};

async function filesOf(bytes: Uint8Array): Promise<Map<string, string>> {
  const image = await examine(new MemorySource(bytes));
  const files = new Map<string, string>();
  const namespace = image.richest()?.namespace;
  for (const { node, path, type } of namespace?.entries() ?? []) {
    if (type !== "file") continue;
    const [extent = { start: 0, length: 0 }] = namespace?.extents(node) ?? [];
    const { bytes: content } = await image.read(extent.start, extent.length);
    const digest = await crypto.subtle.digest("SHA-256", content.slice());
    files.set(path.slice(1), hex(new Uint8Array(digest)));
  }
  return files;
}

for (const [maker, command] of Object.entries(makers)) {
  Deno.test(`recovery of an image by ${maker} finds what bsdtar finds in the intact one`, async (t) => {
    if (!available("bsdtar")) return;
    const work = await Deno.makeTempDir({ prefix: "discern-recover-" });
    try {
      await fill(`${work}/in`);
      const bytes = await made(command(`${work}/x.iso`, `${work}/in`), `${work}/x.iso`);
      const { files } = await treeSeenBy("bsdtar", bytes);
      const whole = [...files].map(([path, { sha256 }]) => [path, sha256]).sort();
      const parts = Object.keys(losses);
      const sets = [...parts.map((part) => [part]), parts.slice(1), [...parts].reverse()];
      for (const set of sets) {
        await t.step(`without ${set.join(", ")}`, async () => {
          const broken = bytes.slice();
          // The descriptors last: they name the rest.
          for (const part of [...set].sort((a, b) => parts.indexOf(b) - parts.indexOf(a))) {
            losses[part]?.(broken);
          }
          assertEquals([...await filesOf(broken)].sort(), whole);
        });
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  });
}
