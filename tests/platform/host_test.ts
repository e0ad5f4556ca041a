// What the storage around an image says, and that nothing is asked for that is not permitted.

import { assert, assertEquals } from "@std/assert";
import { hostFacts } from "../../src/platform/host.ts";

const root = new URL("../../", import.meta.url);

Deno.test("hostFacts() lists files whose names begin like the image's, and reads aria2's", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["d.iso", "d.iso.part", "d.jigdo", "other.iso"]) {
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(8192).fill(1));
    }
    await Deno.writeFile(`${folder}/d.iso.aria2`, Uint8Array.of(0, 1));
    const { beside, allocated, aria2 } = hostFacts(`${folder}/d.iso`);
    assertEquals(beside?.map(({ name }) => name), ["d.iso.aria2", "d.iso.part", "d.jigdo"]);
    assertEquals(beside?.map(({ size }) => size), [2, 8192, 8192]);
    assertEquals(aria2, Uint8Array.of(0, 1));
    // A file system need not say; one that does has room for what was written, or compresses it.
    assert(allocated === undefined || allocated >= 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("hostFacts() of what is not there is empty", () => {
  assertEquals(hostFacts("/nowhere/d.iso"), {});
});

Deno.test("hostFacts() with permission for the image alone leaves its folder out, unasked", async () => {
  const sample = new URL("fixtures/sample.iso", root).pathname;
  const code = `
    const { hostFacts } = await import(${JSON.stringify(`${root}src/platform/host.ts`)});
    console.log(Object.keys(hostFacts(${JSON.stringify(sample)})).join());
  `;
  const { code: status, stdout } = await new Deno.Command("deno", {
    args: ["eval", "--no-lock", "--ext=ts", code],
    cwd: root,
  }).output();
  assertEquals(status, 0);
  const all = new TextDecoder().decode(stdout).trim().split(",");
  assert(all.includes("beside"), "deno eval may read everything");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/main.ts`, code);
    const denied = await new Deno.Command("deno", {
      args: ["run", "--no-lock", `--allow-read=${sample}`, `${folder}/main.ts`],
      cwd: root,
      stdin: "null",
    }).output();
    assertEquals(denied.code, 0);
    const keys = new TextDecoder().decode(denied.stdout).trim().split(",");
    assertEquals(keys.filter((key) => key !== "allocated" && key !== ""), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
