// Readers of proofs: each is made before the pass over the data, served by it, and claims afterwards.

import type { Algorithm } from "../kernel/digest.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { Image } from "../model/image.ts";
import type { Supplied } from "../model/lists.ts";
import type { ProofFacts } from "../model/proof.ts";
import type { EngineChoice } from "../model/result.ts";
import type { Client, Observer } from "../pass/client.ts";

/** What a reader of proofs may use. */
export type ProverContext = {
  readonly image: Image;
  /** Logical byte after the declared volume. */
  readonly volumeEnd: number;
  /** Also checks the checksums inside the formats of files. */
  readonly deep: boolean;
  /** A list of digests that the user gave. */
  readonly manifest?: Supplied;
  /** Digests of known files. */
  readonly hashSet?: Supplied;
  readonly engines?: EngineChoice;
  readonly signal?: AbortSignal;
  /** Plans a set of digests for streams of the pass: gives its number for `Jobs.take`. */
  plan(algorithms: readonly Algorithm[]): number;
};

/** What a reader of proofs comes to: facts for the rules, under names of its own. */
export type ProverFacts = Partial<Omit<ProofFacts, "gpt" | "boot" | "hfs" | "data" | "claims">>;

/** A reader of one kind of proof. */
export interface Prover {
  /** Served by the pass: digests of stretches, or bytes with a `settle` that waits until they are used. */
  readonly clients?: readonly Client[];
  /** Look at all bytes of the file in order. */
  readonly observers?: readonly Observer[];
  /**
   * Claims what was proven or contradicted, after the pass. May read again, in bounds, what the pass could
   * not serve.
   */
  finish(claims: ClaimSink): ProverFacts | Promise<ProverFacts>;
}

/**
 * Makes a reader, which may read small parts of the image first (lists, tags, tables of contents); undefined
 * where the image has nothing of its kind. Never throws on image data.
 */
export type ProverFactory = (context: ProverContext) => Promise<Prover | undefined>;
