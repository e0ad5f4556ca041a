// The command `discern`: arguments in, exit status out.

import { CommanderError } from "@commander-js/extra-typings";
import { ContainerError, EngineError, NotFoundError, SourceError, useNative } from "../mod.ts";
import { PlatformError } from "../platform/errors.ts";
import { nodeEngine } from "../platform/native.ts";
import { escapeInline } from "../report/escape.ts";
import { complete } from "./complete.ts";
import { interruptStatus, type Io, OutputClosed, systemIo } from "./io.ts";
import { UsageError } from "./job.ts";
import { buildProgram, parserStatus } from "./program.ts";

/** Runs one command line; resolves to its exit status. Rejects only where our own code is wrong. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const finish = (code: number) => status = Math.max(status, code);
  try {
    const program = buildProgram({ io, finish });
    if (argv[0] === "complete") await complete(program, argv, io);
    else if (argv.length === 0) program.outputHelp({ error: true });
    else await program.parseAsync([...argv], { from: "user" });
    if (argv.length === 0) status = 2;
  } catch (error) {
    status = statusOf(error, io);
  }
  return flushed(io, status);
}

function flushed(io: Io, status: number): number {
  try {
    io.stdout.flush();
    io.stderr.flush();
    return status;
  } catch (error) {
    return statusOf(error, io);
  }
}

function statusOf(error: unknown, io: Io): number {
  // Whoever read the output has seen enough: that is no failure.
  if (error instanceof OutputClosed) return 0;
  if (error instanceof CommanderError) return parserStatus(error);
  if (io.signal.aborted) return interruptStatus(io.signal);
  const known = error instanceof PlatformError || error instanceof NotFoundError ||
    error instanceof ContainerError || error instanceof UsageError ||
    error instanceof SourceError || error instanceof EngineError;
  if (!known) throw error;
  io.stderr.write(`discern: ${escapeInline(error.message)}\n`);
  return 2;
}

async function main(): Promise<number> {
  const io = systemIo();
  useNative(nodeEngine());
  try {
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
