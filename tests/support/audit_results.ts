// Documents of audits that no image makes: what writers of reports are tested with, whatever rules there are.

import type { AuditResult, Finding } from "../../src/audit/result.ts";
import { tool } from "../../src/model/tool.ts";

/** A finding with what every finding has. */
export function finding(
  rule: string,
  severity: Finding["severity"],
  more: Partial<Finding> = {},
): Finding {
  const title = `Title of ${rule}`;
  const message = "a message of some length that has numbers such as 2048 in it, and goes on";
  const remedy = "Copy the disc again.";
  return { rule, severity, confidence: "certain", title, message, remedy, count: 1, ...more };
}

/** The document of an audit with findings. */
export function auditResult(
  findings: readonly Finding[],
  more: Partial<AuditResult> = {},
): AuditResult {
  return {
    format: "discern.audit/1",
    tool,
    image: { path: "x.iso", bytes: 409_600, container: "iso", sectorSize: 2048 },
    profile: "archive",
    verdict: "damaged",
    volumes: [],
    accounting: { bytes: 409_600, owners: { file: 409_600 } },
    proof: { proven: 0, contradicted: 0, unproven: 409_600, by: {} },
    losses: [],
    findings,
    ...more,
  };
}

const cut = finding("IMG-001", "error", {
  title: "Image ends before the volume does",
  message: "the image ends at byte 300000, the volume at 438272: it lacks 138272 bytes",
  clause: "ECMA-119:1987 8.4.8",
  offset: 300_000,
  length: 138_272,
  sector: 146,
  recorded: "300000",
  expected: "438272",
  remedy: "Fetch the missing range, or copy the disc again; the losses list the files concerned.",
  fingerprint: "0123456789abcdef:1",
});

/** A cut image with all that a report can have. */
export const cutResult: AuditResult = auditResult([
  cut,
  finding("ISO-DIR-004", "error", {
    title: "Extent: the two byte orders differ",
    message: "the extent is 51 LSB first but 52 MSB first",
    clause: "ECMA-119:1987 9.1.3",
    offset: 43_838,
    length: 8,
    sector: 21,
    path: "/a b/ü#.txt",
    volume: "rockridge",
    recorded: "51 and 52",
    expected: "51",
    confidence: "likely",
    fingerprint: "0123456789abcde0:1",
  }),
  finding("ISO-DIR-019", "warning", {
    title: "Name uses characters outside the level",
    message: "the name “évil\u001b[31m” has characters that no level has",
    offset: 45_000,
    length: 12,
    sector: 21,
    path: "/\ufffdvil",
    pathBytes: "2fe976696c",
    volume: "iso9660",
    count: 3,
    fingerprint: "0123456789abcde1:1",
  }),
  finding("EXT-004", "note", {
    title: "Data in no file",
    offset: 40_960,
    length: 146,
    sector: 20,
    fingerprint: "0123456789abcde2:1",
  }),
  finding("GPT-005", "warning", { causedBy: 0, count: 2, fingerprint: "0123456789abcde3:1" }),
  finding("IMG-005", "error", {
    title: "Last sector is incomplete",
    causedBy: 0,
    offset: 299_008,
    length: 992,
    sector: 146,
    fingerprint: "0123456789abcde4:1",
  }),
  finding("LIM-001", "note", {
    title: "Check not run",
    message: "the data were not read: digests were not computed",
    fingerprint: "0123456789abcde5:1",
  }),
], {
  image: {
    path: "discs/a b.iso",
    bytes: 300_000,
    container: "iso",
    sectorSize: 2048,
    hashes: { sha256: "e4".repeat(32), md5: "07".repeat(16) },
  },
  volumes: [
    { kind: "iso9660", label: "A", blocks: 214, files: 27, directories: 11 },
    { kind: "rockridge", label: "A", blocks: 214, files: 25, directories: 11 },
    { kind: "udf" },
  ],
  accounting: { bytes: 300_000, owners: { file: 200_000, directory: 60_000, unclaimed: 40_000 } },
  proof: {
    proven: 150_000,
    contradicted: 2048,
    unproven: 147_952,
    by: { format: 10_000, list: 120_000, implanted: 75_000, edc: 0 },
  },
  losses: [
    { path: "/a.dat", volume: "rockridge", bytes: 24_000, lost: 18_912, state: "cut" },
    { path: "/b.dat", volume: "rockridge", bytes: 31_000, lost: 31_000, state: "lost" },
    {
      path: "/c.dat",
      volume: "rockridge",
      bytes: 5000,
      lost: 0,
      contradicted: 2048,
      state: "contradicted",
    },
    { path: "/d.dat", volume: "joliet", bytes: 7, lost: 7, state: "lost" },
  ],
});
