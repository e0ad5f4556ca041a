// Digests of the files that lists are about, as the pass brings them.

import { Column } from "../../model/columns.ts";
import { type Algorithm, algorithms } from "../../kernel/digest.ts";
import { toHex } from "../../kernel/hex.ts";
import { digestSizes } from "../../pass/sets.ts";
import type { Client } from "../../pass/client.ts";
import { FileDigests } from "../file_digests.ts";
import type { ProverContext } from "../prover.ts";
import type { ListEntries } from "./entries.ts";

const NONE = -1;

/** Digests by number of the file, packed. */
export class ListDigests {
  readonly #entries: ListEntries;
  readonly #files: FileDigests;
  /** Where the digests of a file begin, -1 where its bytes could not all be had. */
  readonly #at: Float64Array;
  readonly #bytes = new Column(Uint8Array);

  /** Wants the digests of all files of the entries. */
  constructor(
    context: Pick<ProverContext, "image" | "plan" | "signal" | "engines">,
    entries: ListEntries,
  ) {
    this.#entries = entries;
    this.#at = new Float64Array(entries.files).fill(NONE);
    this.#files = new FileDigests(context, (file, digests) => this.#take(file, digests));
    for (let file = 0; file < entries.files; file++) {
      const { tree, node } = entries.file(file);
      this.#files.add(tree, node, entries.algorithmsOf(file));
    }
  }

  #take(file: number, digests: Uint8Array | undefined): void {
    if (digests === undefined) return;
    this.#at[file] = this.#bytes.length;
    for (const byte of digests) this.#bytes.push(byte);
  }

  /** What the pass has to serve; to be called once. */
  clients(): readonly Client[] {
    return this.#files.clients();
  }

  /** After the pass. */
  finish(): Promise<void> {
    return this.#files.finish();
  }

  /** The digest of a file, undefined where its bytes could not all be had. */
  get(file: number, algorithm: Algorithm): string | undefined {
    const start = this.#at[file] ?? NONE;
    if (start < 0) return undefined;
    let at = start;
    for (const each of algorithms) {
      if (each === algorithm) break;
      if (this.#entries.algorithmsOf(file).includes(each)) at += digestSizes[each];
    }
    const bytes = new Uint8Array(digestSizes[algorithm]);
    for (let byte = 0; byte < bytes.length; byte++) bytes[byte] = this.#bytes.get(at + byte);
    return toHex(bytes);
  }
}
