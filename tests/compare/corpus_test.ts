// The pairs of the corpus: what its index says in words of each, as assertions.

import { assert, assertEquals } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import type { CompareResult } from "../../src/compare/result.ts";
import {
  corpusEntry,
  corpusFile,
  corpusFileName,
  corpusPairs,
  corpusTest,
} from "../support/corpus.ts";
import { changesOf, checkAgainstBytes, fieldNames, open } from "./support.ts";

type Check = (result: CompareResult, a: Uint8Array, b: Uint8Array) => void;

function pathsOf(result: CompareResult, change: string): readonly string[] {
  return result.files.filter((file) => file.change === change).map(({ path }) => path);
}

/** By the names of both files. */
const checks: Readonly<Record<string, Check>> = {
  "test1.iso test2.iso": (result) => {
    assertEquals(result.verdict, "different");
    assertEquals(changesOf(result, "content"), ["content /text"]);
    const text = result.files.find(({ path }) => path === "/text");
    assertEquals([text?.a?.bytes, text?.b?.bytes], [446, 671]);
    const link = result.files.find(({ path }) => path === "/link");
    assertEquals([link?.a?.target, link?.b?.target], ["broken", "really-broken"]);
    assertEquals(result.files.length, 2);
    assertEquals(result.summary.unchanged, 1); // the character device
  },
  "iso9660.iso iso9660_trunc.iso": (result, a, b) => {
    assertEquals(b, a.slice(0, 49157));
    assertEquals(result.verdict, "different");
    assertEquals(result.sectors.differentBytes, 0);
    assertEquals(result.sectors.equal, 24);
    assertEquals(result.sectors.different, 1);
    assertEquals(result.sectors.onlyA, Math.ceil(a.length / 2048) - 25);
    assertEquals(result.fields, []);
    assertEquals(pathsOf(result, "removed").length, 2);
  },
  "iso9660.iso iso9660_udf.iso": (result) => {
    assertEquals(result.verdict, "same-content");
    assertEquals(pathsOf(result, "moved"), ["/nimbie.jpg", "/readme.txt"]);
    assertEquals(result.files.length, 2);
    assert(fieldNames(result).includes("UDF Volume Structure Descriptor.structure"));
    assert(result.notes?.some((note) => note.includes("UDF") && note.includes("second image")));
  },
  "iso9660.iso iso9660_hfs.iso": (result) => {
    assertEquals(result.verdict, "same-content");
    assertEquals(result.files, []);
    assertEquals(result.summary.unchanged, 2);
    assert(fieldNames(result).includes("HFS Master Directory Block.structure"));
    assert(result.notes?.some((note) => note.includes("HFS") && note.includes("second image")));
  },
  "archive2.zip.0.iso archive2.zip.1.iso": (result) => {
    assertEquals(result.verdict, "same-content");
    assertEquals(pathsOf(result, "moved").length, 9);
    assertEquals(result.files.length, 9);
    const only = result.fields.filter(({ field }) => field === "structure");
    const missing = only.filter(({ b }) => b === undefined).map(({ structure }) => structure);
    assertEquals(missing, ["Joliet Volume Descriptor"]);
    assert(only.some(({ structure }) => structure === "Extensions Reference (ER)"));
  },
  "archive2.zip.0.iso archive2.zip.102.udf": (result) => {
    // Until UDF is read there is nothing to compare file by file, and that is said.
    assertEquals(result.verdict, "different");
    assertEquals(result.files, []);
    assert(result.notes?.some((note) => note.includes("UDF") && note.includes("not read yet")));
    assert(result.notes?.some((note) => note.includes("no files are compared")));
  },
  "cdda.bin p1.bin": (result) => {
    assertEquals(result.verdict, "identical");
    assertEquals(result.sectors.ranges, []);
  },
  "iso9660_0.img iso9660_2.img": (result) => {
    // The link of the Rock Ridge tree is an empty file in the only namespace that both have.
    assertEquals(changesOf(result, "added", "removed", "content", "renamed"), [
      "added /FILE0/FILE1",
    ]);
    assertEquals(result.files.find(({ change }) => change === "added")?.b?.bytes, 0);
    assert(result.fields.some(({ structure }) => structure === "POSIX File Attributes (PX)"));
  },
};

corpusTest("compare() finds in each pair of the corpus what its index says", async (t) => {
  const unused = new Set(Object.keys(checks));
  for (const pair of corpusPairs()) {
    const [one, other] = [corpusEntry(pair.a), corpusEntry(pair.b)];
    const name = `${corpusFileName(one)} ${corpusFileName(other)}`;
    unused.delete(name);
    await t.step(`${name}: ${pair.expected}`, async () => {
      const [a, b] = [await corpusFile(one), await corpusFile(other)];
      const imageA = await open(a, corpusFileName(one));
      const imageB = await open(b, corpusFileName(other));
      const result = await compare(imageA, imageB);
      checkAgainstBytes(a, b, result);
      const check = checks[name];
      assert(check !== undefined, `no check for ${name}`);
      check(result, a, b);
    });
  }
  assertEquals([...unused], []);
});
