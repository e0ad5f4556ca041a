// One line on a terminal that says how far long work is: bytes, throughput, time left.

import { bytes, duration } from "../report/style.ts";
import { cutMiddle } from "../report/width.ts";
import type { ProgressEvent } from "../model/result.ts";
import type { Io } from "./io.ts";

const INTERVAL = 100;
const CELLS = 20;

/** Draws at most ten times a second, on a terminal only. */
export class Progress {
  readonly #io: Io;
  readonly #shown: boolean;
  #drawnAt = -Infinity;
  #begun: { readonly what: string; readonly at: number; readonly done: number } | undefined;
  #visible = false;

  /** `wanted` is false where the user asked for silence. */
  constructor(io: Io, wanted: boolean) {
    this.#io = io;
    this.#shown = wanted && io.stderr.isTerminal;
  }

  /** Takes an event of the library. */
  readonly onEvent = (event: ProgressEvent): void => {
    const now = this.#io.now();
    if (!this.#shown || now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    if (this.#begun?.what !== event.what) {
      this.#begun = { what: event.what, at: now, done: event.done };
      return;
    }
    this.#visible = true;
    const line = progressLine(event, (now - this.#begun.at) / 1000, this.#begun.done);
    this.#io.stderr.write(`\r\x1b[K${cutMiddle(line, this.#io.width - 1)}`);
    this.#io.stderr.flush();
  };

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#io.stderr.write("\r\x1b[K");
    this.#io.stderr.flush();
  }
}

/** The line: what is done, how much of it, how fast, and how long it will take. */
export function progressLine(event: ProgressEvent, seconds: number, begun: number): string {
  const { what, done, total } = event;
  const speed = seconds > 0 ? (done - begun) / seconds : 0;
  // How much a stream holds is known only at its end.
  if (total === 0) return `${what}  ${bytes(done)}  ${bytes(Math.round(speed))}/s`;
  const share = Math.min(1, done / total);
  const full = Math.round(share * CELLS);
  const bar = "#".repeat(full) + "-".repeat(CELLS - full);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const left = speed > 0 ? `  ${duration((total - done) / speed)} left` : "";
  return `${what} [${bar}] ${percent}  ${bytes(done)} of ${bytes(total)}  ` +
    `${bytes(Math.round(speed))}/s${left}`;
}
