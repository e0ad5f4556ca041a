// Every document that a command prints is what its JSON Schema says, on whole and on damaged images.

import { assert, assertEquals } from "@std/assert";
import Ajv from "ajv/dist/2020.js";
import { damagedFixture, damagedNames, fixtureImage } from "../support/fixtures.ts";
import { discern, fixturePath } from "./harness.ts";

const folder = new URL("../../src/report/schema/", import.meta.url);

// The package's default export is the class itself under Deno, and a namespace to the type checker.
const ajv = new (Ajv as unknown as typeof Ajv.default)({ allErrors: true, allowUnionTypes: true });

function validator(name: string): (document: unknown) => string[] {
  const schema = JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, folder)));
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  return (document) => {
    if (validate(document)) return [];
    return (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`);
  };
}

/** Checks one document, and that nothing in it is null or an empty text where the contract wants neither. */
function check(name: string, text: string): void {
  const document: unknown = JSON.parse(text);
  assertEquals(validator(name)(document), []);
  assert(!/:null[,}]/.test(text), "a field that does not apply is absent, never null");
}

const commands: readonly (readonly [string, readonly string[]])[] = [
  ["audit", ["audit", "$IMAGE", "--json", "--files"]],
  ["audit", ["audit", "$IMAGE", "--json", "--structure"]],
  ["audit", ["audit", "$IMAGE", "--ndjson"]],
  ["manifest", ["manifest", "$IMAGE", "--json"]],
  [
    "manifest",
    ["manifest", "$IMAGE", "--json", "--volume", "all", "--regions", "--image", "--algorithm"]
      .concat("md5,sha1,sha256,sha512,blake3,crc32"),
  ],
  ["list", ["list", "$IMAGE", "--json", "--volume", "all"]],
  ["info", ["info", "$IMAGE", "--json"]],
  ["map", ["map", "$IMAGE", "--json"]],
  ["where", ["where", "$IMAGE", "/", "--json"]],
  ["why", ["why", "$IMAGE", "34000", "--json"]],
];

const images = [
  "sample",
  "hostile-names",
  "rr-deep-xorriso",
  "rr-112-xorriso",
  "zisofs2-xorriso",
  "multisession-xorriso",
  "apple-genisoimage",
  "aaip-md5-xorriso",
  "hfs-genisoimage",
  "udf-bridge-genisoimage",
  "udf-102-dvd-mkudffs",
  "vcd-vcdimager",
  "mode2-form1-2352",
  "xa1-genisoimage",
];

async function* allImages(): AsyncGenerator<[string, Uint8Array]> {
  for (const name of images) yield [name, await fixtureImage(name)];
  for (const name of damagedNames()) yield [name, (await damagedFixture(name)).bytes];
}

Deno.test("documents validate against their schemas", async (t) => {
  const path = await Deno.makeTempFile({ prefix: "discern-schema-", suffix: ".img" });
  try {
    for await (const [name, bytes] of allImages()) {
      await Deno.writeFile(path, bytes);
      await t.step(name, async () => {
        for (const [schema, argv] of commands) {
          const { stdout, status } = await discern(
            argv.map((word) => word === "$IMAGE" ? path : word),
          );
          if (stdout === "") assertEquals(status, 2, argv.join(" "));
          else check(schema, stdout);
        }
      });
    }
  } finally {
    await Deno.remove(path);
  }
});

const sample = fixturePath("sample.iso");
const sample2 = fixturePath("sample2.iso");

Deno.test("documents of commands with other arguments validate", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "discern-schema-" });
  const list = `${folder}/manifest.json`;
  await discern(["manifest", sample, "--json", "--regions", "-o", list]);
  const report = `${folder}/report.json`;
  await discern(["audit", sample2, "--json", "-o", report]);
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["rules", ["rules", "--json"]],
    ["audit", ["audit", sample, "--json", "--profile", "conform", "--baseline", report]],
    ["bench", ["bench", "--json", "--seconds", "0"]],
    ["verify", ["verify", sample, list, "--json"]],
    ["verify", ["verify", sample2, list, "--json"]],
    ["compare", ["compare", sample, sample, "--json"]],
    ["compare", ["compare", sample, sample2, "--json"]],
    ["cat", ["cat", sample, "README.md", "--json"]],
    ["extract", ["extract", sample, "--json", "-o", `${folder}/out`]],
    ["extract", ["extract", sample, "--json", "-o", `${folder}/out`]],
    ["where", ["where", sample, "/boot/efi.img", "--json", "--volume", "joliet"]],
  ];
  try {
    for (const [schema, argv] of cases) {
      await t.step(argv.slice(0, 3).join(" "), async () => {
        check(schema, (await discern(argv)).stdout);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lines of several audits validate, and the summary behind them", async () => {
  const missing = fixturePath("missing.iso");
  const { stdout, status } = await discern(["audit", sample, missing, sample2, "--ndjson"]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals([lines.length, status], [3, 2]);
  for (const [at, line] of lines.entries()) check(at < 2 ? "audit" : "summary", line);
});

Deno.test("schemas name each shared part alike", () => {
  const parts = new Map<string, string>();
  for (const { name } of Deno.readDirSync(folder)) {
    const schema = JSON.parse(Deno.readTextFileSync(new URL(name, folder)));
    assertEquals(schema.$id, `urn:discern:${name.replace(".json", "")}:1`);
    for (const [part, definition] of Object.entries(schema.$defs ?? {})) {
      const text = JSON.stringify(definition);
      assertEquals(parts.get(part) ?? text, text, `${part} in ${name}`);
      parts.set(part, text);
    }
  }
});

Deno.test("volumes that are not read have no counts, and those that are have all", async () => {
  const path = await Deno.makeTempFile({ prefix: "discern-schema-", suffix: ".img" });
  try {
    for (const name of ["udf-102-dvd-mkudffs", "hfs-genisoimage", "sample"]) {
      await Deno.writeFile(path, await fixtureImage(name));
      for (const command of ["audit", "info"]) {
        const { stdout } = await discern([command, path, "--json"]);
        for (const volume of JSON.parse(stdout).volumes) {
          const counts = ["blocks", "files", "directories"].filter((key) => key in volume);
          const read = ["iso9660", "joliet", "rockridge"].includes(volume.kind);
          assertEquals(counts.length, read ? 3 : 0, `${name} ${volume.kind}`);
          assert(volume.label !== "" || read);
        }
      }
    }
    const { stdout } = await discern(["info", path, "--color", "never"]);
    assert(!stdout.includes(" - "));
    await Deno.writeFile(path, await fixtureImage("udf-102-dvd-mkudffs"));
    const udf = await discern(["info", path]);
    assert(/^ {2}UDF +- +- +- +- +-$/m.test(udf.stdout), udf.stdout);
  } finally {
    await Deno.remove(path);
  }
});
