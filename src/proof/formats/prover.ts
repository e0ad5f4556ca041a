// The reader of the proofs that the formats of files carry, and of the structure of compressed ones (zisofs).

import type { Prover, ProverContext } from "../prover.ts";
import { formats } from "./mod.ts";
import { Findings } from "./report.ts";
import { FormatSweep } from "./sweep.ts";

/** Checks the files of an image by their formats: all of them where the audit is deep. */
export function proveFormats(context: ProverContext): Promise<Prover | undefined> {
  const { image, deep, signal } = context;
  const findings = new Findings();
  const sweep = new FormatSweep(
    image,
    formats.filter(({ always }) => deep || always === true),
    findings,
    signal,
  );
  if (sweep.isEmpty) return Promise.resolve(undefined);
  return Promise.resolve({
    clients: [sweep],
    async finish(claims) {
      await sweep.finish();
      const { files, reread } = sweep;
      return { formats: { deep, files, reread, ...findings.finish(claims) } };
    },
  });
}
