// What vouches for the bytes of an image: each proof with what it covers, and whether the bytes agree.

import type { Span } from "../bytes/span.ts";

/** How a byte is vouched for, as reports name it. */
export type ProofKind = "edc" | "list" | "implanted" | "format" | "manifest" | "pieces" | "twin";

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

/** Takes the claims of all readers of proofs. */
export interface ClaimSink {
  /** Takes one claim; only those that fail are kept whole, so a million that hold cost little. */
  claim(claim: Claim): void;
}
