import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteStrings, Column } from "../../src/model/columns.ts";

Deno.test("Column keeps every value as it grows", () => {
  for (const count of [0, 1, 63, 64, 65, 128, 65535, 65536, 65537, 131073]) {
    const column = new Column(Float64Array);
    for (let index = 0; index < count; index++) {
      assertEquals(column.push(index * 1.5), index);
    }
    assertEquals(column.length, count);
    for (let index = 0; index < count; index += Math.max(1, Math.floor(count / 500))) {
      assertEquals(column.get(index), index * 1.5);
    }
    assertEquals([column.get(count), column.get(-1)], [0, 0]);
  }
});

Deno.test("Column.set() replaces, and refuses what was never pushed", () => {
  const column = new Column(Int32Array);
  for (let index = 0; index < 70_000; index++) column.push(-index);
  column.set(69_999, 5);
  column.set(0, 7);
  assertEquals([column.get(0), column.get(1), column.get(69_999)], [7, -1, 5]);
  assertThrows(() => column.set(70_000, 1), RangeError, "70000");
  assertThrows(() => column.set(-1, 1), RangeError);
});

Deno.test("ByteStrings give back what was pushed, also through growth and new chunks", () => {
  const length = fc.oneof(fc.nat(300), fc.constantFrom(0, 0xffff, 40_000));
  fc.assert(
    fc.property(fc.array(length, { maxLength: 60 }), (lengths) => {
      const strings = new ByteStrings();
      for (const [index, length] of lengths.entries()) {
        strings.push(new Uint8Array(length).fill(index + 1));
      }
      return strings.count === lengths.length && lengths.every((length, index) => {
        const bytes = strings.get(index);
        return bytes.length === length && bytes.every((byte) => byte === index + 1);
      });
    }),
    { numRuns: 40 },
  );
});

Deno.test("ByteStrings are empty outside their list, and where a chunk is just full", () => {
  const strings = new ByteStrings();
  for (let index = 0; index < 32; index++) strings.push(new Uint8Array(32_768).fill(index));
  strings.push(new Uint8Array(0));
  assertEquals(strings.get(32).length, 0);
  strings.push(new Uint8Array([7]));
  assertEquals([31, 32, 33].map((index) => strings.get(index).length), [32_768, 0, 1]);
  assertEquals([-1, 34].map((index) => strings.get(index).length), [0, 0]);
});

Deno.test("ByteStrings keep views right that were taken before they grew", () => {
  const strings = new ByteStrings();
  strings.push(new Uint8Array([1, 2, 3]));
  const view = strings.get(0);
  for (let index = 0; index < 1000; index++) strings.push(new Uint8Array(100).fill(9));
  assertEquals([...view], [1, 2, 3]);
  assertEquals([...strings.get(0)], [1, 2, 3]);
});

Deno.test("ByteStrings refuse a string that their lengths cannot hold", () => {
  assertThrows(() => new ByteStrings().push(new Uint8Array(65_536)), RangeError, "65536");
});
