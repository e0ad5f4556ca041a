// Every name that a comparison shows is one that `--ignore` takes.

import { assert, assertEquals } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import { ignoreWords, isIgnoreWord } from "../../src/compare/words.ts";
import { locate } from "../../src/model/locate.ts";
import { openBytes, openFixture } from "../manifest/support.ts";
import { fixtureImage } from "../support/fixtures.ts";

Deno.test("isIgnoreWord() takes the owners, structures and fields of real images", async () => {
  const names = ["sample", "sample2", "rr-112-xorriso", "aaip-md5-xorriso", "apple-genisoimage"];
  const words = new Set<string>();
  for (const name of names) {
    const image = await openFixture(name);
    for (const region of image.regions) {
      words.add(region.owner);
      const { start, length } = region;
      const bytes = region.owner === "file" ? 1 : Math.min(length, 4096);
      for (let at = start; at < start + bytes; at += 3) {
        const { place } = await locate(image, at);
        if (place === undefined) continue;
        words.add(place.structure).add(place.id);
        // Attributes have the names of the disc, which may be any.
        if (place.field !== undefined && place.id !== "aaip/al") {
          words.add(place.field).add(`${place.structure}.${place.field}`);
        }
      }
    }
  }
  assert(words.size > 200);
  assertEquals([...words].filter((word) => !isIgnoreWord(word)), []);
});

Deno.test("isIgnoreWord() takes every structure and field that comparisons show", async () => {
  const names = ["sample", "sample2", "isomd5-genisoimage", "md5-xorriso", "aaip-md5-xorriso"];
  const [first, ...others] = await Promise.all(names.map(openFixture));
  assert(first !== undefined);
  for (const other of others) {
    const { fields } = await compare(first, other);
    // Whole structures that one image lacks are no fields; attributes have the names of the disc.
    const words = fields.filter(({ structure }) => structure !== "Attribute List (AL)")
      .flatMap(({ structure, field }) => field === "structure" ? [structure] : [structure, field]);
    assertEquals([...new Set(words)].filter((word) => !isIgnoreWord(word)), []);
  }
});

Deno.test("--ignore takes implanted checksums by name", async () => {
  const bytes = await fixtureImage("isomd5-genisoimage");
  const a = await openBytes(bytes);
  const at = new TextDecoder("latin1").decode(bytes).indexOf("ISO MD5SUM = ") + 13;
  const changed = bytes.slice();
  changed[at] = changed[at] === 0x30 ? 0x31 : 0x30;
  const b = await openBytes(changed);
  for (const ignore of [["Implanted digest"], ["isomd5sum"], ["Implanted digest.isoMd5sum"]]) {
    assertEquals((await compare(a, b, { ignore })).ignored, true, ignore[0]);
  }
  assertEquals((await compare(a, b, { ignore: ["fragmentSums"] })).ignored, undefined);
});

Deno.test("isIgnoreWord() takes paths and no other words", () => {
  for (const word of ["/", "/a b", "TIMES", "Primary Volume Descriptor.volumeSpaceSize"]) {
    assert(isIgnoreWord(word), word);
  }
  for (const word of ["", "time", "a/b", "Primary", "Primary Volume Descriptor.nothing"]) {
    assert(!isIgnoreWord(word), word);
  }
  assertEquals(ignoreWords.filter((word) => !isIgnoreWord(word)), []);
});

Deno.test("a folder is ignored with a slash behind its name too", async () => {
  const [a, b] = [await openFixture("sample"), await openFixture("sample")];
  const { verdict } = await compare(a, b, { ignore: ["/share/"] });
  assertEquals(verdict, "identical");
});
