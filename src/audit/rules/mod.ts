// The families of rules, one line each, in the order of the catalogue.

import type { Rule, RuleFamily } from "../rule.ts";

/** Every family that the audit runs. */
export const families: readonly RuleFamily[] = [];

/** Every rule of every family, in their order. */
export function registry(): readonly Rule[] {
  return families.flatMap((family) => Object.values(family.rules));
}
