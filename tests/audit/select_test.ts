// The words that name rules are those of the catalogue, whether their rules are built or not.

import { assert, assertEquals } from "@std/assert";
import { catalogueIds, familyNames } from "../../src/audit/families.ts";
import { isRuleSelector, isWanted, selects } from "../../src/audit/select.ts";

type Row = { readonly id: string };
const catalogue: readonly Row[] = JSON.parse(
  Deno.readTextFileSync(new URL("catalogue.json", import.meta.url)),
);

Deno.test("catalogueIds are those of the catalogue", () => {
  assertEquals([...catalogueIds].sort(), catalogue.map(({ id }) => id).sort());
});

Deno.test("familyNames are the prefixes of ids up to a hyphen", () => {
  const prefixes = catalogue.flatMap(({ id }) => {
    const parts = id.split("-");
    const all = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("-"));
    return parts[0] === "ISO" ? [...all, parts[1] ?? ""] : all;
  });
  assertEquals([...familyNames].sort(), [...new Set(prefixes)].sort());
  for (const name of familyNames) {
    assert(isRuleSelector(name), name);
    assert(isRuleSelector(name.toLowerCase()), name);
  }
});

Deno.test("isRuleSelector() takes no part of a name", () => {
  for (const word of ["", "I", "IM", "IMG-", "IMG-0", "IMG-0011", "ISO-", "DF-FE", "ZZZ", "FE"]) {
    assertEquals(isRuleSelector(word), false, word);
  }
});

Deno.test("isWanted() takes ids and families", () => {
  assert(selects("PVD", "ISO-PVD-001") && selects("udf", "UDF-FE-001"));
  assert(!selects("PVD", "UDF-PVD-001"));
  assert(isWanted("IMG-001", undefined, undefined) && !isWanted("IMG-001", ["GPT"], undefined));
  assert(!isWanted("IMG-001", ["IMG"], ["IMG-001"]));
});
