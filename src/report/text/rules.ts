// `discern rules` as text: the catalogue, or one entry explained with its byte layout.

import type { RuleFacts, RulesResult } from "../../audit/result.ts";
import { escapeInline } from "../escape.ts";
import { paint, type Style } from "../style.ts";
import { wrap, wrapParts } from "../width.ts";
import { table } from "../table.ts";
import { layoutText } from "./layout.ts";

/** One line a rule. */
export function* rulesText({ rules }: RulesResult, style: Style): Generator<string> {
  const rows = rules.map(({ id, severity, title }) => [id, severity, title]);
  yield* table([{}, { spare: 1 }, { flexible: !style.verbose }], rows, style);
}

/** Columns of the labels. */
const LABEL = 12;

/** One rule, explained. */
export function* ruleText(rule: RuleFacts, style: Style): Generator<string> {
  yield paint(style, "bold", `${rule.id}  ${rule.title}`);
  const clause = rule.clause === "none" ? "rests on no standard" : rule.clause;
  yield `${rule.severity}, ${rule.confidence} · ${clause}`;
  yield "";
  const room = Math.min(style.width, 100);
  yield* wrap(rule.rationale, room);
  yield "";
  const [first = "", ...rest] = wrap(rule.remedy, room - 2);
  yield `→ ${first}`;
  for (const line of rest) yield `  ${line}`;
  yield "";
  yield* profileLines(rule, style);
  yield* exampleLines(rule, style);
  for (const layout of rule.layouts ?? []) yield* layoutText(layout, style);
}

function* profileLines({ severity, profiles, first = [] }: RuleFacts, style: Style) {
  const parts = Object.entries(profiles).flatMap(([profile, under]) => {
    const isFirst = first.some((name) => name === profile);
    if (under === severity && !isFirst) return [];
    const made = under === "left-out" ? "left out" : under;
    return [`${profile}: ${made}${isFirst ? ", shown first" : ""}`];
  });
  const told = parts.length === 0 ? ["the same severity in all of them"] : parts;
  yield* labelled("profiles", wrapParts(told, " · ", style.width - LABEL), style);
}

function* exampleLines({ example }: RuleFacts, style: Style): Generator<string> {
  if (example === undefined) return;
  const { message, recorded, expected } = example;
  const room = Math.min(style.width, 100) - LABEL;
  const parts = [["example", message], ["recorded", recorded], ["expected", expected]] as const;
  for (const [label, text] of parts) {
    if (text !== undefined) yield* labelled(label, wrap(escapeInline(text), room), style);
  }
}

function* labelled(label: string, lines: readonly string[], style: Style): Generator<string> {
  for (const [index, line] of lines.entries()) {
    yield `${paint(style, "dim", (index === 0 ? label : "").padEnd(LABEL))}${line}`;
  }
}
