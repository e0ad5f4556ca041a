// The text of a rule: its golden drawings, and that every layout of the registry can be drawn.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { rules } from "../../src/audit/catalogue.ts";
import type { LayoutFacts, RuleFacts } from "../../src/audit/result.ts";
import { plainStyle, type Style } from "../../src/report/style.ts";
import { ruleText } from "../../src/report/text/rules.ts";
import { width } from "../../src/report/width.ts";
import { assertGolden } from "../support/golden.ts";

function layout(
  size: number,
  fields: readonly (readonly [string, number, boolean?])[],
): LayoutFacts {
  let offset = 0;
  const placed = fields.map(([name, length, concerned = false]) => {
    const field = { name, offset, length, clause: `1.${offset}` };
    offset += length;
    return concerned ? { ...field, concerned } as const : field;
  });
  return { id: "test/structure", title: "Test Structure", clause: "TEST 1", size, fields: placed };
}

const short = layout(21, [["a", 1], ["length", 2, true], ["name", 9], ["time", 7], ["z", 2, true]]);

const long = layout(300, [
  ["signature", 5],
  ["b", 1],
  ["digest", 100, true],
  ["unused", 150],
  ["end", 4, true],
  ["rest", 40],
]);

const rule: RuleFacts = {
  id: "XXX-001",
  severity: "warning",
  confidence: "likely",
  title: "Length is impossible",
  clause: "TEST 1.1",
  rationale: "What lies behind it cannot be found, so that files may be lost. ".repeat(2).trim(),
  remedy: "Fetch the sector again.",
  profiles: {
    archive: "warning",
    distro: "error",
    forensic: "warning",
    dump: "warning",
    conform: "left-out",
  },
  first: ["forensic"],
  example: { message: "the length is 3\u001b[31m", recorded: "3", expected: "at least 4" },
  layouts: [short, long],
};

function textOf(facts: RuleFacts, style: Style): string {
  return [...ruleText(facts, style)].map((line) => `${line}\n`).join("");
}

for (
  const [name, style] of [
    ["plain", plainStyle],
    ["narrow", { ...plainStyle, width: 44, cut: true }],
    ["color", { ...plainStyle, color: true }],
  ] as const
) {
  Deno.test(`ruleText() prints its golden text: ${name}`, async () => {
    await assertGolden(`rule_${name}.txt`, textOf(rule, style));
  });
}

Deno.test("ruleText() says where a rule rests on nothing and is the same for all", () => {
  const { first: _, example: __, layouts: ___, ...facts } = rule;
  const { archive } = rule.profiles;
  const profiles = {
    archive,
    distro: archive,
    forensic: archive,
    dump: archive,
    conform: archive,
  };
  const text = textOf({ ...facts, clause: "none", profiles }, plainStyle);
  assertMatch(text, /^warning, likely · rests on no standard$/m);
  assertMatch(text, /^profiles {4}the same severity in all of them$/m);
});

Deno.test("every layout of the registry is drawn within the width, in whole boxes", () => {
  const drawn = new Set<string>();
  for (const facts of rules().rules) {
    for (const each of facts.layouts ?? []) {
      drawn.add(each.id);
      for (const columns of [80, 44]) {
        const style = { ...plainStyle, width: columns, cut: true };
        const lines = textOf({ ...facts, layouts: [each] }, style).split("\n");
        const boxes = lines.filter((line) => /^ *(?:\d+ )?[|+]/.test(line));
        assert(boxes.length >= 3, `${each.id} has a drawing`);
        for (const line of boxes) assert(width(line) <= columns, `${each.id}: ${line}`);
        for (const [at, line] of boxes.entries()) {
          if (!line.includes("|")) continue;
          for (const border of [boxes[at - 1], boxes[at + 1]]) {
            // Each end of a box meets a line or the box of the same field.
            for (const { index } of line.matchAll(/\|/g)) {
              assert("+|".includes(border?.[index] ?? ""), `${each.id}: ${line}\n${border}`);
            }
          }
        }
      }
    }
  }
  assert(drawn.size > 20, `${drawn.size}`);
});

Deno.test("rules() marks the fields whose clause a rule names, and no structure as a whole", () => {
  const fieldsOf = (id: string) =>
    rules(id).rules.flatMap(({ layouts = [] }) =>
      layouts.flatMap(({ fields }) =>
        fields.filter((each) => each.concerned).map((each) => each.name)
      )
    );
  assertEquals(fieldsOf("IMG-001"), ["volumeSpaceSize"]);
  assertEquals(fieldsOf("ISO-DIR-004"), ["locationOfExtent"]);
});

Deno.test("rules() tells the severity under every profile", () => {
  const [pvd] = rules("ISO-DIR-019").rules;
  assertEquals(pvd?.profiles, {
    archive: "warning",
    distro: "info",
    forensic: "info",
    dump: "info",
    conform: "error",
  });
  const [note] = rules("EXT-004").rules;
  assertEquals([note?.profiles.conform, note?.first], ["left-out", ["forensic"]]);
});
