// How much of an image a checksum inside it vouches for: proven, contradicted, and the rest.

import type { Owner, Span } from "../bytes/span.ts";
import { gptHeader } from "../decode/partition/layout.ts";
import { validationEntry } from "../decode/eltorito/layout.ts";
import type { Image } from "../model/image.ts";
import type { ProofFacts } from "../model/proof.ts";
import { RawProof } from "./raw_proof.ts";
import type { AuditResult } from "./result.ts";

type Range = { readonly start: number; readonly end: number };

type Vouched = { readonly span: Span; readonly holds: boolean };

function* gptSums(image: Image, facts: ProofFacts): Generator<Vouched> {
  for (const { span, value } of image.structuresOf(gptHeader)) {
    const proof = facts.gpt.find(({ header }) => header.start === span.start);
    if (proof?.headerCrc === undefined) continue;
    const holds = proof.headerCrc === value.headerCrc32;
    yield { span: { ...span, length: value.headerSize }, holds };
    const table = image.gpt.find(({ header }) => header.start === span.start);
    // A header that is wrong itself says nothing of its array.
    if (!holds || proof.arrayCrc === undefined || table?.array === undefined) continue;
    yield { span: table.array, holds: proof.arrayCrc === value.partitionEntryArrayCrc32 };
  }
}

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

function* catalogSums(image: Image): Generator<Vouched> {
  for (const { span, value } of image.structuresOf(validationEntry)) {
    yield { span, holds: validationSum(value) === 0 };
  }
}

/** Bytes `[start, end)` of the file under checksums of a format; one that is contradicted holds nothing. */
type Piece = { readonly start: number; readonly end: number; readonly holds: boolean };

function piecesOf(image: Image, facts: ProofFacts): Piece[] {
  const all = [...gptSums(image, facts), ...catalogSums(image)];
  const wrong = union(fileRanges(image, all.filter(({ holds }) => !holds)));
  const right = union(fileRanges(image, all.filter(({ holds }) => holds)));
  const pieces = wrong.map((range): Piece => ({ ...range, holds: false }));
  for (const range of right) {
    for (const left of without(range, wrong)) pieces.push({ ...left, holds: true });
  }
  return pieces;
}

function fileRanges(image: Image, vouched: readonly Vouched[]): Range[] {
  return vouched.flatMap(({ span }) =>
    Array.from(image.mapping.fileSpans(span), ({ start, length }) => ({
      start: Math.max(0, start),
      end: Math.min(start + length, image.source.size),
    }))
  );
}

/** The ranges of a union, sorted. */
function union(ranges: readonly Range[]): Range[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else if (end > start) joined.push({ start, end });
  }
  return joined;
}

/** What sorted ranges leave of a range. */
function* without({ start, end }: Range, taken: readonly Range[]): Generator<Range> {
  let at = start;
  for (const range of taken) {
    if (range.end <= at || range.start >= end) continue;
    if (range.start > at) yield { start: at, end: range.start };
    at = Math.max(at, range.end);
  }
  if (at < end) yield { start: at, end };
}

type Sums = { proven: number; contradicted: number; edc: number; format: number };

/**
 * What vouches for the bytes of an image: checksums of formats (GPT headers and arrays, the validation entry
 * of a boot catalog), and the codes of raw sectors. What one of them contradicts no other proves.
 */
export class Vouching {
  readonly #image: Image;
  readonly #pieces: readonly Piece[];
  readonly #raw: RawProof | undefined;

  constructor(image: Image, facts: ProofFacts) {
    this.#image = image;
    this.#pieces = piecesOf(image, facts);
    const raw = facts.data?.raw;
    this.#raw = raw === undefined ? undefined : new RawProof(image, raw);
  }

  /** Stretches of the file whose user data raw sectors prove (`holds`), or contradict. */
  sectors(holds: boolean): readonly Span[] {
    return this.#raw?.sectors(holds) ?? [];
  }

  #measure(start: number, end: number): Sums {
    const { proven = 0, contradicted = 0 } = this.#raw?.measure(start, end) ?? {};
    const sums = { proven, contradicted, edc: proven, format: 0 };
    for (const piece of this.#pieces) {
      const [from, to] = [Math.max(start, piece.start), Math.min(end, piece.end)];
      if (from >= to) continue;
      const raw = this.#raw?.measure(from, to) ?? { proven: 0, contradicted: 0 };
      const silent = to - from - raw.proven - raw.contradicted;
      if (piece.holds) {
        sums.proven += silent;
        sums.format += silent + raw.proven;
      } else {
        sums.contradicted += silent + raw.proven;
        sums.proven -= raw.proven;
        sums.edc -= raw.proven;
      }
    }
    return sums;
  }

  /** All bytes of the file; the kinds of proof overlap. */
  proof(): AuditResult["proof"] {
    const { size } = this.#image.source;
    const { proven, contradicted, edc, format } = this.#measure(0, size);
    return {
      proven,
      contradicted,
      unproven: size - proven - contradicted,
      by: { ...(edc > 0 ? { edc } : {}), ...(format > 0 ? { format } : {}) },
    };
  }

  /** The same by owner of the bytes; owners without any are left out. */
  owners(): Pick<AuditResult["accounting"], "proven" | "contradicted"> {
    if (this.#raw === undefined && this.#pieces.length === 0) return {};
    const proven: Partial<Record<Owner, number>> = {};
    const contradicted: Partial<Record<Owner, number>> = {};
    for (const { owner, start, length } of this.#image.regions) {
      const sums = this.#measure(start, start + length);
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
