// Rules about error correction that was added behind an image (dvdisaster).

import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { type Hit, NO_CLAUSE, type RuleFamily, type RuleTable } from "../rule.ts";

const rules = {
  present: {
    id: "PRF-020",
    severity: "info",
    title: "Added error correction present",
    clause: NO_CLAUSE,
    rationale:
      "Damage may be repaired from the image alone: dvdisaster corrects up to as many wrong bytes of " +
      "each code word as it has bytes of parity.",
    remedy: "Where sectors are damaged, let dvdisaster repair a copy.",
  },
} as const satisfies RuleTable;

function* checkErrorCorrection(_image: Image, { errorCorrection }: ProofFacts): Iterable<Hit> {
  if (errorCorrection === undefined) return;
  const { method, header, holds, sectors, data, parity } = errorCorrection;
  const share = data > 0 ? `, ${(100 * parity / data).toFixed(1)} % redundancy` : "";
  const state = holds ? "" : "; the header does not hold its own checksum";
  yield {
    rule: rules.present,
    span: header,
    message:
      `dvdisaster ${method} over ${sectors} sectors, ${parity} bytes of parity for ${data} of data` +
      share + state,
  };
}

/** Rules about added error correction, with their checks. */
export const errorCorrectionRules: RuleFamily = { rules, image: [checkErrorCorrection] };
