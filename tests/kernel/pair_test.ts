// Runs of differing bytes of two buffers against a plain loop, with and without WebAssembly.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PairScan } from "../../src/kernel/pair.ts";

function checkRuns(pair: PairScan, a: Uint8Array, places: readonly number[], origin: number): void {
  const b = a.slice();
  if (b.length > 0) { for (const at of places) b[at % b.length] = ~(b[at % b.length] ?? 0); }
  pair.a.set(a);
  pair.b.set(b);
  const found = new Set<number>();
  let last = -1;
  for (const [start, end] of pair.compare(a.length)?.runs(origin) ?? []) {
    assert(start > last && end > start);
    last = end;
    for (let at = start; at < end; at++) found.add(at - origin);
  }
  for (let at = 0; at < a.length; at++) assertEquals(found.has(at), a[at] !== b[at]);
  assertEquals(pair.compare(a.length) === undefined, found.size === 0);
}

const withKernels = new PairScan(6000, 512);
assert(Reflect.deleteProperty(globalThis, "WebAssembly"));
const scans = { "with kernels": withKernels, "without": new PairScan(6000, 512) };

for (const [name, pair] of Object.entries(scans)) {
  Deno.test(`PairScan finds the runs that a plain loop finds, ${name}`, () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 6000 });
    const flips = fc.array(fc.nat(), { maxLength: 40 });
    fc.assert(
      fc.property(bytes, flips, fc.nat(2 ** 40), (a, places, origin) => {
        checkRuns(pair, a, places, origin);
      }),
      { seed: 13 },
    );
    const near = fc.array(fc.integer({ min: 500, max: 1540 }), { maxLength: 900 });
    fc.assert(
      fc.property(near, (places) => checkRuns(pair, new Uint8Array(2048), places, 0)),
      { seed: 14, numRuns: 50 },
    );
  });
}
