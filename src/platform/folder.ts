// Writing names of a stranger into a folder: whatever they say, nothing lands outside it.

import {
  closeSync,
  constants,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errorCode, PlatformError, reasonOf } from "./errors.ts";
import { collisionKey, linkProblem, type NameRules, type SafeName, safeName } from "./safe_name.ts";

/** What makes a file the same one under all of its names. */
export type FileIdentity = { readonly dev: number; readonly ino: number };

/** How to write into a folder. */
export type FolderOptions = {
  /** Replaces files that were there before; never those of the same run, and no input. */
  readonly force?: boolean;
  /** Files that are being read: whatever the other options say, none of them is replaced. */
  readonly inputs?: readonly FileIdentity[];
  /**
   * Keeps what there is of a file that could not be read whole, as `NAME.partial`, or under another
   * number where an entry of the image has that name.
   */
  readonly partial?: boolean;
  /** Makes symbolic links that cannot lead outside. */
  readonly links?: boolean;
  /** Rules that names must meet. */
  readonly rules?: NameRules;
};

/** A folder made or entered in this run, with the names used in it. */
export type Place = {
  readonly path: string;
  /** Path below the root folder, with slashes. */
  readonly below: string;
  readonly depth: number;
  /** Names used, by collision key. */
  readonly used: Map<string, UsedName>;
};

/** A name used in a folder. */
export type UsedName = {
  readonly name: string;
  /** How often the name was taken. */
  count: number;
  /** It holds what there is of a cut file: no entry of the image has it. */
  readonly partial?: true;
};

/** A recorded name: its text, and its bytes where they are not valid text. */
export type RecordedName = { readonly text: string; readonly bytes?: Uint8Array };

/** What became of an entry. */
export type Outcome = {
  readonly state: "ok" | "renamed" | "cut" | "unreadable" | "skipped" | "refused";
  /** Path below the root folder; absent where nothing was written. */
  readonly to?: string;
  readonly bytes?: number;
  readonly reason?: string;
};

/** A folder entered, or why it could not be. */
export type Entered = Outcome & { readonly place?: Place };

/** A file to write. Its content ends with what could be read of it. */
export type FileToWrite = {
  readonly content: AsyncGenerator<Uint8Array, ContentEnd, undefined>;
  /** Permission bits; only those of reading, writing and executing are used. */
  readonly mode?: number;
  /** Milliseconds since 1970, or NaN. */
  readonly modified?: number;
};

/** How the content of a file ended. */
export type ContentEnd = {
  readonly state: "ok" | "cut" | "unreadable";
  readonly reason?: string;
};

// Nothing follows once the storage itself fails.
const fatal = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO", "DENIED"]);

type Taken = SafeName & {
  readonly path: string;
  readonly below: string;
  readonly parent: Place;
  /** What is worth saying, though the name is the recorded one. */
  readonly note?: string;
};

type Step = Entered & { readonly handle?: number; readonly taken?: Taken };

/** A folder that takes the entries of an image. Every name is one component of a path below it. */
export class Folder {
  /** The root, to which no name can climb. */
  readonly root: Place;
  readonly #options: FolderOptions;

  private constructor(path: string, options: FolderOptions) {
    this.root = { path, below: "", depth: 0, used: new Map() };
    this.#options = options;
  }

  /** Opens a folder, making it where there is none. Throws PlatformError where it cannot be. */
  static open(path: string, options: FolderOptions = {}): Folder {
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      const reason = errorCode(error) === "EEXIST" ? "it is no folder" : reasonOf(error);
      throw new PlatformError(`Cannot extract to ${path}: ${reason}`);
    }
    return new Folder(path, options);
  }

  /** Makes or enters the folder `name` of `parent`. */
  directory(parent: Place, name: RecordedName, mode = 0o777): Entered {
    return this.#guarded(parent, name, (taken) => {
      const there = statOf(taken.path);
      if (there === undefined) mkdirSync(taken.path, { mode: (mode & 0o777) | 0o700 });
      else if (there.isSymbolicLink()) return refused("a symbolic link stands in its place");
      else if (!there.isDirectory()) return refused("a file stands in its place");
      const { path, below } = taken;
      const place = { path, below, depth: parent.depth + 1, used: new Map() };
      return { ...done(taken), place };
    });
  }

  /** Sets the time of a folder once nothing more is written to it. */
  leave(place: Place, modified: number): void {
    if (Number.isNaN(modified) || place.depth === 0) return;
    try {
      if (statOf(place.path)?.isDirectory()) {
        utimesSync(place.path, modified / 1000, modified / 1000);
      }
    } catch {
      // The time of a folder is a courtesy: file systems without it lose nothing else.
    }
  }

  /** Writes a file. Rejects with PlatformError where the storage fails; nothing cut keeps its name. */
  async file(parent: Place, name: RecordedName, file: FileToWrite): Promise<Outcome> {
    const opened = this.#guarded(parent, name, (taken) => {
      const problem = this.#makeRoom(taken);
      if (problem !== undefined) return refused(problem);
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const mode = ((file.mode ?? 0o666) & 0o777) | 0o600;
      return { ...done(taken), taken, handle: openSync(taken.path, flags, mode) };
    });
    const { handle, taken, ...outcome } = opened;
    if (handle === undefined || taken === undefined) return outcome;
    return await this.#fill(handle, taken, file, outcome);
  }

  async #fill(
    handle: number,
    taken: Taken,
    file: FileToWrite,
    outcome: Outcome,
  ): Promise<Outcome> {
    let bytes = 0;
    let end: ContentEnd;
    try {
      for (;;) {
        const next = await file.content.next();
        if (next.done === true) {
          end = next.value;
          break;
        }
        for (let at = 0; at < next.value.length;) at += writeSync(handle, next.value, at);
        bytes += next.value.length;
      }
      setTime(handle, file.modified ?? NaN);
      closeSync(handle);
    } catch (error) {
      closeSync(handle);
      this.#discard(taken);
      await file.content.return({ state: "cut" });
      if (errorCode(error) === "") throw error;
      throw new PlatformError(`Cannot write ${taken.path}: ${reasonOf(error)}`);
    }
    if (end.state === "ok") return { ...outcome, bytes };
    return this.#cutShort(taken, bytes, end);
  }

  #cutShort(taken: Taken, bytes: number, { state, reason }: ContentEnd): Outcome {
    const why = reason === undefined ? { state } : { state, reason };
    if (!this.#options.partial) {
      this.#discard(taken);
      return why;
    }
    const kept = placed(taken.parent, { name: partialName(taken) });
    const problem = this.#keep(taken, kept);
    if (problem === undefined) return { ...why, to: kept.below, bytes };
    this.#discard(taken);
    return { ...why, reason: `${reason ?? state}; not kept as ${kept.below}: ${problem}` };
  }

  #keep(taken: Taken, kept: Taken): string | undefined {
    const used: UsedName = { name: kept.name, count: 1, partial: true };
    taken.parent.used.set(collisionKey(kept.name), used);
    try {
      const problem = this.#makeRoom(kept);
      if (problem === undefined) renameSync(taken.path, kept.path);
      return problem;
    } catch (error) {
      if (errorCode(error) === "") throw error;
      return reasonOf(error);
    }
  }

  #discard({ path }: Taken): void {
    try {
      unlinkSync(path);
    } catch {
      // It cannot be removed: the message about the failure names it.
    }
  }

  /** Makes a symbolic link, where links are wanted and it cannot lead outside. */
  link(parent: Place, name: RecordedName, target: string): Outcome {
    if (!this.#options.links) {
      return { state: "skipped", reason: "a symbolic link; --links keeps safe ones" };
    }
    const problem = linkProblem(target, parent.depth);
    if (problem !== undefined) return refused(problem);
    return this.#guarded(parent, name, (taken) => {
      const blocked = this.#makeRoom(taken);
      if (blocked !== undefined) return refused(blocked);
      symlinkSync(target, taken.path);
      return done(taken);
    });
  }

  // The place of an existing file of another run is free with `force`, but for an input; a folder's never
  // is, and no link is followed.
  #makeRoom({ path }: Taken): string | undefined {
    const there = statOf(path);
    if (there === undefined) return undefined;
    if (there.isDirectory()) return "a folder stands in its place";
    if (this.#isInput(path, there)) return "a file that is being read stands in its place";
    if (!this.#options.force) return "a file stands in its place; --force replaces it";
    unlinkSync(path);
    return undefined;
  }

  // A link to an input is the name by which it may have been given.
  #isInput(path: string, there: Stats): boolean {
    const { inputs = [] } = this.#options;
    if (inputs.length === 0) return false;
    const file = there.isSymbolicLink() ? targetOf(path) ?? there : there;
    return inputs.some(({ dev, ino }) => dev === file.dev && ino === file.ino);
  }

  // Every folder on the way was entered by `directory`; one that has become a link since is not used.
  #guarded(parent: Place, name: RecordedName, work: (taken: Taken) => Step): Step {
    try {
      const there = parent.depth === 0 ? undefined : statOf(parent.path);
      if (parent.depth > 0 && there?.isDirectory() !== true) {
        return refused("its folder is no folder any more");
      }
      return work(this.#take(parent, name));
    } catch (error) {
      const code = errorCode(error);
      if (code === "") throw error;
      if (!fatal.has(code)) return refused(reasonOf(error));
      throw new PlatformError(`Cannot write to ${parent.path}: ${reasonOf(error)}`);
    }
  }

  #take(parent: Place, { text, bytes }: RecordedName): Taken {
    const safe = safeName(text, bytes, this.#options.rules ?? systemRules());
    const key = collisionKey(safe.name);
    const earlier = parent.used.get(key);
    if (earlier === undefined) {
      parent.used.set(key, { name: safe.name, count: 1 });
      return placed(parent, safe);
    }
    if (earlier.name !== safe.name && !isOneFile(parent, earlier.name, safe.name)) {
      const note = "other file systems take its name and an earlier one of its folder as one";
      return { ...placed(parent, safe), note };
    }
    const reason = takenReason(earlier, safe.name);
    do earlier.count++; while (parent.used.has(collisionKey(`${safe.name}~${earlier.count}`)));
    const name = `${safe.name}~${earlier.count}`;
    parent.used.set(collisionKey(name), { name, count: 1 });
    return placed(parent, { name, reason });
  }
}

function placed(parent: Place, safe: SafeName): Taken {
  const below = parent.below === "" ? safe.name : `${parent.below}/${safe.name}`;
  return { ...safe, path: join(parent.path, safe.name), below, parent };
}

function takenReason({ name, partial }: UsedName, wanted: string): string {
  if (partial) return "its name is that of what there is of a cut file";
  return name === wanted
    ? "its name is used twice in its folder"
    : `its name and ${name} are one in this file system`;
}

// NAME.partial, or NAME~2.partial and so on where entries of the image have that name.
function partialName({ name, parent }: Taken): string {
  let candidate = `${name}.partial`;
  for (let count = 2; parent.used.has(collisionKey(candidate)); count++) {
    candidate = `${name}~${count}.partial`;
  }
  return candidate;
}

function done({ below, reason, note }: Taken): Outcome {
  if (reason !== undefined) return { state: "renamed", to: below, reason };
  return note === undefined ? { state: "ok", to: below } : { state: "ok", to: below, reason: note };
}

function refused(reason: string): Outcome {
  return { state: "refused", reason };
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function targetOf(link: string): Stats | undefined {
  try {
    return statSync(link);
  } catch {
    // It leads nowhere, or where nothing may be looked at: to no file that is open.
    return undefined;
  }
}

// Names that differ in case or normal form only: one file where the file system takes them as one.
function isOneFile(parent: Place, a: string, b: string): boolean {
  const [first, second] = [statOf(join(parent.path, a)), statOf(join(parent.path, b))];
  return first !== undefined && second !== undefined && first.dev === second.dev &&
    first.ino === second.ino;
}

function setTime(handle: number, modified: number): void {
  if (Number.isNaN(modified)) return;
  try {
    futimesSync(handle, modified / 1000, modified / 1000);
  } catch {
    // A time that the file system cannot hold is left out; the content is what counts.
  }
}

function systemRules(): NameRules {
  return typeof Deno !== "undefined" && Deno.build.os === "windows" ? "windows" : "posix";
}
