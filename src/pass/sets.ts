// Sets of digests that a pass computes together, and who computes them: plain data, for workers too.

import { EngineError, type EngineKind } from "../kernel/engine.ts";
import type { Algorithm } from "../kernel/kernels.ts";

/** A digest with what is to compute it. */
export type SetMember = {
  readonly algorithm: Algorithm;
  readonly engine: EngineKind;
  /** Streams of at most so many bytes that lie whole in a piece go to the kernels instead, many at a time. */
  readonly short?: number;
  /** Another engine is to compute it too, and must agree. */
  readonly check?: EngineKind;
};

/** Digests that are computed together, in the order of their results. */
export type DigestPlan = readonly SetMember[];

/** Bytes of a digest. */
export const digestSizes: Readonly<Record<Algorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
  blake3: 32,
  crc32: 4,
};

/** Bytes of the digests of a set. */
export function planSize(plan: DigestPlan): number {
  return plan.reduce((sum, { algorithm }) => sum + digestSizes[algorithm], 0);
}

/** Two engines do not agree: neither can be trusted. */
export class EngineDisagreement extends EngineError {
  /** The stream that they were given. */
  readonly stream: number;
  /** What they computed. */
  readonly algorithm: Algorithm;
  /** Each engine with what it computed, in words. */
  readonly values: string;

  /** Says what was computed, and `of` what. */
  constructor(stream: number, algorithm: Algorithm, values: string, of = "") {
    super(`Cannot trust the ${algorithm}${of === "" ? "" : ` of ${of}`}: ${values}`);
    this.name = "EngineDisagreement";
    this.stream = stream;
    this.algorithm = algorithm;
    this.values = values;
  }
}
