// The README is true: its tour prints what it says, its library example runs, its versions are ours.

import { assert, assertEquals } from "@std/assert";
import { discern } from "./cli/harness.ts";

const root = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

type Step = { readonly command: string; readonly printed: string };

function tour(): Step[] {
  const blocks = [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map((match) =>
    match[1] ?? ""
  );
  return blocks.flatMap((block) =>
    block.split(/^\$ /m).slice(1).map((step) => {
      const [command = "", ...printed] = step.split("\n");
      return { command, printed: printed.join("\n").trimEnd() };
    })
  );
}

// `head -c N FILE | discern ARGS | head -N`, with both heads left out or not.
const shape = /^(?:head -c (\d+) (\S+) \| )?discern (.*?)(?: \| head -(\d+))?$/;

for (const { command, printed } of tour()) {
  Deno.test(`README tour: ${command}`, async () => {
    const [, bytes, file, args = "", lines] = shape.exec(command) ?? [];
    // Paths stand as in the README: tasks run in the folder that holds it.
    const argv = args.split(" ");
    const stdin = file === undefined
      ? undefined
      : (await Deno.readFile(new URL(file, root))).subarray(0, Number(bytes));
    const surroundings = {
      terminal: true,
      noColor: true,
      ...(stdin === undefined ? {} : { stdin }),
    };
    const { stdout } = await discern(argv, surroundings);
    const seen = stdout.trimEnd().split("\n");
    const shown = lines === undefined ? seen : seen.slice(0, Number(lines));
    assertEquals(shown.join("\n").trimEnd(), printed);
  });
}

Deno.test("README's library example runs in about ten lines", async () => {
  const example = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "";
  assert(example.split("\n").length <= 14, "the example is ten lines or so");
  const folder = await Deno.makeTempDir();
  try {
    const base = root.href.replace(/\/$/, "");
    const code = example
      .replaceAll('"./src/', `"${base}/src/`)
      .replaceAll("`fixtures/", `\`${decodeURIComponent(root.pathname)}fixtures/`)
      .replace("console.log(", "export default (");
    await Deno.writeTextFile(`${folder}/example.ts`, code);
    const { default: last } = await import(`file://${folder}/example.ts`);
    assertEquals(last, "different");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README and deno.json name the same things", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const { tool } = await import("../src/mod.ts");
  assertEquals(tool.version, config.version);
  for (const task of ["discern", "test", "test:interop", "bench", "build:wasm", "ok"]) {
    assert(task in config.tasks, `there is no task ${task}`);
    assert(readme.includes(`deno task ${task}`) || readme.includes(`task ${task}`), task);
  }
  for (const specifier of Object.values<string>(config.imports)) {
    const name = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@/.exec(specifier)?.[1];
    if (name !== undefined) assert(readme.includes(`\`${name}\``), `${name} is not in the table`);
  }
});

Deno.test("no task runs with all permissions", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for (const [name, task] of Object.entries<string>(config.tasks)) {
    assert(!/(^|\s)(-A|--allow-all|--allow-net|--allow-ffi)(\s|$)/.test(task), name);
    assert(!/--allow-(env|run)(\s|$)/.test(task), `${name} may use the whole environment`);
  }
});
