// Measured speeds of engines: bounded, whole, and kept only where that is allowed and to be trusted.

import { assert, assertEquals } from "@std/assert";
import { shippedTable, useNative } from "../../src/kernel/engine.ts";
import { algorithms } from "../../src/kernel/kernels.ts";
import { calibrate } from "../../src/platform/calibration.ts";
import {
  cacheFolder,
  mayKeepEngineTable,
  readEngineTable,
  writeEngineTable,
} from "../../src/platform/engine_cache.ts";
import { nodeEngine } from "../../src/platform/native.ts";

/** A clock that goes on by a millisecond whenever it is looked at. */
function ticking(): { readonly now: () => number; readonly ticks: () => number } {
  let ticks = 0;
  return { now: () => ticks++, ticks: () => ticks };
}

Deno.test("calibrate() measures every kernel and every digest of the platform", () => {
  useNative(nodeEngine());
  try {
    const { now } = ticking();
    const table = calibrate({ budget: 1000, now });
    // By this clock each run takes a millisecond: 65536 bytes in it are 0.0655 GB/s.
    for (const algorithm of algorithms) {
      const { wasm, native, noble } = table[algorithm] ?? {};
      const measured = { stream: 0.0655, files: 0.0655 };
      assertEquals(wasm, measured);
      assertEquals(native, algorithm === "blake3" ? undefined : measured);
      assertEquals(noble, shippedTable[algorithm]?.noble);
    }
  } finally {
    useNative(undefined);
  }
});

Deno.test("calibrate() ends when its time is up, with the shipped speeds for the rest", () => {
  const { now, ticks } = ticking();
  assertEquals(calibrate({ budget: 0, now }), shippedTable);
  assert(ticks() < 40, `${ticks()} looks at the clock`);
  const start = performance.now();
  const table = calibrate();
  // A loaded machine may take a multiple of the 50 milliseconds; nothing takes seconds.
  assert(performance.now() - start < 2000);
  for (const algorithm of algorithms) {
    const { wasm } = table[algorithm] ?? {};
    assert(wasm !== undefined && wasm.stream > 0 && wasm.files > 0);
  }
});

Deno.test("calibrate() gives an engine that fails no speed", () => {
  useNative({
    algorithms: ["md5"],
    create: () => {
      throw new Error("not here");
    },
  });
  try {
    const table = calibrate({ budget: 100, now: ticking().now });
    assertEquals(table.md5?.native, { stream: 0, files: 0 });
    assertEquals(table.sha1?.native, shippedTable.sha1?.native);
  } finally {
    useNative(undefined);
  }
});

Deno.test("cacheFolder() asks for no permission", () => {
  // Of the variables that name it, tests may read none.
  assertEquals(cacheFolder(), undefined);
  assertEquals(readEngineTable("1", undefined), undefined);
  assertEquals(writeEngineTable("1", shippedTable, undefined), false);
});

const version = "0.0.1";

Deno.test("a kept table is read again, by the same version only", () => {
  const folder = Deno.makeTempDirSync({ prefix: "discern-cache-" });
  try {
    const own = `${folder}/new/discern`;
    assertEquals(readEngineTable(version, own), undefined);
    assert(mayKeepEngineTable(own));
    for (const factor of [1, 2]) {
      const table = calibrate({ budget: 30 * factor, now: ticking().now });
      assert(writeEngineTable(version, table, own));
      assertEquals(readEngineTable(version, own), table);
    }
    assertEquals(readEngineTable("0.0.2", own), undefined);
    assertEquals([...Deno.readDirSync(own)].map(({ name }) => name), ["engines.json"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a table that cannot be kept is no failure", () => {
  const folder = Deno.makeTempDirSync({ prefix: "discern-cache-" });
  try {
    Deno.writeTextFileSync(`${folder}/file`, "");
    assertEquals(writeEngineTable(version, shippedTable, `${folder}/file/discern`), false);
    Deno.mkdirSync(`${folder}/engines.json`);
    assertEquals(writeEngineTable(version, shippedTable, folder), false);
    assertEquals(readEngineTable(version, folder), undefined);
    assertEquals([...Deno.readDirSync(folder)].length, 2);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

type Kept = { format: string; key: string; rates: Record<string, unknown> };

const rates = { stream: 1, files: 2 };
const damages: Readonly<Record<string, (kept: Kept) => unknown>> = {
  "no object": () => [],
  null: () => null,
  "another format": (kept) => ({ ...kept, format: "discern.engines/2" }),
  "another runtime": (kept) => ({ ...kept, key: kept.key.replace("deno", "node") }),
  "no rates": ({ rates: _, ...kept }) => kept,
  "rates in a list": (kept) => ({ ...kept, rates: [] }),
  "an unknown algorithm": (kept) => ({ ...kept, rates: { ...kept.rates, md4: {} } }),
  "an algorithm that is missing": (kept) => {
    const { md5: _, ...others } = kept.rates;
    return { ...kept, rates: others };
  },
  "an unknown engine": (kept) => ({ ...kept, rates: { ...kept.rates, md5: { gpu: rates } } }),
  "a key of every object": (kept) => ({
    ...kept,
    rates: { ...kept.rates, md5: { toString: rates } },
  }),
  "a rate that is missing": (kept) => ({
    ...kept,
    rates: { ...kept.rates, md5: { wasm: { stream: 1 } } },
  }),
  "a rate too many": (kept) => ({
    ...kept,
    rates: { ...kept.rates, md5: { wasm: { ...rates, other: 1 } } },
  }),
  "a rate in words": (kept) => ({
    ...kept,
    rates: { ...kept.rates, md5: { wasm: { ...rates, files: "2" } } },
  }),
  "a rate below zero": (kept) => ({
    ...kept,
    rates: { ...kept.rates, md5: { wasm: { ...rates, files: -1 } } },
  }),
  "a rate past belief": (kept) => ({
    ...kept,
    rates: { ...kept.rates, md5: { wasm: { ...rates, files: 1e9 } } },
  }),
};

for (const [name, damage] of Object.entries(damages)) {
  Deno.test(`readEngineTable() ignores a cache with ${name}`, () => {
    const folder = Deno.makeTempDirSync({ prefix: "discern-cache-" });
    try {
      const file = `${folder}/engines.json`;
      assert(writeEngineTable(version, shippedTable, folder));
      const kept: Kept = JSON.parse(Deno.readTextFileSync(file));
      Deno.writeTextFileSync(file, JSON.stringify(kept));
      assertEquals(readEngineTable(version, folder), shippedTable);
      Deno.writeTextFileSync(file, JSON.stringify(damage(kept)));
      assertEquals(readEngineTable(version, folder), undefined);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("readEngineTable() ignores what is no JSON, and what is too long", () => {
  const folder = Deno.makeTempDirSync({ prefix: "discern-cache-" });
  try {
    const file = `${folder}/engines.json`;
    assert(writeEngineTable(version, shippedTable, folder));
    const text = Deno.readTextFileSync(file);
    for (const content of ["", "{", text.slice(0, -3), text + " ".repeat(20_000)]) {
      Deno.writeTextFileSync(file, content);
      assertEquals(readEngineTable(version, folder), undefined);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
