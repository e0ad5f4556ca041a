// Logical reads over a source: gathers user data from raw sectors, goes on past storage errors.

import { type ByteSource, readInto, SourceError } from "../bytes/source.ts";
import { SECTOR, type Span } from "../bytes/span.ts";
import type { Reading } from "../model/image.ts";
import type { SectorMapping } from "../model/mapping.ts";

/** Told of file bytes that the storage refused even when asked for again sector by sector. */
export type UnreadHandler = (span: Span, reason: string) => void;

/** Reads logical bytes. One read of the source serves a whole request. */
export class LogicalReader {
  readonly #source: ByteSource;
  readonly #mapping: SectorMapping;
  readonly #onUnread: UnreadHandler;

  constructor(source: ByteSource, mapping: SectorMapping, onUnread: UnreadHandler) {
    this.#source = source;
    this.#mapping = mapping;
    this.#onUnread = onUnread;
  }

  /** Up to `length` logical bytes from `start`; short at the end, unread stretches listed and zero. */
  async read(start: number, length: number): Promise<Reading> {
    const mapping = this.#mapping;
    const available = Math.max(0, Math.min(length, mapping.logicalSize - start));
    if (available === 0 || start < mapping.logicalStart) {
      return { bytes: new Uint8Array(0), unread: [] };
    }
    if (mapping.stride === SECTOR) {
      return await this.readFile(mapping.fileOffset(start), new Uint8Array(available));
    }
    const from = mapping.fileOffset(start);
    const to = mapping.fileOffset(start + available - 1) + 1;
    const raw = await this.readFile(from, new Uint8Array(to - from));
    const bytes = new Uint8Array(available);
    let at = 0;
    for (const span of mapping.fileSpans({ space: "logical", start, length: available })) {
      const begin = span.start - from;
      const part = raw.bytes.subarray(begin, begin + span.length);
      bytes.set(part, at);
      at += span.length;
    }
    return { bytes, unread: raw.unread };
  }

  /** The same without waiting; undefined where the source cannot, or fails: then it has to be waited for. */
  readFileNow(offset: number, bytes: Uint8Array): Reading | undefined {
    const source = this.#source;
    try {
      const count = source.readNow?.(offset, bytes) ?? source.readSync?.(offset, bytes);
      return count === undefined ? undefined : { bytes: bytes.subarray(0, count), unread: [] };
    } catch (error) {
      if (error instanceof SourceError) return undefined;
      throw error;
    }
  }

  /** Bytes of the file itself, in the same way, into memory that the caller keeps. */
  async readFile(offset: number, bytes: Uint8Array): Promise<Reading> {
    try {
      const count = await readInto(this.#source, offset, bytes);
      return { bytes: bytes.subarray(0, count), unread: [] };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      return await this.#salvage(offset, bytes);
    }
  }

  // One retry in single sectors (IMG-023); what fails again is unread, not zero.
  async #salvage(offset: number, bytes: Uint8Array): Promise<Reading> {
    const unread: Span[] = [];
    let end = bytes.length;
    for (let at = 0; at < bytes.length;) {
      const stride = this.#mapping.stride;
      const part = Math.min(stride - (offset + at) % stride, bytes.length - at);
      try {
        const count = await readInto(this.#source, offset + at, bytes.subarray(at, at + part));
        if (count < part) {
          end = at + count;
          break;
        }
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        const last = unread.at(-1);
        const joins = last !== undefined && last.start + last.length === offset + at;
        if (joins) unread[unread.length - 1] = { ...last, length: last.length + part };
        else unread.push({ space: "file", start: offset + at, length: part });
        bytes.fill(0, at, at + part);
        this.#onUnread({ space: "file", start: offset + at, length: part }, error.message);
      }
      at += part;
    }
    return { bytes: bytes.subarray(0, end), unread };
  }
}
