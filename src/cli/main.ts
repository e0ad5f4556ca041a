// The command `discern`: arguments in, exit status out. What its arguments do not need is not loaded.

import { tool } from "../model/tool.ts";
import { PlatformError } from "../platform/errors.ts";
import { escapeInline } from "../report/escape.ts";
import { type Io, OutputClosed, systemIo } from "./io.ts";

/** Runs one command line; resolves to its exit status. Rejects only where our own code is wrong. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  if (asksVersion(argv)) return printVersion(io);
  const { runCommand } = await import("./run.ts");
  return await runCommand(argv, io);
}

function asksVersion([first, ...others]: readonly string[]): boolean {
  return (first === "--version" || first === "-V") && others.length === 0;
}

// As the parser prints it, which takes several times as long to load as all the rest.
function printVersion(io: Io): number {
  try {
    io.stdout.write(`${tool.name} ${tool.version}\n`);
    io.stdout.flush();
    return 0;
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    if (!(error instanceof PlatformError)) throw error;
    io.stderr.write(`discern: ${escapeInline(error.message)}\n`);
    io.stderr.flush();
    return 2;
  }
}

async function useOwnEngine(): Promise<void> {
  const { useNative } = await import("../kernel/engine.ts");
  const { nodeEngine } = await import("../platform/native.ts");
  useNative(nodeEngine());
}

async function main(): Promise<number> {
  const io = systemIo();
  try {
    if (!asksVersion(Deno.args)) await useOwnEngine();
    return await run(Deno.args, io);
  } catch (error) {
    // No image and no command line is to come here: it is a mistake of this program, not of its user.
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    io.stderr.write(
      `discern: Cannot go on because of a mistake in discern itself: ${escapeInline(message)}\n`,
    );
    io.stderr.flush();
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main());
