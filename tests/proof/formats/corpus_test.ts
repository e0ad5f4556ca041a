// Deep audits of the genuine images of the corpus: no file on them fails a checksum of its own format.

import { assertEquals } from "@std/assert";
import { audit } from "../../../src/audit/run.ts";
import { MemorySource } from "../../../src/bytes/source.ts";
import { examine } from "../../../src/examine.ts";
import { corpusEntries, corpusFile, corpusTest } from "../../support/corpus.ts";

/** Bytes of the largest image that is read here. */
const MOST = 80 * 1024 * 1024;

corpusTest("deep audits of genuine images find no file that fails its format", async (t) => {
  for (const entry of corpusEntries()) {
    if (entry.bytes > MOST || !/\.(iso|img)(\.gz)?$/.test(entry.file)) continue;
    await t.step(entry.file, async () => {
      const image = await examine(new MemorySource(await corpusFile(entry), "x.iso"));
      const { findings } = await audit(image, { deep: true });
      const wrong = findings.filter(({ rule, severity }) =>
        severity === "error" && (rule === "PRF-016" || rule === "PRF-017")
      );
      assertEquals(wrong.map(({ path, message }) => `${path}: ${message}`), []);
    });
  }
});
