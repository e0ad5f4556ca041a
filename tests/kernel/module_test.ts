// The generated module: that it is what the sources give, and what it imports and exports.
// Building needs to read asm/ and the environment variable CI (the compiler asks for it).

import { assert, assertEquals } from "@std/assert";
import { build } from "../../asm/build.ts";
import { algorithms, compileKernels, Kernels } from "../../src/kernel/kernels.ts";

Deno.test("module.ts is what asm/ compiles to", async () => {
  const committed = new URL("../../src/kernel/module.ts", import.meta.url);
  assert(
    await Deno.readTextFile(committed) === await build(),
    "src/kernel/module.ts is out of date: run `deno task build:wasm`",
  );
});

Deno.test("the module imports nothing and exports exactly what kernels.ts names", () => {
  const module = compileKernels();
  assertEquals(WebAssembly.Module.imports(module), []);
  const names = (kind: string) =>
    WebAssembly.Module.exports(module).filter((item) => item.kind === kind)
      .map(({ name }) => name).sort();
  assertEquals(names("memory"), ["memory"]);
  assertEquals(
    names("global"),
    [
      ...["ARENA", "END", "STATES", "WINDOW"],
      ...algorithms.flatMap((
        name,
      ) => [`${name}_STATE`.toUpperCase(), `${name}_SIZE`.toUpperCase()]),
    ].sort(),
  );
  assertEquals(
    names("function"),
    [
      ...["difference_run", "edc", "first_difference", "first_nonzero", "last_nonzero"],
      ...algorithms.flatMap((name) => [`${name}_init`, `${name}_update`, `${name}_finish`]),
    ].sort(),
  );
  assertEquals(names("table"), []);
});

Deno.test("the memory cannot grow and the window lies inside it", () => {
  const instance = new WebAssembly.Instance(compileKernels());
  const memory = instance.exports["memory"];
  assert(memory instanceof WebAssembly.Memory);
  let grew = true;
  try {
    memory.grow(1);
  } catch {
    grew = false;
  }
  assert(!grew);
  const { window } = new Kernels(compileKernels());
  assert(window.length >= 1024 * 1024);
  assert(window.byteOffset + window.length <= window.buffer.byteLength);
});
