// Which engine computes a digest: our WASM kernels, the platform's own code, or plain JavaScript.

import { type Algorithm, sharedKernels } from "./kernels.ts";

/** What may be asked for: an engine, or the fastest for the work. */
export const engineNames = ["auto", "wasm", "native", "noble"] as const;

/** Name of an engine, or `auto`. */
export type EngineName = typeof engineNames[number];

/** The engines themselves, in the order of preference where nothing is known of their speed. */
export const engineKinds = ["wasm", "native", "noble"] as const;

/** Name of an engine. */
export type EngineKind = typeof engineKinds[number];

/** One long stream at a time, or many at once, where several can share the vectors of a kernel. */
export type Workload = "stream" | "files";

/** GB/s (10^9 bytes) of an engine on each workload. */
export type EngineRates = Readonly<Record<Workload, number>>;

/** What is known of the speed of engines: plain data, which may be posted to a worker. */
export type EngineTable = {
  readonly [algorithm in Algorithm]?: { readonly [engine in EngineKind]?: EngineRates };
};

/** A stream under way in the platform's own code. */
export interface NativeStream {
  /** Takes bytes, which may lie in shared memory; keeps no reference to them. */
  update(bytes: Uint8Array): unknown;
  /** A second stream that has taken the same bytes. */
  copy(): NativeStream;
  /** The digest; the stream is used up. */
  digest(): Uint8Array;
}

/** The platform's own digests, as `platform/` hands them in. */
export interface NativeEngine {
  /** What it computes. */
  readonly algorithms: readonly Algorithm[];
  /** Begins a stream. Throws where the platform refuses the algorithm after all. */
  create(algorithm: Algorithm): NativeStream;
}

/** No engine can do what is asked, or two of them disagree. */
export class EngineError extends Error {
  /** Takes the whole message. */
  constructor(message: string) {
    super(message);
    this.name = "EngineError";
  }
}

/** What serves until the machine was measured: an x86-64 processor with SHA instructions. */
export const shippedTable: EngineTable = {
  md5: row([0.78, 2.4], [0.62, 0.55], [0.09, 0.09]),
  sha1: row([0.59, 1.25], [1.8, 1.3], [0.17, 0.17]),
  sha256: row([0.37, 0.9], [1.7, 1.1], [0.1, 0.1]),
  sha512: row([0.49, 0.72], [0.6, 0.5], [0.05, 0.05]),
  blake3: row([1.6, 1.5], undefined, [0.03, 0.03]),
  crc32: row([13, 12], [20, 15], [0.4, 0.4]),
};

type Pair = readonly [stream: number, files: number];

function row(wasm: Pair, native: Pair | undefined, noble: Pair): EngineTable[Algorithm] & object {
  const rates = ([stream, files]: Pair) => ({ stream, files });
  const known = native === undefined ? {} : { native: rates(native) };
  return { wasm: rates(wasm), ...known, noble: rates(noble) };
}

/** Seconds that the first native digest takes to load: small work is done by then. */
const NATIVE_START = 0.005;

let native: NativeEngine | undefined;
let nativeStart = NATIVE_START;
let table = shippedTable;

/** Hands the platform's digests in for this realm, each worker's too; undefined takes them away. */
export function useNative(engine: NativeEngine | undefined): void {
  native = engine;
  nativeStart = NATIVE_START;
}

/** Makes `auto` choose by these speeds in this realm; by the shipped ones where undefined. */
export function useEngineTable(measured: EngineTable | undefined): void {
  table = measured ?? shippedTable;
}

/** The speeds that `auto` chooses by. */
export function engineTable(): EngineTable {
  return table;
}

/** Begins a stream in the platform's code. Throws where there is none, or it refuses the algorithm. */
export function nativeStream(algorithm: Algorithm): NativeStream {
  if (native === undefined) {
    throw new EngineError("Cannot create a digest: there is no native engine");
  }
  const stream = native.create(algorithm);
  nativeStart = 0;
  return stream;
}

/** Whether an engine computes an algorithm here. For `wasm`, the first call compiles the kernels. */
export function hasEngine(engine: EngineKind, algorithm: Algorithm): boolean {
  if (engine === "wasm") return sharedKernels() !== undefined;
  return engine === "noble" || native?.algorithms.includes(algorithm) === true;
}

/**
 * The engines that compute an algorithm here, the one that ends first with `bytes` bytes first. Lazy: no
 * engine is looked at that comes after the one that is taken.
 */
export function* enginesFor(
  algorithm: Algorithm,
  workload: Workload = "stream",
  bytes = Infinity,
): Generator<EngineKind> {
  const rates = table[algorithm] ?? {};
  const cost = (engine: EngineKind) => {
    const perByte = 1 / ((rates[engine]?.[workload] ?? 0) * 1e9);
    const start = engine === "native" ? nativeStart : 0;
    return bytes === Infinity ? perByte : perByte * bytes + start;
  };
  const costs = new Map(engineKinds.map((engine) => [engine, cost(engine)]));
  const costOf = (engine: EngineKind) => Math.min(costs.get(engine) ?? Infinity, Number.MAX_VALUE);
  const ranked = engineKinds.toSorted((a, b) => costOf(a) - costOf(b));
  for (const engine of ranked) if (hasEngine(engine, algorithm)) yield engine;
}

/** The engine that `auto` takes for a workload of about `bytes` bytes in all. */
export function engineFor(
  algorithm: Algorithm,
  workload: Workload = "stream",
  bytes = Infinity,
): EngineKind {
  for (const engine of enginesFor(algorithm, workload, bytes)) return engine;
  return "noble";
}

/**
 * The engines that serve a choice, of which the first that works is to be taken. What the platform does
 * not have is left to the others. Throws a TypeError for an unknown name, and an EngineError where the
 * engine that is asked for is not here at all.
 */
export function enginesOf(
  algorithm: Algorithm,
  engine: EngineName = "auto",
  workload: Workload = "stream",
  bytes = Infinity,
): Iterable<EngineKind> {
  if (!engineNames.includes(engine)) {
    throw new TypeError(`Cannot create a digest: unknown engine ${engine}`);
  }
  if (engine === "wasm" && !hasEngine(engine, algorithm)) {
    throw new EngineError("Cannot create a digest: WebAssembly does not work here");
  }
  if (engine === "native" && native === undefined) {
    throw new EngineError("Cannot create a digest: there is no native engine");
  }
  if (engine !== "auto" && hasEngine(engine, algorithm)) return [engine];
  return enginesFor(algorithm, workload, bytes);
}
