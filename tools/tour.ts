// Runs the tour of the README and writes what it prints into it: `deno task build:tour`. Look at the
// difference: a test only says whether the README is true, not whether that is what it should say.

import { discern } from "../tests/cli/harness.ts";

const root = new URL("../", import.meta.url);
const file = new URL("README.md", root);

// `head -c N FILE | discern ARGS | head -N`, as tests/readme_test.ts reads it.
const shape = /^(?:head -c (\d+) (\S+) \| )?discern (.*?)(?: \| head -(\d+))?$/;

async function printed(command: string): Promise<string> {
  const [, bytes, path, args = "", lines] = shape.exec(command) ?? [];
  const stdin = path === undefined
    ? {}
    : { stdin: (await Deno.readFile(new URL(path, root))).subarray(0, Number(bytes)) };
  const { stdout } = await discern(args.split(" "), { terminal: true, noColor: true, ...stdin });
  const seen = stdout.trimEnd().split("\n");
  const shown = lines === undefined ? seen : seen.slice(0, Number(lines));
  return shown.join("\n").trimEnd();
}

let readme = await Deno.readTextFile(file);
for (const [block, body = ""] of readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
  let steps = "";
  for (const [, command = ""] of body.matchAll(/^\$ (.*)$/gm)) {
    steps += `$ ${command}\n${await printed(command)}\n`;
  }
  readme = readme.replace(block, () => `\`\`\`console\n${steps}\`\`\``);
}
await Deno.writeTextFile(file, readme);
