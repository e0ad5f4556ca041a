// The text of an audit: no error goes unnamed, and what is hidden is told by severity.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AuditResult } from "../../src/audit/result.ts";
import { plainStyle } from "../../src/report/style.ts";
import { width } from "../../src/report/width.ts";
import { auditText } from "../../src/report/text/audit.ts";
import { summaryText } from "../../src/report/text/summary.ts";
import { auditResult, cutResult, finding } from "../support/audit_results.ts";
import { assertGolden } from "../support/golden.ts";

const ids = (count: number) => Array.from({ length: count }, (_, at) => `ELT-${101 + at}`);
const textOf = (audit: AuditResult) => [...auditText(audit, plainStyle)].join("\n");

Deno.test("up to ten errors are all named, with their titles", () => {
  for (const count of [1, 2, 5, 10]) {
    const findings = [
      ...ids(count).map((id) => finding(id, "error")),
      ...ids(3).map((id) => finding(id.replace("ELT", "SUS"), "warning")),
    ];
    const text = textOf(auditResult(findings));
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
  const text = textOf(auditResult(findings));
  const named = [...text.matchAll(/^ {2}error/gm)].length;
  assertEquals(named, 12);
  assertStringIncludes(text, "  … 4 errors, 7 warnings, 1 info, 1 note more: -v");
});

Deno.test("symptoms are told beside their cause, errors with their titles", () => {
  const findings = [
    finding("IMG-001", "error"),
    finding("IMG-005", "error", { causedBy: 0 }),
    finding("GPT-005", "warning", { causedBy: 0, count: 2 }),
  ];
  const text = textOf(auditResult(findings));
  assertStringIncludes(text, "explains IMG-005 (Title of IMG-005), GPT-005 ×2");
  assert(!text.includes("more: -v"));
});

Deno.test("volumes stand richest first, and none is cut", () => {
  const volumes = (["iso9660", "joliet", "udf", "rockridge"] as const).map((kind) =>
    kind === "udf" ? { kind } : { kind, label: "", blocks: 1, files: 1000, directories: 100 }
  );
  const text = textOf(auditResult([], { verdict: "intact", volumes }));
  const lines = text.slice(text.indexOf("  volumes")).split("\n").slice(0, 3).join("\n");
  const order = ["Rock Ridge: 1,000 files", "Joliet: 1,000", "ISO 9660: 1,000", "UDF: not read"];
  const places = order.map((each) => lines.indexOf(each));
  assertEquals([...places].sort((a, b) => a - b), places);
  assert(places.every((place) => place >= 0));
  for (const line of lines.split("\n")) assert(width(line) <= plainStyle.width);
});

Deno.test("ignored findings are counted beside the verdict", () => {
  assertMatch(
    textOf(auditResult([], { ignored: 3 })),
    /^DAMAGED {3}x\.iso {3}nothing found · 3 findings ignored$/m,
  );
});

Deno.test("files whose bytes are contradicted are hit, and say of how many bytes", () => {
  const loss = { path: "/a", volume: "rockridge", bytes: 5000, lost: 0 } as const;
  const losses = [{ ...loss, contradicted: 2048, state: "contradicted" as const }];
  const text = textOf(auditResult([], { losses }));
  assertStringIncludes(text, "1 file hit, 0 bytes lost, 2.0 KiB contradicted");
  assertMatch(text, /contradicted +\/a {2}2,048 of 5,000 bytes$/m);
});

Deno.test("no error gives way to a warning or a note that stands before it", () => {
  const findings = [
    ...ids(12).map((id) => finding(id.replace("ELT", "XNS"), "note")),
    ...ids(11).map((id) => finding(id, "error")),
  ];
  const text = textOf(auditResult(findings, { profile: "forensic" }));
  assertEquals([...text.matchAll(/^ {2}error/gm)].length, 11);
  assertEquals([...text.matchAll(/^ {2}note/gm)].length, 1);
});

Deno.test("what a baseline knows is told beside the verdict", () => {
  assertMatch(
    textOf(auditResult([], { known: 3, verdict: "intact" })),
    /^INTACT {3}x\.iso {3}nothing new found · 3 known$/m,
  );
});

Deno.test("the first line is the verdict, with the name cut where a terminal is narrow", () => {
  const image = { ...cutResult.image, path: `${"long/".repeat(30)}name.iso` };
  const narrow = { ...plainStyle, cut: true };
  const [first = ""] = auditText({ ...cutResult, image }, narrow);
  assertMatch(first, /^DAMAGED {3}long\/.*…/);
  assert(width(first) <= 80);
  const [whole = ""] = auditText({ ...cutResult, image }, plainStyle);
  assertStringIncludes(whole, image.path);
});

const styles = {
  "plain": plainStyle,
  "verbose": { ...plainStyle, verbose: true },
  "color": { ...plainStyle, color: true, cut: true },
};

for (const [name, style] of Object.entries(styles)) {
  Deno.test(`auditText() prints its golden text: ${name}`, async () => {
    const text = [...auditText(cutResult, style)].map((line) => `${line}\n`).join("");
    await assertGolden(`audit_${name}.txt`, text);
    // Only the escapes that set text off may be in it.
    // deno-lint-ignore no-control-regex -- they are what must not be there
    assertMatch(text.replace(/\x1b\[[\d;]*m/g, ""), /^[^\x00-\x09\x0b-\x1f\x7f]*$/);
  });
}

for (const profile of ["forensic", "conform"] as const) {
  Deno.test(`auditText() prints its golden text: ${profile}`, async () => {
    const [first, second, third, note, ...others] = cutResult.findings;
    if (first === undefined || second === undefined || note === undefined) throw new Error("few");
    const findings = profile === "forensic"
      ? [note, second, first, ...others.map((each) => ({ ...each, causedBy: 2 }))]
      : [first, second, ...others, ...third === undefined ? [] : [third]];
    const lines = auditText({ ...cutResult, profile, findings }, plainStyle);
    await assertGolden(`audit_${profile}.txt`, [...lines].map((line) => `${line}\n`).join(""));
  });
}

Deno.test("summaryText() counts images by verdict", () => {
  const lines = summaryText({
    format: "discern.summary/1",
    tool: cutResult.tool,
    images: 1204,
    status: 2,
    statuses: { "0": 1200, "1": 2, "2": 2 },
    verdicts: { intact: 1150, suspicious: 50, damaged: 2, unreadable: 1 },
    findings: { error: 3, warning: 1, info: 5, note: 7 },
    bytes: 2 ** 40,
    proof: { proven: 2 ** 39, contradicted: 0, unproven: 2 ** 39 },
    losses: { files: 2, bytes: 5000 },
    known: 4,
    failed: [{ path: "y.iso", reason: "no such file" }],
  }, plainStyle);
  assertEquals([...lines], [
    "1,204 images: 1,150 intact · 50 suspicious · 2 damaged · 1 unreadable · 1 not opened",
    "  3 errors · 1 warning · 4 known · 2 files hit, 4.9 KiB lost",
    "  512.0 GiB of 1.0 TiB proven",
  ]);
});
