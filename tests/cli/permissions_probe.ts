// Runs one command line as `main.ts` does, but tries to write, to connect and to open another file once
// the command has opened its own; what came of it goes to standard error. Started by permissions_test.ts.

import { systemIo } from "../../src/cli/io.ts";
import { run } from "../../src/cli/main.ts";

const [other = "", ...argv] = Deno.args;

async function attempt(what: string, work: () => unknown): Promise<void> {
  let outcome: string;
  try {
    await work();
    outcome = "allowed";
  } catch (error) {
    outcome = error instanceof Deno.errors.NotCapable ? "refused" : String(error);
  }
  console.error(`probe ${what} ${outcome}`);
}

const system = systemIo();
const status = await run(argv, {
  ...system,
  opened: async (keep) => {
    await system.opened(keep);
    await attempt("write", () => Deno.openSync(other, { write: true }).close());
    await attempt("connect", () => Deno.connect({ hostname: "127.0.0.1", port: 9 }));
    await attempt("open", () => Deno.openSync(other).close());
    await attempt("environment", () => Deno.env.get("HOME"));
    await attempt("program", () => new Deno.Command("true").outputSync());
  },
});
Deno.exit(status);
