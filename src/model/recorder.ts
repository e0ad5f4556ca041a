// Where decoders put what they find: structures by layout, faults by kind, claims on the file.

import type { Limits } from "../bytes/limits.ts";
import { logicalSpan, type Owner, SECTOR, type Span } from "../bytes/span.ts";
import type { Fault, Fields, Layout, Recorder, Structure } from "../bytes/struct.ts";
import type { SectorMapping } from "./mapping.ts";
import { type ClaimRef, Claims } from "./regions.ts";

/** Structures in the order of decoding, found by layout; of each layout at most a given number. */
export class StructureLog {
  readonly #byLayout = new Map<string, Structure[]>();
  readonly #limit: number;
  readonly #full = new Set<string>();
  readonly #onFull: (refused: Structure) => void;

  /** `onFull` is told of the first structure of each layout that there is no room for. */
  constructor(limit = Infinity, onFull: (refused: Structure) => void = () => {}) {
    this.#limit = limit;
    this.#onFull = onFull;
  }

  /** Appends a structure while there is room for its layout. */
  add(structure: Structure): void {
    const { id } = structure.layout;
    const list = this.#byLayout.get(id);
    if (list === undefined) this.#byLayout.set(id, [structure]);
    else if (list.length < this.#limit) list.push(structure);
    else if (!this.#full.has(id)) {
      this.#full.add(id);
      this.#onFull(structure);
    }
  }

  /** Structures of one layout. */
  of<F extends Fields>(layout: Layout<F>): readonly Structure<F>[] {
    // The id names one layout, so everything logged under it has its fields.
    return (this.#byLayout.get(layout.id) ?? []) as unknown as Structure<F>[];
  }

  /** All structures, one layout after the other. */
  *all(): Generator<Structure> {
    for (const list of this.#byLayout.values()) yield* list;
  }
}

/** Faults, at most a given number of each kind, with the count of all. */
export class FaultLog {
  /** The faults kept, in the order in which they were met. */
  readonly kept: Fault[] = [];
  readonly #counts = new Map<string, number>();
  readonly #limit: number;

  /** Keeps at most `limit` faults of a kind. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a fault and keeps it while there is room for its kind. */
  add(fault: Fault): void {
    const count = this.count(fault.kind) + 1;
    this.#counts.set(fault.kind, count);
    if (count <= this.#limit) this.kept.push(fault);
  }

  /** Faults of a kind, kept or not. */
  count(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }
}

/** The recorder of one examination: claims go to the file through the mapping. */
export class ImageRecorder implements Recorder {
  readonly structures: StructureLog;
  readonly faults: FaultLog;
  readonly claims: Claims = new Claims();
  readonly #mapping: SectorMapping;

  constructor(
    mapping: SectorMapping,
    limits: Pick<Limits, "faultsPerKind" | "structuresPerLayout">,
  ) {
    this.#mapping = mapping;
    this.faults = new FaultLog(limits.faultsPerKind);
    const most = limits.structuresPerLayout;
    this.structures = new StructureLog(most, ({ layout, span }) => {
      const message = `the limit of ${most} structures "${layout.title}" was reached; later ones ` +
        `are not kept`;
      this.faults.add({ kind: "limit", structure: layout.id, span, message });
    });
  }

  /** Logs a structure and claims its span. */
  structure<F extends Fields>(structure: Structure<F>): void {
    this.structures.add(structure);
    this.claim(structure.span, structure.owner, { name: structure.layout.title });
  }

  /** Logs a fault. */
  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Claims a span, cut to the file. */
  claim({ space, start, length }: Span, owner: Owner, ref: ClaimRef, rank?: number): void {
    const mapping = this.#mapping;
    const from = space === "file" ? start : mapping.boundary(start);
    const to = space === "file" ? start + length : mapping.boundary(start + length);
    this.claims.add(Math.max(0, from), Math.min(to, mapping.fileSize), owner, ref, rank);
  }

  /** Runs of whole logical sectors in `[from, to)` that nothing claims, in order. */
  *unclaimed(from: number, to: number): Generator<Span> {
    const mapping = this.#mapping;
    for (const gap of this.claims.gaps(mapping.boundary(from), mapping.boundary(to))) {
      const first = Math.ceil((gap.start - mapping.boundary(0)) / mapping.stride) * SECTOR;
      const start = Math.max(from, first);
      const sectors = Math.floor((gap.end - mapping.boundary(0)) / mapping.stride);
      if (sectors * SECTOR > start) yield logicalSpan(start, sectors * SECTOR - start);
    }
  }

  /** Claims logical bytes for a node of a tree: each file does so twice, and makes no object for it. */
  claimFor(tree: number, node: number, owner: Owner, start: number, length: number): void {
    if (length === 0) return;
    const mapping = this.#mapping;
    const to = Math.min(mapping.boundary(start + length), mapping.fileSize);
    this.claims.addFor(tree, node, owner, Math.max(0, mapping.boundary(start)), to);
  }
}
