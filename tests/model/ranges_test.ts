// Sets of bytes: their operations against sets of numbers.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ByteRange, Ranges } from "../../src/model/ranges.ts";

const SIZE = 48;

const range = fc.record({ start: fc.nat(SIZE - 1), length: fc.nat(12) })
  .map(({ start, length }): ByteRange => ({ start, end: Math.min(SIZE, start + length) }));
const list = fc.array(range, { maxLength: 12 });

function bytesOf(ranges: Iterable<ByteRange>): Set<number> {
  const bytes = new Set<number>();
  for (const { start, end } of ranges) for (let at = start; at < end; at++) bytes.add(at);
  return bytes;
}

function sorted(bytes: Iterable<number>): number[] {
  return [...bytes].sort((a, b) => a - b);
}

Deno.test("Ranges.of() is the union, sorted, in ranges that do not touch", () => {
  fc.assert(fc.property(list, (ranges) => {
    const set = Ranges.of(ranges);
    assertEquals(sorted(bytesOf(set)), sorted(bytesOf(ranges)));
    assertEquals(set.bytes, bytesOf(ranges).size);
    let last = -1;
    for (const { start, end } of set) {
      if (start <= last || end <= start) throw new Error(`range ${start} to ${end} after ${last}`);
      last = end;
    }
  }));
});

Deno.test("operations of two sets are those of their bytes", () => {
  fc.assert(fc.property(list, list, (a, b) => {
    const [left, right] = [Ranges.of(a), Ranges.of(b)];
    const [one, other] = [bytesOf(a), bytesOf(b)];
    assertEquals(sorted(bytesOf(left.plus(right))), sorted(one.union(other)));
    assertEquals(sorted(bytesOf(left.minus(right))), sorted(one.difference(other)));
    assertEquals(sorted(bytesOf(left.and(right))), sorted(one.intersection(other)));
  }));
});

Deno.test("measure() counts the bytes of the set in a stretch", () => {
  fc.assert(fc.property(list, fc.nat(SIZE), fc.nat(SIZE), (ranges, a, b) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    const set = Ranges.of(ranges);
    const inside = [...bytesOf(ranges)].filter((at) => at >= from && at < to);
    assertEquals(set.measure(from, to), inside.length);
    assertEquals(set.has(from), bytesOf(ranges).has(from));
  }));
});
