// The bytes of one file, in pieces: its extents in order, decompressed where zisofs says so.

import { entryState } from "../model/entry.ts";
import type { Image, Reading } from "../model/image.ts";
import type { Namespace } from "../model/namespace.ts";
import type { Extent } from "../model/tree.ts";
import { inflateZisofs, type StoredPiece, type StoredReader } from "./zisofs.ts";

/** How reading a file ended. */
export type ContentState = {
  /** `cut`: the image ends before the file; `unreadable`: no or not all content can be had. */
  readonly state: "ok" | "cut" | "unreadable";
  /** With the numbers; absent where `ok`. */
  readonly reason?: string;
  /** Bytes of content delivered. */
  readonly bytes: number;
  /** Bytes read from the image for them; fewer than `bytes` of a compressed file. */
  readonly sourceBytes: number;
};

/** How to read a file. */
export type ContentOptions = {
  /** Most bytes of one piece; 1 MiB where absent. Pieces of compressed files are blocks at most. */
  readonly pieceSize?: number;
  /** The stored bytes of a compressed file instead of its content. */
  readonly stored?: boolean;
  /** Reads logical bytes; {@linkcode Image.read} where absent. */
  readonly read?: (start: number, length: number) => Promise<Reading>;
  /** Stops the work: the iteration rejects with its reason. */
  readonly signal?: AbortSignal;
};

const PIECE = 1024 * 1024;

/**
 * The content of a regular file in pieces, which the next one may overwrite. Rock Ridge files marked by
 * ZF are decompressed, other namespaces have the stored bytes. Stops where the image ends (`cut`), at
 * bytes that the storage refuses, and at malformed compressed data (`unreadable`); what was delivered
 * before is right. Throws only for the signal.
 */
export async function* readContent(
  image: Image,
  namespace: Namespace,
  node: number,
  options: ContentOptions = {},
): AsyncGenerator<Uint8Array, ContentState> {
  const { tree } = namespace;
  const known = entryState(image, namespace, node);
  if (known.state === "unreadable") return { ...known, bytes: 0, sourceBytes: 0 };
  const compressed = namespace.kind === "rockridge" && options.stored !== true;
  const zisofs = compressed ? tree.zisofs.get(node) : undefined;
  const stored = new StoredBytes(image, namespace.extents(node), options);
  let bytes = 0;
  const pieces = zisofs === undefined
    ? stored.pieces()
    : inflateZisofs(zisofs, stored.length, stored.read);
  for (;;) {
    options.signal?.throwIfAborted();
    const next = await pieces.next();
    if (next.done === true) return { ...next.value, bytes, sourceBytes: stored.bytesRead };
    bytes += next.value.length;
    yield next.value;
  }
}

/** The stored bytes of a list of extents. */
class StoredBytes {
  readonly length: number;
  bytesRead = 0;
  readonly #image: Image;
  readonly #extents: readonly Extent[];
  readonly #read: (start: number, length: number) => Promise<Reading>;
  readonly #pieceSize: number;
  /** The extent that the last read was in, and its first byte in the file. */
  #index = 0;
  #first = 0;

  constructor(image: Image, extents: readonly Extent[], options: ContentOptions) {
    this.#image = image;
    this.#extents = extents;
    this.#read = options.read ?? ((start, length) => image.read(start, length));
    this.#pieceSize = Math.max(1, Math.floor(options.pieceSize ?? PIECE));
    this.length = extents.reduce((sum, extent) => sum + extent.length, 0);
  }

  async *pieces(): AsyncGenerator<
    Uint8Array,
    { state: ContentState["state"]; reason?: string }
  > {
    for (let at = 0; at < this.length;) {
      const { bytes, short } = await this.#some(at, Math.min(this.#pieceSize, this.length - at));
      at += bytes.length;
      if (bytes.length > 0) yield bytes;
      if (short !== undefined) {
        return { ...short, reason: `${this.length - at} of ${this.length} bytes: ${short.reason}` };
      }
    }
    return { state: "ok" };
  }

  /** All of `[at, at + length)` as far as it is there, joined over extents. */
  readonly read: StoredReader = async (at, length) => {
    const wanted = Math.min(length, this.length - at);
    const first = await this.#some(at, Math.max(0, wanted));
    if (first.short !== undefined || first.bytes.length >= wanted) return first;
    const joined = new Uint8Array(wanted);
    let filled = 0;
    for (let piece: StoredPiece = first;;) {
      joined.set(piece.bytes, filled);
      filled += piece.bytes.length;
      if (piece.short !== undefined) return { ...piece, bytes: joined.subarray(0, filled) };
      if (filled >= wanted) return { bytes: joined };
      piece = await this.#some(at + filled, wanted - filled);
    }
  };

  // Bytes from `at` within one extent; at least one unless the image or the storage ends the file there.
  async #some(at: number, length: number): Promise<StoredPiece> {
    if (length <= 0) return { bytes: new Uint8Array(0) };
    const { start, left } = this.#place(at);
    const wanted = Math.min(length, left);
    const { bytes, unread } = await this.#read(start, wanted);
    const [first] = unread;
    if (first !== undefined) {
      const good = Math.max(0, this.#image.mapping.logicalOffset(first.start) - start);
      const kept = bytes.subarray(0, Math.min(good, bytes.length));
      this.bytesRead += kept.length;
      const reason = `offset ${first.start} of the image file could not be read`;
      return { bytes: kept, short: { state: "unreadable", reason } };
    }
    this.bytesRead += bytes.length;
    if (bytes.length === wanted) return { bytes };
    return { bytes, short: { state: "cut", reason: "they lie outside the image" } };
  }

  #place(at: number): { readonly start: number; readonly left: number } {
    if (at < this.#first) {
      this.#index = 0;
      this.#first = 0;
    }
    for (; this.#index < this.#extents.length; this.#index++) {
      const extent = this.#extents[this.#index];
      if (extent === undefined) break;
      const within = at - this.#first;
      if (within < extent.length) {
        return { start: extent.start + within, left: extent.length - within };
      }
      this.#first += extent.length;
    }
    throw new RangeError(`Cannot read byte ${at}: the file has ${this.length}`);
  }
}
