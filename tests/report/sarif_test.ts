// SARIF: the golden document, what the standard says in words, and the published schema where it is at hand.

import { assert, assertEquals, assertMatch } from "@std/assert";
import Ajv from "ajv/dist/2020.js";
import { rules } from "../../src/audit/catalogue.ts";
import type { AuditResult, RuleFacts } from "../../src/audit/result.ts";
import { exitStatus } from "../../src/audit/verdict.ts";
import { Summary } from "../../src/audit/summary.ts";
import { SarifRun } from "../../src/report/sarif.ts";
import { discern, fixturePath } from "../cli/harness.ts";
import { auditResult, cutResult, finding } from "../support/audit_results.ts";
import { corpusRoot } from "../support/corpus.ts";
import { damagedFixture, damagedNames } from "../support/fixtures.ts";
import { assertGolden } from "../support/golden.ts";

/** What the tests look at of a run. */
type Run = {
  readonly tool: {
    readonly driver: {
      readonly rules: readonly Descriptor[];
      readonly notifications?: readonly Descriptor[];
    };
  };
  readonly automationDetails: { readonly id: string };
  readonly invocations: readonly [{
    readonly executionSuccessful: boolean;
    readonly exitCode: number;
    readonly toolExecutionNotifications?: readonly {
      readonly descriptor?: { readonly id: string; readonly index: number };
      readonly level: string;
      readonly message: { readonly text: string };
    }[];
  }];
  readonly artifacts: readonly {
    readonly location: { readonly uri?: string };
    readonly length: number;
    readonly hashes?: Readonly<Record<string, string>>;
  }[];
  readonly results: readonly Result[];
};

type Descriptor = {
  readonly id: string;
  readonly help?: { readonly text: string; readonly markdown: string };
};

type Result = {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly baselineState?: string;
  readonly locations: readonly [{
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri?: string; readonly index: number };
      readonly region?: { readonly startLine: number; readonly byteOffset: number };
    };
    readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
  }];
  readonly relatedLocations?: readonly { readonly message: { readonly text: string } }[];
  readonly partialFingerprints?: Readonly<Record<string, string>>;
};

const same = {
  archive: "error",
  distro: "error",
  forensic: "error",
  dump: "error",
  conform: "error",
} as const;

/** Rules whose words never change. */
function plainRules(result: AuditResult): RuleFacts[] {
  return result.findings.map(({ rule, severity, confidence, title, clause = "none" }) => ({
    ...{ id: rule, severity, confidence, title, clause },
    rationale: `Why ${rule} matters: a_b*c*.`,
    remedy: "Copy the disc again.",
    profiles: same,
  }));
}

function documentOf(...results: readonly AuditResult[]): Record<string, unknown> {
  const facts = [...rules().rules, ...results.flatMap(plainRules)];
  const run = new SarifRun(facts, results[0]?.profile ?? "archive");
  const summary = new Summary();
  for (const result of results) {
    run.add(result);
    summary.add(result, exitStatus(result));
  }
  return { ...run.document(summary.result()) };
}

function runOf(document: unknown): Run {
  // The tests below say what must be in it; where it is not, they fail.
  return (document as { readonly runs: readonly [Run] }).runs[0];
}

const schemaFile = corpusRoot() === undefined
  ? undefined
  : `${corpusRoot()}/../schemas/sarif-2.1.0.json`;

function validator(): ((document: unknown) => string[]) | undefined {
  if (schemaFile === undefined) return undefined;
  // Its draft is older than the validator's: what both have in common is enough.
  const { $schema: _, id: __, ...schema } = JSON.parse(Deno.readTextFileSync(schemaFile));
  // The package's default export is the class itself under Deno, and a namespace to the type checker.
  const ajv = new (Ajv as unknown as typeof Ajv.default)({
    allErrors: true,
    strict: false,
    validateFormats: false,
  });
  const validate = ajv.compile(schema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`);
}

Deno.test("SarifRun writes its golden document", async () => {
  const other = auditResult([finding("IMG-007", "info", { fingerprint: "0123456789abcde6:1" })], {
    image: { path: "/b.cue", dataPath: "/b.bin", bytes: 2352, container: "cue", sectorSize: 2352 },
    verdict: "intact",
    profile: "distro",
    known: 2,
  });
  const text = JSON.stringify(documentOf(cutResult, other), undefined, 2);
  await assertGolden("audit.sarif", `${text}\n`);
});

Deno.test("SarifRun maps severities to levels, and LIM to notifications", () => {
  const severities = ["error", "warning", "info", "note"] as const;
  const found = severities.map((severity) => finding("IMG-001", severity));
  const { results, invocations, tool } = runOf(
    documentOf(auditResult([...found, finding("LIM-002", "warning")])),
  );
  assertEquals(results.map(({ level }) => level), ["error", "warning", "note", "note"]);
  const [invocation] = invocations;
  assertEquals(
    invocation.toolExecutionNotifications?.map(({ descriptor, level }) => [descriptor, level]),
    [[{ id: "LIM-002", index: 0 }, "warning"]],
  );
  assertEquals(tool.driver.notifications?.map(({ id }) => id), ["LIM-002"]);
  assertEquals([invocation.executionSuccessful, invocation.exitCode], [true, 1]);
});

Deno.test("SarifRun names files by URI references", () => {
  const cases = [
    ["x.iso", "x.iso"],
    ["discs/a b.iso", "discs/a%20b.iso"],
    ["a:b#c?.iso", "a%3Ab%23c%3F.iso"],
    ["/mnt/ü.iso", "file:///mnt/%C3%BC.iso"],
    ["C:\\images\\a.iso", "file:///C:/images/a.iso"],
    ["-", undefined],
  ] as const;
  for (const [path, uri] of cases) {
    const image = { ...cutResult.image, path };
    const { artifacts, results } = runOf(documentOf({ ...cutResult, image }));
    assertEquals(artifacts[0]?.location.uri, uri, path);
    assertEquals(results[0]?.locations[0].physicalLocation.artifactLocation.uri, uri, path);
  }
});

Deno.test("SarifRun lets no message mean more than it says", () => {
  const message = "GUID {0} of [a](b) \u001b[31m";
  const { results } = runOf(documentOf(auditResult([finding("GPT-013", "note", { message })])));
  assertEquals(results[0]?.message.text, "GUID {{0}} of \\[a](b) \\e[31m");
});

Deno.test("SarifRun tells of causes, baselines and what is unreadable", () => {
  const { results } = runOf(documentOf({ ...cutResult, known: 1 }));
  const symptom = results.find(({ ruleId }) => ruleId === "GPT-005");
  assertMatch(symptom?.relatedLocations?.[0]?.message.text ?? "", /^caused by IMG-001: the image/);
  assert(results.every(({ baselineState }) => baselineState === "new"));
  const { invocations: [invocation] } = runOf(
    documentOf(auditResult([], { verdict: "unreadable" })),
  );
  assertEquals([invocation.executionSuccessful, invocation.exitCode], [false, 2]);
  assertMatch(
    invocation.toolExecutionNotifications?.[0]?.message.text ?? "",
    /^Cannot audit x\.iso: nothing in it could be judged$/,
  );
});

/** What the standard says in words, and a schema cannot. */
function checkRun({ artifacts, results, tool: { driver } }: Run): void {
  const prints = new Set<string>();
  for (const { ruleId, ruleIndex, locations: [location], partialFingerprints } of results) {
    assertEquals(driver.rules[ruleIndex]?.id, ruleId);
    const { artifactLocation: { uri, index }, region } = location.physicalLocation;
    assertEquals(artifacts[index]?.location.uri, uri);
    assertEquals(region?.startLine ?? 1, 1);
    prints.add(`${index} ${partialFingerprints?.["discernFinding/v1"]}`);
  }
  assertEquals(prints.size, results.length, "a fingerprint of each result");
  for (const { id, help } of driver.rules) assert(help !== undefined && help.text !== "", id);
}

const schemaName = schemaFile === undefined ? " (schema skipped: DISCERN_CORPUS is not set)" : "";

Deno.test(`audit --sarif prints one valid run${schemaName}`, async (t) => {
  const validate = validator();
  const folder = await Deno.makeTempDir({ prefix: "discern-sarif-" });
  try {
    const paths = [fixturePath("sample.iso"), fixturePath("README.md")];
    for (const name of damagedNames()) {
      const path = `${folder}/${name} {0}.iso`;
      await Deno.writeFile(path, (await damagedFixture(name)).bytes);
      paths.push(path);
    }
    const cases = [
      ...paths.map((path) => [path]),
      [...paths, `${folder}/missing.iso`],
      [...paths, "--profile", "forensic"],
    ];
    for (const argv of cases) {
      await t.step(`${argv.length} ${argv[0]?.split("/").at(-1)}`, async () => {
        const { stdout, status } = await discern(["audit", ...argv, "--sarif"]);
        const document: unknown = JSON.parse(stdout);
        assertEquals(validate?.(document) ?? [], []);
        const run = runOf(document);
        checkRun(run);
        assertEquals(run.invocations[0].exitCode, status);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("SARIF and JSON give a finding the same fingerprint, each time anew", async () => {
  const path = fixturePath("sample.iso");
  const json = JSON.parse((await discern(["audit", path, "--json"])).stdout);
  const sarif = async () => {
    const { results } = runOf(JSON.parse((await discern(["audit", path, "--sarif"])).stdout));
    return results.map((each) => each.partialFingerprints?.["discernFinding/v1"]);
  };
  const first = await sarif();
  assertEquals(await sarif(), first);
  const results: readonly { rule: string; fingerprint: string }[] = json.findings;
  const expected = results.filter(({ rule }) => !rule.startsWith("LIM-"));
  assertEquals(first, expected.map(({ fingerprint }) => fingerprint));
});
