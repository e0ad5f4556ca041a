// How fast is each kernel beside what else computes the same? The goals of the kernels, as ratios.
//
//   deno task bench [ROUNDS]
//
// Every round runs each candidate of a row once, in turn; rates are those of the median of the
// processor's time, results are compared first. Writes bench/results/kernels.json.

import { createHash } from "node:crypto";
import process from "node:process";
import { crc32 as zlibCrc32 } from "node:zlib";
import * as hashWasm from "hash-wasm";
import { compile } from "../asm/build.ts";
import { crc16 } from "../src/kernel/crc16.ts";
import { Fingerprint, sectorFingerprints } from "../src/kernel/fingerprint.ts";
import {
  type Algorithm,
  algorithms,
  compileKernels,
  Kernels,
  layout,
} from "../src/kernel/kernels.ts";
import { digestStretches, hasLanes } from "../src/kernel/many.ts";
import { checkSectors, rawSectorSize } from "../src/kernel/sectors.ts";
import { pseudoRandom } from "../src/platform/bench_cases.ts";
import { nodeEngine } from "../src/platform/native.ts";
import { rawImage } from "../tests/support/raw_builder.ts";
import * as measuring from "./measure.ts";
import { type KernelRow, median, writeResults } from "./results.ts";
import { measureScans } from "./scans_bench.ts";

const MIB = 1024 * 1024;
/** Bytes of a stream: past the second-level cache. */
const STREAM = 16 * MIB;
const FILE = MIB;
const SECTOR = 2048;
const RAW_SECTORS = 14_336;
const RAW = RAW_SECTORS * rawSectorSize;

/** An instance with a window for all that it is to take. Those of the two entries share no memory. */
function instance(
  simd: boolean,
): { readonly kernels: Kernels; readonly memory: WebAssembly.Memory } {
  const { firstRoom: room } = layout;
  const start = room + layout.room;
  const length = RAW + MIB;
  const pages = Math.ceil((start + length) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const kernels = new Kernels(compileKernels({ simd }), { memory, room, start, length });
  return { kernels, memory };
}

const { kernels: plain } = instance(false);
const { kernels: vectors, memory } = instance(true);
const reading = new WebAssembly.Instance(
  new WebAssembly.Module(await compile("reading_simd")),
  { env: { memory, scratch: layout.firstRoom } },
).exports as unknown as { xor_all(data: number, length: number): bigint }; // asm/reading_simd.ts

const random = pseudoRandom(STREAM);
const data = vectors.window.subarray(0, STREAM);
data.set(random);

/** Computes something of the same bytes as the others of its row: hexadecimal, or nothing to compare. */
type Run = () => string | undefined;

/** Seconds that something takes by another clock than this process's. */
type Foreign = { readonly seconds: () => Promise<number>; readonly value: string };

type Goal = { readonly times: number; readonly peer: string } | { readonly rate: number };

type Candidate = {
  readonly kernel: string;
  readonly workload: string;
  readonly bytes: number;
  readonly ours: Run;
  readonly peers: Readonly<Record<string, Run | Foreign>>;
  readonly goals?: readonly Goal[];
};

const HASH_WASM = "hash-wasm";
const NODE = "node:crypto";
const ZLIB = "node:zlib";
const SHA256SUM = "sha256sum";
const READING = "reading memory";
const PLAIN = "plain entry";

const makers: Readonly<Record<Algorithm, () => Promise<hashWasm.IHasher>>> = {
  md5: hashWasm.createMD5,
  sha1: hashWasm.createSHA1,
  sha256: hashWasm.createSHA256,
  sha512: hashWasm.createSHA512,
  blake3: hashWasm.createBLAKE3,
  crc32: hashWasm.createCRC32,
};

/** Calls `digest` with each part of the data; their digests in a row. */
function parts(size: number, digest: (offset: number, length: number) => Uint8Array): Run {
  return () => {
    let last = "";
    let sum = 0;
    for (let at = 0; at < STREAM; at += size) {
      const found = digest(at, size);
      sum = (sum * 31 + (found[0] ?? 0)) % 0x7fffffff;
      if (at + size >= STREAM) last = found.toHex();
    }
    return `${sum} ${last}`;
  };
}

function ourDigest(algorithm: Algorithm): (offset: number, length: number) => Uint8Array {
  return (offset, length) => {
    vectors.begin(algorithm);
    vectors.update(algorithm, offset, length);
    return vectors.finish(algorithm);
  };
}

function peerDigest(hasher: hashWasm.IHasher): (offset: number, length: number) => Uint8Array {
  return (offset, length) =>
    hasher.init().update(data.subarray(offset, offset + length)).digest("binary");
}

function platformPeers(algorithm: Algorithm, size: number): Record<string, Run> {
  const view = (offset: number, length: number) => data.subarray(offset, offset + length);
  if (algorithm === "blake3") return {};
  if (algorithm !== "crc32") {
    const digest = (offset: number, length: number) =>
      Uint8Array.from(createHash(algorithm).update(view(offset, length)).digest());
    return { [NODE]: parts(size, digest) };
  }
  const digest = (offset: number, length: number) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, zlibCrc32(view(offset, length)));
    return bytes;
  };
  return { [ZLIB]: parts(size, digest) };
}

/** One stream whose pieces are the same bytes each time: those of a piece that was just read. */
function cachedRow(algorithm: Algorithm, hasher: hashWasm.IHasher): Candidate {
  const piece = data.subarray(0, MIB);
  const each = (take: () => unknown) => {
    for (let at = 0; at < STREAM; at += MIB) take();
  };
  const ours = () => {
    vectors.begin(algorithm);
    each(() => vectors.update(algorithm, 0, MIB));
    return vectors.finish(algorithm).toHex();
  };
  const theirs = () => {
    hasher.init();
    each(() => hasher.update(piece));
    return hasher.digest();
  };
  const own = nodeEngine();
  const platform = () => {
    const stream = own?.create(algorithm);
    each(() => stream?.update(piece));
    return stream === undefined ? undefined : Uint8Array.from(stream.digest()).toHex();
  };
  const name = algorithm === "crc32" ? ZLIB : NODE;
  const peers = own?.algorithms.includes(algorithm) ? { [name]: platform } : {};
  return {
    kernel: algorithm,
    workload: "one stream of 16 MiB, pieces in the cache",
    bytes: STREAM,
    ours,
    peers: { [HASH_WASM]: theirs, ...peers },
  };
}

const streamGoals: { readonly [algorithm in Algorithm]?: number } = {
  md5: 1.3,
  blake3: 2.7,
  crc32: 4.5,
};

const laneGoals: { readonly [algorithm in Algorithm]?: readonly Goal[] } = {
  md5: [{ times: 3, peer: HASH_WASM }, { times: 2.7, peer: NODE }],
  sha1: [{ times: 2.6, peer: HASH_WASM }],
  sha256: [{ times: 2.8, peer: HASH_WASM }, { times: 2.5, peer: SHA256SUM }],
  sha512: [{ times: 1.5, peer: HASH_WASM }],
};

async function digestRows(
  algorithm: Algorithm,
  foreign: Foreign | undefined,
): Promise<Candidate[]> {
  const hasher = await makers[algorithm]();
  const peer = peerDigest(hasher);
  const own = ourDigest(algorithm);
  const row = (workload: string, size: number, more: Partial<Candidate> = {}): Candidate => ({
    kernel: algorithm,
    workload,
    bytes: STREAM,
    ours: parts(size, own),
    peers: { [HASH_WASM]: parts(size, peer), ...platformPeers(algorithm, size) },
    ...more,
  });
  const times = streamGoals[algorithm];
  const goals = times === undefined ? {} : { goals: [{ times, peer: HASH_WASM }] };
  const stream = row("one stream of 16 MiB", STREAM, goals);
  const cached = { ...cachedRow(algorithm, hasher), ...goals };
  const rows = [stream, cached, row("messages of 2 KiB", SECTOR)];
  if (!hasLanes(algorithm)) return rows;
  const lanes = row("16 files of 1 MiB at once", FILE, { goals: laneGoals[algorithm] ?? [] });
  const size = STREAM / FILE;
  const ours = () => {
    const digests = digestStretches(vectors, algorithm, FILE, size);
    const each = digests.length / size;
    return parts(FILE, (at) => digests.subarray(at / FILE * each, (at / FILE + 1) * each))();
  };
  const isBeside = algorithm === "sha256" && foreign !== undefined;
  const peers = isBeside ? { ...lanes.peers, [SHA256SUM]: foreign } : lanes.peers;
  return [...rows, { ...lanes, ours, peers }];
}

async function fingerprintRows(): Promise<Candidate[]> {
  const peer = peerDigest(await hashWasm.createXXHash128());
  const whole = () => {
    const id = new Fingerprint(vectors);
    id.update(0, STREAM);
    return `${id.value().toHex()}`;
  };
  const count = STREAM / SECTOR;
  const sectors = () => {
    const ids = sectorFingerprints(vectors, 0, SECTOR, count, STREAM);
    return parts(SECTOR, (at) => ids.subarray(at / SECTOR * 16, at / SECTOR * 16 + 16))();
  };
  return [
    {
      kernel: "xxh3-128",
      workload: "one stream of 16 MiB",
      bytes: STREAM,
      ours: whole,
      peers: { [HASH_WASM]: () => peer(0, STREAM).toHex() },
      goals: [{ times: 2, peer: HASH_WASM }],
    },
    {
      kernel: "xxh3-128",
      workload: "sectors of 2 KiB",
      bytes: STREAM,
      ours: sectors,
      peers: { [HASH_WASM]: parts(SECTOR, peer) },
      goals: [{ times: 4, peer: HASH_WASM }],
    },
  ];
}

function crc16Row(): Candidate {
  const check = new TextEncoder().encode("123456789");
  vectors.window.set(check, STREAM);
  if (crc16(vectors, STREAM, check.length) !== 0x31c3) {
    throw new Error("Cannot time crc16: it disagrees with the published check value");
  }
  return {
    kernel: "crc-16",
    workload: "one stream of 16 MiB",
    bytes: STREAM,
    ours: () => void crc16(vectors, 0, STREAM),
    peers: {},
    goals: [{ rate: 1 }],
  };
}

/** Sectors of all three codes, as an encoder makes them, and none of them damaged. */
function fillRaw(): void {
  const some = 448;
  const modes = ["mode1", "form1", "form2"] as const;
  const image = rawImage(random.subarray(0, some * SECTOR), {
    mode: (sector) => modes[sector % modes.length] ?? "mode1",
  });
  for (const { window } of [plain, vectors]) {
    for (let at = 0; at < RAW; at += image.length) window.set(image, at);
  }
}

function sectorRow(): Candidate {
  const piece = 112;
  const words = new Uint32Array(RAW_SECTORS);
  const run = (kernels: Kernels) => () => {
    for (let at = 0; at < RAW_SECTORS; at += piece) {
      const out = words.subarray(at, at + piece);
      checkSectors(kernels, at * rawSectorSize, rawSectorSize, piece, out);
    }
    return words.reduce((sum, word) => (sum * 31 + word) % 0x7fffffff, 0).toString(16);
  };
  return {
    kernel: "EDC, P and Q",
    workload: "raw sectors of modes 1, 2/1 and 2/2",
    bytes: RAW,
    ours: run(vectors),
    peers: {
      [PLAIN]: run(plain),
      [READING]: () => void reading.xor_all(vectors.window.byteOffset, RAW),
    },
    goals: [{ times: 9, peer: PLAIN }, { times: 0.18, peer: READING }],
  };
}

/** coreutils' sha256sum over a file of 64 MiB; undefined where it is not installed. */
async function sha256sum(place: measuring.Place): Promise<Foreign | undefined> {
  const found = await measuring.tools(place);
  if (found[SHA256SUM] === undefined) return undefined;
  const path = `${place.scratch}/data`;
  const copies = 4;
  Deno.writeFileSync(path, new Uint8Array(0));
  for (let copy = 0; copy < copies; copy++) Deno.writeFileSync(path, random, { append: true });
  const line = { text: `${SHA256SUM} data` };
  const { cpu } = await measuring.measure(line, "sum", place);
  const all = createHash("sha256");
  for (let copy = 0; copy < copies; copy++) all.update(random);
  const value = measuring.printed("sum", place).slice(0, 64);
  if (value !== all.digest("hex") || !(cpu > 0)) {
    throw new Error("Cannot time sha256sum: its digest or its time is wrong");
  }
  const seconds = async () => (await measuring.measure(line, "sum", place)).cpu / copies;
  return { seconds, value };
}

async function secondsOf(run: Run | Foreign): Promise<number> {
  if (typeof run !== "function") return await run.seconds();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function compare({ kernel, workload, ours, peers }: Candidate): void {
  const value = ours();
  for (const [name, run] of Object.entries(peers)) {
    const other = typeof run === "function" ? run() : undefined;
    if (value !== undefined && other !== undefined && other !== value) {
      throw new Error(
        `Cannot time ${kernel}, ${workload}: ${name} computes ${other}, ours ${value}`,
      );
    }
  }
}

async function measured(candidate: Candidate, rounds: number): Promise<KernelRow> {
  const { kernel, workload, bytes, ours, peers, goals = [] } = candidate;
  compare(candidate);
  const runs = [ours, ...Object.values(peers)];
  const times = runs.map(() => [] as number[]);
  for (let round = -2; round < rounds; round++) {
    for (const [index, run] of runs.entries()) {
      const time = await secondsOf(run);
      if (round >= 0) times[index]?.push(time);
    }
  }
  const [rate = NaN, ...others] = times.map((list) => digits(bytes / median(list) / 1e9));
  const beside = Object.fromEntries(
    Object.keys(peers).map((name, index) => [name, others[index] ?? NaN]),
  );
  const row = { kernel, workload, ours: rate, peers: beside };
  const ratioOf = (goal: Goal) => "rate" in goal ? rate : rate / (beside[goal.peer] ?? NaN);
  const isMet = (goal: Goal) => ratioOf(goal) >= ("rate" in goal ? goal.rate : goal.times);
  // Of what there is none here no goal is judged; the ratio is that of the first that is missed.
  const judged = goals.filter((goal) => "rate" in goal || goal.peer in beside)
    .toSorted((a, b) => Number(isMet(a)) - Number(isMet(b)));
  const [first] = judged;
  if (first === undefined) return row;
  return {
    ...row,
    ...("rate" in first ? {} : { ratio: digits(ratioOf(first)) }),
    goal: judged.map(goalText).join(", "),
    met: judged.every(isMet),
  };
}

function goalText(goal: Goal): string {
  return "rate" in goal ? `≥ ${goal.rate} GB/s` : `≥ ${goal.times} × ${goal.peer}`;
}

function digits(value: number): number {
  return Number(value.toPrecision(4));
}

function print({ kernel, workload, ours, peers, ratio, goal, met }: KernelRow): void {
  const beside = Object.entries(peers).map(([name, rate]) => `${name} ${rate.toFixed(2)}`);
  const reached = ratio == null ? "" : `, ${ratio.toFixed(2)} ×`;
  const verdict = goal == null ? "" : ` (${goal}${reached}: ${met ? "met" : "missed"})`;
  const of = `${kernel}, ${workload}`;
  console.log(`${of.padEnd(54)} ${ours.toFixed(2).padStart(6)}; ${beside.join("; ")}${verdict}`);
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? 7);
  using temporary = measuring.scratchFolder();
  const place = { folder: temporary.path, scratch: temporary.path };
  const head = {
    ...await measuring.host(place),
    date: new Date().toISOString().slice(0, 10),
    commit: await measuring.commit(place),
  };
  const foreign = await sha256sum(place);
  if (foreign === undefined) console.log("skipped: sha256sum is not installed");
  const rows: KernelRow[] = [];
  const take = async (candidate: Candidate) => {
    const row = await measured(candidate, rounds);
    print(row);
    rows.push(row);
  };
  for (const algorithm of algorithms) {
    for (const candidate of await digestRows(algorithm, foreign)) await take(candidate);
  }
  for (const candidate of await fingerprintRows()) await take(candidate);
  await take(crc16Row());
  fillRaw();
  await take(sectorRow());
  for (const row of measureScans(rounds)) {
    print(row);
    rows.push(row);
  }
  writeResults("kernels.json", { ...head, rows });
}

if (import.meta.main) await main();
