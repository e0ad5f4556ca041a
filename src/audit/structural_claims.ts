// What the structures of an image vouch for by themselves: GUID partition tables (UEFI 2.10 5.3.2) and the
// validation entry of a boot catalogue (El Torito 1.0 2.1).

import { gptHeader } from "../decode/partition/layout.ts";
import { validationEntry } from "../decode/eltorito/layout.ts";
import type { Claim } from "../model/claims.ts";
import type { Image } from "../model/image.ts";
import type { ProofFacts } from "../model/proof.ts";

/** Claims of checksums that structures carry over their own bytes. */
export function* structuralClaims(
  image: Image,
  { gpt }: Pick<ProofFacts, "gpt">,
): Generator<Claim> {
  yield* gptClaims(image, gpt);
  yield* catalogClaims(image);
}

function* gptClaims(image: Image, proofs: ProofFacts["gpt"]): Generator<Claim> {
  for (const { span, value } of image.structuresOf(gptHeader)) {
    const proof = proofs.find(({ header }) => header.start === span.start);
    if (proof?.headerCrc === undefined) continue;
    const holds = proof.headerCrc === value.headerCrc32;
    const table = image.gpt.find(({ header }) => header.start === span.start);
    const which = table?.role ?? "stray";
    yield {
      ...checksum,
      what: `CRC-32 of the ${which} GPT header`,
      holds,
      spans: [{ ...span, length: value.headerSize }],
      record: { ...span, start: span.start + gptHeader.fields.headerCrc32.offset, length: 4 },
    };
    // A header that is wrong itself says nothing of its array.
    if (!holds || proof.arrayCrc === undefined || table?.array === undefined) continue;
    yield {
      ...checksum,
      what: `CRC-32 of the entries of the ${which} GPT`,
      holds: proof.arrayCrc === value.partitionEntryArrayCrc32,
      spans: [table.array],
      record: {
        ...span,
        start: span.start + gptHeader.fields.partitionEntryArrayCrc32.offset,
        length: 4,
      },
    };
  }
}

const checksum = { kind: "format", strength: "checksum" } as const;

/** Sum of the 16-bit words of a validation entry, LSB first: 0 where it holds (El Torito 1.0 2.1). */
export function validationSum(value: {
  readonly headerId: number;
  readonly platformId: number;
  readonly reserved2: Uint8Array;
  readonly idString: Uint8Array;
  readonly checksum: number;
  readonly keyBytes: Uint8Array;
}): number {
  const { headerId, platformId, reserved2, idString, checksum, keyBytes } = value;
  const low = [headerId, ...even(reserved2), ...even(idString), ...even(keyBytes)];
  const high = [platformId, ...odd(reserved2), ...odd(idString), ...odd(keyBytes)];
  const sum = checksum + total(low) + 256 * total(high);
  return sum % 65536;
}

function even(bytes: Uint8Array): number[] {
  return [...bytes].filter((_, at) => at % 2 === 0);
}

function odd(bytes: Uint8Array): number[] {
  return [...bytes].filter((_, at) => at % 2 === 1);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function* catalogClaims(image: Image): Generator<Claim> {
  for (const { span, value } of image.structuresOf(validationEntry)) {
    const holds = validationSum(value) === 0;
    yield { ...checksum, what: "checksum of the validation entry", holds, spans: [span] };
  }
}
