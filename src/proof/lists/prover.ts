// The reader of lists inside an image: read ahead, their files digested in the pass, judged afterwards.

import type { ListFacts } from "../../model/lists.ts";
import type { ProverFactory } from "../prover.ts";
import { ListDigests } from "./digests.ts";
import { ListJudge } from "./judge.ts";
import { readLists } from "./read.ts";
import { findSignatures } from "./signatures.ts";

/** Sums files, `.treeinfo`, and the metadata of Debian and RPM repositories. */
export const listProver: ProverFactory = async (context) => {
  const { image } = context;
  const read = await readLists(context);
  const signatures = findSignatures(image, read);
  const digests = new ListDigests(context, read.entries);
  return {
    clients: digests.clients(),
    async finish(claims) {
      await digests.finish();
      const judge = new ListJudge(
        image,
        read,
        (file, algorithm) => digests.get(file, algorithm),
        claims,
      );
      const lists: ListFacts = { ...await judge.judge(), signatures };
      return { lists };
    },
  };
};
