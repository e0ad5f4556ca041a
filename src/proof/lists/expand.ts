// The text of compressed files, a piece at a time, through the decoders that check their formats' checksums.

import type { Sink } from "../codecs/decoder.ts";
import { checkBzip2 } from "../formats/bzip2.ts";
import { Damaged, type FileReader, type FormatReport, NotChecked } from "../formats/format.ts";
import { checkLz4 } from "../formats/lz4.ts";
import { checkXz } from "../formats/xz.ts";
import { checkZisofs } from "../formats/zisofs.ts";
import { checkZstd } from "../formats/zstd.ts";
import type { Zisofs } from "../../model/tree.ts";
import { inflatedText } from "./inflate.ts";
import type { Budget, TextSource } from "./line_reader.ts";

/** Reads a file to its end, and hands on its content. */
type Expand = (reader: FileReader, report: FormatReport, content: Sink) => Promise<void>;

const expanders: Readonly<Record<string, Expand>> = {
  xz: checkXz,
  zst: checkZstd,
  bz2: checkBzip2,
  lz4: checkLz4,
};

const compressed = /\.(gz|xz|zst|bz2|lz4|lzma|zck)$/i;

/** Endings of the files that are expanded. */
export const endings: readonly string[] = [
  ".gz",
  ...Object.keys(expanders).map((name) => `.${name}`),
];

/** Whether a name says that its file is compressed. */
export function isCompressed(name: string): boolean {
  return compressed.test(name);
}

/**
 * The text of a file, expanded where its name says that it is compressed; undefined where that is a form
 * which is not expanded. It ends with false where the stored bytes are cut, broken, or past the budget.
 */
export function expandedText(
  name: string,
  stored: TextSource,
  size: number,
  budget: Budget,
): TextSource | undefined {
  const ending = compressed.exec(name)?.[1]?.toLowerCase();
  if (ending === undefined) return stored;
  if (ending === "gz") return inflatedText(stored, budget);
  const expand = expanders[ending];
  return expand && expanded(stored, { size, zisofs: undefined }, budget, expand);
}

/** The content of a compressed file (zisofs); as {@linkcode expandedText} gives it. */
export function zisofsText(
  stored: TextSource,
  size: number,
  zisofs: Zisofs,
  budget: Budget,
): TextSource {
  return expanded(stored, { size, zisofs }, budget, checkZisofs);
}

async function* expanded(
  stored: TextSource,
  file: { readonly size: number; readonly zisofs: Zisofs | undefined },
  budget: Budget,
  expand: Expand,
): TextSource {
  const queue = new Queue(stored, file.size);
  const whole = expand(queue, new ListReport(file), (part) => {
    budget.left -= part.length;
    if (budget.left < 0) throw new NotChecked("its text is too long");
    queue.give(part);
  }).then(() => true, (error: unknown) => {
    if (error instanceof Damaged || error instanceof NotChecked) return false;
    throw error;
  }).finally(() => queue.close());
  // Heard below, unless nobody reads to the end.
  whole.catch(() => {});
  try {
    for (;;) {
      const parts = await queue.next();
      for (const bytes of parts ?? []) yield { bytes, at: -1 };
      if (parts === undefined) return await whole;
    }
  } finally {
    queue.abandon();
  }
}

/** Between a decoder, which pulls stored bytes and pushes content, and a reader, who pulls the content. */
class Queue implements FileReader {
  readonly end: number;
  readonly #stored: TextSource;
  #position = 0;
  #bytes = new Uint8Array(0);
  #at = 0;
  #parts: Uint8Array[] = [];
  #closed = false;
  #abandoned = false;
  /** Wakes the reader of the content, and the decoder. */
  #wakeReader: () => void = () => {};
  #wakeDecoder: () => void = () => {};

  constructor(stored: TextSource, size: number) {
    this.#stored = stored;
    this.end = size;
  }

  get position(): number {
    return this.#position;
  }

  // A decoder goes on only when all that it has given was taken: memory is bounded by one step of it.
  ready(least: number): Uint8Array | undefined {
    if (this.#parts.length > 0) return undefined;
    const wanted = Math.min(least, this.end - this.#position);
    return this.#bytes.length - this.#at >= wanted ? this.#bytes.subarray(this.#at) : undefined;
  }

  async peek(least: number): Promise<Uint8Array> {
    for (;;) {
      while (this.#parts.length > 0 && !this.#abandoned) {
        this.#wakeReader();
        await new Promise<void>((resolve) => this.#wakeDecoder = resolve);
      }
      if (this.#abandoned) throw new NotChecked("nobody wants more of it");
      const bytes = this.ready(least);
      if (bytes !== undefined) return bytes;
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#stored.next();
    if (done === true) throw new NotChecked("its stored bytes cannot all be had");
    const rest = this.#bytes.subarray(this.#at);
    const joined = new Uint8Array(rest.length + value.bytes.length);
    joined.set(rest);
    joined.set(value.bytes, rest.length);
    this.#bytes = joined;
    this.#at = 0;
  }

  advance(count: number): void {
    this.#at += count;
    this.#position += count;
  }

  async skip(count: number): Promise<void> {
    for (let left = Math.min(count, this.end - this.#position); left > 0;) {
      const { length } = this.ready(1) ?? await this.peek(1);
      const part = Math.min(left, length);
      this.advance(part);
      left -= part;
    }
  }

  look(): Promise<Uint8Array> {
    return Promise.reject(new NotChecked("its index stands elsewhere"));
  }

  /** Takes content from the decoder, which overwrites it. */
  give(part: Uint8Array): void {
    if (part.length > 0) this.#parts.push(part.slice());
  }

  /** What was decoded since; undefined behind the last. */
  async next(): Promise<readonly Uint8Array[] | undefined> {
    while (this.#parts.length === 0) {
      if (this.#closed) return undefined;
      this.#wakeDecoder();
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    return this.#parts.splice(0);
  }

  /** Says that the decoder has ended. */
  close(): void {
    this.#closed = true;
    this.#wakeReader();
  }

  /** Says that nobody reads on. */
  abandon(): void {
    this.#abandoned = true;
    this.#wakeDecoder();
  }
}

/** Throws at the first failure: what a broken stream expands to is no list. */
class ListReport implements FormatReport {
  readonly zisofs: Zisofs | undefined;
  readonly size: number;
  readonly reached = 0;

  constructor({ size, zisofs }: { readonly size: number; readonly zisofs: Zisofs | undefined }) {
    this.size = size;
    this.zisofs = zisofs;
  }

  holds(): void {}

  fails({ message }: { readonly message: string }): void {
    throw new Damaged(message);
  }

  remarks(): void {}

  failsZisofs({ message }: { readonly message: string }): void {
    throw new Damaged(message);
  }

  // The budget of the texts bounds the content.
  grew(): void {}

  unchecked(): void {}
}
