// Standard input, which can be read once: kept in a temporary file on request, else served in one pass.

import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformError, reasonOf } from "./errors.ts";
import { FileSource, joined } from "./file_source.ts";

/** A file that holds standard input, removed from its folder before the first read of it. */
export type Spooled = {
  readonly source: FileSource;
  /** Removes the file, where the system could not do so while it was open. */
  readonly remove: () => void;
};

/** Where the copy goes, and how much of it there may be. */
export type SpoolOptions = {
  /** The system's folder for temporary files where absent. */
  readonly folder?: string | undefined;
  /** Bytes; more end the work. */
  readonly limit: number;
  readonly signal?: AbortSignal;
};

/**
 * Copies a stream to a temporary file. Rejects with PlatformError where it is longer than the limit,
 * empty, or cannot be written, and leaves no file behind.
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  { folder = temporaryFolder(), limit, signal }: SpoolOptions,
): Promise<Spooled> {
  const path = join(folder, `discern-${crypto.randomUUID()}.spool`);
  const handle = create(path, folder);
  const unlinked = tryUnlink(path);
  const remove = () => {
    if (!unlinked) tryUnlink(path);
  };
  try {
    await copy(stream, handle, limit, signal);
  } catch (error) {
    closeSync(handle);
    remove();
    throw error;
  }
  return { source: FileSource.fromHandle("standard input", handle), remove };
}

function temporaryFolder(): string {
  try {
    return tmpdir();
  } catch {
    // Without permission on the environment the folder that every system of this kind has is taken.
    return "/tmp";
  }
}

function create(path: string, folder: string): number {
  try {
    return openSync(path, "wx+", 0o600);
  } catch (error) {
    throw new PlatformError(`Cannot spool to ${folder}: ${reasonOf(error)}`);
  }
}

async function copy(
  stream: AsyncIterable<Uint8Array>,
  handle: number,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let total = 0;
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    total += chunk.length;
    if (total > limit) {
      throw new PlatformError(
        `Cannot spool standard input: it is longer than ${limit} bytes; --spool-limit allows more`,
      );
    }
    try {
      for (let at = 0; at < chunk.length;) at += writeSync(handle, chunk, at);
    } catch (error) {
      throw new PlatformError(`Cannot spool standard input: ${reasonOf(error)}`);
    }
  }
  if (total === 0) throw new PlatformError("Cannot read standard input: it is empty (0 bytes)");
}

function tryUnlink(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What is kept of a stream that has gone by: its head, its last bytes, and how long it was. */
export type Passed = {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly bytes: number;
};

/** Passes a stream by: keeps at most `keep` bytes of its head and `last` of its end. */
export async function passOnce(
  stream: AsyncIterable<Uint8Array>,
  { keep, last = 0 }: { readonly keep: number; readonly last?: number },
  take: (chunk: Uint8Array, done: number) => void,
): Promise<Passed> {
  const head = new Uint8Array(keep);
  const ring = new Ring(last);
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes < keep) head.set(chunk.subarray(0, keep - bytes), bytes);
    ring.push(chunk);
    bytes += chunk.length;
    take(chunk, bytes);
  }
  return { head: head.subarray(0, Math.min(keep, bytes)), tail: ring.bytes(), bytes };
}

/** The last bytes of what was pushed. */
class Ring {
  readonly #buffer: Uint8Array;
  /** Bytes pushed in all; the next one goes to this place, counted round. */
  #pushed = 0;

  constructor(size: number) {
    this.#buffer = new Uint8Array(size);
  }

  push(chunk: Uint8Array): void {
    const size = this.#buffer.length;
    const part = chunk.subarray(Math.max(0, chunk.length - size));
    this.#pushed += chunk.length - part.length;
    for (let at = 0; at < part.length;) {
      const place = this.#pushed % size;
      const run = part.subarray(at, at + size - place);
      this.#buffer.set(run, place);
      this.#pushed += run.length;
      at += run.length;
    }
  }

  bytes(): Uint8Array {
    const size = this.#buffer.length;
    if (this.#pushed <= size) return this.#buffer.slice(0, this.#pushed);
    const place = this.#pushed % size;
    return joined([this.#buffer.subarray(place), this.#buffer.subarray(0, place)], size);
  }
}

/** All of a stream. Rejects with PlatformError for more than `limit` bytes. */
export async function gather(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total > limit) {
      throw new PlatformError(`Cannot read standard input: it is longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return joined(chunks, total);
}
