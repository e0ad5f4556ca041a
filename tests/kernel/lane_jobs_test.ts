// Lists of jobs run on an instance: streams of any lengths in any order, with their states parked by
// the host between calls, against node:crypto.

import { createHash } from "node:crypto";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { laneAlgorithms, laneFlags, type LaneJobs, Lanes } from "../../src/kernel/lanes.ts";

type Row = {
  readonly offset: number;
  readonly length: number;
  readonly stream?: number;
  readonly flags: number;
};

function columns(rows: readonly Row[]): LaneJobs {
  return {
    count: rows.length,
    offsets: Uint32Array.from(rows, ({ offset }) => offset),
    lengths: Uint32Array.from(rows, ({ length }) => length),
    streams: Uint32Array.from(rows, ({ stream }) => stream ?? 0xffffffff),
    flags: Uint8Array.from(rows, ({ flags }) => flags),
  };
}

const whole = laneFlags.begin | laneFlags.end;

for (const simd of [false, true]) {
  const kernels = new Kernels(compileKernels({ simd }));
  const lanes = new Lanes(kernels);
  const entry = simd ? "mod_simd" : "mod";
  // Of seed and index, so that bytes at different offsets differ
  for (let index = 0; index < kernels.window.length; index++) {
    kernels.window[index] = Math.imul(index, 0x9e3779b1) >>> 24;
  }

  for (const algorithm of laneAlgorithms) {
    const size = createHash(algorithm).digest().length;
    const digestAt = (digests: Uint8Array, job: number) =>
      digests.subarray(job * size, (job + 1) * size).toHex();
    const expected = (...parts: Row[]) => {
      const hash = createHash(algorithm);
      for (const { offset, length } of parts) {
        hash.update(kernels.window.subarray(offset, offset + length));
      }
      return hash.digest("hex");
    };

    Deno.test(`Lanes.run() ${entry} ${algorithm} does more whole streams than a call holds`, () => {
      const rows = Array.from({ length: 1000 }, (_, index) => ({
        offset: index * 1777,
        length: index % 97 === 5 ? 70_000 : (index * 31) % 2300,
        flags: whole,
      }));
      const digests = new Uint8Array(rows.length * size);
      lanes.run(algorithm, columns(rows), new Uint8Array(0), digests);
      assertEquals(rows.map((_, job) => digestAt(digests, job)), rows.map((row) => expected(row)));
    });

    Deno.test(`Lanes.run() ${entry} ${algorithm} keeps streams in states of the host`, () => {
      const step = fc.record({
        stream: fc.nat(9),
        offset: fc.nat(100_000),
        length: fc.oneof(fc.nat(300), fc.nat(20_000)),
      });
      const property = fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, cut) => {
        const states = new Uint8Array(10 * kernels.stateSize(algorithm)).fill(0xa5);
        const parts = new Map<number, Row[]>();
        const rows = steps.map(({ stream, offset, length }, index): Row => {
          const begins = !parts.has(stream);
          const ends = !steps.slice(index + 1).some((later) => later.stream === stream);
          const flags = (begins ? laneFlags.begin : 0) | (ends ? laneFlags.end : 0);
          const row = { stream, offset, length, flags };
          parts.set(stream, [...parts.get(stream) ?? [], row]);
          return row;
        });
        for (const call of [rows.slice(0, cut), rows.slice(cut)]) {
          const digests = new Uint8Array(call.length * size);
          lanes.run(algorithm, columns(call), states, digests);
          for (const [job, { stream = -1, flags }] of call.entries()) {
            if (!(flags & laneFlags.end)) continue;
            assertEquals(digestAt(digests, job), expected(...parts.get(stream) ?? []));
          }
        }
      });
      fc.assert(property, { numRuns: 60, seed: 4 });
    });

    Deno.test(`Lanes.run() ${entry} ${algorithm} states are those of one stream`, () => {
      kernels.begin(algorithm);
      kernels.update(algorithm, 7, 1003);
      const states = new Uint8Array(3 * kernels.stateSize(algorithm));
      kernels.save(
        algorithm,
        states.subarray(kernels.stateSize(algorithm)).subarray(0, kernels.stateSize(algorithm)),
      );
      const digests = new Uint8Array(size);
      const rest = { stream: 1, offset: 1010, length: 999, flags: laneFlags.end };
      lanes.run(algorithm, columns([rest]), states, digests);
      assertEquals(digests.toHex(), expected({ offset: 7, length: 2002, flags: whole }));
    });
  }

  Deno.test(`Lanes.run() ${entry} refuses what lies outside, before it does anything`, () => {
    const { length } = kernels.window;
    const good = { stream: 0, offset: 0, length: 10, flags: laneFlags.begin };
    const states = new Uint8Array(2 * kernels.stateSize("md5"));
    const digests = new Uint8Array(2 * 16);
    const bad: readonly [Row[], string][] = [
      [[good, { ...good, offset: length - 9 }], "the window has"],
      [[good, { ...good, length: 0xffffffff }], "the window has"],
      [[good, { ...good, stream: 2 }], "Cannot run a job of stream 2: there are 2 states"],
      [[good, good, good], "Cannot run 3 jobs: there is room for 2"],
    ];
    for (const [rows, message] of bad) {
      assertThrows(() => lanes.run("md5", columns(rows), states, digests), RangeError, message);
    }
    for (const count of [-1, 1.5, 3, NaN]) {
      const jobs = { ...columns([good, good]), count };
      assertThrows(() => lanes.run("md5", jobs, states, digests), RangeError, "Cannot run");
    }
    assertEquals([...states, ...digests].every((byte) => byte === 0), true);
    lanes.run("md5", columns([]), states, digests);
  });
}
