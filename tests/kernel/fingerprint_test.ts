// XXH3-128 in both entries against the vectors of xxHash, the reference and hash-wasm.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { xxhash128 } from "hash-wasm";
import { Fingerprint, fingerprintSize, sectorFingerprints } from "../../src/kernel/fingerprint.ts";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { xxh3, xxh3OfLength } from "../reference/xxh3.ts";
import { pattern } from "./vectors.ts";

/** Length of the input and its XXH3-128: those of xxHash's cli/xsum_sanity_check.c with seed 0. */
const vectors: readonly (readonly [number, string])[] = [
  [0, "99aa06d3014798d86001c324468d497f"],
  [1, "a6cd5e9392000f6ac44bdff4074eecdb"],
  [6, "082afe0b8162d12a3e7039bdda43cfc6"],
  [12, "6e3efd8fc7802b18061a192713f69ad9"],
  [24, "0ce966e4678d37611e7044d28b1b901d"],
  [48, "a002ac4e5478227ef942219aed80f67b"],
  [81, "4952f58181ab00425e8bafb9f95fb803"],
  [222, "337e09641b948717f1aebd597cec6b3a"],
  [403, "1b6de21e332dd73dcdeb804d65c6dea4"],
  [512, "18d2d110dcc9bca1617e49599013cb6b"],
  [2048, "f736557fd47073a5dd59e2c3a5f038e0"],
  [2240, "ccb134fbfa7ce49d6e73a90539cf2948"],
  [2367, "e89c0f6ff369b427cb37aeb9e5d361ed"],
];

/** The input of those vectors. */
function sanityBytes(length: number): Uint8Array {
  let generator = 0x9e3779b1n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(generator >> 56n);
    generator = BigInt.asUintN(64, generator * 0x9e3779b185ebca8dn);
    return byte;
  });
}

// The classes of lengths, stripes of 64, the ring of 256, blocks of 1024 and their neighbours
const edges = [
  ...[3, 8, 16, 32, 64, 96, 128, 160, 192, 224, 240, 256, 320, 512, 1024, 1088, 2048, 2352, 4096],
  ...[8192, 16384, 65536, 131072],
];
const lengths = [...new Set([0, 1, ...edges.flatMap((edge) => [edge - 1, edge, edge + 1])])];

const message = pattern(140_000).map((byte, index) => byte ^ (index >> 9));

Deno.test("the reference of XXH3-128 gives the vectors of xxHash and agrees with hash-wasm", async () => {
  for (const [length, hex] of vectors) {
    assertEquals(xxh3(sanityBytes(length)), hex, `length ${length}`);
  }
  for (const length of lengths) {
    const bytes = message.subarray(0, length);
    assertEquals(xxh3(bytes), await xxhash128(bytes), `length ${length}`);
  }
});

for (const simd of [false, true]) {
  const entry = simd ? "with vectors" : "plain";
  const kernels = new Kernels(compileKernels({ simd }));

  /** The id of window bytes `[offset, offset + length)`, taken in pieces that end at `cuts`. */
  const fingerprint = (offset: number, length: number, cuts: readonly number[] = []): string => {
    const stream = new Fingerprint(kernels);
    let from = 0;
    for (const to of [...cuts, length]) {
      stream.update(offset + from, to - from);
      from = to;
    }
    return stream.value().toHex();
  };

  Deno.test(`Fingerprint ${entry} gives the vectors of xxHash`, () => {
    kernels.window.set(sanityBytes(2367));
    for (const [length, hex] of vectors) {
      assertEquals(fingerprint(0, length), hex, `length ${length}`);
      assertEquals(sectorFingerprints(kernels, 0, length, 1, 4096).toHex(), hex);
    }
  });

  Deno.test(`Fingerprint ${entry} agrees with hash-wasm at every edge, at any address`, async () => {
    for (const [turn, length] of lengths.entries()) {
      const bytes = message.subarray(0, length);
      kernels.window.set(bytes, turn % 67);
      assertEquals(fingerprint(turn % 67, length), await xxhash128(bytes), `length ${length}`);
    }
  });

  Deno.test(`Fingerprint ${entry} agrees with hash-wasm at every length up to 1200`, async () => {
    kernels.window.set(message);
    for (let length = 0; length <= 1200; length++) {
      const expected = await xxhash128(message.subarray(0, length));
      assertEquals(fingerprint(0, length), expected, `length ${length}`);
      assertEquals(sectorFingerprints(kernels, 0, length, 1, 2000).toHex(), expected);
    }
  });

  Deno.test(`Fingerprint ${entry} does not depend on where a stream is cut in two`, () => {
    kernels.window.set(message);
    for (const length of [200, 240, 241, 256, 257, 320, 500, 1024, 1025, 1088, 2048, 2400]) {
      const whole = xxh3(message.subarray(0, length));
      for (let cut = 0; cut <= length; cut++) {
        assertEquals(fingerprint(0, length, [cut]), whole, `${length} bytes cut at ${cut}`);
      }
    }
  });

  Deno.test(`Fingerprint ${entry} does not depend on how a stream is cut`, async () => {
    kernels.window.set(message);
    const length = fc.oneof(fc.nat(600), fc.nat(5000), fc.nat(message.length));
    const piece = fc.oneof(fc.nat(20), fc.nat(300), fc.nat(3000), fc.nat(40).map((n) => n * 64));
    const property = fc.asyncProperty(
      length,
      fc.array(piece, { maxLength: 40 }),
      async (length, pieces) => {
        let end = 0;
        const cuts = pieces.map((size) => end = Math.min(length, end + size));
        const expected = await xxhash128(message.subarray(0, length));
        assertEquals(fingerprint(0, length, cuts), expected);
      },
    );
    await fc.assert(property, { numRuns: 200, seed: 5 });
  });

  Deno.test(`Fingerprint ${entry} streams and their copies go on by themselves`, () => {
    kernels.window.set(message);
    const streams = Array.from({ length: 12 }, (_, index) => ({
      stream: new Fingerprint(kernels),
      start: 41 * index,
      at: 0,
    }));
    for (let turn = 0; turn < 30; turn++) {
      for (const [index, item] of streams.entries()) {
        const step = (index * 37 + turn * 101) % 400;
        const other = item.stream.copy();
        item.stream.update(item.start + item.at, step);
        const before = message.subarray(item.start, item.start + item.at);
        assertEquals(other.value().toHex(), xxh3(before));
        item.at += step;
        other.update(7, 99);
        const joined = Uint8Array.from([...before, ...message.subarray(7, 106)]);
        if (turn % 6 === 0) assertEquals(other.value().toHex(), xxh3(joined));
      }
    }
    for (const { stream, start, at } of streams) {
      assertEquals(stream.value().toHex(), xxh3(message.subarray(start, start + at)));
    }
  });

  Deno.test(`xxh3_finish ${entry} counts bytes in 64 bits`, () => {
    kernels.window.set(message);
    const { exports } = kernels;
    const state = kernels.take(exports.XXH3_STATE.value);
    const out = kernels.take(exports.XXH3_SIZE.value);
    for (const more of [2n ** 32n, 2n ** 53n, 3n * 2n ** 62n]) {
      for (const [before, after] of [[1000, 0], [1024, 1], [1500, 3000], [2048, 64]] as const) {
        exports.xxh3_init(state.byteOffset);
        exports.xxh3_update(state.byteOffset, kernels.address(0, before), before);
        const view = new DataView(state.buffer, state.byteOffset);
        view.setBigUint64(0, BigInt(before) + more, true);
        exports.xxh3_update(state.byteOffset, kernels.address(before, after), after);
        exports.xxh3_finish(state.byteOffset, out.byteOffset);
        const length = before + after;
        const expected = xxh3OfLength(message.subarray(0, length), BigInt(length) + more);
        assertEquals(out.toHex(), expected, `${more} + ${length} bytes`);
      }
    }
  });

  Deno.test(`sectorFingerprints() ${entry} gives the id of each sector`, async () => {
    for (const size of [1, 16, 100, 240, 241, 512, 2048, 2336, 2352, 4096]) {
      const count = Math.min(40, Math.floor(message.length / size));
      for (const offset of [0, 5]) {
        kernels.window.set(message, offset);
        kernels.window.fill(0xee, 200_000, 210_000);
        const ids = sectorFingerprints(kernels, offset, size, count, 200_003);
        assertEquals(ids.length, fingerprintSize * count);
        for (let at = 0; at < count; at++) {
          const sector = message.subarray(at * size, (at + 1) * size);
          const id = ids.subarray(at * fingerprintSize, (at + 1) * fingerprintSize);
          assertEquals(id.toHex(), await xxhash128(sector), `sector ${at} of ${size} bytes`);
        }
        assertEquals(kernels.window[200_002], 0xee);
        assertEquals(kernels.window[200_003 + ids.length], 0xee);
      }
    }
    assertEquals(sectorFingerprints(kernels, 0, 2048, 0, 0).length, 0);
  });

  Deno.test(`sectorFingerprints() and Fingerprint ${entry} refuse ranges that do not fit`, () => {
    const { length } = kernels.window;
    const refused: readonly (readonly [number, number, number, number])[] = [
      [0, 2048, length / 2048 + 1, 0],
      [length - 2047, 2048, 1, 0],
      [-1, 2048, 1, 4096],
      [0, 2048, -1, 4096],
      [0, 2048.5, 2, 8192],
      [0, -16, 1, 4096],
      [0, 2048, 1, length - 15],
      [0, 2048, 4, 8191],
      [100, 2048, 4, 37],
      [0, NaN, 1, 0],
    ];
    for (const [offset, size, count, into] of refused) {
      assertThrows(() => sectorFingerprints(kernels, offset, size, count, into), RangeError);
    }
    sectorFingerprints(kernels, 64, 2048, 4, 0);
    sectorFingerprints(kernels, 0, 2048, 4, 8192);
    assertThrows(() => new Fingerprint(kernels).update(length - 1, 2), RangeError);
  });
}
