// The parts of a comparison by themselves: matching of names, bounded lists, sets of sectors.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FieldList, type Recorded } from "../../src/compare/fields.ts";
import { matchEntries } from "../../src/compare/match.ts";
import { differentPieces, RangeList, SectorSet } from "../../src/compare/sectors.ts";
import { sidesOf } from "../../src/compare/side.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { open } from "./support.ts";

const names = fc.array(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 60 });

Deno.test("matchEntries() pairs the k-th entry of a name with the k-th, and leaves out none", () => {
  fc.assert(
    fc.property(names, names, (a, b) => {
      const name = (list: readonly string[]) => (node: number) => list[node] ?? "";
      const matched = [...matchEntries(a.keys(), b.keys(), name(a), name(b))];
      const seenA = matched.flatMap(([node]) => node === undefined ? [] : [node]);
      const seenB = matched.flatMap(([, node]) => node === undefined ? [] : [node]);
      assertEquals(seenA.sort((x, y) => x - y), [...a.keys()]);
      assertEquals(seenB.sort((x, y) => x - y), [...b.keys()]);
      const rank = (list: readonly string[], node: number) =>
        list.slice(0, node).filter((each) => each === list[node]).length;
      const left = new Set<string>();
      for (const [one, other] of matched) {
        if (one !== undefined && other !== undefined) {
          assertEquals(a[one], b[other]);
          assertEquals(rank(a, one), rank(b, other));
        } else {left.add(
            `${one === undefined ? "b" : "a"} ${one === undefined ? b[other] : a[one]}`,
          );}
      }
      for (const each of left) assert(!left.has((each[0] === "a" ? "b" : "a") + each.slice(1)));
    }),
    { seed: 11 },
  );
});

Deno.test("SectorSet tells whether a stretch touches a marked sector", () => {
  const stretch = fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 1, max: 9000 }))
    .map(([start, length]): [number, number] => [start, Math.min(100_000, start + length)]);
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 4 }), stretch, (marked, [start, end]) => {
      const sectors = new SectorSet(100_000, 2048);
      const expected = new Set<number>();
      for (const [from, to] of marked) {
        sectors.mark(from, to);
        for (let at = from; at < to; at++) expected.add(Math.floor(at / 2048));
      }
      let touches = false;
      for (let at = start; at < end; at++) touches ||= expected.has(Math.floor(at / 2048));
      assertEquals(sectors.any(start, end), touches);
      assertEquals(sectors.count, expected.size);
    }),
    { seed: 12 },
  );
});

Deno.test("RangeList folds what is too much, and loses no byte", async (t) => {
  const [a, b] = [await fixtureImage("sample"), await fixtureImage("sample2")];
  const [sideA, sideB] = sidesOf(await open(a), await open(b));
  let unfolded = 0;
  for (const listed of [1000, 1, 3, 10, 50]) {
    await t.step(`${listed} listed`, async () => {
      const ranges = new RangeList(sideA, sideB, () => {}, listed);
      let different = 0;
      for await (const piece of differentPieces(sideA, sideB, undefined, () => {})) {
        for (const [start, end] of piece.runs()) {
          different += end - start;
          ranges.add(start, end);
        }
      }
      const all = ranges.finish();
      if (listed === 1000) unfolded = all.length;
      assert(all.length <= 2 * listed + 2);
      let told = 0;
      const covered = new Set<number>();
      for (const range of all) {
        if (range.offsetA === undefined || range.offsetB === undefined) continue;
        told += range.different;
        for (let at = range.offsetA; at < range.offsetA + range.length; at++) covered.add(at);
      }
      assertEquals(told, different);
      for (let at = 0; at < Math.min(a.length, b.length); at++) {
        if (a[at] !== b[at]) assert(covered.has(at), `byte ${at}`);
      }
      const whole = all.reduce((sum, range) => sum + (range.count ?? 1), 0);
      assertEquals(whole, unfolded);
    });
  }
});

Deno.test("FieldList counts by name what it does not list", async () => {
  const image = await open(await fixtureImage("sample"));
  const [side] = sidesOf(image, image);
  const list = new FieldList(side, side, 2);
  const recorded = (byte: number): Recorded => ({
    title: "Structure",
    clause: "1",
    start: 0,
    bytes: new Uint8Array([byte]),
    fields: () => [
      { name: "one", offset: 0, length: 1, clause: "1", role: "value", value: () => String(byte) },
    ],
  });
  for (let byte = 1; byte <= 5; byte++) list.compare(recorded(0), recorded(byte));
  const all = list.finish();
  assertEquals(all.map(({ b, count }) => [b, count]), [["1", undefined], ["2", undefined], [
    undefined,
    3,
  ]]);
});
