// Rules about Rock Ridge over a whole tree: every record is looked through once for all of them.

import type { RuleFamily } from "../rule.ts";
import { checkAttributeLists } from "./aaip.ts";
import { attributeRules, checkAttributes } from "./rrip_attributes.ts";
import { checkLinks, linkRules } from "./rrip_links.ts";
import { checkNames, nameRules } from "./rrip_names.ts";
import { checkTimes, timeRules } from "./rrip_times.ts";
import { ofRockRidge } from "./rrip_view.ts";

/** Rules about Rock Ridge that need more than one record. */
export const rockRidgeTreeRules: RuleFamily = {
  rules: { ...attributeRules, ...linkRules, ...nameRules, ...timeRules },
  tree: [ofRockRidge([checkAttributes, checkLinks, checkNames, checkTimes, checkAttributeLists])],
};
