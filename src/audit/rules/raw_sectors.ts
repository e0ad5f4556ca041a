// Rules about raw CD sectors (ECMA-130:1996 14): their error-detection codes.

import { fileSpan } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";

const rules = {
  mode1: {
    id: "CDR-007",
    severity: "error",
    title: "Mode 1: error-detection code wrong",
    clause: "ECMA-130 14.3",
    rationale:
      "The sector's bytes are not those that the code was made of. Protected pressings have " +
      "such sectors on purpose, outside every file.",
    remedy: "Read the sector again from the disc; a drive corrects what its own parity allows.",
  },
  form1: {
    id: "CDR-011",
    severity: "error",
    title: "Form 1: error-detection code wrong",
    clause: "CD-ROM XA",
    rationale:
      "The sector's bytes are not those that the code was made of. Protected pressings have " +
      "such sectors on purpose, outside every file.",
    remedy: "Read the sector again from the disc; a drive corrects what its own parity allows.",
  },
} as const satisfies RuleTable;

/** Owners whose bytes nobody misses: wrong codes there can be meant. */
const spare = new Set(["unclaimed", "slack", "system-area", "trailer"]);

function hexWord(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function* checkCodes(image: Image, { data }: ProofFacts): Iterable<Hit> {
  if (data?.edc === undefined) return;
  const { bad, count, checked } = data.edc;
  for (const { offset, at, form, recorded, computed } of bad) {
    const rule: Rule = rules[form];
    const region = image.regions.at(offset);
    const ref = region?.ref;
    const name = region === undefined ? "" : image.regionName(region);
    yield {
      rule,
      span: fileSpan(offset + at, 4),
      message: `the code of the sector at byte ${offset}${name === "" ? "" : ` (${name})`} is ` +
        `${hexWord(recorded)}, its bytes give ${hexWord(computed)}; ${count} of ${checked} ` +
        `sectors with a code are so`,
      recorded: hexWord(recorded),
      expected: hexWord(computed),
      ...(region === undefined || spare.has(region.owner) ? { severity: "warning" as const } : {}),
      ...(ref !== undefined && "tree" in ref ? { tree: ref.tree, node: ref.node } : {}),
    };
  }
}

/** Rules about raw sectors, with their check. */
export const rawSectorRules: RuleFamily = { rules, image: [checkCodes] };
