import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Owner, owners } from "../../src/bytes/span.ts";
import { Claims, type Region, RegionMap } from "../../src/model/regions.ts";

type Claim = { start: number; end: number; owner: Owner; node: number };

// The order in which owners win a byte: what is more specific owns it.
const order: readonly Owner[] = [
  "descriptor",
  "partition-table",
  "path-table",
  "directory",
  "continuation",
  "boot",
  "file",
  "udf",
  "hfs",
  "trailer",
  "system-area",
  "slack",
];

const SIZE = 64;

function mapOf(claims: readonly Claim[], size = SIZE): RegionMap {
  const collected = new Claims();
  for (const { start, end, owner, node } of claims) {
    collected.add(start, end, owner, { tree: 0, node });
  }
  return new RegionMap(collected, size);
}

const claim = fc.record({
  start: fc.nat(SIZE + 8),
  length: fc.nat(30),
  owner: fc.constantFrom(...order),
}).map(({ start, length, owner }) => ({ start, end: start + length, owner }));

const claims = fc.array(claim, { maxLength: 24 }).map((list) =>
  list.map((each, node): Claim => ({ ...each, node }))
);

Deno.test("regions tile the file for any claims", () => {
  fc.assert(
    fc.property(claims, (list) => {
      let at = 0;
      for (const { start, length } of mapOf(list)) {
        if (start !== at || length <= 0) return false;
        at += length;
      }
      return at === SIZE;
    }),
  );
});

Deno.test("every byte belongs to the highest rank that claims it", () => {
  fc.assert(
    fc.property(claims, fc.nat(SIZE - 1), (list, byte) => {
      const here = list.filter(({ start, end }) => start <= byte && byte < end);
      const best = order.find((owner) => here.some((each) => each.owner === owner));
      return mapOf(list).at(byte)?.owner === (best ?? "unclaimed");
    }),
  );
});

Deno.test("totals() add up to the size, and at() agrees with the regions", () => {
  fc.assert(
    fc.property(claims, (list) => {
      const map = mapOf(list);
      const sum = Object.values(map.totals()).reduce((total, bytes) => total + bytes, 0);
      const same = [...map].every(({ start, length, owner }) =>
        map.at(start)?.owner === owner && map.at(start + length - 1)?.owner === owner
      );
      return sum === SIZE && same && map.at(SIZE) === undefined && map.at(-1) === undefined;
    }),
  );
});

Deno.test("an overlap is found exactly where two claims of different places share bytes", () => {
  const counted = claims.map((list) =>
    list.filter(({ owner }) => owner !== "slack" && owner !== "system-area")
  );
  fc.assert(
    fc.property(counted, (list) => {
      const whole = list.filter(({ start, end }) => end > start);
      const same = (a: Claim, b: Claim) =>
        a.start === b.start && a.end === b.end && a.owner === b.owner;
      const any = whole.some((a, index) =>
        whole.slice(index + 1).some((b) => a.start < b.end && b.start < a.end && !same(a, b))
      );
      return mapOf(list).overlapCount > 0 === any;
    }),
  );
});

Deno.test("an overlap tells its bytes and both claims", () => {
  const map = mapOf([
    { start: 0, end: 20, owner: "file", node: 1 },
    { start: 12, end: 30, owner: "file", node: 2 },
  ]);
  const [overlap] = map.overlaps;
  assertEquals([overlap?.start, overlap?.length], [12, 8]);
  assertEquals([overlap?.a.ref, overlap?.b.ref], [{ tree: 0, node: 1 }, { tree: 0, node: 2 }]);
});

Deno.test("files that share all of an extent are shared, not overlapping", () => {
  const map = mapOf([
    { start: 10, end: 20, owner: "file", node: 1 },
    { start: 10, end: 20, owner: "file", node: 2 },
    { start: 10, end: 20, owner: "file", node: 3 },
  ]);
  assertEquals([map.overlapCount, map.sharedCount], [0, 2]);
  assertEquals(map.at(10)?.ref, { tree: 0, node: 1 });
});

Deno.test("an entry inside a larger structure of its kind is a part of it, not an overlap", () => {
  const claims = new Claims();
  claims.add(0, 40, "boot", { name: "Boot Catalog" });
  claims.add(0, 10, "boot", { name: "Validation Entry" });
  claims.add(10, 20, "boot", { name: "Initial Entry" });
  claims.add(30, 50, "boot", { name: "Boot image" });
  claims.add(15, 18, "descriptor", { name: "Descriptor" });
  const map = new RegionMap(claims, SIZE);
  const found = map.overlaps.map(({ start, length }) => [start, length]);
  assertEquals(found, [[15, 3], [30, 10]]);
});

Deno.test("neighbouring claims stay regions of their own, a claim cut in two comes twice", () => {
  const map = mapOf([
    { start: 0, end: 10, owner: "file", node: 1 },
    { start: 10, end: 20, owner: "file", node: 2 },
    { start: 20, end: 50, owner: "system-area", node: 3 },
    { start: 30, end: 40, owner: "partition-table", node: 4 },
  ]);
  const nodes = [...map].map(({ start, ref }: Region) => [start, ref && "node" in ref && ref.node]);
  assertEquals(nodes, [[0, 1], [10, 2], [20, 3], [30, 4], [40, 3], [50, undefined]]);
});

Deno.test("claims outside the file, empty ones and those that are no numbers claim nothing", () => {
  const map = mapOf([
    { start: 100, end: 200, owner: "file", node: 1 },
    { start: 5, end: 5, owner: "file", node: 2 },
    { start: NaN, end: 10, owner: "file", node: 3 },
    { start: 9, end: NaN, owner: "file", node: 4 },
  ]);
  assertEquals(map.totals(), { unclaimed: SIZE });
});

Deno.test("a file of no bytes has no regions", () => {
  const map = mapOf([{ start: 0, end: 9, owner: "file", node: 1 }], 0);
  assertEquals([map.count, map.at(0), map.totals()], [0, undefined, {}]);
});

Deno.test("every owner but unclaimed has a rank of its own", () => {
  assertEquals(new Set([...order, "unclaimed"]), new Set(owners));
});

Deno.test("a quarter of a million overlapping claims take time in proportion", () => {
  const collected = new Claims();
  for (let node = 0; node < 250_000; node++) {
    collected.add(node * 10, node * 10 + 25, "file", { tree: 0, node });
  }
  const map = new RegionMap(collected, 2_500_000);
  assert(map.overlapCount >= 249_999);
  assertEquals(map.overlaps.length, 1000);
});

Deno.test("Claims.sorted() orders claims that come in any number of runs", () => {
  const counts = { one: 1, few: 3, many: 40, backwards: 400 };
  for (const [name, runs] of Object.entries(counts)) {
    const collected = new Claims();
    for (let number = 0; number < 400; number++) {
      const start = (number % runs) * -1000 + 400_000 + Math.floor(number / runs) * 3 % 100;
      const node = number;
      collected.add(start, start + 1 + number % 3, "file", { tree: 0, node });
    }
    const sorted = collected.sorted();
    const reference = Array.from({ length: collected.count }, (_, claim) => claim).sort((a, b) =>
      collected.start(a) - collected.start(b) || collected.end(b) - collected.end(a) || a - b
    );
    assertEquals([...sorted], reference, `${name}: ${runs} runs`);
  }
});
