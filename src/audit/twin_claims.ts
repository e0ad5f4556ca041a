// What an image records twice (ECMA-119:1987 7.2.3, 7.3.3, 6.9; UEFI 2.10 5.3.1): copies that agree prove
// each other, copies that differ contradict each other.

import type { Span } from "../bytes/span.ts";
import { equalBytes } from "../bytes/text.ts";
import { both16, both32, type BothEndian, fieldSpan, type Structure } from "../bytes/struct.ts";
import { gptHeader } from "../decode/partition/layout.ts";
import type { Claim } from "../model/claims.ts";
import type { Image } from "../model/image.ts";
import type { PathTable } from "../model/path_table.ts";
import type { ProofFacts } from "../model/proof.ts";

const twin = { kind: "twin", strength: "checksum" } as const;

/** Claims of descriptors, path tables and partition tables that are recorded twice. */
export function* twinClaims(
  image: Image,
  { gpt }: Pick<ProofFacts, "gpt">,
): Generator<Claim> {
  for (const structure of image.structures()) yield* numberClaims(structure);
  yield* tableClaims(image);
  yield* arrayClaims(image, gpt);
}

function* numberClaims({ layout, span, value }: Structure): Generator<Claim> {
  const agreeing: Span[] = [];
  for (const [field, { type }] of Object.entries(layout.fields)) {
    // Only these two types read a number in both orders.
    if (type !== both16 && type !== both32) continue;
    const number: BothEndian = value[field];
    const place = fieldSpan(layout, field, span);
    if (number.le === number.be) agreeing.push(place);
    else yield { ...twin, what: `both orders of ${field}`, holds: false, spans: [place] };
  }
  if (agreeing.length === 0) return;
  yield { ...twin, what: `both orders in the ${layout.title}`, holds: true, spans: agreeing };
}

// Tables that differ say so themselves (ISO-PTH-003, ISO-PTH-004): which of them is wrong is not known, and
// a table may have been made so.
function* tableClaims({ pathTables }: Image): Generator<Claim> {
  const proven = new Set<PathTable>();
  for (const [index, table] of pathTables.entries()) {
    for (const other of pathTables.slice(index + 1)) {
      if (other.tree !== table.tree || !isSame(table, other)) continue;
      proven.add(table).add(other);
    }
  }
  const spans = Array.from(proven, ({ span, end }) => ({ ...span, length: end - span.start }));
  if (spans.length > 0) yield { ...twin, what: "path tables", holds: true, spans };
}

function isSame(a: PathTable, b: PathTable): boolean {
  if (a.count !== b.count || a.count === 0 || a.span.start === b.span.start) return false;
  for (let index = 0; index < a.count; index++) {
    const [one, two] = [a.record(index), b.record(index)];
    const isEqual = one.location === two.location && one.parent === two.parent &&
      one.extendedAttributeLength === two.extendedAttributeLength &&
      equalBytes(one.identifier, two.identifier);
    if (!isEqual) return false;
  }
  return true;
}

// The checksum that a primary header records of its array is that of the backup's array, too.
function* arrayClaims(image: Image, proofs: ProofFacts["gpt"]): Generator<Claim> {
  const arrays = image.gpt.map(({ role, header, array }) => ({
    role,
    array,
    sum: proofs.find((each) => each.header.start === header.start)?.arrayCrc,
  }));
  const primary = arrays.find(({ role }) => role === "primary");
  const backup = arrays.find(({ role }) => role === "backup");
  if (primary?.array === undefined || backup?.array === undefined) return;
  if (primary.sum === undefined || primary.sum !== backup.sum) return;
  if (primary.array.start === backup.array.start) return;
  const spans = [primary.array, backup.array];
  yield { ...twin, what: `entries of both ${gptHeader.title}s`, holds: true, spans };
}
