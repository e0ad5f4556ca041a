// What `discern bench` measures: each kernel, beside whatever else on this machine computes the same.

import { Buffer } from "node:buffer";
import { EngineError, type EngineKind, hasEngine, nativeStream } from "../kernel/engine.ts";
import { ChunkStream } from "../kernel/chunks.ts";
import { differenceBitmap } from "../kernel/difference.ts";
import { fallbackStreams } from "../kernel/fallback.ts";
import { FillScan } from "../kernel/fill.ts";
import { Fingerprint, sectorFingerprints } from "../kernel/fingerprint.ts";
import { ByteHistogram } from "../kernel/histogram.ts";
import { type Algorithm, algorithms, compileKernels, Kernels } from "../kernel/kernels.ts";
import { digestStretches, hasLanes } from "../kernel/many.ts";
import { PatternSearch } from "../kernel/search.ts";
import { checkSectors, rawSectorSize } from "../kernel/sectors.ts";

/** An engine, or `plain`: our kernels without vectors. */
export type BenchEngine = EngineKind | "plain";

/** What a run computes: the same for all engines of a case. */
export type BenchValue = Uint8Array | number;

/** One kernel at one kind of work. */
export type BenchCase = {
  readonly kernel: string;
  readonly workload: string;
  /** Bytes that a run takes. */
  readonly bytes: number;
  readonly runs: { readonly [engine in BenchEngine]?: () => BenchValue };
};

/** Bytes of a run: they stay in a second-level cache, as the pieces of an image do. */
const SIZE = 256 * 1024;
const FILE = 16 * 1024;
const SECTOR = 2048;
const SECTORS = SIZE / SECTOR;
const RAW_SECTORS = Math.floor(SIZE / rawSectorSize);

const CHUNKS = { least: 4096, average: 16_384, most: 65_536 } as const;
/** Signatures of volumes and of common files: enough to keep a search from being a special case. */
const PATTERNS = [
  "CD001",
  "NSR02",
  "NSR03",
  "BEA01",
  "TEA01",
  "PK\x03\x04",
  "\x1f\x8b\x08",
  "%PDF-",
]
  .map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)));

/** Where the data lie in the window. */
const places = { data: 0, twin: SIZE, zeros: 2 * SIZE, raw: 3 * SIZE, out: 4 * SIZE } as const;

/** Seeded bytes (xorshift32), since sequential ones flatter tables. */
export function pseudoRandom(length: number): Uint8Array<ArrayBuffer> {
  let state = 0x9e3779b9;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

/** The kernels of both entries, over the same bytes; none where WebAssembly does not work. */
type Entries = { readonly [entry in "wasm" | "plain"]?: Kernels };

function entries(data: Uint8Array): Entries {
  const made: { [entry in "wasm" | "plain"]?: Kernels } = {};
  for (const entry of ["wasm", "plain"] as const) {
    try {
      const kernels = new Kernels(compileKernels(entry === "plain" ? { simd: false } : {}));
      kernels.window.set(data, places.data);
      kernels.window.set(data, places.twin);
      kernels.window.set(rawSectors(), places.raw);
      made[entry] = kernels;
    } catch {
      // The others are measured without it.
    }
  }
  return made;
}

/** The cases, over bytes of their own. Throws an EngineError where there is nothing to measure. */
export function benchCases(): readonly BenchCase[] {
  const data = pseudoRandom(SIZE);
  const kernels = entries(data);
  if (kernels.wasm === undefined) {
    throw new EngineError("Cannot measure the kernels: WebAssembly does not work here");
  }
  return [
    ...algorithms.map((algorithm) => streamCase(algorithm, data, kernels)),
    ...algorithms.map((algorithm) => filesCase(algorithm, data, kernels)),
    ...scanCases(data, kernels),
  ];
}

function streamCase(algorithm: Algorithm, data: Uint8Array, kernels: Entries): BenchCase {
  const own = perEntry(kernels, (each) => () => digestAt(each, algorithm, places.data, SIZE));
  const others = otherDigests(algorithm, (digest) => () => digest(data));
  return { kernel: algorithm, workload: "stream", bytes: SIZE, runs: { ...own, ...others } };
}

function filesCase(algorithm: Algorithm, data: Uint8Array, kernels: Entries): BenchCase {
  const starts = Array.from({ length: SIZE / FILE }, (_, index) => index * FILE);
  const files = starts.map((start) => data.subarray(start, start + FILE));
  const own = perEntry(
    kernels,
    (each) =>
      hasLanes(algorithm)
        ? () => digestStretches(each, algorithm, FILE, files.length)
        : () => joined(starts.map((start) => digestAt(each, algorithm, places.data + start, FILE))),
  );
  const others = otherDigests(algorithm, (digest) => () => joined(files.map(digest)));
  return { kernel: algorithm, workload: "files", bytes: SIZE, runs: { ...own, ...others } };
}

function digestAt(each: Kernels, algorithm: Algorithm, offset: number, length: number): Uint8Array {
  each.begin(algorithm);
  each.update(algorithm, offset, length);
  return each.finish(algorithm);
}

type Runs = BenchCase["runs"];

function perEntry(kernels: Entries, run: (each: Kernels) => () => BenchValue): Runs {
  const { wasm, plain } = kernels;
  return {
    ...(wasm === undefined ? {} : { wasm: run(wasm) }),
    ...(plain === undefined ? {} : { plain: run(plain) }),
  };
}

function otherDigests(
  algorithm: Algorithm,
  run: (digest: (bytes: Uint8Array) => Uint8Array) => () => BenchValue,
): Runs {
  const native = (bytes: Uint8Array) => {
    const stream = nativeStream(algorithm);
    stream.update(bytes);
    return stream.digest();
  };
  const noble = (bytes: Uint8Array) => {
    const stream = fallbackStreams[algorithm]();
    stream.update(bytes);
    return stream.digest();
  };
  const isNative = hasEngine("native", algorithm);
  return { ...(isNative ? { native: run(native) } : {}), noble: run(noble) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts[0]?.length ?? 0;
  const all = new Uint8Array(size * parts.length);
  for (const [index, part] of parts.entries()) all.set(part, index * size);
  return all;
}

function scanCases(data: Uint8Array, kernels: Entries): BenchCase[] {
  const twin = data.slice();
  const scan = (
    kernel: string,
    workload: string,
    run: (each: Kernels) => () => BenchValue,
    others: Runs = {},
    bytes = SIZE,
  ): BenchCase => ({ kernel, workload, bytes, runs: { ...perEntry(kernels, run), ...others } });
  return [
    scan(
      "sectors",
      "form 1",
      (each) => () => {
        checkSectors(each, places.raw, rawSectorSize, RAW_SECTORS, places.out);
        return each.window.subarray(places.out, places.out + 4 * RAW_SECTORS);
      },
      {},
      RAW_SECTORS * rawSectorSize,
    ),
    scan("fill", "zeros", (each) => {
      const fill = new FillScan(each);
      return () => fill.classify(places.zeros, SECTORS, SECTOR).classes;
    }),
    scan("difference", "equal", (each) => () => {
      const { data: a, twin: b, out } = places;
      return differenceBitmap(each, { a, b, length: SIZE, size: SECTOR, out });
    }, { native: () => Buffer.compare(data, twin) }),
    scan("xxh3", "stream", (each) => () => {
      const id = new Fingerprint(each);
      id.update(places.data, SIZE);
      return id.value();
    }),
    scan(
      "xxh3",
      "sectors",
      (each) => () => sectorFingerprints(each, places.data, SECTOR, SECTORS, places.out),
    ),
    scan("chunks", "random", (each) => {
      const chunks = new ChunkStream(each, CHUNKS);
      return () => chunks.take(places.data, SIZE).length > 0 ? 1 : 0;
    }),
    scan("search", "random", (each) => {
      const search = new PatternSearch(each, PATTERNS);
      return () => {
        let found = 0;
        search.reset();
        search.take(places.data, SIZE, () => found++);
        return found;
      };
    }),
    scan("histogram", "random", (each) => {
      const histogram = new ByteHistogram(each);
      return () => {
        histogram.clear();
        histogram.add(places.data, SIZE);
        return histogram.counts().length;
      };
    }),
  ];
}

/**
 * Mode 2 form 1 sectors (CD-ROM XA) of zeros: the codes of zeros are zeros, and do not cover the header.
 */
function rawSectors(): Uint8Array {
  const all = new Uint8Array(RAW_SECTORS * rawSectorSize);
  for (let start = 0; start < all.length; start += rawSectorSize) {
    all.fill(0xff, start + 1, start + 11);
    all.set([0, 2, 0, 2], start + 12);
  }
  return all;
}
