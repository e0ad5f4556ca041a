// Digests against published vectors, then @noble/hashes and the bitwise CRC, then node's own.

import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Algorithm,
  algorithms,
  createDigest,
  type Digest,
  DigestSet,
} from "../../src/kernel/digest.ts";
import { type EngineName, useNative } from "../../src/kernel/engine.ts";
import { sharedKernels } from "../../src/kernel/kernels.ts";
import { nodeEngine } from "../../src/platform/native.ts";
import { crc32 } from "../reference/crc32.ts";
import { blake3Vectors, pattern, vectors } from "./vectors.ts";

useNative(nodeEngine());

const engines: readonly EngineName[] = ["wasm", "native", "noble"];

function hexOf(algorithm: Algorithm, bytes: Uint8Array, engine: EngineName = "wasm"): string {
  const digest = createDigest(algorithm, engine);
  digest.update(bytes);
  return digest.hex();
}

const hex32 = (value: number) => value.toString(16).padStart(8, "0");

const references: Record<Algorithm, (bytes: Uint8Array) => string> = {
  md5: (bytes) => md5(bytes).toHex(),
  sha1: (bytes) => sha1(bytes).toHex(),
  sha256: (bytes) => sha256(bytes).toHex(),
  sha512: (bytes) => sha512(bytes).toHex(),
  blake3: (bytes) => blake3(bytes).toHex(),
  crc32: (bytes) => hex32(crc32(bytes)),
};

function platformHex(algorithm: Algorithm, bytes: Uint8Array): string | undefined {
  if (algorithm === "blake3") return undefined; // node:crypto has none
  if (algorithm === "crc32") return hex32(zlibCrc32(bytes));
  return createHash(algorithm).update(bytes).digest("hex");
}

for (const engine of engines) {
  for (const { source, algorithm, text, times, hex } of vectors) {
    const name = `${text.slice(0, 20)}${times > 1 ? ` x ${times}` : ""}`;
    Deno.test(`createDigest() ${engine} ${algorithm} of "${name}" is that of ${source}`, () => {
      assertEquals(hexOf(algorithm, new TextEncoder().encode(text.repeat(times)), engine), hex);
    });
  }

  Deno.test(`createDigest() ${engine} blake3 gives the published test vectors`, () => {
    for (const [length, hex] of blake3Vectors) {
      assertEquals(hexOf("blake3", pattern(length), engine), hex, `length ${length}`);
    }
  });
}

// Blocks of 16, 64 and 128 bytes, chunks of 1024, the folding of crc32.ts (2400, 4800, 10592) and
// the pieces of digest.ts (131072); the window has 2097152 bytes.
const edges = [16, 32, 56, 64, 112, 128, 1024, 2048, 2400, 4800, 8192, 10592, 16384, 131072];
const window = 2 * 1024 * 1024;

for (const algorithm of algorithms) {
  Deno.test(`createDigest() ${algorithm} agrees with two others at every edge`, () => {
    const lengths = new Set([0, 1, ...[...edges, window].flatMap((n) => [n - 1, n, n + 1])]);
    const longest = pattern(window + 1);
    for (const length of lengths) {
      const bytes = longest.subarray(0, length);
      const hex = hexOf(algorithm, bytes);
      assertEquals(hex, references[algorithm](bytes), `length ${length}`);
      const platform = platformHex(algorithm, bytes);
      if (platform !== undefined) assertEquals(hex, platform, `length ${length}`);
    }
  });

  Deno.test(`createDigest() ${algorithm} does not depend on how a stream is cut`, () => {
    const message = pattern(40_000).map((byte, index) => byte ^ (index >> 8));
    const property = fc.property(
      fc.integer({ min: 0, max: message.length }),
      fc.array(fc.oneof(fc.nat(150), fc.nat(12_000)), { maxLength: 20 }),
      (length, cuts) => {
        const bytes = message.subarray(0, length);
        const digest = createDigest(algorithm, "wasm");
        let at = 0;
        for (const cut of cuts) digest.update(bytes.subarray(at, at += cut));
        digest.update(bytes.subarray(at));
        assertEquals(digest.hex(), hexOf(algorithm, bytes));
        assertEquals(digest.hex(), platformHex(algorithm, bytes) ?? references.blake3(bytes));
      },
    );
    fc.assert(property, { numRuns: 60, seed: 1 });
  });

  Deno.test(`createDigest() ${algorithm} takes every short length at every fill of a block`, () => {
    const bytes = pattern(300);
    for (let length = 0; length <= bytes.length; length += 7) {
      const expected = hexOf(algorithm, bytes.subarray(0, length), "noble");
      for (let cut = 0; cut <= length; cut++) {
        const digest = createDigest(algorithm, "wasm");
        digest.update(bytes.subarray(0, cut));
        digest.update(bytes.subarray(cut, length));
        assertEquals(digest.hex(), expected, `length ${length}, cut at ${cut}`);
      }
    }
  });

  for (const engine of engines) {
    Deno.test(`copy() ${engine} ${algorithm} goes on by itself, at any time`, () => {
      const bytes = pattern(5000);
      for (const at of [0, 1, 64, 127, 1024, 3000]) {
        const first = createDigest(algorithm, engine);
        if (at > 0) first.update(bytes.subarray(0, at));
        const second = first.copy();
        second.update(pattern(77));
        const third = first.copy();
        first.update(bytes.subarray(at));
        third.update(bytes.subarray(at));
        assertEquals(first.hex(), hexOf(algorithm, bytes, "noble"));
        assertEquals(third.hex(), first.hex());
        const joined = new Uint8Array([...bytes.subarray(0, at), ...pattern(77)]);
        assertEquals(second.hex(), hexOf(algorithm, joined, "noble"));
      }
    });

    Deno.test(`hex() ${engine} ${algorithm} leaves the stream as it was`, () => {
      const bytes = pattern(3000);
      const digest = createDigest(algorithm, engine);
      for (let at = 0; at < bytes.length; at += 500) {
        assertEquals(digest.hex(), hexOf(algorithm, bytes.subarray(0, at), "noble"));
        assertEquals(digest.hex(), digest.hex());
        digest.update(bytes.subarray(at, at + 500));
      }
    });
  }
}

Deno.test("createDigest() streams interleave in any number and order", () => {
  const streams = Array.from({ length: 300 }, (_, index) => {
    const algorithm = algorithms[index % algorithms.length] ?? "md5";
    const digest = createDigest(algorithm, index % 11 === 0 ? "noble" : "wasm");
    return { algorithm, digest, bytes: pattern(2000 + index * 13).subarray(index), at: 0 };
  });
  for (let turn = 0; streams.some(({ at, bytes }) => at < bytes.length); turn++) {
    for (const [index, stream] of streams.entries()) {
      const step = (index * 37 + turn * 101) % 700;
      stream.digest.update(stream.bytes.subarray(stream.at, stream.at + step));
      stream.at += step;
    }
  }
  for (const { algorithm, digest, bytes } of streams) {
    assertEquals(digest.hex(), hexOf(algorithm, bytes, "noble"));
  }
});

Deno.test("createDigest() serves any number of short streams that are dropped", () => {
  const kept: Digest[] = [];
  for (let index = 0; index < 120_000; index++) {
    const digest = createDigest(algorithms[index % algorithms.length] ?? "md5");
    digest.update(Uint8Array.of(index & 0xff, index >> 8));
    if (index % 20_000 === 0) kept.push(digest);
  }
  assertEquals(
    kept.map((digest) => digest.hex()),
    kept.map((_, turn) => {
      const index = turn * 20_000;
      return hexOf(
        algorithms[index % algorithms.length] ?? "md5",
        Uint8Array.of(index & 0xff, index >> 8),
        "noble",
      );
    }),
  );
});

Deno.test("createDigest() reads a view that begins and ends inside its buffer", () => {
  const bytes = pattern(1000);
  for (const algorithm of algorithms) {
    assertEquals(
      hexOf(algorithm, bytes.subarray(13, 713)),
      hexOf(algorithm, bytes.slice(13, 713), "noble"),
    );
  }
});

Deno.test("createDigest() reads shared memory", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(1000));
  shared.set(pattern(1000));
  for (const algorithm of algorithms) {
    for (const engine of engines) {
      assertEquals(hexOf(algorithm, shared, engine), hexOf(algorithm, pattern(1000)));
    }
  }
});

Deno.test("createDigest() refuses an unknown algorithm and an unknown engine", () => {
  // What a caller without types could pass
  assertThrows(() => createDigest("md4" as Algorithm), TypeError, "unknown algorithm md4");
  assertThrows(() => createDigest("toString" as Algorithm), TypeError, "unknown algorithm");
  assertThrows(() => createDigest("md5", "fast" as EngineName), TypeError, "unknown engine fast");
});

Deno.test("DigestSet gives every digest of one stream, in the order asked for", () => {
  const bytes = pattern(300_000);
  const set = new DigestSet(["crc32", "sha1", "md5", "crc32", "blake3", "sha512", "sha256"]);
  const other = new DigestSet(["md5", "blake3"]);
  for (let at = 0; at < bytes.length; at += 150_001) {
    set.update(bytes.subarray(at, at + 150_001));
    other.update(bytes.subarray(0, at));
    set.hex();
  }
  const hex = set.hex();
  assertEquals(Object.keys(hex), ["crc32", "sha1", "md5", "blake3", "sha512", "sha256"]);
  for (const algorithm of algorithms) {
    assertEquals(hex[algorithm], hexOf(algorithm, bytes, "noble"));
  }
  assertEquals(new DigestSet([]).hex(), {});
});

// A state whose count is past 2^32 must pad with that count. Its finish compresses one block, that
// is, 80, zeros and the length; the same block given as data must lead to the same chaining value.
const lengthFields = [
  { algorithm: "md5", block: 64, word: 4, bigEndian: false },
  { algorithm: "sha1", block: 64, word: 4, bigEndian: true },
  { algorithm: "sha256", block: 64, word: 4, bigEndian: true },
  { algorithm: "sha512", block: 128, word: 8, bigEndian: true },
] as const;
for (const { algorithm, block, word, bigEndian } of lengthFields) {
  Deno.test(`finish() ${algorithm} counts bytes in 64 bits`, () => {
    const kernels = sharedKernels();
    assert(kernels);
    for (const count of [2n ** 29n, 2n ** 32n + 128n, 2n ** 61n - 128n, 2n ** 63n]) {
      const padding = new Uint8Array(block);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setBigUint64(block - 8, BigInt.asUintN(64, count * 8n), !bigEndian);
      if (block === 128) view.setBigUint64(block - 16, (count * 8n) >> 64n);
      kernels.window.set(padding);
      const state = new Uint8Array(kernels.stateSize(algorithm));
      kernels.begin(algorithm);
      kernels.save(algorithm, state);
      kernels.update(algorithm, 0, block);
      const after = state.slice();
      kernels.save(algorithm, after);
      new DataView(state.buffer).setBigUint64(0, count, true);
      kernels.load(algorithm, state);
      const digest = kernels.finish(algorithm);
      const chain = after.subarray(8, 8 + digest.length);
      for (let at = 0; bigEndian && at < chain.length; at += word) {
        chain.subarray(at, at + word).reverse();
      }
      assertEquals(digest.toHex(), chain.toHex(), `count ${count}`);
    }
  });
}
