// Calibration: genuine images whose lists name more than the disc has, or files that mastering changed.

import { assertEquals } from "@std/assert";
import { digestOf, ListedImage } from "../../support/listed_tree.ts";
import { auditBytes } from "../rule_cases.ts";

async function found(image: ListedImage): Promise<string[]> {
  const { result } = await auditBytes(image.bytes(), "built.iso");
  return result.findings.map(({ rule, severity }) => `${rule} ${severity}`);
}

Deno.test("Debian installers: Release lists index files that the disc lacks", async () => {
  const packages = "Package: a\nFilename: pool/a.deb\nSize: 1\nSHA256: " + "0".repeat(64) + "\n\n";
  const names = ["main/binary-amd64/Packages", "main/binary-amd64/Packages.xz", "main/i18n/en"];
  let release = "Suite: stable\nSHA256:\n";
  for (const name of names) {
    release += ` ${await digestOf("sha256", packages)} ${packages.length} ${name}\n`;
  }
  const ids = await found(
    new ListedImage({
      "dists/stable/Release": release,
      "dists/stable/main/binary-amd64/Packages": packages,
    }),
  );
  assertEquals(ids.includes("PRF-012 info"), true, ids.join(", "));
  assertEquals(ids.filter((id) => /error|warning/.test(id)), []);
});

Deno.test("remasters: a list in which most lines are wrong names the first files", async () => {
  const files: Record<string, string> = {};
  let list = "";
  for (let number = 0; number < 10; number++) {
    files[`f${number}`] = `${number} of ten`;
    list += `${await digestOf("md5", number < 6 ? "before" : `${number} of ten`)}  f${number}\n`;
  }
  const made = new ListedImage({ ...files, "md5sum.txt": list });
  const { result: { findings } } = await auditBytes(made.bytes(), "built.iso");
  const [stale] = findings.filter(({ rule }) => rule === "PRF-011");
  assertEquals(
    stale?.message,
    '6 of the 10 files that "/md5sum.txt" lists differ from it ("/f0", "/f1", "/f2", and 3 more); no ' +
      "other proof fails, so the list may be older than the files; their bytes are not counted as " +
      "contradicted",
  );
  assertEquals(findings.filter(({ severity }) => severity === "error"), []);
});
