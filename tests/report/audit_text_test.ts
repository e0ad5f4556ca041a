// The text of an audit: no error goes unnamed, and what is hidden is told by severity.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AuditResult, Finding } from "../../src/audit/result.ts";
import { plainStyle } from "../../src/report/style.ts";
import { width } from "../../src/report/width.ts";
import { auditText } from "../../src/report/text/audit.ts";

function finding(
  rule: string,
  severity: Finding["severity"],
  more: Partial<Finding> = {},
): Finding {
  const title = `Title of ${rule}`;
  const message = "a message of some length that has numbers such as 2048 in it, and goes on";
  const remedy = "Copy the disc again.";
  return { rule, severity, confidence: "certain", title, message, remedy, count: 1, ...more };
}

function result(findings: readonly Finding[], more: Partial<AuditResult> = {}): AuditResult {
  return {
    format: "discern.audit/1",
    tool: { name: "discern", version: "0.1.0" },
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

const ids = (count: number) => Array.from({ length: count }, (_, at) => `ELT-${101 + at}`);
const textOf = (audit: AuditResult) => [...auditText(audit, plainStyle)].join("\n");

Deno.test("up to ten errors are all named, with their titles", () => {
  for (const count of [1, 2, 5, 10]) {
    const findings = [
      ...ids(count).map((id) => finding(id, "error")),
      ...ids(3).map((id) => finding(id.replace("ELT", "SUS"), "warning")),
    ];
    const text = textOf(result(findings));
    for (const id of ids(count)) assertMatch(text, new RegExp(`^  error    ${id}  Title`, "m"));
  }
});

Deno.test("what is left out is counted by severity", () => {
  const findings = [
    ...ids(16).map((id) => finding(id, "error")),
    ...ids(7).map((id) => finding(id.replace("ELT", "SUS"), "warning")),
    finding("IMG-007", "info"),
    finding("IMG-004", "note"),
  ];
  const text = textOf(result(findings));
  const named = [...text.matchAll(/^ {2}error/gm)].length;
  assertEquals(named, 11);
  assertStringIncludes(text, "  … 5 errors, 7 warnings, 1 info, 1 note more: -v");
});

Deno.test("symptoms are told beside their cause, errors with their titles", () => {
  const findings = [
    finding("IMG-001", "error"),
    finding("IMG-005", "error", { causedBy: 0 }),
    finding("GPT-005", "warning", { causedBy: 0, count: 2 }),
  ];
  const text = textOf(result(findings));
  assertStringIncludes(text, "explains IMG-005 (Title of IMG-005), GPT-005 ×2");
  assert(!text.includes("more: -v"));
});

Deno.test("volumes stand richest first, and none is cut", () => {
  const volumes = (["iso9660", "joliet", "udf", "rockridge"] as const).map((kind) =>
    kind === "udf" ? { kind } : { kind, label: "", blocks: 1, files: 1000, directories: 100 }
  );
  const text = textOf(result([], { verdict: "intact", volumes }));
  const lines = text.slice(text.indexOf("  volumes")).split("\n").slice(0, 3).join("\n");
  const order = ["Rock Ridge: 1,000 files", "Joliet: 1,000", "ISO 9660: 1,000", "UDF: not read"];
  const places = order.map((each) => lines.indexOf(each));
  assertEquals([...places].sort((a, b) => a - b), places);
  assert(places.every((place) => place >= 0));
  for (const line of lines.split("\n")) assert(width(line) <= plainStyle.width);
});

Deno.test("ignored findings are counted beside the verdict", () => {
  assertMatch(
    textOf(result([], { ignored: 3 })),
    /^DAMAGED {3}nothing found · 3 findings ignored$/m,
  );
});

Deno.test("files whose bytes are contradicted are hit, and say of how many bytes", () => {
  const loss = { path: "/a", volume: "rockridge", bytes: 5000, lost: 0 } as const;
  const losses = [{ ...loss, contradicted: 2048, state: "contradicted" as const }];
  const text = textOf(result([], { losses }));
  assertStringIncludes(text, "1 file hit, 0 bytes lost, 2.0 KiB contradicted");
  assertMatch(text, /contradicted +\/a {2}2,048 of 5,000 bytes$/m);
});
