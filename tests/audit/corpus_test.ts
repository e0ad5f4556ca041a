// The audit on other projects' images: what is genuine has no error, what is damaged has one at the place.

import { assert, assertEquals } from "@std/assert";
import type { AuditResult } from "../../src/audit/result.ts";
import { exitStatus } from "../../src/audit/verdict.ts";
import {
  corpusEntries,
  type CorpusEntry,
  corpusFile,
  corpusFileName,
  corpusTest,
} from "../support/corpus.ts";
import { auditBytes } from "./rule_cases.ts";

const images = () =>
  corpusEntries().filter(({ kind }) => kind === "image" || kind === "raw-sectors");

async function auditEntry(entry: CorpusEntry): Promise<AuditResult> {
  return (await auditBytes(await corpusFile(entry), corpusFileName(entry))).result;
}

/** Whether the index says that ISO 9660 (and not only UDF, HFS or audio) is in an image. */
function isIso({ features }: CorpusEntry): boolean {
  return features?.includes("iso9660") === true;
}

function grave({ findings }: AuditResult, severity: string): string[] {
  return findings.filter((each) => each.severity === severity)
    .map(({ rule, offset, message }) => `${rule} at ${offset}: ${message}`);
}

corpusTest(
  "audit() of every corpus image: regions and proof add up, the document is JSON",
  async (t) => {
    for (const entry of images()) {
      await t.step(entry.file, async () => {
        const result = await auditEntry(entry);
        const sum = Object.values(result.accounting.owners).reduce((a, b) => a + b, 0);
        assertEquals(sum, entry.bytes);
        const { proven, contradicted, unproven } = result.proof;
        assertEquals(proven + contradicted + unproven, entry.bytes);
        assertEquals(JSON.parse(JSON.stringify(result)), result);
        if (result.image.hashes !== undefined) {
          assertEquals(result.image.hashes.sha256, entry.sha256);
        }
        for (const [index, { causedBy, offset, count }] of result.findings.entries()) {
          assert(causedBy === undefined || causedBy < index);
          assert(offset === undefined || offset >= 0);
          assert(count >= 1);
        }
      });
    }
  },
);

corpusTest("audit() of a genuine image has no error, and 0 or 2 for its status", async (t) => {
  for (const entry of images().filter(({ condition }) => condition === "genuine")) {
    await t.step(entry.file, async () => {
      const result = await auditEntry(entry);
      assertEquals(grave(result, "error"), []);
      assertEquals(exitStatus(result), isIso(entry) ? 0 : 2);
      assertEquals(result.verdict === "unreadable", !isIso(entry));
    });
  }
});

/** Warnings of genuine images, each true of the image as its tool wrote it. */
const justified: Readonly<Record<string, readonly string[]>> = {
  // NetBSD makefs wrote A5 in every byte of the dates.
  "files/libarchive/test_read_format_iso_2.iso.gz": ["ISO-DIR-024"],
  // Directory names with dots.
  "files/sevenzipjbinding/archive1.zip.0.iso.gz": ["ISO-DIR-019"],
  // Made with a link to ".././../tmp" in the root.
  "files/libarchive/test_read_format_iso_rockridge.iso.gz": ["RRP-012"],
  "files/libarchive/test_read_format_iso_zisofs.iso.gz": ["RRP-012"],
  // ImgBurn writes the bare sum of the records as the length of a directory.
  "files/php-iso/test.iso.gz": ["ISO-DIR-011"],
};

corpusTest("audit() warns of genuine images only where the standard is broken", async (t) => {
  for (const entry of images().filter(({ condition }) => condition === "genuine")) {
    await t.step(entry.file, async () => {
      const { findings } = await auditEntry(entry);
      const warnings = findings.filter(({ severity }) => severity === "warning");
      const ids = [...new Set(warnings.map(({ rule }) => rule))].sort();
      const messages = warnings.map(({ rule, message }) => `${rule}: ${message}`).join("\n");
      assertEquals(ids, justified[entry.file] ?? [], messages);
    });
  }
});

/** First finding of each damaged image: at error, at the damaged place. */
const damage: Readonly<Record<string, readonly [rule: string, offset: number]>> = {
  "files/isolyzer/iso9660_nopvd.iso.gz": ["IMG-006", 0],
  "files/isolyzer/iso9660_trunc.iso.gz": ["IMG-001", 49_157],
  "files/util-linux/sample.iso.gz": ["IMG-006", 0],
  "files/exiftool/ISO.iso.gz": ["IMG-001", 40_960],
  // The descriptor is full of the digit 0: its set ends with it.
  "files/libcdio/malformed.iso.gz": ["ISO-VDS-003", 32_768],
  // The Joliet descriptor names no path table.
  "files/libarchive/test_read_format_iso_joliet_utf16be_overflow.iso.gz": ["ISO-PTH-001", 34_956],
  // Its primary descriptor was altered without its code: corpus.json says edc-mismatch.
  "files/cue-specimens/image.bin.gz": ["CDR-007", 16 * 2352 + 2064],
  // The ZF entry has its size LSB first only.
  "files/libarchive/test_read_format_iso_zisofs_overflow.iso.gz": ["ZIS-005", 39_087],
};

/** Altered images whose damage is of a kind that is judged later, with what is damaged. */
const judgedLater: Readonly<Record<string, string>> = {};

corpusTest("audit() of a cut or altered image has an error at the damaged place", async (t) => {
  const damaged = images().filter(({ condition }) =>
    condition === "cut" || condition === "altered"
  );
  assertEquals(
    damaged.map(({ file }) => file).sort(),
    [...Object.keys(damage), ...Object.keys(judgedLater)].sort(),
  );
  for (const entry of damaged.filter(({ file }) => damage[file] !== undefined)) {
    await t.step(entry.file, async () => {
      const result = await auditEntry(entry);
      const [first] = result.findings.filter(({ severity }) => severity === "error");
      assertEquals([first?.rule, first?.offset], [...damage[entry.file] ?? []]);
      assertEquals(result.verdict, "damaged");
      assertEquals(exitStatus(result), 1);
    });
  }
});

corpusTest("audit() of what is no image is unreadable", async () => {
  for (const entry of images().filter(({ condition }) => condition === "not-an-image")) {
    const result = await auditEntry(entry);
    assertEquals([result.verdict, exitStatus(result)], ["unreadable", 2], entry.file);
  }
});
