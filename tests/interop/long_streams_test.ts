// Streams that pass 4 GiB, where a count of bytes in 32 bits would wrap, against node:crypto. Slow:
// every algorithm takes 4 GiB once, and the states are then copied to go on in several ways.

import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { laneAlgorithms, laneFlags, Lanes } from "../../src/kernel/lanes.ts";

const LIMIT = 2 ** 32;
const BEFORE = 200;
/** Bytes from `BEFORE` the limit on: to just before it, to it, past it, and past the next blocks. */
const tails = [199, 200, 201, 255, 256, 257, 1000];

for (const algorithm of laneAlgorithms) {
  Deno.test(`${algorithm} of a stream goes on past 4 GiB`, () => {
    const kernels = new Kernels(compileKernels({ simd: true }));
    const { length: piece } = kernels.window;
    const hash = createHash(algorithm);
    kernels.begin(algorithm);
    for (let taken = 0; taken < LIMIT - BEFORE;) {
      const length = Math.min(piece, LIMIT - BEFORE - taken);
      kernels.update(algorithm, 0, length);
      hash.update(kernels.window.subarray(0, length));
      taken += length;
    }
    const stateSize = kernels.stateSize(algorithm);
    const state = new Uint8Array(stateSize);
    kernels.save(algorithm, state);
    const expected = tails.map((length) =>
      hash.copy().update(kernels.window.subarray(0, length)).digest("hex")
    );

    assertEquals(
      tails.map((length) => {
        kernels.load(algorithm, state);
        kernels.update(algorithm, 0, length);
        return kernels.finish(algorithm).toHex();
      }),
      expected,
    );
    for (const simd of [false, true]) {
      const lanes = new Lanes(new Kernels(compileKernels({ simd })));
      const states = new Uint8Array(tails.length * stateSize);
      for (const index of tails.keys()) states.set(state, index * stateSize);
      const jobs = {
        count: tails.length,
        offsets: new Uint32Array(tails.length),
        lengths: Uint32Array.from(tails),
        streams: Uint32Array.from(tails.keys()),
        flags: new Uint8Array(tails.length).fill(laneFlags.end),
      };
      const size = (expected[0]?.length ?? 0) / 2;
      const digests = new Uint8Array(tails.length * size);
      lanes.run(algorithm, jobs, states, digests);
      const hex = tails.map((_, job) => digests.subarray(job * size, (job + 1) * size).toHex());
      assertEquals(hex, expected);
    }
  });
}
