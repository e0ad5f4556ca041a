// Which engine serves, what happens where one is missing, refuses or lies. Realms of test files are
// their own, so what is handed in here stays here.

import { createHash } from "node:crypto";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createDigest, DigestSet } from "../../src/kernel/digest.ts";
import {
  EngineError,
  engineFor,
  enginesFor,
  engineTable,
  type NativeEngine,
  shippedTable,
  useEngineTable,
  useNative,
} from "../../src/kernel/engine.ts";
import { type Algorithm, algorithms, sharedKernels } from "../../src/kernel/kernels.ts";
import { nodeEngine } from "../../src/platform/native.ts";
import { lyingEngine } from "../support/lying_engine.ts";
import { pattern } from "./vectors.ts";

const node = nodeEngine();
if (node === undefined) throw new Error("Cannot test engines: the platform has no digests");
const all: NativeEngine = node;

/** Runs `work` with an engine handed in, and takes it away. */
function having<T>(engine: NativeEngine | undefined, work: () => T): T {
  useNative(engine);
  try {
    return work();
  } finally {
    useNative(undefined);
    useEngineTable(undefined);
  }
}

const chosen = (workload: "stream" | "files") =>
  algorithms.map((algorithm) => `${algorithm} ${engineFor(algorithm, workload)}`).join(", ");

Deno.test("engineFor() takes what the shipped table has as the fastest", () => {
  having(all, () => {
    const streams =
      "md5 wasm, sha1 native, sha256 native, sha512 native, blake3 wasm, crc32 native";
    assertEquals(chosen("stream"), streams);
    assertEquals(chosen("files"), streams.replace("sha512 native", "sha512 wasm"));
  });
});

Deno.test("engineFor() takes the kernels where there is no native engine", () => {
  const expected = algorithms.map((algorithm) => `${algorithm} wasm`).join(", ");
  assertEquals([chosen("stream"), chosen("files")], [expected, expected]);
  assertEquals([...enginesFor("sha256")], ["wasm", "noble"]);
});

Deno.test("engineFor() goes by the table of the machine", () => {
  having(all, () => {
    const slow = { stream: 0.1, files: 0.1 };
    useEngineTable({
      sha256: { native: { stream: 0.3, files: 0.3 }, wasm: { stream: 0.2, files: 0.4 } },
      md5: { native: { stream: 0.3, files: 0.3 }, noble: slow },
    });
    assertEquals([engineFor("sha256", "stream"), engineFor("sha256", "files")], ["native", "wasm"]);
    assertEquals([...enginesFor("md5")], ["native", "noble", "wasm"]);
    assertEquals([...enginesFor("sha1")], ["wasm", "native", "noble"]);
    useEngineTable(undefined);
    assertEquals(engineTable(), shippedTable);
  });
});

Deno.test("engineFor() does not load the platform's digests for small work", () => {
  having(all, () => {
    assertEquals(engineFor("sha256", "stream", 100_000), "wasm");
    assertEquals(engineFor("sha256", "stream", 100_000_000), "native");
    createDigest("sha256", "native");
    assertEquals(engineFor("sha256", "stream", 100_000), "native", "once they are loaded");
  });
});

Deno.test("createDigest() leaves to others what the platform lacks or refuses", () => {
  const refusing: NativeEngine = {
    algorithms,
    create(algorithm) {
      if (algorithm === "md5") throw new Error("not approved");
      return all.create(algorithm);
    },
  };
  having(all, () => assertEquals(createDigest("blake3", "native").hex().slice(0, 8), "af1349b9"));
  having(refusing, () => {
    useEngineTable({ md5: { native: { stream: 9, files: 9 } } });
    assertEquals(createDigest("md5").hex(), "d41d8cd98f00b204e9800998ecf8427e");
    assertThrows(() => createDigest("md5", "native"), EngineError, "too few engines");
  });
});

Deno.test("createDigest() with engine native fails where none is handed in", () => {
  assertThrows(() => createDigest("md5", "native"), EngineError, "there is no native engine");
});

Deno.test("a cross-checked digest is that of each engine, over any pieces and copies", () => {
  having(all, () => {
    const bytes = pattern(300_000);
    for (const engine of ["auto", "wasm", "native", "noble"] as const) {
      const set = new DigestSet(algorithms, { engine, crossCheck: true });
      const one = createDigest("sha1", { engine, crossCheck: true });
      for (let at = 0; at < bytes.length; at += 70_001) {
        set.update(bytes.subarray(at, at + 70_001));
        one.copy().update(bytes);
        one.update(bytes.subarray(at, at + 70_001));
      }
      const plain = new DigestSet(algorithms, "noble");
      plain.update(bytes);
      assertEquals(set.hex(), plain.hex(), engine);
      assertEquals(one.copy().hex(), plain.hex().sha1);
    }
  });
});

Deno.test("a cross-check names the algorithm, what was digested, and both values", () => {
  having(lyingEngine(), () => {
    const algorithms: readonly Algorithm[] = ["blake3", "sha256"];
    const what = () => "/README.md";
    const bytes = new Uint8Array(101);
    const hex = (of: Uint8Array) => createHash("sha256").update(of).digest("hex");
    const [honest, lie] = [hex(new Uint8Array(151)), hex(new Uint8Array(151).with(100, 1))];
    for (const engine of ["auto", "wasm", "native", "noble"] as const) {
      const set = new DigestSet(algorithms, { engine, crossCheck: true, what });
      set.update(bytes.subarray(0, 50));
      set.hex();
      set.update(bytes);
      const { message } = assertThrows(() => set.hex(), EngineError, "sha256 of /README.md: ");
      for (const value of [honest, lie]) assert(message.includes(value), message);
      for (const name of engine === "auto" ? ["native"] : ["native", engine]) {
        assert(message.includes(`engine ${name} `), message);
      }
    }
    const single = createDigest("crc32", { crossCheck: true });
    single.update(bytes);
    assertThrows(() => single.copy().hex(), EngineError, "crc32 of a stream: ");
  });
});

Deno.test("DigestSet reads bytes that lie in the window of the kernels where they are", () => {
  having(all, () => {
    const kernels = sharedKernels();
    if (kernels === undefined) throw new Error("Cannot test the window: no WebAssembly");
    const bytes = pattern(400_000);
    kernels.window.set(bytes, 5);
    const set = new DigestSet(algorithms, "auto");
    set.update(kernels.window.subarray(5, 400_005));
    assertEquals(kernels.window.subarray(5, 400_005), bytes);
    const plain = new DigestSet(algorithms, "noble");
    plain.update(bytes);
    assertEquals(set.hex(), plain.hex());
  });
});
