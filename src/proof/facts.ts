// Facts that the audit's rules judge but may not compute: one call for all of an image.

import type { Image } from "../model/image.ts";
import type { ProofFacts } from "../model/proof.ts";
import { readBootFacts } from "./boot.ts";
import { readGptProofs } from "./gpt.ts";
import { readHfsCatalogs } from "./hfs.ts";
import { readSlips } from "./slips.ts";

/** Computes the facts of an image. Bytes that cannot be read leave a fact out; never throws on image data. */
export async function readProofFacts(image: Image): Promise<ProofFacts> {
  const slips = await readSlips(image);
  return {
    gpt: await readGptProofs(image),
    boot: await readBootFacts(image),
    hfs: await readHfsCatalogs(image),
    ...(slips.length === 0 ? {} : { slips }),
  };
}
