// The same results where WebAssembly is missing. It is taken away before its first use; each test
// file has a realm of its own, so the others keep it.

import { createHash } from "node:crypto";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  createDigest,
  differenceRun,
  DigestSet,
  firstDifference,
  firstNonZero,
  lastNonZero,
  sectorEdc,
} from "../../src/kernel/digest.ts";
import { sharedKernels } from "../../src/kernel/kernels.ts";
import { crc32 } from "../reference/crc32.ts";
import { edc } from "../reference/edc.ts";
import { pattern } from "./vectors.ts";

assert(Reflect.deleteProperty(globalThis, "WebAssembly"));

Deno.test("sharedKernels() is undefined without WebAssembly", () => {
  assertEquals(sharedKernels(), undefined);
  assertThrows(() => createDigest("md5", "wasm"), Error, "WebAssembly does not work");
});

Deno.test("DigestSet falls back to plain JavaScript", () => {
  const bytes = pattern(3000);
  const set = new DigestSet(["md5", "sha256", "crc32"]);
  set.update(bytes.subarray(0, 1000));
  set.update(bytes.subarray(1000));
  assertEquals(set.hex(), {
    md5: createHash("md5").update(bytes).digest("hex"),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    crc32: crc32(bytes).toString(16).padStart(8, "0"),
  });
});

Deno.test("the scans fall back to plain JavaScript", () => {
  const bytes = pattern(3000);
  assertEquals(firstNonZero(bytes), 1);
  assertEquals(lastNonZero(bytes.subarray(0, 252)), 250);
  assertEquals([firstNonZero(new Uint8Array(9)), lastNonZero(new Uint8Array(9))], [-1, -1]);
  assertEquals(firstDifference(bytes, bytes.subarray(0, 100)), -1);
  assertEquals(firstDifference(bytes, bytes.with(77, 0)), 77);
  assertEquals(differenceRun(bytes, bytes.map((byte) => byte ^ 1)), 3000);
  assertEquals(differenceRun(bytes, bytes.map((byte, at) => at === 9 ? byte : ~byte)), 9);
  assertEquals(differenceRun(bytes, new Uint8Array(5).fill(255)), 5);
  assertEquals(sectorEdc(bytes), edc(bytes));
  assertEquals(sectorEdc(bytes.subarray(50), sectorEdc(bytes.subarray(0, 50))), edc(bytes));
});
