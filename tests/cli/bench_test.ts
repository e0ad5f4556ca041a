// `discern bench`: what it measures, that it checks results first, and that it can be stopped.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { algorithms, type BenchResult } from "../../src/mod.ts";
import { lyingEngine } from "../support/lying_engine.ts";
import { discern } from "./harness.ts";

const argv = ["bench", "--seconds", "0"];

Deno.test("bench measures every digest with every engine that computes it, and the scans", async () => {
  const { status, stdout, stderr } = await discern([...argv, "--json"]);
  assertEquals([status, stderr], [0, ""]);
  const { rows, rounds }: BenchResult = JSON.parse(stdout);
  assertEquals(rounds, 1);
  const has = (kernel: string) => {
    const isDigest = algorithms.some((algorithm) => algorithm === kernel);
    const native = isDigest && kernel !== "blake3" ? ["native"] : [];
    return ["wasm", "plain", ...native, ...isDigest ? ["noble"] : []];
  };
  for (const workload of ["stream", "files"]) {
    const digests = rows.slice(0, 2 * algorithms.length).filter((row) => row.workload === workload);
    assertEquals(digests.map(({ kernel }) => kernel), [...algorithms]);
    for (const { kernel, engines, auto } of digests) {
      assertEquals(engines.map(({ engine }) => engine), has(kernel));
      // Chosen by more runs than these rows have: which of two near ones is open, never plain JavaScript.
      assert(auto === "wasm" || (auto === "native" && kernel !== "blake3"), `${kernel}: ${auto}`);
    }
  }
  const scans = rows.slice(2 * algorithms.length);
  assertEquals(
    scans.map(({ kernel }) => kernel),
    ["sectors", "fill", "difference", "xxh3", "xxh3", "chunks", "search", "histogram"],
  );
  for (const { engines } of rows) {
    const [wasm, ...others] = engines;
    assertEquals([wasm?.engine, wasm?.ratio], ["wasm", 1]);
    for (const { rate, ratio } of others) {
      assert(Math.abs(ratio / ((wasm?.rate ?? 0) / rate) - 1) < 0.01);
    }
  }
});

Deno.test("bench prints a table that holds on a terminal", async () => {
  const { status, stdout } = await discern(argv, { terminal: true, noColor: true });
  assertEquals(status, 0);
  const lines = stdout.trimEnd().split("\n");
  assertMatch(lines[0] ?? "", /^deno \S+ .*: GB\/s, medians of 1 round$/);
  assertMatch(
    lines[2] ?? "",
    /^kernel +work +wasm +plain +native +noble +× plain +× native +auto$/,
  );
  assertMatch(stdout, /^blake3 +stream( +[\d.]+){2} +-( +[\d.]+){2} +- +wasm$/m);
  assert(lines.every((line) => line.length <= 80));
});

Deno.test("bench measures without the platform's digests", async () => {
  const { status, stdout } = await discern([...argv, "--json"], { native: null });
  assertEquals(status, 0);
  const { rows }: BenchResult = JSON.parse(stdout);
  assertEquals(rows.find(({ kernel }) => kernel === "sha256")?.auto, "wasm");
});

Deno.test("bench measures nothing where two engines disagree", async () => {
  const { status, stdout, stderr } = await discern(argv, { native: lyingEngine() });
  assertEquals([status, stdout], [2, ""]);
  assertMatch(
    stderr,
    /^discern: Cannot measure md5 \(stream\): engine wasm computes [0-9a-f]{32}, /,
  );
});

Deno.test("bench ends when it is interrupted", async () => {
  const { status, stdout } = await discern(["bench"], { signal: AbortSignal.timeout(50) });
  assertEquals([status, stdout], [130, ""]);
});

Deno.test("bench refuses what is no number of seconds", async () => {
  for (const text of ["-1", "1e3", "", "forever"]) {
    const { status, stderr } = await discern(["bench", `--seconds=${text}`]);
    assertEquals(status, 2);
    assertMatch(stderr, /It is no number of seconds/);
  }
});
