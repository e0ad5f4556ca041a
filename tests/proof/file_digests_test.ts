// Digests of given files from a pass: against those of their bytes, whatever the pieces and the order.

import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { toHex } from "../../src/kernel/hex.ts";
import type { Algorithm } from "../../src/kernel/digest.ts";
import { examine, type Image, MemorySource } from "../../src/mod.ts";
import { PlannedSets } from "../../src/pass/digests.ts";
import { runPass } from "../../src/pass/pass.ts";
import { FileDigests } from "../../src/proof/file_digests.ts";
import { placesOf } from "../audit/places.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { badRange } from "../support/sources.ts";

const sets: readonly (readonly Algorithm[])[] = [["sha256"], ["md5"], ["sha1", "sha512"]];

async function digestAll(
  image: Image,
  pieceBytes?: number,
): Promise<Map<string, string | undefined>> {
  const planned = new PlannedSets([], undefined, image.source.size);
  const found = new Map<string, string | undefined>();
  const nameOf = (wanted: number) => {
    const { tree, node } = files.file(wanted);
    return `${tree}:${node} ${wanted % sets.length}`;
  };
  const files = new FileDigests(
    { image, plan: (algorithms) => planned.add(algorithms) },
    (wanted, digests) => {
      assertEquals(found.has(nameOf(wanted)), false, "taken twice");
      found.set(nameOf(wanted), digests && toHex(digests));
    },
  );
  for (const [number, tree] of image.trees.entries()) {
    for (let node = 0; node < tree.count; node++) {
      if (!tree.isDirectory(node)) { for (const set of sets) files.add(number, node, set); }
    }
  }
  await runPass(image, {
    clients: files.clients(),
    plans: planned.plans,
    costs: planned.costs,
    ...(pieceBytes === undefined ? {} : { pieceBytes }),
  });
  await files.finish();
  return found;
}

async function expectedOf(image: Image): Promise<Map<string, string | undefined>> {
  const expected = new Map<string, string | undefined>();
  for (const [number, tree] of image.trees.entries()) {
    for (let node = 0; node < tree.count; node++) {
      if (tree.isDirectory(node)) continue;
      const parts: Uint8Array[] = [];
      for (const { start, length } of tree.extents(node)) {
        parts.push((await image.read(start, length)).bytes.slice());
      }
      for (const [index, set] of sets.entries()) {
        const digests = set.map((algorithm) => {
          const hash = createHash(algorithm);
          for (const part of parts) hash.update(part);
          return hash.digest("hex");
        });
        expected.set(`${number}:${node} ${index}`, digests.join(""));
      }
    }
  }
  return expected;
}

for (const name of ["sample", "mode1-2352", "zisofs1-xorriso", "rr-112-hardlinks-xorriso"]) {
  for (const pieceBytes of [undefined, 6000]) {
    Deno.test(`FileDigests digests all files of ${name} in pieces of ${pieceBytes ?? "any size"}`, async () => {
      const image = await examine(new MemorySource(await fixtureImage(name), name));
      const [found, expected] = [await digestAll(image, pieceBytes), await expectedOf(image)];
      assertEquals([...found].sort(), [...expected].sort());
    });
  }
}

Deno.test("FileDigests takes the extents of a file in its order, not in that of the image", async () => {
  const bytes = await fixtureImage("multi-extent");
  const places = await placesOf("multi-extent");
  const [first, second] = [...places.records(places.descriptor() + 156)]
    .filter(({ identifier }) => new TextDecoder().decode(identifier).startsWith("MULTI"));
  if (first === undefined || second === undefined) throw new RangeError("Cannot find the sections");
  const [one, other] = [first, second].map(({ offset }) => bytes.slice(offset + 2, offset + 18));
  bytes.set(other ?? [], first.offset + 2);
  bytes.set(one ?? [], second.offset + 2);
  const image = await examine(new MemorySource(bytes, "multi-extent.iso"));
  assertEquals([...await digestAll(image)].sort(), [...await expectedOf(image)].sort());
});

Deno.test("FileDigests gives no digest of a file that is cut or cannot be read", async () => {
  const bytes = await fixtureImage("sample");
  const whole = await expectedOf(await examine(new MemorySource(bytes, "sample.iso")));
  const cut = await examine(new MemorySource(bytes.slice(0, 300_000), "sample.iso"));
  const bad = await examine(
    badRange(bytes, 280_000, 4096),
  );
  for (const image of [cut, bad]) {
    const found = await digestAll(image);
    const missing = [...found].filter(([, digest]) => digest === undefined);
    assertEquals(missing.length > 0 && missing.length < found.size, true);
    for (const [name, digest] of found) {
      if (digest !== undefined) assertEquals(digest, whole.get(name));
    }
  }
});
