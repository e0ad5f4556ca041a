// One run of a command: opens what it reads and writes, gives permissions up, prints what it found.

import type { ByteSource } from "../bytes/source.ts";
import type { Sidecars } from "../container/container.ts";
import { imageSignature, SIGNATURE_BYTES } from "../container/signature.ts";
import { examine } from "../examine.ts";
import type { EngineName } from "../kernel/engine.ts";
import { type LostDirectory, NotFoundError, unreadReason } from "../model/describe.ts";
import { pathBytesHex } from "../model/namespace.ts";
import type { Image } from "../model/image.ts";
import type { WorkOptions } from "../model/result.ts";
import { AtomicFile } from "../platform/atomic.ts";
import { PlatformError } from "../platform/errors.ts";
import { FileSource, readHead, withTurns } from "../platform/file_source.ts";
import { Threads } from "../platform/worker_pool.ts";
import type { FileIdentity } from "../platform/folder.ts";
import type { Keep } from "../platform/permissions.ts";
import { spool } from "../platform/stdin.ts";
import { escapeInline, escapeName } from "../report/escape.ts";
import { jsonDocument } from "../report/json.ts";
import { counted, plainStyle, type Style } from "../report/style.ts";
import { BufferedOutput, interruptStatus, type Io, type Output } from "./io.ts";
import type { Progress } from "./progress.ts";

/** Options that most commands share, as the command line gives them. */
export type JobOptions = {
  readonly json?: true | undefined;
  readonly output?: string | undefined;
  /** Replace an output file even where it is a disc image. */
  readonly force?: true | undefined;
  readonly color?: "auto" | "always" | "never" | undefined;
  readonly verbose?: true | undefined;
  readonly quiet?: true | undefined;
  readonly progress?: boolean | undefined;
  readonly session?: number | undefined;
  readonly spool?: true | undefined;
  readonly spoolLimit?: number | undefined;
  /** Threads that share the work of digests; only commands that compute them have these. */
  readonly jobs?: number | undefined;
  readonly engine?: EngineName | undefined;
  readonly crossCheck?: true | undefined;
  /** Of the data nothing is read, hence nothing digested. */
  readonly structure?: true | undefined;
};

/** The command line asks for something that cannot be: usage is shown, exit 2. */
export class UsageError extends Error {
  /** Takes the whole message. */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** An open source, with the path that it was named by. */
export type OpenSource = { readonly path: string; readonly source: ByteSource };

/** What only a terminal needs, loaded only for one. */
type Terminal = {
  /** Draws progress on standard error, where that is wanted. */
  readonly progress?: Progress;
  /** Breaks lines of the result between words. */
  readonly fold?: (line: string, columns: number) => string[];
};

/** What long work takes. */
type Work = Required<Pick<WorkOptions, "signal" | "onEvent" | "engines">> & {
  readonly workers?: Threads;
};

/** Folders that are named before all of them are asked for. */
const NAMED = 20;
/** Bytes of an image for which threads are started at once, while it is examined. */
const LARGE = 64 * 1024 * 1024;

/** One run of a command. */
export class Job {
  readonly io: Io;
  readonly options: JobOptions;
  readonly style: Style;
  /** Whether a signal cut the work short; what was printed is then not all. */
  interrupted = false;
  readonly #terminal: Terminal;
  readonly #file: AtomicFile | undefined;
  readonly #out: Output;
  readonly #threads: Threads | undefined;
  readonly #closing: (() => void)[] = [];
  readonly #files: FileSource[] = [];
  #printsOn = false;

  private constructor(
    io: Io,
    options: JobOptions,
    file: AtomicFile | undefined,
    terminal: Terminal,
  ) {
    this.io = io;
    this.options = options;
    this.#file = file;
    this.#terminal = terminal;
    this.#out = file === undefined
      ? io.stdout
      : new BufferedOutput((bytes) => file.write(bytes), false);
    const onTerminal = this.#out.isTerminal;
    const color = options.color ?? "auto";
    this.style = {
      color: color === "always" || (color === "auto" && onTerminal && !io.noColor),
      width: onTerminal ? Math.max(40, io.width) : plainStyle.width,
      cut: onTerminal,
      verbose: options.verbose === true,
    };
    const { jobs = 1 } = options;
    this.#threads = jobs > 1 ? new Threads(jobs) : undefined;
    this.#closing.push(() => this.#threads?.close());
  }

  /**
   * Runs `work` with output opened before anything else: `inputs` can never be written over. What it
   * wrote to a file is there only where it came to its end.
   */
  static async run(
    io: Io,
    options: JobOptions,
    inputs: readonly string[],
    work: (job: Job) => Promise<number>,
  ): Promise<number> {
    const { output } = options;
    const file = output === undefined || output === "-" ? undefined : AtomicFile.open(
      output,
      inputs.filter((input) => input !== "-"),
    );
    if (file !== undefined && options.force !== true) refuseImage(output ?? "", file);
    const job = new Job(io, options, file, await forTerminal(io, options, file === undefined));
    try {
      const code = await work(job);
      // A signal that came while nothing waited is heard before anything is kept.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (io.signal.aborted) job.interrupted = true;
      job.#terminal.progress?.clear();
      job.#out.flush();
      if (job.interrupted) file?.discard();
      else file?.commit();
      return job.interrupted ? interruptStatus(io.signal) : code;
    } finally {
      job.#terminal.progress?.clear();
      file?.discard();
      for (const close of job.#closing) close();
    }
  }

  /** Whether results go to a terminal. */
  get toTerminal(): boolean {
    return this.#out.isTerminal;
  }

  /** What long work takes: the interrupt, who draws its progress, and what computes digests. */
  work(): Work {
    const { engine = "auto", crossCheck = false } = this.options;
    const engines = { engine, crossCheck };
    const onEvent = this.#terminal.progress?.onEvent ?? (() => {});
    const work = { signal: this.io.signal, onEvent, engines };
    return this.#threads === undefined ? work : { ...work, workers: this.#threads };
  }

  /** What the command needs until its end: a file is renamed into its place at last. */
  keep(more: Keep = {}): Keep {
    const renames = this.#file !== undefined;
    return { read: renames || more.read === true, write: renames || more.write === true };
  }

  /** Writes to the result. */
  write(chunk: string | Uint8Array): void {
    this.#out.write(chunk);
  }

  /** Writes lines of text to the result. */
  lines(lines: Iterable<string>): void {
    const { fold } = this.#terminal;
    for (const line of lines) {
      // A terminal would break a line within a word.
      const parts = fold === undefined ? [line] : fold(line, this.style.width);
      for (const part of parts) this.#out.write(`${part}\n`);
    }
  }

  /** Writes a document; its lists may be generators. An interrupt ends a list, and is said in it. */
  async document(document: Readonly<Record<string, unknown>>): Promise<void> {
    const whole: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(document)) {
      whole[key] = !isStream(value)
        ? value
        : Symbol.iterator in value
        ? this.eachUntilInterrupted(value)
        : this.untilInterrupted(value);
    }
    whole.interrupted = () => this.interrupted ? true : undefined;
    for await (const text of jsonDocument(whole)) this.#out.write(text);
  }

  /** The work was cut short; lists of what it came to are printed to their end. */
  interruptedBefore(): void {
    this.interrupted = true;
    this.#printsOn = true;
  }

  /** As {@linkcode Job.untilInterrupted}, for what need not be waited for. */
  *eachUntilInterrupted<T>(entries: Iterable<T>): Generator<T> {
    try {
      for (const entry of entries) {
        yield entry;
        if (this.#printsOn || !this.io.signal.aborted) continue;
        this.interrupted = true;
        return;
      }
    } catch (error) {
      if (!this.io.signal.aborted) throw error;
      this.interrupted = true;
    }
  }

  /** Entries until the user interrupts; what is there by then is not lost. */
  async *untilInterrupted<T>(entries: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      for await (const entry of entries) {
        yield entry;
        if (this.#printsOn || !this.io.signal.aborted) continue;
        this.interrupted = true;
        return;
      }
    } catch (error) {
      if (!this.io.signal.aborted) throw error;
      this.interrupted = true;
    }
  }

  /** Says something beside the result, unless silence is wanted. */
  say(message: string): void {
    if (this.options.quiet !== true) this.warn(message);
  }

  /** Says something that has to be said. */
  warn(message: string): void {
    this.#terminal.progress?.clear();
    if (this.#out.isTerminal) this.#out.flush();
    this.io.stderr.write(`discern: ${message}\n`);
    this.io.stderr.flush();
  }

  /**
   * Opens an image file, or standard input where it may be kept. `verb` names the work that needs it;
   * `threads` is how many threads are worth starting at once, all where absent.
   */
  async open(
    path: string,
    verb: string,
    allow: { readonly empty?: boolean; readonly threads?: number } = {},
  ): Promise<OpenSource> {
    if (path !== "-") {
      const file = this.#opened(FileSource.open(path, allow));
      if (file.size >= LARGE && this.options.structure !== true) {
        this.#threads?.start(allow.threads);
      }
      // While permissions last.
      const { engine, structure } = this.options;
      if (engine === "auto" && structure !== true) {
        const { settleEngines } = await import("./engines.ts");
        await settleEngines(file.size);
      }
      return { path, source: withTurns(file) };
    }
    if (this.options.spool !== true) {
      throw new PlatformError(
        `Cannot ${verb} standard input: it can be read only once; --spool keeps it in a temporary file`,
      );
    }
    const limit = this.options.spoolLimit ?? Infinity;
    const { source, remove } = await spool(this.io.stdin, { limit, signal: this.io.signal });
    this.#closing.push(() => source.close(), remove);
    return { path, source: withTurns(source) };
  }

  /** Examines an open source. `keep` is what is needed from then on; nothing more where absent. `richestOnly` serves where the files
   * of the default namespace are all that is wanted. */
  async examine(
    { path, source }: OpenSource,
    keep: Keep = {},
    richestOnly = false,
  ): Promise<Image> {
    const { session } = this.options;
    try {
      return await examine(source, {
        path,
        sidecars: this.#sidecars(path),
        onOpened: () => this.io.opened(this.keep(keep)),
        signal: this.io.signal,
        richestOnly,
        ...(session === undefined ? {} : { session }),
      });
    } catch (error) {
      // The one range that a caller gives is the number of a session.
      if (error instanceof RangeError && session !== undefined) {
        throw new NotFoundError(error.message);
      }
      throw error;
    }
  }

  /** Opens and examines one image, which must be one. */
  async image(
    path: string,
    verb: string,
    keep: Keep = {},
    richestOnly = false,
  ): Promise<Image> {
    const image = await this.examine(await this.open(path, verb), keep, richestOnly);
    requireImage(image);
    this.#tellOfFound(image);
    return image;
  }

  /** As {@linkcode Job.image}, for an image whose files are needed: some namespace must be read. */
  async files(path: string, verb: string, keep: Keep = {}): Promise<Image> {
    const image = await this.image(path, verb, keep);
    requireFiles(image, verb);
    return image;
  }

  /** Names the folders whose records could not all be read; says how many there are. */
  tellOfLost(lost: Iterable<LostDirectory>): number {
    let count = 0;
    for (const { entry, state, reason } of lost) {
      count++;
      if (count > NAMED && !this.style.verbose) continue;
      const name = escapeName(entry.path, pathBytesHex(entry));
      this.warn(`${state}: folder ${name} (${escapeInline(reason)})`);
    }
    const more = count - NAMED;
    if (more > 0 && !this.style.verbose) {
      this.warn(`… ${counted(more, "more folder")} of which not all can be read: -v names them`);
    }
    return count;
  }

  // What was found apart from the records that should lead to it may lack names, and not be all.
  #tellOfFound({ trees }: Image): void {
    const ways = new Map<string, number>();
    for (const how of trees.flatMap((tree) => [...tree.found.values()])) {
      const kind = how.replace(/ at sector \d+$/, "");
      ways.set(kind, (ways.get(kind) ?? 0) + 1);
    }
    if (ways.size === 0) return;
    const list = [...ways].map(([how, count]) => count === 1 ? how : `${how} (${count})`);
    this.warn(`directories are read from what is left of them: ${list.join(", ")}`);
  }

  #opened(file: FileSource): FileSource {
    this.#files.push(file);
    this.#closing.push(() => file.close());
    return file;
  }

  /** Every file that was opened to be read, a sheet's data among them: nothing may replace it. */
  get inputs(): readonly FileIdentity[] {
    return this.#files.map(({ identity }) => identity);
  }

  // A sheet is a stranger's text: only files that lie beside it are opened, whatever it names.
  #sidecars(path: string): Sidecars {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
    let told = false;
    return (name) => {
      const beside = folder + (name.split(/[/\\]/).at(-1) ?? "");
      try {
        const file = this.#opened(FileSource.open(beside, { beside: true }));
        this.#file?.refuse(beside);
        return Promise.resolve(withTurns(file));
      } catch (error) {
        if (!(error instanceof PlatformError) || error.message.includes("it is the input")) {
          return Promise.reject(error);
        }
        // A sheet's reader tries several names; only the first refusal is worth a word.
        if (error.code !== "ENOENT" && !told) this.say(escapeInline(error.message));
        told = told || error.code !== "ENOENT";
        return Promise.resolve(undefined);
      }
    };
  }
}

async function forTerminal(io: Io, options: JobOptions, toOutput: boolean): Promise<Terminal> {
  const wanted = options.progress !== false && options.quiet !== true;
  const progress = wanted && io.stderr.isTerminal
    ? new (await import("./progress.ts")).Progress(io, wanted)
    : undefined;
  const fold = toOutput && io.stdout.isTerminal
    ? (await import("../report/width.ts")).fold
    : undefined;
  return {
    ...(progress === undefined ? {} : { progress }),
    ...(fold === undefined ? {} : { fold }),
  };
}

// A report that replaces an image is most often the mistake of whoever completed the wrong name.
function refuseImage(output: string, file: AtomicFile): void {
  const head = readHead(output, SIGNATURE_BYTES);
  const kind = head === undefined ? undefined : imageSignature(head);
  if (kind === undefined) return;
  file.discard();
  throw new PlatformError(
    `Cannot write ${output}: it is a disc image already (${kind}); --force replaces it`,
  );
}

function isStream(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** Whether anything in the file says that it is an image: a volume, or raw sectors of a disc. */
export function isImage(image: Image): boolean {
  return image.sessions.length > 0 || image.recognised.length > 0 ||
    image.container.mode !== undefined;
}

/** Throws NotFoundError, which says what cannot be done, where no namespace of the image is read. */
export function requireFiles(image: Image, verb: string): void {
  const why = unreadReason(image);
  if (why !== undefined) throw new NotFoundError(`Cannot ${verb} ${image.path}: ${why}`);
}

/** Throws NotFoundError where nothing in the file says that it is an image. */
export function requireImage(image: Image): void {
  if (isImage(image)) return;
  throw new NotFoundError(
    `Cannot read ${image.path} as an image: no volume is found in its ${image.source.size} bytes; ` +
      `\`discern audit\` says more`,
  );
}
