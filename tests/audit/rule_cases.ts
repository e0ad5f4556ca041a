// Mutation cases of rules: change named bytes of a clean image in memory, and name exactly what fires.

import { assertEquals } from "@std/assert";
import type { AuditResult, Finding } from "../../src/audit/result.ts";
import { audit, type AuditOptions } from "../../src/audit/run.ts";
import { type ByteSource, MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import type { Image } from "../../src/model/image.ts";
import { fixtureFileName, fixtureImage } from "../support/fixtures.ts";

/** A finding that the mutation must set off. */
export type ExpectedHit = {
  /** Id of the rule; that of the cases where absent. Collateral findings name theirs. */
  readonly rule?: string;
  /** What `start` and `length` count; `logical` where absent. */
  readonly space?: "file" | "logical";
  /** Absent where the finding has no place. */
  readonly start?: number;
  readonly length?: number;
  /** Compared where given. */
  readonly severity?: string;
  readonly volume?: string;
};

/** One change to one image, and all that comes of it. */
export type RuleCase = {
  readonly name: string;
  /** Name of a fixture, or what makes a clean image that no tool makes. */
  readonly image: string | (() => Uint8Array);
  /** Makes the image that the mutation starts from, in place; the fixture itself where absent. */
  readonly prepare?: (view: DataView<ArrayBuffer>) => void;
  /** Changes the bytes in place, or returns others. */
  readonly mutate: (view: DataView<ArrayBuffer>) => void | Uint8Array;
  /** Wraps the changed bytes: a source that fails, say. */
  readonly source?: (bytes: Uint8Array, name: string) => ByteSource;
  /** Every finding that the unchanged image does not have. */
  readonly hits: readonly ExpectedHit[];
  /** Without the pass over the data. */
  readonly structureOnly?: boolean;
  /** What the audit of the changed image is given besides. */
  readonly options?: AuditOptions;
};

/** An image and its audit. */
export type Audited = { readonly image: Image; readonly result: AuditResult };

/** Examines and audits bytes as a file of the given name. */
export async function auditBytes(
  bytes: Uint8Array,
  name: string,
  { structureOnly = false, source, options }: Pick<
    RuleCase,
    "structureOnly" | "source" | "options"
  > = {},
): Promise<Audited> {
  const opened = source === undefined ? new MemorySource(bytes, name) : source(bytes, name);
  const image = await examine(opened);
  return { image, result: await audit(image, { structureOnly, ...options }) };
}

const clean = new Map<string, Promise<Audited>>();

function auditClean(name: string, structureOnly: boolean): Promise<Audited> {
  const key = `${name} ${structureOnly}`;
  const known = clean.get(key);
  if (known !== undefined) return known;
  const made = fixtureImage(name).then((bytes) =>
    auditBytes(bytes, fixtureFileName(name), { structureOnly })
  );
  clean.set(key, made);
  return made;
}

function placeOf({ rule, severity, offset, length, volume }: Finding, like?: ExpectedHit): string {
  const place = offset === undefined ? "nowhere" : `${offset}+${length}`;
  const more = [
    like?.severity === undefined ? "" : ` ${severity}`,
    like?.volume === undefined ? "" : ` ${volume}`,
  ];
  return `${rule} ${place}${more.join("")}`;
}

function expectedPlace(id: string, hit: ExpectedHit, { mapping }: Image): string {
  const { rule = id, space = "logical", start, length = 0, severity, volume } = hit;
  const more = [severity === undefined ? "" : ` ${severity}`, volume ? ` ${volume}` : ""].join("");
  if (start === undefined) return `${rule} nowhere${more}`;
  if (space === "file" || length === 0) {
    const offset = space === "file" ? start : mapping.fileOffset(start);
    return `${rule} ${offset}+${length}${more}`;
  }
  const offset = mapping.fileOffset(start);
  return `${rule} ${offset}+${mapping.fileOffset(start + length - 1) + 1 - offset}${more}`;
}

/** Findings that another audit of the unchanged image does not have. */
export function newFindings(changed: AuditResult, unchanged: AuditResult): Finding[] {
  const there = new Map<string, number>();
  for (const finding of unchanged.findings) {
    const place = placeOf(finding);
    there.set(place, (there.get(place) ?? 0) + 1);
  }
  return changed.findings.filter((finding) => {
    const place = placeOf(finding);
    const left = there.get(place) ?? 0;
    there.set(place, left - 1);
    return left <= 0;
  });
}

/** Rules of digests over parts of an image: any change sets them off, whatever it is a case of. */
const wideDigests: ReadonlySet<string> = new Set([
  "PRF-001",
  "PRF-002",
  "PRF-005",
  "PRF-006",
  "PRF-007",
  "PRF-009",
  "PRF-010",
]);

/** Audits the image of a case as it was, and changed. */
export async function auditCase(
  each: RuleCase,
): Promise<{ readonly before: AuditResult; readonly changed: Audited }> {
  const made = typeof each.image === "string" ? await fixtureImage(each.image) : each.image();
  const bytes = made.slice();
  const name = typeof each.image === "string" ? fixtureFileName(each.image) : "built.iso";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const structureOnly = each.structureOnly ?? false;
  each.prepare?.(view);
  const { result: before } = each.prepare === undefined && typeof each.image === "string"
    ? await auditClean(each.image, structureOnly)
    : await auditBytes(bytes.slice(), name, { structureOnly });
  const changed = each.mutate(view) ?? bytes;
  return { before, changed: await auditBytes(changed, name, each) };
}

/** Runs one case; the assertion shows every finding with its message. */
async function runCase(id: string, each: RuleCase): Promise<void> {
  const { before, changed: { image, result } } = await auditCase(each);
  const isWide = wideDigests.has(id) || each.hits.some(({ rule = id }) => wideDigests.has(rule));
  const found = newFindings(result, before)
    .filter(({ rule }) => isWide || !wideDigests.has(rule));
  const expected = each.hits.map((hit) => expectedPlace(id, hit, image)).sort();
  const unused = [...each.hits];
  const actual = found.map((finding) => {
    const like = unused.findIndex((hit) => expectedPlace(id, hit, image) === placeOf(finding, hit));
    return placeOf(finding, like < 0 ? undefined : unused.splice(like, 1)[0]);
  }).sort();
  const messages = found.map(({ rule, offset, length, message }) =>
    `${rule} ${offset}+${length}: ${message}`
  );
  assertEquals(actual, expected, `\nfindings:\n  ${messages.join("\n  ")}\n`);
  assertEquals(each.hits.some((hit) => (hit.rule ?? id) === id), true, "no hit of the rule itself");
}

/** Every case that was registered, with the id of its rule: `tools/examples.ts` takes examples from them. */
export const registeredCases: { readonly id: string; readonly each: RuleCase }[] = [];

/** Registers the mutation cases of a rule: exactly the listed findings must appear beside the old ones. */
export function ruleCases(
  id: string,
  cases: readonly RuleCase[],
  shared: Pick<RuleCase, "structureOnly"> = {},
): void {
  for (const each of cases) {
    registeredCases.push({ id, each: { ...shared, ...each } });
    Deno.test(`${id}: ${each.name}`, () => runCase(id, { ...shared, ...each }));
  }
}

/** For rules about structures: what a loose file leaves behind in the data is another rule's matter. */
export const structure = { structureOnly: true } as const;
