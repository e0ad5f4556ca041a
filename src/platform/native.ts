// The digests of Node's own modules, which Deno has too: they use what the processor offers.

import type { NativeEngine, NativeStream } from "../kernel/engine.ts";
import type { Algorithm } from "../kernel/kernels.ts";

/** What node:crypto and node:zlib compute. */
const algorithms: readonly Algorithm[] = ["md5", "sha1", "sha256", "sha512", "crc32"];

type Crypto = typeof import("node:crypto");
type Zlib = typeof import("node:zlib");
type LoadBuiltin = (name: string) => unknown;

// Looked up when it is needed: in Deno even the name `process` costs as much as a small job takes.
function load(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: LoadBuiltin } }; // Other runtimes
  const loaded = process?.getBuiltinModule?.(name);
  if (loaded !== undefined) return loaded;
  throw new Error(`Cannot load ${name}: this runtime does not have it`);
}

let crypto: Crypto | undefined;
let zlib: Zlib | undefined;

function hashStream(algorithm: Algorithm): NativeStream {
  // The name of a module says which it is.
  crypto ??= load("node:crypto") as Crypto;
  return crypto.createHash(algorithm);
}

function crcStream(crc32: Zlib["crc32"], value = 0): NativeStream {
  return {
    update: (bytes) => value = crc32(bytes, value),
    copy: () => crcStream(crc32, value),
    digest() {
      const digest = new Uint8Array(4);
      new DataView(digest.buffer).setUint32(0, value);
      return digest;
    },
  };
}

/** The engine, or undefined where the runtime knows nothing of Node. Loads no module yet. */
export function nodeEngine(): NativeEngine | undefined {
  if (!("process" in globalThis)) return undefined;
  return {
    algorithms,
    create(algorithm) {
      if (algorithm !== "crc32") return hashStream(algorithm);
      zlib ??= load("node:zlib") as Zlib;
      return crcStream(zlib.crc32);
    },
  };
}
