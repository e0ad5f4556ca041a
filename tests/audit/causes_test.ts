// One cause, however many files it cost: findings that explain others, and those that they explain.

import { assert, assertEquals } from "@std/assert";
import type { Finding } from "../../src/audit/result.ts";
import { buildImage } from "../support/builder.ts";
import { fixtureFileName, fixtureImage } from "../support/fixtures.ts";
import { Places } from "./places.ts";
import { auditBytes } from "./rule_cases.ts";

const SECTOR = 2048;

/** Errors and warnings that no other finding explains. */
function causes(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity, causedBy }) =>
    causedBy === undefined && (severity === "error" || severity === "warning")
  ).map(({ rule }) => rule);
}

/** What a finding explains. */
function symptoms(findings: readonly Finding[], rule: string): string[] {
  const cause = findings.findIndex((finding) => finding.rule === rule);
  return findings.filter(({ causedBy }) => causedBy === cause).map((each) => each.rule).sort();
}

async function changed(fixture: string, change: (bytes: Uint8Array) => void | Uint8Array) {
  const bytes = (await fixtureImage(fixture)).slice();
  const { result } = await auditBytes(change(bytes) ?? bytes, fixtureFileName(fixture));
  return result.findings;
}

Deno.test("a zeroed directory explains path tables, other namespaces and data of its files", async () => {
  const findings = await changed("sample", (bytes) => void bytes.fill(0, 59_392, 67_584));
  assertEquals(causes(findings), ["ISO-DIR-042"]);
  assert(symptoms(findings, "ISO-DIR-042").includes("ISO-PTH-011"));
});

Deno.test("directories zeroed in one run are one loss", async () => {
  const children = Array.from({ length: 5 }, (_, at) => ({
    name: `D${at}`,
    children: [{ name: "F.;1", content: `file ${at}` }],
  }));
  const made = buildImage({ children });
  const bytes = made.bytes().slice();
  const first = made.extents.get("primary:/D1")?.[0]?.offset ?? 0;
  bytes.fill(0, first, first + 3 * SECTOR);
  const { result: { findings } } = await auditBytes(bytes, "built.iso");
  assertEquals(causes(findings), ["ISO-DIR-042"]);
  assertEquals(findings.find(({ causedBy }) => causedBy === 0)?.count, 2);
});

Deno.test("a destroyed primary descriptor explains what hangs on it", async () => {
  const findings = await changed("rr-joliet-many-genisoimage", (bytes) => {
    bytes.fill(0, 16 * SECTOR, 17 * SECTOR);
  });
  assertEquals(causes(findings), ["ISO-VDS-016"]);
  assert(symptoms(findings, "ISO-VDS-016").includes("ISO-VDS-004"));
});

Deno.test("a slip of a raw dump is the one cause of all that follows", async () => {
  for (const by of [-100, 700]) {
    const findings = await changed("mode1-2352", (bytes) => {
      const at = 100 * 2352 + 50;
      const made = new Uint8Array(bytes.length + by);
      made.set(bytes.subarray(0, at));
      made.set(bytes.subarray(at + Math.max(0, -by)), at + Math.max(0, by));
      return made;
    });
    assertEquals(causes(findings), ["IMG-010"]);
    assertEquals(findings[0]?.recorded, String(by));
  }
});

Deno.test("a cut image stays the cause of what lies past its end", async () => {
  const findings = await changed("sample", (bytes) => bytes.slice(0, 219_136));
  assertEquals(causes(findings), ["IMG-001"]);
});

Deno.test("two losses apart from each other are two causes", async () => {
  const findings = await changed("rr-112-xorriso", (bytes) => {
    const places = new Places(bytes);
    const { offset } = places.record("/");
    const [, , ...records] = [...places.records(offset)];
    const folders = records.filter((each) => ((bytes[each.offset + 25] ?? 0) & 2) !== 0);
    assert(folders.length > 0);
    const [folder] = folders;
    const at = places.extent(folder?.offset ?? 0);
    bytes.fill(0, at, at + SECTOR);
    bytes[16 * SECTOR + 84] = 0x77;
  });
  assertEquals(causes(findings).includes("ISO-DIR-042"), true);
  assertEquals(causes(findings).includes("ISO-PVD-001"), true);
});

Deno.test("files in which raw sectors are swapped or off their place are contradicted", async () => {
  const swapped = (bytes: Uint8Array) => {
    const kept = bytes.slice(34 * 2352, 35 * 2352);
    bytes.copyWithin(34 * 2352, 37 * 2352, 38 * 2352);
    bytes.set(kept, 37 * 2352);
  };
  const bytes = (await fixtureImage("mode1-2352")).slice();
  swapped(bytes);
  const { result: { losses } } = await auditBytes(bytes, "swapped.bin");
  assertEquals(losses.map(({ state, path }) => [path, state]), [
    ["/DATA/BLOCK.BIN", "contradicted"],
    ["/DATA/ONE.BIN", "contradicted"],
  ]);
});

Deno.test("what is wrong first in the bytes of a digest explains why it fails", async () => {
  const findings = await changed("sample", (bytes) => void bytes.set([0x60], 43_985));
  assertEquals(causes(findings), ["ISO-DIR-004"]);
  assertEquals(symptoms(findings, "ISO-DIR-004"), ["PRF-006"]);
});

Deno.test("a warning that explains an error is listed with the errors", async () => {
  const findings = await changed("sample", (bytes) => void bytes.set([0xff], 32_900));
  assertEquals(causes(findings), ["ISO-PVD-003"]);
  assertEquals(findings[0]?.rule, "ISO-PVD-003");
  assertEquals(symptoms(findings, "ISO-PVD-003"), ["PRF-005"]);
});

Deno.test("of two digests over one damaged file the first explains the other", async () => {
  const findings = await changed("sample", (bytes) => void bytes.set([0xff], 352_300));
  assertEquals(causes(findings), ["PRF-009"]);
  assertEquals(symptoms(findings, "PRF-009"), ["PRF-007", "PRF-011"]);
});

Deno.test("a file that cannot be decoded is contradicted whole where its digest fails", async () => {
  const bytes = (await fixtureImage("sample")).slice();
  // Of /share/doc/front.png, which begins at 219,136.
  bytes[239_136] = (bytes[239_136] ?? 0) ^ 1;
  const { result } = await auditBytes(bytes, "sample.iso", { options: { deep: true } });
  const { findings, losses } = result;
  assertEquals(losses.map(({ path, contradicted }) => [path, contradicted]), [
    ["/share/doc/front.png", 40_008],
  ]);
  const format = findings.findIndex(({ rule }) => rule === "PRF-017");
  assert(format >= 0);
  const own = findings.filter(({ rule, path }) =>
    rule !== "PRF-017" && path === "/share/doc/front.png"
  );
  assert(own.every(({ causedBy }) => causedBy !== format));
});
