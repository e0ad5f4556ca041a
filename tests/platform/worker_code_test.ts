// The generated program of the workers: that it is what the sources give.

import { assert } from "@std/assert";
import { bundle } from "../../tools/bundle_worker.ts";

Deno.test("worker_code.ts is what worker.ts is bundled to", async () => {
  const committed = new URL("../../src/platform/worker_code.ts", import.meta.url);
  assert(
    await Deno.readTextFile(committed) === await bundle(),
    "src/platform/worker_code.ts is out of date: run `deno task build:worker`",
  );
});
