// Rules about all proofs of an image together: whether they agree.

import type { FailedClaim, ProofKind } from "../../model/claims.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Ranges } from "../../model/ranges.ts";
import { type Hit, NO_CLAUSE, type RuleFamily, type RuleTable } from "../rule.ts";
import { filesUnderNone } from "../losses.ts";
import { Vouching } from "../vouched.ts";
import { counted } from "../words.ts";

const rules = {
  share: {
    id: "PRF-013",
    severity: "info",
    title: "Share of bytes under proof",
    clause: NO_CLAUSE,
    rationale:
      "What no proof is over may be damaged without any sign. A digest that holds leaves no doubt; a " +
      "checksum of 16 or 32 bits finds nearly all damage that comes about by accident. That something " +
      "can be decoded proves nothing.",
    remedy: "Compare the rest with a digest from outside: that of the whole image is best.",
  },
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
    // A structure that does not decode has no record that could be wrong, and of two copies either may be.
    const isRecord = claim.strength !== "structure" && claim.kind !== "twin";
    if (!isRecord) unrecorded++;
    if (!isRecord || listed >= LISTED) continue;
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

function percent(part: number, whole: number): string {
  return `${(100 * part / whole).toFixed(1)} %`;
}

// The bytes of each kind overlap: a file may be in a list, and under a digest of the session.
function* checkShare(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { claims, data } = facts;
  const { size } = image.source;
  if (claims === undefined || data === undefined || size === 0) return;
  const vouching = new Vouching(image, facts);
  const { proven, by } = vouching.proof();
  if (proven === 0) {
    yield { rule: rules.share, message: `nothing vouches for any of the ${size} bytes` };
    return;
  }
  const digests = claims.digests.bytes;
  const kinds = Object.entries(by).sort(([, a], [, b]) => b - a)
    // The keys are the kinds.
    .map(([kind, bytes]) => `${names[kind as ProofKind]} ${percent(bytes, size)}`);
  const { files, none } = filesUnderNone(image, vouching.proven());
  const bare = none === 0 ? "" : `; ${none} of ${counted(files, "file")} under none`;
  yield {
    rule: rules.share,
    message: `${percent(digests, size)} of ${size} bytes are proven by digests, ${
      percent(proven - digests, size)
    } by checksums alone: ${kinds.join(", ")}${bare}`,
  };
}

/** Rules about all proofs together, with their checks. */
export const proofRules: RuleFamily = { rules, image: [checkShare, checkConflicts] };
