// Rules about all proofs of an image together: whether they agree.

import type { FailedClaim, ProofKind } from "../../model/claims.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Ranges } from "../../model/ranges.ts";
import { type Hit, NO_CLAUSE, type RuleFamily, type RuleTable } from "../rule.ts";
import { counted } from "../words.ts";

const rules = {
  conflict: {
    id: "PRF-022",
    severity: "error",
    title: "Proofs contradict each other",
    clause: NO_CLAUSE,
    rationale:
      "A digest over a wider range holds, so the bytes are what they were when it was made: the " +
      "record that says otherwise is damaged, or was made of other bytes.",
    remedy: "Trust the bytes; repair or ignore the record that fails.",
  },
} as const satisfies RuleTable;

const names: Readonly<Record<ProofKind, string>> = {
  edc: "codes of raw sectors",
  list: "lists inside the image",
  implanted: "implanted digests",
  format: "checksums of formats",
  manifest: "the given manifest",
  pieces: "pieces",
  twin: "copies that agree",
};

/** Conflicts that are listed one by one. */
const LISTED = 100;

function* checkConflicts(image: Image, { claims }: ProofFacts): Iterable<Hit> {
  if (claims === undefined || claims.refutedCount === 0) return;
  let listed = 0;
  let unrecorded = 0;
  for (const claim of claims.failed) {
    if (!claim.refuted) continue;
    // A structure that does not decode has no record that could be wrong.
    if (claim.strength === "structure") unrecorded++;
    if (claim.strength === "structure" || listed >= LISTED) continue;
    listed++;
    yield conflict(image, claim, claims.by);
  }
  const more = claims.refutedCount - listed - unrecorded;
  if (more <= 0) return;
  const message = `${counted(more, "record")} more are contradicted by digests over wider ranges`;
  yield { rule: rules.conflict, message, count: more };
}

function conflict(
  { mapping }: Image,
  claim: FailedClaim,
  by: ReadonlyMap<ProofKind, Ranges>,
): Hit {
  const { what, spans, record, recorded, computed, tree, node } = claim;
  const [first] = spans;
  const at = first === undefined
    ? -1
    : first.space === "file"
    ? first.start
    : mapping.fileOffset(first.start);
  const kinds = [...by].filter(([, ranges]) => ranges.has(at)).map(([kind]) => names[kind]);
  const others = kinds.length === 0 ? "a digest" : kinds.join(" and ");
  const place = record ?? first;
  return {
    rule: rules.conflict,
    message: `The ${what} does not match, but a digest over at least as many bytes does ` +
      `(${others}): the record is wrong, not the data`,
    ...(place === undefined ? {} : { span: place }),
    ...(recorded === undefined ? {} : { recorded }),
    ...(computed === undefined ? {} : { expected: computed }),
    ...(tree === undefined || node === undefined ? {} : { tree, node }),
  };
}

/** Rules about all proofs together, with their checks. */
export const proofRules: RuleFamily = { rules, image: [checkConflicts] };
