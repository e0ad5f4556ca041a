// What a pass over an image serves: clients that want digests of stretches, and observers that look on.

import type { Span } from "../bytes/span.ts";

/** A piece of the image while it passes by, in the space of the client that sees it. */
export type Piece = {
  /** Its bytes are `[start, end)` of the file, or logical bytes. */
  readonly start: number;
  readonly end: number;
  /** Overwritten later. */
  readonly bytes: Uint8Array;
  /** Stretches of it that the storage refused: no stream may take them. */
  readonly unread: readonly Span[];
};

/** Takes jobs for the piece that passes by. */
export interface Jobs {
  /**
   * Has stream `stream` of the client take bytes `[from, to)` of the piece into the digests of set `set`.
   * `worker` is -1 for a new stream, else what the stream's first call gave; the same is given back.
   */
  take(
    worker: number,
    stream: number,
    from: number,
    to: number,
    set: number,
    ends: boolean,
  ): number;
  /** Gives a stream up that has begun. */
  drop(worker: number, stream: number, set: number): void;
}

/** Wants digests of streams, each of stretches in the order of the image. */
export interface Client {
  /** What its positions count: bytes of the file, or logical bytes (user data of raw sectors). */
  readonly space: "file" | "logical";
  /** Bytes that it will take in all, about: for the progress, and for whether workers pay. */
  readonly bytes: number;
  /** Streams that it may have under way at a time: more threads are of no use to it. */
  readonly parallel: number;
  /** First byte at or after `at` that it wants; Infinity where there is none. */
  next(at: number): number;
  /**
   * Where what it wants of `[at, end)` ends, as far as it goes on without a gap worth skipping; `at` or
   * less where it wants nothing of it.
   */
  reach(at: number, end: number): number;
  /** Gives the jobs for a piece. */
  want(piece: Piece, jobs: Jobs): void;
  /**
   * Gives its long streams away, a client for each worker, and does not want them any more itself: a
   * thread would wait while the only bytes that pass by are for another one.
   */
  splitLong?(workers: number): readonly LongClient[];
  /** Does what could not be done at once; called after each piece where there is any. */
  readonly settle?: (() => Promise<void>) | undefined;
  /** Takes what a stream came to: the digests of its set one after the other; to be copied. */
  ended(stream: number, digests: Uint8Array): void;
  /** What a stream is called, for messages. */
  nameOf(stream: number): string;
}

/** Wants one long stretch after the other, each as a stream of its own, from wherever they are. */
export interface LongClient extends Client {
  /** Goes on to the next stretch; its first byte, or undefined where there is none left. */
  advance(): number | undefined;
}

/** Looks at every byte of the file in order, on the thread that plans. */
export interface Observer {
  /** Takes the bytes of the file from `offset` on; they are overwritten later. */
  take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void;
}

/** Takes whole raw sectors in order, with one word about the codes of each where there are kernels. */
export interface SectorObserver {
  /** Takes the bytes of the file from `offset` on, where a sector begins. */
  take(offset: number, bytes: Uint8Array, words?: Uint32Array): void;
}

/** Bytes between two wanted stretches that are read over rather than skipped. */
export const GAP = 64 * 1024;

/** Streams of a client by their place in it; the driver adds the number of the client above. */
export const STREAM_BITS = 26;

/** The whole file as one stream for each digest, so that several threads share the work. */
export class WholeFile implements Client {
  readonly space = "file";
  readonly bytes: number;
  readonly parallel: number;
  /** Whether some byte could not be had: there are no digests then. */
  failed = false;
  /** Digests by number of the set. */
  readonly digests = new Map<number, Uint8Array>();
  readonly #sets: readonly number[];
  readonly #workers: number[];
  readonly #name: string;
  #at = 0;

  /** One stream for each set, the costliest first; `size` bytes in all. */
  constructor(name: string, size: number, sets: readonly number[]) {
    this.#name = name;
    this.bytes = size;
    this.#sets = sets;
    this.parallel = sets.length;
    this.#workers = sets.map(() => -1);
  }

  /** See {@linkcode Client.next}. */
  next(at: number): number {
    return this.failed || at >= this.bytes ? Infinity : at;
  }

  /** See {@linkcode Client.reach}. */
  reach(at: number, end: number): number {
    return this.failed ? at : end;
  }

  /** See {@linkcode Client.want}. */
  want({ start, end, unread }: Piece, jobs: Jobs): void {
    if (this.failed) return;
    this.failed = unread.length > 0 || start !== this.#at;
    this.#at = end;
    for (const [stream, set] of this.#sets.entries()) {
      const worker = this.#workers[stream] ?? -1;
      if (!this.failed) {
        this.#workers[stream] = jobs.take(worker, stream, start, end, set, end === this.bytes);
      } else if (worker >= 0) jobs.drop(worker, stream, set);
    }
  }

  /** See {@linkcode Client.ended}. */
  ended(stream: number, digests: Uint8Array): void {
    this.digests.set(this.#sets[stream] ?? 0, digests.slice());
  }

  /** See {@linkcode Client.nameOf}. */
  nameOf(): string {
    return this.#name;
  }
}
