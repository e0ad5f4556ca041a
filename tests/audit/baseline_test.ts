// Baselines: findings of a former report do not count, by fingerprints that outlive the report.

import { assert, assertEquals } from "@std/assert";
import { type Baseline, knownOf, newFindings, parseBaseline } from "../../src/audit/baseline.ts";
import { fnv1a, furtherFingerprint } from "../../src/audit/fingerprint.ts";
import type { AuditResult, Finding } from "../../src/audit/result.ts";
import { audit, type AuditOptions } from "../../src/audit/run.ts";
import { exitStatus } from "../../src/audit/verdict.ts";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { buildImage } from "../support/builder.ts";
import { damagedFixture, fixtureImage } from "../support/fixtures.ts";
import { digestOf, ListedImage } from "../support/listed_tree.ts";

async function auditOf(bytes: Uint8Array, options: AuditOptions = {}, name = "x.iso") {
  return await audit(await examine(new MemorySource(bytes, name)), options);
}

function parsedBaseline(...reports: readonly AuditResult[]): Baseline {
  const found = parseBaseline(JSON.stringify(reports));
  if ("error" in found) throw new Error(found.error);
  return found;
}

/** Published values of the function's authors. */
const vectors = [["", "cbf29ce484222325"], ["a", "af63dc4c8601ec8c"], [
  "foobar",
  "85944171f73967e8",
]];

Deno.test("fnv1a() gives the published values", () => {
  for (const [text = "", hash] of vectors) assertEquals(fnv1a(text), hash, text);
});

Deno.test("an audit against its own report has nothing new", async (t) => {
  for (const name of ["cut-half", "directory-zeroed", "pvd-size-orders", "record-extent-orders"]) {
    await t.step(name, async () => {
      const { bytes } = await damagedFixture(name);
      const before = await auditOf(bytes);
      assert(exitStatus(before) === 1);
      const known = knownOf(parsedBaseline(before), "x.iso", true);
      if (known === undefined) throw new Error("the report is not found");
      const after = await auditOf(bytes, { known });
      assertEquals(after.findings.filter(({ rule }) => rule !== "LIM-001"), []);
      assertEquals([after.verdict, exitStatus(after)], ["intact", 0]);
      const told = before.findings.filter(({ rule }) => rule === "LIM-001").length;
      assertEquals(after.known, before.findings.length - told);
      assertEquals(after.losses, before.losses);
    });
  }
});

Deno.test("a fault that the baseline does not have counts alone", async () => {
  const clean = await auditOf(await fixtureImage("sample"), {}, "sample.iso");
  const { bytes } = await damagedFixture("pvd-size-orders");
  const known = knownOf(parsedBaseline(clean), "other.iso", true);
  if (known === undefined) throw new Error("the report is not found");
  const { findings, verdict } = await auditOf(bytes, { known });
  assert(findings.some(({ rule }) => rule === "ISO-PVD-001"));
  assert(!findings.some(({ rule }) => rule === "GPT-013" || rule === "EXT-004"));
  assertEquals(verdict, "damaged");
});

Deno.test("fingerprints are one for each finding, and the same under every profile", async () => {
  const { bytes } = await damagedFixture("cut-half");
  const all = (await auditOf(bytes)).findings.map(({ fingerprint = "" }) => fingerprint);
  assertEquals(new Set(all).size, all.length);
  const forensic = await auditOf(bytes, { profile: "forensic" });
  assertEquals(forensic.findings.map(({ fingerprint }) => fingerprint).sort(), all.sort());
});

Deno.test("fingerprints stay where a path or a structure says where, though bytes move", async () => {
  const bad = { name: "wrong name.;1", content: "x" };
  const prints = async (...before: readonly { name: string; content: string }[]) => {
    const { findings } = await auditOf(buildImage({ children: [...before, bad] }).bytes());
    return findings.filter(({ path }) => path?.startsWith("/wrong name"))
      .map(({ fingerprint }) => fingerprint);
  };
  const moved = await prints({ name: "A.;1", content: "y".repeat(9000) });
  assert(moved.length > 0);
  assertEquals(await prints(), moved);
});

const content = "the bytes of a file\n".repeat(1000);
const damages: Readonly<Record<string, (file: Uint8Array) => void>> = {
  "one more bit": (file) => file.fill(1, 9000, 9001),
  "all of its bytes": (file) => file.fill(0xaa),
};

for (const [name, damage] of Object.entries(damages)) {
  Deno.test(`other damage in a file that was damaged before is new: ${name}`, async () => {
    const line = `${await digestOf("sha256", content)}  a.txt\n`;
    const image = new ListedImage({ "a.txt": content, "sha256sum.txt": line });
    const { start } = image.place("a.txt");
    const file = (bytes: Uint8Array) => bytes.subarray(start, start + content.length);
    const bytes = image.bytes();
    file(bytes).fill(1, 100, 101);
    const before = await auditOf(bytes);
    assertEquals(exitStatus(before), 1);
    const known = knownOf(parsedBaseline(before), "x.iso", true);
    if (known === undefined) throw new Error("the report is not found");
    assertEquals(exitStatus(await auditOf(bytes, { known })), 0);
    damage(file(bytes));
    const after = await auditOf(bytes, { known });
    assertEquals([after.verdict, exitStatus(after)], ["damaged", 1]);
    assert(after.findings.some(({ rule, path }) => rule === "PRF-011" && path === "/a.txt"));
  });
}

function finding(fingerprint: string, count = 1, rule = "IMG-001"): Finding {
  const text = { title: "t", message: "m", remedy: "r", confidence: "certain" } as const;
  return { rule, severity: "error", ...text, count, fingerprint };
}

Deno.test("newFindings() counts what stands for more places than before as new", () => {
  const known = new Map([["a:1", 2], ["l:1", 1]]);
  const keep = (given: Finding) => newFindings([given], known).length;
  assertEquals([keep(finding("a:1", 2)), keep(finding("a:1", 1)), keep(finding("a:1", 3))], [
    0,
    0,
    1,
  ]);
  assertEquals([keep(finding("b:1")), keep(finding("l:1", 1, "LIM-001"))], [1, 1]);
});

Deno.test("furtherFingerprint() numbers what is alike", () => {
  const first = furtherFingerprint("LIM-001", []);
  assertEquals(furtherFingerprint("LIM-001", [finding(first)]), first.replace(/1$/, "2"));
});

const report = (path: string) => ({
  format: "discern.audit/1",
  image: { path },
  findings: [finding(`${path}:1`)],
});

Deno.test("parseBaseline() reads a report, an array, lines with a summary", () => {
  const [a, b] = [report("/mnt/a.iso"), report("b.iso")];
  const summary = { format: "discern.summary/1" };
  const cases = [
    [JSON.stringify(a), 1],
    [JSON.stringify(a, undefined, 2), 1],
    [JSON.stringify([a, b]), 2],
    [`${JSON.stringify(a)}\n${JSON.stringify(b)}\n${JSON.stringify(summary)}\n`, 2],
  ] as const;
  for (const [text, count] of cases) {
    const found = parseBaseline(text);
    assertEquals("reports" in found ? found.reports.length : found.error, count);
  }
});

Deno.test("parseBaseline() says why something is no baseline", () => {
  const { findings: _, ...without } = report("a");
  const old = { ...report("a"), findings: [{ rule: "IMG-001" }] };
  const cases = [
    ["", "it is no JSON"],
    ["no JSON", "it is no JSON"],
    ['{"format":"discern.audit/1"', "it is no JSON"],
    ["[]", "it has no report"],
    ['{"format":"discern.summary/1"}', "it has no report"],
    ["7", "it is no report that `discern audit --json` printed"],
    ['{"format":"discern.manifest/1"}', "it is no report that `discern audit --json` printed"],
    [JSON.stringify(without), "a report in it has no image or no findings"],
    [
      JSON.stringify(old),
      "a finding in it has no fingerprint: print the report again with this version",
    ],
  ] as const;
  for (const [text, error] of cases) assertEquals(parseBaseline(text), { error }, text);
});

Deno.test("knownOf() takes the report of the path, then of the name, then the only one", () => {
  const several = parseBaseline(JSON.stringify([report("/mnt/a.iso"), report("/old/b.iso")]));
  const one = parseBaseline(JSON.stringify(report("/mnt/a.iso")));
  if ("error" in several || "error" in one) throw new Error("no baseline");
  const first = (baseline: Baseline, path: string, alone = false) =>
    [...knownOf(baseline, path, alone)?.keys() ?? []][0];
  assertEquals(first(several, "/mnt/a.iso"), "/mnt/a.iso:1");
  assertEquals(first(several, "/new/b.iso"), "/old/b.iso:1");
  assertEquals(first(several, "c.iso", true), undefined);
  assertEquals(first(one, "c.iso", true), "/mnt/a.iso:1");
  assertEquals(first(one, "c.iso"), undefined);
});
