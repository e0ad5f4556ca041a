// The command line as a contract: every case of cases.ts, in this process.

import { assertEquals, assertMatch } from "@std/assert";
import { type Case, opening, parsing, streaming, working } from "./cases.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { discern, fixturePath } from "./harness.ts";

const sample = fixturePath("sample.iso");

/** Files that cases name; the ones that are not in fixtures/ are made in a temporary folder. */
async function makeFiles(): Promise<{ readonly names: Map<string, string>; remove(): void }> {
  const folder = await Deno.makeTempDir({ prefix: "discern-cli-" });
  const names = new Map([
    ["$SAMPLE2", fixturePath("sample2.iso")],
    ["$SAMPLE", sample],
    ["$TEXT", fixturePath("README.md")],
    ["$MISSING", `${folder}/missing.iso`],
    ["$FOLDER", folder],
    ["$NEW", `${folder}/new`],
    ["$JOINED", `${folder}/JOINED`],
    ["$DIGEST", "3ce622563c9466386b1777f57210743345c32da07110de4b577e0c1b0df23a1a"],
    ["$UDF", `${folder}/udf.img`],
    ["$CUT", `${folder}/cut.iso`],
    ["$REPORTS", `${folder}/reports.ndjson`],
    ["$REPORT", `${folder}/report.json`],
    ["$SUMS", `${folder}/SHA256SUMS`],
  ]);
  await Deno.writeFile(`${folder}/cut.iso`, (await Deno.readFile(sample)).subarray(0, 200_000));
  await Deno.writeFile(`${folder}/udf.img`, await fixtureImage("udf-102-dvd-mkudffs"));
  const cut = `${folder}/cut.iso`;
  await Deno.writeFile(`${folder}/report.json`, (await discern(["audit", cut, "--json"])).bytes);
  const reports = await discern(["audit", cut, sample, "--ndjson"]);
  await Deno.writeFile(`${folder}/reports.ndjson`, reports.bytes);
  const { bytes } = await discern(["manifest", sample]);
  await Deno.writeFile(`${folder}/SHA256SUMS`, bytes);
  const joined = await discern(["manifest", sample, "--volume", "all", "--regions", "-q"]);
  await Deno.writeFile(`${folder}/JOINED`, joined.bytes);
  return { names, remove: () => Deno.removeSync(folder, { recursive: true }) };
}

function inputOf(stdin: Case["stdin"], names: Map<string, string>): Uint8Array {
  if (stdin === undefined || stdin === "empty") return new Uint8Array(0);
  return Deno.readFileSync(names.get(stdin) ?? "");
}

function check(text: string, expected: RegExp | string | undefined, what: string): void {
  if (typeof expected === "string") assertEquals(text, expected, what);
  else if (expected !== undefined) assertMatch(text, expected, what);
}

async function checkCase(each: Case, names: Map<string, string>): Promise<void> {
  const argv = each.argv === "" ? [] : each.argv.split(" ").map((word) => names.get(word) ?? word);
  const outcome = await discern(argv, { stdin: inputOf(each.stdin, names) });
  check(outcome.stderr, each.stderr, "standard error");
  check(outcome.stdout, each.stdout, "standard output");
  assertEquals(outcome.status, each.status, outcome.stderr);
}

for (const [title, cases] of Object.entries({ parsing, opening, working, streaming })) {
  Deno.test(`run() keeps the contract: ${title}`, async (t) => {
    const { names, remove } = await makeFiles();
    try {
      for (const each of cases) {
        const before = [...Deno.readDirSync(names.get("$FOLDER") ?? "")].length;
        const input = each.stdin === undefined ? "" : ` < ${each.stdin}`;
        await t.step(`discern ${each.argv}${input}`, () => checkCase(each, names));
        const after = [...Deno.readDirSync(names.get("$FOLDER") ?? "")].length;
        assertEquals(after, before, `${each.argv} leaves something behind`);
      }
    } finally {
      remove();
    }
  });
}
