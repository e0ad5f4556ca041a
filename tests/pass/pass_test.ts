// The pass itself: random stretches of streams by any number of threads, whatever the pieces are.

import { createHash } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { fileSpan } from "../../src/bytes/span.ts";
import { type Client, type Jobs, type Piece, WholeFile } from "../../src/pass/client.ts";
import type { WorkerPool } from "../../src/pass/crew.ts";
import { type PassOptions, runPass } from "../../src/pass/pass.ts";
import type { DigestPlan } from "../../src/pass/sets.ts";
import { toHex } from "../../src/kernel/hex.ts";
import { examine, MemorySource, useNative } from "../../src/mod.ts";
import { nodeEngine } from "../../src/platform/native.ts";
import { Threads } from "../../src/platform/worker_pool.ts";
import { buildImage } from "../support/builder.ts";
import { badRange, CountingSource } from "../support/sources.ts";

useNative(nodeEngine());

/** An image with `size` bytes of noise behind its volume. */
function noisyImage(size: number): Uint8Array {
  let state = 7;
  const trailer = Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
  return buildImage({ children: [{ name: "A.TXT;1", content: "a" }], trailer }).bytes();
}

type Stretch = { readonly start: number; readonly length: number };

/** Streams of one stretch each, in any order and over each other. */
class Stretches implements Client {
  readonly space = "file";
  readonly parallel = Infinity;
  readonly bytes: number;
  readonly digests = new Map<number, string>();
  readonly failed = new Set<number>();
  readonly #stretches: readonly Stretch[];
  readonly #workers = new Map<number, number>();

  constructor(stretches: readonly Stretch[]) {
    this.#stretches = stretches;
    this.bytes = stretches.reduce((sum, { length }) => sum + length, 0);
  }

  next(at: number): number {
    const wanted = this.#stretches.filter(({ start, length }) => start + length > at);
    return Math.min(Infinity, ...wanted.map(({ start }) => Math.max(start, at)));
  }

  reach(at: number, end: number): number {
    const inside = this.#stretches.filter(({ start, length }) =>
      start < end && start + length > at
    );
    return Math.max(at, ...inside.map(({ start, length }) => Math.min(end, start + length)));
  }

  want(piece: Piece, jobs: Jobs): void {
    for (const [stream, { start, length }] of this.#stretches.entries()) {
      const from = Math.max(start, piece.start);
      const to = Math.min(start + length, piece.end);
      if (from >= to || this.failed.has(stream)) continue;
      const worker = this.#workers.get(stream) ?? -1;
      if (piece.unread.some((bad) => bad.start < to && bad.start + bad.length > from)) {
        this.failed.add(stream);
        if (worker >= 0) jobs.drop(worker, stream, 0);
        continue;
      }
      this.#workers.set(stream, jobs.take(worker, stream, from, to, 0, to === start + length));
    }
  }

  ended(stream: number, digests: Uint8Array): void {
    this.digests.set(stream, toHex(digests));
  }

  nameOf(stream: number): string {
    return `stretch ${stream}`;
  }
}

const algorithms = ["md5", "sha1", "sha256", "sha512"] as const;

function expected(bytes: Uint8Array, { start, length }: Stretch): string {
  const part = bytes.subarray(start, start + length);
  return algorithms.map((name) => createHash(name).update(part).digest("hex")).join("");
}

function plansOf(engine: "wasm" | "native" | "noble"): DigestPlan {
  return algorithms.map((algorithm) => ({ algorithm, engine }));
}

async function withThreads(count: number, work: (pool: Threads) => Promise<void>): Promise<void> {
  const pool = new Threads(count, 0);
  try {
    await work(pool);
  } finally {
    pool.close();
  }
}

function optionsOf(client: Client, plan: DigestPlan, more: Partial<PassOptions> = {}): PassOptions {
  return { clients: [client], plans: [plan], costs: [1e-9], ...more };
}

const pools: readonly (readonly [string, number])[] = [["no worker", 0], ["1 worker", 1], [
  "3 workers",
  3,
]];

for (const [name, workers] of pools) {
  Deno.test(`runPass() with ${name} digests any stretches in any pieces`, async () => {
    const bytes = noisyImage(200_000);
    const image = await examine(new MemorySource(bytes));
    await withThreads(Math.max(1, workers), async (threads) => {
      const pool: { pool?: WorkerPool } = workers === 0 ? {} : { pool: threads };
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              start: fc.nat({ max: bytes.length - 1 }),
              length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2e5 })),
            }).map(({ start, length }) => ({
              start,
              length: Math.min(length, bytes.length - start),
            })),
            { maxLength: 40 },
          ),
          fc.integer({ min: 1, max: 300_000 }),
          fc.constantFrom("wasm", "native", "noble"),
          async (stretches, pieceBytes, engine) => {
            const client = new Stretches(stretches);
            await runPass(image, optionsOf(client, plansOf(engine), { ...pool, pieceBytes }));
            for (const [stream, stretch] of stretches.entries()) {
              assertEquals(client.digests.get(stream), expected(bytes, stretch));
            }
          },
        ),
        { numRuns: 25, seed: 3 },
      );
    });
  });
}

Deno.test("runPass() serves more streams of one piece than a slot has jobs for", async () => {
  const bytes = noisyImage(600_000);
  const image = await examine(new MemorySource(bytes));
  const stretches = Array.from({ length: 5000 }, (_, index) => ({
    start: 40_000 + index,
    length: 1 + index % 7 + (index % 100 === 0 ? 500_000 : 0),
  }));
  for (const workers of [0, 2]) {
    await withThreads(2, async (pool) => {
      const client = new Stretches(stretches);
      const plan: DigestPlan = [{ algorithm: "md5", engine: "wasm" }];
      await runPass(image, optionsOf(client, plan, workers === 0 ? {} : { pool }));
      for (const [stream, { start, length }] of stretches.entries()) {
        const part = bytes.subarray(start, start + length);
        assertEquals(client.digests.get(stream), createHash("md5").update(part).digest("hex"));
      }
    });
  }
});

Deno.test("runPass() leaves only streams without a digest that have a bad byte", async () => {
  const bytes = noisyImage(100_000);
  for (const workers of [0, 2]) {
    await withThreads(2, async (pool) => {
      const bad = 90_000;
      const image = await examine(badRange(bytes, bad, 1));
      const stretches = [[80_000, 8_000], [80_000, 12_288], [92_160, 5_000], [70_000, 60_000]]
        .map(([start = 0, length = 0]) => ({ start, length }));
      const client = new Stretches(stretches);
      const more = workers === 0 ? {} : { pool };
      const { unread } = await runPass(
        image,
        optionsOf(client, plansOf("wasm"), { ...more, pieceBytes: 4096 }),
      );
      assertEquals(unread, [fileSpan(Math.floor(bad / 2048) * 2048, 2048)]);
      assertEquals([...client.failed].sort(), [1, 3]);
      assertEquals(client.digests.get(0), expected(bytes, { start: 80_000, length: 8_000 }));
      assertEquals(client.digests.get(2), expected(bytes, { start: 92_160, length: 5_000 }));
    });
  }
});

Deno.test("runPass() reads each byte once for any number of clients", async () => {
  const source = new CountingSource(new MemorySource(noisyImage(300_000)));
  const image = await examine(source);
  const all = { start: 0, length: source.size };
  const many = Array.from({ length: 20 }, (_, index) => ({ start: index * 5000, length: 90_000 }));
  source.bytes = 0;
  await runPass(image, {
    clients: [new WholeFile("", source.size, [0]), new Stretches([all]), new Stretches(many)],
    plans: [[{ algorithm: "sha256", engine: "native" }]],
    costs: [1e-9],
  });
  assertEquals(source.bytes, source.size);
});

Deno.test("runPass() ends within a tenth of a second where it is told to, and again afterwards", async () => {
  const bytes = noisyImage(1_000_000);
  const image = await examine(new MemorySource(bytes));
  await withThreads(2, async (pool) => {
    for (const more of [{}, { pool }]) {
      const abort = new AbortController();
      let pieces = 0;
      const observer = { take: () => void (++pieces === 5 && abort.abort(new Error("enough"))) };
      const client = new WholeFile("", bytes.length, [0]);
      const options = optionsOf(client, [{ algorithm: "sha1", engine: "wasm" }], {
        ...more,
        pieceBytes: 2048,
        observers: [observer],
        signal: abort.signal,
      });
      await assertRejects(() => runPass(image, options), Error, "enough");
      assert(pieces < 10, `${pieces} pieces`);
      const again = new Stretches([{ start: 3, length: 700_000 }]);
      await runPass(image, optionsOf(again, plansOf("native"), more));
      assertEquals(again.digests.get(0), expected(bytes, { start: 3, length: 700_000 }));
    }
  });
});

Deno.test("runPass() says which stream two engines of a worker do not agree on", async () => {
  const image = await examine(new MemorySource(noisyImage(50_000)));
  const lying: WorkerPool = {
    workers: 1,
    worth: 0,
    start: () => {},
    serve: () =>
      Promise.resolve({
        failure: {
          message: "",
          disagreement: { stream: 0, algorithm: "md5", values: "engine wasm computes a, native b" },
        },
      }),
  };
  const client = new Stretches([{ start: 0, length: 40_000 }]);
  await assertRejects(
    () => runPass(image, optionsOf(client, plansOf("wasm"), { pool: lying })),
    Error,
    "Cannot trust the md5 of stretch 0: engine wasm computes a, native b",
  );
});

Deno.test("runPass() works by itself where the system refuses threads, and shares those that are busy", async () => {
  const bytes = noisyImage(100_000);
  const image = await examine(new MemorySource(bytes));
  const stretch = { start: 7, length: 90_000 };
  const none: WorkerPool = {
    workers: 0,
    worth: 0,
    start: () => {},
    serve: () => Promise.reject(new Error("there is no thread")),
  };
  const alone = new Stretches([stretch]);
  await runPass(image, optionsOf(alone, plansOf("wasm"), { pool: none }));
  assertEquals(alone.digests.get(0), expected(bytes, stretch));
  await withThreads(2, async (pool) => {
    const clients = Array.from({ length: 4 }, () => new Stretches([stretch]));
    await Promise.all(
      clients.map((client) => runPass(image, optionsOf(client, plansOf("native"), { pool }))),
    );
    for (const client of clients) assertEquals(client.digests.get(0), expected(bytes, stretch));
  });
});
