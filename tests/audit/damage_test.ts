// The damaged fixtures: what the audit says first of each, at the damaged place.

import { assertEquals } from "@std/assert";
import { exitStatus } from "../../src/audit/verdict.ts";
import { damagedFixture, damagedNames, fixtureFileName } from "../support/fixtures.ts";
import { auditBytes } from "./rule_cases.ts";

type Expected = {
  readonly exit: 0 | 1 | 2;
  /** The first finding, and where it points. */
  readonly rule: string;
  readonly offset: number;
};

const expected: Readonly<Record<string, Expected>> = {
  "cut-half": { exit: 1, rule: "IMG-001", offset: 219_136 },
  // Nothing claimed is lost, so the cut is a warning; the broken sector is the error.
  "cut-one-byte": { exit: 1, rule: "IMG-001", offset: 438_271 },
  "cut-in-descriptor": { exit: 1, rule: "IMG-006", offset: 0 },
  "cut-last-file": { exit: 1, rule: "IMG-001", offset: 73_728 },
  "directory-zeroed": { exit: 1, rule: "ISO-DIR-042", offset: 67_584 },
  // The tree is read from its root's own record: the volume counts as recognised.
  "descriptors-zeroed": { exit: 1, rule: "ISO-VDS-001", offset: 32_768 },
  "pvd-signature": { exit: 1, rule: "ISO-VDS-001", offset: 32_768 },
  "pvd-size-orders": { exit: 1, rule: "ISO-PVD-001", offset: 32_848 },
  "record-extent-orders": { exit: 1, rule: "ISO-DIR-004", offset: 43_978 },
  "record-too-long": { exit: 1, rule: "ISO-DIR-001", offset: 53_572 },
  // A warning by itself: it explains the tree tag that fails, which is an error.
  "path-table-orders": { exit: 1, rule: "ISO-PTH-003", offset: 71_690 },
  "directory-loop": { exit: 1, rule: "ISO-DIR-013", offset: 59_586 },
  "file-bit": { exit: 1, rule: "PRF-009", offset: 352_256 },
  "file-past-end": { exit: 1, rule: "IMG-016", offset: 43_454 },
  // Genuine images have such files: what names the record first is the session tag over it.
  "joliet-elsewhere": { exit: 1, rule: "PRF-007", offset: 403_456 },
  "symlink-overrun": { exit: 1, rule: "RRP-008", offset: 43_956 },
  "ce-loop": { exit: 1, rule: "SUS-007", offset: 53_248 },
  "ce-past-end": { exit: 1, rule: "SUS-006", offset: 51_612 },
  "eltorito-checksum": { exit: 1, rule: "ELT-006", offset: 106_524 },
  "eltorito-catalog-past-end": { exit: 1, rule: "ELT-004", offset: 34_887 },
  "boot-image-bit": { exit: 1, rule: "ELT-025", offset: 108_552 },
  "mbr-signature": { exit: 1, rule: "GPT-012", offset: 510 },
  "gpt-header-crc": { exit: 1, rule: "GPT-001", offset: 528 },
  "gpt-entries-crc": { exit: 1, rule: "GPT-002", offset: 600 },
  "gpt-backup-zeroed": { exit: 0, rule: "GPT-005", offset: 544 },
  "isomd5-bit": { exit: 1, rule: "PRF-002", offset: 491_520 },
  // The line holds its checksum with the MD5 that it should have: nothing is lost.
  "md5-tag": { exit: 0, rule: "PRF-008", offset: 55_296 },
  "raw-data-bit": { exit: 0, rule: "CDR-007", offset: 20 * 2352 + 2064 },
  // With the right pattern the code of the sector holds: nothing is lost, so it is a warning.
  "raw-sync": { exit: 0, rule: "CDR-001", offset: 21 * 2352 },
  "raw-header-time": { exit: 0, rule: "CDR-003", offset: 22 * 2352 + 12 },
  "raw-cut": { exit: 1, rule: "IMG-001", offset: 445_880 },
  "session-2-zeroed": { exit: 1, rule: "ISO-VDS-016", offset: 112 * 2048 },
  "zisofs-pointer": { exit: 1, rule: "ZIS-004", offset: 149_524 },
  "text.iso": { exit: 2, rule: "IMG-011", offset: 0 },
  "html.iso": { exit: 2, rule: "IMG-011", offset: 0 },
  "empty.iso": { exit: 2, rule: "IMG-006", offset: 0 },
  "short.iso": { exit: 2, rule: "IMG-011", offset: 0 },
};

/** Damage of kinds that other families judge, which are not written yet. */
const judgedLater: Readonly<Record<string, string>> = {
  "udf-file-entry-crc": "UDF",
  "udf-tag-checksum": "UDF",
  "udf-anchor-zeroed": "UDF",
  "udf-anchor-zeroed-pure": "UDF",
};

Deno.test("every damaged fixture has an expectation, or a family that will judge it", () => {
  const named = [...Object.keys(expected), ...Object.keys(judgedLater)];
  assertEquals(named.sort(), [...damagedNames()].sort());
});

for (const [name, { exit, rule, offset }] of Object.entries(expected)) {
  Deno.test(`audit() of ${name} begins with ${rule} at ${offset}`, async () => {
    const { bytes, origin } = await damagedFixture(name);
    const file = origin === undefined ? name : fixtureFileName(origin);
    const { result } = await auditBytes(bytes, file);
    const [first] = result.findings;
    assertEquals([first?.rule, first?.offset], [rule, offset]);
    assertEquals(exitStatus(result), exit);
  });
}
