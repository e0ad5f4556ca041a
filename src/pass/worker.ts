// A worker's side of the ring: waits for pieces, does its jobs, says that it is done.

import type { NativeEngine } from "../kernel/engine.ts";
import { Kernels } from "../kernel/kernels.ts";
import { Executor } from "./executor.ts";
import { type DigestPlan, EngineDisagreement } from "./sets.ts";
import {
  doneAt,
  givenAt,
  idleAt,
  type RingLayout,
  roomOf,
  slotOf,
  STOP,
  wakeAt,
} from "./layout.ts";

/** What a worker is told for a pass. */
export type PassSetup = {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: RingLayout;
  /** Which worker it is. */
  readonly worker: number;
  readonly plans: readonly DigestPlan[];
  readonly stride: number;
};

/** How a worker's pass ended: plain data. */
export type PassEnd = {
  /** Absent where all went well. */
  readonly failure?: {
    readonly message: string;
    readonly disagreement?: {
      readonly stream: number;
      readonly algorithm: EngineDisagreement["algorithm"];
      readonly values: string;
    };
  };
};

/** Works until the pass is over. Blocks its thread: for workers only. */
export function servePass(setup: PassSetup, native: NativeEngine | undefined): PassEnd {
  const { layout, memory, worker } = setup;
  const counters = new Int32Array(memory.buffer, layout.counters);
  try {
    serve(setup, counters, native);
    return {};
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Whoever plans must not wait for this worker any more
    Atomics.store(counters, doneAt(worker), -1);
    Atomics.notify(counters, doneAt(worker));
    if (!(error instanceof EngineDisagreement)) return { failure: { message } };
    const { stream, algorithm, values } = error;
    return { failure: { message, disagreement: { stream, algorithm, values } } };
  }
}

function serve(setup: PassSetup, counters: Int32Array, native: NativeEngine | undefined): void {
  const { layout, memory, module, worker, plans, stride } = setup;
  const kernels = new Kernels(module, {
    memory,
    room: roomOf(worker),
    start: layout.ring,
    length: layout.slots * layout.slotBytes,
  });
  const engines = native === undefined ? {} : { native };
  const executor = new Executor({ window: kernels.window, kernels, engines, plans, stride });
  const slots = Array.from(
    { length: layout.slots },
    (_, index) => slotOf(memory.buffer, layout, index),
  );
  for (let done = 0;;) {
    Atomics.store(counters, idleAt(worker), 1);
    Atomics.wait(counters, givenAt(worker), done);
    Atomics.store(counters, idleAt(worker), 0);
    const given = Atomics.load(counters, givenAt(worker));
    for (; done < given; done++) {
      if (Atomics.load(counters, STOP) !== 0) return;
      const slot = slots[done % layout.slots];
      const share = slot?.shares[worker];
      if (slot !== undefined && share !== undefined) executor.run(share, slot.offset);
      Atomics.store(counters, doneAt(worker), done + 1);
      if (done + 1 === Atomics.load(counters, wakeAt(worker))) {
        Atomics.notify(counters, doneAt(worker));
      }
    }
    if (Atomics.load(counters, STOP) !== 0) return;
  }
}
