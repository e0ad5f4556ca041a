// How much of an image its proofs vouch for: proven, contradicted, and the rest.

import type { Owner } from "../bytes/span.ts";
import type { ClaimFacts, ProofKind } from "../model/claims.ts";
import type { Image } from "../model/image.ts";
import type { ProofFacts } from "../model/proof.ts";
import { type ByteRange, Ranges } from "../model/ranges.ts";
import { RawProof } from "./raw_proof.ts";
import type { AuditResult } from "./result.ts";

type Sums = { readonly proven: number; readonly contradicted: number };

/** Where nothing was claimed. */
const silence: Pick<ClaimFacts, "digests" | "proven" | "contradicted" | "by"> = {
  digests: Ranges.none,
  proven: Ranges.none,
  contradicted: Ranges.none,
  by: new Map(),
};

function rangeOf(
  { start, length }: { readonly start: number; readonly length: number },
): ByteRange {
  return { start, end: start + length };
}

/** Raw sectors that are not those of their place: swapped, copied, or behind whole ones that are missing. */
function displacedIn({ source }: Image, { displaced = [], slips = [] }: ProofFacts): Ranges {
  const ranges = displaced.map(({ start, length }) => ({ start, end: start + length }));
  let shift = 0;
  for (const [index, { end, by, bytes }] of slips.entries()) {
    shift += bytes;
    if (by === "headers" && shift !== 0) {
      ranges.push({ start: end, end: slips[index + 1]?.start ?? source.size });
    }
  }
  return Ranges.of(ranges.sort((a, b) => a.start - b.start));
}

/**
 * What vouches for the bytes of an image: the claims of its proofs, and the codes of raw sectors. Those
 * codes stand back where a claim contradicts, and where a digest proves: of what is under nothing but
 * checksums, the wrong code of a sector decides.
 */
export class Vouching {
  readonly #image: Image;
  readonly #facts: ProofFacts;
  readonly #claims: typeof silence;
  readonly #raw: RawProof | undefined;
  /** Where the codes of sectors decide: claims that are decided already left out. */
  readonly #decided: Ranges;
  readonly #checked: Ranges;

  constructor(image: Image, facts: ProofFacts) {
    this.#image = image;
    this.#facts = facts;
    this.#claims = facts.claims ?? silence;
    const { digests, proven, contradicted } = this.#claims;
    const raw = facts.data?.raw;
    this.#raw = raw === undefined ? undefined : new RawProof(image, raw, displacedIn(image, facts));
    this.#decided = this.#raw === undefined ? Ranges.none : digests.plus(contradicted);
    this.#checked = this.#raw === undefined ? Ranges.none : proven.minus(digests);
  }

  /** Stretches of the file whose user data are contradicted. */
  contradicted(): Ranges {
    const sectors = Ranges.of(this.#raw?.sectors(false) ?? []);
    return this.#claims.contradicted.plus(sectors.minus(this.#claims.digests));
  }

  /** Stretches of the file whose user data are proven. */
  proven(): Ranges {
    const sectors = Ranges.of(this.#raw?.sectors(true) ?? []);
    return this.#claims.proven.plus(sectors).minus(this.contradicted());
  }

  /** Stretches of the file that the storage refused, or that the rescue did not read and nothing proves. */
  unread(): Ranges {
    const { data, rescueLog } = this.#facts;
    const refused = Ranges.of((data?.unread ?? []).map(rangeOf));
    if (rescueLog === undefined) return refused;
    const { size } = this.#image.source;
    const skipped = Ranges.of(
      rescueLog.unread.map(rangeOf).map(({ start, end }) => ({ start, end: Math.min(end, size) })),
    );
    return refused.plus(skipped.minus(this.proven()));
  }

  #measure(start: number, end: number): Sums {
    const { proven, contradicted } = this.#claims;
    const [held, denied] = [proven.measure(start, end), contradicted.measure(start, end)];
    if (this.#raw === undefined) return { proven: held, contradicted: denied };
    const codes = this.#raw.measure(start, end);
    const decided = this.#codesIn(this.#decided, start, end);
    const checked = this.#codesIn(this.#checked, start, end);
    const wrong = codes.contradicted - decided.contradicted;
    return {
      proven: held + codes.proven - decided.proven - checked.proven - checked.contradicted,
      contradicted: denied + wrong,
    };
  }

  /** What the codes of sectors say of the bytes of a set. */
  #codesIn(ranges: Ranges, start: number, end: number): Sums {
    let [proven, contradicted] = [0, 0];
    for (let index = ranges.after(start); ranges.start(index) < end; index++) {
      const [from, to] = [ranges.start(index), ranges.end(index)];
      const codes = this.#raw?.measure(Math.max(start, from), Math.min(end, to));
      proven += codes?.proven ?? 0;
      contradicted += codes?.contradicted ?? 0;
    }
    return { proven, contradicted };
  }

  /** All bytes of the file; the kinds of proof overlap. */
  proof(): AuditResult["proof"] {
    const { size } = this.#image.source;
    const { proven, contradicted } = this.#measure(0, size);
    const by: Partial<Record<ProofKind, number>> = {};
    const codes = this.#raw?.measure(0, size).proven ?? 0;
    const edc = codes - this.#codesIn(this.#claims.contradicted, 0, size).proven;
    if (edc > 0) by.edc = edc;
    for (const [kind, ranges] of this.#claims.by) {
      const bytes = this.#provenOf(ranges);
      if (bytes > 0) by[kind] = (by[kind] ?? 0) + bytes;
    }
    return { proven, contradicted, unproven: size - proven - contradicted, by };
  }

  #provenOf(ranges: Ranges): number {
    const left = ranges.minus(this.#claims.contradicted);
    if (this.#raw === undefined) return left.bytes;
    const checked = left.minus(this.#claims.digests);
    return left.bytes - this.#codesIn(checked, 0, this.#image.source.size).contradicted;
  }

  /** The same by owner of the bytes; owners without any are left out. */
  owners(): Pick<AuditResult["accounting"], "proven" | "contradicted"> {
    const { proven: held, contradicted: denied } = this.#claims;
    if (this.#raw === undefined && held.count + denied.count === 0) return {};
    const proven: Partial<Record<Owner, number>> = {};
    const contradicted: Partial<Record<Owner, number>> = {};
    const { regions } = this.#image;
    for (let [index, start] = [0, 0]; index < regions.count; index++) {
      const end = regions.endOf(index);
      const owner = regions.ownerOf(index);
      const sums = this.#measure(start, end);
      start = end;
      if (sums.proven > 0) proven[owner] = (proven[owner] ?? 0) + sums.proven;
      if (sums.contradicted === 0) continue;
      contradicted[owner] = (contradicted[owner] ?? 0) + sums.contradicted;
    }
    return {
      ...(Object.keys(proven).length === 0 ? {} : { proven }),
      ...(Object.keys(contradicted).length === 0 ? {} : { contradicted }),
    };
  }
}
