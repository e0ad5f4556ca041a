// Rules about compressed files (zisofs), as far as their ZF entries tell.

import { zisofsEntry } from "../../decode/rockridge/layout.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { differingOrders, hasDifferingOrders, type OrderRules } from "./byte_orders.ts";
import { ofEntries } from "./record_checks.ts";

const rules = {
  sizesDisagree: {
    id: "ZIS-005",
    severity: "error",
    title: "Uncompressed sizes disagree",
    clause: "zisofs",
    rationale:
      "Readers give the file as many bytes as the entry says: one copy of the size makes " +
      "them stop early or run past the last block.",
    remedy: "Trust the size in the header of the compressed file.",
    layouts: [zisofsEntry.id],
  },
} as const satisfies RuleTable;

const orderRules: OrderRules = { [`${zisofsEntry.id}.*`]: rules.sizesDisagree };

// The size of version 2 is recorded once, LSB first.
function differs(entry: SystemUseEntry): boolean {
  if (entry.signature !== "ZF") return false;
  const { layout, field, at, length } = entry;
  return layout.id === zisofsEntry.id && hasDifferingOrders(layout, field, at, length);
}

function* checkOrders({ layout, span, value }: SystemUseEntry): Iterable<Hit> {
  if (value !== undefined) yield* differingOrders({ layout, span, value }, orderRules);
}

/** Rules about zisofs, with their checks. */
export const zisofsRules: RuleFamily = { rules, directory: [ofEntries(checkOrders, differs)] };
