// Files of known formats as a client of the pass: their bytes go to the checkers while they pass by.

import type { Image } from "../../model/image.ts";
import type { Extent } from "../../model/tree.ts";
import type { Client, Piece } from "../../pass/client.ts";
import { FileList, type ListedFile } from "./files.ts";
import { type Format, NotChecked, type Probed, Unavailable } from "./format.ts";
import { Pipe } from "./reader.ts";
import { FileReport, type Findings } from "./report.ts";
import { runFormat } from "./run.ts";

/** Bytes of the head of a file by which its format is known. */
const HEAD = 2048;
/** Bytes that may be read by themselves for one file: its index. */
const LOOKS = 64 * 1024 * 1024;
/** Files under way at most. */
const OPEN = 4096;
/** Bytes of files that are read again by themselves, all together. */
const AGAIN = 4 * 1024 * 1024 * 1024;
/** Bytes read at a time there. */
const WINDOW = 1024 * 1024;

/** A file under way. */
type Open = {
  readonly pipe: Pipe;
  /** Its extents in the order of its bytes. */
  readonly extents: readonly Extent[];
  /** The extent that comes next, and its next byte. */
  index: number;
  at: number;
  /** Whether the checker has ended. */
  ended: boolean;
  readonly checked: Promise<void>;
};

/** Something that the checker of a file is to be given. */
type Feed = { readonly open: Open; readonly bytes?: Uint8Array; readonly broken?: string };

/** Gives the bytes of files to the checkers of their formats. */
export class FormatSweep implements Client {
  readonly space = "logical";
  /** It needs no thread but the one that plans. */
  readonly bytes = 0;
  readonly parallel = 0;
  /** Contents of a known format. */
  files = 0;
  /** Bytes read by themselves. */
  reread = 0;
  readonly #image: Image;
  readonly #files: FileList;
  readonly #formats: readonly Format[];
  readonly #findings: Findings;
  readonly #signal: AbortSignal | undefined;
  #cursor = 0;
  #open: Open[] = [];
  #feeds: Feed[] = [];
  /** Files whose order forbids to stream them. */
  readonly #later: { readonly file: ListedFile; readonly format: Format }[] = [];

  /** Checks the files of an image by some formats, until the signal asks for the end. */
  constructor(
    image: Image,
    formats: readonly Format[],
    findings: Findings,
    signal?: AbortSignal,
  ) {
    this.#signal = signal;
    this.#image = image;
    this.#files = new FileList(image);
    this.#formats = formats;
    this.#findings = findings;
  }

  /** Whether there is any file. */
  get isEmpty(): boolean {
    return this.#files.count === 0;
  }

  /** See {@linkcode Client.next}. */
  next(at: number): number {
    return this.#open.length > 0 ? at : Math.max(at, this.#files.start(this.#cursor));
  }

  /** See {@linkcode Client.reach}: observers have everything read anyway. */
  reach(_at: number, end: number): number {
    return end;
  }

  /** See {@linkcode Client.want}. */
  want(piece: Piece): void {
    const going = this.#open;
    this.#open = [];
    for (const open of going) if (!open.ended) this.#feed(open, piece);
    for (; this.#files.start(this.#cursor) < piece.end; this.#cursor++) {
      const open = this.#begin(this.#cursor, piece);
      if (open !== undefined) this.#feed(open, piece);
    }
  }

  #begin(index: number, piece: Piece): Open | undefined {
    const start = this.#files.start(index);
    if (start < piece.start) return undefined;
    const file = this.#files.file(index);
    const { tree } = file.namespace;
    const { length } = tree.extent(file.node, 0);
    const at = tree.extent(file.node, 0).start - piece.start;
    // The bytes that the file begins with may be elsewhere than its first byte in the image.
    if (at < 0 || at >= piece.bytes.length) {
      this.#probeLater(file);
      return undefined;
    }
    const head = piece.bytes.subarray(at, Math.min(piece.bytes.length, at + length, at + HEAD));
    const format = this.#formatOf(head, file);
    if (format === undefined) return undefined;
    this.files++;
    const extents = file.namespace.extents(file.node).filter((extent) => extent.length > 0);
    if (isInOrder(extents) && this.#open.length < OPEN) return this.#start(file, format, extents);
    this.#later.push({ file, format });
    return undefined;
  }

  #formatOf(head: Uint8Array, file: ListedFile): Format | undefined {
    const probed = probedOf(file);
    return this.#formats.find((format) => format.probe(head, probed));
  }

  // Interleaved files, and such as are recorded backwards, are rare: their heads are read by themselves.
  #probeLater(file: ListedFile): void {
    this.#later.push({ file, format: unknown });
  }

  #start(file: ListedFile, format: Format, extents: readonly Extent[]): Open {
    const { tree, node, namespace } = file;
    const size = extents.reduce((sum, { length }) => sum + length, 0);
    let looks = LOOKS;
    const pipe = new Pipe(size, async (at, length) => {
      looks -= length;
      if (looks < 0) throw new NotChecked(`its index has more than ${LOOKS} bytes`);
      return await this.#readFile(extents, at, length);
    }, this.#signal);
    const report = new FileReport(this.#findings, {
      ...{ tree, node, format: format.name, extents },
      zisofs: probedOf(file).zisofs,
      path: () => namespace.path(node),
    });
    const open: Open = {
      ...{ pipe, extents, index: 0, at: extents[0]?.start ?? 0, ended: false },
      checked: runFormat(format, pipe, report).finally(() => {
        open.ended = true;
        pipe.close();
      }),
    };
    // Waited for when the file has passed by: what is thrown before must not count as unheard.
    open.checked.catch(() => {});
    return open;
  }

  async #readFile(extents: readonly Extent[], at: number, length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let before = 0;
    for (const extent of extents) {
      const from = Math.max(at, before);
      const to = Math.min(at + length, before + extent.length);
      if (to > from) parts.push(await this.#read(extent.start + from - before, to - from));
      before += extent.length;
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let filled = 0;
    for (const part of parts) {
      all.set(part, filled);
      filled += part.length;
    }
    return all;
  }

  async #read(start: number, length: number): Promise<Uint8Array> {
    this.reread += length;
    const { bytes, unread } = await this.#image.read(start, length);
    const [bad] = unread;
    if (bad !== undefined) throw new Unavailable(unreadable);
    if (bytes.length < length) throw new Unavailable("the image ends before it");
    return bytes;
  }

  // Gives a file all that the piece has of it.
  #feed(open: Open, piece: Piece): void {
    for (;;) {
      const extent = open.extents[open.index];
      if (extent === undefined) return;
      if (open.at >= piece.end) break;
      const end = extent.start + extent.length;
      const to = Math.min(end, piece.end);
      const isBad = open.at < piece.start ||
        piece.unread.some(({ start, length }) => start < to && start + length > open.at);
      if (isBad) {
        this.#feeds.push({ open, broken: unreadable });
        return;
      }
      const bytes = piece.bytes.subarray(open.at - piece.start, to - piece.start);
      this.#feeds.push({ open, bytes });
      open.at = to;
      if (to < end) break;
      open.index++;
      open.at = open.extents[open.index]?.start ?? 0;
    }
    this.#open.push(open);
  }

  /** See {@linkcode Client.settle}. */
  get settle(): (() => Promise<void>) | undefined {
    return this.#feeds.length === 0 ? undefined : () => this.#settle();
  }

  async #settle(): Promise<void> {
    const feeds = this.#feeds;
    this.#feeds = [];
    for (const { open, bytes, broken } of feeds) {
      if (broken !== undefined) await open.pipe.break(broken);
      else if (bytes !== undefined) await open.pipe.feed(bytes);
      if (open.index >= open.extents.length || open.ended) await open.checked;
    }
  }

  /** See {@linkcode Client.ended}. */
  ended(): void {}

  /** See {@linkcode Client.nameOf}. */
  nameOf(): string {
    return "the formats of files";
  }

  /** Ends the files that are under way, and reads by themselves those that could not be streamed. */
  async finish(): Promise<void> {
    for (const open of this.#open) {
      await open.pipe.break("the image ends before it");
      await open.checked;
    }
    this.#open = [];
    let room = AGAIN;
    for (const { file, format } of this.#later) {
      const extents = file.namespace.extents(file.node).filter(({ length }) => length > 0);
      room -= extents.reduce((sum, { length }) => sum + length, 0);
      await this.#again(file, format, room >= 0 ? extents : undefined);
    }
  }

  async #again(
    file: ListedFile,
    format: Format,
    extents: readonly Extent[] | undefined,
  ): Promise<void> {
    if (extents === undefined) {
      const { tree, node } = file;
      const named = { tree, node, format: format.name, extents: [], zisofs: undefined };
      const reason = `more than ${AGAIN} bytes of such files would have to be read a second time`;
      this.#findings.uncheck(reason, { ...named, path: () => "" }, 0, true);
      return;
    }
    const known = format === unknown ? await this.#probed(file, extents) : format;
    if (known === undefined) return;
    if (format === unknown) this.files++;
    const open = this.#start(file, known, extents);
    const size = extents.reduce((sum, { length }) => sum + length, 0);
    for (let at = 0; at < size && !open.ended; at += WINDOW) {
      this.#signal?.throwIfAborted();
      const bytes = await this.#readFile(extents, at, Math.min(WINDOW, size - at))
        .catch((error: unknown) => {
          if (error instanceof Unavailable) return error.message;
          throw error;
        });
      if (typeof bytes !== "string") await open.pipe.feed(bytes);
      else {
        await open.pipe.break(bytes);
        break;
      }
    }
    await open.checked;
  }

  async #probed(file: ListedFile, extents: readonly Extent[]): Promise<Format | undefined> {
    try {
      return this.#formatOf(await this.#readFile(extents, 0, HEAD), file);
    } catch (error) {
      if (error instanceof Unavailable) return undefined;
      throw error;
    }
  }
}

const unreadable = "some of its bytes could not be read";

/** Stands for the format of a file whose head did not pass by in time. */
const unknown: Format = { name: "unknown", probe: () => false, check: () => Promise.resolve() };

function probedOf({ namespace, node }: ListedFile): Probed {
  return {
    name: () => namespace.name(node).text,
    size: namespace.tree.size(node),
    zisofs: namespace.kind === "rockridge" ? namespace.tree.zisofs.get(node) : undefined,
  };
}

function isInOrder(extents: readonly Extent[]): boolean {
  let end = 0;
  for (const { start, length } of extents) {
    if (start < end) return false;
    end = start + length;
  }
  return true;
}
