// The summary of several audits: numbers only, and what could not be opened.

import { assertEquals } from "@std/assert";
import type { AuditResult } from "../../src/audit/result.ts";
import { Summary } from "../../src/audit/summary.ts";
import { tool } from "../../src/model/tool.ts";

function result(verdict: AuditResult["verdict"], more: Partial<AuditResult> = {}): AuditResult {
  return {
    format: "discern.audit/1",
    tool,
    image: { path: "x.iso", bytes: 1000, container: "iso", sectorSize: 2048 },
    profile: "archive",
    verdict,
    volumes: [],
    accounting: { bytes: 1000, owners: {} },
    proof: { proven: 100, contradicted: 50, unproven: 850, by: {} },
    losses: [],
    findings: [],
    ...more,
  };
}

Deno.test("Summary counts verdicts, statuses and losses", () => {
  const summary = new Summary();
  const loss = { path: "/a", volume: "iso9660", bytes: 10 };
  const losses = [
    { ...loss, lost: 4, state: "cut" },
    { ...loss, lost: 0, state: "unproven" },
  ] as const;
  summary.add(result("intact", { known: 3 }), 0);
  summary.add(result("damaged", { losses }), 1);
  summary.fail("y.iso", "no such file");
  assertEquals(summary.result(), {
    format: "discern.summary/1",
    tool,
    images: 3,
    status: 2,
    statuses: { "0": 1, "1": 1, "2": 1 },
    verdicts: { intact: 1, suspicious: 0, damaged: 1, unreadable: 0 },
    findings: { error: 0, warning: 0, info: 0, note: 0 },
    bytes: 2000,
    proof: { proven: 200, contradicted: 100, unproven: 1700 },
    losses: { files: 1, bytes: 4 },
    known: 3,
    failed: [{ path: "y.iso", reason: "no such file" }],
  });
});

Deno.test("Summary without a failure and a baseline has neither", () => {
  const summary = new Summary();
  summary.add(result("suspicious"), 0);
  const { status, failed, known } = summary.result();
  assertEquals([status, failed, known], [0, undefined, undefined]);
});
