// Directory records (ECMA-119:1987 6.8, 9.1, 9.3): the rules of this family, from their files.

import type { RuleFamily } from "../rule.ts";
import { directoryContent } from "./dir_content.ts";
import { directoryFields } from "./dir_fields.ts";
import { directoryHierarchy } from "./dir_hierarchy.ts";
import { directoryNames } from "./dir_names.ts";
import { directoryOrder } from "./dir_order.ts";
import { directorySections } from "./dir_sections.ts";
import { directoryStructure } from "./dir_structure.ts";

/** Rules about directories and their records. */
export const directoryRules: RuleFamily = {
  rules: {
    ...directoryStructure.rules,
    ...directoryHierarchy.rules,
    ...directoryFields.rules,
    ...directoryContent.rules,
    ...directoryNames.rules,
    ...directoryOrder.rules,
    ...directorySections.rules,
  },
  image: directoryContent.image,
  directory: [
    ...directoryStructure.directory,
    ...directoryHierarchy.directory,
    ...directoryFields.directory,
    ...directoryContent.directory,
    ...directoryNames.directory,
    ...directoryOrder.directory,
    ...directorySections.directory,
  ],
  faults: {
    ...directoryStructure.faults,
    ...directoryHierarchy.faults,
    ...directoryContent.faults,
    ...directorySections.faults,
  },
};
