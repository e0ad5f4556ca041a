// The name and version that documents carry.

import type { ToolFacts } from "./result.ts";

/** This program. The version is that of `deno.json`; a test holds them together. */
export const tool: ToolFacts = { name: "discern", version: "0.1.0" };
