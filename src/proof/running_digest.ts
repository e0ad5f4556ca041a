// Digests of long ranges of logical bytes, with a look at what they come to on the way, and with bytes that
// count as others: what was implanted later had not been there when the digest was made.

import { createDigest, type Digest } from "../kernel/digest.ts";
import type { Algorithm } from "../kernel/kernels.ts";
import type { EngineChoice } from "../model/result.ts";
import type { Client, Piece } from "../pass/client.ts";

/** Logical bytes `[start, start + length)` that count as others: one value, or given bytes. */
export type Edit = {
  readonly start: number;
  readonly length: number;
  readonly as: number | Uint8Array;
};

/** A range to digest. */
export type RunOptions = {
  readonly algorithm: Algorithm;
  /** Logical bytes `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly edits?: readonly Edit[];
  /** Logical bytes at which `onMark` is told the digest of all before, in order. */
  readonly marks?: readonly number[];
  /** May give an edit for bytes that come later. */
  readonly onMark?: (at: number, hex: () => string) => Edit | undefined;
  readonly engines?: EngineChoice;
};

/** One digest under way. */
export class RunningDigest {
  readonly start: number;
  readonly end: number;
  readonly #digest: Digest;
  readonly #edits: Edit[];
  readonly #marks: readonly number[];
  readonly #onMark: RunOptions["onMark"];
  #mark = 0;
  #at: number;
  /** Whether bytes were missing: what follows them says nothing. */
  failed = false;

  /** Begins at the first byte of the range. */
  constructor({ algorithm, start, end, edits = [], marks = [], onMark, engines }: RunOptions) {
    this.start = start;
    this.end = end;
    this.#at = start;
    this.#edits = [...edits];
    this.#marks = marks.filter((mark) => mark >= start && mark <= end).sort((a, b) => a - b);
    this.#onMark = onMark;
    this.#digest = createDigest(algorithm, {
      ...engines,
      bytes: end - start,
      what: () => `logical bytes ${start} to ${end}`,
    });
  }

  /** The digest, or undefined where not all bytes were had. */
  hex(): string | undefined {
    return this.failed || this.#at < this.end ? undefined : this.#digest.hex();
  }

  /** Whether more bytes are wanted. */
  get isOpen(): boolean {
    return !this.failed && this.#at < this.end;
  }

  /** Takes what a piece has of the range. */
  take({ start, end, bytes, unread }: Piece): void {
    if (!this.isOpen || end <= this.#at || start >= this.end) return;
    const to = Math.min(end, this.end);
    const isMissing = start > this.#at ||
      unread.some((bad) => bad.start < to && bad.start + bad.length > this.#at);
    if (isMissing) {
      this.failed = true;
      return;
    }
    while (this.#at < to) {
      const mark = this.#marks[this.#mark] ?? Infinity;
      const until = Math.min(to, Math.max(mark, this.#at));
      this.#feed(bytes.subarray(this.#at - start, until - start));
      if (until < mark) continue;
      this.#mark++;
      const edit = this.#onMark?.(mark, () => this.#digest.hex());
      if (edit !== undefined) this.#edits.push(edit);
    }
  }

  // Bytes are overwritten later, by their owner: edits are made in a copy.
  #feed(bytes: Uint8Array): void {
    const from = this.#at;
    this.#at += bytes.length;
    const edits = this.#edits.filter(({ start, length }) =>
      start < this.#at && start + length > from
    );
    if (edits.length === 0) return this.#digest.update(bytes);
    const edited = bytes.slice();
    for (const { start, length, as } of edits) {
      const first = Math.max(start, from);
      const last = Math.min(start + length, this.#at);
      if (typeof as === "number") edited.fill(as, first - from, last - from);
      else edited.set(as.subarray(first - start, last - start), first - from);
    }
    this.#digest.update(edited);
  }
}

/** Lends its thread to running digests while the pieces of the image pass by. */
export class RunningDigests implements Client {
  readonly space = "logical";
  readonly bytes = 0;
  readonly parallel = 0;
  readonly #runs: readonly RunningDigest[];

  /** Feeds `runs`. */
  constructor(runs: readonly RunningDigest[]) {
    this.#runs = runs;
  }

  /** See {@linkcode Client.next}. */
  next(at: number): number {
    let next = Infinity;
    for (const { isOpen, start, end } of this.#runs) {
      if (isOpen && end > at) next = Math.min(next, Math.max(at, start));
    }
    return next;
  }

  /** See {@linkcode Client.reach}. */
  reach(at: number, end: number): number {
    let reach = at;
    for (const run of this.#runs) {
      if (run.isOpen && run.start <= reach) reach = Math.max(reach, Math.min(end, run.end));
    }
    return reach;
  }

  /** See {@linkcode Client.want}. */
  want(piece: Piece): void {
    for (const run of this.#runs) run.take(piece);
  }

  /** See {@linkcode Client.ended}: there are no jobs. */
  ended(): void {}

  /** See {@linkcode Client.nameOf}. */
  nameOf(): string {
    return "";
  }
}
