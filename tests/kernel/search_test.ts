// The search for many patterns against the reference, for both entries.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { PatternSearch } from "../../src/kernel/search.ts";
import { matchesOf } from "../reference/search.ts";
import { pattern } from "./vectors.ts";

const encode = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** Identifiers of volumes (ECMA-119, ECMA-167) and of what files begin with. */
const signatures = [
  ...["CD001", "NSR02", "NSR03", "BEA01", "TEA01", "\x89PNG\r\n\x1a\n", "PK\x03\x04", "\x1f\x8b"],
  ...["\xfd7zXZ\0", "(\xb5/\xfd", "7z\xbc\xaf'\x1c", "ustar", "hsqs", "%PDF-", "BZh", "\x7fELF"],
].map(encode);

const sorted = (found: readonly (readonly [number, number])[]) =>
  found.map(([at, index]) => [at, index]).sort((a, b) =>
    (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)
  );

for (const simd of [false, true]) {
  const module = compileKernels({ simd });
  const entry = simd ? "with vectors" : "plain";

  /** Matches in `bytes`, taken in pieces that end at `cuts`; checks that positions rise. */
  const found = (
    search: PatternSearch,
    window: Uint8Array,
    bytes: Uint8Array,
    cuts: readonly number[] = [],
    skip = 0,
  ) => {
    const list: [number, number][] = [];
    let start = 0;
    search.reset();
    for (const end of [...cuts, bytes.length]) {
      window.fill(0, 0, skip + end - start + 64);
      window.set(bytes.subarray(start, end), skip);
      search.take(skip, end - start, (at, index) => list.push([at, index]));
      start = end;
    }
    assertEquals(list.map(([at]) => at), list.map(([at]) => at).sort((a, b) => a - b));
    return sorted(list);
  };

  Deno.test(`PatternSearch finds each signature at every place, ${entry}`, () => {
    const kernels = new Kernels(module);
    const search = new PatternSearch(kernels, signatures);
    for (const [index, signature] of signatures.entries()) {
      for (const length of [signature.length, 33, 34, 35, 66, 67, 150]) {
        for (let at = 0; at + signature.length <= length; at++) {
          const bytes = new Uint8Array(length).fill(0x20);
          bytes.set(signature, at);
          assertEquals(found(search, kernels.window, bytes, [], at % 17), [[at, index]]);
        }
      }
    }
  });

  Deno.test(`PatternSearch finds what crosses calls once, ${entry}`, () => {
    const kernels = new Kernels(module);
    const search = new PatternSearch(kernels, signatures);
    const bytes = pattern(300);
    for (const [index, signature] of signatures.entries()) bytes.set(signature, 17 * index + 3);
    const expected = matchesOf(bytes, signatures);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const cuts = [cut - 9, cut - 2, cut - 1, cut, cut, cut + 3];
      const inside = cuts.filter((at) => at >= 0 && at <= bytes.length);
      assertEquals(found(search, kernels.window, bytes, inside, cut % 5), expected, `${cut}`);
    }
    const single = Array.from(bytes.keys());
    assertEquals(found(search, kernels.window, bytes, single), expected);
  });

  Deno.test(`PatternSearch agrees with the reference on any patterns, ${entry}`, () => {
    const letters = (minLength: number, maxLength: number) =>
      fc.array(fc.constantFrom(0, 1, 16, 17, 255), { minLength, maxLength })
        .map((list) => Uint8Array.from(list));
    const patterns = fc.array(letters(2, 16), { minLength: 1, maxLength: 64 });
    const short = fc.array(letters(2, 4), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(
        fc.oneof(patterns, short),
        letters(0, 500),
        fc.array(fc.nat(500), { maxLength: 6 }),
        (patterns, bytes, cuts) => {
          const kernels = new Kernels(module);
          const search = new PatternSearch(kernels, patterns);
          const inside = cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
          const expected = matchesOf(bytes, patterns);
          assertEquals(found(search, kernels.window, bytes, inside), expected);
        },
      ),
      { numRuns: 200, seed: 9 },
    );
  });

  Deno.test(`PatternSearch tells of more matches than one call writes, ${entry}`, () => {
    const kernels = new Kernels(module);
    const search = new PatternSearch(kernels, [new Uint8Array(2), new Uint8Array(16)]);
    kernels.window.fill(0, 0, 5000);
    const counts = [0, 0];
    search.take(0, 5000, (_, index) => counts[index] = (counts[index] ?? 0) + 1);
    assertEquals(counts, [4999, 4985]);
  });

  Deno.test(`PatternSearch refuses what it cannot search for, ${entry}`, () => {
    const kernels = new Kernels(module);
    for (const lengths of [[], [1], [17], [2, 0], Array(65).fill(2)]) {
      const patterns = lengths.map((length) => new Uint8Array(length));
      assertThrows(() => new PatternSearch(kernels, patterns), RangeError, "Cannot search");
    }
    const search = new PatternSearch(kernels, signatures);
    assertThrows(() => search.take(0, kernels.window.length + 1, () => {}), RangeError, "window");
  });
}
