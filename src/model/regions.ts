// The region map: every byte of the file has one owner. Claims may overlap; the tiling never does.

import { type Owner, owners } from "../bytes/span.ts";
import { Column } from "./columns.ts";

/** Whose a claim is: a node of a tree, or a name. */
export type ClaimRef =
  | { readonly tree: number; readonly node: number }
  | { readonly name: string };

/** A stretch of the file with one owner. */
export type Region = {
  /** First byte in the file. */
  readonly start: number;
  readonly length: number;
  readonly owner: Owner;
  /** Who claims it; absent for `unclaimed`. */
  readonly ref?: ClaimRef;
};

/** Two claims on the same bytes. */
export type Overlap = {
  readonly start: number;
  readonly length: number;
  readonly a: Region;
  readonly b: Region;
};

// Where claims overlap, the more specific structure owns the byte.
const rank: Readonly<Record<Owner, number>> = {
  descriptor: 90,
  "partition-table": 85,
  "path-table": 80,
  directory: 75,
  continuation: 70,
  boot: 65,
  file: 50,
  udf: 40,
  hfs: 35,
  trailer: 30,
  "system-area": 20,
  slack: 10,
  unclaimed: 0,
};

/** Rank of a boot image, which a named file of the same bytes owns before it. */
export const BOOT_IMAGE_RANK = 45;

/** Number of each owner. */
const numberOf: Readonly<Record<Owner, number>> = Object.fromEntries(
  owners.map((owner, number) => [owner, number]),
) as Record<Owner, number>; // Every owner is in the list.

const OVERLAPS_KEPT = 1000;
const NO_TREE = 0xffff;

/** Columns of claims; views, made once no more claims come. */
export type ClaimColumns = {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly rank: Uint8Array;
  /** Numbers of owners. */
  readonly owner: Uint8Array;
};

function valueAt(values: Float64Array | Uint8Array, claim: number): number {
  return values[claim] ?? 0;
}

/** Collects claims in bytes of the file, in any order. */
export class Claims {
  readonly #start = new Column(Float64Array);
  readonly #end = new Column(Float64Array);
  readonly #owner = new Column(Uint8Array);
  readonly #rank = new Column(Uint8Array);
  readonly #tree = new Column(Uint32Array);
  readonly #ref = new Column(Uint32Array);
  readonly #names: string[] = [];
  readonly #nameIndex = new Map<string, number>();

  /** Claims collected. */
  get count(): number {
    return this.#start.length;
  }

  /**
   * Makes trailers of what lies at or past the file offset `from`, where the volume ends: boot images and
   * partition tables there belong to the image, and no longer to the volume.
   */
  trailFrom(from: number): void {
    const trailing = (["boot", "partition-table", "udf", "hfs"] as const).map((owner) =>
      numberOf[owner]
    );
    const { start, owner } = this.columns();
    for (let claim = 0; claim < this.count; claim++) {
      if (valueAt(start, claim) < from || !trailing.includes(valueAt(owner, claim))) continue;
      this.#owner.set(claim, numberOf.trailer);
    }
  }

  /** Claims `[start, end)` of the file; an empty stretch is no claim. */
  add(start: number, end: number, owner: Owner, ref: ClaimRef, ownRank = rank[owner]): void {
    if (!(end > start)) return;
    if ("name" in ref) this.#push(start, end, owner, ownRank, NO_TREE, this.#intern(ref.name));
    else this.#push(start, end, owner, ownRank, ref.tree, ref.node);
  }

  /** As {@linkcode Claims.add}, for a node of a tree. */
  addFor(tree: number, node: number, owner: Owner, start: number, end: number): void {
    if (end > start) this.#push(start, end, owner, rank[owner], tree, node);
  }

  /** Stretches of `[from, to)` of the file that no claim covers, in order. */
  gaps(from: number, to: number): { readonly start: number; readonly end: number }[] {
    const { start, end } = this.columns();
    const order = Float64Array.from({ length: this.count }, (_, claim) => claim);
    order.sort((a, b) => valueAt(start, a) - valueAt(start, b));
    const gaps: { readonly start: number; readonly end: number }[] = [];
    let at = from;
    for (const claim of order) {
      if (valueAt(start, claim) >= to) break;
      if (valueAt(start, claim) > at) gaps.push({ start: at, end: valueAt(start, claim) });
      at = Math.max(at, valueAt(end, claim));
    }
    if (at < to) gaps.push({ start: at, end: to });
    return gaps;
  }

  #push(
    start: number,
    end: number,
    owner: Owner,
    rank: number,
    tree: number,
    ref: number,
  ): void {
    this.#start.push(start);
    this.#end.push(end);
    this.#owner.push(numberOf[owner]);
    this.#rank.push(rank);
    this.#tree.push(tree);
    this.#ref.push(ref);
  }

  #intern(name: string): number {
    const known = this.#nameIndex.get(name);
    if (known !== undefined) return known;
    this.#nameIndex.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  /** First byte of a claim. */
  start(claim: number): number {
    return this.#start.get(claim);
  }

  /** The byte after the last of a claim. */
  end(claim: number): number {
    return this.#end.get(claim);
  }

  /** Rank of a claim; the higher one owns the byte. */
  rank(claim: number): number {
    return this.#rank.get(claim);
  }

  /** Owner that a claim is for. */
  owner(claim: number): Owner {
    return owners[this.#owner.get(claim)] ?? "unclaimed";
  }

  /** Number of the tree of a claim by a node, or -1. */
  tree(claim: number): number {
    const tree = this.#tree.get(claim);
    return tree === NO_TREE ? -1 : tree;
  }

  /** Who makes a claim. */
  ref(claim: number): ClaimRef {
    const tree = this.#tree.get(claim);
    const ref = this.#ref.get(claim);
    return tree === NO_TREE ? { name: this.#names[ref] ?? "" } : { tree, node: ref };
  }

  /** A claim as a region of its own. */
  region(claim: number): Region {
    const start = this.start(claim);
    const length = this.end(claim) - start;
    return { start, length, owner: this.owner(claim), ref: this.ref(claim) };
  }

  /** What tiling asks for again and again, by the numbers of the claims. */
  columns(): ClaimColumns {
    return {
      start: this.#start.values(),
      end: this.#end.values(),
      rank: this.#rank.values(),
      owner: this.#owner.values(),
    };
  }

  /** Claims by start, then the longer, then the higher ranked, then the earlier. */
  sorted(): Uint32Array {
    const { start, end, rank } = this.columns();
    return new Piles((a, b) =>
      valueAt(start, a) - valueAt(start, b) || valueAt(end, b) - valueAt(end, a) ||
      valueAt(rank, b) - valueAt(rank, a) || a - b
    ).sort(this.count);
  }
}

/** Piles that claims in order are put on; what fits on none of them is sorted apart. */
const PILES = 8;

// Patience sorting of the numbers below a count. A walk claims what it meets nearly in the order of the
// image: its directories in one run and its files in another, which then need only be merged.
class Piles {
  readonly #compare: (a: number, b: number) => number;

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare;
  }

  sort(count: number): Uint32Array {
    const pileOf = new Uint8Array(count);
    const sizes = new Uint32Array(PILES + 1);
    const tops: number[] = [];
    for (let each = 0; each < count; each++) {
      let pile = 0;
      while (pile < tops.length && this.#compare(tops[pile] ?? 0, each) > 0) pile++;
      if (pile < PILES) tops[pile] = each;
      pileOf[each] = pile;
      sizes[pile] = (sizes[pile] ?? 0) + 1;
    }
    return this.#merge(this.#deal(pileOf, sizes));
  }

  /** The piles themselves, each in order. */
  #deal(pileOf: Uint8Array, sizes: Uint32Array): Uint32Array[] {
    const piles = Array.from(sizes, (size) => new Uint32Array(size));
    const used = new Uint32Array(sizes.length);
    for (let each = 0; each < pileOf.length; each++) {
      const pile = pileOf[each] ?? 0;
      const at = used[pile] ?? 0;
      const numbers = piles[pile];
      if (numbers !== undefined) numbers[at] = each;
      used[pile] = at + 1;
    }
    piles[PILES]?.sort(this.#compare);
    return piles.filter(({ length }) => length > 0);
  }

  #merge(piles: readonly Uint32Array[]): Uint32Array {
    const [only] = piles;
    if (piles.length === 1 && only !== undefined) return only;
    const merged = new Uint32Array(piles.reduce((sum, { length }) => sum + length, 0));
    const next = new Uint32Array(piles.length);
    for (let at = 0; at < merged.length; at++) {
      let least = -1;
      let from = 0;
      for (let pile = 0; pile < piles.length; pile++) {
        const head = piles[pile]?.[next[pile] ?? 0];
        if (head === undefined || (least >= 0 && this.#compare(least, head) < 0)) continue;
        least = head;
        from = pile;
      }
      merged[at] = least;
      next[from] = (next[from] ?? 0) + 1;
    }
    return merged;
  }
}

// Active claims with the owner of the next byte on top: higher rank, then later start, then earlier claim.
class Heap {
  readonly #columns: ClaimColumns;
  readonly #items: number[] = [];
  /** The end of the claim that ends last. */
  #latest = 0;

  constructor(columns: ClaimColumns) {
    this.#columns = columns;
  }

  get top(): number | undefined {
    return this.#items[0];
  }

  #before(a: number, b: number): boolean {
    const { rank, start } = this.#columns;
    return (valueAt(rank, b) - valueAt(rank, a) || valueAt(start, b) - valueAt(start, a) || a - b) <
      0;
  }

  /** Adds a claim, when all before its start is dealt with. */
  push(claim: number): void {
    const { start, end } = this.#columns;
    // Nearly every claim follows one that has ended: there is nothing to compare.
    if (valueAt(start, claim) >= this.#latest) this.#items.length = 0;
    this.#latest = Math.max(this.#latest, valueAt(end, claim));
    const items = this.#items;
    let at = items.push(claim) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#before(claim, items[up] ?? 0)) break;
      items[at] = items[up] ?? 0;
      at = up;
    }
    items[at] = claim;
  }

  pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1] ?? 0, items[child] ?? 0)) {
        child++;
      }
      if (!this.#before(items[child] ?? 0, last)) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
  }
}

/** The tiling of a file by its claims. Lengths of its regions add up to `size`, always. */
export class RegionMap {
  /** Bytes of the file. */
  readonly size: number;
  /** Overlaps of claims that are no part of each other, at most 1000 of them; {@linkcode overlapCount} has them all. */
  readonly overlaps: Overlap[] = [];
  /** Overlaps found. */
  overlapCount = 0;
  /** Pairs of files of one tree that share all of an extent. */
  readonly shared: Overlap[] = [];
  /** Such pairs found. */
  sharedCount = 0;
  readonly #claims: Claims;
  readonly #columns: ClaimColumns;
  readonly #runStart = new Column(Float64Array);
  readonly #runClaim = new Column(Int32Array);

  /** Tiles a file of `size` bytes. */
  constructor(claims: Claims, size: number) {
    this.#claims = claims;
    this.#columns = claims.columns();
    this.size = size;
    this.#tile(claims.sorted());
  }

  #tile(order: Uint32Array): void {
    const { start, end, owner } = this.#columns;
    const heap = new Heap(this.#columns);
    let done = 0;
    let widest = -1;
    let previous = -1;
    for (const claim of order) {
      done = this.#emit(heap, done, Math.min(valueAt(start, claim), this.size));
      if (previous >= 0 && this.#same(previous, claim)) {
        this.#noteShared(previous, claim);
        continue;
      }
      this.#noteOverlap(widest, claim);
      heap.push(claim);
      previous = claim;
      const kind = valueAt(owner, claim);
      const counts = kind !== numberOf.slack && kind !== numberOf["system-area"];
      if (counts && (widest < 0 || valueAt(end, claim) > valueAt(end, widest))) widest = claim;
    }
    this.#emit(heap, done, this.size);
  }

  #same(a: number, b: number): boolean {
    const { start, end, owner } = this.#columns;
    return valueAt(start, a) === valueAt(start, b) && valueAt(end, a) === valueAt(end, b) &&
      valueAt(owner, a) === valueAt(owner, b);
  }

  #noteShared(a: number, b: number): void {
    const claims = this.#claims;
    const sameTree = claims.tree(a) >= 0 && claims.tree(a) === claims.tree(b);
    const owner = claims.owner(a);
    if ((owner !== "file" && owner !== "continuation") || !sameTree) return;
    this.sharedCount++;
    if (this.shared.length >= OVERLAPS_KEPT) return;
    const region = claims.region(a);
    const { start, length } = region;
    this.shared.push({ start, length, a: region, b: claims.region(b) });
  }

  #noteOverlap(widest: number, claim: number): void {
    const { start: starts, end: ends, owner } = this.#columns;
    const kind = valueAt(owner, claim);
    if (widest < 0 || kind === numberOf.slack || kind === numberOf["system-area"]) return;
    const end = Math.min(valueAt(ends, widest), valueAt(ends, claim));
    const start = valueAt(starts, claim);
    if (end <= start || this.#isPart(widest, claim)) return;
    this.overlapCount++;
    if (this.overlaps.length >= OVERLAPS_KEPT) return;
    const [a, b] = [this.#claims.region(widest), this.#claims.region(claim)];
    this.overlaps.push({ start, length: end - start, a, b });
  }

  // A structure inside a larger one of its kind is a part of it: an entry of a boot catalogue, a header
  // in its block.
  #isPart(whole: number, claim: number): boolean {
    const claims = this.#claims;
    return claims.tree(whole) < 0 && claims.tree(claim) < 0 &&
      claims.owner(whole) === claims.owner(claim) && claims.end(claim) <= claims.end(whole);
  }

  // Runs from `done` to `until` go to the claim on top of the heap, or to nobody.
  #emit(heap: Heap, done: number, until: number): number {
    const { end } = this.#columns;
    while (done < until) {
      while (heap.top !== undefined && valueAt(end, heap.top) <= done) heap.pop();
      const top = heap.top ?? -1;
      const last = this.#runClaim.length - 1;
      if (last < 0 || this.#runClaim.get(last) !== top) {
        this.#runStart.push(done);
        this.#runClaim.push(top);
      }
      done = top < 0 ? until : Math.min(until, valueAt(end, top));
    }
    return done;
  }

  /** Number of regions. */
  get count(): number {
    return this.#runStart.length;
  }

  /** Region `index`, from 0 in the order of the file. */
  region(index: number): Region {
    const start = this.#runStart.get(index);
    const claim = this.#runClaim.get(index);
    const length = this.endOf(index) - start;
    if (claim < 0) return { start, length, owner: "unclaimed" };
    return { start, length, owner: this.#claims.owner(claim), ref: this.#claims.ref(claim) };
  }

  /** Owner of region `index`, without an object for all that is known of it. */
  ownerOf(index: number): Owner {
    const claim = this.#runClaim.get(index);
    return claim < 0 ? "unclaimed" : this.#claims.owner(claim);
  }

  /** The byte after the last of region `index`. */
  endOf(index: number): number {
    return index + 1 < this.count ? this.#runStart.get(index + 1) : this.size;
  }

  /** Index of the region that holds a byte of the file. */
  indexAt(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#runStart.get(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The region that holds a byte of the file, or undefined outside it. */
  at(offset: number): Region | undefined {
    if (offset < 0 || offset >= this.size) return undefined;
    return this.region(this.indexAt(offset));
  }

  /** Regions in the order of the file. */
  *[Symbol.iterator](): Generator<Region> {
    for (let index = 0; index < this.count; index++) yield this.region(index);
  }

  /** Bytes of each owner; owners without bytes are left out. */
  totals(): Partial<Record<Owner, number>> {
    const totals: Partial<Record<Owner, number>> = {};
    const starts = this.#runStart.values();
    const claims = this.#runClaim.values();
    for (let run = 0; run < starts.length; run++) {
      const length = (starts[run + 1] ?? this.size) - valueAt(starts, run);
      const claim = claims[run] ?? -1;
      const owner = claim < 0 ? "unclaimed" : this.#claims.owner(claim);
      totals[owner] = (totals[owner] ?? 0) + length;
    }
    return totals;
  }
}
