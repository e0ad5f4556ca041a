// The text of an audit: no error goes unnamed, and what is hidden is told by severity.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AuditResult, Finding } from "../../src/audit/result.ts";
import { plainStyle } from "../../src/report/style.ts";
import { width } from "../../src/report/width.ts";
import { auditText } from "../../src/report/text/audit.ts";
import { summaryText } from "../../src/report/text/summary.ts";
import { auditResult, cutResult, finding } from "../support/audit_results.ts";
import { assertGolden } from "../support/golden.ts";

const ids = (count: number) => Array.from({ length: count }, (_, at) => `ELT-${101 + at}`);
/** Where a proof is over the content. */
const proven = {
  accounting: { bytes: 409_600, owners: { file: 409_600 }, proven: { file: 409_600 } },
  proof: { proven: 409_600, contradicted: 0, unproven: 0, by: { list: 409_600 } },
} as const;
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
    /^DAMAGED besides 3 findings ignored {3}x\.iso {3}nothing found$/m,
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

Deno.test("against a baseline no image is called intact", () => {
  const loss = { path: "/a", volume: "rockridge", bytes: 9, lost: 9, state: "lost" } as const;
  const against = { known: 3, verdict: "intact", losses: [loss] } as const;
  const head = (findings: readonly Finding[], more: Partial<AuditResult> = {}) =>
    textOf(auditResult(findings, { ...proven, ...against, ...more })).split("\n")[0];
  const limit = finding("LIM-001", "info");
  assertEquals(head([]), "NOTHING NEW   x.iso   3 known");
  assertEquals(head([limit]), "NOTHING NEW   x.iso   1 info · 3 known");
  assertEquals(
    head([finding("IMG-007", "info")]),
    "NO NEW FAULTS   x.iso   1 info (-v lists them) · 3 known",
  );
  assertEquals(
    head([], { ignored: 1 }),
    "NOTHING NEW besides 1 finding ignored   x.iso   3 known",
  );
});

Deno.test("where nothing is listed, the first line alone tells of what there is", () => {
  const findings = [finding("IMG-007", "info"), finding("IMG-004", "note")];
  const text = textOf(auditResult(findings, { ...proven, verdict: "intact" }));
  assertMatch(text, /^INTACT {3}x\.iso {3}1 info · 1 note \(-v lists them\)\n\n/);
  assert(!text.includes("more: -v"));
});

Deno.test("a verdict that rests on structure alone says so, on a line of its own where it is long", () => {
  const bare = auditResult([], { verdict: "intact" });
  const basis = "structure only: no file is under a proof";
  assertStringIncludes(textOf(bare), `INTACT   x.iso   nothing found · ${basis}\n`);
  const image = { ...bare.image, path: `${"long".repeat(20)}.iso` };
  assertMatch(textOf({ ...bare, image }), new RegExp(`\\.iso {3}nothing found\n  ${basis}\n`));
  for (
    const other of [{ verdict: "damaged" as const }, { ...proven, verdict: "intact" as const }]
  ) {
    assert(!textOf(auditResult([], other)).includes(basis));
  }
});

Deno.test("errors and their details stand before what a profile puts first", () => {
  const findings = [
    ...ids(5).map((id) => finding(id.replace("ELT", "XNS"), "note")),
    finding("IMG-001", "error"),
  ];
  const text = textOf(auditResult(findings, { profile: "forensic" }));
  const places = ["  error    IMG-001", "  note     XNS-101", "\n  IMG-001 ", "\n  XNS-101 "]
    .map((each) => text.indexOf(each));
  assertEquals([...places].sort((a, b) => a - b), places);
  const detailed = [...text.matchAll(/^ {2}[A-Z]+-\d{3} /gm)].length;
  assert(detailed < findings.length);
  assertStringIncludes(text, `\n  … ${findings.length - detailed} more in detail: -v\n`);
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
    "1,204 images: 1,150 without new faults · 50 suspicious · 2 damaged · 1 unreadable · 1 not opened",
    "  3 errors · 1 warning · 4 known · 2 files hit, 4.9 KiB lost",
    "  512.0 GiB of 1.0 TiB proven",
  ]);
});
