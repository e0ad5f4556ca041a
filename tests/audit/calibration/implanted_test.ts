// Genuine deviations that the calibration lists, for digests in an image: no error comes of them.

import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { buildImage } from "../../support/builder.ts";
import { auditBytes } from "../rule_cases.ts";

const TEXT = 16 * 2048 + 883;

/** As implantisomd5 does it, of an image that has fewer buffers than 21: so many digits are written. */
function implanted(digits: number): Uint8Array {
  const content = "a line of text in a file\n".repeat(12_000);
  const bytes = buildImage({ children: [{ name: "A.TXT;1", content }] }).bytes();
  const volume = new DataView(bytes.buffer).getUint32(16 * 2048 + 84) * 2048;
  bytes.fill(0x20, TEXT, TEXT + 512);
  const covered = bytes.subarray(0, volume - 15 * 2048);
  const md5 = createHash("md5").update(covered).digest("hex");
  const text = `ISO MD5SUM = ${md5};SKIPSECTORS = 15;RHLISOSTATUS=0;` +
    `FRAGMENT SUMS = ${"0123456789abcdef".repeat(4).slice(0, digits)};FRAGMENT COUNT = 20;` +
    "THIS IS NOT THE SAME AS RUNNING MD5SUM ON THIS ISO!!";
  bytes.set(new TextEncoder().encode(text), TEXT);
  return bytes;
}

for (const digits of [0, 33, 57]) {
  Deno.test(`PRF-002: implantisomd5 under about 690 KB, ${digits} digits of fragment sums`, async () => {
    const { result } = await auditBytes(implanted(digits), "small.iso");
    const wrong = result.findings.filter(({ rule, severity }) =>
      severity === "error" || /PRF-00[123]/.test(rule)
    );
    assertEquals(wrong.map(({ rule, message }) => `${rule}: ${message}`), []);
    assertEquals((result.proof.by.implanted ?? 0) > 0, true);
  });
}
