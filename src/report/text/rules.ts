// `discern rules` as text: the catalogue, or one entry explained with its byte layout.

import type { LayoutFacts, RuleFacts, RulesResult } from "../../audit/result.ts";
import { counted, paint, type Style } from "../style.ts";
import { wrap } from "../width.ts";
import { table } from "../table.ts";

/** One line a rule. */
export function* rulesText({ rules }: RulesResult, style: Style): Generator<string> {
  const rows = rules.map(({ id, severity, title }) => [id, severity, title]);
  yield* table([{}, { spare: 1 }, { flexible: !style.verbose }], rows, style);
}

/** One rule, explained. */
export function* ruleText(rule: RuleFacts, style: Style): Generator<string> {
  yield paint(style, "bold", `${rule.id}  ${rule.title}`);
  const sure = rule.confidence === "certain" ? "" : `, ${rule.confidence}`;
  yield `${rule.severity}${sure} · ${rule.clause}`;
  yield "";
  const room = Math.min(style.width, 100);
  yield* wrap(rule.rationale, room);
  yield "";
  const [first = "", ...rest] = wrap(rule.remedy, room - 2);
  yield `→ ${first}`;
  for (const line of rest) yield `  ${line}`;
  for (const layout of rule.layouts ?? []) yield* layoutText(layout, style);
}

function* layoutText(
  { title, clause, size, fields }: LayoutFacts,
  style: Style,
): Generator<string> {
  yield "";
  yield `${paint(style, "bold", title)}  ${counted(size, "byte")}, ${clause}`;
  const rows = fields.map(({ name, offset, length, clause }) => [
    String(offset),
    String(length),
    name,
    clause,
  ]);
  const columns = [
    { title: "offset", align: "right" },
    { title: "length", align: "right" },
    { title: "field", flexible: true },
    { title: "clause", spare: 1 },
  ] as const;
  for (const line of table(columns, rows, { ...style, width: style.width - 2 })) yield `  ${line}`;
}
