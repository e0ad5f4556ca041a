// What computes digests never shows in a report, and two engines that disagree stop the run.

import { assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { engineNames } from "../../src/mod.ts";
import { lyingEngine } from "../support/lying_engine.ts";
import { discern, fixturePath } from "./harness.ts";

const sample = fixturePath("sample.iso");
const sums = ["md5", "sha1", "sha256", "sha512", "blake3", "crc32"].join();

const commands: readonly (readonly string[])[] = [
  ["audit", sample, "--json", "--algorithm", sums],
  ["manifest", sample, "--json", "--regions", "--image", "--algorithm", sums],
  ["manifest", sample, "--image", "--tag", "--algorithm", sums],
  ["compare", sample, fixturePath("sample2.iso"), "--json"],
];

for (const argv of commands) {
  Deno.test(`no engine changes the report of ${argv[0]} ${argv.slice(2).join(" ")}`, async () => {
    const { stdout, status } = await discern(argv);
    for (const engine of engineNames) {
      for (const more of [[], ["--cross-check"]]) {
        const seen = await discern([...argv, "--engine", engine, ...more]);
        assertEquals([seen.stdout, seen.status], [stdout, status], `${engine} ${more}`);
      }
    }
  });
}

Deno.test("standard input is cross-checked too", async () => {
  const stdin = Deno.readFileSync(sample);
  for (const argv of [["audit", "-"], ["manifest", "--image", "-"]]) {
    const whole = await discern([...argv, "--cross-check"], { stdin });
    assertEquals(whole, await discern(argv, { stdin }));
    const { status, stderr } = await discern([...argv, "--cross-check"], {
      stdin,
      native: lyingEngine(),
    });
    assertEquals(status, 2);
    // A digest that the image carries is computed too.
    assertMatch(
      stderr,
      /Cannot trust the (sha256 of (standard input|-)|md5 of logical bytes 0 to \d+): engine /,
    );
  }
});

const stops: readonly (readonly [command: string, what: string])[] = [
  ["audit $SAMPLE", sample],
  ["manifest $SAMPLE", "/[^:]+"],
  ["manifest $SAMPLE --image", sample],
  ["manifest $SAMPLE --regions", "(/|bytes )[^:]+"],
  ["verify $SAMPLE $SUMS", "/[^:]+"],
  ["compare $SAMPLE $SAMPLE2", "/[^:]+"],
];

for (const [command, what] of stops) {
  Deno.test(`${command} --cross-check stops where two engines disagree`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "discern-engines-" });
    try {
      const list = `${folder}/sums`;
      Deno.writeFileSync(list, (await discern(["manifest", sample])).bytes);
      const words = new Map([["$SAMPLE", sample], ["$SUMS", list]]);
      words.set("$SAMPLE2", fixturePath("sample2.iso"));
      const argv = command.split(" ").map((word) => words.get(word) ?? word);
      const out = `${folder}/out`;
      const seen = await discern([...argv, "--cross-check", "-o", out], { native: lyingEngine() });
      assertEquals([seen.status, seen.stdout], [2, ""]);
      assertMatch(
        seen.stderr,
        new RegExp(
          `^discern: Cannot trust the (sha256 of ${what}|md5 of logical bytes 0 to \\d+): ` +
            "engine wasm computes [0-9a-f]{32,64}, engine native [0-9a-f]{32,64}\n$",
          "m",
        ),
      );
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["sums"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("--engine native says that there is none, where there is none", async () => {
  const seen = await discern(["manifest", sample, "--engine", "native"], { native: null });
  assertEquals([seen.status, seen.stdout], [2, ""]);
  assertEquals(seen.stderr, "discern: Cannot create a digest: there is no native engine\n");
  const { status, stderr } = await discern(["manifest", sample, "--engine", "fast"]);
  assertEquals(status, 2);
  assertMatch(stderr, /Allowed choices are auto, wasm, native, noble/);
});

Deno.test("the digest of an image is that of every engine and of the platform", async () => {
  const expected = createHash("sha1").update(Deno.readFileSync(sample)).digest("hex");
  for (const engine of engineNames) {
    const argv = ["manifest", sample, "--image", "--algorithm", "sha1", "--engine", engine];
    assertEquals((await discern(argv)).stdout.split(" ")[0], expected);
  }
});
