// Which rules are meant: ids, and families by any prefix of ids up to a hyphen (rules.md, Identifiers).

import { catalogueIds, familyNames } from "./families.ts";

/**
 * Whether a selector names a rule: `IMG-001`, `IMG`, `ISO-PVD`, `PVD` (short for `ISO-PVD`), `UDF-FE`.
 * Upper and lower case are the same.
 */
export function selects(selector: string, id: string): boolean {
  const wanted = selector.toUpperCase();
  const names = [id, id.replace(/^ISO-/, "")];
  return wanted !== "" && names.some((name) => name === wanted || name.startsWith(`${wanted}-`));
}

/** Whether a rule is reported: selected by `only` where given, and not by `ignore`. */
export function isWanted(
  id: string,
  only: readonly string[] | undefined,
  ignore: readonly string[] | undefined,
): boolean {
  if (ignore?.some((selector) => selects(selector, id)) === true) return false;
  return only === undefined || only.some((selector) => selects(selector, id));
}

/** All words that name rules: ids of the catalogue and families, those not built yet among them. */
export const ruleSelectors: readonly string[] = [...familyNames, ...catalogueIds];

/** Whether a word names a rule or a family of the catalogue. Upper and lower case are the same. */
export function isRuleSelector(word: string): boolean {
  return catalogueIds.some((id) => selects(word, id));
}
