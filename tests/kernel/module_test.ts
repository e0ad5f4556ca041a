// The generated modules: that they are what the sources give, and what they import and export.
// Building needs to read asm/ and the environment variable CI (the compiler asks for it).

import { assert, assertEquals, assertThrows } from "@std/assert";
import { build, compile, entries } from "../../asm/build.ts";
import { algorithms, compileKernels, Kernels, layout } from "../../src/kernel/kernels.ts";
import { laneAlgorithms } from "../../src/kernel/lanes.ts";

Deno.test("module.ts is what asm/ compiles to", async () => {
  const committed = new URL("../../src/kernel/module.ts", import.meta.url);
  assert(
    await Deno.readTextFile(committed) === await build(),
    "src/kernel/module.ts is out of date: run `deno task build:wasm`",
  );
});

for (const entry of entries) {
  const simd = entry === "mod_simd";

  Deno.test(`${entry} for a shared memory is what the compiler makes for one`, async () => {
    const own = await compile(entry);
    const shared = await compile(entry, true);
    const differing = [...own.keys()].filter((at) => own[at] !== shared[at]);
    assertEquals([own.length, differing.length], [shared.length, 1]);
    compileKernels({ simd, shared: true }); // Sets that byte
    assertEquals([own[differing[0] ?? -1], shared[differing[0] ?? -1]], [1, 3]);
  });

  Deno.test(`${entry} imports its memory and room, and exports what kernels.ts names`, () => {
    const module = compileKernels({ simd });
    const imports = WebAssembly.Module.imports(module).map(({ module, name, kind }) =>
      `${module}.${name} ${kind}`
    );
    assertEquals(imports.sort(), ["env.memory memory", "env.scratch global"]);
    const names = (kind: string) =>
      WebAssembly.Module.exports(module).filter((item) => item.kind === kind)
        .map(({ name }) => name).sort();
    assertEquals(
      names("global"),
      [
        ...["SCRATCH_SIZE", "TABLES_END", "CHUNKS_STATE", "SEARCH_STATE"],
        ...["XXH3_SIZE", "XXH3_STATE"],
        ...algorithms.flatMap((
          name,
        ) => [`${name}_STATE`.toUpperCase(), `${name}_SIZE`.toUpperCase()]),
      ].sort(),
    );
    assertEquals(
      names("function"),
      [
        ...["edc", "first_nonzero", "last_nonzero", "classify_sectors", "histogram"],
        ...["difference_bitmap", "difference_run", "first_difference", "last_difference"],
        ...["chunks_init", "chunks_update", "search", "search_init"],
        ...["xxh3_init", "xxh3_update", "xxh3_finish", "xxh3_sectors"],
        ...["check_sectors", "crc16"],
        ...algorithms.flatMap((name) => [`${name}_init`, `${name}_update`, `${name}_finish`]),
        ...laneAlgorithms.map((name) => `${name}_many`),
      ].sort(),
    );
    assertEquals(names("table"), []);
  });

  Deno.test(`${entry} refuses a room that lies in the tables or past the memory`, () => {
    const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 });
    for (const room of [0, layout.firstRoom - 64, layout.firstRoom + 1, 7 * 65536]) {
      assertThrows(() =>
        new Kernels(compileKernels({ simd }), { memory, room, start: 0, length: 0 })
      );
    }
  });
}

Deno.test("the memory cannot grow and the window lies inside it", () => {
  const { window } = new Kernels(compileKernels());
  assert(window.length >= 1024 * 1024);
  assert(window.byteOffset + window.length <= window.buffer.byteLength);
});
