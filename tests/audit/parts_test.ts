// Directories are judged in parts: what the audit finds does not depend on how large the parts are.

import { assertEquals } from "@std/assert";
import type { AuditResult } from "../../src/audit/result.ts";
import { audit } from "../../src/audit/run.ts";
import { MemorySource } from "../../src/bytes/source.ts";
import { SECTOR } from "../../src/bytes/span.ts";
import { examine } from "../../src/examine.ts";
import type { Image } from "../../src/model/image.ts";
import { mutant, victim } from "../fuzz/mutants.ts";
import { buildImage, type ImageSpec } from "../support/builder.ts";
import {
  damagedFixtures,
  fixtureFileName,
  fixtureImage,
  fixtureNames,
} from "../support/fixtures.ts";

/** Audits with directories read `partBytes` at a time. */
async function auditParts(image: Image, partBytes: number): Promise<AuditResult> {
  const parts = image.directoryParts.bind(image);
  image.directoryParts = (tree, node) => parts(tree, node, partBytes);
  const result = await audit(image, { structureOnly: true });
  image.directoryParts = parts;
  return result;
}

/** The findings of an image, which are the same whether directories are whole or in parts. */
async function findingsOf(bytes: Uint8Array, name: string): Promise<AuditResult["findings"]> {
  const image = await examine(new MemorySource(bytes, name));
  const whole = await auditParts(image, Infinity);
  for (const sectors of [1, 3]) {
    assertEquals(await auditParts(image, sectors * SECTOR), whole, `parts of ${sectors} sectors`);
  }
  assertEquals(await audit(image, { structureOnly: true }), whole, "parts as they are by default");
  return whole.findings;
}

Deno.test("audit() finds the same in parts of directories: fixtures", async (t) => {
  for (const name of fixtureNames()) {
    await t.step(name, async () => {
      await findingsOf(await fixtureImage(name), fixtureFileName(name));
    });
  }
});

Deno.test("audit() finds the same in parts of directories: damaged fixtures", async (t) => {
  for (const { name, origin, bytes } of await damagedFixtures()) {
    const file = origin === undefined ? name : fixtureFileName(origin);
    await t.step(name, async () => void await findingsOf(bytes, file));
  }
});

const FILES = 300;

function digits(number: number): string {
  return String(number).padStart(4, "0");
}

// What each of these has to do with stands sectors away from it.
const odd: ImageSpec["children"] = [
  { name: "TWICE.TXT;1", content: "second of its name" },
  { name: "case0007.txt;1", content: "lower case", posixName: "shared" },
  { name: "F0003.TXT;1", content: "fork", associated: true },
  { name: "ALONE.TXT;1", content: "fork without a file", associated: true },
  { name: "HIDDEN.TXT;7", content: "hidden", flags: 1 },
  { name: "PARTS.TXT;1", content: { size: 10_000 }, sections: [2048, 2050, 2048] },
  { name: "A.TXT;1", content: "out of order", date: new Uint8Array([100, 13, 1, 0, 0, 0, 0]) },
  { name: "DIR", children: [{ name: "IN.TXT;1", content: "x" }] },
];

const spread = buildImage({
  rockRidge: "1.12",
  joliet: 3,
  unsorted: true,
  children: [
    { name: "TWICE.TXT;1", content: "first of its name" },
    { name: "CASE0007.TXT;1", content: "upper case", posixName: "shared" },
    ...Array.from({ length: FILES }, (_, number) => ({
      name: `F${digits(number)}.TXT;1`,
      content: "x",
    })),
    ...odd,
    ...Array.from({ length: FILES }, (_, number) => ({
      name: `G${digits(number)}.TXT;1`,
      content: "x",
    })),
  ],
}).bytes();

Deno.test("audit() finds in parts what stands sectors apart in one directory", async () => {
  const findings = await findingsOf(spread, "spread.iso");
  const found = new Set(findings.map(({ rule }) => rule));
  const rules = ["017", "018", "019", "022", "024", "028", "029", "035", "043"];
  const wanted = [...rules.map((number) => `ISO-DIR-${number}`), "RRP-017"];
  assertEquals(wanted.filter((rule) => !found.has(rule)), []);
  const pairs = findings.filter(({ rule }) => rule === "ISO-DIR-029").map(({ message }) => message);
  assertEquals(
    pairs.filter((message) => message.endsWith("in the same directory")).length > 0,
    true,
  );
  assertEquals(pairs.filter((message) => message.endsWith("it has no main file")).length > 0, true);
});

Deno.test("audit() finds the same in parts of a damaged large directory", async (t) => {
  const origin = await victim("spread.iso", spread);
  for (let number = 0; number < 60; number++) {
    await t.step(`mutant ${number}`, async () => {
      await findingsOf(mutant(origin, number), "spread.iso");
    });
  }
});

Deno.test("audit() counts every record of a large directory that is out of order", async () => {
  const count = 2500;
  const bytes = buildImage({
    unsorted: true,
    children: Array.from({ length: count }, (_, number) => ({
      name: `F${digits(count - number)}.TXT;1`,
      content: "x",
    })),
  }).bytes();
  const findings = await findingsOf(bytes, "reversed.iso");
  const order = findings.filter(({ rule }) => rule === "ISO-DIR-017");
  assertEquals(order.length, 1001);
  assertEquals(order.reduce((sum, each) => sum + each.count, 0), count - 1);
});
