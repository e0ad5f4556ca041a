// The command tree. Everything of the argument parser stays in this folder.

import { Command, type CommanderError } from "@commander-js/extra-typings";
import { tool } from "../model/tool.ts";
import { escapeInline } from "../report/escape.ts";
import { commands } from "./commands/mod.ts";
import type { Context } from "./context.ts";

const moreHelp = "discern COMMAND --help lists the options of a command; " +
  "discern complete SHELL prints completions for bash, zsh, fish or powershell.";

/**
 * Builds the command tree over a context: with the command that a command line begins with, or with
 * all of them where it begins with none.
 */
export async function buildProgram(context: Context, first = ""): Promise<Command> {
  const { stdout, stderr, noColor, width } = context.io;
  const named = commands.get(first);
  const wanted = named === undefined ? [...commands.values()] : [named];
  const adding = await Promise.all(wanted.map((load) => load()));
  const folded = stdout.isTerminal || named === undefined ? await folder(width) : asIs;
  const program: Command = new Command(tool.name)
    .description("Accounts for every byte of a disc image: audit, list, hash, compare.")
    .version(`${tool.name} ${tool.version}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("Usage: discern COMMAND ...; `discern help` lists the commands")
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 16 })
    // Each is given, since the parser's own would read the environment, which needs a permission.
    .configureOutput({
      writeOut: (text) => stdout.write(stdout.isTerminal ? folded(text) : text),
      writeErr: (text) => stderr.write(text.split("\n").map(escapeInline).join("\n")),
      outputError: (text, write) => write(errorText(text)),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => stdout.isTerminal && !noColor,
      getErrHasColors: () => stderr.isTerminal && !noColor,
    });
  for (const add of adding) add(program, context);
  program.addHelpText("after", "\n" + folded(moreHelp));
  for (const command of program.commands) {
    const usage = `${tool.name} ${command.name()} ${command.usage()}`;
    command.showHelpAfterError(`Usage: ${usage}; --help lists the options`);
  }
  return program;
}

function asIs(text: string): string {
  return text;
}

// Where the parser has no room for its columns, its lines are too long for the terminal.
async function folder(width: number): Promise<(text: string) => string> {
  const { fold } = await import("../report/width.ts");
  return (text) => text.split("\n").flatMap((line) => fold(line, width)).join("\n");
}

// What the parser says, in its own words, of arguments that it repeats as they are: they may hold line
// feeds too, so that only its suggestion at the end is a line of its own.
function errorText(text: string): string {
  const parts = /^(?:error: )?([^]*?)((?:\n\(Did you mean [^\n]*\))?\n?)$/.exec(text);
  const [, message = text, end = ""] = parts ?? [];
  return `discern: ${escapeInline(message)}${end}`;
}

/** Exit status of what the parser throws: 0 where help or the version was asked for, else 2. */
export function parserStatus(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : 2;
}
