// What a run of the command touches: its streams, its terminal, its interrupt. Tests bring their own.

import { PlatformError, reasonOf } from "../platform/errors.ts";
import { dropPermissions, type Keep } from "../platform/permissions.ts";

/** A stream that text and bytes are written to. */
export interface Output {
  readonly isTerminal: boolean;
  /** Writes all of it, now or at the next flush. Throws OutputClosed where nobody reads any more. */
  write(chunk: string | Uint8Array): void;
  /** Writes what waits. */
  flush(): void;
}

/** The surroundings of a run. */
export type Io = {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Columns of the terminal. */
  readonly width: number;
  /** NO_COLOR is set. */
  readonly noColor: boolean;
  /** Ends when the user or the system asks for the end; see {@linkcode interruptStatus}. */
  readonly signal: AbortSignal;
  /** Called once all files of a command are open, with what it still needs. */
  readonly opened: (keep: Keep) => Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
};

/** Whoever read the output has gone: the run ends quietly. */
export class OutputClosed extends Error {
  /** Nothing is to be said. */
  constructor() {
    super("Cannot write output: nobody reads it any more");
    this.name = "OutputClosed";
  }
}

const WAITING = 64 * 1024;
/** Characters that are gathered before they are encoded: three bytes each at most (UTF-8). */
const CHARACTERS = 16 * 1024;

/** Gathers what is written until there is enough of it, or a flush. */
export class BufferedOutput implements Output {
  readonly isTerminal: boolean;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #encoder = new TextEncoder();
  readonly #waiting = new Uint8Array(WAITING);
  #used = 0;
  /** What was written last, where that was text: many short lines are encoded at once. */
  #text = "";

  /** `sink` takes all of the bytes that it is given, at once. */
  constructor(sink: (bytes: Uint8Array) => void, isTerminal = false) {
    this.#sink = sink;
    this.isTerminal = isTerminal;
  }

  /** See {@linkcode Output.write}. */
  write(chunk: string | Uint8Array): void {
    if (typeof chunk === "string") {
      this.#text += chunk;
      if (this.#text.length >= CHARACTERS) this.#encode();
      return;
    }
    this.#encode();
    this.#gather(chunk);
  }

  #encode(): void {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#gather(this.#encoder.encode(text));
  }

  #gather(bytes: Uint8Array): void {
    if (this.#used + bytes.length > WAITING) this.#send();
    if (bytes.length > WAITING) return this.#sink(bytes);
    this.#waiting.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** See {@linkcode Output.flush}. */
  flush(): void {
    this.#encode();
    this.#send();
  }

  #send(): void {
    const used = this.#used;
    this.#used = 0;
    if (used > 0) this.#sink(this.#waiting.subarray(0, used));
  }
}

type Stream = { writeSync(bytes: Uint8Array): number; isTerminal(): boolean };

function streamOutput(stream: Stream): BufferedOutput {
  return new BufferedOutput((bytes) => writeAll(stream, bytes), stream.isTerminal());
}

function writeAll(stream: Stream, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += stream.writeSync(bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
      if (!(error instanceof Deno.errors.WouldBlock)) {
        throw new PlatformError(`Cannot write output: ${reasonOf(error)}`);
      }
      // A pipe that another program made non-blocking is full: wait until it has been read.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function consoleWidth(): number {
  try {
    // Some terminals say 0, and none at all throws.
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Numbers of the signals that end the work in order (POSIX.1-2017, `kill -N`). */
const signals = [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const;

/** A signal asked for the end of the run. */
class Interrupt extends DOMException {
  /** The exit status that tells of the signal. */
  readonly status: number;

  constructor(number: number) {
    super("interrupted", "AbortError");
    this.status = 128 + number;
  }
}

/** Exit status of a run that was interrupted: 128 and the number of the signal, 130 where none is known. */
export function interruptStatus({ reason }: AbortSignal): number {
  return reason instanceof Interrupt ? reason.status : 130;
}

function listenForSignals(interrupt: AbortController): void {
  for (const [name, number] of signals) {
    const onSignal = () => {
      // The same signal again ends the process at once, as if none had been listened to.
      Deno.removeSignalListener(name, onSignal);
      interrupt.abort(new Interrupt(number));
    };
    try {
      Deno.addSignalListener(name, onSignal);
    } catch {
      // A system that does not know the signal sends none.
    }
  }
}

// Whoever writes may never write again, so that an interrupt does not wait for the next chunk.
async function* interruptible(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", leave);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", leave);
    reader.releaseLock();
  }
}

/** The surroundings of this process: its streams, and signals that end the work in order. */
export function systemIo(): Io {
  const interrupt = new AbortController();
  const { signal } = interrupt;
  listenForSignals(interrupt);
  return {
    stdout: streamOutput(Deno.stdout),
    stderr: streamOutput(Deno.stderr),
    stdin: { [Symbol.asyncIterator]: () => interruptible(Deno.stdin.readable, signal) },
    width: consoleWidth(),
    noColor: Deno.noColor,
    signal,
    opened: dropPermissions,
    now: () => performance.now(),
  };
}
