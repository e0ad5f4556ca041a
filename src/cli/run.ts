// One command line through the parser: its exit status, and what is said of what went wrong.

import { CommanderError } from "@commander-js/extra-typings";
import { SourceError } from "../bytes/source.ts";
import { ContainerError } from "../container/container.ts";
import { EngineError } from "../kernel/engine.ts";
import { NotFoundError } from "../model/describe.ts";
import { PlatformError } from "../platform/errors.ts";
import { escapeInline } from "../report/escape.ts";
import { interruptStatus, type Io, OutputClosed } from "./io.ts";
import { UsageError } from "./job.ts";
import { buildProgram, parserStatus } from "./program.ts";

/** Runs one command line; resolves to its exit status. Rejects only where our own code is wrong. */
export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const finish = (code: number) => status = Math.max(status, code);
  try {
    const program = await buildProgram({ io, finish }, argv[0]);
    if (argv[0] === "complete") {
      const { complete } = await import("./complete.ts");
      await complete(program, argv, io);
    } else if (argv.length === 0) program.outputHelp({ error: true });
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
