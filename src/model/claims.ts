// What vouches for the bytes of an image: each proof with what it covers, and whether the bytes agree.

import type { Span } from "../bytes/span.ts";
import type { Ranges } from "./ranges.ts";

/** How a byte is vouched for, as reports name it. */
export const proofKinds = [
  "edc",
  "list",
  "implanted",
  "format",
  "manifest",
  "pieces",
  "twin",
] as const;

/** One of {@linkcode proofKinds}. */
export type ProofKind = typeof proofKinds[number];

/**
 * How much a proof says where it holds: a digest, a checksum of 16 bits or more, or a structure that could
 * be decoded. Structure alone proves nothing; where it fails, the damage is certain all the same.
 */
export type Strength = "digest" | "checksum" | "structure";

/** One proof: what it covers, and whether the bytes agree with what was recorded. */
export type Claim = {
  readonly kind: ProofKind;
  /** What it is, for messages: `implanted MD5`, `SHA-256 in /md5sum.txt`, `gzip CRC-32`. */
  readonly what: string;
  readonly strength: Strength;
  readonly holds: boolean;
  /** What it covers, in logical bytes or bytes of the file; holes in it are left out. */
  readonly spans: readonly Span[];
  /**
   * Where it fails: the smallest range that the damage is known to lie in, if less than all that it covers.
   */
  readonly suspect?: readonly Span[];
  /** The file that it is about, and the tree that the file is in. */
  readonly tree?: number;
  readonly node?: number;
  /** Where the expected value is recorded. */
  readonly record?: Span;
  readonly recorded?: string;
  readonly computed?: string;
};

/**
 * Takes the claims of all readers of proofs. A claim that holds proves what it covers, by digest or
 * checksum. One that fails contradicts its `suspect` (all that it covers where there is none), less what
 * digests prove there, and less what checksums of less width prove; where that leaves nothing, all of it.
 * One that suspects all of what another suspects, and more, fails for the same damage, and adds nothing,
 * unless the other rests on structure alone, and it does not.
 */
export interface ClaimSink {
  /** Takes one claim; only those that fail are kept whole, so a million that hold cost little. */
  claim(claim: Claim): void;
}

/** A claim that does not hold, with what the other claims make of it. */
export type FailedClaim = Claim & {
  /**
   * Digests that hold over all that it covers, and at least as much each, say that not the data but the
   * record is wrong: the bytes count as proven.
   */
  readonly refuted: boolean;
};

/** What all claims of an image come to, in bytes of the file. */
export type ClaimFacts = {
  /** Bytes that digests prove, and those that digests or checksums prove: none that is contradicted. */
  readonly digests: Ranges;
  readonly proven: Ranges;
  /** Bytes that a claim contradicts. */
  readonly contradicted: Ranges;
  /** Bytes under claims that hold, by kind: the contradicted ones among them. */
  readonly by: ReadonlyMap<ProofKind, Ranges>;
  /** The first claims that fail, in the order in which they were made. */
  readonly failed: readonly FailedClaim[];
  /** All that fail, and those of them that are refuted. */
  readonly failedCount: number;
  readonly refutedCount: number;
};
