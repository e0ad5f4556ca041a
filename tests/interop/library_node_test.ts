// The bundled library runs under Node as it does here: same verdict, digests and comparison.

import { assertEquals } from "@std/assert";
import { audit, examine, manifest, MemorySource } from "../../src/mod.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const script = `
import { readFileSync } from "node:fs";
import { audit, compare, examine, manifest, MemorySource } from "./discern.js";
const open = (name) => examine(new MemorySource(new Uint8Array(readFileSync(name)), name));
const [a, b] = await Promise.all(process.argv.slice(2).map(open));
const { verdict, findings } = await audit(a);
const { files } = await manifest(a, { algorithms: ["sha256", "blake3"] });
const { verdict: compared } = await compare(a, b);
console.log(JSON.stringify({ verdict, findings, files, compared }));
`;

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd })
    .output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test("the bundled library gives the same results under Node", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bundle = ["bundle", "--platform", "browser", "-o", `${folder}/discern.js`, "src/mod.ts"];
    await run("deno", bundle, root);
    await Deno.writeTextFile(`${folder}/run.mjs`, script);
    const images = ["sample.iso", "sample2.iso"].map((name) => `${root}fixtures/${name}`);
    const told = JSON.parse(await run("node", [`${folder}/run.mjs`, ...images], folder));
    const own = await examine(new MemorySource(await Deno.readFile(images[0] ?? ""), images[0]));
    const { verdict, findings } = await audit(own);
    const { files } = await manifest(own, { algorithms: ["sha256", "blake3"] });
    const expected = JSON.parse(
      JSON.stringify({ verdict, findings, files, compared: "different" }),
    );
    assertEquals(told, expected);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
