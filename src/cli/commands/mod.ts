// The commands in the order in which help lists them; a command line loads the one that it names.

import type { Command } from "@commander-js/extra-typings";
import type { Context } from "../context.ts";

/** Adds one command to the tree. */
export type AddCommand = (program: Command, context: Context) => void;

/** Loads each command, by its name. */
export const commands: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ["audit", async () => (await import("./audit.ts")).addAudit],
  ["manifest", async () => (await import("./manifest.ts")).addManifest],
  ["verify", async () => (await import("./verify.ts")).addVerify],
  ["compare", async () => (await import("./compare.ts")).addCompare],
  ["info", async () => (await import("./info.ts")).addInfo],
  ["list", async () => (await import("./list.ts")).addList],
  ["cat", async () => (await import("./cat.ts")).addCat],
  ["extract", async () => (await import("./extract.ts")).addExtract],
  ["map", async () => (await import("./map.ts")).addMap],
  ["where", async () => (await import("./where.ts")).addWhere],
  ["why", async () => (await import("./why.ts")).addWhy],
  ["rules", async () => (await import("./rules.ts")).addRules],
  ["bench", async () => (await import("./bench.ts")).addBench],
]);
