// An engine whose digests are wrong, as those of a broken library would be.

import type { NativeEngine, NativeStream } from "../../src/kernel/engine.ts";
import { nodeEngine } from "../../src/platform/native.ts";

/** The platform's digests; those of streams with more than 50 bytes in a piece are of other bytes. */
export function lyingEngine(): NativeEngine {
  const honest = nodeEngine();
  if (honest === undefined) throw new Error("Cannot lie: the platform has no digests");
  const lie = (stream: NativeStream): NativeStream => ({
    update: (bytes) => stream.update(bytes.length > 50 ? bytes.with(50, 1) : bytes),
    copy: () => lie(stream.copy()),
    digest: () => stream.digest(),
  });
  return {
    algorithms: honest.algorithms,
    create: (algorithm) => lie(honest.create(algorithm)),
  };
}
