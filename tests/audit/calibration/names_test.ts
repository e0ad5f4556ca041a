// Calibration: genuine images whose system use entries are unlike the specification.

import { assertEquals } from "@std/assert";
import { buildImage } from "../../support/builder.ts";
import { entry } from "../../support/susp_encode.ts";
import { Places } from "../places.ts";
import { auditBytes } from "../rule_cases.ts";

async function findingsOf(bytes: Uint8Array): Promise<string[]> {
  const { result } = await auditBytes(bytes, "calibration.iso");
  return result.findings.map(({ rule, severity }) => `${rule} ${severity}`);
}

Deno.test("VirtualBox guest additions 7.1: SP entry unlike the specification", async () => {
  const children = [{ name: "A.TXT;1", posixName: "a name.txt", content: "text" }];
  const bytes = buildImage({ rockRidge: "1.10", children }).bytes();
  bytes[new Places(bytes).entry("/.", "SP").offset + 3] = 0;
  const found = await findingsOf(bytes);
  assertEquals(found.includes("SUS-004 warning"), true, found.join(", "));
  assertEquals(found.filter((each) => each.endsWith("error")), []);
});

Deno.test("Mac-written discs: padding between SUSP entries", async () => {
  const gap = entry("PD", new Uint8Array(8));
  const children = ["A.TXT;1", "B.TXT;1"].map((name) => ({
    name,
    content: "text",
    systemUse: [gap, entry("PD", new Uint8Array(2))],
  }));
  const bytes = buildImage({ rockRidge: "1.10", children }).bytes();
  const places = new Places(bytes);
  for (const { name } of children) {
    const { offset, length } = places.entry(`/${name}`, "PD");
    bytes.fill(0, offset, offset + length);
  }
  const found = await findingsOf(bytes);
  assertEquals(found.filter((each) => each.startsWith("SUS-016")), ["SUS-016 info"]);
  assertEquals(found.filter((each) => each.endsWith("error")), []);
});
