// Digests of stretches of the window, many at once: what files that lie there in a row cost.

import type { Kernels } from "./kernels.ts";
import { type LaneAlgorithm, laneAlgorithms, laneFlags, Lanes } from "./lanes.ts";

/** Whether an algorithm takes many streams at once. */
export function hasLanes(algorithm: string): algorithm is LaneAlgorithm {
  return laneAlgorithms.some((each) => each === algorithm);
}

const known = new WeakMap<Kernels, Lanes>();
const noStates = new Uint8Array(0);

/**
 * The digests of `count` stretches of `size` bytes, one behind the other from the start of the window
 * on. Keeps 24 KiB of the room of `kernels` for good. Throws a RangeError where they leave the window.
 */
export function digestStretches(
  kernels: Kernels,
  algorithm: LaneAlgorithm,
  size: number,
  count: number,
): Uint8Array {
  let lanes = known.get(kernels);
  if (lanes === undefined) known.set(kernels, lanes = new Lanes(kernels));
  const jobs = {
    count,
    offsets: Uint32Array.from({ length: count }, (_, index) => index * size),
    lengths: new Uint32Array(count).fill(size),
    streams: new Uint32Array(count),
    flags: new Uint8Array(count).fill(laneFlags.begin | laneFlags.end),
  };
  const upper = algorithm.toUpperCase() as Uppercase<LaneAlgorithm>; // TypeScript only says string
  const digests = new Uint8Array(count * kernels.exports[`${upper}_SIZE`].value);
  lanes.run(algorithm, jobs, noStates, digests);
  return digests;
}
