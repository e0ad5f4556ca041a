// Mutants of ten images end without a throw, in time, in bounds, with every byte owned once. The long
// hunt is in tests/interop/fuzz_test.ts.

import { assertEquals } from "@std/assert";
import { hunt } from "./hunt.ts";

const count = 300;

Deno.test(`${count} mutants of ten images neither throw, hang nor grow, and tile`, async () => {
  assertEquals(await hunt(count), []);
});
