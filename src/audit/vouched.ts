// How much of an image a checksum inside it vouches for: proven, contradicted, and the rest.

import type { Span } from "../bytes/span.ts";
import { gptHeader } from "../decode/partition/layout.ts";
import { validationEntry } from "../decode/eltorito/layout.ts";
import type { Image } from "../model/image.ts";
import type { ProofFacts } from "../model/proof.ts";
import type { AuditResult } from "./result.ts";

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

type Range = { readonly start: number; readonly end: number };

// Lengths of the union of ranges, and the ranges of the union.
function union(ranges: readonly Range[]): Range[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else if (end > start) joined.push({ start, end });
  }
  return joined;
}

function bytesOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

function fileRanges(image: Image, vouched: readonly Vouched[]): Range[] {
  const ranges: Range[] = [];
  for (const { span } of vouched) {
    for (const { start, length } of image.mapping.fileSpans(span)) {
      ranges.push({ start: Math.max(0, start), end: Math.min(start + length, image.source.size) });
    }
  }
  return union(ranges);
}

/**
 * Bytes of the file under a checksum of its format: GPT headers and arrays, the validation entry of a boot
 * catalog. A byte that one checksum contradicts is not proven by another.
 */
export function vouchedBytes(image: Image, facts: ProofFacts): AuditResult["proof"] {
  const all = [...gptSums(image, facts), ...catalogSums(image)];
  const contradicted = fileRanges(image, all.filter(({ holds }) => !holds));
  const covered = bytesOf(fileRanges(image, all));
  const proven = covered - bytesOf(contradicted);
  return {
    proven,
    contradicted: bytesOf(contradicted),
    unproven: image.source.size - covered,
    by: proven > 0 ? { format: proven } : {},
  };
}
