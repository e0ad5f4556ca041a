// Who does the jobs of a pass: the calling thread itself, or workers behind a ring of pieces.

import {
  EngineError,
  type NativeEngine,
  type NativeStream,
  nativeStream,
} from "../kernel/engine.ts";
import { type FallbackStream, fallbackStreams } from "../kernel/fallback.ts";
import { algorithms, compileKernels, Kernels, sharedKernels } from "../kernel/kernels.ts";
import { Executor } from "./executor.ts";
import { type DigestPlan, EngineDisagreement } from "./sets.ts";
import {
  doneAt,
  givenAt,
  idleAt,
  layOut,
  type RingLayout,
  roomOf,
  type Slot,
  slotOf,
  STOP,
  wakeAt,
} from "./layout.ts";
import type { WorkOptions } from "../model/result.ts";
import type { PassEnd, PassSetup } from "./worker.ts";

/** Threads that wait for passes; handed in by the platform. */
export interface WorkerPool {
  /** Threads that digest at the same time; the calling thread reads and plans besides. None where 0. */
  readonly workers: number;
  /** Seconds of work on one thread below which the workers cost more than they bring. */
  readonly worth: number;
  /** Starts so many threads, if they are not yet; {@linkcode WorkerPool.workers} is sure then. */
  start(count: number): void;
  /** Has worker `setup.worker` serve a pass; resolves when it has ended it. */
  serve(setup: PassSetup): Promise<PassEnd>;
}

/** Options of work that threads may share. */
export type SharedWork = WorkOptions & {
  /** Threads to share the work with; never changes a result. */
  readonly workers?: WorkerPool;
};

/** What a crew is to be able to do. */
export type CrewNeeds = {
  readonly plans: readonly DigestPlan[];
  readonly stride: number;
  readonly pieceBytes: number;
  readonly userBytes: number;
  readonly resultBytes: number;
};

/** Takes pieces in order and gives their slots back in the same order. */
export interface Crew {
  /** Whether the kernels are there, which check the codes of sectors. */
  readonly hasKernels: boolean;
  readonly workers: number;
  /** The slot for the next piece, or undefined while all are in use. */
  free(): Slot | undefined;
  /** Has the jobs of the slot that {@linkcode Crew.free} gave last done. */
  give(): void;
  /** The slot whose jobs were given longest ago, if they are done: its results are to be taken now. */
  done(): Slot | undefined;
  /** Pieces given and not yet taken back by {@linkcode Crew.done}. */
  readonly waiting: number;
  /** Waits until there may be a free slot, or a done one. `patient` lets the thread sleep meanwhile. */
  wait(patient: boolean): Promise<void>;
  /** Ends the pass, in the middle of it if need be. */
  stop(): Promise<void>;
}

const native: NativeEngine = { algorithms, create: nativeStream };
const noble: NativeEngine = {
  algorithms,
  create: (algorithm) => nobleStream(fallbackStreams[algorithm]()),
};

function nobleStream(stream: FallbackStream): NativeStream {
  return {
    update: (bytes) => stream.update(bytes),
    copy: () => nobleStream(stream.clone()),
    digest: () => stream.digest(),
  };
}

function kernelsOf(layout: RingLayout): Kernels | undefined {
  if (sharedKernels() === undefined) return undefined;
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages });
  const place = { memory, room: roomOf(0), start: layout.ring, length: layout.slotBytes };
  return new Kernels(compileKernels(), place);
}

/** Does the jobs on the calling thread, a piece at a time. */
export class LoneCrew implements Crew {
  readonly workers = 1;
  readonly hasKernels: boolean;
  readonly #executor: Executor;
  readonly #slot: Slot;
  #state: "free" | "done" = "free";

  /** Makes the kernels ready, in a memory of their own. */
  constructor(needs: CrewNeeds) {
    const { plans, stride } = needs;
    const layout = layOut({ ...needs, workers: 1, slots: 1 });
    const kernels = kernelsOf(layout);
    this.hasKernels = kernels !== undefined;
    const buffer = kernels?.window.buffer ?? new ArrayBuffer(layout.ring + layout.slotBytes);
    const window = kernels?.window ?? new Uint8Array(buffer, layout.ring, layout.slotBytes);
    this.#executor = new Executor({ window, kernels, engines: { native, noble }, plans, stride });
    this.#slot = slotOf(buffer, layout, 0);
  }

  /** See {@linkcode Crew.waiting}. */
  get waiting(): number {
    return this.#state === "done" ? 1 : 0;
  }

  /** See {@linkcode Crew.free}. */
  free(): Slot | undefined {
    return this.#state === "free" ? this.#slot : undefined;
  }

  /** See {@linkcode Crew.give}. */
  give(): void {
    const [share] = this.#slot.shares;
    if (share !== undefined) this.#executor.run(share, this.#slot.offset);
    this.#state = "done";
  }

  /** See {@linkcode Crew.done}. */
  done(): Slot | undefined {
    if (this.#state !== "done") return undefined;
    this.#state = "free";
    return this.#slot;
  }

  /** See {@linkcode Crew.wait}. */
  async wait(): Promise<void> {}

  /** See {@linkcode Crew.stop}. */
  async stop(): Promise<void> {}
}

/** Pieces that may wait for workers: they work on while the calling thread does something else. */
const SLOTS = 12;
/** Milliseconds that the thread sleeps at a time: messages and signals want their turn. */
const SLEEP = 20;

/** Workers behind a ring in shared memory. */
export class RingCrew implements Crew {
  readonly hasKernels = true;
  readonly workers: number;
  readonly #layout: RingLayout;
  readonly #slots: readonly Slot[];
  readonly #counters: Int32Array;
  readonly #ends: readonly Promise<PassEnd>[];
  #failure: PassEnd["failure"];
  #given = 0;
  #taken = 0;

  /** Has `workers` of the pool's threads serve the pass. */
  constructor(needs: CrewNeeds, pool: WorkerPool, workers: number) {
    const { plans, stride } = needs;
    this.workers = workers;
    this.#layout = layOut({ ...needs, workers: this.workers, slots: SLOTS });
    const { pages, counters } = this.#layout;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.#counters = new Int32Array(memory.buffer, counters);
    this.#slots = Array.from(
      { length: SLOTS },
      (_, index) => slotOf(memory.buffer, this.#layout, index),
    );
    const module = compileKernels({ shared: true });
    const layout = this.#layout;
    this.#ends = Array.from({ length: this.workers }, async (_, worker) => {
      const end = await pool.serve({ module, memory, layout, worker, plans, stride });
      this.#failure ??= end.failure;
      return end;
    });
  }

  /** See {@linkcode Crew.waiting}. */
  get waiting(): number {
    return this.#given - this.#taken;
  }

  /** See {@linkcode Crew.free}. */
  free(): Slot | undefined {
    if (this.#given - this.#taken >= SLOTS) return undefined;
    return this.#slots[this.#given % SLOTS];
  }

  /** See {@linkcode Crew.give}. */
  give(): void {
    this.#given++;
    for (let worker = 0; worker < this.workers; worker++) {
      Atomics.store(this.#counters, givenAt(worker), this.#given);
      if (Atomics.load(this.#counters, idleAt(worker)) === 1) {
        Atomics.notify(this.#counters, givenAt(worker));
      }
    }
  }

  /** See {@linkcode Crew.done}. */
  done(): Slot | undefined {
    if (this.#taken === this.#given || this.#slowest() >= 0) return undefined;
    return this.#slots[this.#taken++ % SLOTS];
  }

  // A worker that has not yet done the oldest piece; -1 where all have.
  #slowest(): number {
    for (let worker = 0; worker < this.workers; worker++) {
      const done = Atomics.load(this.#counters, doneAt(worker));
      if (done <= this.#taken) return worker;
    }
    return -1;
  }

  /** See {@linkcode Crew.wait}. */
  async wait(patient: boolean): Promise<void> {
    if (this.#failure !== undefined) throw errorOf(this.#failure);
    if (!patient) return await Promise.resolve();
    const worker = this.#slowest();
    if (worker < 0) return;
    // Some pieces more are done before the thread is worth waking.
    const enough = this.#taken + Math.max(1, Math.min(SLOTS / 2, this.waiting));
    Atomics.store(this.#counters, wakeAt(worker), enough);
    const until = performance.now() + SLEEP;
    for (;;) {
      const done = Atomics.load(this.#counters, doneAt(worker));
      const left = until - performance.now();
      if (done < 0 || done >= enough || left <= 0) return;
      Atomics.wait(this.#counters, doneAt(worker), done, left);
    }
  }

  /** See {@linkcode Crew.stop}. */
  async stop(): Promise<void> {
    Atomics.store(this.#counters, STOP, 1);
    for (let worker = 0; worker < this.workers; worker++) {
      Atomics.add(this.#counters, givenAt(worker), 1);
      Atomics.notify(this.#counters, givenAt(worker));
    }
    await Promise.all(this.#ends);
  }
}

function errorOf({ message, disagreement }: NonNullable<PassEnd["failure"]>): Error {
  if (disagreement === undefined) return new EngineError(message);
  const { stream, algorithm, values } = disagreement;
  return new EngineDisagreement(stream, algorithm, values);
}
