// What genuine images have in their files and must not be judged by: one image for each.

import { assertEquals } from "@std/assert";
import { audit } from "../../../src/audit/run.ts";
import { MemorySource } from "../../../src/bytes/source.ts";
import { examine } from "../../../src/examine.ts";
import { unsummed } from "../../proof/formats/archive_vectors.ts";
import { fromBase64, imageOf } from "../../proof/formats/support.ts";
import { vectors } from "../../proof/formats/vectors.ts";

async function severities(files: Readonly<Record<string, Uint8Array>>): Promise<string[]> {
  const image = await examine(new MemorySource(imageOf(files), "built.iso"));
  const { findings } = await audit(image, { deep: true });
  return findings.filter(({ rule }) => rule === "PRF-017").map(({ severity }) => severity);
}

const gz = fromBase64(vectors["text.gz"] ?? "");
const damaged = gz.slice();
damaged[500] = (damaged[500] ?? 0) ^ 8;

Deno.test("files that are truncated copies by design: one or two are notes, more are damage", async () => {
  const cut = gz.slice(0, 1000);
  assertEquals(await severities({ "1K.GZ": cut }), ["note"]);
  assertEquals(await severities({ "1K.GZ": cut, "2K.GZ": cut.slice(0, 512) }), ["note", "note"]);
  const three = { "1K.GZ": cut, "2K.GZ": cut.slice(0, 512), "3K.GZ": gz.slice(0, 1024) };
  assertEquals(await severities(three), ["error", "error", "error"]);
});

Deno.test("a file that ends at no round number was not cut on purpose", async () => {
  assertEquals(await severities({ "A.GZ": gz.slice(0, 777) }), ["error"]);
});

Deno.test("files of test suites: damage with a name that says so is a note", async () => {
  assertEquals(await severities({ "CORRUPT.GZ": damaged }), ["note"]);
  assertEquals(await severities({ "GOOD.GZ": damaged }), ["error"]);
});

Deno.test("bytes after the last member, and formats without checksums, are no damage", async () => {
  const signed = new Uint8Array(gz.length + 300).fill(7);
  signed.set(gz);
  assertEquals(await severities({ "A.GZ": signed }), []);
  assertEquals(await severities({ "A.LZ4": Uint8Array.of(2, 0x21, 0x4c, 0x18, 9, 9, 9, 9) }), []);
});

Deno.test("a file that was no PNG when its digest was listed: a note, and no conflict", async () => {
  const path = new URL("../../../fixtures/sample.iso", import.meta.url);
  const image = await examine(new MemorySource(await Deno.readFile(path), "sample.iso"));
  const { findings, verdict } = await audit(image, { deep: true });
  const about = findings.filter(({ severity, rule }) => severity === "error" || rule === "PRF-017");
  assertEquals(about.map(({ rule, severity }) => `${rule} ${severity}`), ["PRF-017 note"]);
  assertEquals(verdict, "intact");
});

Deno.test("what is not checked for several reasons is noted once for each", async () => {
  const lz4 = Uint8Array.of(2, 0x21, 0x4c, 0x18, 9, 9, 9, 9);
  const files = { "A.LZ4": lz4, "B.SQF": unsummed.zstd };
  const image = await examine(new MemorySource(imageOf(files), "built.iso"));
  const { findings } = await audit(image, { deep: true });
  const notes = findings.filter(({ rule }) => rule === "LIM-001").map(({ message }) =>
    message.slice(message.lastIndexOf(": ") + 2)
  );
  assertEquals(notes.sort(), [
    "blocks that are stored as they are",
    "frames of the old form have no checksums",
    "its blocks decode, but zstd has no checksum",
  ]);
});
