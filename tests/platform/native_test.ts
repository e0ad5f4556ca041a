// Node's own digests behind the engine's interface: streams, copies, and when they are loaded.

import { assert, assertEquals } from "@std/assert";
import { nodeEngine } from "../../src/platform/native.ts";

const engine = nodeEngine();
assert(engine !== undefined);

const encoder = new TextEncoder();

// RFC 1321 A.5, FIPS 180-4 examples, and the check value of CRC-32 in the Rocksoft model.
const published = [
  { algorithm: "md5", text: "abc", hex: "900150983cd24fb0d6963f7d28e17f72" },
  { algorithm: "sha1", text: "abc", hex: "a9993e364706816aba3e25717850c26c9cd0d89d" },
  {
    algorithm: "sha256",
    text: "abc",
    hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  },
  { algorithm: "crc32", text: "123456789", hex: "cbf43926" },
] as const;

for (const { algorithm, text, hex } of published) {
  Deno.test(`nodeEngine() ${algorithm} of "${text}", in one piece, two, and shared memory`, () => {
    const bytes = encoder.encode(text);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 1)).subarray(1);
    shared.set(bytes);
    for (const from of [bytes, shared]) {
      const stream = engine.create(algorithm);
      stream.update(from.subarray(0, 1));
      const copy = stream.copy();
      stream.update(from.subarray(1));
      copy.update(from.subarray(1));
      assertEquals(Uint8Array.from(stream.digest()).toHex(), hex);
      assertEquals(Uint8Array.from(copy.digest()).toHex(), hex);
    }
  });
}

Deno.test("nodeEngine() is not there where nothing is known of Node", () => {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "process");
  assert(kept !== undefined && Reflect.deleteProperty(globalThis, "process"));
  try {
    assertEquals(nodeEngine(), undefined);
  } finally {
    Object.defineProperty(globalThis, "process", kept);
  }
});
