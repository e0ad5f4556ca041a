// Checkers of file formats beside the formats' own tools: what those refuse is found, what they made is not.

import { assertEquals } from "@std/assert";
import { checkBytes } from "../proof/formats/support.ts";

/** What makes a file of the input in a folder, and what refuses a damaged one. */
type Tool = {
  readonly name: string;
  readonly make: readonly string[];
  readonly test: readonly string[];
};

const tools: readonly Tool[] = [
  { name: "a.gz", make: ["gzip", "-kc", "input"], test: ["gzip", "-t"] },
  { name: "a.xz", make: ["xz", "-kc", "input"], test: ["xz", "-tq"] },
  { name: "blocks.xz", make: ["xz", "-kc", "--block-size=50000", "input"], test: ["xz", "-tq"] },
  { name: "x86.xz", make: ["xz", "-kc", "--x86", "--lzma2", "input"], test: ["xz", "-tq"] },
  { name: "a.bz2", make: ["bzip2", "-kc", "-1", "input"], test: ["bzip2", "-tq"] },
  { name: "a.zst", make: ["zstd", "-qc", "-15", "input"], test: ["zstd", "-tq"] },
  { name: "a.lz4", make: ["lz4", "-qc", "input"], test: ["lz4", "-tq"] },
  { name: "a.zip", make: ["zip", "-q", "-", "input"], test: ["unzip", "-tqq"] },
];

const FLIPS = 40;

async function run([program = "", ...args]: readonly string[], cwd: string) {
  const command = new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  return await command.output();
}

/** Words that repeat and bytes that do not, always the same. */
function content(): Uint8Array {
  const bytes = new Uint8Array(200_000);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = at % 20_000 < 4000 ? state >>> 24 : 97 + (state >>> 28) % 11;
  }
  return bytes;
}

for (const { name, make, test } of tools) {
  Deno.test(`${name}: flipped bits that ${test[0]} refuses are found`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeFile(`${folder}/input`, content());
      const { stdout: whole } = await run(make, folder);
      const clean = await checkBytes(whole);
      assertEquals([clean.failures, clean.unchecked, clean.held > 0], [[], [], true]);
      const missed: number[] = [];
      for (let flip = 0; flip < FLIPS; flip++) {
        const at = Math.floor(flip * whole.length / FLIPS);
        const bytes = whole.slice();
        bytes[at] = (bytes[at] ?? 0) ^ 1 << flip % 8;
        await Deno.writeFile(`${folder}/${name}`, bytes);
        const { success } = await run([...test, name], folder);
        const said = await checkBytes(bytes);
        const isFound = said.format === "" || said.failures.length + said.unchecked.length > 0;
        if (!success && !isFound) missed.push(at);
      }
      assertEquals(missed, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
