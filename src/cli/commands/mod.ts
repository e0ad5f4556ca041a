// The commands in the order in which help lists them.

import type { Command } from "@commander-js/extra-typings";
import type { Context } from "../context.ts";
import { addAudit } from "./audit.ts";
import { addCat } from "./cat.ts";
import { addCompare } from "./compare.ts";
import { addExtract } from "./extract.ts";
import { addInfo } from "./info.ts";
import { addList } from "./list.ts";
import { addManifest } from "./manifest.ts";
import { addMap } from "./map.ts";
import { addRules } from "./rules.ts";
import { addVerify } from "./verify.ts";
import { addWhere } from "./where.ts";
import { addWhy } from "./why.ts";

/** Adds one command to the tree. */
export type AddCommand = (program: Command, context: Context) => void;

/** Every command. */
export const commands: readonly AddCommand[] = [
  addAudit,
  addManifest,
  addVerify,
  addCompare,
  addInfo,
  addList,
  addCat,
  addExtract,
  addMap,
  addWhere,
  addWhy,
  addRules,
];
