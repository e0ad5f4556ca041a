// The readers of proofs, one line each.

import { proveFormats } from "./formats/prover.ts";
import { listProver } from "./lists/prover.ts";
import type { ProverFactory } from "./prover.ts";
import { proveBootImages } from "./boot_images.ts";
import { dvdisasterProver } from "./dvdisaster.ts";
import { hashSetProver } from "./hash_set.ts";
import { headProver } from "./file_heads.ts";
import { implantedProver } from "./implanted.ts";
import { libisofsProver } from "./libisofs_tags.ts";
import { traceProver } from "./traces.ts";

/** Every reader that a pass over the data serves. */
export const provers: readonly ProverFactory[] = [
  traceProver,
  headProver,
  hashSetProver,
  listProver,
  proveFormats,
  proveBootImages,
  implantedProver,
  dvdisasterProver,
  libisofsProver,
];
