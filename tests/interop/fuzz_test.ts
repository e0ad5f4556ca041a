// The long hunt through mutants: DISCERN_FUZZ=10000 for all of them, fewer where it is not set.

import { assertEquals } from "@std/assert";
import { hunt } from "../fuzz/hunt.ts";

const count = Number(Deno.env.get("DISCERN_FUZZ") ?? 1000);

Deno.test(`${count} mutants neither throw, hang nor grow, and tile`, async () => {
  assertEquals(await hunt(count), []);
});
