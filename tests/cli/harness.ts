// Runs command lines in this process over streams of their own: what a terminal or a pipe would see.

import { BufferedOutput, type Io } from "../../src/cli/io.ts";
import { run } from "../../src/cli/main.ts";
import { type NativeEngine, useEngineTable, useNative } from "../../src/mod.ts";
import { nodeEngine } from "../../src/platform/native.ts";
import type { Keep } from "../../src/platform/permissions.ts";

/** Surroundings of a run. */
export type Surroundings = {
  readonly stdin?: Uint8Array;
  /** Standard output and error are a terminal. */
  readonly terminal?: boolean;
  readonly width?: number;
  readonly noColor?: boolean;
  readonly signal?: AbortSignal;
  readonly opened?: (keep: Keep) => Promise<void>;
  /** Called with every piece of standard output. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  readonly now?: () => number;
  /** The platform's digests; null where it has none. */
  readonly native?: NativeEngine | null;
};

/** What a run came to. */
export type Outcome = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
};

function collector(
  isTerminal: boolean,
  onOutput?: (bytes: Uint8Array) => void,
): { readonly output: BufferedOutput; readonly bytes: () => Uint8Array } {
  const chunks: Uint8Array[] = [];
  const output = new BufferedOutput((bytes) => {
    onOutput?.(bytes);
    chunks.push(bytes.slice());
  }, isTerminal);
  return {
    output,
    bytes: () => {
      const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      let at = 0;
      for (const chunk of chunks) {
        all.set(chunk, at);
        at += chunk.length;
      }
      return all;
    },
  };
}

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    await Promise.resolve();
    yield bytes.subarray(at, at + 65_536);
  }
}

/** Runs one command line. Permissions are not given up: they are those of the tests. */
export async function discern(
  argv: readonly string[],
  surroundings: Surroundings = {},
): Promise<Outcome> {
  const { terminal = false, width = 80, noColor = false, opened } = surroundings;
  const out = collector(terminal, surroundings.onOutput);
  const error = collector(terminal);
  const io: Io = {
    stdout: out.output,
    stderr: error.output,
    stdin: stream(surroundings.stdin ?? new Uint8Array(0)),
    width,
    noColor,
    signal: surroundings.signal ?? new AbortController().signal,
    opened: opened ?? (() => Promise.resolve()),
    // A clock that stands still: progress is drawn only where a test moves it.
    now: surroundings.now ?? (() => 0),
  };
  const { native = nodeEngine() } = surroundings;
  useNative(native ?? undefined);
  useEngineTable(undefined);
  const status = await run(argv, io);
  const decoder = new TextDecoder();
  const bytes = out.bytes();
  return { status, bytes, stdout: decoder.decode(bytes), stderr: decoder.decode(error.bytes()) };
}

const fixtures = new URL("../../fixtures/", import.meta.url);

/** Path of a file in fixtures/. */
export function fixturePath(name: string): string {
  return decodeURIComponent(new URL(name, fixtures).pathname);
}

/** Text that no terminal obeys: printable characters and line feeds, and no marks of direction. */
// deno-lint-ignore no-control-regex -- control characters are what must not be there
export const harmless = /^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$/;
