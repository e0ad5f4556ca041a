// What claims that fail contradict, once all claims that hold are known: every byte is decided once.

import { Column } from "../model/columns.ts";
import { RangeColumns, Ranges } from "../model/ranges.ts";

/** Ranges of claims that hold, each with the bytes of its claim and whether that is a digest. */
export type HeldClaims = {
  readonly ranges: RangeColumns;
  readonly width: Column;
  readonly isDigest: Column;
};

/** What a range of a claim that fails is: all that it covers, where the damage is, or both. */
export type Part = "covered" | "suspect" | "both";

const COVERED = 1;
const SUSPECT = 2;
const bits: Readonly<Record<Part, number>> = { covered: COVERED, suspect: SUSPECT, both: 3 };

/** No claim that fails has so many bytes. */
const MOST = Infinity;

/** Claims that fail. */
export class Contradictions {
  /** Bytes of each claim. */
  readonly #widths = new Column(Float64Array);
  /** 1 for each that rests on structure alone. */
  readonly #isWeak = new Column(Uint8Array);
  readonly #ranges = new RangeColumns();
  readonly #claim = new Column(Uint32Array);
  readonly #part = new Column(Uint8Array);

  /** Claims that fail. */
  get count(): number {
    return this.#widths.length;
  }

  /** Begins a claim over `width` bytes and returns its number; `isWeak` where it rests on structure alone. */
  begin(width: number, isWeak: boolean): number {
    this.#isWeak.push(isWeak ? 1 : 0);
    return this.#widths.push(width);
  }

  /** Adds bytes `[start, end)` of the file to a claim. */
  add(claim: number, start: number, end: number, part: Part): void {
    if (this.#ranges.add(start, end) < 0) return;
    this.#claim.push(claim);
    this.#part.push(bits[part]);
  }

  /** Bytes that are contradicted, and for each claim 1 where digests that hold refute it. */
  settle(
    held: HeldClaims,
  ): { readonly contradicted: Ranges; readonly refuted: Column<Uint8Array> } {
    const refuted = new Column(Uint8Array);
    for (let claim = 0; claim < this.count; claim++) refuted.push(0);
    if (this.#ranges.count === 0) return { contradicted: Ranges.none, refuted };
    const near = this.#near(held);
    const cells = new Cells([this.#ranges, held.ranges], [undefined, near]);
    const digests = near.filter((index) => held.isDigest.get(index) === 1);
    const checksums = near.filter((index) => held.isDigest.get(index) === 0);
    const width = (index: number) => held.width.get(index);
    const widest = cells.paint(held.ranges, digests.sort((a, b) => width(b) - width(a)), width, -1);
    // What a digest proves is contradicted by nobody; a checksum stands against wider claims only.
    const proofs = cells.paint(
      held.ranges,
      checksums.sort((a, b) => width(a) - width(b)),
      width,
      MOST,
    );
    for (let cell = 0; cell < cells.count; cell++) {
      if ((widest[cell] ?? -1) >= 0) proofs[cell] = -1;
    }
    this.#refute(cells, widest, refuted);
    const isExplained = this.#explained(refuted);
    return { contradicted: this.#contradicted(cells, proofs, refuted, isExplained), refuted };
  }

  // Of a million that hold, only those count that have a byte with one that fails.
  #near({ ranges }: HeldClaims): Uint32Array {
    const all = this.#ranges.ranges();
    const near = new Column(Uint32Array);
    for (let index = 0; index < ranges.count; index++) {
      if (all.start(all.after(ranges.start(index))) < ranges.end(index)) near.push(index);
    }
    return near.values();
  }

  #refute(cells: Cells, widest: Float64Array, refuted: Column<Uint8Array>): void {
    const least = new RangeTree(widest, Math.min, MOST);
    const isOpen = new Uint8Array(this.count);
    for (let range = 0; range < this.#ranges.count; range++) {
      const claim = this.#claim.get(range);
      if ((this.#part.get(range) & COVERED) === 0) continue;
      const [from, to] = this.#cellsOf(cells, range);
      const isRefuted = least.over(from, to) >= this.#widths.get(claim);
      if (!isRefuted) isOpen[claim] = 1;
      refuted.set(claim, isOpen[claim] === 1 ? 0 : 1);
    }
  }

  #cellsOf(cells: Cells, range: number): readonly [number, number] {
    return [cells.at(this.#ranges.start(range)), cells.at(this.#ranges.end(range))];
  }

  // Damage that one claim finds in a part of what another suspects is what that one fails for, too.
  #explained(refuted: Column<Uint8Array>): Uint8Array {
    const start = new Float64Array(this.count).fill(Infinity);
    const end = new Float64Array(this.count).fill(-Infinity);
    for (let range = 0; range < this.#ranges.count; range++) {
      const claim = this.#claim.get(range);
      if ((this.#part.get(range) & SUSPECT) === 0 || refuted.get(claim) === 1) continue;
      start[claim] = Math.min(start[claim] ?? 0, this.#ranges.start(range));
      end[claim] = Math.max(end[claim] ?? 0, this.#ranges.end(range));
    }
    const startOf = (claim: number) => start[claim] ?? 0;
    const endOf = (claim: number) => end[claim] ?? 0;
    const order = Uint32Array.from({ length: this.count }, (_, claim) => claim)
      .filter((claim) => endOf(claim) > startOf(claim))
      .sort((a, b) => startOf(b) - startOf(a) || endOf(a) - endOf(b));
    const isExplained = new Uint8Array(this.count);
    // The least end of those that begin no earlier: equal ranges explain nothing to each other. Structure
    // that cannot be decoded may never have been there: it explains nothing but structure.
    const least = [Infinity, Infinity];
    let before = [Infinity, Infinity];
    let last = -1;
    for (const claim of order) {
      const isSame = last >= 0 && startOf(last) === startOf(claim) && endOf(last) === endOf(claim);
      if (!isSame) before = [...least];
      const isWeak = this.#isWeak.get(claim);
      if ((before[isWeak] ?? Infinity) <= endOf(claim)) isExplained[claim] = 1;
      for (let kind = isWeak; kind < 2; kind++) {
        least[kind] = Math.min(least[kind] ?? Infinity, endOf(claim));
      }
      last = claim;
    }
    return isExplained;
  }

  #contradicted(
    cells: Cells,
    proofs: Float64Array,
    refuted: Column<Uint8Array>,
    isExplained: Uint8Array,
  ): Ranges {
    const most = new RangeTree(proofs, Math.max, -1);
    // A claim that leaves nothing contradicts all of its range, as if no other stood against it.
    const force = new Float64Array(this.count).fill(-MOST);
    const wanted = new Column(Uint32Array);
    for (let range = 0; range < this.#ranges.count; range++) {
      const claim = this.#claim.get(range);
      if ((this.#part.get(range) & SUSPECT) === 0 || refuted.get(claim) === 1) continue;
      if (isExplained[claim] === 1) continue;
      wanted.push(range);
      const width = this.#widths.get(claim);
      if (most.over(...this.#cellsOf(cells, range)) >= width) force[claim] = width;
    }
    const order = wanted.values();
    const reach = (range: number) => force[this.#claim.get(range)] ?? 0;
    // Here, the least width reaches the furthest: it is painted first.
    order.sort((a, b) => reach(a) - reach(b) || a - b);
    const least = cells.paint(this.#ranges, order, reach, MOST);
    const found = new RangeColumns();
    for (let cell = 0; cell < cells.count; cell++) {
      const width = least[cell] ?? MOST;
      if (width < MOST && width <= (proofs[cell] ?? MOST) || width === -MOST) {
        found.add(cells.start(cell), cells.start(cell + 1));
      }
    }
    return found.ranges();
  }
}

/** The file cut at every byte where one of some ranges begins or ends. */
class Cells {
  readonly #bounds: Float64Array;

  constructor(columns: readonly RangeColumns[], chosen: readonly (Uint32Array | undefined)[]) {
    const bounds = new Column(Float64Array);
    for (const [number, ranges] of columns.entries()) {
      const only = chosen[number];
      for (let index = 0; index < (only?.length ?? ranges.count); index++) {
        const range = only?.[index] ?? index;
        bounds.push(ranges.start(range));
        bounds.push(ranges.end(range));
      }
    }
    const sorted = bounds.values().sort();
    let count = 0;
    for (const bound of sorted) {
      if (count === 0 || sorted[count - 1] !== bound) sorted[count++] = bound;
    }
    this.#bounds = sorted.subarray(0, count);
  }

  /** Stretches between two bounds. */
  get count(): number {
    return Math.max(0, this.#bounds.length - 1);
  }

  /** First byte of a cell. */
  start(cell: number): number {
    return this.#bounds[cell] ?? Infinity;
  }

  /** The cell that begins at a bound. */
  at(bound: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start(middle) < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Gives each cell the value of the first range in `order` that has it; `none` where there is none. */
  paint(
    ranges: RangeColumns,
    order: Uint32Array,
    valueOf: (range: number) => number,
    none: number,
  ): Float64Array {
    const values = new Float64Array(this.count).fill(none);
    // The next cell without a value, from each on; ways are shortened as they are gone.
    const next = new Uint32Array(this.count + 1);
    for (let cell = 0; cell < next.length; cell++) next[cell] = cell;
    const open = (from: number) => {
      let cell = from;
      while (next[cell] !== cell) {
        next[cell] = next[next[cell] ?? cell] ?? cell;
        cell = next[cell] ?? cell;
      }
      return cell;
    };
    for (const range of order) {
      const [from, to] = [this.at(ranges.start(range)), this.at(ranges.end(range))];
      for (let cell = open(from); cell < to; cell = open(cell)) {
        values[cell] = valueOf(range);
        next[cell] = cell + 1;
      }
    }
    return values;
  }
}

/** The least or the greatest of consecutive values. */
class RangeTree {
  readonly #nodes: Float64Array;
  readonly #count: number;
  readonly #join: (a: number, b: number) => number;
  readonly #none: number;

  constructor(values: Float64Array, join: (a: number, b: number) => number, none: number) {
    this.#count = values.length;
    this.#join = join;
    this.#none = none;
    this.#nodes = new Float64Array(2 * this.#count);
    this.#nodes.set(values, this.#count);
    for (let node = this.#count - 1; node > 0; node--) {
      this.#nodes[node] = join(this.#nodes[2 * node] ?? none, this.#nodes[2 * node + 1] ?? none);
    }
  }

  /** Of the values `[from, to)`. */
  over(from: number, to: number): number {
    let result = this.#none;
    const take = (node: number) => result = this.#join(result, this.#nodes[node] ?? this.#none);
    for (
      let [left, right] = [from + this.#count, to + this.#count];
      left < right;
      left = Math.floor(left / 2), right = Math.floor(right / 2)
    ) {
      if (left % 2 === 1) take(left++);
      if (right % 2 === 1) take(--right);
    }
    return result;
  }
}
