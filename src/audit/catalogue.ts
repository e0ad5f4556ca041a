// The rules as a document: `discern.rules/1`, each with the byte layouts that it is about.

import type { Layout } from "../bytes/struct.ts";
import { layouts as dvdisaster } from "../decode/dvdisaster/layout.ts";
import { layouts as elTorito } from "../decode/eltorito/layout.ts";
import { layouts as hfs } from "../decode/hfs/layout.ts";
import { layouts as iso9660 } from "../decode/iso9660/layout.ts";
import { layouts as partition } from "../decode/partition/layout.ts";
import { layouts as rockRidge } from "../decode/rockridge/layout.ts";
import { layouts as udf } from "../decode/udf/layout.ts";
import { tool } from "../model/tool.ts";
import { examples } from "./examples.ts";
import { isFirst, profiles, severityUnder } from "./profiles.ts";
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
  ...dvdisaster,
];

/** The catalogue: every rule, or those that an id or the name of a family selects. */
export function rules(selector?: string): RulesResult {
  const chosen = registry().filter(({ id }) => selector === undefined || selects(selector, id));
  return { format: "discern.rules/1", tool, rules: chosen.map(ruleFacts) };
}

function ruleFacts(rule: Rule): RuleFacts {
  const { id, severity, confidence = "certain", title, clause, rationale, remedy } = rule;
  const under = profiles.map((profile) =>
    [profile.name, severityUnder(profile, id, severity) ?? "left-out"] as const
  );
  const first = profiles.filter((profile) => isFirst(profile, id)).map(({ name }) => name);
  const { fields: _, ...taken } = examples[id] ?? {};
  const example = rule.example ?? taken;
  const drawn = all.filter((layout) => rule.layouts?.includes(layout.id));
  return {
    ...{ id, severity, confidence, title, clause, rationale, remedy },
    // Every profile has its entry.
    profiles: Object.fromEntries(under) as RuleFacts["profiles"],
    ...(first.length === 0 ? {} : { first }),
    ...(Object.keys(example).length === 0 ? {} : { example }),
    ...(drawn.length === 0 ? {} : { layouts: drawn.map((layout) => layoutFacts(layout, rule)) }),
  };
}

function layoutFacts(layout: Layout, rule: Rule): LayoutFacts {
  const { id, title, clause, size, fields } = layout;
  const concerned = concernedIn(layout, rule);
  const table = Object.entries(fields).map(([name, field]) => ({
    name,
    offset: field.offset,
    length: field.type.size,
    clause: field.clause,
    ...(concerned.has(name) ? { concerned: true as const } : {}),
  }));
  return { id, title, clause, size, fields: table.sort((a, b) => a.offset - b.offset) };
}

// A clause of a rule begins with its standard, as that of a layout does; a field has its numbers alone.
function concernedIn({ clause, fields }: Layout, rule: Rule): ReadonlySet<string> {
  const names = Object.keys(fields);
  const named = rule.fields ?? examples[rule.id]?.fields?.filter((name) => name in fields) ?? [];
  if (named.length > 0) return new Set(names.filter((name) => named.includes(name)));
  const standard = clause.replace(/ [\d.]+$/, "");
  if (!rule.clause.startsWith(standard)) return new Set();
  const numbers = clauseNumbers(rule.clause.slice(standard.length));
  const found = names.filter((name) =>
    clauseNumbers(fields[name]?.clause ?? "").some((number) => numbers.includes(number))
  );
  // A clause that most fields share is that of the structure.
  return new Set(found.length * 2 > names.length ? [] : found);
}

function clauseNumbers(clause: string): readonly string[] {
  return clause.match(/\d+(?:\.\d+)+/g) ?? [];
}
