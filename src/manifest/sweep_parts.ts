// What the sweeps of contents share: where bytes are missing, and how that is said.

import type { Span } from "../bytes/span.ts";
import type { SectorMapping } from "../model/mapping.ts";
import type { Extent } from "../model/tree.ts";
import type { Held } from "./held.ts";
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

/** Bytes of extents, from the first one on, that the image does not have. */
export function missingBytes(
  extents: readonly Extent[],
  { logicalStart, logicalSize }: SectorMapping,
): number {
  let missing = 0;
  for (const { start, length } of extents) {
    const there = start < logicalStart ? 0 : Math.max(0, Math.min(length, logicalSize - start));
    missing = missing > 0 ? missing + length : length - there;
  }
  return missing;
}

/** The first byte of `[from, to)` that the storage refused. */
export function firstUnread(
  unread: readonly Span[],
  from: number,
  to: number,
): number | undefined {
  const bad = unread.find(({ start, length }) => start < to && start + length > from);
  return bad === undefined ? undefined : Math.max(from, bad.start);
}

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
