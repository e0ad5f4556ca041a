// Every name that a comparison shows is one that `--ignore` takes.

import { assert, assertEquals } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import { ignoreWords, isIgnoreWord } from "../../src/compare/words.ts";
import { locate } from "../../src/model/locate.ts";
import { openFixture } from "../manifest/support.ts";

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
