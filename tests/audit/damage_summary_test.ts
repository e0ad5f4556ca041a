// The damage summary: how the files of an image stand.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { auditText } from "../../src/report/text/audit.ts";
import { plainStyle } from "../../src/report/style.ts";
import { buildImage } from "../support/builder.ts";
import { auditBytes } from "./rule_cases.ts";

async function summaryOf(bytes: Uint8Array, structureOnly = false): Promise<string | undefined> {
  const { result } = await auditBytes(bytes, "built.iso", { structureOnly });
  return result.findings.find(({ rule }) => rule === "DMG-008")?.message;
}

const built = buildImage({
  children: [
    { name: "A.TXT;1", content: "a".repeat(5000) },
    { name: "B.TXT;1", content: "b".repeat(7000) },
    { name: "EMPTY;1", content: "" },
  ],
});

Deno.test("DMG-008 counts files without proof as unproven, and leaves empty ones out", async () => {
  assertEquals(
    await summaryOf(built.bytes()),
    "proven intact: 0 files (0 bytes); damaged: 0 files (0 bytes); unproven: 2 files (12000 bytes)",
  );
});

Deno.test("DMG-008 counts files that the end of the image cuts as damaged", async () => {
  const [{ offset = 0 } = {}] = built.extents.get("primary:/B.TXT;1") ?? [];
  assertEquals(
    await summaryOf(built.bytes().slice(0, offset + 2048)),
    "proven intact: 0 files (0 bytes); damaged: 1 file (7000 bytes); unproven: 1 file (5000 bytes)",
  );
});

Deno.test("DMG-008 counts directories that cannot be read, as the report does", async () => {
  const bytes = built.bytes().slice();
  const root = built.extents.get("primary:/")?.[0]?.offset ?? 0;
  bytes.fill(0, root, root + 2048);
  const { result } = await auditBytes(bytes, "built.iso");
  const summary = result.findings.find(({ rule }) => rule === "DMG-008");
  assertStringIncludes(
    summary?.message ?? "",
    "; 1 directory cannot be read: what it held is unknown",
  );
  assertEquals(result.lostDirectories, 1);
  const text = [...auditText(result, plainStyle)].join("\n");
  assertStringIncludes(text, "1 folder cannot be read: what it held is unknown");
});

Deno.test("DMG-008 says nothing where the data were not read", async () => {
  assertEquals(await summaryOf(built.bytes(), true), undefined);
});
