// What an image records twice proves itself where both copies agree, and is contradicted where they differ.

import { assertEquals } from "@std/assert";
import { damagedFixture, fixtureImage } from "../support/fixtures.ts";
import { auditBytes } from "./rule_cases.ts";

const LEVEL_1 = "iso-level1-genisoimage";

async function proofOf(change: (bytes: Uint8Array) => void = () => {}) {
  const bytes = (await fixtureImage(LEVEL_1)).slice();
  change(bytes);
  return (await auditBytes(bytes, "x.iso")).result.proof;
}

Deno.test("numbers in both orders and path tables that agree prove each other", async () => {
  // 8 + 4 + 4 + 4 + 8 bytes of the descriptor, 20 of its root record, and two tables of 62 bytes.
  const { proven, contradicted, by } = await proofOf();
  assertEquals([proven, contradicted, by], [172, 0, { twin: 172 }]);
});

Deno.test("a number whose copies differ is contradicted at its own bytes", async () => {
  const { proven, contradicted } = await proofOf((bytes) => bytes.set([0xff], 32_768 + 124));
  assertEquals([proven, contradicted], [168, 4]);
});

Deno.test("path tables that differ prove nothing", async () => {
  const image = await auditBytes(await fixtureImage(LEVEL_1), "x.iso");
  const [table] = image.image.pathTables;
  const { proven, contradicted } = await proofOf((bytes) =>
    bytes.set([0x77], (table?.span.start ?? 0) + 2)
  );
  assertEquals([proven, contradicted], [48, 0]);
});

Deno.test("a digest that holds over a number whose copies differ is no conflict of proofs", async () => {
  const { bytes, origin } = await damagedFixture("pvd-size-orders");
  const { result } = await auditBytes(bytes, `${origin}.iso`);
  assertEquals(result.findings.some(({ rule }) => rule === "PRF-022"), false);
  assertEquals(
    result.proof.proven + result.proof.contradicted + result.proof.unproven,
    bytes.length,
  );
});
