// Long files apart from all others: a thread has one to itself while others have the rest of the image.

import type { Jobs, LongClient, Piece } from "../pass/client.ts";
import { firstUnread } from "../pass/extent_sweep.ts";
import { type ContentSweepParts, failContent } from "./sweep_parts.ts";

/** A content that is one stretch of logical bytes, which no other content shares. */
export type LongContent = {
  readonly content: number;
  readonly start: number;
  readonly end: number;
};

/** Takes one long content after the other from a list that several share. */
export class LongSweep implements LongClient {
  readonly space = "logical";
  /** They count where they came from. */
  readonly bytes = 0;
  readonly parallel = 1;
  readonly #parts: ContentSweepParts;
  readonly #queue: LongContent[];
  #current: LongContent | undefined;
  #at = 0;
  #worker = -1;

  /** The last of `queue` comes first. */
  constructor(parts: ContentSweepParts, queue: LongContent[]) {
    this.#parts = parts;
    this.#queue = queue;
  }

  /** See {@linkcode LongClient.advance}. */
  advance(): number | undefined {
    for (;;) {
      const next = this.#queue.pop();
      if (next === undefined) return undefined;
      if (!this.#parts.spend(next.end - next.start)) {
        this.#parts.refuse(next.content);
        continue;
      }
      this.#current = next;
      this.#worker = -1;
      return this.#at = next.start;
    }
  }

  /** See {@linkcode LongClient.next}. */
  next(at: number): number {
    return this.#current === undefined ? Infinity : Math.max(at, this.#at);
  }

  /** See {@linkcode LongClient.reach}. */
  reach(at: number, end: number): number {
    return Math.min(end, this.#current?.end ?? at);
  }

  /** See {@linkcode LongClient.want}. */
  want(piece: Piece, jobs: Jobs): void {
    const current = this.#current;
    if (current === undefined) return;
    const { content, start, end } = current;
    const { set, store, mapping } = this.#parts;
    const to = Math.min(end, piece.end);
    const bad = firstUnread(piece.unread, this.#at, to);
    if (bad !== undefined) {
      if (this.#worker >= 0) jobs.drop(this.#worker, content, set);
      failContent(store, content, { all: end - start, left: end - bad }, mapping.fileOffset(bad));
      this.#current = undefined;
      return;
    }
    this.#worker = jobs.take(this.#worker, content, this.#at, to, set, to === end);
    this.#at = to;
    if (to === end) this.#current = undefined;
  }

  /** Contents that the image, become shorter, ended before: how far they go is to be read again. */
  finish(): number[] {
    const left = [
      ...this.#queue.splice(0),
      ...(this.#current === undefined ? [] : [this.#current]),
    ];
    this.#current = undefined;
    return left.map(({ content }) => content);
  }

  /** See {@linkcode LongClient.ended}. */
  ended(stream: number, digests: Uint8Array): void {
    this.#parts.store.setPacked(stream, digests);
  }

  /** See {@linkcode LongClient.nameOf}. */
  nameOf(stream: number): string {
    const { namespace, node } = this.#parts.plan.file(stream);
    return namespace.path(node);
  }
}
