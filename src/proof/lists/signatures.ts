// Finds signatures beside what they sign, and lists with a signature of their own text.

import type { Image } from "../../model/image.ts";
import type { SignatureFile } from "../../model/lists.ts";
import { namespacesOf, PathIndex } from "./path_index.ts";
import type { ReadLists } from "./read.ts";

/** Names of detached signatures; what is before the ending is what they sign. */
const detached = /^(.+?)(?:\.cms)?\.(?:sig|asc|gpg|sign|minisig)$/i;
/** Signature files that are kept whole. */
const KEPT = 64;

/**
 * Finds them by name. A detached one counts where what it signs stands beside it: keys and key rings have
 * the same endings.
 */
export function findSignatures(
  image: Image,
  { lists }: Pick<ReadLists, "lists">,
): { readonly files: readonly SignatureFile[]; readonly count: number } {
  const files: SignatureFile[] = [];
  let count = 0;
  const add = (file: SignatureFile) => {
    count++;
    if (files.length < KEPT) files.push(file);
  };
  for (const { tree, node, path, isSigned } of lists) if (isSigned) add({ tree, node, path });
  const [place] = namespacesOf(image);
  if (place === undefined) return { files, count };
  const { tree, names } = place;
  const index = new PathIndex(image);
  for (let node = 1; node < names.tree.count; node++) {
    const { text } = names.name(node);
    const signed = detached.exec(text)?.[1];
    if (signed === undefined || names.type(node) !== "file") continue;
    const path = names.path(node);
    const target = path.slice(0, path.length - text.length) + signed;
    if (index.find(target) !== undefined) add({ tree, node, path });
  }
  return { files, count };
}
