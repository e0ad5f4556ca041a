// What one examination may spend over all its trees, whatever an image makes of them (LIM-002).

import type { Limits } from "../../bytes/limits.ts";

/** The limits that count over all trees. */
export type BudgetName =
  | "records"
  | "allDirectoryBytes"
  | "interleavedExtents"
  | "pathTableRecords"
  | "allContinuationBytes"
  | "attributes";

/** Counts down from the limits of an examination. */
export class Budget {
  readonly #left: Record<BudgetName, number>;
  readonly #limits: Limits;

  constructor(limits: Limits, logicalSize: number) {
    this.#limits = limits;
    this.#left = {
      records: limits.records,
      // Extents of genuine directories do not overlap; those that do could be read without end.
      allDirectoryBytes: Math.min(limits.allDirectoryBytes, 2 * logicalSize),
      interleavedExtents: limits.interleavedExtents,
      pathTableRecords: limits.pathTableRecords,
      allContinuationBytes: limits.allContinuationBytes,
      attributes: limits.attributes,
    };
  }

  /** What is left. */
  left(name: BudgetName): number {
    return this.#left[name];
  }

  /** The limit that `name` counts down from, as the caller set it. */
  limit(name: BudgetName): number {
    return this.#limits[name];
  }

  /** Takes `amount`, or takes nothing and answers false where less is left. */
  take(name: BudgetName, amount: number): boolean {
    if (this.#left[name] < amount) return false;
    this.#left[name] -= amount;
    return true;
  }
}
