// Keeps what proofs claim: ranges of the file in columns, and the first claims that fail whole.

import type { Span } from "../bytes/span.ts";
import {
  type Claim,
  type ClaimFacts,
  type ClaimSink,
  type FailedClaim,
  type ProofKind,
  proofKinds,
} from "../model/claims.ts";
import { Column } from "../model/columns.ts";
import type { Image } from "../model/image.ts";
import { RangeColumns, Ranges } from "../model/ranges.ts";
import { Contradictions } from "./contradictions.ts";

/** Claims that fail and are kept whole: more than the findings of a rule that are listed. */
const KEPT = 4096;

/** Claims of one image. */
export class ProofLedger implements ClaimSink {
  readonly #image: Image;
  readonly #ranges = new RangeColumns();
  /** Number of the kind, and bytes of the claim that a range belongs to. */
  readonly #kind = new Column(Uint8Array);
  readonly #width = new Column(Float64Array);
  readonly #isDigest = new Column(Uint8Array);
  readonly #contradictions = new Contradictions();
  readonly #failed: Claim[] = [];

  /** Claims of `image`. */
  constructor(image: Image) {
    this.#image = image;
  }

  /** See {@linkcode ClaimSink.claim}. */
  claim(claim: Claim): void {
    if (claim.holds) this.#hold(claim);
    else this.#fail(claim);
  }

  #hold({ kind, strength, spans }: Claim): void {
    // That something could be decoded proves nothing.
    if (strength === "structure") return;
    const width = this.#bytesOf(spans);
    for (const [start, end] of this.#fileRanges(spans)) {
      if (this.#ranges.add(start, end) < 0) continue;
      this.#kind.push(proofKinds.indexOf(kind));
      this.#isDigest.push(strength === "digest" ? 1 : 0);
      this.#width.push(width);
    }
  }

  #fail(claim: Claim): void {
    if (this.#failed.length < KEPT) this.#failed.push(claim);
    const { spans, suspect, strength } = claim;
    const isWeak = strength === "structure";
    const number = this.#contradictions.begin(this.#bytesOf(spans), isWeak);
    for (const [start, end] of this.#fileRanges(spans)) {
      this.#contradictions.add(number, start, end, suspect === undefined ? "both" : "covered");
    }
    for (const [start, end] of this.#fileRanges(suspect ?? [])) {
      this.#contradictions.add(number, start, end, "suspect");
    }
  }

  #bytesOf(spans: readonly Span[]): number {
    let bytes = 0;
    for (const { length } of spans) bytes += Math.max(0, length);
    return bytes;
  }

  *#fileRanges(spans: readonly Span[]): Generator<readonly [number, number]> {
    const { mapping, source } = this.#image;
    for (const span of spans) {
      const places = span.space === "file" ? [span] : mapping.fileSpans(this.#inside(span));
      for (const { start, length } of places) {
        const end = Math.min(source.size, start + length);
        if (end > start) yield [Math.max(0, start), end];
      }
    }
  }

  // A span of raw sectors is walked sector by sector: no further than the image goes.
  #inside({ space, start, length }: Span): Span {
    const { logicalStart, logicalSize } = this.#image.mapping;
    const from = Math.max(start, logicalStart);
    return { space, start: from, length: Math.min(start + length, logicalSize) - from };
  }

  /** What all claims come to; more may follow afterwards, for another call. */
  settle(): ClaimFacts {
    const order = this.#ranges.inOrder();
    const underDigests = this.#ranges.rangesOf(order, (index) => this.#isDigest.get(index) === 1);
    const { contradicted, refuted } = this.#contradictions.settle({
      ranges: this.#ranges,
      width: this.#width,
      isDigest: this.#isDigest,
    });
    const failed = this.#failed.map((claim, number): FailedClaim => ({
      ...claim,
      refuted: refuted.get(number) === 1,
    }));
    const by = new Map<ProofKind, Ranges>();
    let held = Ranges.none;
    for (const [number, kind] of proofKinds.entries()) {
      const ranges = this.#ranges.rangesOf(order, (index) => this.#kind.get(index) === number);
      if (ranges.count === 0) continue;
      by.set(kind, ranges);
      held = held.plus(ranges);
    }
    let refutedCount = 0;
    for (const value of refuted.values()) refutedCount += value;
    const failedCount = this.#contradictions.count;
    const proven = held.minus(contradicted);
    const digests = underDigests.minus(contradicted);
    return { digests, proven, contradicted, by, failed, failedCount, refutedCount };
  }
}
