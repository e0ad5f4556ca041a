// Profiles against the table of the catalogue: what moves, what is left out, and that LIM never does.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  arranged,
  profileOf,
  profiles,
  severityUnder,
  underProfile,
} from "../../src/audit/profiles.ts";
import type { Finding, ProfileName } from "../../src/audit/result.ts";
import { registry } from "../../src/audit/rules/mod.ts";
import { isRuleSelector } from "../../src/audit/select.ts";
import { audit } from "../../src/audit/run.ts";
import { verdictOf } from "../../src/audit/verdict.ts";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { fixtureImage } from "../support/fixtures.ts";

/** Profile, rule, the severity of a finding, and what becomes of it; `-` where it is left out. */
const moves: readonly (readonly [ProfileName, string, Finding["severity"], string])[] = [
  ["archive", "ISO-DIR-019", "warning", "warning"],
  ["archive", "EXT-004", "note", "note"],
  ["distro", "ELT-025", "warning", "error"],
  ["distro", "GPT-005", "warning", "error"],
  ["distro", "PRF-003", "warning", "error"],
  ["distro", "PRF-001", "error", "error"],
  ["distro", "ELT-024", "note", "info"],
  ["distro", "PRF-013", "info", "info"],
  ["distro", "IMG-004", "info", "warning"],
  ["distro", "ISO-DIR-019", "warning", "info"],
  ["distro", "ISO-DIR-020", "warning", "info"],
  ["distro", "ISO-DIR-021", "warning", "warning"],
  ["distro", "TIM-004", "info", "note"],
  ["distro", "TIM-001", "note", "note"],
  ["forensic", "ISO-PVD-020", "warning", "info"],
  ["forensic", "JOL-001", "warning", "info"],
  ["forensic", "ISO-PVD-001", "error", "error"],
  ["forensic", "XNS-001", "warning", "warning"],
  ["forensic", "SEC-001", "warning", "warning"],
  ["forensic", "IMG-001", "warning", "warning"],
  ["dump", "CDR-010", "warning", "error"],
  ["dump", "SUB-003", "note", "info"],
  ["dump", "SHT-001", "info", "info"],
  ["dump", "ISO-PVD-020", "warning", "info"],
  ["dump", "ISO-DIR-019", "warning", "info"],
  ["dump", "ISO-DIR-019", "error", "error"],
  ["dump", "ISO-PTH-009", "warning", "warning"],
  ["conform", "ISO-DIR-019", "warning", "error"],
  ["conform", "ISO-DIR-019", "info", "info"],
  ["conform", "EXT-004", "note", "-"],
  ["conform", "LIM-001", "note", "note"],
  ["conform", "LIM-002", "warning", "warning"],
];

for (const [name, id, severity, expected] of moves) {
  Deno.test(`severityUnder() ${name}: ${id} at ${severity} is ${expected}`, () => {
    assertEquals(severityUnder(profileOf(name), id, severity) ?? "-", expected);
  });
}

Deno.test("profiles name rules of the catalogue, and archive is the first of them", () => {
  assertEquals(profiles.map(({ name }) => name), [
    "archive",
    "distro",
    "forensic",
    "dump",
    "conform",
  ]);
  for (const { moves, first = [] } of profiles) {
    for (const selector of [...moves.flatMap(({ rules = [] }) => rules), ...first]) {
      assert(isRuleSelector(selector), selector);
    }
  }
  // A caller in plain JavaScript may ask for anything.
  assertThrows(() => profileOf("mirror" as ProfileName), TypeError, "there is none");
});

Deno.test("no profile moves a severity by more than one step", () => {
  const order = ["error", "warning", "info", "note"];
  for (const profile of profiles) {
    for (const { id } of registry()) {
      for (const [at, severity] of (["error", "warning", "info", "note"] as const).entries()) {
        const moved = severityUnder(profile, id, severity);
        if (moved === undefined) continue;
        assert(Math.abs(order.indexOf(moved) - at) <= 1, `${profile.name} ${id} ${severity}`);
      }
    }
  }
});

function finding(rule: string, severity: Finding["severity"], causedBy?: number): Finding {
  const text = { title: "t", message: "m", remedy: "r" };
  const cause = causedBy === undefined ? {} : { causedBy };
  return { rule, severity, confidence: "certain", ...text, count: 1, ...cause };
}

const listed = (findings: readonly Finding[]) =>
  findings.map(({ rule, causedBy }) => causedBy === undefined ? rule : `${rule}<${causedBy}`);

Deno.test("underProfile() sorts anew, and causes follow", () => {
  const findings = [
    finding("IMG-001", "error"),
    finding("ISO-DIR-019", "warning"),
    finding("EXT-004", "note"),
    finding("GPT-005", "warning", 0),
    finding("XNS-003", "note", 1),
  ];
  const under = (name: ProfileName) => underProfile(findings, profileOf(name));
  assertEquals(listed(under("archive").findings), listed(findings));
  assertEquals(listed(under("forensic").findings), [
    "EXT-004",
    "XNS-003<3",
    "IMG-001",
    "ISO-DIR-019",
    "GPT-005<2",
  ]);
  const { findings: kept, left } = under("conform");
  assertEquals([listed(kept), left], [["IMG-001", "ISO-DIR-019", "GPT-005<0"], 2]);
});

Deno.test("arranged() lets a finding whose cause is gone stand for itself", () => {
  const findings = [undefined, finding("GPT-005", "warning", 0), finding("ELT-014", "warning", 1)];
  assertEquals(listed(arranged(findings)), ["GPT-005", "ELT-014<0"]);
});

Deno.test("audit() gives its verdict after the profile, and says which", async () => {
  const bytes = await fixtureImage("bsdtar");
  const verdicts: string[] = [];
  for (const { name } of profiles) {
    const image = await examine(new MemorySource(bytes, "x.iso"));
    const result = await audit(image, { profile: name, only: ["ISO-DIR-019", "EXT"] });
    assertEquals(result.profile, name);
    assertEquals(result.verdict, verdictOf(result.findings, true));
    verdicts.push(result.verdict);
  }
  assertEquals(verdicts, ["suspicious", "intact", "intact", "intact", "damaged"]);
});
