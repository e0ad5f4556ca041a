// Digests of stretches of the window, many at once: what short files that lie there cost.

import type { Kernels } from "./kernels.ts";
import { type LaneAlgorithm, laneAlgorithms } from "./lanes.ts";

/** Bytes of a job of asm/jobs.ts: addresses of state and data, length, address of the digest. */
const JOB = 16;

/** Whether an algorithm takes many streams at once. */
export function hasLanes(algorithm: string): algorithm is LaneAlgorithm {
  return laneAlgorithms.some((each) => each === algorithm);
}

/**
 * The digests of `count` stretches of `size` bytes, one behind the other from the start of the window
 * on: a view, which the next call may overwrite. What lies behind them in the window is overwritten too.
 */
export function digestStretches(
  kernels: Kernels,
  algorithm: LaneAlgorithm,
  size: number,
  count: number,
): Uint8Array {
  const { exports, window } = kernels;
  const stateSize = kernels.stateSize(algorithm);
  const digestSize = exports[`${upper(algorithm)}_SIZE`].value;
  const align = (offset: number) => Math.ceil(offset / 16) * 16;
  const states = align(size * count);
  const jobs = align(states + stateSize * count);
  const digests = jobs + JOB * count;
  kernels.address(0, digests + digestSize * count);
  const view = new DataView(window.buffer, window.byteOffset, window.length);
  for (let index = 0; index < count; index++) {
    const state = kernels.address(states + index * stateSize, stateSize);
    exports[`${algorithm}_init`](state);
    const out = kernels.address(digests + index * digestSize, digestSize);
    const words = [state, kernels.address(index * size, size), size, out];
    for (const [word, value] of words.entries()) {
      view.setUint32(jobs + index * JOB + word * 4, value, true);
    }
  }
  exports[`${algorithm}_many`](kernels.address(jobs, JOB * count), count);
  return window.subarray(digests, digests + digestSize * count);
}

function upper(algorithm: LaneAlgorithm): Uppercase<LaneAlgorithm> {
  return algorithm.toUpperCase() as Uppercase<LaneAlgorithm>; // TypeScript only says string
}
