// `discern complete SHELL` prints a completion script; the script asks `discern complete -- WORDS`.

import type { Command } from "@commander-js/extra-typings";
import tab from "@bomb.sh/tab/commander";
import type { Io } from "./io.ts";

/** Adds completions to the command tree and answers one request for them. */
export async function complete(program: Command, argv: readonly string[], io: Io): Promise<void> {
  // The package writes with console.log, and takes the command tree without its inferred types.
  const log = console.log;
  console.log = (...parts: unknown[]) => io.stdout.write(`${parts.join(" ")}\n`);
  try {
    tab(program as unknown as Parameters<typeof tab>[0]);
    await program.parseAsync([...argv], { from: "user" });
  } finally {
    console.log = log;
  }
}
