// Digests regions that tile the file, from its bytes as they pass by in order.

import type { Span } from "../bytes/span.ts";
import type { DigestSet } from "../kernel/digest.ts";
import type { RegionPlan } from "./plan.ts";
import type { DigestStore } from "./store.ts";
import type { Follower } from "./window.ts";

/** Keeps the digests of each region of a plan once its last byte has passed. */
export class RegionFeed implements Follower {
  readonly #plan: RegionPlan;
  readonly #store: DigestStore;
  readonly #begin: (what: () => string) => DigestSet;
  #region = 0;
  #digests: DigestSet;
  /** First byte of the region that could not be had. */
  #bad: number | undefined;
  #at = 0;

  /** `begin` begins the digests of what it is told. */
  constructor(plan: RegionPlan, store: DigestStore, begin: (what: () => string) => DigestSet) {
    this.#plan = plan;
    this.#store = store;
    this.#begin = begin;
    this.#digests = this.#next();
  }

  /** Takes the bytes of the file from `offset` on: those between the last taken and it are unread. */
  take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void {
    this.#pass(offset);
    this.#pass(offset + bytes.length, bytes, unread);
  }

  /** Closes the regions that lie after the last byte taken. */
  finish(): void {
    this.#pass(Infinity);
  }

  #pass(until: number, bytes?: Uint8Array, unread: readonly Span[] = []): void {
    const from = this.#at;
    while (this.#at < until && this.#region < this.#plan.count) {
      const start = this.#at;
      const last = this.#plan.offset(this.#region) + this.#plan.length(this.#region);
      const end = Math.min(until, last);
      if (bytes === undefined) this.#bad ??= start;
      else {
        this.#digests.update(bytes.subarray(start - from, end - from));
        const bad = unread.find((span) => span.start < end && span.start + span.length > start);
        if (bad !== undefined) this.#bad ??= Math.max(start, bad.start);
      }
      this.#at = end;
      if (end === last) this.#close();
    }
  }

  #close(): void {
    if (this.#bad === undefined) this.#store.set(this.#region, this.#digests);
    else {
      const reason = `offset ${this.#bad} of the image file could not be read`;
      this.#store.fail(this.#region, "unreadable", reason);
    }
    this.#region++;
    this.#bad = undefined;
    this.#digests = this.#next();
  }

  #next(): DigestSet {
    const region = this.#region;
    return this.#begin(() =>
      `the region of ${this.#plan.length(region)} bytes at ${this.#plan.offset(region)}`
    );
  }
}
