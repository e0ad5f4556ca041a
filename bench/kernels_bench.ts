// How fast is each kernel, and how does it compare with what the platform has?
// Run: deno run bench/kernels_bench.ts [rounds]. Every round times all candidates once, in turn, so
// that a busy moment falls on all; medians are printed. Results are checked before timing.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import {
  type Algorithm,
  algorithms,
  createDigest,
  DigestSet,
  firstDifference,
  firstNonZero,
  sectorEdc,
} from "../src/kernel/digest.ts";
import { crc32 as referenceCrc32 } from "../tests/reference/crc32.ts";
import { edc as referenceEdc } from "../tests/reference/edc.ts";

type Run = (bytes: Uint8Array) => string;
type Candidate = { readonly name: string; readonly run: Run; readonly peer?: Run };

/** Seeded bytes (xorshift32), since sequential bytes flatter tables. */
function pseudoRandom(length: number): Uint8Array<ArrayBuffer> {
  let state = 0x9e3779b9;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

function kernel(algorithm: Algorithm): Run {
  return (bytes) => {
    const digest = createDigest(algorithm, "wasm");
    digest.update(bytes);
    return digest.hex();
  };
}

function platform(algorithm: Algorithm): Run | undefined {
  if (algorithm === "blake3") return undefined;
  if (algorithm === "crc32") return (bytes) => zlibCrc32(bytes).toString(16).padStart(8, "0");
  return (bytes) => createHash(algorithm).update(bytes).digest("hex");
}

const zeros = new Uint8Array(16 * 1024 * 1024);
let twin = new Uint8Array(0);

const candidates: readonly Candidate[] = [
  ...algorithms.map((name): Candidate => {
    const peer = platform(name);
    return { name, run: kernel(name), ...(peer ? { peer } : {}) };
  }),
  {
    name: "md5 + sha1 + sha256",
    run: (bytes) => {
      const set = new DigestSet(["md5", "sha1", "sha256"]);
      set.update(bytes);
      return Object.values(set.hex()).join();
    },
    peer: (bytes) =>
      ["md5", "sha1", "sha256"].map((name) => createHash(name).update(bytes).digest("hex")).join(),
  },
  { name: "edc", run: (bytes) => String(sectorEdc(bytes)) },
  {
    name: "firstNonZero",
    run: (bytes) => String(firstNonZero(zeros.subarray(0, bytes.length))),
  },
  {
    name: "firstDifference",
    run: (bytes) => String(firstDifference(bytes, twin.subarray(0, bytes.length)) < 0),
    peer: (bytes) => String(Buffer.compare(bytes, twin.subarray(0, bytes.length)) === 0),
  },
];

/** Bytes a second of `run` over about 16 MiB, in pieces of the length of `bytes`. */
function rate(run: Run, bytes: Uint8Array): number {
  const times = Math.max(1, Math.round(zeros.length / bytes.length));
  const start = performance.now();
  for (let turn = 0; turn < times; turn++) run(bytes);
  return (bytes.length * times) / ((performance.now() - start) / 1000);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
const mega = (value: number) => (value / 1e6).toFixed(0).padStart(8);

function check(bytes: Uint8Array): void {
  for (const { name, run, peer } of candidates) {
    if (peer && run(bytes) !== peer(bytes)) throw new Error(`${name} disagrees with the platform`);
  }
  const head = bytes.subarray(0, 20_000);
  if (sectorEdc(head) !== referenceEdc(head)) throw new Error("edc disagrees with the reference");
  if (parseInt(kernel("crc32")(head), 16) !== referenceCrc32(head)) {
    throw new Error("crc32 disagrees with the reference");
  }
  const plain = createDigest("blake3", "noble");
  plain.update(bytes);
  if (kernel("blake3")(bytes) !== plain.hex()) throw new Error("blake3 disagrees with noble");
}

const rounds = Number(Deno.args[0] ?? 5);
for (const length of [2048, 1024 * 1024, 16 * 1024 * 1024]) {
  const bytes = pseudoRandom(length);
  twin = bytes.slice();
  check(bytes);
  const rates = candidates.map(({ run, peer }) => ({
    run,
    peer,
    own: [] as number[],
    its: [] as number[],
  }));
  for (let round = -1; round < rounds; round++) {
    for (const { run, peer, own, its } of rates) {
      const pair = [rate(run, bytes), peer ? rate(peer, bytes) : 0];
      if (round < 0) continue; // Warm-up
      own.push(pair[0] ?? 0);
      its.push(pair[1] ?? 0);
    }
  }
  console.log(`\n${length} bytes a call    kernel MB/s  platform MB/s  ratio`);
  for (const [index, { name, peer }] of candidates.entries()) {
    const own = median(rates[index]?.own ?? []);
    const its = median(rates[index]?.its ?? []);
    const versus = peer ? `${mega(its)}       ${(own / its).toFixed(2)}` : "       -";
    console.log(`  ${name.padEnd(22)} ${mega(own)}       ${versus}`);
  }
}
