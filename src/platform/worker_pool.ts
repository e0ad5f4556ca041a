// Worker threads for passes over an image, started once.

import type { WorkerPool } from "../pass/crew.ts";
import type { PassEnd, PassSetup } from "../pass/worker.ts";
import { workerCode } from "./worker_code.ts";

/** Seconds that it takes to start threads and to hand work over. */
const WORTH = 0.12;

/** Threads, none of which is started before it is needed. */
export class Threads implements WorkerPool {
  readonly workers: number;
  readonly worth: number;
  #threads: Worker[] = [];

  /** `workers` threads, at least 1, besides the calling one. */
  constructor(workers: number, worth: number = WORTH) {
    this.workers = workers;
    this.worth = worth;
  }

  /** Starts the threads now: they are ready by the time that they are needed. */
  start(): void {
    for (let worker = this.#threads.length; worker < this.workers; worker++) {
      const url = `data:text/javascript,${encodeURIComponent(workerCode)}`;
      this.#threads.push(new Worker(url, { type: "module", name: `digests ${worker + 1}` }));
    }
  }

  /** See {@linkcode WorkerPool.serve}. */
  serve(setup: PassSetup): Promise<PassEnd> {
    this.start();
    const thread = this.#threads[setup.worker];
    if (thread === undefined) {
      throw new RangeError(`Cannot use worker ${setup.worker}: there are ${this.workers}`);
    }
    return new Promise((resolve) => {
      thread.onmessage = ({ data }: MessageEvent<PassEnd>) => resolve(data);
      thread.onerror = (event) => {
        event.preventDefault();
        resolve({ failure: { message: `Cannot run a worker: ${event.message}` } });
      };
      thread.postMessage(setup);
    });
  }

  /** Ends the threads. */
  close(): void {
    for (const thread of this.#threads) thread.terminate();
    this.#threads = [];
  }
}
