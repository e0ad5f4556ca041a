// Reading only the tree that a manifest lists says of its files what reading all of them says.

import { assertEquals } from "@std/assert";
import { ContainerError, examine, manifest, MemorySource, NotFoundError } from "../../src/mod.ts";
import { corpusEntries, corpusFile, corpusFileName, corpusTest } from "../support/corpus.ts";
import {
  damagedFixtures,
  fixtureFileName,
  fixtureImage,
  fixtureNames,
} from "../support/fixtures.ts";

async function manifestOf(bytes: Uint8Array, name: string, richestOnly: boolean): Promise<string> {
  try {
    const image = await examine(new MemorySource(bytes, name), { richestOnly });
    return JSON.stringify(await manifest(image));
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof ContainerError) return error.message;
    throw error;
  }
}

async function assertSame(bytes: Uint8Array, name: string): Promise<void> {
  assertEquals(await manifestOf(bytes, name, true), await manifestOf(bytes, name, false), name);
}

Deno.test("manifest() of the richest namespace alone is that of the whole image", async () => {
  for (const name of fixtureNames()) {
    await assertSame(await fixtureImage(name), fixtureFileName(name));
  }
  for (const { name, bytes } of await damagedFixtures()) await assertSame(bytes, name);
});

corpusTest("manifest() of the richest namespace alone is that of each corpus image", async () => {
  for (const entry of corpusEntries()) {
    await assertSame(await corpusFile(entry), corpusFileName(entry));
  }
});
