// Standard input, which can be read once: kept in a temporary file on request, else served in one pass.

import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformError, reasonOf } from "./errors.ts";
import { FileSource } from "./file_source.ts";

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

/** The head of a stream, and how long all of it was. */
export type Passed = { readonly head: Uint8Array; readonly bytes: number };

/** Passes a stream by: keeps at most `keep` bytes of its head, gives every chunk to `take`. */
export async function passOnce(
  stream: AsyncIterable<Uint8Array>,
  keep: number,
  take: (chunk: Uint8Array, done: number) => void,
): Promise<Passed> {
  const head = new Uint8Array(keep);
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes < keep) head.set(chunk.subarray(0, keep - bytes), bytes);
    bytes += chunk.length;
    take(chunk, bytes);
  }
  return { head: head.subarray(0, Math.min(keep, bytes)), bytes };
}
