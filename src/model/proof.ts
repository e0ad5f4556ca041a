// Facts for the audit that need whole ranges of the image or a checksum: computed apart from the rules.

import type { Span } from "../bytes/span.ts";

/** What the checksums of one GPT header should be (UEFI 2.10 5.3.2). */
export type GptProof = {
  /** Where the header is: the span of its structure. */
  readonly header: Span;
  /** CRC-32 over the recorded header size with the field itself zero; absent where that is no size. */
  readonly headerCrc?: number;
  /** CRC-32 over the entry array; absent where the array cannot be read whole. */
  readonly arrayCrc?: number;
};

/** All computed facts of an image. */
export type ProofFacts = {
  readonly gpt: readonly GptProof[];
};

/** No computed facts: rules that need one say nothing. */
export const noProofFacts: ProofFacts = { gpt: [] };
