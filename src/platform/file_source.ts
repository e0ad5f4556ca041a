// Files as byte sources: positioned reads on one handle, which goes on working without any permission.

import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname, isAbsolute, relative, sep } from "node:path";
import { setImmediate } from "node:timers";
import { type ByteSource, SourceError } from "../bytes/source.ts";
import { giveTurn, turnIsDue } from "../bytes/turn.ts";
import { errorCode, PlatformError, reasonOf } from "./errors.ts";

/** Which files may be opened. */
export type OpenOptions = {
  /** An empty one too. */
  readonly empty?: boolean;
  /** Only one that lies in the folder of its path or below: no symbolic link may lead out of it. */
  readonly beside?: boolean;
};

/** An open file. Reads need no permission once it is open. */
export class FileSource implements ByteSource {
  /** The path that it was opened by. */
  readonly name: string;
  /** Bytes in the file when it was opened. */
  readonly size: number;
  /** What makes it the same file under all of its names. */
  readonly identity: { readonly dev: number; readonly ino: number };
  readonly #handle: number;
  readonly #modified: number;
  #open = true;

  private constructor(name: string, handle: number, { size, mtimeMs, dev, ino }: Stats) {
    this.name = name;
    this.size = size;
    this.identity = { dev, ino };
    this.#handle = handle;
    this.#modified = mtimeMs;
  }

  /**
   * Opens a file for reading. Throws PlatformError for what is no regular file, for an empty one
   * unless that is asked for, and for what may not be read.
   */
  static open(path: string, { empty = false, beside = false }: OpenOptions = {}): FileSource {
    if (beside && attempt(path, () => leadsOut(path))) {
      throw new PlatformError(
        `Cannot open ${path}: it is a symbolic link that leads out of its folder; ` +
          "put the file itself there",
      );
    }
    // Opening a pipe would wait for whoever writes to it, so that it is told by its name.
    refuseUnusable(path, attempt(path, () => statSync(path)), empty);
    const handle = attempt(path, () => openSync(path, "r"));
    try {
      const facts = attempt(path, () => fstatSync(handle));
      refuseUnusable(path, facts, empty);
      return new FileSource(path, handle, facts);
    } catch (error) {
      closeSync(handle);
      throw error;
    }
  }

  /** Takes over an open handle, whatever it stands for. */
  static fromHandle(name: string, handle: number): FileSource {
    return new FileSource(name, handle, fstatSync(handle));
  }

  /** Reads without waiting; see {@linkcode ByteSource.read}. */
  readSync(offset: number, into: Uint8Array): number {
    this.#check(offset, into.length);
    let done = 0;
    while (done < into.length) {
      try {
        const count = readSync(this.#handle, into, done, into.length - done, offset + done);
        if (count === 0) break;
        done += count;
      } catch (error) {
        throw new SourceError(offset + done, into.length - done, reasonOf(error));
      }
    }
    return done;
  }

  /** Reads up to `into.length` bytes; see {@linkcode ByteSource.read}. */
  async read(offset: number, into: Uint8Array): Promise<number> {
    this.#check(offset, into.length);
    let done = 0;
    while (done < into.length) {
      const count = await this.#readOnce(offset, into, done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  #readOnce(offset: number, into: Uint8Array, done: number): Promise<number> {
    const length = into.length - done;
    return new Promise((resolve, reject) => {
      read(this.#handle, into, done, length, offset + done, (error, count) => {
        if (error === null || error === undefined) resolve(count ?? 0);
        else reject(new SourceError(offset + done, length, reasonOf(error)));
      });
    });
  }

  #check(offset: number, length: number): void {
    if (!this.#open) throw new SourceError(offset, length, "the file is closed");
  }

  /** Whether size or modification time are no longer those of the opening. */
  changed(): Promise<boolean> {
    if (!this.#open) return Promise.resolve(false);
    const { size, mtimeMs } = fstatSync(this.#handle);
    return Promise.resolve(size !== this.size || mtimeMs !== this.#modified);
  }

  /** Gives the handle back. */
  close(): void {
    if (this.#open) closeSync(this.#handle);
    this.#open = false;
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function cannotOpen(path: string, error: unknown): Error {
  if (error instanceof PlatformError) return error;
  return new PlatformError(`Cannot open ${path}: ${reasonOf(error)}`, errorCode(error));
}

// Where a link leads is looked up in the folder's own path, which may hold links itself.
function leadsOut(path: string): boolean {
  if (!lstatSync(path).isSymbolicLink()) return false;
  const way = relative(realpathSync(dirname(path)), realpathSync(path));
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function refuseUnusable(path: string, facts: Stats, empty: boolean): void {
  const problem = unusable(path, facts, empty);
  if (problem !== undefined) throw new PlatformError(`Cannot open ${path}: ${problem}`);
}

function unusable(path: string, facts: Stats, empty: boolean): string | undefined {
  if (facts.isDirectory()) return "it is a folder, not an image";
  if (facts.isFIFO()) {
    return `it is a pipe; give it as standard input: discern audit - < ${path}`;
  }
  if (facts.isSocket() || facts.isCharacterDevice()) {
    return "it is no file that can be read anywhere";
  }
  if (facts.isBlockDevice()) return "it is a device; copy it to a file first";
  if (facts.size === 0 && !empty) return "it is empty (0 bytes)";
  return undefined;
}

const CHUNK = 64 * 1024;

/**
 * All bytes of a file or pipe; a pipe is waited for, and so is what it brings, until `signal` ends it.
 * Rejects with PlatformError for a folder, for more than `limit` bytes, and for what may not be read.
 */
export async function readWhole(
  path: string,
  limit: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<Uint8Array> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  signal.addEventListener("abort", end);
  // What still waits for a pipe then has nobody who waits for it.
  const reading = gatherFile(path, limit, signal);
  try {
    signal.throwIfAborted();
    return await Promise.race([reading, ended.promise]);
  } catch (error) {
    reading.catch(() => {});
    if (signal.aborted) throw error;
    throw cannotOpen(path, error);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

async function gatherFile(path: string, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const chunks: Uint8Array[] = [];
    let total = 0;
    while (!signal.aborted) {
      const chunk = new Uint8Array(CHUNK);
      const { bytesRead } = await file.read(chunk, 0, CHUNK, null);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      total += bytesRead;
      if (total > limit) {
        throw new PlatformError(`Cannot read ${path}: it is longer than ${limit} bytes`);
      }
    }
    return joined(chunks, total);
  } finally {
    await file.close();
  }
}

/** The first bytes of a regular file; undefined where there is none, or it may not be read. */
export function readHead(path: string, length: number): Uint8Array | undefined {
  try {
    if (!statSync(path).isFile()) return undefined;
    const handle = openSync(path, "r");
    try {
      const head = new Uint8Array(length);
      return head.subarray(0, readSync(handle, head, 0, length, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    // What cannot be read here is for the writing that follows to refuse, or not.
    return undefined;
  }
}

/** Chunks one after the other, `total` bytes in all. */
export function joined(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Milliseconds after which a read lets timers and signals have their turn. */
const TURN = 40;

function byImmediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}

/**
 * A source whose reads are made at once, yet let the event loop have a turn now and then: small reads
 * cost no round trip, and an interrupt is heard in the middle of long work.
 */
export function withTurns(source: ByteSource): ByteSource {
  const { name, size } = source;
  const readNow = source.readSync?.bind(source);
  return {
    name,
    size,
    ...(readNow === undefined ? {} : { readNow }),
    async read(offset, into) {
      if (turnIsDue(TURN)) await giveTurn(byImmediate);
      return source.readSync?.(offset, into) ?? await source.read(offset, into);
    },
    changed: () => source.changed?.() ?? Promise.resolve(false),
    close: () => source.close?.(),
  };
}
