// Worker threads for passes over an image, started once.

import type { WorkerPool } from "../pass/crew.ts";
import type { PassEnd, PassSetup } from "../pass/worker.ts";
import { workerCode } from "./worker_code.ts";

/** Seconds that it takes to start threads and to hand work over. */
const WORTH = 0.12;
/** Threads at most: one reader feeds no more of them, and each has its part of the shared memory. */
const MOST = 16;

/** Threads, none of which is started before it is needed. A thread serves one pass after the other. */
export class Threads implements WorkerPool {
  readonly worth: number;
  readonly #wanted: number;
  readonly #threads: Worker[] = [];
  /** What each thread is busy with. */
  readonly #busy: Promise<unknown>[] = [];
  #refused = false;

  /** `workers` threads, 1 to 16, besides the calling one. */
  constructor(workers: number, worth: number = WORTH) {
    this.#wanted = Math.max(1, Math.min(workers, MOST));
    this.worth = worth;
  }

  /** See {@linkcode WorkerPool.workers}: fewer than asked for where the system refuses more. */
  get workers(): number {
    return this.#refused ? this.#threads.length : this.#wanted;
  }

  /** Starts `count` threads now: they are ready by the time that they are needed. */
  start(count: number = this.#wanted): void {
    const url = `data:text/javascript,${encodeURIComponent(workerCode)}`;
    try {
      while (this.#threads.length < Math.min(count, this.workers)) {
        const name = `digests ${this.#threads.length + 1}`;
        this.#threads.push(new Worker(url, { type: "module", name }));
      }
    } catch {
      this.#refused = true;
    }
  }

  /** See {@linkcode WorkerPool.serve}. */
  serve(setup: PassSetup): Promise<PassEnd> {
    const { worker } = setup;
    const thread = this.#threads[worker];
    if (thread === undefined) {
      return Promise.resolve({
        failure: { message: `Cannot use worker ${worker}: it is not there` },
      });
    }
    const before = this.#busy[worker] ?? Promise.resolve();
    const end = before.then(() => ended(thread, setup));
    this.#busy[worker] = end;
    return end;
  }

  /** Ends the threads. */
  close(): void {
    for (const thread of this.#threads.splice(0)) thread.terminate();
    this.#busy.length = 0;
  }
}

function ended(thread: Worker, setup: PassSetup): Promise<PassEnd> {
  return new Promise((resolve) => {
    thread.onmessage = ({ data }: MessageEvent<PassEnd>) => resolve(data);
    thread.onerror = (event) => {
      event.preventDefault();
      resolve({ failure: { message: `Cannot run a worker: ${event.message}` } });
    };
    thread.postMessage(setup);
  });
}
