// Files whose digest is in a set of known ones that the user gave.

import type { FileList } from "./signature_facts.ts";

/** What of an image is in a set of digests. */
export type HashSetFacts = {
  /** What the set is called. */
  readonly name: string;
  /** Digests in it. */
  readonly size: number;
  /** Files that were looked for, and those of them that could not be read whole. */
  readonly files: number;
  readonly unread: number;
  /** Files found, each with the name that the set has for it. */
  readonly found: FileList;
};
