// What a list of facts no longer keeps is counted still: one hit stands for all that is not shown.

import type { Hit, Rule } from "../rule.ts";
import { counted } from "../words.ts";

/** A hit for the entries of a list past those kept, or none where all are kept. */
export function* notKept(
  rule: Rule,
  { kept, count }: { readonly kept: readonly unknown[]; readonly count: number },
  noun: string,
): Generator<Hit> {
  const rest = count - kept.length;
  if (rest <= 0) return;
  yield { rule, message: `${counted(rest, noun)} more, not listed one by one`, count: rest };
}
