// What the sweeps of contents share: what they work with, and how it is said that bytes are missing.

import type { SectorMapping } from "../model/mapping.ts";
import type { Held } from "../pass/held.ts";
import type { ContentPlan } from "./plan.ts";
import type { DigestStore } from "./store.ts";

/** What a sweep of contents works with. */
export type ContentSweepParts = {
  readonly plan: ContentPlan;
  readonly store: DigestStore;
  readonly mapping: SectorMapping;
  /** Number of the set of digests. */
  readonly set: number;
  /** Whether the contents may come to more than may be digested in all. */
  readonly bounded: boolean;
  /** Whether so many more bytes of content may be digested; they count as digested then. */
  readonly spend: (bytes: number) => boolean;
  readonly refuse: (content: number) => void;
  /** Digests a content from its stored bytes. */
  readonly digestHeld: (content: number, held: Held) => Promise<void>;
};

/** Keeps that a content stops at a byte of the file that could not be read. */
export function failContent(
  store: DigestStore,
  content: number,
  { all, left }: { readonly all: number; readonly left: number },
  offset: number,
): void {
  const reason = `${left} of ${all} bytes: offset ${offset} of the image file could not be read`;
  store.fail(content, "unreadable", reason);
}
