// Examples of rules: of rules that are there, about fields that their layouts have.

import { assert, assertEquals } from "@std/assert";
import { rules } from "../../src/audit/catalogue.ts";
import { examples } from "../../src/audit/examples.ts";

const known = new Map(rules().rules.map((rule) => [rule.id, rule]));

Deno.test("every example is of a rule in the registry, and says what was found", () => {
  assertEquals(Object.keys(examples).filter((id) => !known.has(id)), []);
  for (const [id, { message, recorded, expected }] of Object.entries(examples)) {
    for (const text of [message, recorded, expected]) assert(text !== "", id);
    assert(message !== undefined || recorded !== undefined, id);
  }
});

Deno.test("rules() has the example, and marks the field that it points at", () => {
  const [rule] = rules("GPT-001").rules;
  assertEquals(rule?.example?.recorded, examples["GPT-001"]?.recorded);
  const fields = rule?.layouts?.flatMap((layout) => layout.fields.filter((each) => each.concerned));
  assertEquals(fields?.map(({ name }) => name), examples["GPT-001"]?.fields);
});
