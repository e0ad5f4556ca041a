// Many streams at once: the lanes of both entries against published vectors, node:crypto, hash-wasm
// and @noble/hashes, for any lengths, cuts and order.

import { createHash } from "node:crypto";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as hashWasm from "hash-wasm";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { type LaneAlgorithm, laneAlgorithms } from "../../src/kernel/lanes.ts";
import { pattern, vectors } from "./vectors.ts";

const noble = { md5, sha1, sha256, sha512 };

/** The digest on which three other implementations agree. */
async function digestOf(algorithm: LaneAlgorithm, bytes: Uint8Array): Promise<string> {
  const hex = createHash(algorithm).update(bytes).digest("hex");
  assertEquals(await hashWasm[algorithm](bytes), hex);
  assertEquals(noble[algorithm](bytes).toHex(), hex);
  return hex;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

type Job = {
  readonly stream: number;
  readonly bytes: Uint8Array;
  readonly ends: boolean;
};

/** Streams of one algorithm whose states, data and digests lie in the window of an instance. */
class Streams {
  readonly #kernels: Kernels;
  readonly #algorithm: LaneAlgorithm;
  readonly #count: number;
  readonly #view: DataView;
  readonly #stateSize: number;
  readonly #jobs: number;
  readonly #digests: number;
  readonly #data: number;

  constructor(kernels: Kernels, algorithm: LaneAlgorithm, count: number) {
    this.#kernels = kernels;
    this.#algorithm = algorithm;
    this.#count = count;
    const { window, exports } = kernels;
    window.fill(0xa5);
    this.#view = new DataView(window.buffer, window.byteOffset, window.length);
    this.#stateSize = kernels.stateSize(algorithm);
    this.#digests = count * this.#stateSize;
    this.#jobs = this.#digests + count * 64;
    this.#data = this.#jobs + count * 16;
    for (let stream = 0; stream < count; stream++) {
      exports[`${algorithm}_init`](this.#address(stream * this.#stateSize));
    }
  }

  /** Does `jobs`, each of another stream, in one call; `skew` moves where the data begin. */
  run(jobs: readonly Job[], skew = 0): void {
    const { window, exports } = this.#kernels;
    let data = this.#data + skew;
    for (const [index, { stream, bytes, ends }] of jobs.entries()) {
      window.set(bytes, data);
      const words = [
        this.#address(stream * this.#stateSize),
        this.#address(data),
        bytes.length,
        ends ? this.#address(this.#digests + stream * 64) : 0,
      ];
      for (const [word, value] of words.entries()) {
        this.#view.setUint32(this.#jobs + index * 16 + word * 4, value, true);
      }
      data += bytes.length + skew;
    }
    exports[`${this.#algorithm}_many`](this.#address(this.#jobs), jobs.length);
  }

  /** The same for one stream, by the function for one stream. */
  update(stream: number, bytes: Uint8Array): void {
    this.#kernels.window.set(bytes, this.#data);
    const state = this.#address(stream * this.#stateSize);
    this.#kernels.exports[`${this.#algorithm}_update`](
      state,
      this.#address(this.#data),
      bytes.length,
    );
  }

  /** Makes `count` the bytes that a stream has taken. */
  setCount(stream: number, count: bigint): void {
    this.#view.setBigUint64(stream * this.#stateSize, count, true);
  }

  /** The chaining value of a stream as a digest writes it. */
  chain(stream: number): string {
    const at = stream * this.#stateSize + 8;
    const value = this.#kernels.window.slice(at, at + noble[this.#algorithm].outputLen);
    const word = this.#algorithm === "md5" ? 1 : this.#algorithm === "sha512" ? 8 : 4;
    for (let from = 0; from < value.length; from += word) {
      value.subarray(from, from + word).reverse();
    }
    return value.toHex();
  }

  /** The digests of all streams, each of which ended. */
  hex(): string[] {
    const size = noble[this.#algorithm].outputLen;
    return Array.from({ length: this.#count }, (_, stream) => {
      const at = this.#digests + stream * 64;
      return this.#kernels.window.slice(at, at + size).toHex();
    });
  }

  #address(offset: number): number {
    return this.#kernels.window.byteOffset + offset;
  }
}

/** Lengths at which something changes: blocks of 64 and 128 bytes, and the last byte before padding. */
const edges = [0, 1, 2, 3, 54, 55, 56, 57, 63, 64, 65, 110, 111, 112, 113, 119, 120, 121]
  .concat([127, 128, 129, 191, 192, 193, 239, 240, 255, 256, 257, 1000, 4095, 4096, 4097]);

for (const simd of [false, true]) {
  const kernels = new Kernels(compileKernels({ simd }));
  const entry = simd ? "mod_simd" : "mod";

  for (const algorithm of laneAlgorithms) {
    Deno.test(`${entry} ${algorithm}_many gives the published digests`, () => {
      const rows = vectors.filter((vector) => vector.algorithm === algorithm);
      const streams = new Streams(kernels, algorithm, rows.length);
      const jobs = rows.map(({ text, times }, stream) => ({
        stream,
        bytes: new TextEncoder().encode(text.repeat(times)),
        ends: true,
      }));
      streams.run(jobs);
      assertEquals(streams.hex(), rows.map(({ hex }) => hex));
    });

    Deno.test(`${entry} ${algorithm}_many takes every edge at every alignment`, async () => {
      const longest = pattern(5000);
      const expected = await Promise.all(
        edges.map((length) => digestOf(algorithm, longest.subarray(0, length))),
      );
      for (let skew = 0; skew < 17; skew++) {
        const streams = new Streams(kernels, algorithm, edges.length);
        const jobs = edges.map((length, stream) => ({
          stream,
          bytes: longest.subarray(0, length),
          ends: true,
        }));
        streams.run(skew % 2 ? jobs : jobs.reverse(), skew);
        assertEquals(streams.hex(), expected, `skew ${skew}`);
      }
    });

    Deno.test(`${entry} ${algorithm}_many goes on at every fill of a block`, async () => {
      const bytes = pattern(300);
      for (const length of [0, 1, 55, 56, 64, 111, 112, 128, 129, 200, 256, 300]) {
        const expected = await digestOf(algorithm, bytes.subarray(0, length));
        const streams = new Streams(kernels, algorithm, length + 1);
        for (let cut = 0; cut <= length; cut++) streams.update(cut, bytes.subarray(0, cut));
        const jobs = Array.from({ length: length + 1 }, (_, cut) => ({
          stream: cut,
          bytes: bytes.subarray(cut, length),
          ends: true,
        }));
        streams.run(jobs);
        assertEquals(new Set(streams.hex()), new Set([expected]), `length ${length}`);
      }
    });

    Deno.test(`${entry} ${algorithm}_many does any number of jobs, also none`, async () => {
      const bytes = pattern(333);
      const expected = await digestOf(algorithm, bytes);
      for (const count of [0, 1, 2, 3, 4, 5, 7, 8, 9, 300]) {
        const streams = new Streams(kernels, algorithm, count);
        streams.run(Array.from({ length: count }, (_, stream) => ({ stream, bytes, ends: true })));
        assertEquals(streams.hex(), Array.from({ length: count }, () => expected));
      }
    });

    // The padding with a large count is one block; given as data, it must lead to the same chain.
    Deno.test(`${entry} ${algorithm}_many counts bytes in 64 bits`, () => {
      const counts = [2n ** 29n, 2n ** 32n - 128n, 2n ** 32n, 2n ** 61n - 128n, 2n ** 63n];
      const streams = new Streams(kernels, algorithm, counts.length);
      const others = new Streams(new Kernels(compileKernels({ simd })), algorithm, counts.length);
      const block = algorithm === "sha512" ? 128 : 64;
      for (const [stream, count] of counts.entries()) {
        const padding = new Uint8Array(block);
        padding[0] = 0x80;
        const view = new DataView(padding.buffer);
        view.setBigUint64(block - 8, BigInt.asUintN(64, count * 8n), algorithm === "md5");
        if (block === 128) view.setBigUint64(block - 16, (count * 8n) >> 64n);
        others.update(stream, padding);
        streams.setCount(stream, count);
      }
      const empty = new Uint8Array(0);
      streams.run(counts.map((_, stream) => ({ stream, bytes: empty, ends: true })));
      assertEquals(streams.hex(), counts.map((_, stream) => others.chain(stream)));
    });

    Deno.test(`${entry} ${algorithm}_many and _update share streams in any schedule`, async () => {
      const message = pattern(20_000).map((byte, index) => byte ^ (index >> 8));
      const length = fc.oneof(fc.nat(300), fc.nat(9000));
      const job = fc.record({ stream: fc.nat(11), length });
      const call = fc.record({ alone: fc.boolean(), jobs: fc.array(job, { maxLength: 12 }) });
      const property = fc.asyncProperty(
        fc.array(call, { maxLength: 8 }),
        fc.array(length, { minLength: 12, maxLength: 12 }),
        fc.nat(20),
        async (calls, ends, skew) => {
          const streams = new Streams(kernels, algorithm, ends.length);
          const taken = ends.map((): Uint8Array[] => []);
          for (const { alone, jobs } of calls) {
            const distinct = new Map(jobs.map(({ stream, length }) => [stream, length]));
            const list = [...distinct].map(([stream, length]) => ({
              stream,
              bytes: message.subarray(stream, stream + length),
              ends: false,
            }));
            for (const { stream, bytes } of list) {
              taken[stream]?.push(bytes);
              if (alone) streams.update(stream, bytes);
            }
            if (!alone) streams.run(list, skew);
          }
          const last = ends.map((length, stream) => message.subarray(stream, stream + length));
          streams.run(last.map((bytes, stream) => ({ stream, bytes, ends: true })), skew);
          const expected = last.map((bytes, stream) =>
            digestOf(algorithm, concat([...taken[stream] ?? [], bytes]))
          );
          assertEquals(streams.hex(), await Promise.all(expected));
        },
      );
      await fc.assert(property, { numRuns: 40, seed: 3 });
    });
  }
}
