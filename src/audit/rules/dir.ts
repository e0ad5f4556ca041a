// Directory records (ECMA-119:1987 6.8, 9.1, 9.3): the rules of this family, from their four files.

import type { RuleFamily } from "../rule.ts";
import { directoryFields } from "./dir_fields.ts";
import { directoryNames } from "./dir_names.ts";
import { directorySections } from "./dir_sections.ts";
import { directoryStructure } from "./dir_structure.ts";

/** Rules about directories and their records. */
export const directoryRules: RuleFamily = {
  rules: {
    ...directoryStructure.rules,
    ...directoryFields.rules,
    ...directoryNames.rules,
    ...directorySections.rules,
  },
  image: directoryFields.image,
  directory: [
    ...directoryStructure.directory,
    ...directoryFields.directory,
    ...directoryNames.directory,
    ...directorySections.directory,
  ],
  faults: {
    ...directoryStructure.faults,
    ...directoryFields.faults,
    ...directorySections.faults,
  },
};
