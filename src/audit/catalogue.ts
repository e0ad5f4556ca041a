// The rules as a document: `discern.rules/1`, each with the byte layouts that it is about.

import type { Layout } from "../bytes/struct.ts";
import { layouts as elTorito } from "../decode/eltorito/layout.ts";
import { layouts as hfs } from "../decode/hfs/layout.ts";
import { layouts as iso9660 } from "../decode/iso9660/layout.ts";
import { layouts as partition } from "../decode/partition/layout.ts";
import { layouts as rockRidge } from "../decode/rockridge/layout.ts";
import { layouts as udf } from "../decode/udf/layout.ts";
import { tool } from "../model/tool.ts";
import type { LayoutFacts, RuleFacts, RulesResult } from "./result.ts";
import type { Rule } from "./rule.ts";
import { registry } from "./rules/mod.ts";
import { selects } from "./select.ts";

const all: readonly Layout[] = [
  ...iso9660,
  ...rockRidge,
  ...elTorito,
  ...partition,
  ...udf,
  ...hfs,
];

/** The catalogue: every rule, or those that an id or the name of a family selects. */
export function rules(selector?: string): RulesResult {
  const chosen = registry().filter(({ id }) => selector === undefined || selects(selector, id));
  return { format: "discern.rules/1", tool, rules: chosen.map(ruleFacts) };
}

function ruleFacts(rule: Rule): RuleFacts {
  const { id, severity, confidence = "certain", title, clause, rationale, remedy } = rule;
  const layouts = all.filter((layout) => rule.layouts?.includes(layout.id)).map(layoutFacts);
  const facts = { id, severity, confidence, title, clause, rationale, remedy };
  return layouts.length === 0 ? facts : { ...facts, layouts };
}

function layoutFacts({ id, title, clause, size, fields }: Layout): LayoutFacts {
  const table = Object.entries(fields).map(([name, field]) => ({
    name,
    offset: field.offset,
    length: field.type.size,
    clause: field.clause,
  }));
  return { id, title, clause, size, fields: table.sort((a, b) => a.offset - b.offset) };
}
