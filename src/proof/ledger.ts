// Keeps what proofs claim: those that fail whole, the others as ranges of the file.

import type { Claim, ClaimSink } from "../model/claims.ts";

/** Claims of one image. */
export class ProofLedger implements ClaimSink {
  readonly claims: Claim[] = [];

  /** See {@linkcode ClaimSink.claim}. */
  claim(claim: Claim): void {
    this.claims.push(claim);
  }
}
