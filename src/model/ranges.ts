// Sets of bytes as sorted ranges that do not touch: a million of them cost their numbers, no objects.

import { Column } from "./columns.ts";

/** Bytes `[start, end)`. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Collects ranges in any order; they may overlap. */
export class RangeColumns {
  readonly #start = new Column(Float64Array);
  readonly #end = new Column(Float64Array);

  /** Ranges collected. */
  get count(): number {
    return this.#start.length;
  }

  /** Adds bytes `[start, end)` and returns the number of the range, or -1 where that is none. */
  add(start: number, end: number): number {
    if (!(end > start)) return -1;
    this.#end.push(end);
    return this.#start.push(start);
  }

  /** First byte of a range. */
  start(index: number): number {
    return this.#start.get(index);
  }

  /** The byte after the last of a range. */
  end(index: number): number {
    return this.#end.get(index);
  }

  /** Numbers of the ranges, by their first byte. */
  inOrder(): Uint32Array {
    const order = new Uint32Array(this.count);
    let isSorted = true;
    for (let index = 0; index < order.length; index++) {
      order[index] = index;
      if (index > 0 && this.start(index) < this.start(index - 1)) isSorted = false;
    }
    return isSorted ? order : order.sort((a, b) => this.start(a) - this.start(b));
  }

  /** All of them as a set. */
  ranges(): Ranges {
    return this.rangesOf(this.inOrder());
  }

  /** Those of `order`, which names ranges by their first byte, that `isWanted` picks. */
  rangesOf(order: Uint32Array, isWanted: (index: number) => boolean = () => true): Ranges {
    const joined = new Joined();
    for (const index of order) {
      if (isWanted(index)) joined.add(this.start(index), this.end(index));
    }
    return joined.ranges();
  }
}

/** Joins ranges that come by their first byte. */
class Joined {
  readonly #start = new Column(Float64Array);
  readonly #end = new Column(Float64Array);
  #last = -Infinity;

  add(start: number, end: number): void {
    if (!(end > start)) return;
    if (start > this.#last) {
      this.#start.push(start);
      this.#end.push(end);
      this.#last = end;
    } else if (end > this.#last) {
      this.#end.set(this.#end.length - 1, end);
      this.#last = end;
    }
  }

  ranges(): Ranges {
    return new Ranges(this.#start.values(), this.#end.values());
  }
}

/** A set of bytes. Nothing in it changes any more. */
export class Ranges {
  /** No byte. */
  static readonly none: Ranges = new Ranges(new Float64Array(0), new Float64Array(0));
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  /** Bytes of all ranges before each. */
  readonly #before: Float64Array;
  /** Bytes in the set. */
  readonly bytes: number;

  /** Takes ranges that are sorted and do not touch; they are not copied. */
  constructor(start: Float64Array, end: Float64Array) {
    this.#start = start;
    this.#end = end;
    this.#before = new Float64Array(start.length);
    let bytes = 0;
    for (let index = 0; index < start.length; index++) {
      this.#before[index] = bytes;
      bytes += this.end(index) - this.start(index);
    }
    this.bytes = bytes;
  }

  /** The union of ranges in any order. */
  static of(ranges: Iterable<ByteRange>): Ranges {
    const columns = new RangeColumns();
    for (const { start, end } of ranges) columns.add(start, end);
    return columns.ranges();
  }

  /** How many ranges there are. */
  get count(): number {
    return this.#start.length;
  }

  /** First byte of range `index`. */
  start(index: number): number {
    return this.#start[index] ?? Infinity;
  }

  /** The byte after the last of range `index`. */
  end(index: number): number {
    return this.#end[index] ?? Infinity;
  }

  /** The first range that ends after `at`; {@linkcode Ranges.count} where there is none. */
  after(at: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.end(middle) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Bytes of the set in `[start, end)`. */
  measure(start: number, end: number): number {
    return end > start ? this.#bytesBefore(end) - this.#bytesBefore(start) : 0;
  }

  #bytesBefore(at: number): number {
    const index = this.after(at);
    const whole = this.#before[index] ?? this.bytes;
    return whole + Math.max(0, at - Math.min(at, this.start(index)));
  }

  /** Whether a byte is in the set. */
  has(at: number): boolean {
    return this.start(this.after(at)) <= at;
  }

  /** The set without the bytes of another one. */
  minus(other: Ranges): Ranges {
    if (other.count === 0) return this;
    const left = new Joined();
    for (const { start, end } of this) {
      let at = start;
      for (let index = other.after(start); other.start(index) < end; index++) {
        left.add(at, other.start(index));
        at = other.end(index);
      }
      left.add(at, end);
    }
    return left.ranges();
  }

  /** The bytes of either set. */
  plus(other: Ranges): Ranges {
    if (other.count === 0) return this;
    if (this.count === 0) return other;
    const both = new Joined();
    for (let [a, b] = [0, 0]; a < this.count || b < other.count;) {
      if (this.start(a) <= other.start(b)) both.add(this.start(a), this.end(a++));
      else both.add(other.start(b), other.end(b++));
    }
    return both.ranges();
  }

  /** The bytes of both sets. */
  and(other: Ranges): Ranges {
    const common = new Joined();
    for (const { start, end } of this) {
      for (let index = other.after(start); other.start(index) < end; index++) {
        common.add(Math.max(start, other.start(index)), Math.min(end, other.end(index)));
      }
    }
    return common.ranges();
  }

  /** The ranges in order. */
  *[Symbol.iterator](): Generator<ByteRange> {
    for (let index = 0; index < this.count; index++) {
      yield { start: this.start(index), end: this.end(index) };
    }
  }
}
