// Output files that are there whole or not at all: a temporary file in the same folder, then a rename.

import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode, PlatformError, reasonOf } from "./errors.ts";

/** A file being written. Until {@linkcode AtomicFile.commit} nothing is there under its name. */
export class AtomicFile {
  readonly #shown: string;
  readonly #target: string;
  readonly #temporary: string | undefined;
  readonly #handle: number;
  #open = true;

  private constructor(
    shown: string,
    target: string,
    temporary: string | undefined,
    handle: number,
  ) {
    this.#shown = shown;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /**
   * Begins the file. Throws PlatformError where it is a folder, one of `inputs` by any name, or where
   * its folder cannot be written to.
   */
  static open(path: string, inputs: readonly string[]): AtomicFile {
    const there = statOf(path);
    if (there?.isDirectory() === true) throw cannot(path, "it is a folder");
    for (const input of inputs) refuseInput(path, input);
    // A device or pipe (/dev/null, say) takes what is written; renaming over it would remove it.
    if (there !== undefined && !there.isFile()) {
      return new AtomicFile(path, path, undefined, attempt(path, () => openSync(path, "w")));
    }
    const target = there === undefined ? path : attempt(path, () => realpathSync(path));
    const name = `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.partial`;
    const temporary = join(dirname(target), name);
    const mode = there === undefined ? 0o666 : there.mode & 0o777;
    const handle = attempt(path, () => openSync(temporary, "wx", mode));
    return new AtomicFile(path, target, temporary, handle);
  }

  /** Throws PlatformError, with nothing left behind, where the file would replace `input`. */
  refuse(input: string): void {
    try {
      refuseInput(this.#shown, input);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Writes all of `bytes`. Throws PlatformError, with nothing left behind, where it cannot. */
  write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
    } catch (error) {
      this.discard();
      throw cannot(this.#shown, reasonOf(error));
    }
  }

  /** Puts the file in its place. Throws PlatformError, with nothing left behind, where it cannot. */
  commit(): void {
    if (!this.#open) return;
    try {
      if (this.#temporary !== undefined) fsyncSync(this.#handle);
      this.#close();
      if (this.#temporary !== undefined) renameSync(this.#temporary, this.#target);
    } catch (error) {
      this.#close();
      this.#remove();
      throw cannot(this.#shown, reasonOf(error));
    }
  }

  /** Removes what was written; a file of that name from before stays as it was. */
  discard(): void {
    if (!this.#open) return;
    this.#close();
    this.#remove();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#handle);
  }

  #remove(): void {
    if (this.#temporary === undefined) return;
    try {
      unlinkSync(this.#temporary);
    } catch {
      // It is gone already, or the folder is: nothing more can be done.
    }
  }
}

function cannot(path: string, reason: string): PlatformError {
  return new PlatformError(`Cannot write ${path}: ${reason}`);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannot(path, reasonOf(error));
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw cannot(path, reasonOf(error));
  }
}

function refuseInput(path: string, input: string): void {
  const [there, other] = [statOf(path), statOf(input)];
  if (there !== undefined && other !== undefined && isSame(there, other)) {
    throw cannot(path, `it is the input ${input}`);
  }
}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
