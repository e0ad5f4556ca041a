// Calibration: genuine images whose addresses or places are not those of a plain image.

import { assertEquals } from "@std/assert";
import { buildImage } from "../../support/builder.ts";
import { auditBytes } from "../rule_cases.ts";
import { addBase } from "../session_addresses.ts";

Deno.test("CD-Extra data sessions: addresses relative to the disc are no error", async () => {
  const children = [{ name: "SUB", children: [{ name: "A.TXT;1", content: "text" }] }];
  const bytes = buildImage({ children }).bytes().slice();
  addBase(bytes, 11_702);
  const { result } = await auditBytes(bytes, "session2.iso");
  const ids = result.findings.map(({ rule, severity }) => `${rule} ${severity}`);
  assertEquals(ids.includes("IMG-020 warning"), true, ids.join(", "));
  assertEquals(ids.filter((id) => id.endsWith("error")), []);
  assertEquals(result.losses, []);
});
