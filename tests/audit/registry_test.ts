// The registry against the catalogue: every rule is in it, is complete, and has been fired by a mutation.

import { assertEquals } from "@std/assert";
import { severities } from "../../src/audit/verdict.ts";
import { families, registry } from "../../src/audit/rules/mod.ts";
import { selects } from "../../src/audit/select.ts";
import { fixtureFileName, fixtureImage, fixtureNames } from "../support/fixtures.ts";
import { auditBytes } from "./rule_cases.ts";

type CatalogueEntry = { readonly id: string; readonly severity: string; readonly title: string };

// tests/audit/catalogue.json has the columns id, severity and title of the catalogue's tables.
const catalogue: readonly CatalogueEntry[] = JSON.parse(
  Deno.readTextFileSync(new URL("catalogue.json", import.meta.url)),
);

const rules = registry();

Deno.test("registry() has no id twice", () => {
  const ids = rules.map(({ id }) => id);
  assertEquals(ids.length, new Set(ids).size, `${ids.filter((id, at) => ids.indexOf(id) !== at)}`);
});

Deno.test("every rule is in the catalogue, with its severity and title", () => {
  const entries = new Map(catalogue.map((entry) => [entry.id, entry]));
  for (const { id, severity, title } of rules) {
    assertEquals({ id, severity, title }, entries.get(id) ?? { id, severity: "", title: "" });
  }
});

Deno.test("no field of a rule is empty", () => {
  for (const rule of rules) {
    for (const [field, value] of Object.entries(rule)) {
      const size = typeof value === "string" ? value.length : Object.keys(value).length;
      assertEquals(size > 0, true, `${rule.id} ${field}`);
    }
    assertEquals(/[.!?]$/.test(rule.rationale), true, `${rule.id}: rationale is a sentence`);
    assertEquals(/[.!?]$/.test(rule.remedy), true, `${rule.id}: remedy is a sentence`);
    assertEquals(severities.includes(rule.severity), true, rule.id);
  }
});

/** Rules that no bytes alone can fire, with the test that does. */
const firedElsewhere: Readonly<Record<string, string>> = {
  "LIM-002": "tests/audit/run_test.ts: limits",
  "DMG-008": "tests/audit/damage_summary_test.ts",
  "EXT-009": "tests/audit/run_test.ts: coverage",
  "PRF-013": "tests/audit/run_test.ts: proof",
  "ISO-PTH-016": "tests/interop/directories_test.ts",
};

async function casesFound(): Promise<Set<string>> {
  const found = new Set<string>();
  const folder = new URL("rules/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    for (const [, id = ""] of text.matchAll(/ruleCases\(\s*"([A-Z]+(?:-[A-Z]+)?-\d{3})"/g)) {
      found.add(id);
    }
  }
  return found;
}

Deno.test("every rule has a mutation case", async () => {
  const found = await casesFound();
  const missing = rules.map(({ id }) => id).filter((id) =>
    !found.has(id) && firedElsewhere[id] === undefined
  );
  assertEquals(missing, []);
});

Deno.test("every mutation case is of a rule in the registry", async () => {
  const ids = new Set<string>(rules.map(({ id }) => id));
  assertEquals([...await casesFound()].filter((id) => !ids.has(id)), []);
});

/** Findings at warning or error that are true of a fixture as its tool wrote it. */
type Deviation = { readonly rules: readonly string[]; readonly why: string };

const dots = { rules: ["ISO-DIR-019"], why: "directory names with dots, against 7.6.3" };

const climbing = { rules: ["RRP-012"], why: "made with a link to a place above the root" };

const deviations: Readonly<Record<string, Deviation>> = {
  "bsdtar": dots,
  "bsdtar-zisofs-broken": {
    rules: ["ZIS-006"],
    why: "bsdtar 3.6.2 wrote a block that goes back to bytes of the block before it",
  },
  "bsdtar-posix": climbing,
  "hfsplus-xorriso": dots,
  "iso-level4-xorriso": dots,
  "iso-relaxed-genisoimage": { ...dots, why: "made with names that the standard forbids" },
  "joliet-genisoimage": dots,
  "joliet-xorriso": dots,
  "makefs": {
    rules: ["ISO-DIR-019", "RRP-023"],
    why: "directory names with dots, and TF entries one byte short of their stamps",
  },
  "multisession-genisoimage": dots,
  "hostile-names": {
    rules: ["RRP-016", "RRP-017", "SEC-001", "SEC-002"],
    why: "made to hold names that no file system can take",
  },
  "rr-109-genisoimage": climbing,
  "rr-110-xorriso": climbing,
  "rr-112-hardlinks-xorriso": climbing,
  "rr-112-xorriso": climbing,
  "rr-deep-kept-xorriso": { rules: ["ISO-DIR-015"], why: "made with -iso_level deep paths kept" },
  "rr-deep-root-xorriso": {
    rules: ["ISO-DIR-017", "ISO-PTH-009"],
    why: "libisofs appends directories that it relocates to the root, out of order",
  },
};

Deno.test("clean fixtures have no error or warning but what is true of their tool", async (t) => {
  for (const name of fixtureNames()) {
    await t.step(name, async () => {
      const { result } = await auditBytes(await fixtureImage(name), fixtureFileName(name));
      const grave = result.findings.filter(({ severity }) =>
        severity === "error" || severity === "warning"
      );
      const ids = [...new Set(grave.map(({ rule }) => rule))].sort();
      const messages = grave.map(({ rule, message }) => `${rule}: ${message}`).join("\n");
      assertEquals(ids, deviations[name]?.rules ?? [], messages);
    });
  }
});

/** Every fault kind that a decoder records, as its source spells it. */
async function faultKinds(): Promise<Set<string>> {
  const kinds = new Set<string>();
  const folder = new URL("../../src/decode/", import.meta.url);
  const files = [new URL("../../src/examine.ts", import.meta.url)];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) continue;
    for await (const file of Deno.readDir(new URL(`${name}/`, folder))) {
      files.push(new URL(`${name}/${file.name}`, folder));
    }
  }
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    // Kinds are the only quoted words with a hyphen that stand as a first argument or after `kind:`.
    for (
      const [, kind = ""] of text.matchAll(/(?:kind:|fault\(|kind =|\? )\s*"([a-z]+(?:-[a-z]+)+)"/g)
    ) {
      kinds.add(kind);
    }
  }
  return kinds;
}

/** Faults whose bytes a check judges by itself. */
const judgedByChecks: Readonly<Record<string, string>> = {
  "child-link": "RRP-019 looks at every CL entry",
  "gpt-array": "GPT-002 and GPT-008 look at the header's numbers",
};

Deno.test("every fault that a decoder records is judged by some family", async () => {
  const judged = new Set([
    ...families.flatMap((family) => Object.keys(family.faults ?? {})),
    ...Object.keys(judgedByChecks),
  ]);
  const kinds = [...await faultKinds()].filter((kind) =>
    !judged.has(kind) && ![...judged].some((key) => key.startsWith(`${kind} `))
  );
  assertEquals(kinds, []);
});

Deno.test("selects() takes ids and prefixes up to a hyphen, with or without ISO", () => {
  const cases = [
    ["IMG-001", "IMG-001", true],
    ["IMG", "IMG-001", true],
    ["img", "IMG-001", true],
    ["PVD", "ISO-PVD-020", true],
    ["ISO-PVD", "ISO-PVD-020", true],
    ["ISO", "ISO-PVD-020", true],
    ["PVD-020", "ISO-PVD-020", true],
    ["UDF-FE", "UDF-FE-010", true],
    ["UDF", "UDF-FE-010", true],
    ["IM", "IMG-001", false],
    ["IMG-00", "IMG-001", false],
    ["UDF-F", "UDF-FE-010", false],
    ["", "IMG-001", false],
  ] as const;
  for (const [selector, id, expected] of cases) {
    assertEquals(selects(selector, id), expected, `${selector} of ${id}`);
  }
});
