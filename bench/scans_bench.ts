// How fast are the scanning kernels beside reading memory, beside the platform's comparison, and beside
// their plain entry? Run: deno task bench:scans [rounds] [--json]. Every round runs each candidate of a
// workload once, in turn; rates are those of the median of the processor's time, results are checked.

import { Buffer } from "node:buffer";
import process from "node:process";
import { compile } from "../asm/build.ts";
import { ChunkStream } from "../src/kernel/chunks.ts";
import { differenceBitmap } from "../src/kernel/difference.ts";
import { FillScan, sectorClass } from "../src/kernel/fill.ts";
import { ByteHistogram } from "../src/kernel/histogram.ts";
import { compileKernels, Kernels, layout } from "../src/kernel/kernels.ts";
import { PatternSearch } from "../src/kernel/search.ts";
import { chunkEnds } from "../tests/reference/chunks.ts";
import { histogram } from "../tests/reference/histogram.ts";
import { matchesOf } from "../tests/reference/search.ts";
import { type KernelRow, median } from "./results.ts";

const MIB = 1024 * 1024;
/** Bytes that a candidate takes: more than the caches hold. The second half is the first one's twin. */
const SIZE = 56 * MIB;
/** Bytes of a call where callers hand pieces on. */
const PIECE = 256 * 1024;
const SECTOR = 2048;
const REST = MIB;

/** Two instances share the memory: each has its own room. */
const rooms = [layout.firstRoom, layout.firstRoom + layout.room] as const;
const start = layout.firstRoom + 2 * layout.room;
const pages = Math.ceil((start + 2 * SIZE + REST) / 65536);
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const place = { memory, start, length: 2 * SIZE + REST };
const all = new Uint8Array(memory.buffer);
const first = all.subarray(start, start + SIZE);
const second = all.subarray(start + SIZE, start + 2 * SIZE);

const reading = new WebAssembly.Instance(
  new WebAssembly.Module(await compile("reading_simd")),
  { env: { memory, scratch: layout.firstRoom } },
).exports as unknown as { xor_all(data: number, length: number): bigint }; // asm/reading_simd.ts

/** Seeded bytes (xorshift32). */
function fillRandom(bytes: Uint8Array): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let state = 0x9e3779b9;
  for (const at of words.keys()) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
}

const signatures = [
  ...["CD001", "NSR02", "NSR03", "BEA01", "TEA01", "\x89PNG", "PK\x03\x04", "\x1f\x8b\x08"],
  ...["\xfd7zXZ\0", "(\xb5/\xfd", "7z\xbc\xaf'\x1c", "ustar", "hsqs", "%PDF-", "BZh", "\x7fELF"],
].map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)));

type Run = () => unknown;

/** Calls `take` with pieces of the first half. */
function pieces(take: (offset: number, length: number) => unknown): Run {
  return () => {
    for (let at = 0; at < SIZE; at += PIECE) take(at, PIECE);
  };
}

/** What one instance does with the first half, by name. */
function scans(kernels: Kernels) {
  const fill = new FillScan(kernels);
  const chunks = new ChunkStream(kernels, { least: 64, average: 8192, most: 65_536 });
  const search = new PatternSearch(kernels, signatures);
  const counts = new ByteHistogram(kernels);
  return {
    fill: pieces((at, length) => fill.classify(at, length / SECTOR, SECTOR)),
    nonzero: () => kernels.firstNonZero(0, SIZE),
    bitmap: () =>
      differenceBitmap(kernels, { a: 0, b: SIZE, length: SIZE, size: SECTOR, out: 2 * SIZE }),
    chunks: pieces((at, length) => chunks.take(at, length)),
    search: pieces((at, length) => search.take(at, length, () => {})),
    histogram: pieces((at, length) => counts.add(at, length)),
  };
}

const plainKernels = new Kernels(compileKernels({ simd: false }), { ...place, room: rooms[0] });
const plain = scans(plainKernels);
const fast = new Kernels(compileKernels({ simd: true }), { ...place, room: rooms[1] });
const vectors = scans(fast);

/** Random bytes, twice. */
function random(): void {
  fillRandom(first);
  second.set(first);
}

function expect(what: string, good: boolean): void {
  if (!good) throw new Error(`Cannot time ${what}: it disagrees with the reference`);
}

/** Compares what will be timed with the references, over the first bytes. */
function check(kernels: Kernels): void {
  random();
  const part = first.slice(0, 100_000);
  const sizes = { least: 64, average: 8192, most: 65_536 };
  const ends = new ChunkStream(kernels, sizes).take(0, part.length);
  expect("chunks", ends.join() === chunkEnds(part, sizes).join());
  const counts = new ByteHistogram(kernels);
  counts.add(0, part.length);
  expect("histogram", counts.counts().join() === histogram(part).join());
  const found: number[][] = [];
  new PatternSearch(kernels, signatures).take(0, part.length, (...match) => found.push(match));
  expect("search", found.join() === matchesOf(part, signatures).join());
  const { classes } = new FillScan(kernels).classify(0, 40, SECTOR);
  expect("fill", classes.every((kind) => kind === sectorClass.data));
  const pair = { a: 0, b: SIZE, length: SIZE, size: SECTOR, out: 2 * SIZE };
  second[SIZE - 1] = (second[SIZE - 1] ?? 0) ^ 1;
  expect("bitmap", differenceBitmap(kernels, pair) === 1);
}

/** A row that is to be measured. */
type Candidate = {
  readonly kernel: string;
  readonly ours: Run;
  readonly peers: Readonly<Record<string, Run>>;
  /** At least this many times the rate of a peer, or this rate in GB/s. */
  readonly goal?: { readonly times: number; readonly peer: string } | { readonly rate: number };
};

/** Rows over the same bytes. */
type Workload = {
  readonly name: string;
  readonly prepare: () => void;
  readonly rows: readonly Candidate[];
};

const READING = "reading memory";
const MEMCMP = "Buffer.compare";
const PLAIN = "plain entry";

const readAll = () => reading.xor_all(first.byteOffset, SIZE);
const fillRow: Candidate = {
  kernel: "fill and marker scan",
  ours: vectors.fill,
  peers: { [READING]: readAll, [PLAIN]: plain.fill },
  goal: { times: 0.9, peer: READING },
};

const workloads: readonly Workload[] = [
  {
    name: "zeros",
    prepare: () => first.fill(0),
    rows: [fillRow, {
      kernel: "first byte that is not 0",
      ours: vectors.nonzero,
      peers: { [READING]: readAll, [PLAIN]: plain.nonzero },
    }],
  },
  {
    name: "a period of 4 bytes",
    prepare: () => new Uint32Array(memory.buffer, start, SIZE / 4).fill(0x04030201),
    rows: [fillRow],
  },
  {
    name: "a marker of 10 bytes, repeated",
    prepare: () => {
      const text = new TextEncoder().encode("BAD SECTOR".repeat(SECTOR / 8)).subarray(0, SECTOR);
      for (let at = 0; at < SIZE; at += SECTOR) first.set(text, at);
    },
    rows: [fillRow],
  },
  {
    name: "equal random bytes",
    prepare: random,
    rows: [{
      kernel: "difference bitmap",
      ours: vectors.bitmap,
      peers: { [MEMCMP]: () => Buffer.compare(first, second), [PLAIN]: plain.bitmap },
      goal: { times: 0.85, peer: MEMCMP },
    }],
  },
  {
    name: "random bytes",
    prepare: random,
    rows: [
      {
        kernel: "content-defined chunks",
        ours: vectors.chunks,
        peers: { [PLAIN]: plain.chunks },
        goal: { rate: 1.2 },
      },
      {
        kernel: "search for 16 patterns",
        ours: vectors.search,
        peers: { [PLAIN]: plain.search },
        goal: { rate: 3 },
      },
      {
        kernel: "byte histogram",
        ours: vectors.histogram,
        peers: { [PLAIN]: plain.histogram },
        goal: { rate: 0.8 },
      },
      fillRow,
    ],
  },
];

/** Seconds of the processor that `run` takes. */
function seconds(run: Run): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** GB/s of each run, in rounds that take all in turn; the first rounds warm up and do not count. */
function rates(runs: readonly Run[], rounds: number): number[] {
  const times = runs.map(() => [] as number[]);
  for (let round = -3; round < rounds; round++) {
    for (const [index, run] of runs.entries()) {
      const time = seconds(run);
      if (round >= 0) times[index]?.push(time);
    }
  }
  return times.map((list) => SIZE / median(list) / 1e9);
}

function measured({ kernel, ours, peers, goal }: Candidate, workload: string, rounds: number) {
  const [rate = NaN, ...others] = rates([ours, ...Object.values(peers)], rounds);
  const beside = Object.keys(peers).map((name, index) => [name, others[index] ?? NaN] as const);
  const row = { kernel, workload, ours: rate, peers: Object.fromEntries(beside) };
  if (goal === undefined) return row;
  if ("rate" in goal) return { ...row, goal: `≥ ${goal.rate} GB/s`, met: rate >= goal.rate };
  const ratio = rate / (row.peers[goal.peer] ?? NaN);
  return { ...row, ratio, goal: `≥ ${goal.times} × ${goal.peer}`, met: ratio >= goal.times };
}

/** Rows of the scanning kernels, for bench/results/kernels.json. Throws where a result is wrong. */
export function measureScans(rounds = 7): KernelRow[] {
  check(plainKernels);
  check(fast);
  return workloads.flatMap(({ name, prepare, rows }) => {
    prepare();
    return rows.map((row) => measured(row, name, rounds));
  });
}

/** Lines of a table for people. */
function lines(rows: readonly KernelRow[]): string[] {
  return rows.map(({ kernel, workload, ours, peers, goal, ratio, met }) => {
    const beside = Object.entries(peers).map(([name, rate]) => `${name} ${rate.toFixed(2)}`);
    const reached = ratio === undefined || ratio === null ? "" : `, ${ratio.toFixed(2)} ×`;
    const verdict = goal ? ` (${goal}${reached}: ${met ? "met" : "missed"})` : "";
    const of = `${kernel}, ${workload}`;
    return `${of.padEnd(52)} ${ours.toFixed(2).padStart(6)} GB/s; ${beside.join("; ")}${verdict}`;
  });
}

if (import.meta.main) {
  const rounds = Number(Deno.args.find((word) => /^\d+$/.test(word)) ?? 7);
  const rows = measureScans(rounds);
  const asJson = Deno.args.includes("--json");
  console.log(asJson ? JSON.stringify(rows, undefined, 2) : lines(rows).join("\n"));
}
