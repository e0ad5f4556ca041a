// What claims come to: against the same decided byte by byte, and for very many of them.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fileSpan, logicalSpan } from "../../src/bytes/span.ts";
import { StrideMapping } from "../../src/disc/mapping.ts";
import type { Claim, ProofKind, Strength } from "../../src/model/claims.ts";
import type { Image } from "../../src/model/image.ts";
import type { ByteRange, Ranges } from "../../src/model/ranges.ts";
import { ProofLedger } from "../../src/proof/ledger.ts";

const SIZE = 64;

function ledgerOf(size: number, stride = 2048): ProofLedger {
  const layout = { stride, dataOffset: stride === 2048 ? 0 : 16, origin: 0 };
  const image = { mapping: new StrideMapping(layout, size), source: { size } };
  // The ledger asks an image for nothing else.
  return new ProofLedger(image as unknown as Image);
}

function claimOf(
  holds: boolean,
  strength: Strength,
  covered: readonly ByteRange[],
  more: { readonly kind?: ProofKind; readonly suspect?: readonly ByteRange[] } = {},
): Claim {
  const { kind = "list", suspect } = more;
  const spans = ({ start, end }: ByteRange) => fileSpan(start, end - start);
  return {
    kind,
    what: "test",
    strength,
    holds,
    spans: covered.map(spans),
    ...(suspect === undefined ? {} : { suspect: suspect.map(spans) }),
  };
}

const range = fc.record({ start: fc.nat(SIZE - 1), length: fc.integer({ min: 1, max: 24 }) })
  .map(({ start, length }): ByteRange => ({ start, end: Math.min(SIZE, start + length) }));
const claim = fc.record({
  holds: fc.boolean(),
  strength: fc.constantFrom<Strength>("digest", "checksum", "structure"),
  covered: range,
  suspect: fc.option(range),
}).map(({ holds, strength, covered, suspect }) => {
  const start = Math.max(covered.start, suspect?.start ?? 0);
  const end = Math.min(covered.end, suspect?.end ?? 0);
  const part = holds || end <= start ? {} : { suspect: [{ start, end }] };
  return claimOf(holds, strength, [covered], part);
});

function has(claim: Claim, at: number, part: "spans" | "suspect" = "spans"): boolean {
  const spans = part === "suspect" ? claim.suspect ?? claim.spans : claim.spans;
  return spans.some(({ start, length }) => at >= start && at < start + length);
}

const bytes = Array.from({ length: SIZE }, (_, at) => at);
const widthOf = ({ spans }: Claim) => spans.reduce((sum, { length }) => sum + length, 0);

/** The same, decided for each byte and claim. */
function decide(claims: readonly Claim[]): { proven: number[]; contradicted: number[] } {
  const held = claims.filter(({ holds, strength }) => holds && strength !== "structure");
  const digests = held.filter(({ strength }) => strength === "digest");
  const contradicted = new Set<number>();
  const failing = claims.filter((each) =>
    !each.holds &&
    !bytes.filter((at) => has(each, at)).every((at) =>
      digests.some((other) => has(other, at) && widthOf(other) >= widthOf(each))
    )
  );
  const suspectOf = (each: Claim) => bytes.filter((at) => has(each, at, "suspect"));
  for (const each of failing) {
    const width = widthOf(each);
    const suspect = suspectOf(each);
    const isExplained = failing.some((other) =>
      (other.strength !== "structure" || each.strength === "structure") &&
      suspectOf(other).length < suspect.length &&
      suspectOf(other).every((at) => suspect.includes(at))
    );
    if (isExplained) continue;
    const left = suspect.filter((at) =>
      !held.some((each) => has(each, at) && (each.strength === "digest" || widthOf(each) < width))
    );
    for (const at of left.length > 0 ? left : suspect) contradicted.add(at);
  }
  return {
    proven: bytes.filter((at) => !contradicted.has(at) && held.some((each) => has(each, at))),
    contradicted: bytes.filter((at) => contradicted.has(at)),
  };
}

function bytesOf(ranges: Ranges): number[] {
  return bytes.filter((at) => ranges.has(at));
}

Deno.test("settle() decides each byte as all claims over it say", () => {
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 10 }), (claims) => {
      const ledger = ledgerOf(SIZE);
      for (const each of claims) ledger.claim(each);
      const { proven, contradicted } = ledger.settle();
      const expected = decide(claims);
      assertEquals(bytesOf(contradicted), expected.contradicted);
      assertEquals(bytesOf(proven), expected.proven);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a digest over all of what a claim that fails covers refutes it", () => {
  const ledger = ledgerOf(SIZE);
  ledger.claim(claimOf(false, "digest", [{ start: 8, end: 16 }]));
  ledger.claim(claimOf(false, "checksum", [{ start: 40, end: 50 }]));
  ledger.claim(claimOf(true, "digest", [{ start: 0, end: 32 }], { kind: "implanted" }));
  const { failed, refutedCount, proven, contradicted } = ledger.settle();
  assertEquals(failed.map(({ refuted }) => refuted), [true, false]);
  assertEquals(refutedCount, 1);
  assertEquals([...proven], [{ start: 0, end: 32 }]);
  assertEquals([...contradicted], [{ start: 40, end: 50 }]);
});

Deno.test("a claim over raw sectors has their user data only, and nothing past the end", () => {
  const ledger = ledgerOf(3 * 2352, 2352);
  const claim = { ...claimOf(true, "digest", []), spans: [logicalSpan(2048, 1e12)] };
  ledger.claim(claim);
  assertEquals([...ledger.settle().proven], [
    { start: 2352 + 16, end: 2352 + 2064 },
    { start: 4704 + 16, end: 4704 + 2064 },
  ]);
});

Deno.test("a million claims of which many fail are settled in bounds", () => {
  const count = 1_000_000;
  const ledger = ledgerOf(count * 4096);
  for (let index = 0; index < count; index++) {
    const start = index * 4096;
    ledger.claim(claimOf(index % 3 > 0, "digest", [{ start, end: start + 3000 }]));
    // A hostile list that names one file of all bytes again and again.
    if (index % 4 === 0) ledger.claim(claimOf(false, "digest", [{ start: 0, end: count * 4096 }]));
  }
  const { proven, contradicted, failed, failedCount } = ledger.settle();
  assertEquals(proven.bytes + contradicted.bytes, count * 3000);
  assertEquals(failedCount, 250_000 + Math.ceil(count / 3));
  assert(failed.length < 10_000);
});

Deno.test("a structure that cannot be decoded leaves what a digest contradicts as it is", () => {
  for (const strength of ["structure", "checksum"] as const) {
    const ledger = ledgerOf(SIZE);
    ledger.claim(claimOf(false, "digest", [{ start: 8, end: 48 }]));
    ledger.claim(claimOf(false, strength, [{ start: 8, end: 48 }], {
      suspect: [{ start: 16, end: 48 }],
    }));
    const start = strength === "structure" ? 8 : 16;
    assertEquals([...ledger.settle().contradicted], [{ start, end: 48 }]);
  }
});
