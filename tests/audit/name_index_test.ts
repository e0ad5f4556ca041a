// The index of names against a map of texts.

import { assertEquals } from "@std/assert";
import { NameIndex } from "../../src/audit/rules/name_index.ts";

function earlierOnes(names: readonly string[]): (number | undefined)[] {
  const index = new NameIndex(names.length, (number) => names[number - 1] ?? "");
  return names.map((name, at) => index.earlier(name, at + 1));
}

function expected(names: readonly string[]): (number | undefined)[] {
  const first = new Map<string, number>();
  return names.map((name, at) => {
    const known = first.get(name);
    if (known === undefined) first.set(name, at + 1);
    return known;
  });
}

Deno.test("NameIndex.earlier() is the first of equal names", () => {
  const names = ["a", "b", "a", "", "A", "b", "", "a", "\u00e9", "e\u0301"];
  assertEquals(earlierOnes(names), expected(names));
});

Deno.test("NameIndex.earlier() agrees with a map for any number of names", () => {
  for (const count of [1, 2, 3, 4, 255, 256, 257, 5000, 70_000]) {
    const names = Array.from({ length: count }, (_, at) => `F${(at * 7919) % (count * 2 - 1)}`);
    for (let at = 10; at < count; at += 97) names[at] = names[at - 10] ?? "";
    assertEquals(earlierOnes(names), expected(names), `${count} names`);
  }
});

Deno.test("NameIndex takes no more names than it was made for", () => {
  const index = new NameIndex(1, () => "a");
  assertEquals(index.earlier("a", 1), undefined);
  assertEquals(index.earlier("b", 2), undefined);
  assertEquals(index.earlier("b", 3), undefined);
  assertEquals(index.earlier("a", 4), 1);
});
