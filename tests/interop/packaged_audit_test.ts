// The disc images that Debian's packages hold are genuine and work: an audit has no error to report.

import { assertEquals } from "@std/assert";
import { audit, examine, MemorySource } from "../../src/mod.ts";

const folder = Deno.env.get("DISCERN_PACKAGED");
const names = folder === undefined
  ? []
  : [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

if (names.length === 0) {
  const name = "audit() of packaged images (skipped: DISCERN_PACKAGED is not set)";
  Deno.test({ name, ignore: true, fn: () => {} });
}

for (const name of names) {
  Deno.test(`audit() of ${name} has no error`, async () => {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    const { findings, verdict, accounting } = await audit(
      await examine(new MemorySource(bytes, name)),
    );
    const errors = findings.filter(({ severity }) => severity === "error");
    assertEquals(errors, []);
    assertEquals(verdict === "intact" || verdict === "suspicious", true, verdict);
    const owned = Object.values(accounting.owners).reduce((sum, count) => sum + count, 0);
    assertEquals(owned, bytes.length);
  });
}
